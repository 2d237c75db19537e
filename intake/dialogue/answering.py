"""A message while a field is open: what it holds is taken, asked back about, looked up or refused; or it is a move."""

from __future__ import annotations

from collections.abc import Callable

from intake.changing import wants_to_change
from intake.dialogue.correcting import change
from intake.dialogue.listing import change_lists
from intake.dialogue.moving import move
from intake.dialogue.progress import LookUp, Progress
from intake.dialogue.taking import doubt, refuse, take_all
from intake.fields import IntakeField
from intake.judge import judge
from intake.judging.consent import limits_agreement
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Understood
from intake.reading import Heard, Reading, Taken, clauses_of, read_message

_CORRECTED = frozenset({"contact", "birth", "country"})  # kinds that a message may change by the way


def at_a_field(progress: Progress, open_field: IntakeField) -> None:
    """Deal with a message while a field is open."""
    pressed = progress.heard.text.strip() in open_field.offered
    if not pressed and not change_lists(progress):
        return
    text = progress.heard.text
    meant = progress.intake.field_meant(text) if wants_to_change(text) else None
    if _keeps(progress, open_field):
        progress.say(progress.says.kept)
        progress.go_on()
    elif meant is not None:
        change(progress, meant)
    else:
        _dealt_with(progress, open_field, _read(progress, open_field))


def _keeps(progress: Progress, open_field: IntakeField) -> bool:
    """Whether what was said before shall stay."""
    words = phrases("keep") | {letters(progress.intake.keep_button)}
    return open_field.name in progress.record.answers and letters(progress.heard.text) in words


def _dealt_with(progress: Progress, open_field: IntakeField, reading: Reading) -> None:
    take_all(progress, reading.taken, open_field)
    if reading.question is not None:
        _look_up(progress, reading.question, with_answers=bool(reading.taken))
    elif reading.move is not None:
        move(progress, reading.move)
        return
    elif reading.doubt is not None:
        doubt(progress, reading.doubt, open_field)
    elif not reading.taken:
        refuse(progress, open_field, [open_field.retry])
    if progress.record.open_field == open_field.name:
        _on_from(progress, open_field, reading)


def _on_from(progress: Progress, open_field: IntakeField, reading: Reading) -> None:
    """To the next field, if this one has its answer, and to what is in doubt there already."""
    if not progress.applies(open_field):
        progress.go_on()  # "sorry, I am 60 years old", when a parent was asked for
    elif any(each.field == open_field for each in reading.taken) and not progress.record.detail_asked:
        progress.go_on()
        now_open = progress.open_field
        if now_open is not None and now_open.name in reading.later:
            doubt(progress, reading.later[now_open.name], now_open)


def _look_up(progress: Progress, question: str, with_answers: bool) -> None:
    """A message that is nothing but a question, in Rasa's eyes too, is left to its rules."""
    if with_answers or progress.heard.intent != "question":
        progress.steps.append(LookUp(question))
    else:
        progress.interrupted = True


def _read(progress: Progress, open_field: IntakeField) -> Reading:
    context_of, record = progress.context_of(), progress.record
    if open_field.kind == "consent":
        return _read_consent(progress, open_field, context_of)
    others: list[IntakeField] = []
    if progress.agreed and not record.detail_asked:
        # What was answered before is changed by the way only where a message says so by itself: "I was born in 1949".
        corrected = [each for each in progress.intake.fields if each.name in record.answers and each.kind in _CORRECTED]
        others = [each for each in [*progress.waiting, *corrected] if each != open_field]
    return read_message(open_field, progress.heard, others, context_of)


def _read_consent(progress: Progress, open_field: IntakeField, context_of: Callable[[IntakeField], Context]) -> Reading:
    """The agreement may come with first details: "I agree, my name is …". Without it, none of them is taken.

    It counts only where nothing beside it takes it back or sets a condition: "I agree, if it is free".
    """
    heard = progress.heard
    first, *rest = clauses_of(heard.text, progress.intake.fields) or [""]
    agreed = judge(open_field, first, context_of(open_field))
    if not rest or not isinstance(agreed, Understood) or agreed.value is not True:
        return read_message(open_field, heard, [], context_of)
    others = [each for each in progress.waiting if each != open_field]
    further = read_message(others[0], Heard(", ".join(rest), "inform"), others[1:], context_of)
    said = " ".join(each.said for each in further.taken)
    if not (further.taken or further.question) or any(limits_agreement(part) for part in rest if part not in said):
        return read_message(open_field, heard, [], context_of)
    return Reading([Taken(open_field, first, agreed), *further.taken], question=further.question, later=further.later)
