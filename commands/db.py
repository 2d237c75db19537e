"""`cordial db`: where the records are."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.records import open_database
from commands.running import in_data_folder
from commands.terminal import plain_errors, say
from cordial.settings import load_settings
from desk.database import Database
from desk.keeping.moving import move

db = typer.Typer(help="Where the records are.", no_args_is_help=True)


@db.command("move")
def db_move(
    to: Annotated[str, typer.Argument(metavar="ADDRESS", help="postgresql://USER@HOST/NAME of an empty database.")],
) -> None:
    """Take the records from SQLite to PostgreSQL, while Cordial is ended. The file stays as it is."""
    with plain_errors():
        settings = load_settings()
        with in_data_folder(settings, alone=True):
            source = open_database(settings)
            target = Database(to, source.keyring, folder=settings.data)
            counts = move(source, target)
            source.close()
            target.close()
        say(f"Moved and compared {sum(counts.values()):,} rows of {len(counts)} tables.")
        say("Set CORDIAL_DATABASE_URL to that address and start Cordial. The file and the data folder stay as they are:")
        say(f"keep {settings.data}, which holds the key; and remove {source.file}, with -wal and -shm, once all is well.")
