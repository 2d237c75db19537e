"""What was said to a patient last, as Rasa needs it to tell what their next message means."""

from __future__ import annotations

from collections.abc import Sequence

from desk.models import Message
from intake.meanings import the_meanings
from intake.said_before import Before, SaidBefore


def said_before(lately: Sequence[Message]) -> SaidBefore:
    """What was said last.

    Args:
        lately: the newest messages of both sides, the oldest first.
    """
    at = next((at for at in reversed(range(len(lately))) if lately[at].sender == "patient"), None)
    if at is None:
        return SaidBefore()
    replies = [message for message in lately[at + 1 :] if message.sender != "patient"]
    offered = [str(button["value"]) for message in replies for button in message.buttons]
    return SaidBefore(kind=_kind(replies, offered), asked=lately[at].text, offered=list(dict.fromkeys(offered)))


def _kind(replies: Sequence[Message], offered: Sequence[str]) -> Before:
    statuses = {message.answer.status for message in replies if message.answer is not None}
    if "answered" in statuses:
        return "quotes"
    if any(message.kind == "handoff" for message in replies):
        return "handoff"
    if "clarify" in statuses or the_meanings().something_else in offered:
        return "choices"
    if "abstained" in statuses:
        return "no_answer"
    return "offer" if offered else "text"
