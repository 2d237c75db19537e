"""The countries that a message in another language names, by the names that Babel knows.

Where the words of a language change at their end, the beginning of a name is enough ("w Niemczech", "Türkiye'de").
"""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

from knowledge.countries import read_countries
from language.folding import UNSPACED, folded

_PREFIXED = frozenset({"ar", "he", "fa"})  # "in" and "and" are written together with a name
_SHORTEST = 4  # letters of a name that is looked for inside words
_PARTS = 2  # words of a name; more are those of a kingdom
_LONG, _LONGER = 5, 7  # letters of a name from which its last one, or its last two, may change


def countries_named(text: str, language: str) -> frozenset[str]:
    """The codes of the countries that a message names.

    Args:
        text: the message.
        language: its language.
    """
    plain = folded(text)
    return frozenset(code for name, code in _names(language).items() if name.search(plain))


@cache
def _names(language: str) -> dict[re.Pattern[str], str]:
    territories = Locale.parse(language).territories
    known = {code: _plain(str(territories[code]), language) for code in read_countries().countries if code in territories}
    inside = language in UNSPACED | _PREFIXED
    return {
        re.compile(re.escape(name) if inside else rf"(?<!\w){re.escape(_beginning(name))}"): code
        for code, name in known.items()
        if name and (not inside or language in UNSPACED or len(name) >= _SHORTEST)
    }


def _plain(name: str, language: str) -> str:
    """A name as it is looked for; of a kingdom in Arabic its own adjective, by which everybody calls it."""
    words = folded(name).strip("|,? ").split()
    is_kingdom = language == "ar" and len(words) > _PARTS and len(words[-1]) > _LONGER
    return words[-1] if is_kingdom else " ".join(words)


def _beginning(name: str) -> str:
    return name[: len(name) - (len(name) >= _LONG) - (len(name) >= _LONGER)]
