"""A short yes or no in the languages in which people write, by the words of `yes_and_no.yml`.

A message counts only if every word of it is known in one of the languages. What has anything else in it, asks something, or
says both, is neither yes nor no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from cordial.data_files import DataFileError, Part, Text, read_data
from language.folding import ACCENTED, ASKED, END, PAUSE, UNSPACED, folded

FILE = Path(__file__).with_name("yes_and_no.yml")
_LONGEST = 120  # characters of a message that is nothing but a yes or a no
_PAUSES = re.compile("[" + re.escape(END + PAUSE) + "]")

_Kind = Literal["yes", "no", "agree", "refuse", "not", "around"]
_Said = frozenset[_Kind]
_Meaning = Literal["yes", "no", "nothing", "mixed"]
_YES: _Meaning = "yes"
_NO: _Meaning = "no"
_NOTHING: _Meaning = "nothing"
_MIXED: _Meaning = "mixed"


class YesAndNoError(DataFileError):
    """`yes_and_no.yml` cannot be used; the message names the entry."""


class YesAndNo(Part):
    """The words of one language, each list parted by commas."""

    yes: Text
    no: Text
    agree: Text
    refuse: Text
    not_: Annotated[Text, Field(alias="not")]
    around: Text

    def kinds(self) -> list[tuple[_Kind, str]]:
        """The lists, each with what its words say."""
        return [
            ("yes", self.yes),
            ("no", self.no),
            ("agree", self.agree),
            ("refuse", self.refuse),
            ("not", self.not_),
            ("around", self.around),
        ]


def read_yes_and_no(file: Path = FILE) -> dict[str, YesAndNo]:
    """Read the words of every language.

    Raises:
        YesAndNoError: naming what is wrong.
    """
    return read_data(dict[str, YesAndNo], file, YesAndNoError)


def yes_or_no(text: str) -> bool | None:
    """Whether a whole message is a yes or a no to any question; nothing, if it is neither or says more."""
    return _one_answer(_of(clauses, agreeing=False) for clauses in _in_each_language(text))


def agrees(text: str) -> bool | None:
    """Whether a whole message says that somebody agrees, or that they do not; nothing, if it is neither or says more."""
    return _one_answer(_of(clauses, agreeing=True) for clauses in _in_each_language(text))


def _one_answer(answers: Iterable[bool | None]) -> bool | None:
    """The answer that is the same in every language in which there is one."""
    found = {answer for answer in answers if answer is not None}
    return found.pop() if len(found) == 1 else None


def _in_each_language(text: str) -> Iterable[list[list[_Said]]]:
    """The clauses of a message in each language that knows all its words: what each word or phrase says."""
    if len(text) > _LONGEST:
        return
    forms = {accents: folded(text, accents) for accents in (False, True)}
    if ASKED in forms[False]:
        return
    for language, words in _languages().items():
        pieces = [piece.strip() for piece in _PAUSES.split(forms[language in ACCENTED])]
        clauses = [words.read(piece) for piece in pieces if piece]
        known = [clause for clause in clauses if clause is not None]
        if known and len(known) == len(clauses):
            yield known


def _of(clauses: list[list[_Said]], *, agreeing: bool) -> bool | None:
    """What all clauses say together; nothing, unless those that say something say the same."""
    found = [_of_clause(clause, agreeing=agreeing) for clause in clauses]
    told = {each for each in found if each is not _NOTHING}
    return told.pop() is _YES if len(told) == 1 and _MIXED not in told else None


def _of_clause(said: list[_Said], *, agreeing: bool) -> _Meaning:
    """What the words of one clause say together."""
    kinds = {kind for each in said for kind in each}
    denied = "not" in kinds
    if not agreeing and any(each & {"agree", "refuse"} and not each & {"yes", "no"} for each in said):
        return _MIXED  # "I agree" is no answer to "have you ever had cancer?"
    if "refuse" in kinds:
        return _MIXED if denied or kinds & {"yes", "agree"} else _NO
    if "agree" in kinds and denied:
        return _MIXED if any("yes" in each and "agree" not in each for each in said) else _NO
    if kinds & {"yes", "agree"}:
        return _MIXED if kinds & {"no", "not"} else _YES
    return _NO if "no" in kinds else _MIXED if denied else _NOTHING


class _Words:
    """What each word or phrase of one language says."""

    def __init__(self, language: str, lists: YesAndNo) -> None:
        self._unspaced = language in UNSPACED
        known: dict[str, set[_Kind]] = {}
        for kind, words in lists.kinds():
            for word in words.split(","):
                known.setdefault(self._form(folded(word, language in ACCENTED)), set()).add(kind)
        self._known = {word: frozenset(kinds) for word, kinds in known.items()}
        one_of = "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))
        self._next = re.compile(one_of if self._unspaced else rf"(?:{one_of})(?: |$)")

    def read(self, clause: str) -> list[_Said] | None:
        """What the words of a clause say, the longest phrase first; nothing, if one of them is not known."""
        clause, at, said = self._form(clause), 0, []
        while at < len(clause):
            found = self._next.match(clause, at)
            if found is None:
                return None
            said.append(self._known[found.group().strip()])
            at = found.end()
        return said

    def _form(self, text: str) -> str:
        return text.replace(" ", "") if self._unspaced else text


@cache
def _languages() -> dict[str, _Words]:
    return {language: _Words(language, lists) for language, lists in read_yes_and_no().items()}
