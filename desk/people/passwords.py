"""Passwords: how they are kept, and which are too easy to guess."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore, Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from cordial.data_files import DataFileError, read_data
from language.spoken import text_file

SHORTEST = 12
LONGEST = 256
_STRONG = 4  # of zxcvbn's 0 to 4: a slow hash holds, even against somebody who has stolen the database
_JUDGED = 40  # characters: the time that the judgement takes grows with their square, and no password needs more to be strong
_LETTERS_OF_A_NAME = 4  # words shorter than that stand in too many others

# What OWASP names first for Argon2id: 46 MiB, one pass, one lane. Two at once and no more: guesses must not take the memory and
# the time that patients' messages need.
_hasher = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
_at_once = BoundedSemaphore(2)
_judging = Lock()  # zxcvbn keeps the words that it is given in one place for everybody

# What zxcvbn found, as a key of the texts that say what is wrong and what helps.
_WHY = {
    "spatial": "password_row",
    "sequence": "password_row",
    "repeat": "password_repeat",
    "regex": "password_date",
    "date": "password_date",
    "bruteforce": "password_weak",
}


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
    """Refuse what is short, or easy to guess for somebody who knows usual passwords and this person.

    Args:
        password: as it was chosen.
        own: what others know of this person: name, e-mail address, name of the clinic.

    Raises:
        WeakPassword: with "password_short", "password_long", "password_known" or another key that says what made it weak.
    """
    if len(password) < SHORTEST:
        raise WeakPassword("password_short")
    if len(password) > LONGEST:
        raise WeakPassword("password_long")
    words = _words(own)
    why = _weakness(password, words)
    if why is None and _weakness(_without(password, words), words):
        why = "password_own"
    if why:
        raise WeakPassword(why)


def _weakness(password: str, own: list[str]) -> str | None:
    """What makes a password easy to guess, by a key of the texts; nothing, if it is strong."""
    first = _tried_first()
    with _judging:
        found = zxcvbn(password[:_JUDGED], user_inputs=[*own, *first])
    if found["score"] >= _STRONG:
        return None
    longest = max(found["sequence"], key=lambda match: len(match["token"]), default={"pattern": "bruteforce"})
    if longest["pattern"] != "dictionary":
        return _WHY[longest["pattern"]]
    if longest["dictionary_name"] == "user_inputs":
        return first.get(longest["matched_word"], "password_own")
    return "password_known" if longest["dictionary_name"] == "passwords" else "password_words"


def _words(own: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(word for text in own for word in re.findall(r"\w+", text.casefold())))


def _without(password: str, words: list[str]) -> str:
    """What is left of a password without the words that others know: nobody has to guess those."""
    names = sorted((word for word in words if len(word) >= _LETTERS_OF_A_NAME), key=len, reverse=True)
    return re.sub("|".join(map(re.escape, names)), "", password, flags=re.IGNORECASE) if names else password


class PasswordsError(DataFileError):
    """The file of what is tried first cannot be used."""


def read_tried_first(file: Path | None = None) -> dict[str, list[str]]:
    """Read what is tried first; by default from the file of the language that is spoken.

    Raises:
        PasswordsError: naming what is wrong.
    """
    return read_data(dict[str, list[str]], file or text_file("desk/people", "passwords.yml"), PasswordsError)


@cache
def _tried_first() -> dict[str, str]:
    """What somebody would try first who knows this place, each with the key of what is said then."""
    return {word: why for why, words in read_tried_first().items() for word in words}
