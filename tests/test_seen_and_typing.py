"""Each side sees what the other has seen, and that they are typing; never what, and only where a person has the chat."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from desk.models import Conversation
from tests.support.browsing import Visits, faults
from tests.support.console_alone import ConsoleAlone
from tests.support.desk_work import writes
from tests.support.leaving import REFERENCE, Left
from tests.support.receivers import MailBox
from tests.support.staff import Staff
from turns.typing import LASTS, Typing, Writer

CASE = f"/desk/cases/{REFERENCE}"


@pytest.fixture
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleAlone]:
    """Web without what answers patients."""
    web = ConsoleAlone(tmp_path_factory.mktemp("web"))
    yield web
    web.closes()


@pytest.fixture
def ana(web: ConsoleAlone) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(web.url, web.database, "coordinator", "Ana Example") as staff:
        yield staff


@pytest.fixture
def maria(web: ConsoleAlone, ana: Staff) -> Left:
    """A patient whose conversation Ana has."""
    left = Left(web.database, MailBox())
    with web.database.write() as session:
        session.get_one(Conversation, left.id).holder = ana.user_id
        session.execute(text("DELETE FROM presences"))
    return left


def patient(web: ConsoleAlone, left: Left) -> httpx.Client:
    """The patient's own client."""
    token = {"Authorization": f"Bearer {web.tokens.make(left.id)}"}
    return httpx.Client(base_url=web.url, headers=token, timeout=20, trust_env=False)


def states(lines: Iterator[str]) -> Iterator[dict[str, object]]:
    """What the stream tells of the clinic's people."""
    is_state = False
    for line in lines:
        if line.startswith("data:") and is_state:
            yield json.loads(line[5:])
        is_state = line == "event: state"


def test_the_stream_tells_what_a_person_has_opened_and_that_they_type(web: ConsoleAlone, maria: Left, ana: Staff) -> None:
    with patient(web, maria) as http, http.stream("GET", "/api/chat/stream?state=true") as stream:
        told = states(stream.iter_lines())
        ana.http.get(CASE)
        with web.database.read() as session:
            last = session.get_one(Conversation, maria.id).last_seq
        assert next(told) == {"read": last, "typing": None}
        assert ana.http.post(f"{CASE}/typing").status_code == 204
        assert next(told) == {"read": last, "typing": {"name": "Ana Example", "role": "coordinator"}}
        writes(ana, REFERENCE, "Here I am.")
        assert next(told)["typing"] is None


def test_who_does_not_ask_for_the_state_gets_messages_only(web: ConsoleAlone, maria: Left, ana: Staff) -> None:
    with patient(web, maria) as http, http.stream("GET", "/api/chat/stream") as stream:
        lines = stream.iter_lines()
        ana.http.get(CASE)
        assert ana.http.post(f"{CASE}/typing").status_code == 204
        writes(ana, REFERENCE, "Here I am.")
        names = []
        for line in lines:
            names += [line] if line.startswith("event:") else []
            if "Here I am." in line:
                break
    assert set(names) == {"event: message"}


def test_a_page_that_looks_by_itself_has_read_nothing(web: ConsoleAlone, maria: Left, ana: Staff) -> None:
    ana.http.get(CASE, headers={"Accept": "application/x-cordial-fresh"})
    with web.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM presences WHERE read_seq > 0")).scalar_one() == 0


def test_who_has_not_the_conversation_is_not_seen_typing(web: ConsoleAlone, maria: Left) -> None:
    with Staff(web.url, web.database, "physician", "Ben Example") as ben:
        assert ben.http.post(f"{CASE}/typing").status_code == 204
    assert web.gateway.typing.person_typing(maria.id) is None


def test_a_patient_who_types_is_seen_on_the_case(web: ConsoleAlone, maria: Left, ana: Staff) -> None:
    assert "The patient is typing" not in ana.http.get(CASE).text
    with patient(web, maria) as http:
        assert http.post("/api/chat/typing").status_code == 204
    assert "The patient is typing" in ana.http.get(CASE).text


def test_nobody_types_in_a_chat_that_was_deleted(web: ConsoleAlone, maria: Left) -> None:
    with patient(web, maria) as http:
        assert http.delete("/api/chat/session").status_code == 204
        assert http.post("/api/chat/typing").status_code == 401


def test_typing_ends_by_itself_and_is_forgotten() -> None:
    now = [0.0]
    typing = Typing(lambda: now[0])
    typing.patient_types("one")
    typing.person_types("one", Writer("Ana", "coordinator"))
    assert typing.is_patient_typing("one")
    assert typing.person_typing("one") == Writer("Ana", "coordinator")
    now[0] = LASTS
    assert not typing.is_patient_typing("one")
    assert typing.person_typing("one") is None
    typing.patient_types("two")
    assert "one" not in vars(typing)["_patients"]


def test_both_sides_see_it_in_a_browser(
    visit: Visits, opens: Callable[..., Page], web: ConsoleAlone, maria: Left, ana: Staff
) -> None:
    page = visit(f"{web.url}/privacy", bypass_csp=True)
    session = json.dumps({"session": maria.id, "token": web.tokens.make(maria.id)})
    page.evaluate("session => localStorage.setItem('cordial:here:session', session)", session)
    page.goto(f"{web.url}/chat")
    expect(page.locator(".holder")).to_contain_text("is with you now")
    desk = opens(ana, CASE)
    expect(page.locator(".from-patient .delivery-words").last).to_have_text("Seen by a person")
    box = desk.get_by_label("Write to the patient")
    box.press_sequentially("Hel")
    expect(page.locator(".holder")).to_contain_text("Ana Example, coordinator (a person) is typing …")
    assert faults(page) == []
    shot(page, "chat-typing-390")
    page.get_by_role("textbox", name="Your message").press_sequentially("Thank")
    expect(desk.locator("#reach")).to_contain_text("The patient is typing")
    shot(desk, "case-typing-1280")
    box.fill("Hello Maria.")
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".from-coordinator")).to_contain_text("Hello Maria.")
    expect(desk.locator("#reach")).to_contain_text("Seen by the patient", timeout=20_000)
    shot(desk, "case-seen-1280")


def shot(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to look."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")
