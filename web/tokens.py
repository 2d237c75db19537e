"""Session tokens: signed, of absolute age. A session id is a name, not a key."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from cordial.settings import Settings
from web.errors import ApiError


class Tokens:
    """Makes and reads patients' session tokens."""

    def __init__(self, key: str, days: int) -> None:
        """Use a signing key; tokens end this many days after they were made, however busy the chat is."""
        self._serializer = URLSafeTimedSerializer(key, salt="cordial patient session")
        self._seconds = days * 24 * 60 * 60

    def make(self, conversation_id: str) -> str:
        """A token for one conversation."""
        return self._serializer.dumps(conversation_id)

    def read(self, authorization: str | None) -> str:
        """The conversation that an Authorization header opens.

        Raises:
            ApiError: 401, if there is no token, or it is not ours or too old.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ApiError(401, "token_required")
        try:
            return str(self._serializer.loads(token.strip(), max_age=self._seconds))
        except SignatureExpired:
            raise ApiError(401, "token_expired") from None
        except BadSignature:
            raise ApiError(401, "token_invalid") from None


def signing_key(settings: Settings) -> str:
    """The configured key, or one that is made once and kept in the data folder, readable by its owner only."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    file = settings.data / "secret_key"
    if not file.is_file():
        settings.data.mkdir(parents=True, exist_ok=True)
        _create_once(file)
    return file.read_text("ascii").strip()


def _create_once(file: Path) -> None:
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(48) + "\n")
    try:
        os.link(aside, file)  # fails if another process was first; then its key is the one
    except FileExistsError:
        pass
    finally:
        aside.unlink()
