"""Where sealed words go, and the key of each conversation. `desk.migrations.sealing_old` fills them before 0012b."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("conversations", sa.Column("sealed_key", sa.String(200), nullable=True))
    op.add_column("messages", sa.Column("asked", sa.String(40), nullable=True))
    for table in ("messages", "held_back"):
        op.add_column(table, sa.Column("sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Remove them."""
    for table in ("held_back", "messages"):
        op.drop_column(table, "sealed")
    op.drop_column("messages", "asked")
    op.drop_column("conversations", "sealed_key")
