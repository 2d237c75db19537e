"""The key with which entries of the audit log are hashed: who can write the database and has no key cannot compute them anew.

It is made once for each database and lies in it, sealed with the key of the installation, so that a backup has it and a new
key of the installation changes no entry. Sealed with it is where the log of an earlier version ended, whose hashes anybody can
compute.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.database import keyring_of
from desk.models import AuditEntry, SealedAuditKey
from desk.sealed import Keyring, SealError

START = "0" * 64  # what the first entry follows on


@dataclass(frozen=True)
class AuditKey:
    """What entries are hashed with.

    Attributes:
        key: in hexadecimal.
        after: the number of the last entry of before it was made, whose hash is without a key; 0 if there was none.
        follows: its hash.
    """

    key: str
    after: int
    follows: str

    def hash_of(self, entry: AuditEntry) -> str:
        """The hash of an entry, from all that it tells."""
        return hash_of(entry, None if entry.seq <= self.after else self.key)


def new_audit_key(keyring: Keyring, after: int, follows: str) -> str:
    """A fresh key, sealed with the end of the log of before."""
    return keyring.seal({"audit_key": secrets.token_hex(32), "after": after, "follows": follows})


def audit_key(session: Session) -> AuditKey:
    """The key of a database.

    Raises:
        SealError: if it is missing or damaged, or somebody without the key of the installation put another one in its place.
    """
    sealed = session.scalar(select(SealedAuditKey.sealed))
    content: Any = keyring_of(session).open(sealed) if sealed is not None else None
    if not isinstance(content, dict) or "audit_key" not in content:  # something else that was sealed
        raise SealError("The key of the audit log cannot be opened.")
    return AuditKey(content["audit_key"], content["after"], content["follows"])


def hash_of(entry: AuditEntry, key: str | None) -> str:
    """The hash of an entry with a key, or as earlier versions made it."""
    told = [entry.seq, entry.at.isoformat(), entry.actor, entry.action, entry.subject, entry.details, entry.previous]
    written = json.dumps(told, sort_keys=True, ensure_ascii=False).encode()
    return hmac.digest(bytes.fromhex(key), written, "sha256").hex() if key else hashlib.sha256(written).hexdigest()
