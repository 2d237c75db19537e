"""Moving about in the intake: starting, stopping, skipping, going back, asking why, hearing what has been said."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from intake.dialogue.correcting import change_what_is_meant
from intake.dialogue.forgetting import wish_to_delete, wish_to_start_over
from intake.dialogue.progress import Progress
from intake.dialogue.taking import reason
from intake.fields import REVIEW
from intake.reading import INTERRUPTIONS
from intake.record import FieldAnswer, FieldAnswered, FieldAsked, FieldClosed, IntakeStopped
from intake.showing import lines


def move(progress: Progress, intent: str) -> None:
    """Do what somebody wants instead of answering. What needs nothing of the record is left to Rasa's rules."""
    if intent in _MOVES:
        _MOVES[intent](progress)
    elif intent == "repeat" and progress.record.open_field is None:  # no question could be asked once more
        progress.respond("utter_repeat")
    elif intent in INTERRUPTIONS:
        progress.interrupted = True
    else:
        progress.respond("utter_nothing_open")


def _start(progress: Progress) -> None:
    if progress.record.open_field is not None:
        return  # the open field is asked again
    if progress.record.sent:
        text = progress.says.already_sent.format(reference=progress.record.reference)
        progress.say("\n".join([text, *lines(progress.intake, progress.record)]), kind="summary")
        return
    if progress.record.status == "none":
        progress.say(progress.fill(progress.intake.opening, steps=str(len(progress.intake.asked_of(None)))))
    progress.go_on()


def _stop(progress: Progress) -> None:
    if progress.record.open_field is None:
        progress.respond("utter_nothing_open")
    elif progress.record.sent:
        progress.say(progress.says.kept)
        progress.do(FieldClosed())
    else:
        progress.say(progress.fill(progress.says.stopped))
        progress.do(IntakeStopped())


def _skip(progress: Progress) -> None:
    open_field, says = progress.open_field, progress.says
    if open_field is None:
        _nothing_open(progress)
    elif progress.record.detail_asked:
        progress.go_on()
    elif open_field.name in progress.record.answers:
        progress.say(says.kept)
        progress.go_on()
    elif not open_field.skippable:
        progress.say(f"{says.cannot_skip} {open_field.why}")
    else:
        progress.do(FieldAnswered(field=open_field.name, answer=FieldAnswer(said=progress.heard.text, skipped=True)))
        progress.say(says.skipped)
        progress.go_on()


def _why(progress: Progress) -> None:
    open_field = progress.open_field
    if open_field is None:
        _nothing_open(progress)
    else:
        progress.say(reason(progress, open_field))


def _nothing_open(progress: Progress) -> None:
    if progress.record.open_field == REVIEW:
        progress.say(progress.intake.review.wait)
    else:
        progress.respond("utter_nothing_open")


def _back(progress: Progress) -> None:
    open_now = progress.record.open_field
    if open_now is None:
        progress.respond("utter_nothing_open")
        return
    asked = {each.name for each in progress.setting.asked_of(progress.record) if each.kind != "consent"}
    given = [name for name in progress.record.answers if name in asked]  # in the order in which they were given
    before = given[: given.index(open_now)] if open_now in given else given
    if open_now == progress.intake.fields[0].name or not before:
        progress.say(progress.says.first_already)
    else:
        progress.do(FieldAsked(field=before[-1]))


def _summary(progress: Progress) -> None:
    if progress.record.open_field == REVIEW:
        return  # it is read back anyway
    told = lines(progress.intake, progress.record)
    progress.say("\n".join([progress.says.so_far, *told]) if told else progress.says.nothing_so_far, kind="summary")


_MOVES: Mapping[str, Callable[[Progress], None]] = {
    "start_intake": _start,
    "stop_intake": _stop,
    "skip": _skip,
    "why_ask": _why,
    "go_back": _back,
    "change_answer": change_what_is_meant,
    "summary": _summary,
    "start_over": wish_to_start_over,
    "delete_data": wish_to_delete,
}
