"""What a person typed is read as they meant it, with odd or invisible signs in it; and kept as they wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordial.bootstrap import PROJECT
from emergencies.red_flags import check
from intake.clinic import read_clinic
from intake.fields import the_intake
from intake.judge import judge
from intake.judging.results import Context, Understood
from language.normalise import normalised, straight
from tests.support.talking import TODAY, Talk

ADDRESS = {"by": "email", "value": "maria@mail.example"}


def understand(field: str, text: str) -> object:
    """What the field's judge makes of a text."""
    judged = judge(the_intake().field(field), text, Context("LT", TODAY))
    return judged.value if isinstance(judged, Understood) else judged


@pytest.mark.parametrize(
    "text",
    [
        "maria@mail.example\u200b",
        "\ufeffmaria@mail.example",
        "\u202amaria@mail.example\u202c",
        "maria\u00ad@mail.example",
        "maria@mail.\u200dexample",
        "“maria@mail.example”",
        "‘maria@mail.example’",
        "my e-mail is „maria@mail.example“.",
        "maria＠mail．example",
        "ｍａｒｉａ@mail.example",
        "maria@mail。example",
        "\u00a0maria@mail.example\u3000",
    ],
)
def test_an_address_is_read_whatever_came_along_with_it(text: str) -> None:
    assert understand("contact", text) == ADDRESS


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("contact", "+٣٧٠ ٦١٢ ٣٤٥٦٧", {"by": "phone", "value": "+37061234567"}),
        ("contact", "+370‑612–34567", {"by": "phone", "value": "+37061234567"}),
        ("birth", "१४.०३.१९६१", {"date": "1961-03-14", "age": 65}),
        ("birth", "１９６１", {"year": 1961, "age": 65}),
        ("birth", "14–03–1961", {"date": "1961-03-14", "age": 65}),
        ("consent", "yes\u200b", True),
        ("country", "Lithuania\u202c", {"code": "LT", "name": "Lithuania"}),
        ("clots", "no\u200e", {"answer": "no", "detail": None}),
        ("full_name", "Maria\u00a0Example\u200b", "Maria Example"),
    ],
)
def test_answers_are_read_in_the_digits_and_signs_of_any_keyboard(field: str, text: str, value: object) -> None:
    assert understand(field, text) == value


def test_what_was_said_is_kept_as_it_was_typed() -> None:
    talk = Talk().until("contact")
    talk.says("maria＠mail．example\u200b")
    answer = talk.record.answers["contact"]
    assert answer.value == ADDRESS
    assert answer.said == "maria＠mail．example\u200b"


@pytest.mark.parametrize(
    "text",
    [
        "chest\u200b pain and i cannot breathe",
        "ｉ ｃａｎｔ ｂｒｅａｔｈｅ",
        "i can\u00b4t breathe",
        "i cant brea\u00adthe",
        "\u202ei cant breathe",
    ],
)
def test_an_emergency_is_seen_through_odd_signs(text: str) -> None:
    assert check(text, read_clinic(PROJECT / "clinic.yml")) is not None


@pytest.mark.parametrize(
    "text",
    ["Seán O’Brien-Żółć", "5½ mg", "Mª José", "10 m²", "می‌خواهم", "👨‍👩‍👧", "Łódź – and back", "“no”", "ภาษาไทย", "हिन्दी"],
)
def test_what_means_something_stays(text: str) -> None:
    assert normalised(text) == text


@given(st.text(max_size=200))
def test_reading_again_changes_nothing_and_straight_marks_stand_where_they_stood(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert len(straight(once)) == len(once)
