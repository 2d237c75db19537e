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
        messages, notes = rebuild(session)
        record(session, "command line", "search.rebuilt", messages=messages, notes=notes)
    say(f"The words of {_so_many(messages, 'message')} and {_so_many(notes, 'note')} are in the index.")


def _so_many(count: int, what: str) -> str:
    return {0: f"no {what}s", 1: f"one {what}"}.get(count, f"{count:,} {what}s")
