"""Where a message may tell of an emergency and may as well not, this is asked first; nothing that was typed is lost to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from cordial.bootstrap import PROJECT
from desk.cases.taking_over import hand_back, take_over, write
from desk.conversations.handoffs import list_handoffs
from desk.conversations.turns import waiting_before
from desk.models import Conversation, Handoff
from intake.clinic import read_clinic
from knowledge.encoder import Encoder
from knowledge.library import Library
from tests.support.doubting import BETTER, DOUBTED, HEARD, TOLD, WEARY, Doubting
from tests.support.people import Message, Patient, open_field
from tests.support.records import colleague
from tests.support.small_web import SmallWeb, small_web
from tests.support.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]

CLINIC = read_clinic(PROJECT / "clinic.yml")
SAID = f"knee arthritis, and {DOUBTED} around the chest"  # an answer to the condition, and perhaps more
ASKED_ABOUT = f"Does it work? {DOUBTED} sometimes"
ALARMING = "my chest hurts so bad"
YES, NO, READ, FALSE = "Yes, now", "No", "I have read this", "It is not an emergency"


@pytest.fixture(scope="module")
def check() -> Doubting:
    """The check of this file's web."""
    return Doubting()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of this file's web."""
    return tmp_path_factory.mktemp("doubting")


@pytest.fixture(scope="module")
def web(cordial: System, folder: Path, library: Library, encoder: Encoder, check: Doubting) -> Iterator[SmallWeb]:
    """A web that is in doubt about some messages, with the real Rasa."""
    with small_web(folder, library, encoder, check, rasa_url=cordial.rasa_url, limits="off", rasa_timeout=60) as web:
        yield web


@pytest.fixture
def somebody(web: SmallWeb) -> Iterator[Callable[[], Patient]]:
    """Lets patients open a chat."""
    with ExitStack() as chats:
        yield lambda: chats.enter_context(Patient(web.url))


@pytest.fixture
def patient(somebody: Callable[[], Patient]) -> Patient:
    """A patient with a new chat."""
    return somebody()


def kinds(messages: list[Message]) -> list[str]:
    """What the messages are."""
    return [message["kind"] for message in messages]


def values(message: Message) -> list[str]:
    """What the buttons of a message send."""
    return [button["value"] for button in message["buttons"]]


def test_what_may_be_an_emergency_is_asked_about_with_the_number_to_call(patient: Patient) -> None:
    [asked] = patient.says(ASKED_ABOUT)
    assert asked["kind"] == "check"
    assert asked["text"].startswith("Is this happening now?")
    assert CLINIC.emergency_number in asked["text"]
    assert values(asked) == [YES, NO]


def test_a_mere_question_whether_it_is_one_calls_nobody(patient: Patient, web: SmallWeb) -> None:
    patient.says(ASKED_ABOUT)
    assert not handoffs_of(web, patient)


@pytest.mark.parametrize("yes", [YES, "yes", "YES!!", "yes it is", "yes, since this morning", "i think so", "help"])
def test_a_yes_raises_the_alarm_with_all_that_belongs_to_it(patient: Patient, web: SmallWeb, yes: str) -> None:
    patient.answers_until("full_name")
    patient.says(f"Maria, {DOUBTED}")
    [alarm] = patient.says(yes)
    assert alarm["kind"] == "emergency"
    assert CLINIC.emergency_number in alarm["text"]
    assert values(alarm) == [READ, FALSE]
    [handoff] = handoffs_of(web, patient)
    assert (handoff.urgent_level, handoff.urgent_group) == ("emergency", "cardiac")
    assert open_field(patient.says("Maria Example")) is None, "the intake waits"


@pytest.mark.parametrize("no", [NO, "no!", "not now", "No, I'm just asking", "no, that was years ago"])
def test_after_a_no_the_question_is_answered_and_raises_no_alarm_again(patient: Patient, no: str) -> None:
    patient.says(ASKED_ABOUT)
    assert "answer" in kinds(patient.says(no))
    assert "check" not in kinds(patient.says(ASKED_ABOUT.upper() + "!"))


def test_after_a_no_the_answer_is_stored_for_the_field_that_was_open(patient: Patient) -> None:
    patient.answers_until("condition")
    assert kinds(patient.says(SAID)) == ["check"]
    assert "condition" not in patient.intake()["answers"]
    replies = patient.says(NO)
    assert SAID in str(patient.intake()["answers"]["condition"])
    assert open_field(replies) == "treatments"
    told = {each["message"] for each in patient.http.get("/api/chat/export").json()["history"] if each["field"] == "condition"}
    assert told == {message["seq"] for message in patient.log() if message["text"] == SAID}


def test_the_same_no_again_gives_the_same_replies(patient: Patient) -> None:
    patient.answers_until("condition")
    patient.says(SAID)
    message_id = str(uuid4())
    first = patient.send(NO, message_id).json()["messages"]
    assert patient.send(NO, message_id).json()["messages"] == first
    assert first == patient.log()[-len(first) :]


def test_what_was_asked_back_before_is_still_understood_after_a_no(patient: Patient) -> None:
    patient.answers_until("condition")
    patient.says("I want to change an answer")
    assert kinds(patient.says(f"my name, {DOUBTED}")) == ["check"]
    assert open_field(patient.says(NO)) == "full_name"


def test_whoever_writes_something_else_gets_replies_to_both_and_one_question(patient: Patient) -> None:
    patient.answers_until("condition")
    patient.says(SAID)
    replies = patient.says("Does it work?")
    assert SAID in str(patient.intake()["answers"]["condition"])
    assert "answer" in kinds(replies)
    assert [message["question"]["field"] for message in replies if message["question"]] == ["treatments"]
    assert replies[-1]["question"]


def test_what_was_written_before_a_question_was_seen_is_no_answer_to_it(patient: Patient) -> None:
    patient.answers_until("condition")
    patient.says(SAID)
    replies = patient.says("in the left one, for ten years")
    assert set(patient.intake()["answers"]) == {
        *("consent", "for_whom", "full_name", "contact", "birth", "sex", "country", "condition")
    }
    assert "our team can read it" in " ".join(message["text"] for message in replies)
    assert open_field(replies) == "treatments"


def test_an_emergency_in_the_place_of_a_reply_alarms_at_once(patient: Patient) -> None:
    patient.says(ASKED_ABOUT)
    assert kinds(patient.says(ALARMING)) == ["emergency"]


def test_if_that_was_a_false_alarm_both_messages_are_taken(patient: Patient) -> None:
    patient.answers_until("condition")
    patient.says(SAID)
    patient.says(f"{ALARMING}, does it work?")
    replies = patient.says(FALSE)
    assert SAID in str(patient.intake()["answers"]["condition"])
    assert "answer" in kinds(replies)
    assert [message["question"]["field"] for message in replies if message["question"]] == ["treatments"]


def test_doubt_after_doubt_is_asked_about_again_and_a_no_takes_both(patient: Patient) -> None:
    patient.answers_until("condition")
    patient.says(SAID)
    assert kinds(patient.says(f"Is it safe? {DOUBTED}")) == ["check"]
    replies = patient.says(NO)
    assert SAID in str(patient.intake()["answers"]["condition"])
    assert "answer" in kinds(replies)
    assert [message["question"]["field"] for message in replies if message["question"]] == ["treatments"]


def test_it_is_still_known_after_a_restart_what_was_asked(
    patient: Patient, cordial: System, folder: Path, library: Library, encoder: Encoder
) -> None:
    patient.answers_until("condition")
    patient.says(SAID)
    with small_web(folder, library, encoder, Doubting(), rasa_url=cordial.rasa_url, limits="off") as another:
        patient.http.base_url = another.url
        patient.says(NO)
        assert SAID in str(patient.intake()["answers"]["condition"])


def test_while_rasa_is_away_a_no_can_be_said_again(
    patient: Patient, web: SmallWeb, folder: Path, library: Library, encoder: Encoder
) -> None:
    patient.answers_until("condition")
    patient.says(SAID)
    usual = patient.http.base_url
    with small_web(folder, library, encoder, Doubting(), limits="off") as lonely:
        lonely.rasa.goes_away()
        patient.http.base_url = lonely.url
        assert kinds(patient.says(NO)) == ["notice"]
    patient.http.base_url = usual
    patient.says(NO)
    assert SAID in str(patient.intake()["answers"]["condition"])


def test_whoever_says_that_an_alarm_was_none_has_their_answer_taken(patient: Patient) -> None:
    patient.answers_until("condition")
    assert kinds(patient.says(ALARMING)) == ["emergency"]
    replies = patient.says(FALSE)
    assert ALARMING in str(patient.intake()["answers"]["condition"])
    assert open_field(replies) == "treatments"
    assert CLINIC.emergency_number in replies[0]["text"]


def test_whoever_has_read_what_to_do_can_give_their_answer_again_with_a_press(patient: Patient) -> None:
    patient.answers_until("condition")
    patient.says(ALARMING)
    [_, kept, question] = patient.says(READ)
    assert values(kept) == [ALARMING]
    assert question["question"]["field"] == "condition"
    replies = patient.says(ALARMING)
    assert "emergency" not in kinds(replies)
    assert CLINIC.emergency_number in replies[0]["text"], "it may be a second emergency"
    assert ALARMING in str(patient.intake()["answers"]["condition"])


def test_an_answer_that_came_while_the_intake_waited_is_offered_afterwards(patient: Patient) -> None:
    patient.answers_until("full_name")
    patient.says("i cant breathe")
    assert kinds(patient.says("Maria Example")) == ["notice"]
    replies = patient.says(READ)
    assert "Maria Example" in values(replies[1])
    assert open_field(replies) == "full_name"
    patient.says("Maria Example")
    assert patient.intake()["answers"]["full_name"] == "Maria Example"


def test_after_an_alarm_it_is_heard_how_it_went_on(patient: Patient) -> None:
    patient.says(ALARMING)
    [told] = patient.says(f"{BETTER} now, what happens next")
    assert told["text"] == TOLD
    assert values(told) == [READ]
    patient.says(READ)
    assert patient.says(f"ok {BETTER}")[0]["text"] == TOLD


def test_news_after_an_alarm_that_answers_a_field_is_heard_and_taken(patient: Patient) -> None:
    patient.answers_until("hopes")
    patient.says(ALARMING)
    patient.says(READ)
    replies = patient.says(f"to walk again, {BETTER} every day")
    assert replies[0]["text"] == TOLD
    assert BETTER in str(patient.intake()["answers"]["hopes"])
    assert open_field(replies) == "questions"


def test_without_an_alarm_before_it_the_same_words_are_an_ordinary_message(patient: Patient) -> None:
    assert TOLD not in [message["text"] for message in patient.says(f"{BETTER} now")]


def test_despair_is_heard_and_nothing_is_quoted(patient: Patient) -> None:
    replies = patient.says(f"I am {WEARY}. Does it work?")
    assert "answer" not in kinds(replies)
    assert replies[0]["text"] == HEARD
    assert "handoff" in kinds(patient.says(values(replies[0])[0]))


def test_despair_that_answers_a_field_is_heard_and_taken(patient: Patient) -> None:
    patient.answers_until("hopes")
    said = f"that I am not {WEARY}"
    replies = patient.says(said)
    assert replies[0]["text"] == HEARD
    assert said in str(patient.intake()["answers"]["hopes"])
    assert open_field(replies) == "questions"


def test_beside_a_person_it_is_not_asked_but_the_person_is_told(patient: Patient, web: SmallWeb) -> None:
    patient.says("I want to talk to a person")
    with web.parts.database.write() as session:
        person = colleague(session)
        take_over(session, patient.session, person, revision(web, patient))
    [notice] = patient.says(f"{DOUBTED} since we talked")
    assert notice["kind"] == "notice"
    assert CLINIC.emergency_number in notice["text"]
    [handoff] = handoffs_of(web, patient)
    assert (handoff.urgent_level, handoff.urgent_group) == ("urgent", "cardiac")


def test_what_a_person_has_replied_to_is_not_taken_up_later(patient: Patient, web: SmallWeb) -> None:
    patient.says(ASKED_ABOUT)
    with web.parts.database.write() as session:
        person = colleague(session)
        take_over(session, patient.session, person, revision(web, patient))
        write(session, patient.session, person, "I have read it. Are you well?", str(uuid4()))
    with web.parts.database.write() as session:
        hand_back(session, patient.session, person, revision(web, patient))
    assert "emergency" not in kinds(patient.says("yes"))


def test_a_person_who_hands_back_leaves_no_answered_no_to_be_answered_again(patient: Patient, web: SmallWeb) -> None:
    patient.says(ASKED_ABOUT)
    patient.says(NO)
    with web.parts.database.write() as session:
        person = colleague(session)
        take_over(session, patient.session, person, revision(web, patient))
    with web.parts.database.write() as session:
        hand_back(session, patient.session, person, revision(web, patient))
        assert waiting_before(session, patient.session, 2**31 - 1) == []


def test_the_check_is_told_what_was_asked(patient: Patient, check: Doubting) -> None:
    patient.answers_until("condition")
    patient.says(SAID)
    assert check.asked[SAID] == "condition"


def test_a_withdrawn_consent_lets_go_of_what_was_held_back(patient: Patient) -> None:
    patient.answers_until("condition")
    patient.says(SAID)
    patient.http.post("/api/chat/consent/withdraw")
    patient.says(NO)
    assert patient.intake()["answers"] == {}


def handoffs_of(web: SmallWeb, patient: Patient) -> list[Handoff]:
    """The open handoffs of a patient."""
    with web.parts.database.read() as session:
        return [each for each in list_handoffs(session) if each.conversation_id == patient.session]


def revision(web: SmallWeb, patient: Patient) -> int:
    """The revision of a patient's conversation."""
    with web.parts.database.read() as session:
        return session.get_one(Conversation, patient.session).revision
