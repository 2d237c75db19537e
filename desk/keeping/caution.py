"""When retention does not erase by itself: the clock has made a leap, or very much would go at once.

The time at which the clock was last believed stands in the file `clock` of the data folder, and goes along with the clock as
long as that makes no leap. A clock that is wrong is not believed for what is stored meanwhile.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.database import Database
from desk.keeping.backup import remove_old
from desk.keeping.retention import due, run, the_rules
from desk.models import AuditEntry, Conversation, Message
from desk.post.outbox import announce_trouble

CLOCK, REFUSED = "clock", "retention_refused"  # files in the data folder
CONFIRM = "cordial retention run --yes --confirm"
_OFTEN = timedelta(minutes=10)  # how often it is noted that the clock is believed


class Refused(Exception):
    """Nothing was erased; the message says why, and what an administrator does."""


def clock_doubt(database: Database, now: datetime) -> str | None:
    """What is odd about the clock, in one sentence; nothing if it can be believed.

    Args:
        database: the records, with their folder.
        now: what it says.
    """
    known = _last_known(database)
    if known is None or abs(now - known) <= timedelta(days=the_rules().caution.clock_days):
        return None
    return f"The clock says {_day(now)}, but Cordial last knew it to be {_day(known)}."


def believe(database: Database, now: datetime) -> None:
    """Note that the clock is right."""
    if database.folder is not None:
        _write(database.folder / CLOCK, now.isoformat())


def keep_believing(database: Database, now: datetime | None = None) -> None:
    """Go along with the clock as long as it makes no leap."""
    now = now or datetime.now(UTC)
    noted = _noted(database)
    if (noted is None or abs(now - noted) > _OFTEN) and clock_doubt(database, now) is None:
        believe(database, now)


def erase_with_care(
    database: Database, data: Path, now: datetime | None = None, actor: str = "system", confirmed: bool = False
) -> dict[str, int]:
    """Apply the rules to conversations, to what is not about patients and to backups; or to none of them.

    Args:
        database: the records.
        data: the folder with the backups.
        now: what the clock says.
        actor: who does it, for the audit log.
        confirmed: whether an administrator has said that the clock is right and that so much may go.

    Returns:
        How many went, by rule and by kind.

    Raises:
        Refused: if it is not confirmed and should be. Then nothing went.
    """
    now = now or datetime.now(UTC)
    if confirmed:
        believe(database, now)
    elif (why := _why_not(database, now)) is not None:
        _keep_in_mind(database)
        _tell(database, why, actor, now)
        raise Refused(why)
    counts = run(database, the_rules(), now, actor)
    counts["backups"] = remove_old(data, the_rules().other.backups, now)
    if database.folder is not None:
        (database.folder / REFUSED).unlink(missing_ok=True)
    return counts


def refused(folder: Path | None) -> str | None:
    """Why the last run erased nothing, for whoever administers; nothing if it was as usual."""
    try:
        told = json.loads((folder / REFUSED).read_text("utf-8"))["why"] if folder is not None else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return told if isinstance(told, str) else None


def _why_not(database: Database, now: datetime) -> str | None:
    """Why nothing is to be erased now, with what to do."""
    odd = clock_doubt(database, now)
    if odd is not None:
        return f"Nothing was erased. {odd} Set the clock; or, if it is right, run `{CONFIRM}`."
    with database.read() as session:
        going, there = len(due(session, the_rules(), now)), session.scalar(select(func.count()).select_from(Conversation)) or 0
    caution = the_rules().caution
    if going < caution.at_least or going * 100 <= there * caution.share:
        return None
    return (
        f"Nothing was erased. {going} of {there} conversations would go at once. Look at the clock and at "
        f"desk/keeping/retention.yml; if both are right, run `{CONFIRM}`."
    )


def _last_known(database: Database) -> datetime | None:
    """When the clock was last believed; where that was never noted, the newest time in the records."""
    noted = _noted(database)
    if noted is not None:
        return noted
    with database.read() as session:
        return _newest_stored(session)


def _newest_stored(session: Session) -> datetime | None:
    newest = [session.scalar(select(func.max(column))) for column in (Message.at, AuditEntry.at)]
    return max((at for at in newest if at is not None), default=None)


def _keep_in_mind(database: Database) -> None:
    """Note what is known of the time, before anything is stored with what may be a wrong one."""
    known = _last_known(database)
    if known is not None:
        believe(database, known)


def _noted(database: Database) -> datetime | None:
    try:
        return datetime.fromisoformat((database.folder / CLOCK).read_text("ascii").strip()) if database.folder else None
    except (OSError, ValueError):
        return None


def _tell(database: Database, why: str, actor: str, now: datetime) -> None:
    """Have it stand in the console, and tell it once in the audit log and by a notice."""
    if database.folder is None or refused(database.folder) == why:
        return
    news = refused(database.folder) is None
    _write(database.folder / REFUSED, json.dumps({"why": why}))
    if news:
        with database.write() as session:
            record(session, actor, "retention.refused")
            announce_trouble(session, "not_erased", now, to_administrators=True)


def _write(file: Path, text: str) -> None:
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    aside.write_text(text, "utf-8")
    aside.replace(file)


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %B %Y, %H:%M} UTC"
