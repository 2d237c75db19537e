"""What people type into a form, as it is judged and kept."""

from __future__ import annotations


def plain(text: str) -> str:
    """A text as it is kept: browsers send the ends of lines in their own way, and count them once where they send two signs."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip()
