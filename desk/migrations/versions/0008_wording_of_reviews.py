"""The wording that a reviewer confirmed, what the question is about, and what the queue is found by."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the indices."""
    op.add_column("reviews", sa.Column("wording", sa.Text(), nullable=True))
    op.create_index("ix_handoffs_open", "handoffs", ["state", "conversation_id"])
    op.create_index("ix_conversations_country", "conversations", ["country"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_conversations_country", "conversations")
    op.drop_index("ix_handoffs_open", "handoffs")
    op.drop_column("reviews", "wording")
