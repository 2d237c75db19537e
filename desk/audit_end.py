"""Where the audit log ended last, in a file beside the database: a log whose end was cut off looks whole by itself.

The file is sealed, so that only somebody with the key can make another one. It is written after each transaction that adds
entries. A process that dies between the two leaves the note one entry behind, which is no fault.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from desk.database import folder_of, keyring_of
from desk.sealed import Keyring, SealError

logger = structlog.get_logger(__name__)

FILE = "audit_end"
_PENDING = "audit_end"


@dataclass(frozen=True)
class End:
    """The newest entry at some time."""

    seq: int
    hash: str


def note_at_commit(session: Session, end: End) -> None:
    """Note an entry as the newest one as soon as its transaction is in the database."""
    if folder_of(session) is None:
        return
    if _PENDING not in session.info:
        event.listen(session, "after_commit", _note_pending, once=True)
    session.info[_PENDING] = end


def noted_end(session: Session) -> End | None:
    """What was noted last; nothing, if nothing was, as in the data folder of an earlier version.

    Raises:
        SealError: if the note is damaged, or somebody without the key made it.
    """
    folder = folder_of(session)
    if folder is None or not (folder / FILE).is_file():
        return None
    return _read((folder / FILE).read_bytes(), keyring_of(session))


def _note_pending(session: Session) -> None:
    folder, end = folder_of(session), session.info.pop(_PENDING, None)
    if folder is None or end is None:
        return
    try:
        _note(folder / FILE, end, keyring_of(session))
    except OSError as error:  # what it tells of has happened already
        logger.error("the end of the audit log could not be noted", why=type(error).__name__)


def _note(file: Path, end: End, keyring: Keyring) -> None:
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        if _is_newer(end, stream.read(), keyring):
            stream.seek(0)
            stream.write(keyring.seal({"seq": end.seq, "hash": end.hash}).encode())
            stream.truncate()


def _is_newer(end: End, content: bytes, keyring: Keyring) -> bool:
    """Whether it comes after what another process may have noted meanwhile."""
    try:
        before = _read(content, keyring)
    except SealError:
        return not content  # one that cannot be read stays, for people to see
    return before.seq < end.seq


def _read(content: bytes, keyring: Keyring) -> End:
    return End(**keyring.open(content.decode("ascii", "replace")))
