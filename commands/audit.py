"""The `cordial audit` commands: read the audit log, and see whether its chain holds."""

from __future__ import annotations

from typing import Annotated, Any, NoReturn

import typer

from commands.records import open_database
from commands.terminal import Json, plain_errors, say, say_json
from cordial.settings import load_settings
from desk.audit import Search, count, entry, newest, search, verify
from desk.audit_end import FILE, noted_end
from desk.audit_key import audit_key
from desk.keeping.erasure import find_conversation
from desk.models import AuditEntry

audit = typer.Typer(help="Who did what, when.", no_args_is_help=True)


@audit.command("list")
def audit_list(
    actor: Annotated[str, typer.Option(help='A user\'s id, "patient", "system" or "command line".')] = "",
    action: Annotated[str, typer.Option(help="Such as login.started.")] = "",
    subject: Annotated[str, typer.Option(help="A reference number, or the id of a conversation or of a user.")] = "",
    most: Annotated[int, typer.Option(min=1, max=100_000, help="How many entries.")] = 100,
    as_json: Json = False,
) -> None:
    """The newest entries, the newest first."""
    with plain_errors(), open_database(load_settings()).read() as session:
        whom = find_conversation(session, subject) if subject else None
        found = search(session, Search(actor, action, whom or subject), None, most)
    if as_json:
        say_json({"entries": [_wire(one) for one in found]})
        return
    for one in found:
        details = " ".join(f"{key}={value}" for key, value in one.details.items())
        when = f"{one.seq:>7}  {one.at:%Y-%m-%d %H:%M:%S}"
        say(f"{when}  {one.actor:<32}  {one.action:<24}  {one.subject or '-'}  {details}".rstrip())


@audit.command("verify")
def audit_verify(
    expect: Annotated[str, typer.Option(help="NUMBER:HASH of an entry, as an earlier run printed it.")] = "",
) -> None:
    """Walk the whole chain; exit code 1 if it does not hold."""
    with plain_errors(), open_database(load_settings()).read() as session:
        broken, last, entries = verify(session), newest(session), count(session)
        number, _, digest = expect.partition(":")
        known = entry(session, int(number)) if number.isdecimal() else None
        has_note = broken is not None or noted_end(session) is not None
        without_key = 0 if broken or entry(session, (key := audit_key(session)).after) is None else key.after
    if broken:
        _refuse(f"The chain is broken at entry {broken.seq}: {broken.why}.")
    if expect and (known is None or known.hash != digest):
        _refuse(f"Entry {number} is not the one that was noted: the log was cut off or made anew.")
    say(f"The chain holds: {entries} entries, none changed, none missing.")
    if entries and not has_note:
        say(f"There is no note of its end in the data folder ({FILE}): whether entries are missing there cannot be said.")
    if without_key:
        say(f"Those up to {without_key} are of an earlier version, without a key, and as they were when this log got one.")
    if last:
        say(f"The last one is {last.seq}:{last.hash}")


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(1)


def _wire(one: AuditEntry) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "at": one.at.isoformat(),
        "actor": one.actor,
        "action": one.action,
        "subject": one.subject,
        "details": one.details,
        "hash": one.hash,
    }
