"""Whatever is sent to whichever path: a clear answer in the described shape, never a fault, never another patient's words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.support import broken_rasa as rasa
from tests.support.broken_rasa import BrokenRasa
from tests.support.people import Patient
from tests.support.system import System

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MARK = "marzipan"
OURS = {
    "/api/chat/sessions",
    "/api/chat/messages",
    "/api/chat/stream",
    "/api/chat/feedback",
    "/api/chat/intake",
    "/api/chat/export",
    "/api/chat/export.html",
    "/api/chat/consent/withdraw",
    "/api/chat/session",
    "/healthz",
    "/readyz",
    "/metrics",
}


@pytest.fixture
def url(lonely_web: System, broken_rasa: BrokenRasa) -> str:
    """Where a real web answers, whose Rasa repeats what was said."""
    broken_rasa.behaves(rasa.repeats_what_was_said())
    return lonely_web.url


@pytest.fixture
def description(url: str) -> dict[str, Any]:
    """The OpenAPI document."""
    return dict(httpx.get(f"{url}/api/openapi.json", trust_env=False).json())


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_no_request_that_anybody_can_think_of_is_a_fault(url: str, description: dict[str, Any]) -> None:
    schema = schemathesis.openapi.from_dict(description)
    assert isinstance(schema, OpenApiSchema)  # imported above: Python 3.11 may fail to parse it while other threads parse, too
    schema.config.base_url = url
    tried = 0
    with httpx.Client(base_url=url, trust_env=False) as client:
        for result in schema.get_all_operations():
            operation = result.ok()
            if operation.path not in OURS:
                continue

            @settings(
                max_examples=15,
                derandomize=True,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy())
            def send(case: schemathesis.Case) -> None:
                nonlocal tried
                tried += 1
                _send(client, case)

            send()
    assert tried >= 10 * len(OURS)


def _send(client: httpx.Client, case: schemathesis.Case) -> None:
    token = client.post("/api/chat/sessions").json()["token"]
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
    if case.operation.path == "/api/chat/stream":
        case.query = {**(case.query or {})}
        with client.stream(**_kwargs(case)) as response:
            assert response.status_code in {200, 401, 422}
        return
    response = case.call(timeout=20)
    case.validate_response(response, checks=CHECKS)
    assert "Traceback" not in response.text


def _kwargs(case: schemathesis.Case) -> dict[str, Any]:
    given = case.as_transport_kwargs()
    return {"method": given["method"], "url": given["url"], "params": given.get("params"), "headers": dict(given["headers"])}


@pytest.fixture
def one(url: str) -> Iterator[Patient]:
    """A patient who has told something."""
    with Patient(url) as patient:
        patient.says(f"my secret is {MARK}")
        yield patient


def attempts(description: dict[str, Any], victim: Patient) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every call of the description, with the victim's names wherever one can put them."""
    names = ("session", "conversation_id", "conversation", "token", "id", "after", "subject")
    bodies = [
        None,
        {name: victim.session for name in names},
        {"id": str(uuid4()), "text": victim.session},
        {"seq": 2, "helpful": True},
    ]
    for path, methods in description["paths"].items():
        for method in methods:
            for body in bodies:
                for params in ({}, {name: victim.session for name in names if name != "after"}):
                    yield method, path, {"json": body, "params": params}
            for guess in (f"{path}/{victim.session}", f"{path}/../{victim.session}", f"/api/chat/sessions/{victim.session}"):
                yield method, guess, {}


def test_no_token_opens_anything_of_another_chat(description: dict[str, Any], url: str, one: Patient) -> None:
    headers = {"X-Session": one.session, "Cookie": f"session={one.session}; token={one.token}", "X-User": one.session}
    log = one.log()
    assert MARK in json.dumps(log), "it could be found"
    for method, path, request in attempts(description, one):
        with Patient(url) as stranger:
            stranger.http.headers.update({**headers, "Last-Event-ID": "0"})
            with stranger.http.stream(method, path, **request) as response:
                assert response.status_code < 500, (method, path)
                assert response.status_code != 200 or MARK not in _read(response), (method, path)
    assert one.log() == log, "and changed nothing"


def _read(response: httpx.Response) -> str:
    """What comes; of a stream, what comes at once."""
    if not response.headers["content-type"].startswith("text/event-stream"):
        return response.read().decode()
    lines = []
    for line in response.iter_lines():
        lines.append(line)
        if line.startswith("data:"):
            break
    return "".join(lines)
