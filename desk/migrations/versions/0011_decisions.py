"""The numbers of decisions that a restored backup must not take back, and what has an end: open cases, names, the audit log."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ONLY_GROWS = (
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit {when} BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
)
_CLEARED = "(SELECT max(json_extract(details, '$.up_to')) FROM audit WHERE action = 'audit.cleared')"


def upgrade() -> None:
    """Create the table, add the columns, and let the beginning of the audit log go that the log itself says is removed."""
    op.create_table("decisions", sa.Column("id", sa.String(16), primary_key=True))
    op.add_column("conversations", sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("shut_out_at", sa.DateTime(timezone=True), nullable=True))
    users = sa.table("users", sa.column("shut_out_at", sa.DateTime(timezone=True)), sa.column("active", sa.Boolean()))
    op.execute(users.update().where(~users.c.active).values(shut_out_at=datetime.now(UTC)))
    _guard(f"WHEN OLD.seq > coalesce({_CLEARED}, 0)")


def downgrade() -> None:
    """Remove them."""
    _guard("")
    op.drop_column("users", "shut_out_at")
    op.drop_column("conversations", "leaves_at")
    op.drop_table("decisions")


def _guard(when: str) -> None:
    if op.get_bind().dialect.name == "sqlite":  # PostgreSQL keeps the whole log
        op.execute("DROP TRIGGER audit_no_delete")
        op.execute(_ONLY_GROWS.format(when=when))
