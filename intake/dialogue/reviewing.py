"""A message while everything is read back: it is sent, changed, or something else comes first."""

from __future__ import annotations

from intake.dialogue.correcting import change, which
from intake.dialogue.listing import change_lists
from intake.dialogue.moving import move
from intake.dialogue.progress import Progress
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.record import IntakeCompleted


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
    elif (meant := progress.intake.field_meant(heard.text)) is not None:
        change(progress, meant)
    else:
        progress.say(review.wait)


def _send(progress: Progress) -> None:
    reference = progress.setting.new_reference()
    progress.do(IntakeCompleted(reference=reference))
    progress.say(progress.fill(progress.says.closing, reference=reference), kind="handoff")
