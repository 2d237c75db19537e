"""Whoever adds examples fits the second opinion anew, which learns from them; a wrong file is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emergencies.classifier import CALM, Likeness, LikenessError, LikenessFile, Passage
from emergencies.fitting import ABOVE, Example, fit, read_examples
from emergencies.red_flags import RedFlags, read_red_flags
from knowledge.encoder import Encoder


@pytest.fixture(scope="module")
def red_flags() -> RedFlags:
    """The rules alone."""
    return read_red_flags()


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    """A third of the examples: fewer have too few words to learn from, and all take minutes."""
    return read_examples()[::3]


@pytest.fixture(scope="module")
def fitted(red_flags: RedFlags, encoder: Encoder, examples: list[Example]) -> LikenessFile:
    """What was learned from them."""
    return fit(red_flags, encoder.encode, encoder.name, examples)


def right(model: Likeness, red_flags: RedFlags, encoder: Encoder, examples: list[Example]) -> dict[bool, float]:
    """The share of emergencies and of calm messages that are told apart rightly."""
    vectors = np.asarray(encoder.encode([example.text for example in examples]), dtype=np.float32)
    found: dict[bool, list[bool]] = {True: [], False: []}
    for example, vector in zip(examples, vectors, strict=True):
        text = example.text
        score = model.score(Passage(vector=vector, signals=red_flags.signals(text), text=text, plain=red_flags.plain(text)))
        found[example.group != CALM].append((score > ABOVE) == (example.group != CALM))
    return {kind: sum(judged) / len(judged) for kind, judged in found.items()}


def test_the_examples_have_emergencies_of_each_group_and_calm_messages_and_weigh_less_when_made_from_frames(
    red_flags: RedFlags,
) -> None:
    examples = read_examples()
    assert all(red_flags.label_of(group) for group in {example.group for example in examples} - {CALM})
    assert min(len([e for e in examples if (e.group == CALM) == calm]) for calm in (True, False)) > 500
    assert {e.weight for e in examples if e.file != "frames"} == {1.0}
    assert all(0 < e.weight < 1 for e in examples if e.file == "frames")
    assert not [e.text for e in examples if "{" in e.text]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_was_learned_tells_emergencies_from_calm_messages_and_survives_its_file(
    fitted: LikenessFile, red_flags: RedFlags, encoder: Encoder, examples: list[Example]
) -> None:
    stored = Likeness(LikenessFile.model_validate_json(fitted.model_dump_json()))
    shares = right(stored, red_flags, encoder, examples[::5])
    assert min(shares.values()) > 0.9, shares
    assert fitted.examples == len(examples)
    assert fitted.encoder == encoder.name


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_group_is_learned_too(fitted: LikenessFile, red_flags: RedFlags, encoder: Encoder, examples: list[Example]) -> None:
    model, emergencies = Likeness(fitted), [example for example in examples[::5] if example.group != CALM]
    vectors = np.asarray(encoder.encode([example.text for example in emergencies]), dtype=np.float32)
    named = [
        model.group(
            Passage(vector=v, signals=red_flags.signals(e.text), text=e.text, plain=red_flags.plain(e.text)),
            red_flags.found(e.text),
        )
        for e, v in zip(emergencies, vectors, strict=True)
    ]
    assert sum(name == e.group for name, e in zip(named, emergencies, strict=True)) > 0.9 * len(emergencies)


def test_a_wrong_file_of_examples_is_named(tmp_path: Path) -> None:
    (tmp_path / "emergencies.yml").write_text("chest: [12]\n", "utf-8")
    with pytest.raises(LikenessError, match=r"emergencies\.yml.*quotation marks"):
        read_examples(tmp_path)
    (tmp_path / "emergencies.yml").write_text("chest: [it hurts]\n", "utf-8")
    (tmp_path / "frames.yml").write_text("signs: {}\n", "utf-8")
    with pytest.raises(LikenessError, match=r"frames\.yml"):
        read_examples(tmp_path)
