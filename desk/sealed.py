"""Encryption of personal fields at rest (Fernet: AES-128-CBC with HMAC-SHA256, and a time stamp).

A stolen database file, or a backup of it, without the key shows nobody's answers. Several keys allow rotation: the first
seals, every one opens.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


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
