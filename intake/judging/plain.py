"""A text in the form in which whole messages are compared."""

from __future__ import annotations

import re

from language.normalise import normalised, straight


def letters(text: str) -> str:
    """A text in lower case, with short forms joined ("dont") and without marks, for comparing whole sentences."""
    low = straight(normalised(text)).lower().replace("'", "")
    return " ".join(re.sub(r"[^\w@+ ]", " ", low).split())
