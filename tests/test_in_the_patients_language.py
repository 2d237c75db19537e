"""A patient who does not write English is answered in their language where it matters: alarms, a person, what is in English."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from desk.conversations.log import Draft
from emergencies.every_language import EveryLanguage, read_every_language
from emergencies.language_files import the_texts
from emergencies.other_languages import OtherLanguages, OtherThresholds, read_other_languages, read_thresholds
from emergencies.other_texts import languages, says
from emergencies.red_flags import RedFlag, RedFlags, the_red_flags
from intake.clinic import read_clinic
from intake.record import AskedBack, Asking, IntakeRecord
from tests.support.people import Message, Patient
from tests.support.small_web import NewWeb, SmallWeb
from turns.rasa import Reply
from turns.replies import OwnReplies, Place, wants_a_person_in

ALARMING = "Mein Vater liegt am Boden und reagiert nicht"
NOTHING = 9.0
ALARMS, ASKS = ("alarm_counts", "alarm_named"), ("ask_counts", "ask_named", "ask_alone")


@pytest.fixture
def web(new_web: NewWeb, check: EveryLanguage) -> SmallWeb:
    """A web with it."""
    return new_web(red_flags=check, limits="off")


@pytest.fixture
def doubting(new_web: NewWeb) -> SmallWeb:
    """A web that asks first where it would alarm in another language."""
    shipped = read_other_languages()
    asks = read_thresholds().model_copy(update=dict.fromkeys(ALARMS, NOTHING))
    return new_web(red_flags=read_every_language(OtherLanguages(asks, shipped.classifier, shipped.encode)), limits="off")


def titles(message: Message) -> list[str]:
    """What can be pressed."""
    return [button["title"] for button in message["buttons"]]


def test_an_alarm_comes_in_the_language_of_the_message(web: SmallWeb) -> None:
    texts = the_texts("de")
    with Patient(web.url) as patient:
        [alarm] = patient.says(ALARMING)
        assert (alarm["kind"], alarm["lang"]) == ("emergency", "de")
        assert "112" in alarm["text"].splitlines()[0]
        assert titles(alarm) == [texts.acknowledge, texts.no_emergency]
        thanks = patient.says(texts.acknowledge)[0]
        assert thanks["lang"] == "de"
        assert [message["lang"] for message in patient.log() if message["from"] == "patient"] == ["de", "de"]


def test_the_question_whether_it_happens_now_comes_in_it_and_a_yes_raises_the_alarm(doubting: SmallWeb) -> None:
    texts = the_texts("de").check
    with Patient(doubting.url) as patient:
        [question] = patient.says(ALARMING)
        assert (question["kind"], question["lang"], titles(question)) == ("check", "de", [texts.yes_now, texts.no])
        [alarm] = patient.says(texts.yes_now)
        assert (alarm["kind"], alarm["lang"]) == ("emergency", "de")


def test_a_no_is_thanked_for_in_it_before_the_replies_in_english(doubting: SmallWeb) -> None:
    texts = the_texts("de").check
    with Patient(doubting.url) as patient:
        patient.says(ALARMING)
        thanks, *others = patient.says(texts.no)
        assert (thanks["text"], thanks["lang"]) == (texts.after_no, "de")
        assert others


@pytest.mark.parametrize("language", languages())
def test_a_person_is_called_in_each_language(web: SmallWeb, language: str) -> None:
    with Patient(web.url) as patient:
        [called] = patient.says(the_texts(language).person_button)
        assert (called["kind"], called["lang"]) == ("handoff", language)
        assert "C-" in called["text"]


def test_the_pages_own_button_calls_a_person_in_the_language_that_was_chosen(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        assert patient.http.put("/api/chat/language", json={"language": "es"}).status_code == 204
        assert patient.http.put("/api/chat/language", json={"language": "xx"}).status_code == 422
        [called] = patient.says("Talk to a person")
        assert (called["kind"], called["lang"]) == ("handoff", "es")


def test_despair_is_answered_in_it_with_a_person_and_no_question(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        said = patient.says("Ich kann einfach nicht mehr, ich bin allen nur noch eine Last")[0]
        assert said["lang"] == "de"
        assert said["kind"] != "emergency"
        assert titles(said) == [the_texts("de").person_button]


def test_a_language_that_is_not_known_gets_the_number_and_a_person(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        notice = patient.says("Cât costă tratamentul pentru soțul meu?")[0]
        assert notice["kind"] == "notice"
        assert "112" in notice["text"]
        assert titles(notice) == ["Talk to a person"]
        assert [message["lang"] for message in patient.log() if message["from"] == "patient"] == ["und"]


@pytest.mark.parametrize("before", [None, "unclear"])
def test_what_was_not_understood_is_said_in_it_too(before: Asking | None) -> None:
    own = OwnReplies(read_clinic(PROJECT / "clinic.yml"), the_red_flags())
    place = Place(IntakeRecord(asking=before), None, None, False, None, False)
    asks = Reply([Draft("I am not sure what you mean.")], [] if before else [AskedBack(asking="unclear")])
    reply = own.beside_other_language(asks, "а из чего делают эти клетки", place)
    assert [draft.language for draft in reply.drafts] == [None, "ru"]
    assert "112" in reply.drafts[-1].text
    assert own.beside_other_language(asks, "what are these cells made of", place) == asks


def test_english_is_answered_as_ever(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        replies = patient.says("How long does the infusion take?")
        assert [message["lang"] for message in patient.log()] == ["en"] * (len(patient.greeting) + 1 + len(replies))
        assert not any(message["kind"] == "notice" for message in replies)


def test_a_bare_help_is_a_cry_in_a_dutch_chat_and_none_in_a_new_one(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        assert "emergency" not in [message["kind"] for message in patient.says("help")]
        assert patient.http.put("/api/chat/language", json={"language": "nl"}).status_code == 204
        [alarm] = patient.says("help")
        assert (alarm["kind"], alarm["lang"]) == ("emergency", "nl")


@pytest.mark.parametrize("language", languages())
def test_what_can_be_pressed_is_understood(language: str) -> None:
    texts = the_texts(language)
    buttons = {
        "yes_now": texts.check.yes_now,
        "no": texts.check.no,
        "read_it": texts.acknowledge,
        "wants_person": texts.person_button,
        "no_emergency": texts.no_emergency,
    }
    for what, title in buttons.items():
        assert says(what, title, language) == language


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe keinen Menschen gesehen, der das überlebt hat, sagt der Artikel über die Studie in Köln von damals.",
        "no puedo respirar",
    ],
)
def test_a_longer_or_other_message_is_no_wish_and_no_answer(text: str) -> None:
    assert says("wants_person", text) is None
    assert says("no", text) is None


class _Broken(OtherLanguages):
    """A check whose files were damaged."""

    def check(self, *_: object) -> None:  # type: ignore[override]
        raise RuntimeError


@pytest.mark.parametrize("text", ["Get me a real human.", "a human please", "can somebody call me back"])
def test_who_asks_for_a_person_in_english_is_not_taken_for_somebody_else(text: str) -> None:
    assert wants_a_person_in(text, "en") is None


def test_a_fault_in_the_other_languages_takes_nothing_from_the_english_check() -> None:
    clinic = read_clinic(PROJECT / "clinic.yml")
    both = read_every_language(_Broken(OtherThresholds(**dict.fromkeys([*ALARMS, *ASKS], NOTHING))))
    assert both.check(ALARMING, clinic) is None
    flag = both.check("I have chest pain and I cannot breathe", clinic)
    assert isinstance(flag, RedFlag)
    assert isinstance(both, RedFlags)
