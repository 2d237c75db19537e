"""The numbers of decisions that a restored backup must not take back."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table("decisions", sa.Column("id", sa.String(16), primary_key=True))


def downgrade() -> None:
    """Remove it."""
    op.drop_table("decisions")
