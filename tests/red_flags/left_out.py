"""How well the check would do on the words of somebody it has not learned from: `python -m tests.red_flags.left_out`.

The examples of one writer after the other (`emergencies_N.yml` and `calm_N.yml`) are left out, the model is fitted from the
others, and the messages that were left out are counted. Thresholds are chosen by this, not by a set that is kept for a test.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cordial.settings import load_settings
from emergencies.classifier import CALM
from emergencies.fitting import Example, fit, read_examples
from emergencies.red_flags import RedFlags, read_red_flags
from knowledge.encoder import Encoder
from knowledge.onnx_model import Vectors

_WRITERS = range(2, 8)
_SHARES = (0.01, 0.02, 0.03, 0.05)
_DISTANCES = (0.0, 0.1, 0.2, 0.3)  # from the threshold without the wordings to that with them


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
    """Print the shares that are caught where a share of the ordinary messages raises an alarm."""
    rules = read_red_flags()
    encoder = Encoder(load_settings().data / "encoder")
    encode = _Remembered(encoder)
    examples = read_examples()
    tables = []
    for writer in _WRITERS:
        left_out = [example for example in examples if example.file.endswith(f"_{writer}")]
        others = [example for example in examples if not example.file.endswith(f"_{writer}")]
        rules.classifier, rules.encode = fit(rules, encode, encoder.name, others), encode
        tables.append(_judged(rules, left_out))
        _print(f"writer {writer}", tables[-1])
    _print("all", np.vstack(tables))
    _print_distances(np.vstack(tables))


def _judged(rules: RedFlags, examples: list[Example]) -> npt.NDArray[np.float64]:
    """A row a message: emergency or not, what the wordings say, the score, whether the group is right, thoughts of suicide."""
    rows = []
    for example in examples:
        opinion = rules.opinion(example.text)
        assert opinion is not None
        group = opinion.groups[0] if opinion.groups else CALM
        found = any(rules.found(example.text)[: len(rules.found_names) // 2])
        suicide = (example.group == "self_harm") + 2 * (group == "self_harm")
        rows.append((example.group != CALM, found, opinion.score, group == example.group, suicide))
    return np.asarray(rows, dtype=np.float64)


def _print(name: str, table: npt.NDArray[np.float64]) -> None:
    real, score = table[:, 0] == 1, table[:, 2]
    shares = [(share, float(np.quantile(score[~real], 1 - share))) for share in _SHARES]
    caught = ", ".join(f"{(score[real] > above).mean():.1%} at {share:.0%} ({above:.2f})" for share, above in shares)
    shown = table[real & (score > shares[1][1])]
    suicide = table[real & (score > shares[1][1]) & (table[:, 4] % 2 == 1)]
    print(f"{name}: caught {caught}")  # noqa: T201
    print(f"    with the right group: {shown[:, 3].mean():.1%}, of thoughts of suicide {suicide[:, 3].mean():.1%}")  # noqa: T201
    print(f"    taken for suicide wrongly: {(shown[:, 4] == 2).sum()}")  # noqa: T201


def _print_distances(table: npt.NDArray[np.float64]) -> None:
    real, found, score = table[:, 0] == 1, table[:, 1] == 1, table[:, 2]
    for distance in _DISTANCES:
        for above in np.arange(-0.2, 0.61, 0.1):
            alarm = (score > above) | (found & (score > above - distance))
            told = f"above {above:.1f}, with the wordings above {above - distance:.1f}"
            print(f"{told}: {alarm[real].mean():.1%} caught, {alarm[~real].mean():.1%} false alarms")  # noqa: T201


if __name__ == "__main__":
    main()
