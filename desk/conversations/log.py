"""The message log: numbered, append-only, stored before anything is done about it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from desk.conversations import words
from desk.conversations.facts import note_answers
from desk.conversations.intakes import apply_effects
from desk.conversations.states import Gone, State, left_to_a_person, locked, patient_wrote
from desk.models import Conversation, Message
from desk.post.replied import announce_reply
from intake.record import Effect
from intake.sent import Sent, as_json
from knowledge.answer import Answer
from language.spoken import spoken
from language.which_language import language_or_english


class IdReused(Exception):
    """A message id came again with another text, or with other values."""


class UnknownConversation(Exception):
    """There is no such conversation (any more)."""


class ChangedHands(Exception):
    """A turn was decided for the assistant and a person has the conversation now, or the other way round."""


REMOVED = "removed"  # the kind of a message that told of somebody's health, once they withdrew their consent
_REMEMBERED = 8  # messages of a patient; what was asked longer ago is not what "and for children?" goes on from


@dataclass(frozen=True)
class Draft:
    """A message that has no number yet."""

    text: str
    kind: str = "text"
    sender: str = "assistant"
    buttons: list[dict[str, Any]] = field(default_factory=list)
    answer: Answer | None = None
    question: dict[str, Any] | None = None
    language: str | None = None  # where it is not the one that is spoken
    values: list[dict[str, Any]] = field(default_factory=list)  # of a patient's message: what was chosen beside its words
    hands: dict[str, Any] | None = None  # of a notice: who has the conversation from here on


@dataclass(frozen=True)
class Stored:
    """A patient's message in the log, with its replies if it has been dealt with.

    Attributes:
        seq: its number.
        text: its text.
        replies: the replies to it, if it has been dealt with.
        is_next: no earlier message of the conversation waits for an outcome.
    """

    seq: int
    text: str
    replies: list[Message] | None
    is_next: bool = False


def start_conversation(
    session: Session, greeting: Sequence[Draft], language: str | None = None
) -> tuple[Conversation, list[Message]]:
    """Begin a conversation with the assistant's greeting, in the language that the patient chose, if any."""
    chosen = language or spoken()
    conversation = Conversation(id=secrets.token_hex(16), started_at=_now(), last_seq=0, state="bot", language=chosen)
    session.add(conversation)
    session.flush()
    return conversation, append(session, conversation.id, greeting)


def speak_with(session: Session, conversation_id: str, language: str) -> None:
    """Note the language that a patient chose.

    Raises:
        UnknownConversation: if the conversation was deleted.
    """
    lock(session, conversation_id).language = language


def append(
    session: Session, conversation_id: str, drafts: Sequence[Draft], reply_to: int | None = None, client_id: str | None = None
) -> list[Message]:
    """Add messages to the log, with the next numbers.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.
        drafts: the messages.
        reply_to: the number of the patient's message to which they reply.
        client_id: the own id of a patient's message.

    Raises:
        UnknownConversation: if the conversation was deleted.
    """
    first = _take_numbers(session, conversation_id, len(drafts))
    messages = [
        Message(
            conversation_id=conversation_id,
            seq=first + position,
            at=_now(),
            sender=draft.sender,
            kind=draft.kind,
            text=draft.text,
            buttons=draft.buttons,
            answer=draft.answer,
            question=draft.question,
            values=draft.values,
            hands=draft.hands,
            language=draft.language,
            asked=draft.question["field"] if draft.question else None,
            reply_to=reply_to,
            client_id=client_id,
        )
        for position, draft in enumerate(drafts)
    ]
    session.add_all(messages)
    note_answers(session, messages)
    session.flush()
    words.index(session, messages)
    return messages


def store_patient_message(
    session: Session, conversation_id: str, client_id: str, text: str, values: Sequence[Sent] = ()
) -> Stored:
    """Store what a patient sent, once, whatever happens next. It is idempotent: the same id again stores nothing.

    Returns:
        The stored message; with its replies when the same id was dealt with before.

    Raises:
        IdReused: if the id is known with another text or other values.
        UnknownConversation: if the conversation was deleted.
    """
    conversation = lock(session, conversation_id)  # before looking: the same id may come to another process at the same time
    known = session.scalar(select(Message).where(Message.conversation_id == conversation_id, Message.client_id == client_id))
    if known is not None:
        said = known.text if known.readable else text
        if (said != text or _chose_otherwise(known, values)) and known.kind != REMOVED:
            raise IdReused(client_id)
        return Stored(known.seq, said, replies_to(session, conversation_id, known.seq) if known.answered else None)
    language = language_or_english(text, conversation.language)
    if language.sure:
        conversation.language = language.code
    own = None if language.code == spoken() else language.code
    draft = Draft(text, sender="patient", language=own, values=as_json(values))
    [message] = append(session, conversation_id, [draft], client_id=client_id)
    patient_wrote(conversation)
    announce_reply(session, conversation, message.at)
    return Stored(message.seq, message.text, None)


def _chose_otherwise(known: Message, values: Sequence[Sent]) -> bool:
    return known.readable and known.values != as_json(values)


def still_in_the_same_hands(session: Session, conversation_id: str, a_person: bool) -> None:
    """Go on only if a conversation is in the hands that a turn was decided for; it stays there until the transaction ends.

    Raises:
        UnknownConversation: if the conversation was deleted.
        ChangedHands: if a person took over or handed back in the meantime.
    """
    if (lock(session, conversation_id).state == State.HUMAN) != a_person:
        raise ChangedHands


def store_turn(
    session: Session, conversation_id: str, seq: int, replies: Sequence[Draft], effects: Sequence[Effect]
) -> list[Message]:
    """Store the replies to a patient's message together with everything that they did.

    Raises:
        UnknownConversation: if the conversation was deleted.
    """
    return store_turns(session, conversation_id, seq, [(seq, draft) for draft in replies], [(seq, list(effects))])


def store_turns(
    session: Session,
    conversation_id: str,
    seq: int,
    replies: Sequence[tuple[int, Draft]],
    effects: Sequence[tuple[int, Sequence[Effect]]],
) -> list[Message]:
    """Store the outcome of a patient's message, with the replies to earlier ones that were held back until now.

    If the message has been dealt with in the meantime, nothing is stored and those replies are given.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.
        seq: the number of the message.
        replies: in their order, each with the number of the message that it replies to.
        effects: of each message, with its number.

    Raises:
        UnknownConversation: if the conversation was deleted.
    """
    conversation = lock(session, conversation_id)
    claimed = session.execute(
        update(Message)
        .where(Message.conversation_id == conversation_id, Message.seq == seq, Message.answered.is_(False))
        .values(answered=True)
    )
    if claimed.rowcount == 0:  # type: ignore[attr-defined]
        return replies_to(session, conversation_id, seq)
    if conversation.state == State.HUMAN:
        left_to_a_person(session, conversation, seq)
    messages = append(session, conversation_id, [draft for _, draft in replies], reply_to=seq)
    for message, (about, _) in zip(messages, replies, strict=True):
        if about != seq:
            message.reply_to, message.said_with = about, seq
    for about, done in effects:
        apply_effects(session, conversation_id, about, done)
    return messages


def replies_to(session: Session, conversation_id: str, seq: int) -> list[Message]:
    """What was said when one patient's message was dealt with, in order."""
    found = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, func.coalesce(Message.said_with, Message.reply_to) == seq)
        .order_by(Message.seq)
    )
    return list(found)


def messages_after(session: Session, conversation_id: str, seq: int) -> list[Message]:
    """Every message after a number, both sides, in order."""
    found = session.scalars(
        select(Message).where(Message.conversation_id == conversation_id, Message.seq > seq).order_by(Message.seq)
    )
    return list(found)


def to_the_intake(log: Iterable[Message]) -> set[int]:
    """The numbers of the patient's messages that came next after the intake had asked something."""
    found, asked = set(), False
    for message in log:
        if message.sender != "patient":
            asked = asked or message.asked is not None or message.kind == "summary"
            continue
        if asked:
            found.add(message.seq)
        asked = False
    return found


def last_question(session: Session, conversation_id: str, field: str) -> Draft | None:
    """A field of the intake as it was last asked, to ask it again in the same words."""
    asked = session.scalar(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.kind == "question", Message.asked == field)
        .order_by(Message.seq.desc())
        .limit(1)
    )
    if asked is None or not asked.readable:
        return None
    return Draft(asked.text, asked.kind, asked.sender, asked.buttons, asked.answer, asked.question)


def said_lately(session: Session, conversation_id: str, seq: int) -> list[Message]:
    """The patient's last messages before another one, and what was said since the first of them, the oldest first."""
    ours = Message.conversation_id == conversation_id
    asked = (
        select(Message.seq)
        .where(ours, Message.sender == "patient", Message.seq < seq)
        .order_by(Message.seq.desc())
        .limit(_REMEMBERED)
    )
    since = session.scalar(select(func.min(asked.subquery().c.seq)))
    if since is None:
        return []
    said = session.scalars(select(Message).where(ours, Message.seq >= since, Message.seq < seq).order_by(Message.seq))
    return [message for message in said if message.readable]


def answers_in(told: Sequence[Message]) -> list[tuple[str, list[Answer]]]:
    """Each of the patient's messages among some, with the answers from the library to it."""
    texts = {message.seq: message.text for message in told if message.sender == "patient" and message.kind != REMOVED}
    answers: dict[int, list[Answer]] = {number: [] for number in texts}
    for message in told:
        if message.answer is not None and message.reply_to in answers:
            answers[message.reply_to].append(message.answer)
    return [(texts[number], answers[number]) for number in texts]


def last_said(session: Session, conversation_id: str, seq: int) -> Message | None:
    """What was said to the patient last before one of their messages."""
    before = (Message.conversation_id == conversation_id, Message.seq < seq, Message.sender != "patient")
    return session.scalar(select(Message).where(*before).order_by(Message.seq.desc()).limit(1))


def said_since(session: Session, conversation_id: str) -> list[str]:
    """What was said to the patient in words of ours since their last message that had a reply.

    What was quoted, what was said to an emergency, and what a person wrote. Other replies may repeat the patient's own words.
    """
    ours = Message.conversation_id == conversation_id
    replied = select(func.max(Message.reply_to)).where(ours).scalar_subquery()
    since = (ours, Message.sender != "patient", Message.seq > replied)
    said = [message for message in session.scalars(select(Message).where(*since).order_by(Message.seq)) if message.readable]
    written = [message.text for message in said if message.sender == "coordinator" or message.kind == "emergency"]
    return [*written, *(quote.quote for message in said if message.answer for quote in message.answer.passages)]


def has_a_person(session: Session, conversation_id: str) -> bool:
    """Whether a person has the conversation, so that the assistant is silent."""
    conversation = session.get(Conversation, conversation_id)
    return conversation is not None and conversation.state == State.HUMAN


def exists(session: Session, conversation_id: str) -> bool:
    """Whether the conversation is still there."""
    return session.get(Conversation, conversation_id) is not None


def _take_numbers(session: Session, conversation_id: str, count: int) -> int:
    conversation = lock(session, conversation_id)
    first = conversation.last_seq + 1
    conversation.last_seq += count
    conversation.last_message_at = _now()
    return first


def lock(session: Session, conversation_id: str) -> Conversation:
    """Let nobody else write to a conversation until the transaction ends; gives it as it is now.

    Raises:
        UnknownConversation: if it was deleted.
    """
    try:
        return locked(session, conversation_id)
    except Gone:
        raise UnknownConversation(conversation_id) from None


def _now() -> datetime:
    return datetime.now(UTC)
