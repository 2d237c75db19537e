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
class Counts:
    """How many messages of a list raise an alarm at once, and of how many it is asked first whether it is happening now."""

    alarms: int
    checks: int
    messages: int

    @property
    def at_once(self) -> float:
        """Those that raise an alarm at once, as a share of 1."""
        return self.alarms / self.messages

    @property
    def caught(self) -> float:
        """Those of which anything is heard, as a share of 1."""
        return (self.alarms + self.checks) / self.messages

    @property
    def false(self) -> float:
        """What it costs if none of them is an emergency, as a share of 1: a question is half as bad as an alarm."""
        return (self.alarms + self.checks / 2) / self.messages

    def __str__(self) -> str:
        """With Wilson's interval of 95 %."""
        shares = {"caught": self.caught, "at once": self.at_once, "as false alarms": self.false}
        told = ", ".join(f"{name} {_with_interval(share, self.messages)}" for name, share in shares.items())
        return f"{self.alarms} alarms and {self.checks} questions of {self.messages} ({told})"


def _with_interval(share: float, n: int) -> str:
    z = 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return f"{share:.1%} [{100 * (middle - half):.1f}-{100 * (middle + half):.1f}]"


def counted(rules: RedFlags, name: str) -> Counts:
    """Count the alarms in one file, such as `calm_dev`."""
    lines = (Path(__file__).parent / f"{name}.jsonl").read_text("utf-8").splitlines()
    flags = [rules.check(json.loads(line)["text"], _CLINIC) for line in lines]
    levels = [flag.level for flag in flags if flag is not None]
    checks = levels.count("check")
    return Counts(len(levels) - checks, checks, len(flags))


def main(name: str) -> None:
    """Print the counts of `emergencies_NAME.jsonl` and `calm_NAME.jsonl`."""
    alone, together = read_red_flags(), read_red_flags()
    encoder = Encoder(load_settings().data / "encoder")
    together.ask_examples(encoder.encode, encoder.name)
    for kind in ("emergencies", "calm"):
        print(f"{kind}, alarms by the patterns alone: {counted(alone, f'{kind}_{name}')}")  # noqa: T201
        print(f"{kind}, alarms with the examples: {counted(together, f'{kind}_{name}')}")  # noqa: T201


if __name__ == "__main__":
    if sys.argv[1:] not in [[name] for name in SETS]:
        sys.exit(f"Name one of {', '.join(SETS)}.")
    main(sys.argv[1])
