"""A call to a patient is noted in two clicks: whoever talked with them ends the wait, and a call in vain does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from desk.cases.alerts import emergencies
from desk.models import AuditEntry, Conversation, Message
from tests.support.browsing import faults
from tests.support.console_alone import ConsoleAlone
from tests.support.desk_work import acts, revision_on
from tests.support.handing_off import Turns
from tests.support.staff import Staff, desks

REFERENCE = "C-2345-6789"
CASE = f"/desk/cases/{REFERENCE}"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[ConsoleAlone]:
    """A console with an emergency that waits."""
    web = ConsoleAlone(tmp_path)
    Turns(web.database).asks_for_a_person(REFERENCE, "emergency")
    yield web
    web.closes()


@pytest.fixture
def ana(web: ConsoleAlone) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(web.url, web.database, "coordinator", "Ana Example") as staff:
        yield staff


@pytest.fixture
def ben(web: ConsoleAlone) -> Iterator[Staff]:
    """A physician."""
    with Staff(web.url, web.database, "physician", "Ben Example") as staff:
        yield staff


def calls(staff: Staff, talked: bool) -> httpx.Response:
    """Note a call; gives the page that follows."""
    done = acts(staff, REFERENCE, "calls", talked="yes" if talked else "no")
    assert done.status_code == 200
    return done


def case(web: ConsoleAlone) -> Conversation:
    """The conversation as it is stored."""
    with web.database.read() as session:
        return session.scalars(select(Conversation)).one()


def last_said(web: ConsoleAlone) -> Message:
    """What the patient reads last."""
    with web.database.read() as session:
        return session.scalars(select(Message).order_by(Message.seq.desc()).limit(1)).one()


def alarming(web: ConsoleAlone) -> list[str]:
    """The emergencies that nobody has answered."""
    with web.database.read() as session:
        return [each.reference for each in emergencies(session, datetime.now(UTC), [], timedelta(minutes=5))]


def words_of(staff: Staff) -> str:
    """The words of the case, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", staff.http.get(CASE).text).split())


def test_whoever_talked_has_the_case_and_the_patient_waits_no_more(web: ConsoleAlone, ana: Staff) -> None:
    assert "The patient reads that you talked, and does not wait any more." in calls(ana, talked=True).text
    assert (case(web).state, case(web).holder, case(web).waiting_since) == ("human", ana.user_id, None)
    assert alarming(web) == []
    assert "No person has written since" not in words_of(ana)
    said = last_said(web)
    assert (said.text, said.author, said.kind) == ("We have talked on the phone.", "Ana Example", "notice")


def test_a_call_in_vain_leaves_the_patient_waiting(web: ConsoleAlone, ana: Staff) -> None:
    waited = case(web).waiting_since
    calls(ana, talked=False)
    assert (case(web).state, case(web).holder, case(web).waiting_since) == ("waiting", None, waited)
    assert alarming(web) == [REFERENCE]
    assert last_said(web).text.startswith("Ana Example, coordinator at")
    assert "called you, but could not reach you" in last_said(web).text


def test_calls_stand_in_the_case_and_in_the_audit_log(web: ConsoleAlone, ana: Staff, ben: Staff) -> None:
    calls(ana, talked=False)
    calls(ben, talked=True)
    page = words_of(ana)
    assert re.search(r"Calls \d\d:\d\d, Ana Example: not reached \d\d:\d\d, Ben Example: talked with the patient", page)
    with web.database.read() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "case.called").order_by(AuditEntry.seq))
        assert [(entry.actor, entry.details) for entry in noted] == [
            (ana.user_id, {"talked": False}),
            (ben.user_id, {"talked": True}),
        ]


def test_a_colleague_who_has_the_case_goes_on_having_it(web: ConsoleAlone, ana: Staff, ben: Staff) -> None:
    acts(ana, REFERENCE, "take-over")
    calls(ben, talked=True)
    assert (case(web).holder, case(web).waiting_since) == (ana.user_id, None)
    assert last_said(web).author == "Ben Example"


def test_a_closed_case_stays_closed(web: ConsoleAlone, ana: Staff) -> None:
    calls(ana, talked=True)
    acts(ana, REFERENCE, "close", outcome="answered")
    calls(ana, talked=True)
    assert case(web).state == "closed"
    assert last_said(web).text == "We have talked on the phone."


def test_a_call_is_noted_once_however_often_the_button_is_pressed(web: ConsoleAlone, ana: Staff) -> None:
    seen = revision_on(ana.http.get(CASE).text)
    for status in (200, 409):
        assert ana.http.post(f"{CASE}/calls", data={"revision": seen, "talked": "yes"}).status_code == status
    assert words_of(ana).count("talked with the patient") == 1


def test_it_takes_two_clicks_and_the_menu_is_open_to_everybody(web: ConsoleAlone, ana: Staff, browser: Browser) -> None:
    with desks(browser, "") as opens:
        for width in (390, 1280):
            page = opens(ana, CASE, width, bypass_csp=True)
            page.get_by_text("Note a call", exact=True).click()
            assert faults(page) == [], width
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        page.get_by_role("button", name="We talked").click()
        expect(page.locator("#transcript > li").last).to_contain_text("We have talked on the phone.")
        expect(page.locator("#summary")).to_contain_text("Ana Example: talked with the patient")
