"""Headings as the last part of an address."""

from __future__ import annotations

import re
import unicodedata


def slug_of(heading: str) -> str:
    """Turn a heading into its anchor: lower case, everything but letters and digits as single hyphens."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
