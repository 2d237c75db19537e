"""How long somebody has waited is told in one unit that fits, in the console and on the command line alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from language.durations import in_words


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ({"seconds": 0}, "0 min"),
        ({"seconds": 59}, "0 min"),
        ({"minutes": 4}, "4 min"),
        ({"minutes": 59, "seconds": 59}, "59 min"),
        ({"hours": 1}, "1 h"),
        ({"hours": 47, "minutes": 59}, "47 h"),
        ({"days": 2}, "2 days"),
        ({"days": 3, "hours": 23}, "3 days"),
        ({"minutes": -5}, "5 min"),
    ],
)
def test_a_span_is_told_in_one_whole_unit(span: dict[str, int], said: str) -> None:
    assert in_words(timedelta(**span)) == said
