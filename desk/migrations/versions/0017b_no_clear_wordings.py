"""The column in which wordings of reviews stood in clear. It is empty by now."""

import sqlalchemy as sa
from alembic import op

revision = "0017b"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Remove it, unless a wording is left."""
    left = op.get_bind().scalar(sa.text("SELECT count(*) FROM reviews WHERE wording IS NOT NULL"))
    if left:
        raise RuntimeError(f"{left} wordings of reviews are not sealed yet")
    op.drop_column("reviews", "wording")


def downgrade() -> None:
    """Words are not put into clear again."""
    raise NotImplementedError
