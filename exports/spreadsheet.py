"""Tables for a spreadsheet. Every CSV that leaves is written here, behind one guard against formulas."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

Cell = str | int | datetime | None

CSV = "text/csv; charset=utf-8"
# A spreadsheet takes a text that begins so for a formula or a command, and may run it (CSV injection).
_FORMULA = ("=", "+", "-", "@", "|", "%")
_CONTROLS = ("\t", "\r", "\n")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as a file that spreadsheets open as it is meant.

    Args:
        head: what stands over the columns.
        rows: the cells; a time is written as it is, without its zone.

    Returns:
        CSV in UTF-8, texts in quotation marks. It begins with a byte order mark, by which Excel knows the encoding.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([_cell(value) for value in row] for row in (head, *rows))
    return table.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, whatever blanks stand before it and in whatever width it is written."""
    begins = unicodedata.normalize("NFKC", text.lstrip("\ufeff\u200b\u200c\u200d\u2060 \xa0\u3000"))
    return f"'{text}" if begins.startswith((*_FORMULA, *_CONTROLS)) else text


def _cell(value: Cell) -> str | int:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else value
