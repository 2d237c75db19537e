"""Whatever breaks, a patient in an emergency is told what to do, and a coordinator sees it as soon as it can be stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from desk.cases.case import find_case
from desk.cases.queue import Desk, Filters, look
from desk.conversations.handoffs import list_handoffs
from desk.conversations.intakes import apply_effects
from desk.conversations.log import start_conversation
from desk.models import Intake, IntakeAnswer
from desk.sealed import Keyring, new_key
from intake.record import FieldAnswer, FieldAnswered, HandoffAsked
from tests.support import broken_rasa as rasa
from tests.support.doubting import DOUBTED, Doubting
from tests.support.faults import Fault, full, locked, not_even_read, read_only, silent_redis
from tests.support.people import Message, Patient, error_of
from tests.support.small_web import NewWeb, SmallWeb
from tests.support.system import until
from web.console.case import told

EMERGENCY = "I have chest pain and I cannot breathe"
LONG = f"{EMERGENCY}. {'It began an hour ago after the walk. ' * 90}"  # more than fits where there is no room
DOUBTFUL = f"Since noon {DOUBTED} in my chest. {'It began after the walk, and then I sat down. ' * 80}"
FAULTS: dict[str, Fault] = {"locked": locked, "not even read": not_even_read, "full": full, "read-only": read_only}


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web that is going to be hurt."""
    return new_web(limits="off")


def is_told(replies: list[Message]) -> bool:
    """Whether a patient was told what to do, with the number to call."""
    [reply] = replies
    return reply["kind"] == "emergency" and "112" in reply["text"]


def alarms(web: SmallWeb) -> list[tuple[str | None, str | None]]:
    """What coordinators see: the level and the group of each handoff."""
    with web.parts.database.read() as session:
        return [(handoff.urgent_level, handoff.urgent_group) for handoff in list_handoffs(session)]


def is_stored_once(web: SmallWeb, patient: Patient, text: str) -> None:
    """Wait until an emergency is stored, and look that it is there once, with its reply and its alarm."""
    until(lambda: text in patient.said(), 60, "it was stored")
    until(lambda: web.parts.gateway.alarms.waiting == 0, 60, "nothing waits")
    log = patient.log(after=len(patient.greeting))
    assert [(message["from"], message["kind"]) for message in log] == [("patient", "text"), ("assistant", "emergency")]
    assert [message["seq"] for message in log] == [2, 3]
    assert [level for level, _ in alarms(web)] == ["emergency"]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_while_nothing_can_be_stored_the_reply_goes_out_and_is_stored_afterwards(web: SmallWeb, fault: Fault) -> None:
    with Patient(web.url) as patient:
        with fault(web):
            [reply] = patient.says(LONG)
            assert is_told([reply])
            assert reply["seq"] == 0, "a number would say that it is in the log"
        is_stored_once(web, patient, LONG.strip())
        assert patient.log()[-1] == {**reply, "seq": 3}, "the same reply, at the time at which it was said"


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_the_same_id_again_is_the_same_reply_and_stored_once(web: SmallWeb, fault: Fault) -> None:
    message_id = str(uuid4())
    with Patient(web.url) as patient:
        with fault(web):
            told = [patient.send(LONG, message_id).json()["messages"] for _ in range(2)]
        assert told[0] == told[1]
        until(lambda: patient.send(LONG, message_id).json()["messages"][0]["seq"] == 3, 60, "it has a number")
        is_stored_once(web, patient, LONG.strip())


@pytest.fixture
def doubting(new_web: NewWeb) -> SmallWeb:
    """A web that is in doubt about some messages, and is going to be hurt."""
    return new_web(limits="off", red_flags=Doubting())


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_while_nothing_can_be_stored_it_is_asked_whether_it_happens_now_and_a_yes_raises_the_alarm(
    doubting: SmallWeb, fault: Fault
) -> None:
    with Patient(doubting.url) as patient:
        with fault(doubting):
            [asked] = patient.says(DOUBTFUL)
            assert (asked["kind"], asked["seq"]) == ("check", 0)
            assert "112" in asked["text"]
            assert is_told(patient.says("Yes, now"))
        until(lambda: [level for level, _ in alarms(doubting)] == ["emergency"], 60, "it was stored")


def test_a_yes_raises_the_alarm_also_where_the_record_is_read_too_late_for_the_check(
    doubting: SmallWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("turns.emergency_check.READING_SECONDS", 0.0)
    with Patient(doubting.url) as patient:
        assert patient.says(f"Since noon {DOUBTED} in my chest")[0]["kind"] == "check"
        assert is_told(patient.says("Yes, now"))
    assert [level for level, _ in alarms(doubting)] == ["emergency"]


@pytest.mark.parametrize("between", ["No", "Does it work?"])
def test_after_anything_but_a_yes_a_later_yes_is_to_something_else(doubting: SmallWeb, between: str) -> None:
    with Patient(doubting.url) as patient:
        with not_even_read(doubting):
            assert patient.says(DOUBTFUL)[0]["kind"] == "check"
            patient.send(between)
            assert patient.send("Yes, now").status_code == 500, "nothing is stored, and nothing was asked"
        assert all(reply["kind"] != "emergency" for reply in patient.says("yes"))
    assert alarms(doubting) == []


def test_a_yes_to_nothing_is_no_alarm(doubting: SmallWeb) -> None:
    with Patient(doubting.url) as patient:
        assert all(reply["kind"] != "emergency" for reply in patient.says("Yes, now"))
        with locked(doubting):
            patient.says(f"Since noon {DOUBTED} in my chest")
        until(lambda: DOUBTED in " ".join(patient.said()), 60, "it is stored after all")
        with Patient(doubting.url) as other:
            assert all(reply["kind"] != "emergency" for reply in other.says("Yes, now"))


@pytest.mark.parametrize(
    ("text", "kind"), [(EMERGENCY, "emergency"), (f"Since noon {DOUBTED}", "check"), ("Does it work?", None)]
)
def test_what_waits_behind_another_message_can_be_asked_about_before_its_turn(
    doubting: SmallWeb, text: str, kind: str | None
) -> None:
    with Patient(doubting.url) as patient:
        before = patient.log()
        with locked(doubting):
            replies = patient.http.post("/api/chat/check", json={"text": text}).json()["messages"]
        assert [(reply["kind"], reply["seq"]) for reply in replies] == ([(kind, 0)] if kind else [])
        assert all("112" in reply["text"] for reply in replies)
        assert patient.log() == before, "nothing is stored"
    assert alarms(doubting) == []


def test_where_nothing_is_broken_the_reply_has_its_number(web: SmallWeb) -> None:
    message_id = str(uuid4())
    with Patient(web.url) as patient:
        assert is_told(patient.send(EMERGENCY, message_id).json()["messages"])
        is_stored_once(web, patient, EMERGENCY)
        [again] = patient.send(EMERGENCY, message_id).json()["messages"]
        assert again == patient.log()[-1]


def give_a_record_that_cannot_be_opened(web: SmallWeb, patient: Patient, sealed: str) -> None:
    """Put an answer into a patient's intake as it is after a fault of the disk, or after the key was lost."""
    now = datetime.now(UTC)
    with web.parts.database.write() as session:
        intake = {"status": "in_progress", "open_field": "contact", "attempts": 0, "updated_at": now}
        session.add(Intake(conversation_id=patient.session, **intake))
        answer = {"field": "full_name", "message_seq": 1, "at": now, "sealed": sealed}
        session.add(IntakeAnswer(conversation_id=patient.session, **answer))


SEALED: dict[str, Callable[[], str]] = {
    "damaged": lambda: "gAAAAAB-this-was-something-once",
    "of another key": lambda: Keyring([new_key()]).seal({"said": "Maria Example", "value": "Maria Example"}),
}


@pytest.mark.parametrize("sealed", SEALED.values(), ids=SEALED.keys())
def test_a_record_that_cannot_be_opened_keeps_nobody_from_the_reply(web: SmallWeb, sealed: Callable[[], str]) -> None:
    with Patient(web.url) as patient:
        give_a_record_that_cannot_be_opened(web, patient, sealed())
        assert is_told(patient.says(EMERGENCY))
        is_stored_once(web, patient, EMERGENCY)


@pytest.mark.parametrize("sealed", SEALED.values(), ids=SEALED.keys())
def test_a_record_that_cannot_be_opened_costs_only_itself(web: SmallWeb, sealed: Callable[[], str]) -> None:
    with Patient(web.url) as patient:
        give_a_record_that_cannot_be_opened(web, patient, sealed())
        country = FieldAnswer(said="Lithuania", value={"code": "LT", "name": "Lithuania"})
        with web.parts.database.write() as session:
            apply_effects(session, patient.session, 1, [FieldAnswered(field="country", answer=country)])
            apply_effects(session, patient.session, 1, [HandoffAsked(reference="C-2345-6789", reason="asked")])
        assert patient.says("Is fever a bad sign?")[0]["text"] == "You said: Is fever a bad sign?"
        assert set(patient.intake()["answers"]) == {"country"}, "the name is asked again"
        assert "This answer cannot be read." in patient.http.get("/api/chat/export").text
    with web.parts.database.read() as session:
        case = find_case(session, "C-2345-6789")
        assert case is not None
        shown = {line.field.name: line.change.answer.said for line in told(case)}
        waiting = look(session, Filters(), Desk("nobody", web.parts.clinic.hours, datetime.now(UTC)))
    assert shown == {"full_name": "This answer cannot be read.", "country": "Lithuania"}
    assert len(waiting.rows) == 1


def test_a_rasa_that_is_away_or_has_no_model_is_not_asked(web: SmallWeb) -> None:
    with Patient(web.url) as one, Patient(web.url) as other:
        web.rasa.behaves(rasa.answers(200, b"[]"))  # so answers a Rasa without a model
        assert is_told(one.says(EMERGENCY))
        web.rasa.goes_away()
        assert is_told(other.says(EMERGENCY))
        assert [level for level, _ in alarms(web)] == ["emergency"] * 2


def test_a_redis_that_does_not_answer_is_not_waited_for(new_web: NewWeb) -> None:
    with silent_redis() as address:
        web = new_web(redis_url=address)
        [headers] = chats(web, 1)
        reply = httpx.post(f"{web.url}/api/chat/messages", json=message(EMERGENCY), headers=headers, trust_env=False)
    assert is_told(reply.json()["messages"])


@pytest.mark.parametrize("authorization", ["", "Bearer nothing", "Basic abc"])
def test_without_a_token_that_opens_a_chat_the_reply_comes_all_the_same(web: SmallWeb, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    with httpx.Client(base_url=web.url, headers=headers, trust_env=False) as client:
        [reply] = client.post("/api/chat/messages", json=message(EMERGENCY)).json()["messages"]
        assert is_told([reply])
        assert reply["seq"] == 0
        assert error_of(client.post("/api/chat/messages", json=message("Does it work?"))).startswith("token_")
    assert alarms(web) == []


def test_in_a_chat_that_was_deleted_the_reply_comes_all_the_same(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.http.delete("/api/chat/session")
        assert is_told(patient.says(EMERGENCY))
        assert web.parts.gateway.alarms.waiting == 0, "there is nothing to store it with"
        assert error_of(patient.send("Does it work?")) == "token_invalid"


def message(text: str) -> dict[str, str]:
    """The body of a message."""
    return {"id": str(uuid4()), "text": text}


def chats(web: SmallWeb, number: int) -> list[dict[str, str]]:
    """Open many chats without a request for each; gives the headers that open them."""
    with web.parts.database.write() as session:
        ids = [start_conversation(session, [])[0].id for _ in range(number)]
    return [{"Authorization": f"Bearer {web.parts.tokens.make(id_)}"} for id_ in ids]


def everybodys(web: SmallWeb) -> httpx.AsyncClient:
    """A client for as many patients as there are."""
    return httpx.AsyncClient(base_url=web.url, timeout=60, trust_env=False, limits=httpx.Limits(max_connections=None))


def write(client: httpx.AsyncClient, text: str, chats: list[dict[str, str]]) -> list[asyncio.Task[httpx.Response]]:
    """Let everybody write the same at once; gives what is on its way."""
    return [asyncio.create_task(client.post("/api/chat/messages", json=message(text), headers=each)) for each in chats]


def test_two_hundred_patients_who_wait_for_the_records_hold_no_emergency_up(web: SmallWeb) -> None:
    *crowd, one = chats(web, 201)

    async def play() -> None:
        async with everybodys(web) as client:
            with locked(web):
                waiting = write(client, "Does it work?", crowd)
                await asyncio.sleep(1)  # so that they have come as far as they can
                reply = await write(client, EMERGENCY, [one])[0]
                assert not any(each.done() for each in waiting), "the records were free"
            assert is_told(reply.json()["messages"])
            assert {(await each).status_code for each in waiting} <= {200, 500}

    asyncio.run(play())
    until(lambda: [level for level, _ in alarms(web)] == ["emergency"], 60, "it was stored")


def test_two_hundred_emergencies_at_once_are_all_told_and_all_stored(web: SmallWeb) -> None:
    everybody = chats(web, 200)

    async def play() -> list[httpx.Response]:
        async with everybodys(web) as client:
            with locked(web):
                return await asyncio.gather(*write(client, EMERGENCY, everybody))

    assert all(is_told(reply.json()["messages"]) for reply in asyncio.run(play()))
    until(lambda: web.parts.gateway.alarms.waiting == 0, 100, "all are stored")
    with web.parts.database.read() as session:
        assert len(list_handoffs(session, most=300)) == 200
