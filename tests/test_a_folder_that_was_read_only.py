"""A disk that could not be written for a while costs what was tried meanwhile, and nothing after it: no restart is needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from desk.database import Database
from desk.sealed import Keyring, new_key


@pytest.mark.parametrize("hurry", [False, True])
def test_a_connection_that_was_opened_to_be_read_only_is_not_kept(tmp_path: Path, hurry: bool) -> None:
    database = Database(f"sqlite:///{tmp_path / 'cordial.db'}", Keyring([new_key()]))
    with database.read(hurry=hurry) as session:
        session.execute(text("PRAGMA query_only=ON"))  # as SQLite opens a file that it may not write
    with pytest.raises(OperationalError, match="readonly"), database.write(hurry=hurry) as session:
        session.execute(text("CREATE TABLE written (number INTEGER)"))
    with database.write(hurry=hurry) as session:
        session.execute(text("CREATE TABLE written (number INTEGER)"))
    database.close()


def test_any_other_error_costs_no_connection(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'cordial.db'}", Keyring([new_key()]))
    with database.read() as session:
        kept = session.connection().connection.driver_connection
    with pytest.raises(OperationalError, match="no such table"), database.read() as session:
        session.execute(text("SELECT * FROM nowhere"))
    with database.read() as session:
        assert session.connection().connection.driver_connection is kept
    database.close()
