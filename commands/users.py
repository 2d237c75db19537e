"""The `cordial users` commands: who works here, and a way in for whoever lost theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, NoReturn

import typer
from sqlalchemy.orm import Session

from commands.records import open_database
from commands.terminal import Json, plain_errors, say, say_json
from cordial.settings import Settings, load_settings
from desk.models import User
from desk.people import lockout
from desk.people import users as people
from desk.people.invitations import LASTS, first_link, invite, link_to, open_invitations, reset
from desk.people.roles import Role
from desk.people.users import EmailTaken, LastAdministrator, Newcomer, find_user, list_users

users = typer.Typer(help="The people who log in to the console.", no_args_is_help=True)
_ACTOR = "command line"
Email = Annotated[str, typer.Argument(help="Their e-mail address.")]


@users.command("list")
def users_list(as_json: Json = False) -> None:
    """Everybody, and who was invited."""
    with plain_errors(), open_database(load_settings()).read() as session:
        now = datetime.now(UTC)
        rows = [{"email": u.email, "name": u.name, "role": u.role, "state": _state(u, now)} for u in list_users(session)]
        rows += [{"email": i.email, "name": i.name, "role": i.role, "state": "invited"} for i in open_invitations(session)]
    if as_json:
        say_json({"users": rows})
        return
    if not rows:
        say("Nobody yet. `cordial start` prints the link for the first administrator.")
    for row in rows:
        say(f"{row['email']:<36}  {row['role']:<13}  {row['state']:<20}  {row['name']}")


@users.command("invite")
def users_invite(
    email: Email,
    name: Annotated[str, typer.Option(help="As colleagues and patients read it.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.COORDINATOR,
) -> None:
    """Make a one-time link with which somebody new chooses a password."""
    with _change(email) as (settings, session):
        token = invite(session, Newcomer(email, name, role), _ACTOR)
    say_link(settings, token, f"Give this link to {name}, and to nobody else:")


@users.command("deactivate")
def users_deactivate(email: Email) -> None:
    """Shut somebody out, at once and in every browser."""
    with _change(email) as (_, session):
        people.deactivate(session, _user(session, email), _ACTOR)
    say("They are logged out everywhere and cannot log in any more.")


@users.command("activate")
def users_activate(email: Email) -> None:
    """Let somebody in again who was shut out."""
    with _change(email) as (_, session):
        people.activate(session, _user(session, email), _ACTOR)
    say("They can log in again.")


@users.command("unlock")
def users_unlock(email: Email) -> None:
    """Let somebody try again at once who has to wait after wrong tries."""
    with _change(email) as (_, session):
        lockout.unlock(session, _user(session, email), _ACTOR)
    say("They can try again now.")


@users.command("reset")
def users_reset(
    email: Email, phone_too: Annotated[bool, typer.Option("--phone-too", help="Forget the phone as well.")] = False
) -> None:
    """End somebody's password, and make a link with which they choose a new one."""
    with _change(email) as (settings, session):
        user = _user(session, email)
        token = reset(session, user, _ACTOR, phone_too, even_last=True)
    say_link(settings, token, f"The old password has ended. Give this link to {user.name}, and to nobody else:")


def say_first_link(settings: Settings) -> None:
    """Print the link for the first administrator, if there is none yet. The database keeps only its hash."""
    database = open_database(settings)
    with database.write() as session:
        token = first_link(session)
    database.close()
    if token:
        say_link(settings, token, "Nobody can log in to the console yet. Become the first administrator here:")


def say_link(settings: Settings, token: str, why: str) -> None:
    """Print a one-time link."""
    days = LASTS.days
    say(f"\n{why}\n  {link_to(settings.public_url or settings.web_url, token)}")
    say(f"It works once, for {days} days, and is shown only now.\n")


@contextmanager
def _change(email: str) -> Iterator[tuple[Settings, Session]]:
    """A change of somebody; what cannot be done is one sentence."""
    with plain_errors():
        settings = load_settings()
        try:
            with open_database(settings).write() as session:
                yield settings, session
        except EmailTaken:
            _refuse(f"{email} is here already. `cordial users reset` makes a new link.")
        except LastAdministrator:
            _refuse("That is the only administrator. Make somebody else one first.")


def _user(session: Session, email: str) -> User:
    user = find_user(session, email)
    if user is None:
        _refuse(f"There is nobody with the address {email}. `cordial users list` shows everybody.")
    return user


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(1)


def _state(user: User, now: datetime) -> str:
    if not user.active:
        return "shut out"
    if not user.password:
        return "no password yet"
    if not user.sealed_totp:
        return "no phone yet"
    return "locked for a while" if lockout.locked(user, now) else "active"
