"""The index of what colleagues wrote in notes, with the notes of earlier versions in it.

It is filled in the transaction that makes it: whoever was interrupted begins anew.
"""

import sqlalchemy as sa
from alembic import context, op

from desk.looked_for import index_words
from desk.sealed import Keyring

revision = "0018"
down_revision = "0017b"
branch_labels = None
depends_on = None

_AT_ONCE = 500  # notes
_NOTES = sa.table("notes", sa.column("id", sa.Integer), sa.column("sealed", sa.Text))


def upgrade() -> None:
    """Create the table, and put the words of all notes into it."""
    table = op.create_table(
        "note_words",
        sa.Column("word", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("note_id", sa.Integer(), sa.ForeignKey("notes.id", ondelete="CASCADE"), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("word", "note_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_note_words_note", "note_words", ["note_id"])
    last = 0
    while some := _after(last):
        rows = [row for note_id, sealed in some for row in _rows(context.config.attributes["keyring"], note_id, sealed)]
        op.bulk_insert(table, rows)
        last = some[-1][0]


def _after(last: int) -> list[tuple[int, str]]:
    found = sa.select(_NOTES.c.id, _NOTES.c.sealed).where(_NOTES.c.id > last).order_by(_NOTES.c.id).limit(_AT_ONCE)
    return [(row.id, row.sealed) for row in op.get_bind().execute(found)]


def _rows(keyring: Keyring, note_id: int, sealed: str) -> list[dict[str, int]]:
    content = keyring.open_if_possible(sealed, f"note {note_id}")
    words = index_words(content["text"]) if content else set()
    return [{"word": keyring.blind(word), "note_id": note_id} for word in words]


def downgrade() -> None:
    """Remove it."""
    op.drop_table("note_words")
