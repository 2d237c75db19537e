"""The examples that the check for emergencies learns from hold what they have to, and a wrong file of them is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergencies.classifier import CALM, ClassifierError
from emergencies.fitting import read_examples
from emergencies.red_flags import RedFlags, read_red_flags


@pytest.fixture(scope="module")
def red_flags() -> RedFlags:
    """The rules alone."""
    return read_red_flags()


def test_the_examples_have_emergencies_of_each_group_and_calm_messages_and_weigh_less_when_made_from_frames(
    red_flags: RedFlags,
) -> None:
    examples = read_examples()
    assert all(red_flags.label_of(group) for group in {example.group for example in examples} - {CALM})
    assert min(len([e for e in examples if (e.group == CALM) == calm]) for calm in (True, False)) > 500
    assert {e.weight for e in examples if e.file != "frames"} == {1.0}
    assert all(0 < e.weight < 1 for e in examples if e.file == "frames")
    assert not [e.text for e in examples if "{" in e.text]


def test_nearly_every_emergency_among_the_examples_names_something_that_an_alarm_could_rest_on(red_flags: RedFlags) -> None:
    files = {"frames", "emergencies_7", "emergencies_other_languages"}  # the latter two have other languages in them
    texts = [example.text for example in read_examples() if example.group != CALM and example.file not in files]
    named = sum(bool(red_flags.evidence(text)) for text in texts)
    assert (
        named / len(texts) >= 0.985
    )  # the others are asked about by their likeness; words that fit one of them only are no evidence


def test_a_wrong_file_of_examples_is_named(tmp_path: Path) -> None:
    (tmp_path / "emergencies.yml").write_text("chest: [12]\n", "utf-8")
    with pytest.raises(ClassifierError, match=r"emergencies\.yml.*without quotes"):
        read_examples(tmp_path)
    (tmp_path / "emergencies.yml").write_text("chest: [it hurts]\n", "utf-8")
    (tmp_path / "frames.yml").write_text("signs: {}\n", "utf-8")
    with pytest.raises(ClassifierError, match=r"frames\.yml"):
        read_examples(tmp_path)
