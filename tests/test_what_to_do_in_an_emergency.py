"""The answer to an emergency says in a few short lines what to do now, as first aid has it, with the number at once."""

from __future__ import annotations

import re

import pytest

from cordial.bootstrap import PROJECT
from emergencies.red_flags import check, the_red_flags
from intake.clinic import read_clinic

CLINIC = read_clinic(PROJECT / "clinic.yml")
GROUPS = {group.name: group for group in the_red_flags().file.groups}
SHORT = 130  # characters
# What first aid says, in words that must stand in the text of a group.
FIRST_AID = {
    "anaphylaxis": ["outer thigh", "Lie flat", "sit up", "left side", "Do not stand", "after five minutes, use a second pen"],
    "fits": ["when it began", "nothing in the mouth", "Do not hold", "onto their side", "fully awake"],
    "stroke": ["gone away again", "time when it began", "not eat or drink"],
    "cardiac": ["knees bent", "angina", "Do not drive", "press on the chest"],
    "unconscious_or_confused": ["legs raised", "if pregnant", "breathing normally", "onto their side"],
    "breathing": ["Sit up", "five blows on the back"],
    "sepsis_or_high_fever": ["Could it be sepsis?", "immune system"],
    "bleeding": ["Press hard", "keep pressing", "blood thinners"],
    "self_harm": ["{crisis_lines}", "Are you safe right now?", "medicines", "person from {clinic}"],
}


def lines_to_do(text: str) -> list[str]:
    """The lines between the number and what is said of the chat."""
    return [line for line in text.splitlines() if "{call}" not in line and not line.startswith(("{say}", "A person from"))]


@pytest.mark.parametrize("name", GROUPS)
def test_the_number_is_seen_at_once_and_little_is_to_be_done(name: str) -> None:
    first, second, *_ = GROUPS[name].text.splitlines()
    assert "{call}" in first or "{call}" in second
    to_do = lines_to_do(GROUPS[name].text)
    assert len(to_do) <= 4
    assert all(len(line) <= SHORT for line in to_do)


def test_for_all_but_a_pen_and_a_danger_to_be_left_the_call_comes_first() -> None:
    later = {name for name, group in GROUPS.items() if not group.text.startswith("{call}")}
    assert later == {"anaphylaxis", "self_harm", "violence_or_abuse"}
    assert re.match("If there is an adrenaline pen, use it first", GROUPS["anaphylaxis"].text)


@pytest.mark.parametrize("name", FIRST_AID)
def test_the_text_says_what_first_aid_says(name: str) -> None:
    for words in FIRST_AID[name]:
        assert words in GROUPS[name].text, words


def test_nobody_is_told_to_take_a_medicine_that_is_not_their_own() -> None:
    for name, group in GROUPS.items():
        assert "aspirin" not in group.text.lower(), name
        assert "antihistamine" not in group.text.lower(), name


def test_each_line_stays_a_line() -> None:
    flag = check("my tongue is swelling up", CLINIC, "LT")
    assert flag is not None
    lines = flag.text.splitlines()
    assert len(lines) == len(GROUPS["anaphylaxis"].text.splitlines())
    assert lines[1] == "Call 112 now. In another country, call your local emergency number. Say “anaphylaxis”."


def test_every_text_waits_for_the_sign_off_of_a_physician() -> None:
    assert the_red_flags().file.reviewer_role == "Editorial review, physician sign-off pending"
    assert all(group.reviewer_role is None for group in GROUPS.values())
