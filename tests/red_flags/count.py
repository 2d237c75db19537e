"""Counts how many messages of a set raise an alarm, and says nothing about which: `python -m tests.red_flags.count dev`."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

from cordial.bootstrap import PROJECT
from cordial.settings import load_settings
from emergencies.red_flags import RedFlags, read_red_flags
from intake.clinic import read_clinic
from knowledge.encoder import Encoder

SETS = ("dev", "held_out", "unseen")
_CLINIC = read_clinic(PROJECT / "clinic.yml")


@dataclass(frozen=True)
class Share:
    """How many messages of a list raise an alarm."""

    alarms: int
    messages: int

    @property
    def share(self) -> float:
        """As a share of 1."""
        return self.alarms / self.messages

    def __str__(self) -> str:
        """With Wilson's interval of 95 %."""
        z, n, share = 1.96, self.messages, self.share
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return f"{self.alarms} of {n} ({share:.1%}; {100 * (middle - half):.1f}-{100 * (middle + half):.1f})"


def counted(rules: RedFlags, name: str) -> Share:
    """Count the alarms in one file, such as `calm_dev`."""
    lines = (Path(__file__).parent / f"{name}.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    return Share(sum(rules.check(text, _CLINIC) is not None for text in texts), len(texts))


def main(name: str) -> None:
    """Print the counts of `emergencies_NAME.jsonl` and `calm_NAME.jsonl`."""
    alone, together = read_red_flags(), read_red_flags()
    encoder = Encoder(load_settings().data / "encoder")
    together.ask_examples(encoder.encode, encoder.name)
    for kind in ("emergencies", "calm"):
        print(f"{kind}, alarms by the wordings alone: {counted(alone, f'{kind}_{name}')}")  # noqa: T201
        print(f"{kind}, alarms with the examples: {counted(together, f'{kind}_{name}')}")  # noqa: T201


if __name__ == "__main__":
    if sys.argv[1:] not in [[name] for name in SETS]:
        sys.exit(f"Name one of {', '.join(SETS)}.")
    main(sys.argv[1])
