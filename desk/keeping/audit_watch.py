"""Does the audit log still end as it was noted? Web looks now and then; administrators are told, once by a notice."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from desk.audit import contradiction
from desk.database import Database
from desk.post.outbox import announce_trouble

CONTRADICTED = "audit_contradicted"  # a file in the data folder, while it is so


def look_at_audit_log(database: Database, now: datetime | None = None) -> None:
    """Tell administrators if the log was cut off or made anew; take it back if a restored backup has mended it.

    Args:
        database: the records, with their folder.
        now: the present.
    """
    if database.folder is None:
        return
    file = database.folder / CONTRADICTED
    with database.read() as session:
        found = contradiction(session)
    if found is None:
        file.unlink(missing_ok=True)
    elif not file.exists():
        with database.write() as session:
            announce_trouble(session, "audit_broken", now or datetime.now(UTC), to_administrators=True)
        file.write_text(f"At entry {found.seq}: {found.why}.", "utf-8")


def contradicted(folder: Path | None) -> str | None:
    """What is wrong with the end of the audit log, for whoever administers; nothing if it is as it was noted."""
    try:
        return (folder / CONTRADICTED).read_text("utf-8") if folder is not None else None
    except (OSError, ValueError):
        return None
