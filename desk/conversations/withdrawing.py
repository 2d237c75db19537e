"""What a withdrawn consent takes out of a conversation: every message that told of the patient's health, or repeated it.

The log keeps its numbers. Where such a message stood, a line says that it was removed. Questions beside the intake stay, unless
they name an illness or a medicine, or hold anything of an answer; so does what the assistant said about an emergency, since a
person may still have to act on it. The words on which an alarm rests go. See docs/decisions/0038.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cordial.data_files import DataFileError, Part, Text, read_data
from desk.conversations.corrections import corrections_of
from desk.conversations.held_back import held_fields
from desk.conversations.intakes import answers_given
from desk.conversations.log import REMOVED, messages_after, to_the_intake
from desk.conversations.telling import Telling, names_health
from desk.conversations.words import forget
from desk.database import mark_unscrubbed
from desk.looked_for import words_of
from desk.models import Alarm, AnswerFact, Correction, Feedback, HeldBack, IntakeAnswer, Message, Note, Review
from intake.fields import the_intake
from intake.record import FieldAnswer
from language.spoken import text_file

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
    answers = [(row.field, answer) for row, answer in given if answer]
    corrected = [each.text for each in corrections_of(session, conversation_id)]
    gone = _going(log, told, _telling(log, told, answers, corrected))
    _remove(session, conversation_id, gone)
    for table in (IntakeAnswer, Correction, Note, Alarm):
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
    asked, told = to_the_intake(log), set(answers)
    for message in log:
        mine = replies.get(message.seq, [])
        was_a_question = any(reply.answer and reply.answer.status == "answered" for reply in mine)
        if message.sender == "patient" and (message.seq in asked or not mine) and not was_a_question:
            told.add(message.seq)
    return told


def _telling(
    log: Sequence[Message], told: set[int], given: Iterable[tuple[str, FieldAnswer]], corrected: Sequence[str]
) -> Telling:
    """What was told: in the answers, also as they were set right, and in the patient's own words wherever they stand."""
    answers = [answer for field, answer in given if not _is_consent(field)]
    said = [message.text for message in log if message.seq in told and message.readable and not _was_pressed(log, message)]
    return Telling(
        [*said, *corrected, *(answer.said for answer in answers)], [_plain(answer.value) for answer in answers], _tell_nothing()
    )


def _going(log: Sequence[Message], told: set[int], telling: Telling) -> list[Message]:
    """The messages that go. The others keep no button that would send the patient's own words again."""
    if not told:
        return []
    asked = {m.seq for m in log if m.sender == "patient" and (m.seq in told or _tells(m, telling) or names_health(m.text))}
    gone = [message for message in log if _goes(message, asked, telling)]
    own = {m.text for m in gone if m.sender == "patient" and m.readable and not _was_pressed(log, m)}
    for message in log:
        kept = [button for button in message.buttons if not _repeats(message, button, own, telling)]
        if message.readable and len(kept) < len(message.buttons):
            message.buttons = kept
    return gone


def _goes(message: Message, asked: set[int], telling: Telling) -> bool:
    if message.kind == REMOVED:
        return False
    if message.sender == "patient":
        return message.seq in asked
    if message.reply_to is None and message.sender == "assistant":
        return False  # the greeting
    replied = message.sender == "assistant" and {message.reply_to, message.said_with} & asked
    return message.kind not in _STAYS and bool(replied or _tells(message, telling))


def _tells(message: Message, telling: Telling) -> bool:
    """Whether something of it is in a message; of one that cannot be opened nobody knows, so it counts as telling."""
    return not message.readable or telling.is_in(_texts_in(message))


def _repeats(message: Message, button: dict[str, Any], own: set[str], telling: Telling) -> bool:
    """Whether a button holds what the patient wrote: such are offered in notices."""
    return button["value"] in own or (message.kind == "notice" and telling.is_in(button["value"]))


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
    for review in session.scalars(select(Review).where(*mine)):
        review.wording = review.article = None


def _is_consent(field: str) -> bool:
    return the_intake().role_of(field) == "consent"


def _was_pressed(log: Iterable[Message], message: Message) -> bool:
    """Whether a message is nothing but a button that stood in the chat: what the program says tells nothing about anybody."""
    before = [other for other in log if other.sender != "patient" and other.seq < message.seq]
    return any(message.text == button["value"] for other in before for button in other.buttons)


def _texts_in(message: Message) -> str:
    answer = message.answer.model_dump(mode="json") if message.answer else None
    return "\n".join([message.text, *_strings(message.buttons), *_strings(answer), *_strings(message.question)])


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else " ".join(_strings(json.loads(json.dumps(value, default=str))))


def _strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, at any depth."""
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(part)
