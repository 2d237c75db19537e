"""Tries from browsers that are known are counted apart, and the audit log refuses every change."""

import sqlalchemy as sa
from alembic import op

from desk.models import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WHY = "the audit log only grows"


def upgrade() -> None:
    """Add the columns and the triggers."""
    op.add_column("users", sa.Column("known_failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("users", sa.Column("known_locked_until", UtcTime(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit BEGIN SELECT RAISE(ABORT, '{_WHY}'); END"
            )


def downgrade() -> None:
    """Remove them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_only_grows ON audit")
        op.execute("DROP FUNCTION audit_only_grows()")
    else:
        for change in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_no_{change}")
    with op.batch_alter_table("users") as users:
        users.drop_column("known_locked_until")
        users.drop_column("known_failures")


def _guard_postgresql() -> None:
    op.execute(
        f"CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_WHY}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )
