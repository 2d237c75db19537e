"""What the last reply offered, and which of it a message takes: "the first one", "2", "yes" to one suggestion, "june"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from cordial.data_files import DataFileError, Part, Text, read_data
from intake.judging.plain import letters
from language.questions import looks_like_a_question
from language.spoken import text_file

_SHORT = 3  # letters of a word that tells nothing of which offer is meant
_MOST_WORDS = 6  # of a message that takes an offer; a longer one says something by itself


class OffersError(DataFileError):
    """`offers.yml` cannot be used; the message names the entry."""


class Offers(Part):
    """The ways to take an offer."""

    language: str
    positions: list[list[Text]]
    last: list[Text]
    yes: list[Text]
    none: list[Text]
    around: list[Text]


def read_offers(file: Path | None = None) -> Offers:
    """Read them; by default those of the language that is spoken.

    Raises:
        OffersError: naming what is wrong.
    """
    return read_data(Offers, file or text_file("intake", "offers.yml"), OffersError)


@cache
def _offers() -> Offers:
    return read_offers()


def may_take(text: str) -> bool:
    """Whether a message is short enough to take something that was offered, or to leave it, and asks nothing itself."""
    return 0 < len(letters(text).split()) <= _MOST_WORDS and not looks_like_a_question(text)


def takes_none(text: str) -> bool:
    """Whether a message wants none of what was offered."""
    return letters(text) in _offers().none


def taken_of(text: str, offered: Sequence[str], said: str) -> str | None:
    """What a message takes of what was offered; nothing, if it takes nothing, or it is not clear which.

    Args:
        text: the message.
        offered: what could be pressed.
        said: the text beside it, which may suggest one of them.
    """
    plain = letters(text)
    exact = [each for each in offered if letters(each) == plain]
    if exact or not may_take(text):
        return exact[0] if exact else None
    if plain in _offers().yes:
        return _suggested(offered, said)
    found = {each for each in (_by_position(plain, offered), _by_a_part(plain, offered)) if each is not None}
    return found.pop() if len(found) == 1 else None


def fits_best(text: str, offered: Sequence[str]) -> str | None:
    """What a message that agrees to an offer agrees to: the only thing, or the one with most of its words; else nothing."""
    if len(offered) == 1:
        return offered[0]
    told = {word for word in _without(letters(text), _offers().around) if len(word) > _SHORT}
    shared = sorted(((len(told & set(_words(each))), each) for each in offered), reverse=True)
    clear = len(shared) > 1 and shared[0][0] > shared[1][0]
    return shared[0][1] if clear else _by_position(letters(text), offered)


def _suggested(offered: Sequence[str], said: str) -> str | None:
    """The one thing that a yes takes: there is no other, or the text asks whether it is meant."""
    if len(offered) == 1:
        return offered[0]
    asked = [each for each in offered if f"{each}?" in said]
    return asked[0] if len(asked) == 1 else None


def _by_position(plain: str, offered: Sequence[str]) -> str | None:
    offers = _offers()
    told = _without(plain, {*offers.around} - {word for words in offers.positions for word in words}) or plain.split()
    told = told if len(told) == 1 else _without(" ".join(told), offers.around)
    if len(told) != 1:
        return None
    if told[0] in offers.last:
        return offered[-1]
    at = next((at for at, words in enumerate(offers.positions) if told[0] in words), len(offered))
    return offered[at] if at < len(offered) else None


def _by_a_part(plain: str, offered: Sequence[str]) -> str | None:
    """What alone has every telling word of a message."""
    told = set(_without(plain, _offers().around))
    found = [each for each in offered if told and told <= set(_words(each))]
    return found[0] if len(found) == 1 else None


def _words(text: str) -> list[str]:
    return letters(text.replace("@", " ").replace(".", " ")).split()


def _without(plain: str, around: Iterable[str]) -> list[str]:
    left = set(around)
    return [word for word in plain.split() if word not in left]
