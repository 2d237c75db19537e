"""The `cordial keys` commands: a new encryption key, without stopping anything."""

from __future__ import annotations

import time

import typer

from commands.records import open_database
from commands.terminal import plain_errors, say
from cordial.keys import add_encryption_key, encryption_keys
from cordial.settings import Settings, load_settings
from desk.keeping.resealing import reseal
from desk.sealed import new_key

keys = typer.Typer(help="The keys with which personal fields are sealed.", no_args_is_help=True)

_TAKEN_UP_SECONDS = 6.0  # after which a running web has the new key; see `web.app`
_TOLD_EVERY = 10_000  # rows


@keys.command("rotate")
def keys_rotate() -> None:
    """Make a new key, let a running web take it up, and seal everything anew with it."""
    with plain_errors():
        settings = load_settings()
        open_database(settings).close()  # a wrong key is refused before another one is added
        add_encryption_key(settings, new_key)
        say("There is a new key. Keep a copy of the file encryption_key where the backups are not.")
        time.sleep(_TAKEN_UP_SECONDS)
        _reseal(settings)
        say("The older key stays in the file, for backups of before. docs/running.md says when it can go.")


@keys.command("reseal")
def keys_reseal() -> None:
    """Seal everything anew with the newest key; after a new one was put first, or where this was stopped."""
    with plain_errors():
        _reseal(load_settings())


def _reseal(settings: Settings) -> None:
    database = open_database(settings)
    looked = 0
    for looked in reseal(database, encryption_keys(settings, new_key)[0]):
        if looked % _TOLD_EVERY == 0:
            say(f"{looked:,} records …")
    database.close()
    say(f"Everything is sealed with the newest key: {looked:,} records were looked at.")
