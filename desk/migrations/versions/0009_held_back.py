"""Messages that were not taken for what they were because of an emergency, and in whose turn an earlier one was replied to."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and add the column."""
    op.create_table(
        "held_back",
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("message_seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("alarm", sa.JSON(), nullable=True),
        sa.Column("field", sa.String(40), nullable=True),
        sa.Column("asking", sa.String(16), nullable=True),
    )
    op.add_column("messages", sa.Column("said_with", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Remove them."""
    op.drop_column("messages", "said_with")
    op.drop_table("held_back")
