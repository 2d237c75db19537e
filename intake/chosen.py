"""What was chosen in the control of a field: the words that a person would have written, and what they mean.

The words are judged by the rules that judge any answer. Only what a control says more surely than words can (which of the
options it was, where one item of a list ends) is taken from the value itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from babel.dates import format_date

from intake.fields import YES, Intake, IntakeField
from intake.inputs import MOST_LISTED, options_of
from intake.judge import MAX_ANSWER, judge
from intake.judging.birth import written
from intake.judging.country import country_name, country_names
from intake.judging.results import Context, Doubt, Judgement, Understood

_ANY_YEAR = 2000  # of a date of which only month and year are used


def in_words(intake: Intake, field: IntakeField, value: Any) -> str | None:
    """A value as a person would have written it; nothing, if it is no value for the field."""
    words = _WORDS[field.kind](intake, field, value)
    return words.strip()[:MAX_ANSWER] or None if words else None


def judge_value(intake: Intake, field: IntakeField, value: Any, context: Context) -> Judgement:
    """Understand a value for a field.

    Args:
        intake: the fields.
        field: the field.
        value: what was chosen, in the form that the field's input asks for.
        context: what the judge may go by.
    """
    words = in_words(intake, field, value)
    if words is None:
        return None
    return _JUDGES.get(field.kind, _by_words)(field, value, words, context)


def _option(intake: Intake, field: IntakeField, value: Any) -> str | None:
    return options_of(intake, field).get(value) if isinstance(value, str) else None


def _history(intake: Intake, field: IntakeField, value: Any) -> str | None:
    answer, detail = (value.get("answer"), value.get("detail")) if isinstance(value, dict) else (value, None)
    title = _option(intake, field, answer)
    return title and (f"{title}, {detail.strip()}" if isinstance(detail, str) and detail.strip() else title)


def _birth(intake: Intake, _field: IntakeField, value: Any) -> str | None:
    match value:
        case {"date": str(day)}:
            return _day(day, intake.language)
        case {"year": int(year), "month": int(month)} if 1 <= month <= 12:
            return f"{format_date(date(_ANY_YEAR, month, 1), 'MMMM', locale=intake.language)} {year}"
        case {"year": int(number)} | {"age": int(number)}:
            return str(number)
    return None


def _day(day: str, language: str) -> str | None:
    try:
        return written(date.fromisoformat(day), language)
    except ValueError:
        return None


def _country(_intake: Intake, _field: IntakeField, value: Any) -> str | None:
    if value in country_names().values():
        return country_name(value)
    return value if isinstance(value, str) else None  # written, and not chosen from what is suggested


def _contact(_intake: Intake, _field: IntakeField, value: Any) -> str | None:
    return value["value"] if isinstance(value, dict) and isinstance(value.get("value"), str) else None


def _text(_intake: Intake, _field: IntakeField, value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _list(intake: Intake, field: IntakeField, value: Any) -> str | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        items = [item.strip() for item in value if item.strip()]
        return "\n".join(items) if items else next(iter(options_of(intake, field).values()), "0")
    return value if isinstance(value, str) else None


_WORDS: Mapping[str, Callable[[Intake, IntakeField, Any], str | None]] = {
    "consent": _option,
    "guardian": _option,
    "choice": _option,
    "history": _history,
    "birth": _birth,
    "country": _country,
    "contact": _contact,
    "name": _text,
    "text": _text,
    "list": _list,
}


def _by_words(field: IntakeField, _value: Any, words: str, context: Context) -> Judgement:
    return judge(field, words, context)


def _judge_yes(_field: IntakeField, value: Any, _words: str, _context: Context) -> Judgement:
    return Understood(value == YES)


def _judge_option(_field: IntakeField, value: Any, _words: str, _context: Context) -> Judgement:
    return Understood(value)


def _judge_country(field: IntakeField, value: Any, words: str, context: Context) -> Judgement:
    if value in country_names().values():
        return Understood({"code": value, "name": words})
    return judge(field, words, context)


def _judge_name(field: IntakeField, _value: Any, words: str, context: Context) -> Judgement:
    """What stands in the place for a name is one, whatever it looks like; then a person looks at it."""
    judged = judge(field, words, context)
    usable = judged is not None or not any(sign.isalpha() for sign in words)
    return judged if usable else Understood(" ".join(words.split()), to_check=True)


def _judge_history(field: IntakeField, value: Any, words: str, context: Context) -> Judgement:
    """The option counts; where the words beside it say something else, a person has to look."""
    answer, detail = (value["answer"], value.get("detail")) if isinstance(value, dict) else (value, None)
    detail = (detail or "").strip() or None
    if detail is None:
        return Understood({"answer": answer, "detail": None}, more=answer == "yes" and not isinstance(value, dict))
    judged = judge(field, words, context)
    agrees = isinstance(judged, Understood) and isinstance(judged.value, dict) and judged.value.get("answer") == answer
    to_check = not agrees or (isinstance(judged, Understood) and judged.to_check)
    return Understood({"answer": answer, "detail": detail}, to_check=to_check)


def _judge_list(field: IntakeField, value: Any, words: str, context: Context) -> Judgement:
    """The items that were entered; each may name several, as in words."""
    if value == []:
        return Understood([])
    judged = judge(field, words, context)
    if isinstance(judged, Understood | Doubt):
        return judged
    items = [line.strip() for line in words.splitlines() if line.strip()][:MOST_LISTED]
    return Understood([{"name": item, "said": item} for item in items], to_check=True)


_JUDGES: Mapping[str, Callable[[IntakeField, Any, str, Context], Judgement]] = {
    "consent": _judge_yes,
    "guardian": _judge_yes,
    "choice": _judge_option,
    "country": _judge_country,
    "name": _judge_name,
    "history": _judge_history,
    "list": _judge_list,
}
