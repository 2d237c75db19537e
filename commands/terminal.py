"""What all commands share: how they speak, and how they fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from commands.running import StartError
from cordial.data_files import DataFileError
from cordial.failures import explain_os_error
from cordial.settings import SettingsError
from desk.database import DatabaseError
from desk.keeping.backup import BackupError
from desk.keeping.caution import Refused
from desk.keeping.moving import MoveError
from desk.sealed import SealError
from knowledge.errors import KnowledgeError
from language.spoken import LanguageError

Json = Annotated[bool, typer.Option("--json", help="For a program.")]


def say(text: str = "") -> None:
    """Print a line."""
    typer.echo(text)


def say_json(value: Any) -> None:
    """Print what a program may read: one line of JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False))


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn every expected failure into one sentence and exit code 1."""
    ours = (
        SettingsError,
        DataFileError,
        KnowledgeError,
        DatabaseError,
        SealError,
        BackupError,
        MoveError,
        Refused,
        LanguageError,
    )
    expected = (*ours, StartError)
    try:
        yield
    except expected as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(explain_os_error(error), err=True)
        raise typer.Exit(1) from None
