"""Who gives two ways to be reached loses neither, and one of them comes first."""

from __future__ import annotations

from typing import Any

import pytest

from intake.fields import REVIEW, the_intake
from tests.support.talking import REFERENCE, Talk

SAYS = the_intake().says
MAIL = {"by": "email", "value": "maria@mail.example"}
OTHER_MAIL = {"by": "email", "value": "anna@mail.example"}
PHONE = {"by": "phone", "value": "+37061234567"}
OTHER_PHONE = {"by": "phone", "value": "+37061234568"}


def contact(talk: Talk) -> list[dict[str, Any]]:
    """The ways to reach the patient, the one that comes first before the others."""
    value = talk.value("contact")
    return [{name: part for name, part in value.items() if name != "also"}, *value.get("also", [])]


@pytest.mark.parametrize(
    ("text", "first", "other"),
    [("+370 612 34567 and +370 612 34568", PHONE, OTHER_PHONE), ("maria@mail.example or anna@mail.example", MAIL, OTHER_MAIL)],
)
def test_of_two_it_is_asked_which_comes_first_and_the_other_is_kept(
    text: str, first: dict[str, Any], other: dict[str, Any]
) -> None:
    talk = Talk().until("contact")
    assert talk.says(text) == SAYS.contact_two
    talk.says(talk.buttons[1])
    assert contact(talk) == [other, first]
    assert not talk.record.answers["contact"].to_check
    assert talk.open != "contact"


def test_who_does_not_say_which_comes_first_loses_neither_and_a_person_sees_it() -> None:
    talk = Talk().until("contact")
    talk.says("+370 612 34567 and +370 612 34568")
    talk.says("stop", "stop_intake")
    assert contact(talk) == [PHONE, OTHER_PHONE]
    assert talk.record.answers["contact"].to_check


def test_another_one_takes_the_place_of_two_between_which_was_asked() -> None:
    talk = Talk().until("contact")
    talk.says("+370 612 34567 and +370 612 34568")
    talk.says("neither, write to maria@mail.example")
    assert contact(talk) == [MAIL]


@pytest.mark.parametrize("field", ["condition", "country", REVIEW])
@pytest.mark.parametrize("text", ["you can also call me on +370 612 34567", "my number is +370 612 34567"])
def test_a_second_one_by_the_way_stands_beside_the_first(field: str, text: str) -> None:
    talk = Talk().until(field)
    said = talk.says(text)
    assert contact(talk) == [MAIL, PHONE]
    assert "maria@mail.example, +370 612 34567" in said


def test_the_one_that_is_told_to_be_better_comes_first() -> None:
    talk = Talk().until(REVIEW)
    talk.says("better call me on +370 612 34567")
    assert contact(talk) == [PHONE, MAIL]


@pytest.mark.parametrize(
    "text",
    [
        "please write to anna@mail.example instead",
        "my new e-mail is anna@mail.example",
        "my e-mail was wrong, it's anna@mail.example",
        "sorry, my address is anna@mail.example",
    ],
)
def test_one_that_takes_the_place_of_the_first_does(text: str) -> None:
    talk = Talk().until(REVIEW)
    talk.says(text)
    assert contact(talk) == [OTHER_MAIL]


@pytest.mark.parametrize(
    "text",
    [
        "change my phone number to +370 612 34568",
        "+370 612 34567 oops thats my old number, +370 612 34568",
        "my new number is +370 612 34568",
    ],
)
def test_a_new_number_leaves_the_e_mail_address_as_it_is(text: str) -> None:
    talk = Talk().until("contact")
    talk.says("maria@mail.example and +370 612 34567")
    talk.until("condition")
    talk.says(text, "change_answer")
    assert contact(talk) == [MAIL, OTHER_PHONE]


def test_a_second_address_that_may_be_a_correction_is_kept_for_a_person_to_check() -> None:
    talk = Talk().until(REVIEW)
    talk.says("my e-mail is anna@mail.example")
    assert contact(talk) == [MAIL, OTHER_MAIL]
    assert talk.record.answers["contact"].to_check


def test_one_that_is_told_with_an_excuse_takes_nothing_away() -> None:
    talk = Talk().until(REVIEW)
    talk.says("sorry, I forgot, you can also call me on +370 612 34567")
    assert contact(talk) == [MAIL, PHONE]
    assert talk.record.answers["contact"].to_check


def test_one_that_is_told_after_sending_reaches_the_coordinator_under_the_same_number() -> None:
    talk = Talk().until(REVIEW)
    talk.says("Send it")
    said = talk.says("my second number is +370 612 34567")
    assert contact(talk) == [MAIL, PHONE]
    assert REFERENCE in said
    assert talk.record.status == "amended"


@pytest.mark.parametrize("text", ["is info@clinic.example your address?", "info@clinic.example does not answer"])
def test_an_address_that_is_not_theirs_is_not_taken_after_sending(text: str) -> None:
    talk = Talk().until(REVIEW)
    talk.says("Send it")
    talk.says(text)
    assert contact(talk) == [MAIL]


def test_one_that_is_told_after_stopping_is_not_taken_in_silence() -> None:
    talk = Talk().until("condition")
    talk.says("stop", "stop_intake")
    talk.says("my second number is +370 612 34567")
    assert contact(talk) == [MAIL]


def test_of_many_none_is_lost() -> None:
    talk = Talk().until(REVIEW)
    told = [f"other{number}@mail.example" for number in range(4)]
    for each in told:
        talk.says(f"you can also write to {each}")
    assert [way["value"] for way in contact(talk)] == ["maria@mail.example", *told]
