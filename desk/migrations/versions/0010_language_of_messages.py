"""In which language a message is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was written before is not looked at again."""
    op.add_column("messages", sa.Column("language", sa.String(8), nullable=True))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("messages", "language")
