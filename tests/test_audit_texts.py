"""Whoever reads the audit log reads sentences: every action that the code notes has one, and none is left over."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from web.console.texts import audit_texts

ROOMS = ("actions", "commands", "desk", "exports", "intake", "turns", "web")


def record_calls(file: Path) -> list[ast.Call]:
    """Every call of `record` or `audit.record` in a file."""
    calls = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]
    return [
        call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) == "record" and len(call.args) > 2
    ]


def names_of(file: Path) -> dict[str, str]:
    """The constants of a file that are texts."""
    return {
        target.id: node.value.value
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def actions_in(file: Path) -> set[str]:
    """What a file notes in the audit log."""
    known, found = names_of(file), set()
    for call in record_calls(file):
        told = [node for node in ast.walk(call.args[2]) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        named = [known[node.id] for node in ast.walk(call.args[2]) if isinstance(node, ast.Name) and node.id in known]
        assert told or named, f"{file.name}:{call.lineno} names its action in a way that this test cannot read"
        found |= {str(node.value) for node in told} | set(named)
    return found


def all_actions() -> set[str]:
    """Every action of the code."""
    files = [file for room in ROOMS for file in (PROJECT / room).rglob("*.py")]
    return set().union(*(actions_in(file) for file in files))


def test_every_action_has_a_text() -> None:
    assert {"case.exported", "consent.withdrawn", "hold.lifted", "user.invited"} <= all_actions(), "the code is read"
    assert all_actions() - set(audit_texts()) == set()


def test_no_text_is_left_over() -> None:
    assert set(audit_texts()) - all_actions() == set()


@pytest.mark.parametrize("action", sorted(audit_texts()))
def test_a_text_goes_on_after_a_name(action: str) -> None:
    text = audit_texts()[action]
    assert text
    assert text[0].islower(), "it stands behind who did it"
    assert not text.endswith(".")
