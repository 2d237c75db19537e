"""What is said to messages that ask nothing: a reaction, something told, a yes, a no, that a reply missed the question."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.aftercare import replied_to_a_complaint
from actions.answers import ActionAnswer, replied_about_the_passage, show_answer, show_what_is_sure, thank, topic_in_hand
from actions.turn import SafeAction, Turn
from intake.meanings import the_meanings
from intake.offers import fits_best
from intake.replies import (
    begins_with_a_wish,
    one_of,
    question_within,
    refuses_a_person,
    the_replies,
    wants_it_done,
    wants_to_be_reached,
)
from knowledge.library import Explanation
from knowledge.phrases import phrases
from knowledge.topic import names_in
from language.questions import ends_in_a_tag, looks_like_a_question
from language.sentences import sentences

_ASKED_BACK = frozenset({"choices", "no_answer"})
_MOST_TO_TAKE = 5  # words of a message that takes one of several offers without naming it


class ActionCourtesy(SafeAction):
    """Return thanks, a goodbye or small talk, unless the message asks something as well."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_courtesy"

    def act(self, turn: Turn) -> list[EventType]:
        """Say it, or deal with what is asked."""
        courtesy = the_replies().courtesy
        if turn.intent == "small_talk":  # what it asks belongs to it: "ah well. who won the cricket"
            said = courtesy.small_talk_asked if _ends_in_a_question(turn.text) else courtesy.small_talk_told
            turn.say(one_of(said, turn.text), buttons=[phrases().offer_person])
        elif not _asks_besides(turn):
            turn.say(one_of(courtesy.goodbye if turn.intent == "goodbye" else courtesy.thanks, turn.text))
        return []


class ActionReact(SafeAction):
    """Say shortly that a reaction was heard, without pushing."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_react"

    def act(self, turn: Turn) -> list[EventType]:
        """Say it."""
        if replied_to_a_complaint(turn) or replied_about_the_passage(turn, turn.text):  # "so it does not work"
            return []
        if not _asks_besides(turn):
            _say_that_it_was_heard(turn)
        return []


class ActionTold(SafeAction):
    """Thank for what somebody tells; if it was what a question before lacked, answer that."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_told"

    def act(self, turn: Turn) -> list[EventType]:
        """Answer, offer the question that fits, or thank."""
        if replied_to_a_complaint(turn) or (turn.doing and replied_about_the_passage(turn, turn.text)):
            return []
        if not turn.doing:  # judged by itself, as while an alarm waits to be read: where nothing is found, it is kept for later
            show_what_is_sure(turn)
            return []
        before = turn.before
        if before.kind in _ASKED_BACK and before.asked:
            [best, *_] = turn.services.library.explain(f"{before.asked} {turn.text}", topic_in_hand(turn))
            if _is_surely_answered(best):
                show_answer(turn, best.answer)
                return []
        if question_within(turn.text) or _ends_in_a_question(turn.text):  # what is told beside it belongs to the question
            return ActionAnswer().answer(turn, turn.text)
        thank(turn, _question_about(turn))
        return []


class ActionAccept(SafeAction):
    """Do what was offered; where several things were, ask which; where none was, it is no more than a reaction."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_accept"

    def act(self, turn: Turn) -> list[EventType]:
        """Take it, or ask."""
        offered = [each for each in turn.before.offered if each != the_meanings().something_else]
        person = phrases().offer_person
        taken = fits_best(turn.text, offered)
        if wants_to_be_reached(turn.text) and (person in offered or not offered):
            taken = person  # "yes please, mornings"
        if taken:
            turn.say(instead=taken)
        elif offered and (looks_like_a_question(turn.text) or len(turn.text.split()) > _MOST_TO_TAKE):
            return ActionAnswer().answer(turn, turn.text)  # "can I drive home after, it is the left foot"
        elif offered:
            turn.say(the_replies().which_one, buttons=offered)
        else:
            _say_that_it_was_heard(turn)
        return []


class ActionDecline(SafeAction):
    """Leave what was offered, without a word more than needed."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_decline"

    def act(self, turn: Turn) -> list[EventType]:
        """Say that it is fine; "no, not hot" after a complaint and "so no" after a quote leave nothing that was offered."""
        if replied_to_a_complaint(turn) or replied_about_the_passage(turn, turn.text):
            return []
        if ends_in_a_tag(turn.text):  # "I can't just stop it, can I"
            return ActionAnswer().answer(turn, turn.text)
        if not _asks_besides(turn):
            turn.say(one_of(the_replies().no[turn.before.kind], turn.text))
        return []


class ActionMissed(SafeAction):
    """Say sorry that a reply missed the question; give another passage only for what the message names."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_missed"

    def act(self, turn: Turn) -> list[EventType]:
        """Answer what was corrected, or ask for it in other words."""
        missed = the_replies().missed
        names_it = "condition" in names_in(turn.text)  # else the complaint itself would be looked up
        [best, *_] = turn.services.library.explain(turn.text, topic_in_hand(turn))
        if names_it and _is_surely_answered(best) and not best.again:
            turn.say(missed.found, kind="answer", answer=best.answer.model_dump(mode="json"))
        elif _asks_besides(turn):  # "you are more honest than most. who writes this?"
            return []
        elif refuses_a_person(turn.text):
            turn.say(missed.no_person)
        else:
            turn.say(missed.sorry, buttons=[phrases().offer_person])
        return []


def _asks_besides(turn: Turn) -> bool:
    """Have what a message asks dealt with in its place, if it asks something beside what it was taken for."""
    asked = question_within(turn.text)
    if asked:
        turn.say(asks=asked)
    return asked is not None


def _ends_in_a_question(text: str) -> bool:
    return looks_like_a_question(sentences(text)[-1]) if sentences(text) else False


def _is_surely_answered(explanation: Explanation) -> bool:
    return explanation.answer.status == "answered" and explanation.is_sure


def _question_about(turn: Turn) -> str | None:
    """The question of the library that what was told surely belongs to, unless that was quoted before."""
    [best, *_] = turn.services.library.explain(turn.text)
    topic, quoted = topic_in_hand(turn), best.answer.passages[0] if _is_surely_answered(best) else None
    if quoted is None or not quoted.heading.endswith("?") or (topic and topic.has_shown(quoted)):
        return None
    return quoted.heading


def _say_that_it_was_heard(turn: Turn) -> None:
    """A short word; to a yes where nothing was offered, what it may have been to: somebody may think that a person was."""
    wants = wants_it_done(turn.text) or (turn.doing == "accept" and begins_with_a_wish(turn.text))
    if wants and not turn.before.offered:
        turn.say(the_replies().wants_it_done.reply, buttons=[phrases().offer_person])
    else:
        turn.say(one_of(the_replies().react[turn.before.kind], turn.text))
