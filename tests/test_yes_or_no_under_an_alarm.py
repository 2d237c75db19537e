"""A bare yes or no under an alarm, which asked nothing, gets a fitting reply; anywhere else it is what it always was."""

from __future__ import annotations

import pytest

from emergencies.every_language import read_every_language
from emergencies.language_files import the_texts
from emergencies.other_languages import read_other_languages
from tests.support.people import Message, Patient
from tests.support.small_web import NewWeb, SmallWeb

ALARMING = "my chest hurts so bad"
IN_GERMAN = "Mein Vater liegt am Boden und reagiert nicht"
READ, FALSE = "I have read this", "It is not an emergency"


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web with the check of all languages."""
    return new_web(red_flags=read_every_language(read_other_languages()), limits="off")


def titles(message: Message) -> list[str]:
    """What can be pressed."""
    return [button["title"] for button in message["buttons"]]


@pytest.mark.parametrize("no", ["No", "no!", "nope", "not now"])
def test_a_no_is_welcome_and_names_the_number_in_case_it_changes(web: SmallWeb, no: str) -> None:
    with Patient(web.url) as patient:
        patient.says(ALARMING)
        [reply] = patient.says(no)
        assert reply["text"].startswith("I am glad")
        assert "112" in reply["text"]
        assert titles(reply) == [READ, FALSE]


@pytest.mark.parametrize("yes", ["Yes", "yes it is", "I am not sure"])
def test_a_yes_is_told_not_to_wait(web: SmallWeb, yes: str) -> None:
    with Patient(web.url) as patient:
        patient.says(ALARMING)
        [reply] = patient.says(yes)
        assert "do not wait for this chat" in reply["text"]
        assert "112" in reply["text"]


@pytest.mark.parametrize(("said", "begins"), [("nein", "Danke"), ("ja", "Rufen Sie")])
def test_both_are_answered_in_the_language_of_the_chat(web: SmallWeb, said: str, begins: str) -> None:
    with Patient(web.url) as patient:
        patient.says(IN_GERMAN)
        [reply] = patient.says(said)
        assert reply["lang"] == "de"
        assert reply["text"].startswith(begins)
        assert titles(reply) == [the_texts("de").acknowledge, the_texts("de").no_emergency]


@pytest.mark.parametrize("text", ["No, what does it cost?", "yes and then I would like to know what the price of it is"])
def test_whoever_says_more_than_that_is_answered_as_always(web: SmallWeb, text: str) -> None:
    with Patient(web.url) as patient:
        patient.says(ALARMING)
        assert not any(reply["text"].startswith(("I am glad", "Then please")) for reply in patient.says(text))


def test_once_the_alarm_was_read_a_no_answers_what_is_asked(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says(ALARMING)
        patient.says(READ)
        assert not any(reply["text"].startswith("I am glad") for reply in patient.says("No"))
