"""The numbers of decisions that a restored backup must not take back, and when an open case is erased."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and add the column."""
    op.create_table("decisions", sa.Column("id", sa.String(16), primary_key=True))
    op.add_column("conversations", sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Remove them."""
    op.drop_column("conversations", "leaves_at")
    op.drop_table("decisions")
