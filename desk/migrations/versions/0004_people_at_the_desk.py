"""People, what they do with conversations, their audit log, notices, and an index of the words that were written."""

import sqlalchemy as sa
from alembic import op

from desk.models import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NEW_TABLES = ("words", "notices", "reviews", "notes", "feedback", "audit", "invitations", "logins", "users")


def upgrade() -> None:
    """Create the tables, and tell of each conversation what the queue needs."""
    _people()
    _work()
    with op.batch_alter_table("conversations") as conversations:
        conversations.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        conversations.add_column(sa.Column("holder", sa.String(32), sa.ForeignKey("users.id", name="fk_holder"), nullable=True))
        conversations.add_column(sa.Column("waiting_since", UtcTime(), nullable=True))
        conversations.add_column(sa.Column("snoozed_until", UtcTime(), nullable=True))
        conversations.add_column(sa.Column("closed_at", UtcTime(), nullable=True))
        conversations.add_column(sa.Column("outcome", sa.String(24), nullable=True))
        conversations.add_column(sa.Column("last_message_at", UtcTime(), nullable=True))
        conversations.add_column(sa.Column("country", sa.String(2), nullable=True))
        conversations.add_column(sa.Column("legal_hold", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("messages", sa.Column("author", sa.String(80), nullable=True))
    op.add_column("messages", sa.Column("author_role", sa.String(16), nullable=True))
    op.create_index("ix_messages_at", "messages", ["at"])
    op.create_index("ix_conversations_queue", "conversations", ["state", "waiting_since"])
    op.create_index("ix_conversations_last", "conversations", ["last_message_at"])
    op.execute(
        "UPDATE conversations SET last_message_at = (SELECT max(at) FROM messages WHERE conversation_id = conversations.id)"
    )
    op.execute(
        "UPDATE conversations SET waiting_since = (SELECT min(created_at) FROM handoffs "
        "WHERE conversation_id = conversations.id AND state = 'open') WHERE state = 'waiting'"
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_conversations_last", "conversations")
    op.drop_index("ix_conversations_queue", "conversations")
    op.drop_index("ix_messages_at", "messages")
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("author_role")
        messages.drop_column("author")
    with op.batch_alter_table("conversations") as conversations:
        for column in (
            "legal_hold",
            "country",
            "last_message_at",
            "outcome",
            "closed_at",
            "snoozed_until",
            "waiting_since",
            "holder",
            "revision",
        ):
            conversations.drop_column(column)
    for table in _NEW_TABLES:
        op.drop_table(table)


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False, unique=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("password", sa.String(200), nullable=True),
        sa.Column("sealed_totp", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("recovery", sa.JSON(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcTime(), nullable=True),
    )
    op.create_table(
        "logins",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(32), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.Column("ends_at", UtcTime(), nullable=False),
        sa.Column("proved_at", UtcTime(), nullable=False),
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("ends_at", UtcTime(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(40), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])
    op.create_index("ix_audit_actor", "audit", ["actor"])


def _work() -> None:
    op.create_table(
        "feedback",
        sa.Column("conversation_id", sa.String(32), _conversation(), primary_key=True),
        sa.Column("message_seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation_id", sa.String(32), _conversation(), nullable=False, index=True),
        sa.Column("user_id", sa.String(32), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("conversation_id", sa.String(32), _conversation(), nullable=False),
        sa.Column("message_seq", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(24), nullable=False),
        sa.Column("article", sa.String(80), nullable=True),
        sa.Column("user_id", sa.String(32), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.UniqueConstraint("conversation_id", "message_seq"),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(120), nullable=False, unique=True),
        sa.Column("conversation_id", sa.String(32), _conversation(), nullable=True, index=True),
        sa.Column("event", sa.String(24), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", UtcTime(), nullable=True),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("last_error", sa.String(200), nullable=True),
    )
    op.create_index("ix_notices_due", "notices", ["state", "due_at"])
    op.create_table(
        "words",
        sa.Column("word", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column(
            "message_id", sa.Integer(), sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_words_message", "words", ["message_id"])


def _conversation() -> sa.ForeignKey:
    return sa.ForeignKey("conversations.id", ondelete="CASCADE")
