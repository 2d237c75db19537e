"""What is said to a complaint after an infusion that is no emergency."""

from __future__ import annotations

from actions.turn import Turn
from intake.beginning import TOPIC_SLOT
from intake.service import AFTER_INFUSION, reply_to
from knowledge.aftercare import aftercare, tells_more, tells_of_a_complaint
from knowledge.answer import Answer
from knowledge.phrases import phrases
from knowledge.topic import Topic

_JUST = 1  # messages after a complaint, to which a few words more belong


def replied_to_a_complaint(turn: Turn) -> bool:
    """Reply to a complaint after an infusion, or to a few words more about one, whatever else the message was taken for."""
    if tells_of_a_complaint(turn.text):
        reply_to_a_complaint(turn)
        return True
    topic = Topic.model_validate(turn.slot(TOPIC_SLOT)) if turn.slot(TOPIC_SLOT) else None
    since = topic.since_complaint if topic else None
    if since is None or since > _JUST or not tells_more(turn.text):
        return False
    turn.say(turn.fill(aftercare().says.more), buttons=[phrases().offer_person])
    return True


def reply_to_a_complaint(turn: Turn) -> None:
    """What the articles say on it, if they do; always when to call; and whom, with the numbers of today."""
    library, says = turn.services.library, aftercare().says
    about, when = library.about_a_complaint(turn.text), library.when_to_call(turn.text)
    _quote(turn, says.heard if about else says.nothing_on, about or when)
    if about and when and about.passages != when.passages:
        _quote(turn, says.when_to_call, when)
    text, buttons = reply_to(AFTER_INFUSION, turn.standing(), turn.texts())
    turn.say(text, buttons=buttons)


def _quote(turn: Turn, lead: str, answer: Answer | None) -> None:
    if answer:
        turn.say(lead, kind="answer", answer=answer.model_dump(mode="json"))
