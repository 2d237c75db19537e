"""What an answer to a question of history says in another language, by the words of `elsewhere.yml`: yes, no, or perhaps.

A message counts only if every word of it is known in one of the languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from cordial.data_files import DataFileError, Part, Text, read_data
from language.family import read_family
from language.known_words import KnownWords, Said, kinds_in
from language.yes_and_no import read_yes_and_no

FILE = Path(__file__).with_name("elsewhere.yml")
_TOPICS = ("clots", "infection", "cancer", "pregnancy", "medicines", "allergies")  # names of histories.yml, and roles of lists
_FEWEST_LETTERS = 4  # of a word for "perhaps" that counts inside a message with other words
_RELATIVES = ("parent", "adult", "child")
_Says = Literal["yes", "no", "others", "mixed", "nothing"]


class ElsewhereError(DataFileError):
    """`elsewhere.yml` cannot be used; the message names the entry."""


class Elsewhere(Part):
    """The words of one language, each list parted by commas."""

    clots: Text
    infection: Text
    cancer: Text
    pregnancy: Text
    medicines: Text
    allergies: Text
    had: Text
    denied: Text
    maybe: Text


@dataclass(frozen=True)
class Told:
    """What a message says, and whether that is certain."""

    answer: Literal["yes", "no", "unsure"]
    certain: bool


def read_elsewhere(file: Path = FILE) -> dict[str, Elsewhere]:
    """Read the words of every language.

    Raises:
        ElsewhereError: naming what is wrong.
    """
    return read_data(dict[str, Elsewhere], file, ElsewhereError)


def told_elsewhere(text: str, topic: str, *, either: bool = False) -> Told | None:
    """What a whole message says of what a field asks for; nothing, if no language knows all its words.

    Args:
        text: the message.
        topic: what the field is about.
        either: whether it asks for two things, so that a no beside a yes is a yes: "not pregnant; I breastfeed".
    """
    if topic not in _TOPICS:
        return None
    found = {told for words in _languages(topic).values() if (told := _of(words.read(text), either=either))}
    return found.pop() if len(found) == 1 else None


def says_perhaps(text: str) -> bool:
    """Whether a message has a word of another language by which somebody is not sure."""
    return bool(_perhaps().search(text.lower()))


def _of(parts: list[list[Said]], *, either: bool) -> Told | None:
    if not parts or not all(parts):
        return None
    says = {_of_part(part) for part in parts} - {"nothing"}
    if not says or "mixed" in says:
        return None
    perhaps = any("maybe" in kinds_in(part) for part in parts)
    if says == {"no"}:
        return Told("no", certain=not perhaps)
    both = "no" in says and "yes" in says
    if "others" in says or (both and not either):
        return Told("unsure", certain=False)
    return Told("yes", certain=not perhaps)


def _of_part(part: list[Said]) -> _Says:
    kinds = kinds_in(part)
    denied = bool(kinds & {"no", "not", "denied"})
    relative = any(said & set(_RELATIVES) and not said & {"had", "yes"} for said in part)
    if relative:
        return "others"
    if any("yes" in said and not said & {"around", "had", "no"} for said in part) and denied:
        return "mixed"
    if denied:
        return "no"
    return "yes" if kinds & {"topic", "yes"} else "nothing"


@cache
def _languages(topic: str) -> dict[str, KnownWords]:
    answers, family = read_yes_and_no(), read_family()
    return {
        language: KnownWords(
            language,
            {
                "topic": getattr(words, topic),
                "had": words.had,
                "denied": words.denied,
                "maybe": words.maybe,
                "yes": answers[language].yes,
                "no": answers[language].no,
                "not": answers[language].not_,
                "around": f"{answers[language].around}, {family[language].mine}, {family[language].me}",
                **{kind: getattr(family[language], kind) for kind in _RELATIVES},
            },
        )
        for language, words in read_elsewhere().items()
    }


@cache
def _perhaps() -> re.Pattern[str]:
    words = [word.strip() for each in read_elsewhere().values() for word in each.maybe.split(",")]
    spaced = [re.escape(word) for word in words if len(word) >= _FEWEST_LETTERS and word[0] < "\u0e00"]
    unspaced = [re.escape(word) for word in words if word[0] >= "\u0e00" and len(word) > 1]
    return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)|{'|'.join(unspaced)}")
