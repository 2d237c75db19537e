"""The key of the audit log, sealed together with the end of the log as it is."""

import sqlalchemy as sa
from alembic import context, op

from desk.audit_key import START, new_audit_key

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and the one key in it."""
    table = op.create_table(
        "audit_key", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("sealed", sa.Text(), nullable=False)
    )
    last = op.get_bind().execute(sa.text("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")).one_or_none()
    after, follows = (int(last.seq), str(last.hash)) if last else (0, START)
    sealed = new_audit_key(context.config.attributes["keyring"], after, follows)
    op.bulk_insert(table, [{"id": 1, "sealed": sealed}])


def downgrade() -> None:
    """Without the key, what was hashed with it cannot be verified any more."""
    raise NotImplementedError
