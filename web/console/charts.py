"""Charts as geometry: the template draws them as SVG, with classes and no styles, and a table stands behind each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 720, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 6, 14, 34
_LABELS = 6  # at most, along the bottom
_TICKS = 4


class Bar(NamedTuple):
    """A part of a bar."""

    x: float
    y: float
    width: float
    height: float
    series: int


class Tick(NamedTuple):
    """A label at a place on an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """Bars over time, the series on top of each other."""

    bars: list[Bar]
    across: list[Tick]
    up: list[Tick]
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def stacked(labels: Sequence[str], series: Sequence[Sequence[int]]) -> Chart:
    """Stack some series, step by step.

    Args:
        labels: of the steps.
        series: each with a number for every step; the first stands at the bottom.
    """
    totals = [sum(values) for values in zip(*series, strict=True)]
    top = _nice(max(totals, default=0))
    room, high = (WIDTH - _LEFT - _RIGHT) / max(1, len(labels)), HEIGHT - _TOP - _BOTTOM
    bars = []
    for step in range(len(labels)):
        below = float(HEIGHT - _BOTTOM)
        for number, values in enumerate(series):
            tall = values[step] / top * high
            below -= tall
            if values[step]:
                bars.append(Bar(_r(_LEFT + step * room + room * 0.1), _r(below), _r(room * 0.8), _r(tall), number))
    every = max(1, -(-len(labels) // _LABELS))
    across = [Tick(_r(_LEFT + (step + 0.5) * room), labels[step]) for step in range(0, len(labels), every)]
    up = [Tick(_r(HEIGHT - _BOTTOM - value / top * high), f"{value:,}") for value in range(0, top + 1, max(1, top // _TICKS))]
    return Chart(bars, across, up)


def shares(values: Sequence[int]) -> list[float]:
    """How long each bar of a list is, in percent of the longest."""
    longest = max(values, default=0) or 1
    return [_r(100 * value / longest) for value in values]


def _nice(value: int) -> int:
    """The next number with which four equal steps are whole and easy to read."""
    size = _TICKS
    while True:
        for factor in (1, 2, 5):
            if value <= size * factor:
                return size * factor
        size *= 10


def _r(value: float) -> float:
    return round(value, 1)
