"""Handoffs that are urgent, and emergencies that nobody has said to have read."""

import sqlalchemy as sa
from alembic import op

from desk.models import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was handed over because of an emergency before is urgent too."""
    op.add_column("conversations", sa.Column("unread_alarm", sa.String(40), nullable=True))
    op.add_column("handoffs", sa.Column("urgent_level", sa.String(16), nullable=True))
    op.add_column("handoffs", sa.Column("urgent_group", sa.String(40), nullable=True))
    op.add_column("handoffs", sa.Column("urgent_at", UtcTime(), nullable=True))
    op.execute("UPDATE handoffs SET urgent_level = 'emergency', urgent_at = created_at WHERE reason = 'red_flag'")


def downgrade() -> None:
    """Remove them."""
    for column in ("urgent_at", "urgent_group", "urgent_level"):
        op.drop_column("handoffs", column)
    op.drop_column("conversations", "unread_alarm")
