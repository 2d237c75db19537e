"""Answering a question with quotes, or saying that there is no reviewed answer."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.events import EventType

from actions.turn import SafeAction, Turn
from intake.meanings import the_meanings
from intake.reading import told_and_asked
from intake.record import AskedBack
from knowledge.answer import Answer
from knowledge.library import Explanation
from knowledge.phrases import phrases

_A_QUESTION = 4  # words, of which a question beside a feeling has at least as many
_SURE = 0.7  # probability from which it is answered


class ActionAnswer(SafeAction):
    """Look the question up in the library."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_answer"

    def act(self, turn: Turn) -> list[EventType]:
        """Answer the message."""
        return self.answer(turn, turn.text)

    def answer(self, turn: Turn, question: str) -> list[EventType]:
        """Reply with one message for each answer to a question."""
        _show(turn, turn.services.library.explain(question, turn.slot("question_before")))
        return []


class ActionAnswerBeside(SafeAction):
    """After a word to what somebody feels: answer what they ask along with it, if the library surely does.

    How the cells are thought to work is no answer to a fear or a grief.
    """

    def name(self) -> str:
        """The name in the domain."""
        return "action_answer_beside"

    def act(self, turn: Turn) -> list[EventType]:
        """Answer, or say nothing more."""
        _, asked = told_and_asked(turn.text)
        if len(asked.split()) >= _A_QUESTION:
            best, *_ = turn.services.library.explain(turn.text)
            if best.answer.status == "answered" and best.answer.about != "rationale" and best.probability >= _SURE:
                show_answer(turn, best.answer)
        return []


class ActionUnclear(SafeAction):
    """Make something of a message that was not understood: an answer, if the library has one; else choices; else a person."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_unclear"

    def act(self, turn: Turn) -> list[EventType]:
        """Answer, ask back, or offer a person."""
        found = turn.services.library.explain(turn.text, turn.slot("question_before"))
        meanings = the_meanings()
        if any(each.answer.status != "abstained" or each.declined for each in found):
            _show(turn, found)
        elif turn.record.asking == "unclear":  # nobody is asked to say it in other words twice in a row
            turn.say(meanings.again, buttons=[meanings.meanings["talk_to_person"]])
        else:
            turn.say(meanings.ask, buttons=meanings.choices(turn.likeliest), effects=[AskedBack(asking="unclear")])
        return []


def show_answer(turn: Turn, answer: Answer) -> None:
    """Reply with quotes, after the sentence that says what they speak to."""
    assert answer.about is not None  # noqa: S101  -- an answer with quotes is about something
    turn.say(phrases().lead[answer.about], kind="answer", answer=answer.model_dump(mode="json"))


def _show(turn: Turn, explanations: Sequence[Explanation]) -> None:
    for explanation in explanations:
        answer = explanation.answer
        shown = answer.model_dump(mode="json")
        if answer.status == "clarify":
            turn.say(phrases().clarify, buttons=[*explanation.choices, phrases().something_else], kind="answer", answer=shown)
        elif answer.status == "answered" and answer.about is not None:
            show_answer(turn, answer)
        else:
            text = turn.fill(phrases().why_not(explanation.declined))
            turn.say(text, buttons=[phrases().offer_person], kind="answer", answer=shown)
