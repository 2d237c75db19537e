"""`cordial backup`: make, list and restore backups of the records."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.records import open_database
from commands.terminal import Json, plain_errors, say, say_json
from cordial.keys import encryption_keys
from cordial.settings import Settings, load_settings
from desk.database import Database
from desk.keeping.backup import FOLDER, BackupError, backups_in, make, remove_old, restore
from desk.keeping.caution import clock_doubt
from desk.keeping.retention import the_rules
from desk.sealed import Keyring, new_key

backup = typer.Typer(help="Sealed backups of the records. The keys are not in them.", no_args_is_help=True)


@backup.command("make")
def backup_make() -> None:
    """Make a backup while Cordial runs, and remove those that are too old by the rules of retention."""
    with plain_errors():
        settings = load_settings()
        database = open_database(settings)
        made = make(database, _keyring(settings), settings.data)
        odd = clock_doubt(database, datetime.now(UTC))
        old = remove_old(settings.data, the_rules().other.backups) if odd is None else 0
        database.close()
        say(f"{made.file}  {made.bytes / 1e6:.1f} MB")
        if old:
            say(f"Removed {old} that {'is' if old == 1 else 'are'} older than {the_rules().other.backups} days.")
        if odd is not None:
            say(f"{odd} No older backup was removed.")
        say("It is sealed. Without the encryption key nobody can open it, you neither: keep the key elsewhere.")


@backup.command("list")
def backup_list(as_json: Json = False) -> None:
    """The backups in the data folder, the newest first."""
    with plain_errors():
        found = backups_in(load_settings().data)
        if as_json:
            rows = [{"file": str(b.file), "made_at": b.made_at.isoformat(), "bytes": b.bytes} for b in found]
            say_json({"backups": rows})
            return
        if not found:
            say("There is no backup. `cordial backup make` makes one.")
        for one in found:
            say(f"{one.made_at:%Y-%m-%d %H:%M:%S} UTC  {one.bytes / 1e6:>8.1f} MB  {one.file.name}")


@backup.command("restore")
def backup_restore(
    name: Annotated[str, typer.Argument(help="A name that `cordial backup list` shows, or a file.")],
    yes: Annotated[bool, typer.Option("--yes", help="Put it in the place of the records that are there.")] = False,
) -> None:
    """Put a backup in place, and erase again what was erased since. The records that were there are backed up first."""
    with plain_errors():
        settings = load_settings()
        file = _file(settings, name)
        if settings.encryption_keys is None and not (settings.data / "encryption_key").is_file():
            raise BackupError(
                f"The backup is sealed, and there is no key. Put `encryption_key` into {settings.data}, or set "
                "CORDIAL_ENCRYPTION_KEYS."
            )
        database = Database(settings.database_address, _keyring(settings), folder=settings.data)
        there = database.file is not None and database.file.is_file()
        if there and not yes:
            raise BackupError("There are records already. With --yes they are backed up first, and then replaced.")
        if there:
            say(f"The records that were there are kept as {make(database, _keyring(settings), settings.data).file.name}.")
        database.close()
        restored = restore(file, settings.database_address, _keyring(settings), settings.data)
        say(f"Restored {file.name}. Everybody is logged out.")
        if restored.erased_again:
            say(f"Erased again what was erased since: {restored.erased_again}.")
        if restored.decided_again:
            say(f"Decided again what was decided since: {len(restored.decided_again)}.")
        if any(each.kind in {"password", "phone"} for each in restored.decided_again):
            say("Some passwords have ended. `cordial users list` shows who has none, and `cordial users reset` makes a link.")


def _file(settings: Settings, name: str) -> Path:
    for file in (settings.data / FOLDER / name, Path(name)):
        if file.is_file():
            return file
    raise BackupError(f"There is no backup {name}. `cordial backup list` shows those that are there.")


def _keyring(settings: Settings) -> Keyring:
    return Keyring(encryption_keys(settings, new_key))
