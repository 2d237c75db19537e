"""Decisions that outlive a restored backup: who was shut out, whose password ended, which consent was withdrawn.

Each gets a random number. It stands in a table, in the transaction of what was decided, and before that in the file `decisions`
beside the records. An older database that is put in place does not know the number, so the decision is made again. A line holds
the number, the kind, the random id of whom it is about, and perhaps a role: nothing personal, and no password.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from sqlalchemy.orm import Session

from desk.database import folder_of
from desk.models import Decision

DECISIONS = "decisions"

Kind = Literal["withdrawn", "held", "let_go", "shut_out", "let_in", "role", "password", "phone", "recovery"]


@dataclass(frozen=True)
class Decided:
    """One line of the file.

    Attributes:
        id: its random number.
        kind: what was decided.
        subject: the id of the conversation or the user.
        value: the role, of a change of role.
    """

    id: str
    kind: Kind
    subject: str
    value: str = ""

    def __str__(self) -> str:
        """The line."""
        return " ".join(filter(None, [self.id, self.kind, self.subject, self.value]))


def decide(session: Session, kind: Kind, subject: str, value: str = "") -> None:
    """Note a decision, as the last thing of the writing transaction that makes it."""
    decided = Decided(secrets.token_hex(8), kind, subject, value)
    session.add(Decision(id=decided.id))
    session.flush()
    folder = folder_of(session)
    if folder is not None:
        add_line(folder / DECISIONS, str(decided))


def decisions_in(folder: Path | None) -> list[Decided]:
    """Every decision in a data folder, in their order. Half a line, of a process that died, counts for nothing."""
    file = folder / DECISIONS if folder is not None else None
    lines = file.read_text("ascii", errors="replace").splitlines() if file is not None and file.is_file() else []
    return [decided for line in lines if (decided := _read(line)) is not None]


def add_decisions(folder: Path, decisions: Iterable[Decided]) -> None:
    """Add decisions that are not in the file yet, for example those of a backup."""
    known = {decided.id for decided in decisions_in(folder)}
    for decided in decisions:
        if decided.id not in known:
            add_line(folder / DECISIONS, str(decided))


def add_line(file: Path, line: str) -> None:
    """Add a line to a file for its owner alone, and wait until it is on the disk."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as stream:
        size = stream.seek(0, os.SEEK_END)
        whole = size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
        stream.write((line if whole else f"\n{line}").encode("ascii") + b"\n")
        os.fsync(descriptor)


def _read(line: str) -> Decided | None:
    match line.split():
        case [id_, kind, subject, *value] if kind in get_args(Kind) and len(value) <= 1:
            return Decided(id_, cast(Kind, kind), subject, *value)
        case _:
            return None
