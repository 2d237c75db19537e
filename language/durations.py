"""Spans of time as a person says them."""

from __future__ import annotations

from datetime import timedelta


def in_words(span: timedelta) -> str:
    """A span in one whole unit: "4 min", "3 h", "2 days"; whether it lies ahead or behind is not said."""
    minutes = int(abs(span.total_seconds()) // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"
