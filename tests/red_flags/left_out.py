"""How well the check would do on the words of somebody it has not learned from: `python -m tests.red_flags.left_out`.

The examples of one writer after the other (`emergencies_N.yml` and `calm_N.yml`) are left out, the model is fitted from the
others, and what the check says to the messages that were left out is counted, at the thresholds in use.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cordial.bootstrap import PROJECT
from cordial.settings import load_settings
from emergencies.classifier import CALM
from emergencies.fitting import Example, fit, read_examples
from emergencies.red_flags import RedFlags, read_red_flags
from intake.clinic import read_clinic
from knowledge.encoder import Encoder
from knowledge.onnx_model import Vectors
from language.multilingual import multilingual
from tests.red_flags.count import Counts

_WRITERS = range(2, 14)
_CLINIC = read_clinic(PROJECT / "clinic.yml")


class _Remembered:
    """Embeds each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}

    def __call__(self, texts: Sequence[str], /) -> Vectors:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        for at in range(0, len(missing), 256):
            some = missing[at : at + 256]
            self._known.update(zip(some, self._encoder.encode(some), strict=True))
        return np.stack([self._known[text] for text in texts])


def main() -> None:
    """Print how much is caught of each writer's emergencies, and how many of the ordinary messages raise an alarm."""
    rules = read_red_flags()
    encoder = Encoder(load_settings().data / "encoder")
    encode = _Remembered(encoder)
    examples = read_examples()
    for writer in _WRITERS:
        left_out = [example for example in examples if example.file.endswith(f"_{writer}") and "ordinary" not in example.file]
        others = [example for example in examples if example not in left_out]
        rules.classifier = fit(rules, encode, encoder.name, others)
        rules.encode, rules.second_encode = encode, multilingual()
        emergencies = [example for example in left_out if example.group != CALM]
        print(f"writer {writer}, emergencies: {_counted(rules, emergencies)}, {_right(rules, emergencies)}", flush=True)  # noqa: T201
        print(f"    ordinary: {_counted(rules, [each for each in left_out if each.group == CALM])}", flush=True)  # noqa: T201


def _counted(rules: RedFlags, examples: list[Example]) -> Counts:
    flags = [rules.check(example.text, _CLINIC) for example in examples]
    levels = [flag.level for flag in flags if flag is not None]
    return Counts(len(levels) - levels.count("check"), levels.count("check"), len(examples))


def _right(rules: RedFlags, examples: list[Example]) -> str:
    flags = [(example.group, rules.check(example.text, _CLINIC)) for example in examples]
    told = [(group, flag.group) for group, flag in flags if flag is not None]
    wrongly = sum(said == "self_harm" != group for group, said in told)
    right = sum(group == said for group, said in told) / len(told)
    return f"{right:.1%} with the right group, {wrongly} taken for suicide wrongly"


if __name__ == "__main__":
    main()
