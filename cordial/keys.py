"""The keys of an installation: from the settings, or made once and kept in the data folder, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cordial.settings import Settings, SettingsError

_SIGNING, _SHORTEST = "secret_key", 32  # characters, as of the setting
_ENCRYPTION = "encryption_key"  # one a line, the newest first


def signing_key(settings: Settings) -> str:
    """What patients' session tokens are signed with.

    Raises:
        SettingsError: if the file that holds it is damaged.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    file = settings.data / _SIGNING
    key = _kept(file, lambda: secrets.token_urlsafe(48))
    if len(key) < _SHORTEST:  # cut off, or empty: anybody could sign with what is left
        raise _damaged(file)
    return key


def encryption_keys(settings: Settings, make: Callable[[], str]) -> list[str]:
    """What personal fields are sealed with, the newest first.

    Args:
        settings: may name them.
        make: makes a new key when there is none yet.
    """
    if settings.encryption_keys is not None:
        named = settings.encryption_keys.get_secret_value().split(",")
        return [key.strip() for key in named if key.strip()]
    return _kept(settings.data / _ENCRYPTION, make).split()


def add_encryption_key(settings: Settings, make: Callable[[], str]) -> None:
    """Put a new key before those of the data folder.

    Raises:
        SettingsError: if the keys come from the settings, which only people change.
    """
    if settings.encryption_keys is not None:
        raise SettingsError(
            "The keys come from CORDIAL_ENCRYPTION_KEYS. Put a new one first there, start web anew, and run "
            "`cordial keys reseal`."
        )
    file = settings.data / _ENCRYPTION
    _write(file.with_name(f"{file.name}.new"), "\n".join([make(), *encryption_keys(settings, make)])).replace(file)


def _kept(file: Path, make: Callable[[], str]) -> str:
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_name(f"{file.name}.{os.getpid()}")
        _write(aside, make())
        try:
            os.link(aside, file)  # fails if another process was first; then its key is the one
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    try:
        return file.read_text("ascii").strip()
    except UnicodeDecodeError:
        raise _damaged(file) from None


def _damaged(file: Path) -> SettingsError:
    rest = " Without a copy, remove it: another one is made, and open chats end." if file.name == _SIGNING else ""
    return SettingsError(f"The key in {file} is damaged. Put the copy of it back.{rest}")


def _write(file: Path, text: str) -> Path:
    """Write a file that only its owner reads, and wait until it is on the disk."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return file
