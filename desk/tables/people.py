"""The people who work here, how they log in, and what they did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, false, true
from sqlalchemy.orm import Mapped, mapped_column

from desk.tables.base import Base


class User(Base):
    """A coordinator, physician, editor or administrator."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # in lower case
    name: Mapped[str] = mapped_column(String(80))  # as patients see it
    role: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
    shut_out_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    password: Mapped[str | None] = mapped_column(String(200))  # an Argon2id hash
    sealed_totp: Mapped[str | None] = mapped_column(Text)  # the secret of the second factor, encrypted
    totp_step: Mapped[int] = mapped_column(default=0)  # of the last code used; a code is used once
    recovery: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # hashes of the recovery codes that are left
    failures: Mapped[int] = mapped_column(default=0)  # wrong tries since the last login
    locked_until: Mapped[datetime | None]
    known_failures: Mapped[int] = mapped_column(default=0, server_default="0")  # the same, from browsers used before
    known_locked_until: Mapped[datetime | None]
    mail_replies: Mapped[bool] = mapped_column(default=False, server_default=false())  # is told of patients who write


class Login(Base):
    """A browser in which somebody is logged in."""

    __tablename__ = "logins"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the cookie
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    proved_at: Mapped[datetime]  # when the password was last given; exports and erasures want it to be recent


class Invitation(Base):
    """A one-time link with which somebody chooses a password."""

    __tablename__ = "invitations"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AuditEntry(Base):
    """One thing that a person or a program did. Entries are only added; each holds the hash of the one before."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject"), Index("ix_audit_actor", "actor"))

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(32))  # a user's id, "patient", "command line", "system"
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str | None] = mapped_column(String(40))  # a conversation's id, a user's id; never a name
    details: Mapped[dict[str, Any]]  # nothing personal: an erasure cannot reach it
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class SealedAuditKey(Base):
    """The key with which entries of the audit log are hashed, one row; `desk/audit_key.py` says what it is."""

    __tablename__ = "audit_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)


class Decision(Base):
    """The number of a decision that this database knows of; `desk/decisions.py` says what for."""

    __tablename__ = "decisions"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
