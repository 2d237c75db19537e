"""Whether a patient has seen what was written to them, and the link by which they come back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from desk.tables.base import Base
from desk.tables.words import Sealed, Words


def _no_text() -> str | None:
    return None


class Presence(Base):
    """How far each side has seen what the other wrote. Of a chat that no person has read there is none."""

    __tablename__ = "presences"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    open_until: Mapped[datetime | None]  # the patient's page is open, or was until then
    seen_seq: Mapped[int] = mapped_column(default=0)  # the last message that stood before the patient's eyes
    seen_at: Mapped[datetime | None]
    read_seq: Mapped[int] = mapped_column(default=0)  # the last message that a person of the clinic has opened
    read_at: Mapped[datetime | None]


class ReplyLink(Sealed, Base):
    """The link in the e-mail "you have a reply". A conversation has one at most; a new one takes its place."""

    __tablename__ = "reply_links"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of its secret
    asks: Mapped[str] = mapped_column(String(8))  # before it opens anything: birth, code
    about_seq: Mapped[int]  # the first reply that it tells of
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]  # none before the e-mail was taken
    opened_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)  # wrong ones, since it was last opened
    codes: Mapped[int] = mapped_column(default=0)  # that were sent
    code_ends_at: Mapped[datetime | None]

    secret = Words(_no_text)  # until the e-mail was taken; then the hash alone is left
    code = Words(_no_text)  # that was sent last, until it was used

    def place(self) -> str:
        """Its conversation."""
        return f"reply link {self.conversation_id}"
