"""Is this an answer to a field, and what does it say? Each kind of field has one judge in `intake/judging/`.

A judge gives the understood value, asks back where there are two ways to read the text, or gives nothing; it never guesses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from intake.fields import YES, IntakeField
from intake.judging.birth import judge_birth
from intake.judging.choices import chosen_in
from intake.judging.consent import judge_consent
from intake.judging.contact import judge_contact
from intake.judging.country import judge_country
from intake.judging.expressions import expression
from intake.judging.histories import history_among
from intake.judging.history import judge_history
from intake.judging.lists import judge_list
from intake.judging.names import judge_name
from intake.judging.refusals import refuses
from intake.judging.results import Context, Judgement, Refused, Understood
from language.normalise import normalised

MAX_ANSWER = 2_000
OTHER = "other"  # the value of an option that leaves it to a person


def judge(field: IntakeField, text: str, context: Context) -> Judgement:
    """Understand an answer to a field.

    Args:
        field: the field.
        text: what the patient wrote.
        context: what the judge may go by beside the text.
    """
    read = expression("dictated_comma").sub(",", expression("dictated_stop").sub(".", normalised(text)))
    cleaned = " ".join(read.split())[:MAX_ANSWER] if field.kind != "list" else read.strip()[:MAX_ANSWER]
    if not cleaned:
        return None
    if field.options:
        chosen = chosen_in(field, cleaned, context.today)
        if chosen is None:
            return Refused() if refuses(cleaned) else None
        says_more = field.role == "sex" and chosen != OTHER and expression("sex_says_more").search(cleaned) is not None
        return Understood(chosen == YES if field.kind == "guardian" else chosen, to_check=says_more)
    return _JUDGES[field.kind](cleaned, replace(context, role=field.role or "", about=_about(field)))


def _about(field: IntakeField) -> str:
    """What a history is about, by a name of `histories.yml`: the one given, or that of the field, today's or a former one."""
    return field.about or history_among((field.name, *field.formerly)) if field.kind == "history" else ""


def _text(text: str, context: Context) -> Judgement:
    if refuses(text):
        return Refused()
    if expression("text_points_back").match(text):
        return None
    if context.role == "condition" and context.attempts == 0 and expression("text_too_vague").match(text):
        return None  # "it hurts everywhere": asked once more, and then taken
    return Understood(text) if re.search(r"[^\W\d_]{2}", text) else None


_JUDGES: dict[str, Callable[[str, Context], Judgement]] = {
    "consent": judge_consent,
    "name": judge_name,
    "contact": judge_contact,
    "birth": judge_birth,
    "country": judge_country,
    "text": _text,
    "list": judge_list,
    "history": judge_history,
}
