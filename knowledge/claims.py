"""What a sentence claims: a number that needs a source, or a promise that nobody may make."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from cordial.data_files import Part, read_data
from knowledge.errors import PromisesError
from language.sentences import sentence_spans
from language.spoken import text_file

# Digits inside names are no figures. Each line is one kind of name.
_NAMES = re.compile(
    r"""
      \b[A-Za-z]+(?:-[A-Za-z]+)*-?\d+[a-z]?(?:-\d+)*\b(?!\.\d)                  # CD73, COVID-19, HIV-1, NCT05061030
    | \b[Pp]hases?\s\d[ab]?(?:(?:/|,\s|\sor\s|\sand\s|\sto\s|-)\d[ab]?)*\b      # phase 2, phases 1, 2 and 3, phase 1/2
    | \b[Tt]ypes?\s[12](?:(?:/|\sor\s|\sand\s)[12])?\b                          # type 1 diabetes, types 1 and 2
    | \b(?:[Aa]rticle|[Ss]ection|[Rr]egulation|[Dd]irective|CFR)\s\d[\d./()a-z]*  # Article 9, 21 CFR 312.8
    | \b\d+(?=\sCFR\b)
    | \b(?:[Tt]he|[Aa]n?|[Tt]his|[Tt]hat|[Ii]ts|[Oo]ur)\s(?:[A-Z][a-z]+\s)?(?:19|20)\d\d  # the 2026 review
      (?=\s(?:[\w-]+\s){0,3}(?:review|trial|study|report|notice|warning|paper|series|abstract|rule|law|alert|survey)s?\b)
    """,
    re.VERBOSE,
)
_LINK_TARGET = re.compile(r"(?<=\])\([^)]*\)")
_CLOSING = "\"')]\u201d\u2019"
_PART_END = re.compile(r"[,;:()\u2013\u2014]| - |\b(?:but|yet|however|although)\b", re.IGNORECASE)


def has_number(text: str) -> bool:
    """Whether a text states a figure.

    Number words ("two") and digits in names (CD73, phase 2, type 1 diabetes, the 2026 review) do not count.
    """
    return re.search(r"\d", _NAMES.sub(" ", _LINK_TARGET.sub("", text))) is not None


class _PromisesFile(Part):
    promises: list[str] = Field(min_length=1)
    denied_by: list[str]
    not_denials: list[str] = []
    warns_by: list[str] = []
    names: list[str] = []


@dataclass(frozen=True)
class Promises:
    """The promises that no article may make, and how a sentence denies one."""

    _promise: re.Pattern[str]
    _denial: re.Pattern[str]
    _no_denial: re.Pattern[str]
    _warning: re.Pattern[str]
    _name: re.Pattern[str]

    def found_in(self, text: str) -> list[str]:
        """The promises that a text makes, as they stand in it."""
        return [promise for start, end in sentence_spans(text) for promise in self._in_sentence(text[start:end])]

    def _in_sentence(self, sentence: str) -> list[str]:
        if sentence.rstrip(_CLOSING).endswith("?") or self._warning.search(sentence):
            return []
        sentence = self._no_denial.sub(" ", self._name.sub(" ", sentence))
        found = self._promise.finditer(sentence)
        return [promise.group() for promise in found if not self._is_denied(sentence[: promise.start()])]

    def _is_denied(self, before: str) -> bool:
        return self._denial.search(_PART_END.split(before)[-1]) is not None


def load_promises(file: Path | None = None) -> Promises:
    """Read the list of promises; by default that of the language that is spoken.

    Raises:
        PromisesError: if it cannot be used.
    """
    value = read_data(_PromisesFile, file or text_file("knowledge", "promises.yml"), PromisesError, as_written=True)
    groups = (value.promises, value.denied_by, value.not_denials, value.warns_by, value.names)
    return Promises(*(_any_of(phrases) for phrases in groups))


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of the phrases as whole words, where a star stands for any letters and a space for any gap."""
    written = []
    for phrase in sorted(phrases, key=len, reverse=True):
        words = [re.escape(word).replace(r"\*", r"\w*").replace("'", "['\u2019]") for word in phrase.split()]
        written.append(r"\s*".join(words) if "%" in phrase else r"\s+".join(words))
    return re.compile(rf"(?<!\w)(?:{'|'.join(written) or '(?!)'})(?!\w)", re.IGNORECASE)
