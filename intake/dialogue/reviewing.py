"""A message while everything is read back: it is sent, changed, or something else comes first."""

from __future__ import annotations

from intake.changing import wants_to_change
from intake.dialogue.correcting import change, which
from intake.dialogue.listing import change_lists
from intake.dialogue.moving import move
from intake.dialogue.placing import name_unplaced
from intake.dialogue.progress import LookUp, Progress
from intake.dialogue.taking import take_all
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.reading import Reading, read_parts, told_and_asked
from intake.record import IntakeCompleted

_A_FEW = 2  # words that may be a yes or a wish that was not understood, and no detail


def at_the_review(progress: Progress) -> None:
    """Deal with a message at the review. Nothing is sent without a yes that cannot be mistaken."""
    review, heard = progress.intake.review, progress.heard
    plain, send, correct = letters(heard.text), letters(review.buttons[0]), letters(review.buttons[1])
    if progress.agrees(send, *(letters(text) for text in review.send)):
        _send(progress)
    elif plain == correct or plain in phrases("no") or heard.sure("deny"):
        which(progress)
    elif not change_lists(progress):
        return  # it is read back once more
    elif progress.heard is not heard:
        at_the_review(progress)
    elif heard.sure_move:
        move(progress, heard.sure_move)
    else:
        _told_or_changed(progress)


def _told_or_changed(progress: Progress) -> None:
    """A wish to change a line, or details as in any other message."""
    meant = progress.intake.field_meant(progress.heard.text)
    told, asked = told_and_asked(progress.heard.text)
    found = read_parts(progress.setting.asked_of(progress.record), told, progress.context_of())
    by_the_way = found.taken or asked
    if meant is not None and (wants_to_change(progress.heard.text) or not by_the_way):
        change(progress, meant)
    else:
        _told(progress, found, told, asked)


def _told(progress: Progress, found: Reading, told: str, asked: str) -> None:
    """What a message says by itself is taken and looked up; what it says of nothing that is asked is named."""
    if found.taken:
        take_all(progress, found.taken, progress.intake.fields[0])
        progress.go_on()
    if found.taken or asked or len(told.split()) > _A_FEW:
        name_unplaced(progress, found.unplaced)
    if asked:
        progress.steps.append(LookUp(asked))
    elif not progress.steps:
        progress.say(progress.intake.review.wait)


def _send(progress: Progress) -> None:
    reference = progress.setting.new_reference()
    progress.do(IntakeCompleted(reference=reference))
    progress.say(progress.fill(progress.says.closing, reference=reference), kind="handoff")
