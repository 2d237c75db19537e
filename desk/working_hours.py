"""Reckoning in opening hours: who has waited longer than a patient should."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from intake.clinic import MIDNIGHT, Hours, Weekday, span_of

URGENT_AFTER = timedelta(minutes=30)  # of any hours, not of opening hours
_LONGEST = 400  # days looked back; whoever has waited longer is overdue whatever the hours are
_DAYS: tuple[Weekday, ...] = get_args(Weekday)


def is_overdue(hours: Hours, since: datetime, now: datetime, urgent: bool = False) -> bool:
    """Whether somebody who waits since an instant has waited too long. The queue, a case and the notices all ask here."""
    return since <= overdue_before(hours, now, urgent)


def overdue_before(hours: Hours, now: datetime, urgent: bool = False) -> datetime:
    """Who waits since this instant or longer has waited too long.

    Args:
        hours: of the clinic; without opening hours, every hour counts.
        now: the present.
        urgent: whether there was an alarm, which waits for no opening hours.
    """
    usual = _target_before(hours, now)
    return max(usual, now - URGENT_AFTER) if urgent else usual


def due_at(hours: Hours, since: datetime, urgent: bool = False) -> datetime:
    """When somebody who waits since an instant should have heard from a person."""
    usual = _target_after(hours, since)
    return min(usual, since + URGENT_AFTER) if urgent else usual


def _target_before(hours: Hours, now: datetime) -> datetime:
    left = timedelta(minutes=hours.target_minutes)
    if not any(hours.open.values()):
        return now - left
    for begin, end in _spans_back(hours, now):
        if end - begin >= left:
            return end - left
        left -= end - begin
    return now - timedelta(days=_LONGEST)


def _target_after(hours: Hours, since: datetime) -> datetime:
    left = timedelta(minutes=hours.target_minutes)
    if not any(hours.open.values()):
        return since + left
    for begin, end in _spans_on(hours, since):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return since + timedelta(days=_LONGEST)


def is_open(hours: Hours, now: datetime) -> bool:
    """Whether somebody is there."""
    day = now.astimezone(ZoneInfo(hours.zone)).date()
    return any(begin <= now < end for begin, end in _spans_of_day(hours, day))


def _spans_back(hours: Hours, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Opening hours before an instant, the latest first; those after it have no length."""
    today = now.astimezone(ZoneInfo(hours.zone)).date()
    for days in range(_LONGEST):
        for begin, end in reversed(_spans_of_day(hours, today - timedelta(days))):
            yield min(begin, now), min(end, now)


def _spans_on(hours: Hours, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Opening hours after an instant, the next first; those before it have no length."""
    today = since.astimezone(ZoneInfo(hours.zone)).date()
    for days in range(_LONGEST):
        for begin, end in _spans_of_day(hours, today + timedelta(days)):
            yield max(begin, since), max(end, since)


def _spans_of_day(hours: Hours, day: date) -> list[tuple[datetime, datetime]]:
    """In UTC, so that a day on which the clocks change has its true length."""
    if day in hours.closed_on:
        return []
    spans = [span_of(text) for text in hours.open.get(_DAYS[day.weekday()], [])]
    return sorted((_instant(hours, day, begin), _instant(hours, day + timedelta(end == MIDNIGHT), end)) for begin, end in spans)


def _instant(hours: Hours, day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(hours.zone)).astimezone(UTC)


def next_opening(hours: Hours, after: datetime, days: int = 1) -> datetime:
    """When the clinic opens on a later day; without opening hours, the same time on that day."""
    day = after.astimezone(ZoneInfo(hours.zone)).date() + timedelta(days)
    for later in range(_LONGEST):
        spans = _spans_of_day(hours, day + timedelta(later))
        if spans:
            return spans[0][0]
    return after + timedelta(days)
