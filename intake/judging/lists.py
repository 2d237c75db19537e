"""Lists: medicines and allergies, many in one message, with mistakes, or none."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from cordial.data_files import Text, read_data
from intake.judging.phrases import PhrasesError, phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Doubt, Judgement, Understood

MEDICINES = Path(__file__).parent / "medicines.yml"
_LEAD_IN = re.compile(
    r"(?i)^\s*(?:yes\s*[,.:]?\s+)?"
    r"(?:(?:i|he|she|we|my (?:mother|father|son|daughter|wife|husband|mum|mom|dad))\s+(?:currently\s+|only\s+|just\s+)?"
    r"(?:take|takes|am taking|is taking|am on|is on|use|uses|have|has|am|is|was|get|gets)\s+|i'?m\s+(?:taking|on|allergic)?\s*|"
    r"(?:my\s+)?(?:medicines?|medications?|meds|tablets|drugs|allerg(?:y|ies))(?:\s+(?:is|are|to))?\s*:?\s*)"
    r"(?:an?\s+)?(?:allerg(?:ic|y|ies)\s+(?:to|against)\s+)?|^\s*(?:allergic|allergy|allergies)\s*(?:to|against)?\s*:?\s*"
)
_PARTS = re.compile(r"\s*(?:[,;\n/•]|(?<!\d)\.\s|\band\b|\bplus\b|&|\+(?=\s)|\balso\b)\s*", re.IGNORECASE)
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
    core = _LEAD_IN.sub("", text).strip(" .!")
    parts = [part.strip(" .!-") for part in _PARTS.split(core)]
    items = [{"name": medicine_in(part) or part, "said": part} for part in parts if re.search(r"[^\W\d_]{2}", part)]
    return Understood(items[:_MOST]) if items else None


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
