"""What the last reply asked beside the open field, and whether a bare yes was asked for more."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("conversations", sa.Column("asking", sa.String(16), nullable=True))
    op.add_column("intakes", sa.Column("detail_asked", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Remove them."""
    op.drop_column("intakes", "detail_asked")
    op.drop_column("conversations", "asking")
