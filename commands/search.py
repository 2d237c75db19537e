"""The `cordial search` commands: the index of words of the console."""

from __future__ import annotations

import typer

from commands.records import open_database
from commands.terminal import plain_errors, say
from cordial.settings import load_settings
from desk.audit import record
from desk.conversations.words import rebuild

search = typer.Typer(help="The index of words in which the console searches.", no_args_is_help=True)


@search.callback()
def _group() -> None:
    """Keep `rebuild` a command of its own while it is the only one."""


@search.command("rebuild")
def search_rebuild() -> None:
    """Make the index anew: after an update from a version without it, and before an old encryption key is taken away."""
    with plain_errors(), open_database(load_settings()).write() as session:
        count = rebuild(session)
        record(session, "command line", "search.rebuilt", messages=count)
    say("The words of one message are in the index." if count == 1 else f"The words of {count:,} messages are in the index.")
