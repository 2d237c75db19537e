"""Lists: medicines and allergies, many in one message, with mistakes, or none."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from cordial.data_files import Text, read_data
from intake.judging.expressions import expression
from intake.judging.phrases import PhrasesError, phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Doubt, Judgement, Understood
from language.context import read_clauses

MEDICINES = Path(__file__).parent / "medicines.yml"
_WORD = re.compile(r"[^\W\d_][\w-]{3,}")
_SURE = 84  # likeness to a name of the list from which a mistyped word is read as it
_MOST = 40


def judge_list(text: str, context: Context) -> Judgement:
    """What is listed, each as it was written and with the name that it was understood as; an empty list for none."""
    plain = letters(text)
    if plain in phrases("none") | phrases("no") | phrases("not_applicable"):
        return Understood([])
    if plain in phrases("same"):
        return Understood(context.earlier) if isinstance(context.earlier, list) else Doubt("nothing_before")
    pieces = _without_exceptions(expression("lists_lead_in").sub("", text).strip(" .!"))
    parts = [
        expression("lists_to").sub("", part.strip(" .!-"))
        for piece in pieces
        for part in expression("lists_parts").split(piece)
    ]
    parts = [part for part in parts if re.search(r"[^\W\d_]{2}", part)]
    listed = [part for part in parts if not _says_none(part)]
    return Understood([{"name": medicine_in(part) or part, "said": part} for part in listed[:_MOST]]) if parts else None


def _without_exceptions(text: str) -> list[str]:
    """A list cut at its exceptions: "none except penicillin" as "none" and "penicillin"."""
    marks = "|".join(re.escape(mark) for mark in sorted(phrases("exceptions"), key=len, reverse=True))
    pieces = re.split(rf"[\s,]*\b(?:{marks})\b[\s,]*", text, flags=re.IGNORECASE)
    return pieces if any(_says_none(piece) for piece in pieces) else [text]


def _says_none(part: str) -> bool:
    """Whether a part of a list only says that there is nothing: "no known drug allergies", "not allergic to latex".

    "No penicillin" may be a wish, and "I must not take aspirin" a warning: these stay in the list.
    """
    clauses = read_clauses(part)
    words = {word for clause in clauses for word in clause.words.split()}
    if letters(part) in phrases("courtesy") or any(letters(part).startswith(f"{start} ") for start in phrases("not_that")):
        return True
    denied = [clause.denies and not clause.denies_for_now for clause in clauses]
    if not denied or not all(denied) or words & phrases("forbidden"):
        return False
    return not any(clause.tells for clause in clauses) or bool(words & phrases("listed"))


def medicine_in(text: str) -> str | None:
    """The known medicine that a text names, also with a mistake in it; the first, if there are several."""
    for word in _WORD.findall(text.lower()):
        match = process.extractOne(word, list(_known()), scorer=fuzz.ratio, score_cutoff=_SURE)
        if match and match[0][0] == word[0]:
            return _known()[match[0]]
    return None


def medicine_kinds() -> frozenset[str]:
    """The kinds in the list of medicines."""
    return frozenset(_file())


def kinds_of(name: str) -> set[str]:
    """The kinds in the list of medicines that a name belongs to, such as "blood thinner"."""
    return {kind for kind, names in _file().items() if name in names}


def read_medicines(file: Path = MEDICINES) -> dict[str, list[str]]:
    """Read the names of medicines by kind.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(dict[str, list[Text]], file, PhrasesError)


@cache
def _file() -> dict[str, list[str]]:
    return read_medicines()


@cache
def _known() -> dict[str, str]:
    return {name.lower(): name for names in _file().values() for name in names}
