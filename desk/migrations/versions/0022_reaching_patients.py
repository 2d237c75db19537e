"""What patients have seen, and the links by which they come back. Of what was said before, nobody knows who saw it."""

import sqlalchemy as sa
from alembic import op

from desk.tables.base import UtcTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; one that is there already, because an earlier try was cut off, is left as it is."""
    op.create_table(
        "presences",
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("open_until", UtcTime(), nullable=True),
        sa.Column("seen_seq", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=True),
        sa.Column("read_seq", sa.Integer(), nullable=False),
        sa.Column("read_at", UtcTime(), nullable=True),
        if_not_exists=True,
    )
    op.create_table(
        "reply_links",
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("asks", sa.String(8), nullable=False),
        sa.Column("about_seq", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("ends_at", UtcTime(), nullable=True),
        sa.Column("opened_at", UtcTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("code_ends_at", UtcTime(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("reply_links")
    op.drop_table("presences")
