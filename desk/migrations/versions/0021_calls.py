"""When a handoff last called for a person, and why: a case that comes again is told again."""

import sqlalchemy as sa
from alembic import op

from desk.tables.base import UtcTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was handed over before called when it came."""
    op.add_column("handoffs", sa.Column("called_at", UtcTime(), nullable=True))
    op.add_column("handoffs", sa.Column("called_for", sa.String(16), nullable=True))
    op.execute("UPDATE handoffs SET called_at = created_at, called_for = 'new'")
    op.create_index("ix_handoffs_called", "handoffs", ["called_at"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_handoffs_called", "handoffs")
    op.drop_column("handoffs", "called_for")
    op.drop_column("handoffs", "called_at")
