"""Where the sealed wording of a review goes. `desk.migrations.sealing_wordings` fills it before 0017b."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and forget the effects of drafts: they held copies of wordings, and are found anew when asked for."""
    op.add_column("reviews", sa.Column("sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))
    op.execute("UPDATE article_drafts SET effect = NULL")


def downgrade() -> None:
    """Remove it."""
    op.drop_column("reviews", "sealed")
