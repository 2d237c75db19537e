"""Conversations of a set are played with the assistant as it runs, so that a judge reads what a patient would have seen."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.dialogues import Conversation, UnreadableError, app, read_lines
from tests.support.system import System


def lines(file: Path, *rows: dict[str, object]) -> Path:
    """A file of JSON objects."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return file


@pytest.mark.e2e
def test_a_transcript_shows_what_came_after_each_turn(cordial: System, tmp_path: Path) -> None:
    turns = [{"text": "Is fever after the infusion a bad sign?", "means": "is fever harmful"}, {"text": "thank you"}]
    given = lines(tmp_path / "set.jsonl", {"id": "a-1", "who": "a mother", "turns": turns})
    done = CliRunner().invoke(app, ["play", str(given), str(tmp_path / "out.jsonl"), "--port", str(cordial.port)])
    assert done.exit_code == 0, done.output
    [played] = map(json.loads, (tmp_path / "out.jsonl").read_text("utf-8").splitlines())
    assert (played["id"], played["who"]) == ("a-1", "a mother")
    fever, thanks = played["turns"]
    assert (fever["patient"], fever["means"]) == (turns[0]["text"], "is fever harmful")
    [quote, *_] = [quote for reply in fever["replies"] for quote in reply.get("quotes", [])]
    assert quote.keys() == {"title", "heading", "quote"}
    assert "fever" in quote["quote"].lower()
    assert thanks["replies"][0]["text"]
    assert "quotes" not in thanks["replies"][0], "the same conversation, in which thanks are no question"


def test_a_turn_without_a_reply_is_told_as_such(tmp_path: Path) -> None:
    given = lines(tmp_path / "set.jsonl", {"id": "a-1", "turns": [{"text": "hello"}]})
    with socket.socket() as nobody:  # bound, and nobody listens
        nobody.bind(("127.0.0.1", 0))
        port = str(nobody.getsockname()[1])
        assert CliRunner().invoke(app, ["play", str(given), str(tmp_path / "out.jsonl"), "--port", port]).exit_code == 0
    [played] = map(json.loads, (tmp_path / "out.jsonl").read_text("utf-8").splitlines())
    assert played["turns"][0]["replies"] == [{"failed": "ConnectionRefusedError"}]


def test_verdicts_of_several_judges_are_counted_together(tmp_path: Path) -> None:
    one = lines(
        tmp_path / "one.jsonl",
        {"id": "a", "turn": 1, "verdict": "right", "kind": "offer"},
        {"id": "a", "turn": 2, "verdict": "weak"},
    )
    two = lines(tmp_path / "two.jsonl", *({"id": "b", "turn": n, "verdict": "right", "why": "fits"} for n in (1, 2)))
    said = CliRunner().invoke(app, ["count", str(one), str(two)]).stdout.splitlines()
    assert [line.split(":")[0] for line in said] == ["right", "weak", "wrong", "dead"]
    assert said[0].endswith("3 of 4")
    assert "75.0%" in said[0]


def test_a_line_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    given = lines(tmp_path / "set.jsonl", {"id": "a", "turns": [{"text": "hello"}]}, {"id": "b", "turns": []})
    with pytest.raises(UnreadableError, match=r"set\.jsonl, line 2: List should have at least 1 item"):
        read_lines(given, Conversation)
