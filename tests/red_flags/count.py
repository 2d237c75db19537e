"""Counts how many messages of a set raise an alarm, and says nothing about which: `python -m tests.red_flags.count dev`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cordial.bootstrap import PROJECT
from cordial.settings import load_settings
from intake.clinic import read_clinic
from intake.red_flags import read_red_flags
from knowledge.encoder import Encoder


def main(name: str) -> None:
    """Print the counts of `emergencies_NAME.jsonl` and `calm_NAME.jsonl`."""
    clinic = read_clinic(PROJECT / "clinic.yml")
    rules, both = read_red_flags(), read_red_flags()
    encoder = Encoder(load_settings().data / "encoder")
    both.ask_examples(encoder.encode, encoder.name)
    for kind in ("emergencies", "calm"):
        lines = (Path(__file__).parent / f"{kind}_{name}.jsonl").read_text("utf-8").splitlines()
        texts = [json.loads(line)["text"] for line in lines]
        alone = sum(rules.check(text, clinic) is not None for text in texts)
        together = sum(both.check(text, clinic) is not None for text in texts)
        print(f"{kind}: {len(texts)} messages, alarms: {alone} by the wordings alone, {together} with the examples")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
