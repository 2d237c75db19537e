"""The records, for commands."""

from __future__ import annotations

from cordial.keys import encryption_keys
from cordial.settings import Settings
from desk.database import Database
from desk.keeping.key_check import check_keys
from desk.sealed import Keyring, new_key


def open_database(settings: Settings) -> Database:
    """The records, with the tables of this version.

    Raises:
        SealError: if they were sealed with another key.
    """
    database = Database(settings.database_address, Keyring(encryption_keys(settings, new_key)), folder=settings.data)
    check_keys(database)
    database.migrate()
    return database
