"""Articles on their way: drafts with what was said about them. Published texts are files, which any release can read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from desk.tables.base import Base


class ArticleDraft(Base):
    """A text of an article that is not published yet, or was by this draft."""

    __tablename__ = "article_drafts"
    __table_args__ = (Index("ix_article_drafts_slug", "slug", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)  # the whole, with its front matter
    revision: Mapped[int] = mapped_column(default=1)  # of the text; who saves names the one that they saw
    state: Mapped[str] = mapped_column(String(12), default="draft")  # draft, in_review, approved, published, discarded
    base_version: Mapped[int]  # that it changes; 0 for a new article
    base_text: Mapped[str] = mapped_column(Text)  # what the article's file held when it began
    reason: Mapped[str] = mapped_column(Text, default="")  # why it is changed, for the list of versions
    author_id: Mapped[str] = mapped_column(ForeignKey("users.id"))  # who began it
    writers: Mapped[list[str]] = mapped_column(JSON, default=list)  # the ids of all who changed it; none of them may approve it
    reviewer_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"))  # who approved it
    reviewer_role: Mapped[str | None] = mapped_column(String(80))  # as readers see it
    reviewed_on: Mapped[date | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    number: Mapped[int | None]  # the version under which it is, or is being, published
    published_at: Mapped[datetime | None]
    effect: Mapped[dict[str, Any] | None]  # what it would change in the answers, and of which text and index that was found


class ArticleComment(Base):
    """What somebody said about a draft."""

    __tablename__ = "article_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("article_drafts.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    revision: Mapped[int]  # of the text that it is about
    text: Mapped[str] = mapped_column(Text)
