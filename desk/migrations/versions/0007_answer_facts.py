"""What each answer was, in a few bytes, and when conversations began: what the console counts."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from desk.models import UtcTime

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

_SOME = 500


def upgrade() -> None:
    """Create the table, and fill it from the answers that are there."""
    op.create_index("ix_conversations_started", "conversations", ["started_at"])
    by_person = sa.text("sender = 'coordinator'")
    op.create_index(
        "ix_messages_by_person", "messages", ["conversation_id", "at"], sqlite_where=by_person, postgresql_where=by_person
    )
    facts = op.create_table(
        "answer_facts",
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("message_seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("article", sa.String(80), nullable=True),
        sa.Column("section", sa.String(200), nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_answer_facts_at", "answer_facts", ["at", "status"])
    op.create_index("ix_answer_facts_section", "answer_facts", ["status", "article", "section", "at"])
    messages = sa.table(
        "messages", sa.column("conversation_id"), sa.column("seq"), sa.column("at", UtcTime()), sa.column("answer", sa.JSON())
    )
    given = sa.select(messages).where(sa.cast(messages.c.answer, sa.Text) != "null")
    for some in op.get_bind().execute(given).partitions(_SOME):
        op.bulk_insert(facts, [_fact(row.conversation_id, row.seq, row.at, row.answer) for row in some])


def downgrade() -> None:
    """Remove them."""
    op.drop_table("answer_facts")
    op.drop_index("ix_messages_by_person", "messages")
    op.drop_index("ix_conversations_started", "conversations")


def _fact(conversation_id: str, seq: int, at: object, answer: object) -> dict[str, object]:
    shown = json.loads(answer) if isinstance(answer, str) else answer
    assert isinstance(shown, dict)  # noqa: S101
    first: dict[str, Any] = next(iter(shown.get("passages", [])), {})
    return {
        "conversation_id": conversation_id,
        "message_seq": seq,
        "at": at,
        "status": shown["status"],
        "article": first.get("article"),
        "section": first.get("heading", "")[:200] or None,
    }
