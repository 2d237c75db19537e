"""Erasure: a conversation goes for good, also from backups that are restored later.

The rows go in one transaction, with every row that belongs to them. Before that, the id is added to the list `erased` in the
data folder, outside the database. Whoever puts an older database in place applies that list again. The ids are random numbers;
the list says nothing about anybody. Afterwards `scrub` removes what SQLite keeps of deleted rows: the write-ahead log, and what
moving rows between pages has left inside the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.database import UNSCRUBBED, Database, folder_of, mark_unscrubbed
from desk.decisions import add_line
from desk.models import Conversation, Handoff

logger = structlog.get_logger(__name__)

ERASED = "erased"  # ids, one a line
SMALL = 64_000_000  # bytes of an SQLite file that is rewritten in about a second
_PATIENCE = 500  # milliseconds that a scrub waits for others; a patient may be waiting for it
_MANY = 500  # ids in one statement; SQLite takes 32,766


class OnHold(Exception):
    """The case is on legal hold and cannot be erased until the hold is lifted."""


def erase(session: Session, conversation_id: str, actor: str, **details: str) -> bool:
    """Erase a conversation on request, in a writing transaction. Call `scrub` once that has ended.

    Args:
        session: a writing transaction.
        conversation_id: the conversation.
        actor: who erases, for the audit log.
        details: for the audit log; nothing personal.

    Returns:
        Whether it was there.

    Raises:
        OnHold: if it must be kept.
    """
    if session.get(Conversation, conversation_id) is None:
        return False
    if on_hold(session, conversation_id):
        raise OnHold(conversation_id)
    _note(folder_of(session), conversation_id)
    delete_rows(session, [conversation_id])
    record(session, actor, "conversation.deleted", conversation_id, **details)
    return True


def on_hold(session: Session, conversation_id: str) -> bool:
    """Whether a conversation must be kept for a legal reason."""
    return bool(session.scalar(select(Conversation.legal_hold).where(Conversation.id == conversation_id)))


def delete_rows(session: Session, conversation_ids: Sequence[str]) -> None:
    """Delete conversations with all that belongs to them, without a note on the list: rules find the same ones again."""
    mark_unscrubbed(session)
    session.execute(delete(Conversation).where(Conversation.id.in_(conversation_ids)))


def erase_again(database: Database, erased: Sequence[str] | None = None) -> int:
    """Erase what is on the list and is there nevertheless: an older database was put in place, or a process died meanwhile.

    A legal hold that the older database knows of was lifted before the erasure, so it does not count.

    Args:
        database: the records.
        erased: the ids; by default those on the database's own list.

    Returns:
        How many conversations it erased.
    """
    ids = list_of_erased(database.folder) if erased is None else erased
    found: list[str] = []
    for start in range(0, len(ids), _MANY):
        with database.write() as session:
            some = select(Conversation.id).where(Conversation.id.in_(ids[start : start + _MANY]))
            again = list(session.scalars(some))
            if again:
                delete_rows(session, again)
                for conversation_id in again:
                    record(session, "system", "conversation.deleted_again", conversation_id)
        found += again
    if found:
        scrub(database)
    return len(found)


def list_of_erased(folder: Path | None) -> list[str]:
    """The ids of everything that was erased on request; a damaged line is no id of anything, and costs only itself."""
    file = folder / ERASED if folder is not None else None
    ids = file.read_text("ascii", errors="replace").split() if file is not None and file.is_file() else []
    damaged = sum(not each.isascii() for each in ids)
    if damaged:
        logger.error("the list of erasures is damaged: a backup that is restored may bring these back", lines=damaged)
    return ids


def add_to_list(folder: Path, ids: Sequence[str]) -> None:
    """Add ids to the list that are not on it yet, for example those of a backup's list."""
    known = set(list_of_erased(folder))
    for conversation_id in dict.fromkeys(ids):
        if conversation_id not in known:
            _note(folder, conversation_id)


def find_conversation(session: Session, name: str) -> str | None:
    """The id of a conversation, from a reference number or from the id itself, however it is typed."""
    wanted = name.strip()
    by_reference = session.scalar(select(Handoff.conversation_id).where(Handoff.reference == wanted.upper()))
    return by_reference or session.scalar(select(Conversation.id).where(Conversation.id == wanted.lower()))


def scrub(database: Database, whatever_size: bool = False) -> bool:
    """Remove the bytes that SQLite keeps of deleted rows. Others may go on reading and writing meanwhile.

    Args:
        database: the records; on PostgreSQL this is the work of its own vacuum.
        whatever_size: also rewrite a large file, for which writers wait some seconds.

    Returns:
        Whether nothing is left; if not, it is to be called again later.
    """
    left = unscrubbed(database.folder)
    if database.file is None or left is None or not database.file.is_file():
        return True
    noted = left.stat().st_mtime_ns if left.exists() else None
    rewrite = noted is not None and (whatever_size or database.file.stat().st_size <= SMALL)
    try:
        busy = _rewrite_and_truncate(database, rewrite)
    except sqlite3.OperationalError:  # somebody writes; the next call does it
        return False
    done = not busy and (rewrite or noted is None)
    if done and left.exists() and left.stat().st_mtime_ns == noted:  # nothing was erased in the meantime
        left.unlink()
    return done


def _rewrite_and_truncate(database: Database, rewrite: bool) -> bool:
    """Empty the write-ahead log, after writing the file anew if wanted; gives whether a reader kept the log from it."""
    connection = database.engine.raw_connection()  # neither runs inside a transaction
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
        if rewrite:
            cursor.execute("VACUUM")
        [busy, _, _] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return bool(busy)
    finally:
        connection.invalidate()  # nobody else gets this one, with its short patience


def unscrubbed(folder: Path | None) -> Path | None:
    """The file that is there while the database's file may hold bytes of something erased; nothing without a folder."""
    return folder / UNSCRUBBED if folder is not None else None


def _note(folder: Path | None, conversation_id: str) -> None:
    """Add an id to the list and wait until it is on the disk: the deletion must not be remembered by the database alone."""
    if folder is None:
        return
    add_line(folder / ERASED, conversation_id)
