"""Retention: what is erased when, by the rules of `retention.yml`, and legal holds, which stop them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator
from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from cordial.data_files import DataFileError, Faults, Name, Part, Text, no_yes, read_data
from desk.audit import clear_before, record
from desk.conversations.own_data import consent_withdrawn_at, forget_what_was_told
from desk.database import Database, mark_unscrubbed
from desk.decisions import decide
from desk.keeping.erasure import delete_rows
from desk.models import AuditEntry, Conversation, Handoff, Intake, Invitation, Login, Message, Notice, User
from desk.people.users import forget_former
from desk.post.outbox import announce

RULES = Path(__file__).parent / "retention.yml"
AT_ONCE = 200  # conversations in one transaction: writers wait no longer than for a turn

State = Literal["bot", "waiting", "human", "closed"]
_OPEN: frozenset[State] = frozenset({"waiting", "human"})


class RetentionError(DataFileError):
    """The rules cannot be used; the message names the entry."""


_Days = Annotated[int, BeforeValidator(no_yes)]


class Rule(Part):
    """Which conversations go, and after how many days."""

    name: Name
    text: Text
    states: list[State] = Field(min_length=1)
    handoff: bool | None = None
    intake: list[Literal["none", "in_progress", "stopped", "completed", "amended"]] | None = None
    days: _Days = Field(ge=1, le=36_500)
    warn_days: Annotated[_Days, Field(ge=1, le=365)] | None = None  # before an open case goes
    since: Literal["last_message", "closed"]
    why: Text

    @model_validator(mode="after")
    def _tells_of_open_cases(self) -> Rule:
        if _OPEN.intersection(self.states) and self.warn_days is None:
            raise Faults([(("states",), "a rule about open cases needs warn_days: its people are told so many days before")])
        if self.warn_days is not None and (not _OPEN.issuperset(self.states) or self.warn_days >= self.days):
            raise Faults([(("warn_days",), "it is for rules about open cases alone (waiting, human), and smaller than days")])
        return self


class Other(Part):
    """Days for what is not about patients."""

    logins: _Days = Field(ge=1)
    invitations: _Days = Field(ge=1)
    notices: _Days = Field(ge=1)
    backups: _Days = Field(ge=1)
    audit: _Days = Field(ge=365)
    former_people: _Days = Field(ge=1)


class Caution(Part):
    """When nothing is erased until an administrator confirms it."""

    clock_days: _Days = Field(default=2, ge=1, description="how far the clock may leap")
    share: int = Field(default=20, ge=1, le=100, description="per cent of all conversations that may go at once")
    at_least: int = Field(default=20, ge=1, description="conversations; fewer may always go")


class Rules(Part):
    """The whole file."""

    decided: Text
    conversations: list[Rule]
    other: Other
    caution: Caution = Caution()
    hold_reasons: dict[str, Text] = Field(min_length=1)

    @field_validator("conversations")
    @classmethod
    def _are_told_apart(cls, rules: list[Rule]) -> list[Rule]:
        names = [rule.name for rule in rules]
        twice = [((at, "name"), f"there is a rule {name} already") for at, name in enumerate(names) if name in names[:at]]
        if twice:
            raise Faults(twice)
        return rules


@dataclass(frozen=True)
class Hold:
    """A legal hold; when it was set and why is not known any more once the audit log was cleared of it."""

    since: datetime | None
    reason: str | None  # in words


@dataclass(frozen=True)
class Due:
    """A conversation that a rule erases."""

    conversation_id: str
    rule: str


def read_rules(file: Path = RULES) -> Rules:
    """Read the rules.

    Raises:
        RetentionError: naming what is wrong; then nothing is erased by rule.
    """
    return read_data(Rules, file, RetentionError)


@cache
def the_rules() -> Rules:
    """The rules of this installation."""
    return read_rules()


def due(
    session: Session, rules: Rules, now: datetime | None = None, most: int | None = None, among: Sequence[str] | None = None
) -> list[Due]:
    """The conversations that the rules erase now, each with the first rule that names it.

    Args:
        session: a transaction.
        rules: of this installation.
        now: the present.
        most: how many.
        among: only these conversations, by their ids.
    """
    found: dict[str, Due] = {}
    for rule in rules.conversations:
        left = None if most is None else most - len(found)
        query = select(Conversation.id).where(*_named(rule, now or datetime.now(UTC))).limit(left)
        if among is not None:
            query = query.where(Conversation.id.in_(among))
        for conversation_id in session.scalars(query):
            found.setdefault(conversation_id, Due(conversation_id, rule.name))
    return list(found.values())


def run(database: Database, rules: Rules, now: datetime | None = None, actor: str = "system") -> dict[str, int]:
    """Erase what the rules name, a part at a time; what a patient writes to meanwhile stays. Call `scrub` afterwards.

    Returns:
        How many rows went, by rule and by kind of other record; nothing for a rule that named none.
    """
    now = now or datetime.now(UTC)
    counts: dict[str, int] = {}
    with database.write() as session:
        tell_of_open_cases(session, rules, now)
    while True:
        with database.write() as session:  # found and deleted under one lock, so that nothing changes in between
            some = _still_due(session, rules, now, due(session, rules, now, AT_ONCE))
            if not some:
                break
            delete_rows(session, [one.conversation_id for one in some])
            _add(counts, [one.rule for one in some])
            details: dict[str, Any] = {**_counted([one.rule for one in some])}
            record(session, actor, "retention.erased", None, **details)
    with database.write() as session:
        gone = _delete_others(session, rules.other, now) | {
            "former_people": forget_former(session, _ago(now, rules.other.former_people)),
            "audit": clear_before(session, _ago(now, rules.other.audit), actor),
        }
        others: dict[str, Any] = {name: n for name, n in gone.items() if n}
        if gone["former_people"] or gone["audit"]:
            mark_unscrubbed(session)
        if others:
            record(session, actor, "retention.cleared", None, **others)
    return counts | others


def _still_due(session: Session, rules: Rules, now: datetime, found: Sequence[Due]) -> list[Due]:
    """What the rules erase of these, once nobody can change them any more; what is being changed now is passed over."""
    ids = [one.conversation_id for one in found]
    locked = select(Conversation.id).where(Conversation.id.in_(ids)).with_for_update(skip_locked=True)
    return due(session, rules, now, among=session.scalars(locked).all())


def tell_of_open_cases(session: Session, rules: Rules, now: datetime) -> int:
    """Say when an open case is erased in which nobody has written for long, and take that back where somebody has since.

    Returns:
        Of how many cases it was said now.
    """
    told, named = 0, set[str]()
    for rule in rules.conversations:
        if rule.warn_days is None:
            continue
        early = now + timedelta(days=rule.warn_days)
        for conversation in session.scalars(select(Conversation).where(*_matches(rule, early))):
            named.add(conversation.id)
            if conversation.leaves_at is None:
                conversation.leaves_at = early
                told += 1
                _announce_the_end(session, conversation, now)
    for conversation in session.scalars(select(Conversation).where(Conversation.leaves_at.is_not(None))):
        if conversation.id not in named:
            conversation.leaves_at = None
    return told


def _announce_the_end(session: Session, conversation: Conversation, now: datetime) -> None:
    """Tell the receivers, and whoever has the case at their own address: it is theirs to close, keep or write in."""
    holder = session.get(User, conversation.holder) if conversation.holder else None
    open_ones = (Handoff.conversation_id == conversation.id, Handoff.state == "open")
    for handoff in session.scalars(select(Handoff).where(*open_ones)):
        announce(session, handoff, "ending", now, holder)


def set_hold(session: Session, conversation_id: str, on: bool, reason: str, actor: str) -> bool:
    """Put a case on legal hold, or lift it. Then goes what was told under a consent that was withdrawn meanwhile.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.
        on: whether to set it.
        reason: a key of the rules' reasons; it is audited.
        actor: who does it.

    Returns:
        Whether that changed something.
    """
    changed = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.legal_hold.is_not(on))
        .values(legal_hold=on, revision=Conversation.revision + 1)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        return False
    record(session, actor, "hold.set" if on else "hold.lifted", conversation_id, reason=reason)
    if not on and consent_withdrawn_at(session, conversation_id):
        forget_what_was_told(session, conversation_id)
    decide(session, "held" if on else "let_go", conversation_id)
    return True


def holds(session: Session) -> list[tuple[str, str | None, AuditEntry | None]]:
    """The cases on hold: the conversation, its newest reference number, and the entry that tells when and why."""
    held = session.scalars(select(Conversation.id).where(Conversation.legal_hold).order_by(Conversation.id)).all()
    return [(name, _newest_reference(session, name), _last_hold(session, name)) for name in held]


def hold_of(session: Session, conversation: Conversation) -> Hold | None:
    """The hold that is on a case, if one is."""
    if not conversation.legal_hold:
        return None
    entry = _last_hold(session, conversation.id)
    reason = the_rules().hold_reasons.get(str(entry.details.get("reason"))) if entry else None
    return Hold(entry.at if entry else None, reason)


def _newest_reference(session: Session, conversation_id: str) -> str | None:
    query = select(Handoff.reference).where(Handoff.conversation_id == conversation_id)
    return session.scalar(query.order_by(Handoff.created_at.desc()).limit(1))


def _last_hold(session: Session, conversation_id: str) -> AuditEntry | None:
    query = select(AuditEntry).where(AuditEntry.subject == conversation_id, AuditEntry.action == "hold.set")
    return session.scalar(query.order_by(AuditEntry.seq.desc()).limit(1))


def _named(rule: Rule, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions under which a rule erases: of an open case, only when the day has come that its people were told."""
    return [*_matches(rule, now), *([Conversation.leaves_at <= now] if rule.warn_days is not None else [])]


def _matches(rule: Rule, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions of a rule."""
    before = now - timedelta(days=rule.days)
    handed = exists().where(Handoff.conversation_id == Conversation.id)
    intake = select(Intake.status).where(Intake.conversation_id == Conversation.id).scalar_subquery()
    last_message = select(Message.at).where(Message.conversation_id == Conversation.id, Message.seq == Conversation.last_seq)
    since = (
        Conversation.closed_at
        if rule.since == "closed"
        else func.coalesce(last_message.scalar_subquery(), Conversation.started_at)
    )
    conditions = [
        Conversation.legal_hold.is_(False),
        Conversation.state.in_(rule.states),
        Conversation.started_at < before,
        since < before,
    ]
    if rule.handoff is not None:
        conditions.append(handed if rule.handoff else ~handed)
    if rule.intake is not None:
        conditions.append(func.coalesce(intake, "none").in_(rule.intake))
    return conditions


def _delete_others(session: Session, other: Other, now: datetime) -> dict[str, int]:
    done = Notice.state.in_(("sent", "given_up"))
    conditions: dict[Any, tuple[str, ColumnElement[bool]]] = {
        Login: ("logins", Login.ends_at < _ago(now, other.logins)),
        Invitation: ("invitations", Invitation.ends_at < _ago(now, other.invitations)),
        Notice: ("notices", done & (Notice.created_at < _ago(now, other.notices))),
    }
    return {
        name: session.execute(delete(table).where(condition)).rowcount  # type: ignore[attr-defined]
        for table, (name, condition) in conditions.items()
    }


def _ago(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)


def _counted(names: list[str]) -> dict[str, int]:
    return {name: names.count(name) for name in dict.fromkeys(names)}


def _add(counts: dict[str, int], names: list[str]) -> None:
    for name, number in _counted(names).items():
        counts[name] = counts.get(name, 0) + number
