"""Passwords: how they are kept, and which are too easy to guess."""

from __future__ import annotations

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
_FEWEST_DIFFERENT = 6
_SEQUENCES = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890", "09876543210")
# What people choose most, and what is read on the wall here. A password is refused if little else is left without these.
_COMMON = (
    "password",
    "passwort",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "letmein",
    "welcome",
    "iloveyou",
    "administrator",
    "admin",
    "changeme",
    "secret",
    "login",
    "monkey",
    "dragon",
    "football",
    "sunshine",
    "princess",
    "qwerty",
    "qwertz",
    "azerty",
    "cordial",
    "clinic",
    "stemcell",
    "coordinator",
    "physician",
    "doctor",
    "winter",
    "spring",
    "summer",
    "autumn",
    "correcthorsebatterystaple",
)
_FEWEST_OWN = 6  # characters beside common words, sequences and the person's own name

# What OWASP names first for Argon2id: 46 MiB, one pass, one lane. Two at once and no more: guesses must not take the memory and
# the time that patients' messages need.
_hasher = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
_at_once = BoundedSemaphore(2)


class WeakPassword(Exception):
    """A password is too easy to guess; the message says why, by a key of the texts."""


def hash_password(password: str) -> str:
    """An Argon2id hash with its own salt."""
    with _at_once:
        return _hasher.hash(password)


def matches(hashed: str | None, password: str) -> bool:
    """Whether a password is the one; as slow if there is none to compare with, so that time tells nothing."""
    nobodys = _nobodys()
    with _at_once:
        try:
            return _hasher.verify(hashed or nobodys, password) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    """What a password is compared with where there is none. Not made at import: commands that judge none need not wait."""
    return hash_password("the password of nobody")


def refuse_weak(password: str, *own: str) -> None:
    """Refuse what is short, common, a sequence, or made of the person's own name. No rule about kinds of characters.

    Args:
        password: as it was chosen.
        own: words that others know of this person: name, address, clinic.

    Raises:
        WeakPassword: with "password_short", "password_long" or "password_common".
    """
    if len(password) < SHORTEST:
        raise WeakPassword("password_short")
    if len(password) > LONGEST:
        raise WeakPassword("password_long")
    folded = password.casefold()
    if len(set(folded)) < _FEWEST_DIFFERENT or len(_without_known(folded, own)) < _FEWEST_OWN:
        raise WeakPassword("password_common")


def _without_known(folded: str, own: tuple[str, ...]) -> str:
    parts = [part for word in own for part in word.casefold().replace("@", " ").replace(".", " ").split() if len(part) > 2]
    for word in sorted((*_COMMON, *parts), key=len, reverse=True):
        folded = folded.replace(word, "")
    for line in _SEQUENCES:
        for start in range(len(line) - 3):
            folded = folded.replace(line[start : start + 4], "")
    return "".join(character for character in folded if character.isalnum() or not character.isascii())
