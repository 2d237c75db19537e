"""The index of what was written, for the search of the console."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from desk.tables.base import Base


class Word(Base):
    """One word of one message, as a keyed hash: the index alone tells nobody what was said, and goes with the message."""

    __tablename__ = "words"
    __table_args__ = (Index("ix_words_message", "message_id"), {"sqlite_with_rowid": False})

    word: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class NoteWord(Base):
    """The same of one note."""

    __tablename__ = "note_words"
    __table_args__ = (Index("ix_note_words_note", "note_id"), {"sqlite_with_rowid": False})

    word: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
