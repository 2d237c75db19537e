"""The conversation of the intake: what a message changes in the record, and what is said.

Everything that can happen at an open field, while all is read back, after sending, and outside of all is decided here, from
the record and the message alone. Nothing is stored and nothing is looked up: the caller carries out the steps and stores the
effects together. One file for each thing that a message may do; each uses those named before it:

- `progress`: the record so far, what is said, what is recorded
- `asking`: the open field in words
- `taking`, `choosing`: what becomes of an answer, and of what was chosen in controls
- `correcting`, `listing`, `placing`, `forgetting`: what becomes of a change, of a wish about a list, of words that are no
  answer, and of all answers
- `moving`: skipping, going back, stopping, and the other moves
- `answering`, `reading_back`: a message at an open field, and while everything is read back
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intake.dialogue.after_sending import takes_a_contact
from intake.dialogue.answering import at_a_field
from intake.dialogue.asking import Asked, ask, told_so_far
from intake.dialogue.choosing import known_values, take_values
from intake.dialogue.correcting import change
from intake.dialogue.forgetting import settle
from intake.dialogue.listing import change_lists
from intake.dialogue.moving import move
from intake.dialogue.placing import place
from intake.dialogue.progress import LookUp, Progress, Respond, Say, Setting, Step
from intake.dialogue.reading_back import at_the_read_back
from intake.fields import REVIEW
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.offers import takes_none
from intake.reading import Heard
from intake.record import Asking, Effect, IntakeRecord

__all__ = ["Asked", "Dialogue", "LookUp", "Respond", "Say", "Step", "Turned"]

_NO_IS_NO_ANSWER = frozenset({"contact", "birth", "country", "name"})  # kinds
_ABOUT_A_FIELD = frozenset({"skip", "why_ask"})  # they say nothing of another field than the one that was open


@dataclass(frozen=True)
class Turned:
    """What one message led to."""

    record: IntakeRecord
    steps: list[Step]
    effects: list[Effect]
    interrupted: bool = False  # the message is no answer and needs nothing of the record: Rasa's rules reply to it


@dataclass(frozen=True)
class Dialogue(Setting):
    """The intake of one clinic, on one day."""

    def turn(self, record: IntakeRecord, heard: Heard) -> Turned:
        """Deal with one message.

        Args:
            record: where the patient is.
            heard: the message.
        """
        progress = Progress(self, record, heard)
        was_removed = _leave_a_removed_field(progress)
        values = known_values(progress, heard.values)
        if values and (progress.record.open_field or progress.agreed):
            take_values(progress, values)
        elif not place(progress) and not (record.asking and _settles(progress, record.asking)):
            _hear(progress, was_removed)
        return Turned(progress.record, progress.steps, progress.effects, progress.interrupted)

    def ask(self, record: IntakeRecord, again: bool = False) -> Asked:
        """The open field in words.

        Args:
            record: where the patient is.
            again: whether the message before asked it already.

        Raises:
            ValueError: if none is open.
        """
        return ask(self, record, again)

    def told_so_far(self, record: IntakeRecord) -> dict[str, Any]:
        """Every answer so far, for a client that lets each be changed in its place."""
        return told_so_far(self, record)


def _hear(progress: Progress, was_removed: bool) -> None:
    """Deal with a message that does not settle what the reply before asked."""
    open_field, heard = progress.open_field, progress.heard
    if was_removed:
        if heard.sure_move and heard.sure_move not in _ABOUT_A_FIELD:
            move(progress, heard.sure_move)
    elif progress.record.open_field == REVIEW:
        at_the_read_back(progress)
    elif open_field is not None:
        at_a_field(progress, open_field)
    else:
        _with_nothing_open(progress)


def _with_nothing_open(progress: Progress) -> None:
    """A list may be changed, and a contact added, at any time; what else a message says is what Rasa took it for."""
    if takes_a_contact(progress):
        return
    before = progress.heard
    left = change_lists(progress)
    if progress.heard is before:
        move(progress, before.intent)
    elif left:
        progress.steps.append(LookUp(progress.heard.text))


def _leave_a_removed_field(progress: Progress) -> bool:
    """Go on where the open field was removed from the intake meanwhile. What the message answers there is lost."""
    name = progress.record.open_field
    if name is None or name == REVIEW or progress.intake.asks(name):
        return False
    progress.say(progress.says.no_longer_asked)
    progress.go_on()
    return True


def _settles(progress: Progress, asking: Asking) -> bool:
    """Whether the message settles what the reply before asked beside the open field."""
    match asking:
        case "which_field":
            meant = progress.intake.field_meant(progress.heard.text)
            if meant is not None:
                change(progress, meant)
            return meant is not None
        case "delete" | "start_over":
            return settle(progress, asking)
        case "age":
            return _keeps_the_age(progress)
        case "doubt":
            return _wants_none(progress)
        case "unclear":
            return False


def _keeps_the_age(progress: Progress) -> bool:
    """Whether the age stays as it was said; anything else is dealt with for what it is."""
    plain = letters(progress.heard.text)
    keeps = plain == letters(progress.intake.keep_button) or plain in phrases("no") | phrases("keep") or takes_none(plain)
    if keeps:
        progress.say(progress.says.kept)
    return keeps


def _wants_none(progress: Progress) -> bool:
    """Whether none is right of what was asked back; then the field is asked anew."""
    none = takes_none(progress.heard.text) or letters(progress.heard.text) in phrases("no")
    open_field = progress.open_field
    if not none or open_field is None or open_field.kind not in _NO_IS_NO_ANSWER:
        return False
    progress.say(progress.says.none_of_these)
    return True
