"""Whatever goes wrong, the words that a patient reads name the emergency number and a way to the clinic."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from cordial.bootstrap import PROJECT
from intake.clinic import read_clinic
from tests.support.people import Patient
from tests.support.small_web import NewWeb, SmallWeb
from turns.texts import ERRORS, texts
from web.errors import ApiError, install_error_handlers

NUMBER, ADDRESS = "112", "hello@birchwood.example"
OF_THE_CONSOLE = {"not_logged_in", "link_ended", "not_allowed", "proof_needed", "other_site"}  # people of the clinic read these


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web as it is by default."""
    return new_web()


def names_help(text: str) -> bool:
    """Whether somebody in danger reads whom to call, also where the clinic's number is none, and how to reach the clinic."""
    return NUMBER in text and "your local emergency number" in text and ADDRESS in text


@pytest.mark.parametrize("code", sorted(set(ERRORS) - OF_THE_CONSOLE))
def test_every_refusal_names_the_number_and_the_clinic(web: SmallWeb, code: str) -> None:
    app = FastAPI()
    app.state.parts = web.parts
    install_error_handlers(app)
    request = Request({"type": "http", "app": app, "path": "/api/chat/messages", "headers": []})
    error = ApiError(400, code, **dict.fromkeys(ERRORS[code], "something"))
    handle: Any = app.exception_handlers[ApiError]
    message = json.loads(bytes(asyncio.run(handle(request, error)).body))["error"]["message"]
    assert message.startswith(error.message)
    assert names_help(message)


def test_a_fault_of_ours_and_what_is_refused_before_any_route_name_them_too(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        refusals = [
            patient.send(""),
            patient.send("x" * 5000),
            patient.send("y" * 100_000),
            patient.send_raw(b"{"),
            patient.send_raw(b"\xff"),
            patient.http.post("/api/chat/messages", json={"text": "hello"}),
            patient.http.put("/api/chat/messages"),
            patient.http.get("/api/nothing"),
        ]
        web.parts.database.engine.dispose()
        with web.parts.database.write() as session:
            session.connection().exec_driver_sql("ALTER TABLE conversations RENAME TO somewhere_else")
        refusals.append(patient.send("Does it work?"))
    assert [refusal.status_code for refusal in refusals] == [422, 413, 413, 400, 400, 422, 405, 404, 500]
    assert [refusal.text for refusal in refusals if not names_help(refusal.json()["error"]["message"])] == []


def test_an_error_that_is_shown_as_a_page_names_them(web: SmallWeb) -> None:
    page = httpx.get(f"{web.url}/nothing", headers={"Accept": "text/html"}, trust_env=False)
    assert (page.status_code, names_help(page.text)) == (404, True)


def test_a_notice_that_the_assistant_is_away_names_them() -> None:
    assert {"{emergency_number}", "{contact}"} <= set(texts().assistant_away.replace(",", " ").replace(".", " ").split())


def test_the_console_and_the_inner_doors_keep_to_themselves(web: SmallWeb) -> None:
    answer = httpx.get(f"{web.url}/desk/nothing", trust_env=False)
    assert not names_help(answer.text)


def test_no_page_shows_the_clinics_number_without_its_place(web: SmallWeb) -> None:
    for path in ("/chat", "/library", "/library/research", "/privacy", "/nothing"):
        page = httpx.get(f"{web.url}{path}", headers={"Accept": "text/html"}, trust_env=False).text
        shown = page.replace("tel:112", "").replace('data-emergency-number="112"', "")
        assert len(re.findall(r"\b112\b", shown)) > 0, path
        assert [shown[found.start() - 40 : found.end()] for found in re.finditer(r"(?<!in Lithuania: )\b112\b", shown)] == []


@pytest.mark.parametrize("proxy", ["Caddyfile", "nginx.conf"])
def test_what_stands_before_us_names_them_while_we_are_away(proxy: str) -> None:
    clinic = read_clinic(PROJECT / "clinic.yml")
    [sentence] = re.findall(r"Our service does not answer just now[^\"]*", (PROJECT / "deploy" / proxy).read_text("utf-8"))
    assert "call your local emergency number. At the clinic in Lithuania: 112." in sentence
    assert clinic.email in sentence
