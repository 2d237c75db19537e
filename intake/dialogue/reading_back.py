"""A message while everything is read back: it is sent, changed, or something else comes first."""

from __future__ import annotations

from intake.changing import wants_to_change
from intake.dialogue.correcting import change_what_is_meant, which
from intake.dialogue.listing import change_lists
from intake.dialogue.moving import move
from intake.dialogue.placing import name_unplaced
from intake.dialogue.progress import LookUp, Progress
from intake.dialogue.taking import take_all
from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.reading import Reading, clauses_of, read_parts, told_and_asked
from intake.record import IntakeCompleted
from language.questions import looks_like_a_question

_A_WISH = 8  # words of a message that only speaks of sending
_A_FEW = 2  # words that may be a yes or a wish that was not understood, and no detail


def at_the_read_back(progress: Progress) -> None:
    """Deal with a message while everything is read back. Nothing is sent without a yes that cannot be mistaken."""
    review, heard = progress.intake.review, progress.heard
    plain, send, correct = letters(heard.text), letters(review.buttons[0]), letters(review.buttons[1])
    if progress.agrees(send, *(letters(text) for text in review.send)) or _says_to_send(heard.text):
        _send(progress)
    elif plain == correct or plain in phrases("no") or heard.sure("deny"):
        which(progress)
    elif not change_lists(progress):
        return  # it is read back once more
    elif progress.heard is not heard:
        at_the_read_back(progress)
    elif heard.sure_move:
        move(progress, heard.sure_move)
    else:
        _told_or_changed(progress)


def _says_to_send(text: str) -> bool:
    """Whether a message says in so many words to send it, and nothing else: "that will do, you may send it, thank you"."""
    sending = expression("review_speaks_of_sending")  # "shall I press send? Send it" asks for nothing else
    parts = [part for part in clauses_of(text, []) if not (looks_like_a_question(part) and sending.search(part))]
    sends = [expression("review_sends").fullmatch(part) is not None for part in parts]
    return any(sends) and all(
        sent or expression("review_agrees").fullmatch(part) for sent, part in zip(sends, parts, strict=True)
    )


def _told_or_changed(progress: Progress) -> None:
    """A wish to change a line, or details as in any other message."""
    meant = progress.intake.field_meant(progress.heard.text)
    told, asked = told_and_asked(progress.heard.text)
    found = read_parts(progress.setting.asked_of(progress.record), told, progress.context_of())
    by_the_way = found.taken or asked
    if meant is not None and (wants_to_change(progress.heard.text) or not by_the_way):
        change_what_is_meant(progress)
    else:
        _told(progress, found, told, asked)


def _told(progress: Progress, found: Reading, told: str, asked: str) -> None:
    """What a message says by itself is taken and looked up; what it says of nothing that is asked is named."""
    if found.taken:
        take_all(progress, found.taken, progress.intake.fields[0])
        progress.go_on()
    if expression("review_speaks_of_sending").search(told) and len(told.split()) <= _A_WISH:
        progress.say(progress.intake.review.wait)
    elif found.taken or asked or len(told.split()) > _A_FEW:
        name_unplaced(progress, found.unplaced)
    if asked:
        progress.steps.append(LookUp(asked))
    elif not progress.steps:
        progress.say(progress.intake.review.wait)


def _send(progress: Progress) -> None:
    reference = progress.setting.new_reference()
    progress.do(IntakeCompleted(reference=reference))
    progress.say(progress.fill(progress.says.closing, reference=reference), kind="handoff")
