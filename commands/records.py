"""The records, for commands."""

from __future__ import annotations

from cordial.keys import encryption_keys
from cordial.settings import Settings
from desk.database import Database
from desk.sealed import Keyring, new_key


def open_database(settings: Settings) -> Database:
    """The records, with the tables of this version."""
    database = Database(settings.database_address, Keyring(encryption_keys(settings, new_key)), folder=settings.data)
    database.migrate()
    return database
