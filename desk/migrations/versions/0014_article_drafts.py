"""Drafts of articles, and what is said about them."""

import sqlalchemy as sa
from alembic import op

from desk.tables.base import UtcTime

revision = "0014"
down_revision = "0012b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "article_drafts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("base_text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.String(32), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("writers", sa.JSON(), nullable=False),
        sa.Column("reviewer_id", sa.String(32), sa.ForeignKey("users.id"), nullable=True),
        sa.Column("reviewer_role", sa.String(80), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("published_at", UtcTime(), nullable=True),
        sa.Column("effect", sa.JSON(), nullable=True),
    )
    op.create_index("ix_article_drafts_slug", "article_drafts", ["slug", "state"])
    op.create_table(
        "article_comments",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("draft_id", sa.Integer(), sa.ForeignKey("article_drafts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("user_id", sa.String(32), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_index("ix_article_comments_draft_id", "article_comments", ["draft_id"])


def downgrade() -> None:
    """Remove them."""
    op.drop_table("article_comments")
    op.drop_table("article_drafts")
