"""The queue: who needs a person, in the order in which they need one.

First an emergency, then what is for today, then who has waited longer than the target, then who waits; after them whom somebody
has, and whom the assistant has again. In each, who has waited longest comes first, and of these who has told everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from desk.cases.search import Snippet, find, holds_in_field, passed_on, snippets_of
from desk.conversations.corrections import corrected_names
from desk.conversations.intakes import unread_answer
from desk.conversations.own_data import withdrawn_among
from desk.database import keyring_of
from desk.models import Conversation, Handoff, Intake, IntakeAnswer, User
from desk.working_hours import due_at, is_overdue, overdue_before
from intake.clinic import Hours
from intake.fields import Role, the_intake
from intake.record import FieldAnswer

PAGE = 40  # cases on one page
_NO_END = 2**31 - 1  # PostgreSQL counts no further
_SHOWN: tuple[Role, ...] = ("name", "condition")

# Open handoffs, one line for each conversation, with the gravest alarm: 0 an emergency, 1 for today, 2 none.
_ALARMS = (
    select(
        Handoff.conversation_id,
        func.min(case((Handoff.urgent_level == "emergency", 0), (Handoff.urgent_level.is_not(None), 1), else_=2)).label(
            "alarm"
        ),
        func.min(Handoff.created_at).label("opened"),
    )
    .where(Handoff.state == "open")
    .group_by(Handoff.conversation_id)
    .subquery("alarms")
)


class View(StrEnum):
    """Which part of the queue is looked at."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    ALL = "all"


_WITH_CLOSED = frozenset({View.CLOSED, View.ALL})


@dataclass(frozen=True)
class Filters:
    """What is looked for."""

    view: View = View.OPEN
    state: str = ""
    condition: str = ""
    country: str = ""
    language: str = ""
    since: date | None = None  # the first day, in the clinic's time zone, on which the case came
    until: date | None = None  # the last one
    text: str = ""
    page: int = 1


@dataclass(frozen=True)
class Row:
    """One case in the queue."""

    conversation: Conversation
    handoff: Handoff
    urgent: Handoff | None  # the one with the gravest alarm
    holder: str | None
    intake: str  # status
    answers: dict[Role, FieldAnswer]  # a few, for finding one's way
    due: datetime | None
    overdue: bool
    withdrawn: bool  # the patient took their consent back
    snippets: list[Snippet] = field(default_factory=list)


@dataclass(frozen=True)
class Queue:
    """One page of it."""

    rows: list[Row]
    counts: dict[View, int]
    more: bool  # whether there is another page


@dataclass(frozen=True)
class Desk:
    """From where the queue is looked at: by whom, when, and in which hours somebody is there."""

    me: str
    hours: Hours
    now: datetime

    @cached_property
    def late(self) -> datetime:
        """Who waits since then or longer is overdue."""
        return overdue_before(self.hours, self.now)

    @cached_property
    def late_after_an_alarm(self) -> datetime:
        """The same for whom an alarm was raised."""
        return overdue_before(self.hours, self.now, urgent=True)


def look(session: Session, filters: Filters, desk: Desk) -> Queue:
    """The queue as somebody sees it."""
    conditions = [*_of_view(filters.view, desk), *_chosen(session, filters, desk.hours)]
    first, last = (filters.page - 1) * PAGE, filters.page * PAGE
    if filters.text.strip():
        ids = find(session, filters.text, [*conditions, *_open_in(filters.view)], last + 1)[first:]
    else:
        ids = list(session.scalars(_in_order(filters.view, conditions, desk).offset(first).limit(PAGE + 1)))
    return Queue(_rows(session, ids[:PAGE], filters.text, desk), _counts(session, desk), len(ids) > PAGE)


def comes_after(session: Session, filters: Filters, desk: Desk, conversation_id: str) -> str | None:
    """The reference of the case that somebody goes on with in a list: the next one; of the last, the one before it.

    Args:
        session: for reading.
        filters: of the list; where the case is not in it, its first one comes next.
        desk: from where it is looked at.
        conversation_id: of the case that is done.
    """
    found = look(session, filters, desk)
    rows = [*found.rows, *(look(session, replace(filters, page=filters.page + 1), desk).rows[:1] if found.more else [])]
    at = next((place for place, row in enumerate(rows) if row.conversation.id == conversation_id), -1)
    others = [*rows[at + 1 :], *rows[: max(at, 0)][::-1]]
    return others[0].handoff.reference if others else None


def everybody(session: Session, filters: Filters, desk: Desk) -> list[str]:
    """The conversations of all pages, in the order of the view."""
    conditions = [*_of_view(filters.view, desk), *_chosen(session, filters, desk.hours)]
    if filters.text.strip():
        return find(session, filters.text, [*conditions, *_open_in(filters.view)], _NO_END)
    return list(session.scalars(_in_order(filters.view, conditions, desk)))


def _in_order(view: View, conditions: Sequence[ColumnElement[bool]], desk: Desk) -> Select[tuple[str]]:
    if view in _WITH_CLOSED:  # the newest first; closing writes a last message
        return select(Conversation.id).where(*conditions).order_by(Conversation.last_message_at.desc())
    waiting = Conversation.waiting_since
    alarm = _ALARMS.c.alarm
    rank = case(
        (and_(waiting.is_not(None), alarm < 2), alarm),
        (waiting <= desk.late, 2),
        (waiting.is_not(None), 3),
        (Conversation.state == "human", 4),
        else_=5,
    )
    complete = case((Intake.status.in_(("completed", "amended")), 0), else_=1)
    opened = _ALARMS.c.opened
    put_off = case((Conversation.snoozed_until > desk.now, 1), else_=0)  # of emergencies, the one that nobody put off
    return (
        select(Conversation.id)
        .join(_ALARMS, _ALARMS.c.conversation_id == Conversation.id)
        .outerjoin(Intake, Intake.conversation_id == Conversation.id)
        .where(*conditions)
        .order_by(rank, put_off, waiting, complete, opened)
    )


def _of_view(view: View, desk: Desk) -> list[ColumnElement[bool]]:
    """What holds of every conversation of a view, beside the handoff."""
    until = Conversation.snoozed_until
    awake = or_(until.is_(None), until <= desk.now, _emergency())  # an emergency that is put off stays in sight
    conditions: dict[View, list[ColumnElement[bool]]] = {
        View.OPEN: [awake],
        View.MINE: [awake, Conversation.holder == desk.me],
        View.UNASSIGNED: [awake, Conversation.holder.is_(None)],
        View.OVERDUE: [awake, _waits_too_long(desk)],
        View.SNOOZED: [until > desk.now],
        View.CLOSED: [Conversation.state == "closed"],
        View.ALL: [passed_on()],
    }
    return conditions[view]


def _open_in(view: View) -> list[ColumnElement[bool]]:
    """What a search by words has to hold of a view: only two of them show cases that nobody has open."""
    return [] if view in _WITH_CLOSED else [passed_on(Handoff.state == "open")]


def _emergency() -> ColumnElement[bool]:
    return passed_on(Handoff.state == "open", Handoff.urgent_level == "emergency")


def _waits_too_long(desk: Desk) -> ColumnElement[bool]:
    waiting = Conversation.waiting_since
    alarm = passed_on(Handoff.state == "open", Handoff.urgent_level.is_not(None))
    return or_(waiting <= desk.late, and_(waiting <= desk.late_after_an_alarm, alarm))


def _chosen(session: Session, filters: Filters, hours: Hours) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (Conversation.state, filters.state),
        (Conversation.country, filters.country),
        (Conversation.language, filters.language),
    ):
        if value:
            found.append(column == value)
    if filters.since or filters.until:
        found.append(_came_between(filters.since, filters.until, ZoneInfo(hours.zone)))
    if filters.condition.strip():
        found.append(holds_in_field(session, the_intake().stored_as("condition"), filters.condition))
    return found


def _came_between(since: date | None, until: date | None, zone: ZoneInfo) -> ColumnElement[bool]:
    came: list[ColumnElement[bool]] = []
    if since:
        came.append(Handoff.created_at >= datetime.combine(since, time(), zone))
    if until:
        came.append(Handoff.created_at < datetime.combine(until + timedelta(days=1), time(), zone))
    return passed_on(*came)


def _counts(session: Session, desk: Desk) -> dict[View, int]:
    """How many cases each view has, without the other filters."""
    views = (View.OPEN, View.MINE, View.UNASSIGNED, View.OVERDUE, View.SNOOZED)
    sums = [func.coalesce(func.sum(case((and_(*_of_view(view, desk)), 1), else_=0)), 0) for view in views]
    row = session.execute(select(*sums).join_from(Conversation, _ALARMS, _ALARMS.c.conversation_id == Conversation.id)).one()
    closed = session.scalar(select(func.count()).select_from(Conversation).where(Conversation.state == "closed")) or 0
    return {**dict(zip(views, map(int, row), strict=True)), View.CLOSED: closed}


def _rows(session: Session, ids: Sequence[str], text: str, desk: Desk) -> list[Row]:
    conversations = {c.id: c for c in session.scalars(select(Conversation).where(Conversation.id.in_(ids)))}
    handoffs = handoffs_of(session, ids)
    holders = {c.holder for c in conversations.values() if c.holder}
    names = {row[0]: row[1] for row in session.execute(select(User.id, User.name).where(User.id.in_(holders)))}
    statuses = {
        row[0]: row[1]
        for row in session.execute(select(Intake.conversation_id, Intake.status).where(Intake.conversation_id.in_(ids)))
    }
    answers, snippets = _answers(session, ids), snippets_of(session, ids, text)
    withdrawn = withdrawn_among(session, ids)
    rows = []
    for id_ in (each for each in ids if each in handoffs):
        conversation, mine = conversations[id_], handoffs[id_]
        waiting, urgent = conversation.waiting_since, gravest(mine)
        due = due_at(desk.hours, waiting, urgent is not None) if waiting else None
        overdue = bool(waiting and is_overdue(desk.hours, waiting, desk.now, urgent is not None))
        rows.append(
            Row(
                conversation,
                to_show(mine),
                urgent,
                names.get(conversation.holder or ""),
                statuses.get(id_, "none"),
                answers.get(id_, {}),
                due,
                overdue,
                id_ in withdrawn,
                snippets.get(id_, []),
            )
        )
    return rows


def handoffs_of(session: Session, ids: Sequence[str]) -> dict[str, list[Handoff]]:
    """Every handoff of each of these conversations, the newest first."""
    found: dict[str, list[Handoff]] = {}
    for handoff in session.scalars(select(Handoff).where(Handoff.conversation_id.in_(ids)).order_by(Handoff.created_at.desc())):
        found.setdefault(handoff.conversation_id, []).append(handoff)
    return found


def to_show(handoffs: list[Handoff]) -> Handoff:
    """The handoff that a case is called by: the open one, or the newest."""
    return next((handoff for handoff in handoffs if handoff.state == "open"), handoffs[0])


def gravest(handoffs: list[Handoff]) -> Handoff | None:
    """The open one with the gravest alarm, if there is one."""
    alarms = [handoff for handoff in handoffs if handoff.urgent_level and handoff.state == "open"]
    return min(alarms, key=lambda handoff: handoff.urgent_level != "emergency", default=None)


def _answers(session: Session, ids: Sequence[str]) -> dict[str, dict[Role, FieldAnswer]]:
    keyring, intake = keyring_of(session), the_intake()
    shown = [name for role in _SHOWN for name in intake.stored_as(role)]
    found: dict[str, dict[Role, FieldAnswer]] = {}
    rows = session.execute(
        select(IntakeAnswer.conversation_id, IntakeAnswer.field, IntakeAnswer.sealed)
        .where(IntakeAnswer.conversation_id.in_(ids), IntakeAnswer.field.in_(shown))
        .order_by(IntakeAnswer.id)
    )
    for conversation_id, name, sealed in rows:
        role = intake.role_of(name)
        if role is not None:
            content = keyring.open_if_possible(sealed, f"answer of {conversation_id}")
            answer = unread_answer() if content is None else FieldAnswer.model_validate(content)
            found.setdefault(conversation_id, {})[role] = answer
    for conversation_id, name in corrected_names(session, ids).items():
        found.setdefault(conversation_id, {})["name"] = FieldAnswer(said=name)
    return found


def countries(session: Session) -> list[str]:
    """The countries that can be chosen."""
    held = select(Conversation.country).where(Conversation.country.is_not(None)).distinct()
    return sorted(code for code in session.scalars(held) if code)
