"""Whoever changes an example fits the check anew with one command, and can try what it learned before it is used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from commands.cli import app
from emergencies.classifier import ClassifierError, EmergencyClassifier, read_classifier
from emergencies.red_flags import RedFlags, read_red_flags
from knowledge.encoder import Encoder
from language.spoken import text_file

EMERGENCIES = {
    "bleeding": ["I am vomiting blood", "the wound does not stop bleeding", "there is blood everywhere", "blood in my vomit"],
    "breathing": ["I cannot breathe", "he is gasping for air", "she cannot get any air", "I am choking and cannot breathe"],
    "fits": ["she is having a seizure", "my son has a fit", "he has had a seizure and shakes", "she had two fits"],
}
CALM = {
    "prices": ["what does it cost", "can I pay in instalments", "is the price the same for children", "do you take cards"],
    "blood": ["which blood test do I need", "is blood taken before the infusion", "do you store blood", "who takes my blood"],
}
FRAMES = {
    "emergency_frames": ["{sign} right now, what do I do", "help, {sign}", "{sign} and it is getting worse"],
    "calm_frames": ["last year I had {sign}", "can the treatment cause {sign}?", "what if I get {sign}"],
    "mild_frames": ["I have {sign}", "is {sign} normal?"],
    "signs": {"bleeding": ["heavy bleeding", "a nosebleed that does not stop"], "breathing": ["no air", "trouble breathing"]},
    "mild_signs": ["a tired arm", "a cold"],
}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few examples."""
    folder = tmp_path_factory.mktemp("examples")
    for name, held in (("emergencies", EMERGENCIES), ("calm", CALM), ("frames", FRAMES)):
        (folder / f"{name}.yml").write_text(yaml.safe_dump(held), "utf-8")
    return folder


@pytest.fixture(scope="module")
def fitted(examples: Path, prepared: Path) -> Path:
    """What the command made of them."""
    file = examples / "fitted.npz"
    options = ["red-flags", "fit", "--examples", str(examples), "--into", str(file)]
    done = CliRunner().invoke(app, options, env={"CORDIAL_DATA": str(prepared)})
    assert done.exit_code == 0, done.output
    assert "tests/test_an_emergency.py" in done.output
    return file


@pytest.fixture
def rules(fitted: Path, encoder: Encoder) -> RedFlags:
    """The check with what was learned from the few examples."""
    rules = read_red_flags()
    groups = [group.name for group in rules.file.groups]
    rules.classifier = read_classifier(encoder.name, rules.signal_names, rules.found_names, groups, fitted)
    rules.encode = encoder.encode
    return rules


def score(rules: RedFlags, text: str) -> float:
    """How much a message is like an emergency."""
    opinion = rules.opinion(text)
    assert opinion is not None
    return opinion.score


def test_what_was_fitted_judges_messages_that_it_has_not_seen(rules: RedFlags) -> None:
    urgent = ["help, I am bleeding and vomiting blood", "my son is choking, he cannot breathe"]
    calm = ["what is the price of an infusion", "do you take blood before it", "can I pay with a card?"]
    assert min(score(rules, text) for text in urgent) > max(score(rules, text) for text in calm)
    assert [rules.opinion(text).groups[0] for text in urgent] == ["bleeding", "breathing"]  # type: ignore[union-attr]


def test_one_sentence_of_several_can_tell_of_an_emergency(rules: RedFlags) -> None:
    calm = "What does the whole treatment cost? Can I pay in instalments with a card?"
    assert score(rules, f"{calm} And right now I cannot breathe at all.") > score(rules, calm) + 0.1


def test_the_file_in_use_stays_as_it_was(fitted: Path, encoder: Encoder) -> None:
    shipped = EmergencyClassifier.load(text_file("emergencies", "classifier.npz"))
    few = EmergencyClassifier.load(fitted)
    assert few.about.examples < 100 < shipped.about.examples
    assert few.about.encoder == shipped.about.encoder == encoder.name


def test_a_fitted_file_that_was_stored_again_says_the_same(rules: RedFlags, fitted: Path, tmp_path: Path) -> None:
    texts = ["I cannot breathe", "what does it cost", "can the treatment cause a nosebleed?"]
    before = [score(rules, text) for text in texts]
    EmergencyClassifier.load(fitted).save(tmp_path / "again.npz")
    rules.classifier = EmergencyClassifier.load(tmp_path / "again.npz")
    assert [score(rules, text) for text in texts] == before


@pytest.mark.parametrize(
    ("emergencies", "why"),
    [
        ({"bleeding": ["blood"], "breathing": ["no air"], "fits": ["a seizure"]}, "too few words"),
        ({name: EMERGENCIES[name] for name in ("bleeding", "breathing")}, "fewer than three groups"),
    ],
)
def test_too_few_examples_are_refused_with_the_reason(
    emergencies: dict[str, list[str]], why: str, prepared: Path, tmp_path: Path
) -> None:
    calm = {"prices": ["what does it cost"]}
    for name, held in (("emergencies", emergencies), ("calm", calm), ("frames", {**FRAMES, "signs": {}, "mild_signs": []})):
        (tmp_path / f"{name}.yml").write_text(yaml.safe_dump(held), "utf-8")
    into = tmp_path / "fitted.npz"
    options = ["red-flags", "fit", "--examples", str(tmp_path), "--into", str(into)]
    done = CliRunner().invoke(app, options, env={"CORDIAL_DATA": str(prepared)})
    assert done.exit_code == 1
    assert why in done.output
    assert not into.exists()


def test_rules_that_find_other_things_need_a_new_fit(rules: RedFlags, fitted: Path, encoder: Encoder) -> None:
    groups = [group.name for group in rules.file.groups]
    for signals, found, names in (
        ([*rules.signal_names, "another"], rules.found_names, groups),
        (rules.signal_names, rules.found_names[1:], groups),
        (rules.signal_names, rules.found_names, [name for name in groups if name != "bleeding"]),
    ):
        with pytest.raises(ClassifierError, match=r"fitted\.npz was fitted for other rules.*cordial red-flags fit"):
            read_classifier(encoder.name, signals, found, names, fitted)


def test_a_file_without_some_of_the_weights_is_refused(fitted: Path, rules: RedFlags, tmp_path: Path) -> None:
    broken = tmp_path / "classifier.npz"
    with np.load(fitted) as stored:
        arrays = {name: stored[name] for name in stored.files}
    for name in ("pairs", "letters_weights", "words_terms", "groups"):
        np.savez(broken, **{**arrays, name: arrays[name][: len(arrays[name]) // 2]})
        with pytest.raises(ClassifierError, match=r"classifier\.npz is not what was stored there.*cordial red-flags fit"):
            read_classifier("any", rules.signal_names, rules.found_names, [], broken)
