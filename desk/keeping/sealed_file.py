"""A long file, sealed in parts, one a line.

A part carries its number, and the last one the digest of the whole, so a file that was cut or changed is refused.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from desk.sealed import Keyring

PART = 1_000_000  # bytes in one line, before sealing
_END = b"end"


class SealingWriter(io.RawIOBase):
    """A file to write to that seals what it is given, part by part."""

    def __init__(self, stream: BinaryIO, keyring: Keyring) -> None:
        """Write to a stream."""
        self._stream, self._keyring = stream, keyring
        self._waiting, self._number, self._digest = bytearray(), 0, hashlib.sha256()

    def write(self, data: Any) -> int:
        """Take some bytes."""
        self._waiting += data
        while len(self._waiting) >= PART:
            self._seal(bytes(self._waiting[:PART]))
            del self._waiting[:PART]
        return len(data)

    def end(self) -> None:
        """Seal the rest, and the digest of all."""
        self._seal(bytes(self._waiting))
        self._line(_END + self._digest.digest())

    def _seal(self, part: bytes) -> None:
        self._digest.update(part)
        self._line(self._number.to_bytes(8) + part)
        self._number += 1

    def _line(self, content: bytes) -> None:
        self._stream.write(self._keyring.seal_bytes(content) + b"\n")


class OpeningReader(io.RawIOBase):
    """A file to read from that opens sealed parts, and refuses an end that is not the end."""

    def __init__(self, stream: BinaryIO, keyring: Keyring) -> None:
        """Read from a stream, after its first line."""
        self._parts = self._opened(stream, keyring)
        self._left = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Give some bytes; none at the end."""
        if not self._left:
            self._left = next(self._parts, b"")
        given = self._left[: len(buffer)]
        buffer[: len(given)] = given
        self._left = self._left[len(given) :]
        return len(given)

    def _opened(self, stream: BinaryIO, keyring: Keyring) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for number, line in enumerate(stream):
            content = keyring.open_bytes(line.strip())
            if content == _END + digest.digest():
                return
            if content[:8] != number.to_bytes(8):
                raise ValueError("a part is missing")
            digest.update(content[8:])
            if content[8:]:
                yield content[8:]
        raise EOFError
