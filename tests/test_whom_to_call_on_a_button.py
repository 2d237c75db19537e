"""Every number that an alarm names is on a button, with its place in the words of the alarm, in each language."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from emergencies.calling import Where
from emergencies.calls import Call, calls_in
from emergencies.other_texts import SaidIn, languages
from emergencies.red_flags import check
from emergencies.whereabouts import country_called
from intake.clinic import read_clinic

CLINIC = read_clinic(PROJECT / "clinic.yml")
ENDS = " .。।"
CHEST = "I have chest pain and I cannot breathe"


def in_english(country: str | None, text: str = CHEST) -> list[Call]:
    """The buttons under an English alarm."""
    flag = check(text, CLINIC, country)
    assert flag is not None
    return calls_in(flag.text, "en")


@pytest.mark.parametrize("language", languages())
def test_who_lives_elsewhere_sees_each_number_with_its_place(language: str) -> None:
    said = SaidIn(language, CLINIC)
    phrases = said.texts.phrases
    expected = [
        Call("112", phrases.at_clinic.format(country=country_called("LT", language), number="112").rstrip(ENDS)),
        Call("911", phrases.in_country.format(country=country_called("US", language), number="911").rstrip(ENDS)),
    ]
    for text in said.texts.emergency.values():
        assert calls_in(said.filled(text, Where(lives="US")), language) == expected


@pytest.mark.parametrize("language", languages())
def test_who_is_somewhere_else_is_never_shown_a_number_without_its_place(language: str) -> None:
    said = SaidIn(language, CLINIC)
    for where, place, number in [(Where(), "LT", "112"), (Where(here="TH"), "TH", "1669")]:
        for text in [*said.texts.emergency.values(), said.texts.check.question]:
            [call] = calls_in(said.filled(text, where), language)
            assert (call.number, number in call.label) == (number, True)
            assert country_called(place, language) in call.label or (where.here and text == said.texts.check.question)


@pytest.mark.parametrize("language", languages())
def test_where_there_is_no_doubt_the_button_says_call_in_its_language(language: str) -> None:
    said = SaidIn(language, CLINIC)
    label = said.texts.phrases.call.format(emergency_number="112").rstrip(ENDS)
    for text in [*said.texts.emergency.values(), said.texts.check.question]:
        assert calls_in(said.filled(text, Where(lives="LT")), language) == [Call("112", label)]


@pytest.mark.parametrize(
    ("country", "labels"),
    [
        ("LT", ["Call 112 now"]),
        ("US", ["At the clinic in Lithuania: 112", "In the United States: 911"]),
        ("CH", ["At the clinic in Lithuania: 112", "In Switzerland: 144", "In Switzerland: 112"]),
        (None, ["At the clinic in Lithuania: 112"]),
    ],
)
def test_in_english_too(country: str | None, labels: list[str]) -> None:
    assert [call.label for call in in_english(country)] == labels


def test_two_numbers_of_one_place_are_two_buttons() -> None:
    assert [call.number for call in in_english(None, f"I am in Switzerland. {CHEST}")] == ["144", "112"]


def test_a_crisis_line_is_no_emergency_number() -> None:
    assert [call.number for call in in_english("LT", "I want to kill myself now")] == ["112"]
