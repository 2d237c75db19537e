"""Changing what was said before: at once, field by field, or by choosing the line."""

from __future__ import annotations

from dataclasses import replace

from intake.changing import new_value, standing
from intake.dialogue.progress import Progress
from intake.dialogue.replacing import words_put_back
from intake.dialogue.taking import line_of, take
from intake.fields import IntakeField
from intake.judge import judge
from intake.judging.results import Understood
from intake.reading import Taken
from intake.record import AskedBack, FieldAsked

_MOST_CHOICES = 20


def change_what_is_meant(progress: Progress) -> None:
    """Change the answer that a message names; what it takes back, "no wait, leave it", or wants to keep is left out."""
    left = standing(progress.heard.text)
    if progress.intake.field_meant(left) is not None:  # "…, never mind the old one" takes nothing back
        progress.heard = replace(progress.heard, text=left)
    change(progress, progress.intake.field_meant(progress.heard.text))


def change(progress: Progress, meant: IntakeField | None) -> None:
    """Change an answer to what the message says; ask for it, or which is meant, where it does not say."""
    if not progress.agreed:
        progress.say(progress.says.nothing_so_far)
    elif meant is None or not progress.applies(meant):
        which(progress)
    elif meant.kind == "consent":
        progress.say(progress.says.consent_stays)
    else:
        _change(progress, meant)


def which(progress: Progress) -> None:
    """Ask which line is meant."""
    answers, says = progress.record.answers, progress.says
    answered = [each for each in progress.intake.fields if each.name in answers and each.kind != "consent"]
    if not answered:
        progress.say(says.nothing_so_far)
        return
    progress.say(says.which_field, buttons=[says.change_one.format(label=each.label) for each in answered[:_MOST_CHOICES]])
    progress.do(AskedBack(asking="which_field"))


def _put_back(progress: Progress, meant: IntakeField) -> tuple[str, Understood] | None:
    """The list on the button that puts it back, word for word."""
    words = words_put_back(progress, meant)
    judged = judge(meant, words, progress.context_of()(meant)) if words else None
    return (words, judged) if words and isinstance(judged, Understood) else None


def _change(progress: Progress, meant: IntakeField) -> None:
    found = _put_back(progress, meant) or new_value(meant, progress.heard.text, progress.context_of()(meant))
    if found is None:
        progress.do(FieldAsked(field=meant.name))
        return
    if not take(progress, Taken(meant, *found), None):
        return
    if not progress.record.sent:
        progress.say("\n".join([progress.says.changed, line_of(progress, meant)]))
        open_field = progress.open_field
        if open_field is not None and (open_field == meant or not progress.applies(open_field)):
            progress.go_on()
    elif progress.record.open_field is None:
        progress.go_on()
