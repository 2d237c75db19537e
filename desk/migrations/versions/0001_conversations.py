"""Conversations, the message log, intakes and handoffs."""

import sqlalchemy as sa
from alembic import op

from desk.models import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation_id", sa.String(32), _conversation(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("sender", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("question", sa.JSON(), nullable=True),
        sa.Column("client_id", sa.String(36), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("reply_to", sa.Integer(), nullable=True),
        sa.UniqueConstraint("conversation_id", "seq"),
        sa.UniqueConstraint("conversation_id", "client_id"),
    )
    op.create_index("ix_messages_reply_to", "messages", ["conversation_id", "reply_to"])
    op.create_table(
        "intakes",
        sa.Column("conversation_id", sa.String(32), _conversation(), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("open_field", sa.String(40), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(16), nullable=True, unique=True),
        sa.Column("updated_at", UtcTime(), nullable=False),
    )
    op.create_table(
        "intake_answers",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation_id", sa.String(32), _conversation(), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("message_seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
    )
    op.create_index("ix_intake_answers_conversation", "intake_answers", ["conversation_id", "id"])
    op.create_table(
        "handoffs",
        sa.Column("reference", sa.String(16), primary_key=True),
        sa.Column("conversation_id", sa.String(32), _conversation(), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
    )
    op.create_index("ix_handoffs_conversation_id", "handoffs", ["conversation_id"])
    op.create_index("ix_handoffs_created", "handoffs", ["created_at"])


def downgrade() -> None:
    """Drop them."""
    for table in ("handoffs", "intake_answers", "intakes", "messages", "conversations"):
        op.drop_table(table)


def _conversation() -> sa.ForeignKey:
    return sa.ForeignKey("conversations.id", ondelete="CASCADE")
