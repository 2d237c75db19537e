"""Who answers a patient has the conversation: one form takes over and sends, unless a colleague was quicker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from desk.models import Conversation, Message
from tests.support.console_alone import ConsoleAlone
from tests.support.desk_work import acts, revision_on
from tests.support.handing_off import Turns
from tests.support.staff import Staff

REFERENCE = "C-2345-6789"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[ConsoleAlone]:
    """A web with one patient who waits for a person."""
    web = ConsoleAlone(tmp_path)
    Turns(web.database).asks_for_a_person(REFERENCE)
    yield web
    web.closes()


@pytest.fixture
def joins(web: ConsoleAlone) -> Iterator[Callable[[str, str], Staff]]:
    """Lets somebody of the clinic log in."""
    with ExitStack() as browsers:
        yield lambda role, name: browsers.enter_context(Staff(web.url, web.database, role, name))


def answers(staff: Staff, revision: str, text: str, id_: str | None = None, referer: str = "") -> httpx.Response:
    """Send the form of a page that was made from that revision."""
    form = {"id": id_ or str(uuid4()), "revision": revision, "text": text}
    headers = {"Referer": f"{staff.url}{referer}"} if referer else {}
    return staff.http.post(f"/desk/cases/{REFERENCE}/messages", data=form, headers=headers)


def said(web: ConsoleAlone) -> list[tuple[str, str]]:
    """What people and notices have said, in order."""
    with web.database.read() as session:
        theirs = select(Message).where(Message.sender.in_(("coordinator", "system"))).order_by(Message.seq)
        return [(message.sender, message.text) for message in session.scalars(theirs)]


def test_an_answer_takes_over_and_tells_the_patient_who_it_is(web: ConsoleAlone, joins: Callable[[str, str], Staff]) -> None:
    ana = joins("coordinator", "Ana Example")
    page = ana.http.get(f"/desk/cases/{REFERENCE}").text
    assert "Take over and send" in page
    assert answers(ana, revision_on(page), "Good morning.").status_code == 200
    notice, message = said(web)
    assert notice[0] == "system"
    assert "Ana Example, coordinator at Birchwood Example Clinic, is with you now" in notice[1]
    assert message == ("coordinator", "Good morning.")
    with web.database.read() as session:
        [conversation] = session.scalars(select(Conversation))
        assert (conversation.state, conversation.holder, conversation.waiting_since) == ("human", ana.user_id, None)


def test_the_same_answer_sent_twice_is_said_once(web: ConsoleAlone, joins: Callable[[str, str], Staff]) -> None:
    ana = joins("coordinator", "Ana Example")
    revision, id_ = revision_on(ana.http.get(f"/desk/cases/{REFERENCE}").text), str(uuid4())
    for _ in range(2):
        answer = answers(ana, revision, "Good morning.", id_)
        assert answer.status_code == 200, answer.text
    assert [sender for sender, _ in said(web)] == ["system", "coordinator"]


def test_who_was_slower_than_a_colleague_says_nothing_and_keeps_their_words(
    web: ConsoleAlone, joins: Callable[[str, str], Staff]
) -> None:
    ana, ben = joins("coordinator", "Ana Example"), joins("physician", "Ben Example")
    seen = revision_on(ben.http.get(f"/desk/cases/{REFERENCE}").text)
    acts(ana, REFERENCE, "take-over")
    late = answers(ben, seen, "A long and careful letter.")
    assert late.status_code == 409
    assert "who has it: Ana Example" in late.text
    assert "A long and careful letter." in late.text
    assert [sender for sender, _ in said(web)] == ["system"]


def test_an_answer_made_from_an_older_page_takes_nothing_from_whom_it_was_assigned_to(
    web: ConsoleAlone, joins: Callable[[str, str], Staff]
) -> None:
    ana, ben = joins("coordinator", "Ana Example"), joins("physician", "Ben Example")
    seen = revision_on(ana.http.get(f"/desk/cases/{REFERENCE}").text)
    acts(ana, REFERENCE, "assign", to=ben.user_id)
    assert answers(ana, seen, "Good morning.").status_code == 409
    assert said(web) == []


def test_a_closed_case_is_not_opened_again_by_an_answer(web: ConsoleAlone, joins: Callable[[str, str], Staff]) -> None:
    ana = joins("coordinator", "Ana Example")
    acts(ana, REFERENCE, "take-over")
    acts(ana, REFERENCE, "close", outcome="answered")
    revision = revision_on(ana.http.get(f"/desk/cases/{REFERENCE}").text)
    assert answers(ana, revision, "One more thing.").status_code == 409
    assert "coordinator" not in dict(said(web))


def test_the_list_beside_a_case_stays_as_it_was(web: ConsoleAlone, joins: Callable[[str, str], Staff]) -> None:
    ana = joins("coordinator", "Ana Example")
    Turns(web.database).asks_for_a_person("C-2345-7777")
    page = ana.http.get(f"/desk/cases/{REFERENCE.lower()}?view=all&text=maria")
    assert page.url.query == b"view=all&text=maria"
    for other in (REFERENCE, "C-2345-7777"):
        assert f'href="/desk/cases/{other}?view=all&amp;text=maria"' in page.text
    sent = answers(ana, revision_on(page.text), "Good morning.", referer=f"/desk/cases/{REFERENCE}?view=all&text=maria")
    assert (sent.status_code, sent.url.query) == (200, b"view=all&text=maria")
    refused = answers(ana, "0", " ", referer=f"/desk/cases/{REFERENCE}?view=all&text=maria")
    assert f'data-address="/desk/cases/{REFERENCE}?view=all&amp;text=maria"' in refused.text
    elsewhere = answers(ana, "0", "Yes.", referer="/desk/queue?view=mine")
    assert (elsewhere.url.path, elsewhere.url.query) == (f"/desk/cases/{REFERENCE}", b"")
    assert ana.http.get(f"/desk/cases/{REFERENCE}?view=nonsense").status_code == 200
