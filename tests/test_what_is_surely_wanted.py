"""What a message surely wants by its words alone is dealt with so, whatever stands before it; anything else is left to Rasa."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from intake.clinic import read_clinic
from intake.record import IntakeRecord
from intake.replies import question_within, refuses_a_person, tells_something, wants_it_done
from intake.service import Standing, reply_to, surely_wanted, the_service, without_opening

CLINIC = read_clinic(PROJECT / "clinic.yml")
FILLED = {**CLINIC.model_dump(), "clinic": CLINIC.name, "emergency_number": "112"}


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        ("is this chat anonymous?", "private"),
        ("Do you speak Finnish?", "languages"),
        ("may I ask you something?", "may_ask"),
        ("the link is broken", "source_trouble"),
        ("can you look up my file please", "records"),
        ("I already told you that", "already_told"),
        ("Nobody rang me yesterday", "not_called"),
        ("my number is 0612 345 678", "contact_wish"),
        ("your doctor may ring me at noon", "contact_wish"),
        ("by phone is fine with me", "contact_wish"),
        ("maria@mail.example", "contact_wish"),
        ("enough questions, tell me whom do I call", "contact_details"),
        ("what makes you different?", "any_different"),
        ("why are you selling this?", "why_offered"),
        ("who inspects you?", "licence"),
        ("who is in charge?", "people_here"),
        ("would you accept me?", "taking_patients"),
        ("can I sign for my father?", "signing_for"),
        ("is there a ramp at the entrance?", "getting_here"),
        ("thank you for being honest with me", "welcome"),
    ],
)
def test_a_wish_in_plain_words_has_its_fixed_reply(message: str, reply: str) -> None:
    wanted = surely_wanted(message)
    assert wanted is not None
    assert wanted.reply == reply


@pytest.mark.parametrize("message", ["good, pass it on then", "can you ask them for me?", "forward it please"])
def test_who_wants_something_passed_on_gets_a_person(message: str) -> None:
    wanted = surely_wanted(message)
    assert wanted is not None
    assert wanted.instead == "talk_to_person"


@pytest.mark.parametrize(
    ("message", "wants"), [("Yes please!", True), ("alright, do that", True), ("ok", False), ("yes", False)]
)
def test_a_yes_that_wants_something_done_is_known_from_a_mere_ok(message: str, wants: bool) -> None:
    assert wants_it_done(message) is wants


@pytest.mark.parametrize("message", ["erase everything please", "can you delete the chat?"])
def test_who_wants_the_chat_deleted_is_asked_whether_it_shall_be(message: str) -> None:
    wanted = surely_wanted(message)
    assert wanted is not None
    assert wanted.instead == "delete_data"


@pytest.mark.parametrize(
    "message",
    [
        "does it help the knee?",
        "what is NCT05061030?",
        "my last treatment was on 12.03.2025",
        "will he get out of the wheelchair one day?",
        "is the second treatment better?",
        "are donor cells different?",
        "you already said that",
        "I had the infusion and thank you for asking, but now my arm is sore and I do not know what I should do about it",
    ],
)
def test_what_may_mean_something_else_is_left_alone(message: str) -> None:
    assert surely_wanted(message) is None


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("Hello there, my brother has had MS since May", "my brother has had MS since May"),
        ("thanks so much! how long does it take then", "how long does it take then"),
        ("ok good. hi again, what about the risks", "what about the risks"),
        ("thanks, bye", "thanks, bye"),
        ("Hello", "Hello"),
        ("Thanks to you I slept well last night", "Thanks to you I slept well last night"),
    ],
)
def test_a_greeting_or_thanks_does_not_hide_what_comes_after_it(message: str, left: str) -> None:
    assert without_opening(message) == left


@pytest.mark.parametrize("reply", sorted({each.reply for each in the_service().surely if each.reply}))
def test_every_such_reply_is_said_without_a_gap(reply: str) -> None:
    for record in (IntakeRecord(), IntakeRecord(status="completed", reference="C-2345-6789")):
        said, _ = reply_to(reply, Standing(CLINIC, record), FILLED, "")
        assert said
        assert "{" not in said
        assert "None" not in said


@pytest.mark.parametrize(
    "message", ["he cannot lie still for long", "my aunt went to one of those places", "they asked us for the money in cash"]
)
def test_what_is_told_is_known_from_a_question(message: str) -> None:
    assert tells_something(message)


@pytest.mark.parametrize(
    "message",
    [
        "and can he travel by train",
        "give me the largest trial you have",
        "I wonder whether she can still come",
        "my father smokes, does that matter",
        "and type 1? my niece has it",
        "hair loss",
        "he is on two tablets, would they have to go",
        "my gran reads about it all day, real or a scam",
    ],
)
def test_a_question_without_its_mark_is_not_taken_for_something_told(message: str) -> None:
    assert not tells_something(message)


@pytest.mark.parametrize(
    ("message", "refuses"),
    [
        ("no person please", True),
        ("i dont want your coordinator", True),
        ("stop ringing me", True),
        ("dont just say coordinator again", True),
        ("i dont want a robot i want a person", False),
        ("no calls at home, email me", False),
        ("can i talk to somebody", False),
        ("no idea", False),
        ("no i want a person", False),
        ("No, a person please", False),
        ("i dont want this i want a person", False),
        ("no need to have somebody ring", True),
        ("i do not want to talk to a coordinator", True),
    ],
)
def test_who_refuses_a_person_is_known_from_who_wants_one(message: str, refuses: bool) -> None:
    assert refuses_a_person(message) is refuses


@pytest.mark.parametrize(
    ("message", "within"),
    [
        ("Bless you. Are you real?", "Are you real?"),
        ("bell just went. can someone ring me after four", "can someone ring me after four"),
        ("ok thanks anyway. do u have a number for him", "do u have a number for him"),
        ("ok ok i only asked. then how do you give it", "then how do you give it"),
        ("dont bother with that. i read it up", None),
        ("Are you real?", None),
        ("thanks for everything", None),
    ],
)
def test_a_question_is_found_beside_other_sentences(message: str, within: str | None) -> None:
    assert question_within(message) == within
