"""What cannot be done with a case is said on the case's own page, never on an error page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from sqlalchemy import select

from desk.models import AuditEntry, Message, Note
from tests.support.desk_work import acts, revision_on, writes
from tests.support.handing_off import Turns
from tests.support.small_web import NewWeb, SmallWeb
from tests.support.staff import Staff

REFERENCE = "C-2345-6789"
LONGEST = 4_000  # characters, of a message and of a note


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web with one patient who waits for a person."""
    web = new_web(limits="off")
    Turns(web.parts.database).asks_for_a_person(REFERENCE)
    return web


@pytest.fixture
def joins(web: SmallWeb) -> Iterator[Callable[[str, str], Staff]]:
    """Lets somebody of the clinic log in."""
    with ExitStack() as browsers:
        yield lambda role, name: browsers.enter_context(Staff(web.url, web.parts.database, role, name))


def said(web: SmallWeb, sender: str) -> list[str]:
    """What somebody has said in the conversation."""
    with web.parts.database.read() as session:
        return [message.text for message in session.scalars(select(Message).where(Message.sender == sender))]


def refused(answer: httpx.Response, status: int, *words: str) -> None:
    """Check that an answer is the page of the case, and says why."""
    assert answer.status_code == status, answer.text
    for word in (REFERENCE, 'role="alert"', *words):
        assert word in answer.text


def test_who_takes_over_too_late_sees_who_has_the_case(web: SmallWeb, joins: Callable[[str, str], Staff]) -> None:
    ana, ben = joins("coordinator", "Ana Example"), joins("physician", "Ben Example")
    seen = revision_on(ben.http.get(f"/desk/cases/{REFERENCE}").text)
    assert acts(ana, REFERENCE, "take-over").status_code == 200
    for act, form in (
        ("take-over", {}),
        ("hand-back", {}),
        ("close", {"outcome": "answered"}),
        ("snooze", {"how_long": "hour"}),
    ):
        late = ben.http.post(f"/desk/cases/{REFERENCE}/{act}", data={"revision": seen, **form})
        refused(late, 409, "Ana Example")
    assert "Ana Example" in ana.http.get(f"/desk/cases/{REFERENCE}").text


def test_a_text_that_is_too_long_is_not_sent_and_stays_in_its_box(web: SmallWeb, joins: Callable[[str, str], Staff]) -> None:
    ana = joins("coordinator", "Ana Example")
    acts(ana, REFERENCE, "take-over")
    long = "a" * (LONGEST + 1)
    refused(writes(ana, REFERENCE, long), 422, "4,000", long)
    refused(writes(ana, REFERENCE, "  \r\n "), 422)
    assert said(web, "coordinator") == []
    assert writes(ana, REFERENCE, long[1:]).status_code == 200
    assert said(web, "coordinator") == [long[1:]]


def test_a_note_that_is_empty_or_too_long_is_not_kept(web: SmallWeb, joins: Callable[[str, str], Staff]) -> None:
    ana = joins("coordinator", "Ana Example")
    for text in ("", " \n"):
        refused(ana.http.post(f"/desk/cases/{REFERENCE}/notes", data={"text": text}), 422)
    acts(ana, REFERENCE, "take-over")
    long = "a" * (LONGEST + 1)
    too_long = ana.http.post(f"/desk/cases/{REFERENCE}/notes", data={"text": long})
    refused(too_long, 422, f'aria-describedby="note-hint">{long}</textarea>')
    assert too_long.text.count(long) == 1, "what was meant for colleagues is not in the box for the patient"
    assert ana.http.post(f"/desk/cases/{REFERENCE}/notes", data={"text": "a" * LONGEST}).status_code == 200
    with web.parts.database.read() as session:
        assert len(list(session.scalars(select(Note.id)))) == 1


def test_nobody_writes_in_a_case_that_they_do_not_have(web: SmallWeb, joins: Callable[[str, str], Staff]) -> None:
    ana, ben = joins("coordinator", "Ana Example"), joins("physician", "Ben Example")
    acts(ana, REFERENCE, "take-over")
    form = {"id": "7b0d4a58-1c9e-4d0c-9a55-0d3c5e3b1f11", "text": "Good morning."}
    refused(ben.http.post(f"/desk/cases/{REFERENCE}/messages", data=form), 409)
    assert said(web, "coordinator") == []


def test_a_case_is_given_only_to_somebody_who_works_on_cases(web: SmallWeb, joins: Callable[[str, str], Staff]) -> None:
    ana, editor = joins("coordinator", "Ana Example"), joins("editor", "Eda Example")
    refused(acts(ana, REFERENCE, "assign", to=editor.user_id), 409)
    refused(acts(ana, REFERENCE, "assign", to="nobody-at-all"), 409)


@pytest.mark.parametrize("role", ["editor", "administrator"])
def test_who_does_not_work_on_cases_changes_none(web: SmallWeb, joins: Callable[[str, str], Staff], role: str) -> None:
    somebody = joins(role, "Somebody Example")
    answers = [
        somebody.http.post(f"/desk/cases/{REFERENCE}/{act}", data={"revision": 0, "outcome": "answered", "text": "Hello"})
        for act in ("take-over", "hand-back", "close", "assign", "notes")
    ]
    assert {answer.status_code for answer in answers} == {403}


def test_a_case_that_is_not_there_is_not_found(joins: Callable[[str, str], Staff]) -> None:
    ana = joins("coordinator", "Ana Example")
    assert ana.http.post("/desk/cases/C-0000-0000/take-over", data={"revision": 0}).status_code == 404


URGENT = "C-2345-7777"


def audited(web: SmallWeb, action: str) -> list[dict[str, object]]:
    """What the audit log keeps of an action."""
    with web.parts.database.read() as session:
        return [entry.details for entry in session.scalars(select(AuditEntry).where(AuditEntry.action == action))]


def test_an_emergency_is_put_off_for_minutes_alone_and_with_a_reason(web: SmallWeb, joins: Callable[[str, str], Staff]) -> None:
    ana = joins("coordinator", "Ana Example")
    Turns(web.parts.database).asks_for_a_person(URGENT, "emergency")
    page = ana.http.get(f"/desk/cases/{URGENT}").text
    assert "for a week" not in page
    assert "for 15 minutes" in page
    for too_long in ("hour", "next_day", "week"):
        answer = acts(ana, URGENT, "snooze", how_long=too_long, reason="calling")
        assert answer.status_code == 422
        assert "5, 15 or 30 minutes" in answer.text
    for reason in ("", "spoken", "no such reason"):
        answer = acts(ana, URGENT, "snooze", how_long="15", reason=reason)
        assert answer.status_code == 422
        assert '<option value="15" selected>' in answer.text, "what was chosen is still chosen"
    assert "I am calling the patient." in acts(ana, URGENT, "snooze", how_long="15", reason="calling").text
    assert URGENT in ana.http.get("/desk/queue").text
    [noted] = audited(web, "case.snoozed")
    assert noted["emergency"] == "calling"
    assert "Bring back" not in acts(ana, URGENT, "bring-back").text
    assert len(audited(web, "case.brought_back")) == 1


def test_anything_that_was_put_off_can_be_brought_back(web: SmallWeb, joins: Callable[[str, str], Staff]) -> None:
    ana = joins("coordinator", "Ana Example")
    assert "Bring back" in acts(ana, REFERENCE, "snooze", how_long="week").text
    assert REFERENCE not in ana.http.get("/desk/queue").text
    assert acts(ana, REFERENCE, "bring-back").status_code == 200
    assert REFERENCE in ana.http.get("/desk/queue").text


@pytest.mark.parametrize("act", ["close", "hand-back"])
def test_an_emergency_that_nobody_answered_is_not_let_go_without_a_reason(
    web: SmallWeb, joins: Callable[[str, str], Staff], act: str
) -> None:
    ana = joins("coordinator", "Ana Example")
    turns = Turns(web.parts.database)
    turns.asks_for_a_person(URGENT, "emergency")
    acts(ana, URGENT, "take-over")
    form = {"outcome": "other"} if act == "close" else {}
    answer = acts(ana, URGENT, act, **form)
    assert answer.status_code == 422
    assert "please choose a reason" in answer.text
    assert URGENT in ana.http.get("/desk/queue").text
    assert acts(ana, URGENT, act, reason="spoken", **form).status_code == 200
    assert audited(web, "case.closed" if act == "close" else "case.handed_back")[-1]["emergency"] == "spoken"


def test_an_emergency_that_somebody_answered_is_closed_as_any_other_case(
    web: SmallWeb, joins: Callable[[str, str], Staff]
) -> None:
    ana = joins("coordinator", "Ana Example")
    turns = Turns(web.parts.database)
    conversation = turns.asks_for_a_person(URGENT, "emergency")
    acts(ana, URGENT, "take-over")
    writes(ana, URGENT, "Please call 112 now.")
    turns.says(conversation, "They are here")
    assert acts(ana, URGENT, "close", outcome="sent_elsewhere").status_code == 200
    assert audited(web, "case.closed")[-1] == {"outcome": "sent_elsewhere"}
