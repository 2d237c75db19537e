"""The `cordial notices` commands: what was told to whom, what did not arrive, and a test of every receiver."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import typer

from commands.records import open_database
from commands.terminal import Json, plain_errors, say, say_json
from cordial.settings import load_settings
from desk.post.deadline import NotDelivered
from desk.post.outbox import Claimed, troubles, try_again
from intake.clinic import read_clinic
from web.post import post_of

notices = typer.Typer(help="E-mails and webhooks about handoffs.", no_args_is_help=True)


@notices.command("list")
def notices_list(as_json: Json = False) -> None:
    """Notices that did not arrive: given up, or tried in vain so far."""
    with plain_errors(), open_database(load_settings()).read() as session:
        rows = [
            {
                "id": n.id,
                "reference": n.payload.get("reference"),
                "event": n.event,
                "channel": n.channel,
                "receiver": n.receiver,
                "state": n.state,
                "attempts": n.attempts,
                "error": n.last_error,
            }
            for n in troubles(session, datetime.now(UTC))
        ]
    if as_json:
        say_json({"notices": rows})
        return
    if not rows:
        say("Everything has arrived, or has not been tried often enough to worry.")
    for row in rows:
        state = str(row["state"]).replace("_", " ")
        say(
            f"{row['id']:>6}  {row['reference'] or '-':<11}  {row['event']:<11}  {row['receiver']:<32}  {state}: {row['error']}"
        )


@notices.command("retry")
def notices_retry(number: int) -> None:
    """Let a notice that was given up start anew; a running web sends it."""
    with plain_errors(), open_database(load_settings()).write() as session:
        if not try_again(session, number, datetime.now(UTC)):
            typer.echo(f"No notice {number} was given up. `cordial notices list` shows those that were.", err=True)
            raise typer.Exit(1)
    say(f"Notice {number} will be sent again.")


@notices.command("test")
def notices_test() -> None:
    """Send a test to every receiver, now, and say what came of it."""
    with plain_errors():
        settings = load_settings()
        post = post_of(settings, read_clinic(settings.clinic_file).hours.zone)
    if not post.receivers:
        say("Nobody is told about handoffs: CORDIAL_NOTIFY_EMAILS and CORDIAL_WEBHOOKS are not set.")
    failed = False
    for receiver in post.receivers:
        now = datetime.now(UTC)
        try:
            post.deliver(
                Claimed(0, 1, f"test:{uuid4()}", "test", receiver, {"at": now.isoformat(timespec="seconds")}, now), now
            )
            say(f"{receiver.name}: taken")
        except NotDelivered as failure:
            failed = True
            typer.echo(f"{receiver.name}: {failure}", err=True)
    raise typer.Exit(1 if failed else 0)
