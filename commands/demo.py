"""`cordial demo`: Cordial with made-up cases, in a data folder of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from commands.demo_filling import fill
from commands.records import open_database
from commands.running import in_data_folder
from commands.terminal import plain_errors, say
from cordial.bootstrap import PROJECT
from cordial.settings import PREFIX, Settings, SettingsError, load_settings
from desk.database import Database
from desk.people.invitations import invite, link_to
from desk.people.roles import Role
from desk.people.users import EmailTaken, Newcomer

FOLDER = PROJECT / "var-demo"
_FILLED = "filled"  # is there once all cases are
# What a demonstration takes over from the settings around it. Nothing else: it must reach neither real records nor real people.
_TAKEN_OVER = {"PORT", "RASA_PORT", "ENCODER", "CLINIC_FILE", "LOG_LEVEL", "LOG_FORMAT"}
_PEOPLE = (
    Newcomer("coordinator@birchwood.example", "Asta Example", Role.COORDINATOR),
    Newcomer("physician@birchwood.example", "Dr Tomas Example", Role.PHYSICIAN),
    Newcomer("editor@birchwood.example", "Lina Example", Role.EDITOR),
    Newcomer("administrator@birchwood.example", "Adomas Example", Role.ADMINISTRATOR),
)


def demo(
    again: Annotated[bool, typer.Option("--again", help="Throw the demonstration's records away and fill it anew.")] = False,
) -> None:
    """Start Cordial with made-up cases, in a data folder of its own; the real records are not touched."""
    from commands import start as starter  # noqa: PLC0415
    from commands.data_files import refuse_wrong_files  # noqa: PLC0415

    os.umask(0o077)
    with plain_errors():
        settings = demo_settings(FOLDER)
        refuse_wrong_files(settings)
        with in_data_folder(settings, alone=True) as after_a_kill:
            if again or not (FOLDER / _FILLED).is_file():  # one that was filled half-way is filled anew
                _empty(FOLDER)
            starter.start(settings, say, lambda: _show(settings), after_a_kill)


def demo_settings(folder: Path) -> Settings:
    """Make this process and those that it starts work in a folder of its own, and give the settings.

    Raises:
        SettingsError: if that is the folder of the real records.
    """
    real = load_settings()
    if real.data == folder:
        raise SettingsError(f"{folder} is the data folder of the real records. Set CORDIAL_DATA to another one.")
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        if name.removeprefix(PREFIX) not in _TAKEN_OVER:
            del os.environ[name]
    _take_what_was_built(real.data, folder)
    (folder / "cordial.env").write_text("# No settings file reaches a demonstration.\n", "utf-8")
    os.environ["CORDIAL_SETTINGS_FILE"] = str(folder / "cordial.env")
    os.environ["CORDIAL_DATA"] = str(folder)
    os.environ["CORDIAL_LIMITS"] = "off"  # its patients all write from here
    return load_settings()


def invitations(database: Database, settings: Settings) -> list[tuple[str, str]]:
    """Who may log in: the name, and a one-time link, or how they log in if they have used theirs."""
    found = []
    for somebody in _PEOPLE:
        try:
            with database.write() as session:
                how = link_to(settings.web_url, invite(session, somebody, "command line"))
        except EmailTaken:
            how = f"{somebody.email}, with the password that you chose"
        found.append((f"{somebody.name}, {somebody.role.value}", how))
    return found


def _show(settings: Settings) -> None:
    """Fill it, unless that was done before, and say how to get in."""
    database = open_database(settings)
    if not (settings.data / _FILLED).is_file():
        say("\nMade-up patients are writing; this takes a minute …")
        fill(settings.web_url, database)
        (settings.data / _FILLED).touch()
    say("\nThis is a demonstration. Everybody in it is made up. Log in to the console with one of these links;")
    say("each works once, and you choose the password. You need an app on a phone that shows codes.")
    for who, how in invitations(database, settings):
        say(f"  {who}\n    {how}")
    database.close()


def _empty(folder: Path) -> None:
    for name in ("cordial.db", "cordial.db-wal", "cordial.db-shm", "erased", "unscrubbed", _FILLED):
        (folder / name).unlink(missing_ok=True)


def _take_what_was_built(source: Path, folder: Path) -> None:
    """Have the prepared embedding model and the index here too, which would take minutes to make again."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for part, whole in (("encoder", "MODEL.json"), ("knowledge", "current")):
        if (source / part / whole).is_file() and not (folder / part).exists():
            shutil.copytree(source / part, folder / part)
