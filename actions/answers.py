"""Answering a question with quotes, or saying that there is no reviewed answer."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.events import EventType

from actions.turn import SafeAction, Turn
from intake.beginning import TOPIC_SLOT
from intake.meanings import the_meanings
from intake.reading import told_and_asked
from intake.record import AskedBack
from knowledge.answer import Answer, Quote
from knowledge.library import Explanation
from knowledge.phrases import phrases
from knowledge.sources import Source
from knowledge.topic import Topic, about_the_passage, topic_words

_A_QUESTION = 4  # words, of which a question beside a feeling has at least as many


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
        if not replied_about_the_passage(turn, question):
            _show(turn, turn.services.library.explain(question, topic_in_hand(turn)))
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
            if best.answer.status == "answered" and best.answer.about != "rationale" and best.is_sure:
                show_answer(turn, best.answer)
        return []


class ActionUnclear(SafeAction):
    """Make something of a message that was not understood: an answer, if the library has one; else choices; else a person."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_unclear"

    def act(self, turn: Turn) -> list[EventType]:
        """Answer, ask back, or offer a person."""
        if replied_about_the_passage(turn, turn.text):
            return []
        found = turn.services.library.explain(turn.text, topic_in_hand(turn))
        meanings = the_meanings()
        if any(each.answer.status != "abstained" or each.declined for each in found):
            _show(turn, found)
        elif turn.record.asking == "unclear":  # nobody is asked to say it in other words twice in a row
            turn.say(meanings.again, buttons=[meanings.meanings["talk_to_person"]])
        else:
            turn.say(meanings.ask, buttons=meanings.choices(turn.likeliest), effects=[AskedBack(asking="unclear")])
        return []


def show_answer(turn: Turn, answer: Answer, again: bool = False) -> None:
    """Reply with quotes, after the sentence that says what they speak to, or that they were quoted before."""
    assert answer.about is not None  # noqa: S101  -- an answer with quotes is about something
    lead = topic_words().says.again if again else phrases().lead[answer.about]
    turn.say(lead, kind="answer", answer=answer.model_dump(mode="json"))


def topic_in_hand(turn: Turn) -> Topic | None:
    """What the last answers were about; nothing before the first."""
    known = turn.slot(TOPIC_SLOT)
    return Topic.model_validate(known) if known else None


def replied_about_the_passage(turn: Turn, text: str) -> bool:
    """Reply to what is asked about the passage that was quoted last ("which study is that"); gives whether it was asked."""
    topic, asked, says = topic_in_hand(turn), about_the_passage(text), topic_words().says
    quoted = topic.in_hand if topic else None
    if topic is None or asked is None or quoted is None:
        return False
    if asked == "study":
        turn.say(_sources(topic, quoted, turn.services.library.sources_of(quoted)))
    elif asked == "certainty":
        turn.say(says.certain[topic.evidence])
    elif asked == "verdict":
        of = topic.about if topic.about in {"benefit", "safety"} else "other"
        turn.say(f"{says.verdict[of]} {says.certain[topic.evidence]}", buttons=[phrases().offer_person])
    else:
        _say_further(turn, topic)
    return True


def _sources(topic: Topic, quoted: Quote, of_the_quote: list[Source] | None) -> str:
    says = topic_words().says
    sources = topic.sources if of_the_quote is None else of_the_quote
    if not sources:
        return says.no_sources.format(title=quoted.title)
    told = [", ".join(str(part) for part in (each.title, each.publisher, each.year) if part) for each in sources]
    return "\n".join([says.sources.format(title=quoted.title), *(f"– {each}" for each in told)])


def _say_further(turn: Turn, topic: Topic) -> None:
    says = topic_words().says
    answer = turn.services.library.further(topic)
    if answer is None:
        turn.say(turn.fill(says.no_further), buttons=[phrases().offer_person])
    else:
        turn.say(says.further, kind="answer", answer=answer.model_dump(mode="json"))


def _show(turn: Turn, explanations: Sequence[Explanation]) -> None:
    for explanation in explanations:
        answer = explanation.answer
        shown = answer.model_dump(mode="json")
        if answer.status == "clarify":
            turn.say(phrases().clarify, buttons=[*explanation.choices, phrases().something_else], kind="answer", answer=shown)
        elif answer.status == "answered" and answer.about is not None:
            show_answer(turn, answer, again=explanation.again)
        elif explanation.part:
            text = turn.fill(topic_words().says.no_answer_to, question=explanation.question)
            turn.say(text, buttons=[phrases().offer_person], kind="answer", answer=shown)
        elif explanation.nothing_on:
            text = turn.fill(topic_words().says.nothing_on, name=explanation.nothing_on)
            turn.say(text, buttons=[phrases().offer_person], kind="answer", answer=shown)
        else:
            text = turn.fill(phrases().why_not(explanation.declined))
            turn.say(text, buttons=[phrases().offer_person], kind="answer", answer=shown)
