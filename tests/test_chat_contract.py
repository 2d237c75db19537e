"""Whoever writes a client finds every call, field and error in the description, and in the guide as well."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi import FastAPI

from cordial.bootstrap import PROJECT
from turns.texts import texts
from web import back, chat, own_data, their_words
from web.asking import errors
from web.throttling import OPEN_STREAMS, RULES

_OPEN = {
    "/api/chat/back",
    "/api/chat/check",
    "/api/chat/back/code",
    "/api/chat/sessions",
    "/api/chat/suggestions/{name}",
    "/api/chat/words/{language}",
}  # which need no token


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """The OpenAPI document of the chat."""
    app = FastAPI()
    app.include_router(chat.router)
    app.include_router(own_data.router)
    app.include_router(their_words.router)
    app.include_router(back.router)
    return app.openapi()


@pytest.fixture(scope="module")
def guide() -> str:
    """The guide for people."""
    return (PROJECT / "docs" / "chat-contract.md").read_text("utf-8")


def test_every_call_says_how_it_can_refuse(description: dict[str, Any]) -> None:
    for path, methods in description["paths"].items():
        for method, call in methods.items():
            statuses = set(call["responses"])
            where = f"{method} {path}"
            assert {"500", "429"} <= statuses, where
            assert path in _OPEN or ("401" in statuses and call["security"]), where
            assert "requestBody" not in call or {"400", "413", "422"} <= statuses, where
            shapes = {json.dumps(call["responses"][status]["content"]) for status in statuses if int(status) >= 400}
            assert shapes == {'{"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}'}, where
            assert call["description"], where


def test_the_guide_names_every_call(description: dict[str, Any], guide: str) -> None:
    calls = {f"{method.upper()} {path}" for path, methods in description["paths"].items() for method in methods}
    assert {call for call in calls if f"`{call}" not in guide} == set()
    named = set(re.findall(r"`((?:GET|POST|PUT|DELETE) /api/chat[^?`]*)", guide))
    assert named == calls


def test_the_guide_names_every_field_and_every_value(description: dict[str, Any], guide: str) -> None:
    named = set(re.findall(r"`([a-z_]+)`", guide))
    fields = {name for schema in description["components"]["schemas"].values() for name in schema.get("properties", {})}
    assert fields - named - {"error"} == set()
    message = description["components"]["schemas"]["WireMessage"]["properties"]
    values = {value for field in ("from", "kind") for value in message[field]["enum"]}
    assert values - named == set()


def test_the_guide_names_every_error_that_is_described(guide: str) -> None:
    described = errors(400, 401, 403, 404, 409, 413, 422, 429)
    codes = {code for told in described.values() for code in re.findall(r"`([a-z_]+)`", told["description"])}
    assert codes <= set(texts().errors)
    assert {code for code in codes if f"`{code}`" not in guide} == set()


def test_the_settings_page_names_every_limit() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text("utf-8")
    table = page.split("### CORDIAL_LIMITS")[1].split("###")[0]
    numbers = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", table)}
    assert {rule.most for rules in RULES.values() for rule in rules} | set(OPEN_STREAMS.values()) <= numbers
