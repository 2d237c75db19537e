"""Encryption of what was said at rest. A stolen database file without the key shows nobody's words.

The keys of the installation seal with Fernet (AES-128-CBC with HMAC-SHA256, and a time stamp). Several allow rotation: the
first seals, every one opens. Each conversation has a data key of its own, which they seal; it seals the messages (AES-256-GCM).
So an installation's key is changed without touching a message, and with a conversation goes what opens it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

logger = structlog.get_logger(__name__)
SESSION_KEYRING = "keyring"  # under which a transaction knows what opens and seals its rows
_BITS = 256
_NONCE = 12  # bytes
_WITH_DATA_KEY = b"\x01"
WITH_OURS = b"\x02"  # begins what is sealed with our key, since that of its conversation could not be opened
_AT_HAND = 4_096  # data keys


class SealError(Exception):
    """A key is no key, or none of the keys opens what is stored."""


class Keyring:
    """Seals and opens JSON values."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Use these keys, the newest first.

        Raises:
            SealError: if there is none, or one is not 32 bytes in URL-safe base64.
        """
        if not keys:
            raise SealError("There is no encryption key.")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise SealError("An encryption key is not 32 bytes in URL-safe base64.") from None
        self._cipher = lru_cache(_AT_HAND)(self._open_data_key)
        # The oldest key, so that a new first key does not make the index of words useless. `cordial search rebuild` makes it
        # anew before an old key is taken away.
        self._word_key = hmac.digest(keys[-1].encode(), b"cordial words", hashlib.sha256)

    def take_up(self, keys: Sequence[str]) -> None:
        """Go on with other keys, for all who hold this keyring.

        Raises:
            SealError: as at the beginning; then it goes on with those that it has.
        """
        self.__dict__.update(Keyring(keys).__dict__)

    def seal(self, value: Any) -> str:
        """Encrypt a JSON value."""
        return self._fernet.encrypt(json.dumps(value, ensure_ascii=False).encode()).decode("ascii")

    def seal_bytes(self, value: bytes) -> bytes:
        """Encrypt bytes; the result is one line."""
        return self._fernet.encrypt(value)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt what `seal_bytes` made.

        Raises:
            SealError: if it was sealed with another key, or changed since.
        """
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise SealError("Sealed bytes cannot be opened with the configured encryption keys.") from None

    def blind(self, word: str) -> int:
        """A word as a number of 63 bits that only somebody with the key can make."""
        return int.from_bytes(hmac.digest(self._word_key, word.encode(), hashlib.sha256)[:8]) >> 1

    def new_data_key(self) -> str:
        """A fresh key for one conversation, sealed."""
        return self._fernet.encrypt(AESGCM.generate_key(_BITS)).decode("ascii")

    def seal_within(self, data_key: str | None, value: Any, place: str) -> bytes:
        """Encrypt a JSON value with a conversation's key.

        Where that key is missing or cannot be opened, ours is used: nothing that somebody says is turned away for it.

        Args:
            data_key: what `new_data_key` made.
            value: what to encrypt.
            place: where it will stand; it opens nowhere else.
        """
        content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            cipher = self._cipher(data_key) if data_key else None
        except SealError:
            cipher = None
        if cipher is None:
            return WITH_OURS + self._fernet.encrypt(json.dumps([place, content.decode()]).encode())
        nonce = os.urandom(_NONCE)
        return _WITH_DATA_KEY + nonce + cipher.encrypt(nonce, content, place.encode())

    def open_within(self, data_key: str | None, sealed: bytes, place: str) -> Any:
        """Decrypt what `seal_within` made.

        Raises:
            SealError: if it was sealed with another key, for another place, or changed since.
        """
        form, body = sealed[:1], sealed[1:]
        try:
            if form == _WITH_DATA_KEY and data_key:
                return json.loads(self._cipher(data_key).decrypt(body[:_NONCE], body[_NONCE:], place.encode()))
            stands, content = json.loads(self._fernet.decrypt(body)) if form == WITH_OURS else (None, "")
        except (InvalidTag, InvalidToken, ValueError):
            stands, content = None, ""
        if stands != place:
            raise SealError("Something sealed cannot be opened with the configured encryption keys.")
        return json.loads(content)

    def _open_data_key(self, data_key: str) -> AESGCM:
        return AESGCM(self.open_bytes(data_key.encode()))

    def open_if_possible(self, sealed: str, what: str) -> Any:
        """Decrypt what `seal` made; nothing, if that cannot be done, which is noted in the log.

        Args:
            sealed: what was made.
            what: names it in the log, without anything that was said.
        """
        try:
            return self.open(sealed)
        except SealError as error:
            logger.error("a record cannot be opened", place=what, error=type(error).__name__)
            return None

    def open(self, sealed: str) -> Any:
        """Decrypt what `seal` made.

        Raises:
            SealError: if it was sealed with another key, or changed since.
        """
        try:
            return json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken:
            raise SealError("A stored answer cannot be opened with the configured encryption keys.") from None


def new_key() -> str:
    """A fresh key."""
    return Fernet.generate_key().decode("ascii")
