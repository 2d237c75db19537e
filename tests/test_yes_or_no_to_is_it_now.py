"""A yes to "Is this happening now?" is heard in many words; a no, or a false alarm, only where nothing else is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cordial.bootstrap import PROJECT
from desk.conversations.held_back import HeldMessage
from desk.conversations.log import Draft
from emergencies.red_flags import the_red_flags
from intake.clinic import read_clinic
from intake.record import HandoffAsked, HoldState, IntakeRecord
from turns.known import Known, flag_of
from turns.replies import OwnReplies, Place, Reply

CLINIC = read_clinic(PROJECT / "clinic.yml")
HAPPENING = the_red_flags().happening_now
MUCH = "The rest of it is long. " * 20
ALARMING = "my chest hurts so bad"


@pytest.mark.parametrize(
    "text",
    [
        "Yes, now",
        "yes",
        "YES!!",
        "right now",
        "I am not sure",
        "I am in the kitchen. Yes it is happening now",
        "yeah my arm as well",
        f"Yes. {MUCH}",
    ],
)
def test_a_yes(text: str) -> None:
    assert HAPPENING.is_yes(text)
    assert not HAPPENING.is_no(text)


@pytest.mark.parametrize(
    "text",
    [
        "No",
        "no thanks",
        "No. Not at the moment",
        "I am fine now",
        "yes but it was years ago",
        "no, it was in the past",
        "false alarm",
        "No." + " " * 297,
    ],
)
def test_a_no(text: str) -> None:
    assert HAPPENING.is_no(text)
    assert not HAPPENING.is_yes(text)


@pytest.mark.parametrize(
    "text",
    ["", "...", "No. My arm is numb", "my arm is numb", "No." + " " * 298, f"{MUCH}Yes it is happening now", "yesterday"],
)
def test_neither_of_them(text: str) -> None:
    assert not HAPPENING.is_yes(text)
    assert not HAPPENING.is_no(text)


@pytest.mark.parametrize(
    ("text", "none"),
    [
        ("It is not an emergency", True),
        ("sorry, false alarm", True),
        ("It was a mistake. Sorry, there is no emergency", True),
        ("It is not an emergency." + " " * 277, True),
        ("It is not an emergency." + " " * 278, False),
        ("It is not an emergency. My arm is numb", False),
        ("No", False),
        ("", False),
    ],
)
def test_that_an_alarm_was_a_false_one_is_heard_where_nothing_else_is_said(text: str, none: bool) -> None:
    assert HAPPENING.is_no_emergency(text) is none


def held(state: HoldState, text: str = "it feels odd", hours: float = 0, alarm: str = "cardiac") -> HeldMessage:
    """A message that is held back; of one that is asked about, with the alarm that a yes raises."""
    raised = {"group": alarm, "label": alarm, "text": f"Call now: {alarm}", "buttons": []} if state == "asked" else None
    return HeldMessage(2, text, datetime.now(UTC) - timedelta(hours=hours), state, raised, None, None)


def raised(text: str, *messages: HeldMessage) -> tuple[str, str, bool] | None:
    """Level, text and whether it was confirmed, of the alarm that a message raises after these were held back."""
    flag = flag_of(text, Known(IntakeRecord(), list(messages)), the_red_flags(), CLINIC)
    return (flag.level, flag.text, flag.confirmed) if flag else None


def test_a_yes_raises_the_alarm_that_was_asked_about_last() -> None:
    asked = held("asked", alarm="breathing"), held("asked", alarm="stroke"), held("alarmed")
    assert raised("yes", *asked) == ("emergency", "Call now: stroke", True)
    assert raised("yes", held("alarmed")) is None
    assert raised("no", *asked) is None


def test_another_emergency_in_the_place_of_a_yes_is_one_of_its_own() -> None:
    found = raised(ALARMING, held("asked", alarm="stroke"))
    assert found is not None
    level, text, confirmed = found
    assert (level, confirmed) == ("emergency", False)
    assert "stroke" not in text


@pytest.mark.parametrize("state", ["read", "denied"])
def test_what_was_read_or_denied_raises_none_again_for_half_a_day_however_it_is_written(state: HoldState) -> None:
    again = f"  {ALARMING.upper()}!! "
    assert raised(again, held(state, ALARMING, hours=11.9)) is None
    assert raised(again, held(state, ALARMING, hours=12.1)) is not None
    assert raised(f"{ALARMING} again", held(state, ALARMING)) is not None


@pytest.mark.parametrize("state", ["asked", "alarmed", "waited"])
def test_what_was_not_settled_raises_its_alarm_again(state: HoldState) -> None:
    assert raised(ALARMING, held(state, ALARMING)) is not None


def beside_a_person(text: str, paused: bool = True) -> Reply:
    """What the assistant says to a message while a person has the conversation, after an alarm or without."""
    asked = Draft("Which medicines?", kind="question")
    place = Place(IntakeRecord(), "C-AAAA-0001", None, paused, asked, has_a_person=True)
    return OwnReplies(CLINIC, the_red_flags()).beside_a_person(None, place, text)


@pytest.mark.parametrize("text", ["I have read this", "It is not an emergency"])
def test_who_has_read_an_alarm_is_thanked_beside_a_person_and_asked_nothing(text: str) -> None:
    reply = beside_a_person(text)
    assert [draft.kind for draft in reply.drafts] == ["text"]
    assert reply.effects
    assert beside_a_person(text, paused=False) == Reply([], [])


def test_to_anything_else_the_person_replies() -> None:
    assert beside_a_person("I am still here") == Reply([], [])


def test_beside_a_person_an_alarm_tells_whom_to_call_and_marks_the_handoff_there_is() -> None:
    flag = the_red_flags().check(ALARMING, CLINIC)
    assert flag is not None
    place = Place(IntakeRecord(), "C-AAAA-0001", None, False, None, has_a_person=True)
    reply = OwnReplies(CLINIC, the_red_flags()).beside_a_person(flag, place, ALARMING)
    assert [(draft.kind, draft.text) for draft in reply.drafts] == [("notice", flag.text)]
    assert [
        (effect.reference, effect.urgent.group)
        for effect in reply.effects
        if isinstance(effect, HandoffAsked) and effect.urgent
    ] == [("C-AAAA-0001", "cardiac")]
