"""A message while a field is open: what it holds is taken, asked back about, looked up or refused; or it is a move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from intake.changing import wants_to_change
from intake.dialogue.correcting import change_what_is_meant
from intake.dialogue.listing import change_lists
from intake.dialogue.moving import move
from intake.dialogue.placing import name_unplaced
from intake.dialogue.progress import LookUp, Progress
from intake.dialogue.taking import doubt, refuse, take_all
from intake.fields import IntakeField
from intake.judge import judge
from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Doubt, Understood
from intake.reading import Heard, Reading, Taken, clauses_of, read_message, told_and_asked
from language.questions import looks_like_a_question

_CORRECTED = frozenset({"contact", "birth", "country"})  # kinds that a message may change by the way
_ANYTHING = frozenset({"text", "list", "history"})  # kinds that take what was said around an answer as well
_CUED = frozenset({"history", "text"})  # kinds, too, where a part of it begins with a cue


def at_a_field(progress: Progress, open_field: IntakeField) -> None:
    """Deal with a message while a field is open."""
    pressed = progress.heard.text.strip() in open_field.offered
    if not pressed and not change_lists(progress):
        return
    _leave_out_that_it_was_said(progress, open_field)
    text = progress.heard.text
    names_a_line = wants_to_change(text) and progress.intake.field_meant(text) is not None
    if _keeps(progress, open_field):
        progress.say(progress.says.kept)
        progress.go_on()
    elif names_a_line:
        change_what_is_meant(progress)
    else:
        _dealt_with(progress, open_field, _read(progress, open_field))


def _leave_out_that_it_was_said(progress: Progress, open_field: IntakeField) -> None:
    """Read "Ireland, I just said" as the answer that it is, and not as a wish to change something."""
    if progress.heard.sure_move not in {None, "change_answer"}:  # "I told you, I want to talk to a person"
        return
    if open_field.kind in _ANYTHING or looks_like_a_question(progress.heard.text):  # "what have I told you so far?"
        return
    bare = expression("reading_said_before").sub(" ", progress.heard.text).strip(" ,;:.-")
    if not bare or bare == progress.heard.text.strip(" ,;:.-"):
        return
    judged = judge(open_field, bare, progress.context_of()(open_field))
    if isinstance(judged, Understood | Doubt):
        progress.heard = replace(progress.heard, text=bare, intent="inform")


def _keeps(progress: Progress, open_field: IntakeField) -> bool:
    """Whether what was said before shall stay."""
    words = phrases("keep") | {letters(progress.intake.keep_button)}
    return open_field.name in progress.record.answers and letters(progress.heard.text) in words


def _dealt_with(progress: Progress, open_field: IntakeField, reading: Reading) -> None:
    take_all(progress, reading.taken, open_field)
    name_unplaced(progress, _left(progress, reading))
    if progress.record.asking == "age":
        return  # nothing else is asked before that is settled
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


def _left(progress: Progress, reading: Reading) -> dict[str, str]:
    """The words without a place; if nothing else was taken, the answer is refused as a whole instead."""
    return dict(reading.unplaced) if reading.taken and progress.record.status != "stopped" else {}


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
        answered = [each for each in progress.intake.fields if each.name in record.answers]
        corrected = [each for each in answered if each.kind in _CORRECTED or (each.kind in _CUED and each.cues)]
        others = [each for each in [*progress.waiting, *corrected] if each != open_field]
    return read_message(open_field, progress.heard, others, context_of)


def _read_consent(progress: Progress, open_field: IntakeField, context_of: Callable[[IntakeField], Context]) -> Reading:
    """The agreement may come with first details: "I agree, my name is …". Without it, none of them is taken."""
    heard = progress.heard
    told, asked = told_and_asked(heard.text)
    parts = clauses_of(told, progress.intake.fields)
    yes = max((at for at in range(1, len(parts) + 1) if _agrees(open_field, parts[:at], context_of)), default=0)
    if not yes or (yes == len(parts) and not asked):
        return read_message(open_field, heard, [], context_of)
    agreed = Taken(open_field, ", ".join(parts[:yes]), Understood(True))
    others = [each for each in progress.waiting if each != open_field]
    further = Reading()
    if parts[yes:]:
        further = read_message(others[0], Heard(", ".join(parts[yes:]), "inform"), others[1:], context_of)
        if further.unplaced or further.move or further.doubt or not (further.taken or further.later or further.question):
            return Reading()  # words that may be a condition: all of it has to be a yes
    question = " ".join(each for each in (further.question, asked) if each) or None
    return Reading([agreed, *further.taken], question=question, later=further.later)


def _agrees(open_field: IntakeField, parts: list[str], context_of: Callable[[IntakeField], Context]) -> bool:
    judged = judge(open_field, ", ".join(parts), context_of(open_field))
    return isinstance(judged, Understood) and judged.value is True
