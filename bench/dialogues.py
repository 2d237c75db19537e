"""Whole conversations, played with the assistant as it runs, and what a judge said of each reply.

    CORDIAL_LIMITS=off make run
    .venv/bin/python -m bench.dialogues play SET.jsonl TRANSCRIPTS.jsonl --port 8000
    .venv/bin/python -m bench.dialogues count JUDGED.jsonl

A set has one conversation a line: an id, who it is, and the patient's turns, each with its `text` and what it `means`, for the
judge. Who writes a set sees neither code nor rules, and who judges sees the transcripts alone. A transcript says what came
after each turn: texts, quotes with their articles, buttons. A judgement is a line with the id of the conversation, the number
of the turn, a verdict and a reason.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench.replies.systems import Failed, OurPatient
from knowledge.evaluate import Rate

_NEVER = 1_000_000  # a conversation ends with its last turn, not after so many messages
_OF_A_QUOTE = ("title", "heading", "quote")
_VERDICTS = ("right", "weak", "wrong", "dead")

app = typer.Typer(help="Whole conversations: play them, count what a judge said.", no_args_is_help=True)


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True)


class Turn(_Line):
    """One message of a patient."""

    text: str = Field(min_length=1)
    means: str = ""


class Conversation(_Line):
    """What one patient says, from the first message on."""

    id: str
    who: str = ""
    turns: list[Turn] = Field(min_length=1)


class Judgement(_Line):
    """What a judge said of one turn: right, weak (helps little), wrong (misleads, or is beside it) or dead (leads nowhere)."""

    id: str
    turn: int = Field(ge=1)
    verdict: Literal["right", "weak", "wrong", "dead"]
    why: str = ""


class UnreadableError(Exception):
    """A line of a file is not what it should be; the message says which, and why."""


_Kind = TypeVar("_Kind", bound=BaseModel)


def read_lines(file: Path, kind: type[_Kind]) -> list[_Kind]:
    """Every line of a file of JSON objects.

    Raises:
        UnreadableError: naming the first line that cannot be used.
    """
    found = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        try:
            found.append(kind.model_validate_json(line))
        except ValidationError as error:
            raise UnreadableError(f"{file.name}, line {number}: {error.errors()[0]['msg']}") from None
    return found


def play(conversations: list[Conversation], newcomer: Callable[[], OurPatient]) -> Iterator[dict[str, Any]]:
    """One transcript for each conversation, as a judge reads it."""
    for conversation in conversations:
        with closing(newcomer()) as patient:
            turns = [{**_as_typed(turn), "replies": _replies(patient, turn.text)} for turn in conversation.turns]
        yield {"id": conversation.id, "who": conversation.who, "turns": turns}


def _as_typed(turn: Turn) -> dict[str, str]:
    return {"patient": turn.text, "means": turn.means}


def _replies(patient: OurPatient, text: str) -> list[dict[str, Any]]:
    try:
        return [_shown(reply) for reply in patient.ask(text)]
    except Failed as failed:
        return [{"failed": str(failed)}]


def _shown(reply: dict[str, Any]) -> dict[str, Any]:
    """What somebody sees of a message: its words, the quotes with where they stand, and what can be chosen."""
    quotes = [{each: passage[each] for each in _OF_A_QUOTE} for passage in (reply["answer"] or {}).get("passages", [])]
    choices = [button["title"] for button in reply["buttons"]]
    return {"text": reply["text"]} | ({"quotes": quotes} if quotes else {}) | ({"buttons": choices} if choices else {})


def shares(judged: list[Judgement]) -> dict[str, Rate]:
    """The share of each verdict among all turns."""
    counts = Counter(each.verdict for each in judged)
    return {verdict: Rate(counts[verdict], len(judged)) for verdict in _VERDICTS}


@app.command("play")
def play_set(
    given: Path, transcripts: Path, port: Annotated[int, typer.Option(help="Of the assistant, which runs without limits.")]
) -> None:
    """Play a set and write the transcripts."""
    conversations = read_lines(given, Conversation)
    lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in play(conversations, lambda: OurPatient(port, _NEVER)))
    transcripts.write_text("".join(lines), "utf-8")


@app.command("count")
def count_judged(judged: list[Path]) -> None:
    """The share of each verdict, with its interval."""
    every = [each for file in judged for each in read_lines(file, Judgement)]
    for verdict, share in shares(every).items():
        typer.echo(f"{verdict}: {share}")


if __name__ == "__main__":
    app()
