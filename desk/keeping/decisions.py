"""Making decisions again that an older database does not know of, once it was put in place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from desk.audit import record
from desk.conversations.log import exists
from desk.conversations.own_data import withdraw
from desk.database import Database
from desk.decisions import Decided, decisions_in
from desk.keeping.erasure import scrub
from desk.models import Conversation, Decision, Invitation, Login, User
from desk.people.logins import end_all
from desk.people.second_factor import forget_phone


def decide_again(database: Database, decisions: Sequence[Decided] | None = None) -> list[Decided]:
    """Make the decisions again that the database does not know.

    An ended password stays ended: nobody keeps the one that was chosen afterwards, so the person needs a new link.

    Args:
        database: the records.
        decisions: in their order; by default those in the file beside the records.

    Returns:
        Those that it made again.
    """
    with database.write() as session:
        known = set(session.scalars(select(Decision.id)))
        missing = [each for each in decisions or decisions_in(database.folder) if each.id not in known]
        for each in missing:
            _make(session, each)
            session.add(Decision(id=each.id))
    if any(each.kind in {"withdrawn", "let_go"} for each in missing):
        scrub(database)
    return missing


def end_every_login(session: Session) -> None:
    """Log everybody out and end every open link: some of them were ended after the backup was made."""
    session.execute(delete(Login))
    session.execute(delete(Invitation))


def _make(session: Session, each: Decided) -> None:
    match each.kind:
        case "withdrawn" | "held" | "let_go":
            done = exists(session, each.subject) and _about_a_case(session, each)
        case _:
            user = session.get(User, each.subject)
            done = user is not None and _about_a_person(session, user, each)
    if done:
        record(session, "system", "decision.made_again", each.subject, decision=each.kind)


def _about_a_case(session: Session, each: Decided) -> bool:
    if each.kind == "withdrawn":
        withdraw(session, each.subject, lambda _reference, _on_hold: [])
    else:
        session.execute(update(Conversation).where(Conversation.id == each.subject).values(legal_hold=each.kind == "held"))
    return True


def _about_a_person(session: Session, user: User, each: Decided) -> bool:
    match each.kind:
        case "shut_out" | "let_in":
            user.active = each.kind == "let_in"
            user.shut_out_at = None if user.active else datetime.now(UTC)
        case "role":
            user.role = each.value
        case "password":
            user.password = None
        case "phone":
            user.password = None
            forget_phone(user)
        case _:
            user.recovery = []
    end_all(session, user.id)
    return True
