"""What a withdrawn consent takes out of a conversation: every message that told of the patient's health, or repeated it.

The log keeps its numbers. Where such a message stood, a line says that it was removed. Questions beside the intake stay, unless
a word of an answer is in them, and so does what the assistant said about an emergency: a person may still have to act on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from cordial.data_files import DataFileError, Part, Text, read_data
from desk.conversations.held_back import held_fields
from desk.conversations.intakes import answers_given
from desk.conversations.log import REMOVED, messages_after
from desk.conversations.words import forget
from desk.database import mark_unscrubbed
from desk.looked_for import words_of
from desk.models import AnswerFact, Feedback, HeldBack, IntakeAnswer, Message, Note, Review
from intake.fields import the_intake
from language.spoken import text_file

_SHORTEST = 4  # letters of a word that can tell who somebody is, or what they have
_STAYS = ("emergency", "handoff", "notice")  # fixed texts; the people of the clinic and the patient may still need them


class WithdrawnError(DataFileError):
    """`withdrawn.yml` cannot be used; the message names the text."""


class Withdrawn(Part):
    """What a withdrawn consent leaves behind."""

    removed: Text
    tell_nothing: list[Text] = Field(min_length=1)


def read_withdrawn(file: Path | None = None) -> Withdrawn:
    """Read the file, by default that of the language that is spoken.

    Raises:
        WithdrawnError: naming what is wrong.
    """
    return read_data(Withdrawn, file or text_file("desk/conversations", "withdrawn.yml"), WithdrawnError)


@cache
def _withdrawn() -> Withdrawn:
    return read_withdrawn()


@cache
def _tell_nothing() -> frozenset[str]:
    return frozenset(word for line in _withdrawn().tell_nothing for word in words_of(line))


def remove_health_details(session: Session, conversation_id: str) -> list[int]:
    """Take out of a conversation what was told under the consent. Call `scrub` once the transaction has ended.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.

    Returns:
        The numbers of the messages that were removed.
    """
    log = messages_after(session, conversation_id, 0)
    given = answers_given(session, conversation_id)
    told = _told(log, {row.message_seq for row, _ in given} | held_fields(session, conversation_id))
    words = _telling(
        [
            *(
                part
                for row, answer in given
                if answer and not _is_consent(row.field)
                for part in (answer.said, _plain(answer.value))
            ),
            *(message.text for message in log if message.seq in told and message.readable and not _is_a_button(log, message)),
        ]
    )
    gone = [message for message in log if _goes(message, told, words)]
    _remove(session, conversation_id, gone)
    for table in (IntakeAnswer, Note):
        session.execute(delete(table).where(table.conversation_id == conversation_id))
    mark_unscrubbed(session)
    return [message.seq for message in gone]


def _told(log: Sequence[Message], answers: set[int]) -> set[int]:
    """The patient's messages that told something: answers, and what they wrote to a question of the intake or to a person."""
    replies: dict[int, list[Message]] = {}
    for message in log:
        for seq in {message.reply_to, message.said_with}:
            if seq is not None:
                replies.setdefault(seq, []).append(message)
    told, asked = set(answers), False
    for message in log:
        if message.sender != "patient":
            asked = asked or message.asked is not None or message.kind == "summary"
            continue
        mine = replies.get(message.seq, [])
        was_a_question = any(reply.answer and reply.answer.status == "answered" for reply in mine)
        if (asked or not mine) and not was_a_question:
            told.add(message.seq)
        asked = False
    return told


def _goes(message: Message, told: set[int], words: set[str]) -> bool:
    if message.kind == REMOVED:
        return False
    if message.sender == "patient":
        return message.seq in told or _tells(message, words)
    if message.reply_to is None and message.sender == "assistant":
        return False  # the greeting
    replied = message.sender == "assistant" and {message.reply_to, message.said_with} & told
    return message.kind not in _STAYS and bool(replied or _tells(message, words))


def _tells(message: Message, words: set[str]) -> bool:
    """Whether one of these words is in it; of a message that cannot be opened nobody knows, so it counts as telling."""
    return not message.readable or bool(words & _words_in(message))


def _remove(session: Session, conversation_id: str, gone: Sequence[Message]) -> None:
    for message in gone:
        message.kind, message.text = REMOVED, _withdrawn().removed
        message.buttons, message.answer, message.question, message.asked = [], None, None, None
        message.values = []
    session.flush()
    forget(session, [message.id for message in gone])
    seqs = [message.seq for message in gone]
    for table in (AnswerFact, Feedback, HeldBack):
        session.execute(delete(table).where(table.conversation_id == conversation_id, table.message_seq.in_(seqs)))
    mine = (Review.conversation_id == conversation_id, Review.message_seq.in_(seqs))
    session.execute(update(Review).where(*mine).values(wording=None, article=None))


def _is_consent(field: str) -> bool:
    return the_intake().role_of(field) == "consent"


def _is_a_button(log: Iterable[Message], message: Message) -> bool:
    """Whether a message is nothing but a button that stood in the chat: what the program says tells nothing about anybody."""
    return any(message.text == button["value"] for other in log if other.sender != "patient" for button in other.buttons)


def _telling(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in words_of(text) if len(word) >= _SHORTEST} - _tell_nothing()


def _words_in(message: Message) -> set[str]:
    answer = message.answer.model_dump(mode="json") if message.answer else None
    return words_of(" ".join([message.text, *_strings(message.buttons), *_strings(answer), *_strings(message.question)]))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else " ".join(_strings(json.loads(json.dumps(value, default=str))))


def _strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, at any depth."""
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(part)
