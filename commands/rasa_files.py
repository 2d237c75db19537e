"""What people write for Rasa, read before Rasa reads it in training: responses and annotated conversations."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel

from cordial.bootstrap import PROJECT
from cordial.data_files import CLINIC, DataFileError, Faults, Part, Text, did_you_mean, fills, read_data, read_raw
from intake.said_before import KINDS

RESPONSES = PROJECT / "domain" / "responses"  # Rasa knows their form, and we what is filled in
CONVERSATIONS = PROJECT / "data" / "conversations"  # bot/conversations.py learns from them
_CONFIG = PROJECT / "config.yml"
_CLASSIFIER = "bot.acts.ActClassifier"
_SAID_BEFORE = "said before"


class RasaFileError(DataFileError):
    """A file for Rasa cannot be used; the message names the entry."""


class _Response(BaseModel):
    text: Annotated[str, fills("reference", "incident", *CLINIC)]


class _Responses(BaseModel):
    responses: dict[str, list[_Response]]


def _one_message(turn: dict[str, str]) -> dict[str, str]:
    if len(turn) != 1:
        raise ValueError("each message stands behind its act, and begins a line of its own with a dash")
    [(act, text)] = turn.items()
    if act != _SAID_BEFORE and act not in _acts():
        raise Faults([((act,), f"there is no act {act}{did_you_mean(act, [*_acts(), _SAID_BEFORE])}")])
    if act == _SAID_BEFORE and text not in KINDS:
        raise Faults([((act,), f"nothing is said before that is called {text}{did_you_mean(text, KINDS)}")])
    return turn


class _Conversations(Part):
    conversations: list[list[Annotated[dict[str, Text], AfterValidator(_one_message)]]]


def read_responses(file: Path) -> object:
    """Read what the assistant says by itself in Rasa's form.

    Raises:
        RasaFileError: naming what is wrong.
    """
    return read_data(_Responses, file, RasaFileError)


def read_conversations(file: Path) -> object:
    """Read conversations with the act of each message.

    Raises:
        RasaFileError: naming what is wrong.
    """
    return read_data(_Conversations, file, RasaFileError)


@cache
def _acts() -> list[str]:
    """What a message may be, by `config.yml`."""
    config, _ = read_raw(_CONFIG, RasaFileError)
    return [act for each in config["pipeline"] if each["name"] == _CLASSIFIER for act in each["after"]]
