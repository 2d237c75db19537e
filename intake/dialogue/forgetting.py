"""Taking everything back: starting over, and deleting. Both are asked first, and need a yes that cannot be mistaken."""

from __future__ import annotations

from typing import Literal

from intake.dialogue.progress import Progress
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.record import AskedBack, ConversationDeleted, StartedOver


def wish_to_start_over(progress: Progress) -> None:
    """Ask whether the answers shall be forgotten, if there are any that can be."""
    says = progress.says
    if progress.record.sent:
        progress.say(says.cannot_start_over.format(reference=progress.record.reference))
    elif progress.record.answers:
        progress.say(says.start_over, buttons=[says.start_over_yes, says.start_over_no])
        progress.do(AskedBack(asking="start_over"))
    elif progress.record.open_field:
        progress.go_on()
    else:
        progress.respond("utter_start_over")


def wish_to_delete(progress: Progress) -> None:
    """Ask whether everything shall be deleted."""
    says = progress.says
    progress.say(progress.fill(says.delete), kind="notice", buttons=[says.delete_yes, says.delete_no])
    progress.do(AskedBack(asking="delete"))


def settle(progress: Progress, asked: Literal["delete", "start_over"]) -> bool:
    """Do what was asked about after a yes, and nothing after a no; gives whether the message was either."""
    says, heard = progress.says, progress.heard
    yes, no = (says.delete_yes, says.delete_no) if asked == "delete" else (says.start_over_yes, says.start_over_no)
    plain = letters(heard.text)
    agrees = progress.agrees(letters(yes)) or (
        # "Yes, delete it" sounds like the wish itself.
        plain.split()[:1] == [letters(yes).split()[0]] and heard.sure("delete_data" if asked == "delete" else "start_over")
    )
    refuses = plain == letters(no) or plain in phrases("no") | phrases("disagree") or heard.sure("deny")
    if agrees:
        _delete(progress) if asked == "delete" else _forget(progress)
    elif refuses:
        progress.say(says.not_deleted if asked == "delete" else says.kept)
    return agrees or refuses


def _forget(progress: Progress) -> None:
    progress.do(StartedOver())
    progress.say(progress.says.started_over)
    progress.go_on()


def _delete(progress: Progress) -> None:
    progress.say(progress.says.deleted, kind="notice")
    progress.do(ConversationDeleted())
