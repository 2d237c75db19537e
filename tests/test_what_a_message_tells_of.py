"""What a message tells of is found by words of its language and rules for all languages, and how it is told takes it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordial.data_files import DataFileError
from emergencies.concepts import FOLDER, alternatives, read_concepts, the_concepts
from emergencies.language_files import KINDS, LanguageFilesError, read_words, the_words
from emergencies.red_flags import the_red_flags


def groups(text: str, language: str = "en") -> set[str]:
    """The groups that a message tells of."""
    return the_words(language).told(text).groups


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("I have terrible pain in my chest", "cardiac"),
        ("my husband cannot breathe", "breathing"),
        ("her mouth is drooping on one side", "stroke"),
        ("I took all of my sleeping pills", "overdose"),
        ("my baby is not breathing", "child_in_danger"),
        ("temperature 39.8 and he is confused", "sepsis_or_high_fever"),
        ("for years I have had asthma, but now I cannot breathe", "breathing"),
        ("I want to die", "self_harm"),
    ],
)
def test_concepts_in_one_sentence_make_a_group(text: str, group: str) -> None:
    assert group in groups(text)


@pytest.mark.parametrize(
    "text",
    [
        "no chest pain, no fever",
        "I had chest pain ten years ago",
        "what if I get chest pain after the infusion?",
        "is chest pain a side effect?",
        "years ago a friend of mine had pain in her chest",
        "I read in a study about chest pain",
        "this price gives me a heart attack",
        "My chest is fine. The pain is in my knee.",
        "my father had a stroke",
    ],
)
def test_how_a_sentence_tells_it_takes_it_back(text: str) -> None:
    assert not groups(text)


def test_a_no_that_belongs_to_the_sign_denies_nothing() -> None:
    assert "breathing" in groups("Er bekommt keine Luft mehr", "de")
    assert not groups("Keine Atemnot, keine Brustschmerzen", "de")


def test_a_no_in_another_clause_denies_nothing() -> None:
    assert "cardiac" in groups("no fever but terrible pain in my chest")


def test_a_fact_may_stand_in_another_sentence() -> None:
    assert "bleeding" in groups("My mother takes warfarin. She fell on her head.")


@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        ("a + b", [("a", "b")]),
        ("a + [b|c]", [("a", "b"), ("a", "c")]),
        ("a + [b|c + d]", [("a", "b"), ("a", "c", "d")]),
        ("[a|b] + c", [("a", "c"), ("b", "c")]),
    ],
)
def test_a_rule_is_read_as_it_is_written(rule: str, meant: list[tuple[str, ...]]) -> None:
    assert list(alternatives(rule)) == meant


@pytest.mark.parametrize("rule", ["", "a +", "a + [b", "a b", "a & b"])
def test_a_rule_with_a_slip_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match=r"“|bracket"):
        list(alternatives(rule))


def test_every_group_has_rules_and_a_kind_of_text() -> None:
    concepts = the_concepts()
    assert {group.name for group in the_red_flags().file.groups} == set(concepts.groups)
    assert set(concepts.says.values()) == set(KINDS)


def test_a_mistake_in_the_concepts_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "concepts.yml"
    file.write_text(the_file().replace("- chest + [pain|pressure]\n", "- chest + [pane|pressure]\n", 1), encoding="utf-8")
    with pytest.raises(DataFileError, match="there is no concept pane"):
        read_concepts(file)


def test_a_missing_concept_of_a_language_is_named(tmp_path: Path) -> None:
    file = tmp_path / "words.yml"
    file.write_text("words:\n  chest: >-\n    brust\n", encoding="utf-8")
    with pytest.raises(LanguageFilesError, match="there are no words for heart"):
        read_words("de", file)


def the_file() -> str:
    """The concepts as they are written."""
    return (FOLDER / "concepts.yml").read_text(encoding="utf-8")
