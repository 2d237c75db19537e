"""A patient's rights: to get everything that is held on them, to withdraw their consent, to have everything deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.conversations.alarms import alarms_of
from desk.conversations.corrections import corrections_of
from desk.conversations.handoffs import waiting_handoff
from desk.conversations.held_back import let_go
from desk.conversations.intakes import answers_given, intake_record, unread_answer
from desk.conversations.log import Draft, UnknownConversation, lock
from desk.conversations.turns import end_turns
from desk.conversations.withdrawing import remove_health_details
from desk.database import keyring_of
from desk.decisions import decide
from desk.models import (
    AuditEntry,
    Conversation,
    Feedback,
    Handoff,
    HeldBack,
    Intake,
    Message,
    Note,
    Notice,
    Presence,
    ReplyLink,
    Review,
    User,
)
from desk.post.outbox import announce
from desk.tables.words import unreadable
from intake.fields import the_intake
from intake.record import IntakeRecord

WITHDRAWN = "consent.withdrawn"  # in the audit log
PATIENT = "patient"


class HeldAnswer(BaseModel):
    """An answer to a field of the intake as it was given at one time; later ones replace it."""

    field: str
    said: str
    understood: Any
    to_check: bool = False
    skipped: bool
    message: int
    at: datetime


class HeldConsent(BaseModel):
    """A consent. Once it is withdrawn, only its version and the two times are kept, as a proof that it was given."""

    version: int
    purpose: str | None
    wording: str | None
    given_at: datetime
    withdrawn_at: datetime | None


class HeldHandoff(BaseModel):
    """A conversation that was given to a person, and whether an alarm made it urgent."""

    reference: str
    reason: str
    state: str
    created_at: datetime
    urgent: str | None
    alarm: str | None
    alarm_at: datetime | None


class HeldBackMessage(BaseModel):
    """A message of the patient's that was not taken for what it was because of an emergency, or is known to be none."""

    message: int
    state: str


class HeldAlarm(BaseModel):
    """What was taken for an emergency or for urgent, and the patient's words that this rests on."""

    message: int
    level: str
    group: str
    rule: str
    how: str
    words: list[str]


class HeldFeedback(BaseModel):
    """What the patient thought of an answer."""

    message: int
    helpful: bool
    at: datetime


class HeldNote(BaseModel):
    """What a person of the clinic wrote for the others."""

    by: str
    role: str
    at: datetime
    text: str


class HeldCorrection(BaseModel):
    """Your name or your contact, as a person of the clinic set it right; `history` holds it as you gave it."""

    what: str
    text: str
    understood: Any
    by: str
    at: datetime


class HeldReview(BaseModel):
    """What a person of the clinic thought of an answer of the assistant."""

    message: int
    verdict: str
    article: str | None
    wording: str | None = None  # of the question, by the person who judged it
    at: datetime


class HeldNotice(BaseModel):
    """That people of the clinic were told of the case, or the patient of a reply, without anything of what was said."""

    event: str
    channel: str
    created_at: datetime
    sent_at: datetime | None


class HeldPresence(BaseModel):
    """How far each side has seen what the other wrote, by the numbers of messages."""

    last_open: datetime | None
    seen: int
    seen_at: datetime | None
    read: int
    read_at: datetime | None


class HeldLink(BaseModel):
    """The link of an e-mail that led back to the chat."""

    made_at: datetime
    ends_at: datetime | None
    opened_at: datetime | None


class HeldAccess(BaseModel):
    """What was done with the case, and when. Who did it is known to the clinic."""

    action: str
    at: datetime


class Held(BaseModel):
    """Everything beside the messages that is held on a conversation."""

    session: str
    started_at: datetime
    state: str
    language: str
    closed_at: datetime | None
    outcome: str | None
    legal_hold: bool
    intake: IntakeRecord
    history: list[HeldAnswer]
    consents: list[HeldConsent]
    handoff: str | None
    handoffs: list[HeldHandoff]
    held_back: list[HeldBackMessage]
    alarms: list[HeldAlarm]
    feedback: list[HeldFeedback]
    corrections: list[HeldCorrection] = []
    notes: list[HeldNote]
    reviews: list[HeldReview]
    notices: list[HeldNotice]
    presence: HeldPresence | None = None
    reply_link: HeldLink | None = None
    accesses: list[HeldAccess]


def held_on(session: Session, conversation_id: str) -> Held:
    """Everything beside the messages that is held on a conversation.

    Raises:
        UnknownConversation: if the conversation was deleted.
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise UnknownConversation(conversation_id)
    history, withdrawn = _history(session, conversation_id), _withdrawn(session, conversation_id)
    return Held(
        session=conversation_id,
        started_at=conversation.started_at,
        state=conversation.state,
        language=conversation.language,
        closed_at=conversation.closed_at,
        outcome=conversation.outcome,
        legal_hold=conversation.legal_hold,
        intake=intake_record(session, conversation_id, to_be_shown=True),
        history=history,
        consents=[*withdrawn, *_standing(withdrawn, _given(history))],
        handoff=waiting_handoff(session, conversation_id),
        handoffs=_handoffs(session, conversation_id),
        held_back=_held_back(session, conversation_id),
        alarms=_alarms(session, conversation_id),
        feedback=_feedback(session, conversation_id),
        corrections=_corrections(session, conversation_id),
        notes=_notes(session, conversation_id),
        reviews=_reviews(session, conversation_id),
        notices=_notices(session, conversation_id),
        presence=_presence(session, conversation_id),
        reply_link=_reply_link(session, conversation_id),
        accesses=_accesses(session, conversation_id),
    )


def consent_withdrawn_at(session: Session, conversation_id: str) -> datetime | None:
    """When the patient last withdrew their consent; nothing, if they never did or have agreed again since."""
    withdrawn = _withdrawn(session, conversation_id)
    consents = [*withdrawn, *_standing(withdrawn, _given(_history(session, conversation_id)))]
    return consents[-1].withdrawn_at if consents else None


def withdrawn_among(session: Session, conversation_ids: Sequence[str]) -> set[str]:
    """Those conversations whose patient withdrew their consent and has not agreed again."""
    ever = select(AuditEntry.subject).where(AuditEntry.action == WITHDRAWN, AuditEntry.subject.in_(conversation_ids)).distinct()
    return {id_ for id_ in session.scalars(ever) if id_ and consent_withdrawn_at(session, id_)}


def withdraw_consent(
    session: Session, conversation_id: str, say: Callable[[str | None, bool], Sequence[Draft]]
) -> list[Message]:
    """Stop the intake, and remove its answers, the messages that told or repeated them, and the notes of the clinic's people.

    A handoff stays, since a person has to see that the consent was withdrawn. What is being dealt with at this moment is ended:
    a late outcome must not bring an answer back. On legal hold nothing is removed before the hold is lifted. Call `scrub` once
    the transaction has ended.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.
        say: gives what is said about it, for the reference of the open handoff and for whether a legal hold keeps the details.

    Raises:
        UnknownConversation: if the conversation was deleted.
    """
    said = withdraw(session, conversation_id, say)
    decide(session, "withdrawn", conversation_id)
    return said


def withdraw(session: Session, conversation_id: str, say: Callable[[str | None, bool], Sequence[Draft]]) -> list[Message]:
    """What `withdraw_consent` does, without a note beside the database: also for one that is done again."""
    lock(session, conversation_id)
    consents = _standing(_withdrawn(session, conversation_id), _given(_history(session, conversation_id)))
    for consent in consents:
        given_at = consent.given_at.isoformat()
        record(session, PATIENT, WITHDRAWN, conversation_id, version=consent.version, given_at=given_at)
    end_ways_back(session, conversation_id)
    if consents:
        _announce_to_who_has_the_case(session, conversation_id)
    intake = session.get(Intake, conversation_id)
    if intake is not None:
        intake.status, intake.open_field, intake.detail_asked, intake.attempts = "stopped", None, False, 0
        intake.reference, intake.updated_at = None, datetime.now(UTC)
    conversation = session.get_one(Conversation, conversation_id)
    conversation.asking = None
    let_go(session, conversation_id)
    said = end_turns(session, conversation_id, say(waiting_handoff(session, conversation_id), conversation.legal_hold))
    if not conversation.legal_hold:
        forget_what_was_told(session, conversation_id)
    return said


def forget_what_was_told(session: Session, conversation_id: str) -> None:
    """Remove what the patient told under a consent that is withdrawn. Call `scrub` once the transaction has ended."""
    session.get_one(Conversation, conversation_id).country = None
    remove_health_details(session, conversation_id)


def end_ways_back(session: Session, conversation_id: str) -> None:
    """End the link by which the patient could come back, and what waits to be sent to them: they are told nothing any more."""
    session.execute(delete(ReplyLink).where(ReplyLink.conversation_id == conversation_id))
    waiting = (Notice.channel == "patient", Notice.state.in_(["waiting", "sending"]))
    session.execute(delete(Notice).where(Notice.conversation_id == conversation_id, *waiting))


def _announce_to_who_has_the_case(session: Session, conversation_id: str) -> None:
    is_open = (Handoff.conversation_id == conversation_id, Handoff.state == "open")
    for handoff in session.scalars(select(Handoff).where(*is_open)):
        announce(session, handoff, "amended", datetime.now(UTC))


def _history(session: Session, conversation_id: str) -> list[HeldAnswer]:
    return [
        HeldAnswer(
            field=row.field,
            said=(answer or unread_answer()).said,
            understood=answer.value if answer else None,
            to_check=answer.to_check if answer else False,
            skipped=answer.skipped if answer else False,
            message=row.message_seq,
            at=row.at,
        )
        for row, answer in answers_given(session, conversation_id)
    ]


def _given(history: Sequence[HeldAnswer]) -> list[HeldConsent]:
    given = [(answer.understood, answer.at) for answer in history if the_intake().role_of(answer.field) == "consent"]
    return [
        HeldConsent(
            version=value["version"], purpose=value.get("purpose"), wording=value.get("wording"), given_at=at, withdrawn_at=None
        )
        for value, at in given
        if isinstance(value, dict) and value.get("agreed")
    ]


def _standing(withdrawn: Sequence[HeldConsent], given: Sequence[HeldConsent]) -> list[HeldConsent]:
    """The consents that were given since the last withdrawal; earlier ones are there only while a legal hold keeps them."""
    last = max((consent.withdrawn_at for consent in withdrawn if consent.withdrawn_at), default=None)
    return [consent for consent in given if last is None or consent.given_at > last]


def _withdrawn(session: Session, conversation_id: str) -> list[HeldConsent]:
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject == conversation_id, AuditEntry.action == WITHDRAWN).order_by(AuditEntry.seq)
    )
    return [
        HeldConsent(
            version=entry.details["version"],
            purpose=None,
            wording=None,
            given_at=datetime.fromisoformat(entry.details["given_at"]),
            withdrawn_at=entry.at,
        )
        for entry in entries
    ]


def _handoffs(session: Session, conversation_id: str) -> list[HeldHandoff]:
    rows = session.scalars(select(Handoff).where(Handoff.conversation_id == conversation_id).order_by(Handoff.created_at))
    return [
        HeldHandoff(
            reference=row.reference,
            reason=row.reason,
            state=row.state,
            created_at=row.created_at,
            urgent=row.urgent_level,
            alarm=row.urgent_group,
            alarm_at=row.urgent_at,
        )
        for row in rows
    ]


def _held_back(session: Session, conversation_id: str) -> list[HeldBackMessage]:
    rows = session.scalars(select(HeldBack).where(HeldBack.conversation_id == conversation_id).order_by(HeldBack.message_seq))
    return [HeldBackMessage(message=row.message_seq, state=row.state) for row in rows]


def _alarms(session: Session, conversation_id: str) -> list[HeldAlarm]:
    return [
        HeldAlarm(message=row.message_seq, level=row.level, group=row.group, rule=row.rule, how=row.how, words=row.words)
        for row in alarms_of(session, conversation_id)
    ]


def _feedback(session: Session, conversation_id: str) -> list[HeldFeedback]:
    rows = session.scalars(select(Feedback).where(Feedback.conversation_id == conversation_id).order_by(Feedback.message_seq))
    return [HeldFeedback(message=row.message_seq, helpful=row.helpful, at=row.at) for row in rows]


def _corrections(session: Session, conversation_id: str) -> list[HeldCorrection]:
    return [
        HeldCorrection(what=each.what.value, text=each.text, understood=each.value, by=each.by, at=each.at)
        for each in corrections_of(session, conversation_id)
    ]


def _notes(session: Session, conversation_id: str) -> list[HeldNote]:
    query = select(Note, User.name, User.role).join(User, User.id == Note.user_id)
    rows = session.execute(query.where(Note.conversation_id == conversation_id).order_by(Note.id))
    return [HeldNote(by=name, role=role, at=note.at, text=text_of(session, note)) for note, name, role in rows]


def text_of(session: Session, note: Note) -> str:
    """What a note says; that it cannot be read, if it cannot be opened."""
    content = keyring_of(session).open_if_possible(note.sealed, f"note {note.id}")
    return unreadable().note if content is None else str(content["text"])


def _reviews(session: Session, conversation_id: str) -> list[HeldReview]:
    rows = session.scalars(select(Review).where(Review.conversation_id == conversation_id).order_by(Review.id))
    return [
        HeldReview(message=row.message_seq, verdict=row.verdict, article=row.article, wording=row.wording, at=row.at)
        for row in rows
    ]


def _notices(session: Session, conversation_id: str) -> list[HeldNotice]:
    rows = session.scalars(select(Notice).where(Notice.conversation_id == conversation_id).order_by(Notice.id))
    return [HeldNotice(event=row.event, channel=row.channel, created_at=row.created_at, sent_at=row.sent_at) for row in rows]


def _presence(session: Session, conversation_id: str) -> HeldPresence | None:
    row = session.get(Presence, conversation_id)
    if row is None:
        return None
    return HeldPresence(
        last_open=row.open_until, seen=row.seen_seq, seen_at=row.seen_at, read=row.read_seq, read_at=row.read_at
    )


def _reply_link(session: Session, conversation_id: str) -> HeldLink | None:
    row = session.get(ReplyLink, conversation_id)
    return HeldLink(made_at=row.made_at, ends_at=row.ends_at, opened_at=row.opened_at) if row else None


def _accesses(session: Session, conversation_id: str) -> list[HeldAccess]:
    rows = session.scalars(select(AuditEntry).where(AuditEntry.subject == conversation_id).order_by(AuditEntry.seq))
    return [HeldAccess(action=row.action, at=row.at) for row in rows]
