"""The keys of an installation: from the settings, or made once and kept in the data folder, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cordial.settings import Settings


def signing_key(settings: Settings) -> str:
    """What patients' session tokens are signed with."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    return _kept(settings.data / "secret_key", lambda: secrets.token_urlsafe(48))


def encryption_keys(settings: Settings, make: Callable[[], str]) -> list[str]:
    """What personal fields are sealed with, the newest first.

    Args:
        settings: may name them.
        make: makes a new key when there is none yet.
    """
    if settings.encryption_keys is not None:
        named = settings.encryption_keys.get_secret_value().split(",")
        return [key.strip() for key in named if key.strip()]
    return [_kept(settings.data / "encryption_key", make)]


def _kept(file: Path, make: Callable[[], str]) -> str:
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(f"{file.name}.{os.getpid()}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(make() + "\n")
        try:
            os.link(aside, file)  # fails if another process was first; then its key is the one
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return file.read_text("ascii").strip()
