"""A short yes or no is understood in every language in which the check for emergencies understands people."""

from __future__ import annotations

import pytest

from emergencies.concepts import FOLDER
from emergencies.language_files import TEXTS, read_texts
from language.yes_and_no import agrees, read_yes_and_no, yes_or_no

LANGUAGES = sorted(file.parent.name for file in FOLDER.glob(f"*/{TEXTS}"))


def test_every_language_that_people_write_in_has_its_yes_and_no() -> None:
    assert sorted(read_yes_and_no()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_no_that_can_be_pressed_in_a_language_is_a_no(language: str) -> None:
    no = read_texts(FOLDER / language / TEXTS).check.no
    assert (yes_or_no(no), agrees(no)) == (False, False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_of_a_language_says_the_same_by_itself(language: str) -> None:
    words = read_yes_and_no()[language]
    for kind, expected in (("yes", True), ("agree", True), ("refuse", False)):
        for word in getattr(words, kind).split(","):
            assert agrees(word) is expected, word
    for word in words.no.split(","):
        assert yes_or_no(word) is False, word


@pytest.mark.parametrize(
    "text",
    [
        "ja, aber nicht heute",  # a condition
        "oui ou non",  # both
        "tal vez",  # neither
        "да?",  # a question
        "nein, ich meine ja",  # a second thought
        "我不知道",
        "ich",
        "",
    ],
)
def test_what_says_more_than_yes_or_no_is_neither(text: str) -> None:
    assert (yes_or_no(text), agrees(text)) == (None, None)


def test_an_agreement_is_no_yes_to_a_question_about_health() -> None:
    assert (agrees("einverstanden"), yes_or_no("einverstanden")) == (True, None)
    assert (agrees("отказываюсь"), yes_or_no("отказываюсь")) == (False, None)


@pytest.mark.parametrize("text", ["natürlich nicht", "mais non", "ma no", "конечно нет", "claro que no", "tentu tidak"])
def test_of_course_not_is_a_no(text: str) -> None:
    assert yes_or_no(text) is False


@pytest.mark.parametrize(
    "text", ["không đồng ý", "nu sunt de acord", "ben kabul etmiyorum", "ik ga niet akkoord", "claro que no", "claro no"]
)
def test_no_agreement_hides_in_a_refusal(text: str) -> None:
    assert agrees(text) is not True
