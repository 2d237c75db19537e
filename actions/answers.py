"""Answering a question with quotes, or saying that there is no reviewed answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from rasa_sdk.events import EventType

from actions.aftercare import replied_to_a_complaint
from actions.turn import SafeAction, Turn
from intake.beginning import TOPIC_SLOT
from intake.meanings import the_meanings
from intake.reading import told_and_asked
from intake.record import AskedBack
from intake.replies import asks_a_price, asks_in_some_form, one_of, question_within, tells_something, the_replies
from intake.service import all_surely_wanted, asked_beside, reply_to
from knowledge.answer import ABSTAINED, Answer, Quote
from knowledge.asked import asked_in
from knowledge.library import PRICE, Explanation
from knowledge.phrases import phrases
from knowledge.questions import may_ask_a_price, questions_in
from knowledge.sources import Source
from knowledge.topic import Topic, about_the_passage, topic_words
from language.questions import asks_somewhere, looks_like_a_question

_SEVERAL = 2
_A_QUESTION = 4  # words, of which a question beside a feeling has at least as many
_BEYOND_DOUBT = 0.98  # probability from which what was told rather than asked is answered
_LONG = 35  # words of a message above which it tells a whole story
_SURELY_ASKS = 0.6  # probability of its act from which a message asks, whatever its words tell
_KEYWORDS = 3  # words at most, with which people search: "doctor", "and how many"


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
        if question == turn.text and replied_to_a_complaint(turn):
            return []
        if turn.record.open_field and replied_about_the_service(turn, question):
            return []
        if replied_about_the_passage(turn, question) or replied_to_each(turn, question):
            return []
        found = turn.services.library.explain(question, topic_in_hand(turn))
        hardly_asks = bool(turn.doing) and turn.confidence < _SURELY_ASKS and tells_something(question)
        tells = question == turn.text and hardly_asks and not _asks_all_the_same(turn)
        if tells and not any(map(_is_beyond_doubt, found)):
            thank(turn, _question_of(found[0]))
            return []
        why_not = phrases().by_act.get(turn.doing)
        asked_before = asks_a_price(turn.before.asked or "")  # "ballpark?" after that
        if why_not == PRICE and not asked_before and not may_ask_a_price(question):
            why_not = None
        if why_not and not any(each.answer.status == "answered" and each.is_sure for each in found):
            again = why_not == PRICE and asked_before and turn.before.kind == "no_answer"
            _decline(turn, found[0], why_not, the_replies().price_again if again else None)
        else:
            _show(turn, found)
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
        if replied_to_a_complaint(turn) or replied_about_the_passage(turn, turn.text) or replied_to_each(turn, turn.text):
            return []
        found = turn.services.library.explain(turn.text, topic_in_hand(turn))
        meanings = the_meanings()
        if any(_may_be_shown(turn, each) for each in found):
            _show(turn, found)
        elif turn.doing and (asked := question_within(turn.text)):  # "got to run. can somebody ring me"
            turn.say(asks=asked)
        elif not asks_in_some_form(turn.text) and _met_with_a_kind_word(turn):
            return []
        elif turn.doing and asks_in_some_form(turn.text) and turn.record.asking != "unclear":
            _show(turn, [replace(found[0], answer=ABSTAINED, choices=[])])  # better told than asked to put it in other words
        elif turn.doing and turn.record.asking != "unclear":
            said = the_replies().unclear_and_long if len(turn.text.split()) > _LONG else the_replies().unclear
            turn.say(said, buttons=[phrases().offer_person], effects=[AskedBack(asking="unclear")])
        elif turn.record.asking == "unclear":  # nobody is asked to say it in other words twice in a row
            turn.say(meanings.again, buttons=[meanings.meanings["talk_to_person"]])
        else:
            turn.say(meanings.ask, buttons=meanings.choices(turn.likeliest), effects=[AskedBack(asking="unclear")])
        return []


def _met_with_a_kind_word(turn: Turn) -> bool:
    """Reply to what most likely is a feeling, small talk or thanks: a weak sign is enough where nothing is asked."""
    if turn.doing == "feeling" and len(turn.text.split()) <= _LONG:
        turn.say(response=f"utter_{turn.intent_of_act}")
    elif turn.doing == "small talk":
        turn.say(one_of(the_replies().courtesy.small_talk_told, turn.text), buttons=[phrases().offer_person])
    elif turn.doing == "thanks":
        turn.say(one_of(the_replies().courtesy.thanks, turn.text))
    else:
        return False
    return True


def thank(turn: Turn, question: str | None) -> None:
    """Thank for what was told, and offer the question of the library that it surely belongs to, if there is one.

    What asks something in the midst of it is answered. After a person was called, no question is put in their place.
    """
    if _asks_all_the_same(turn):
        found = turn.services.library.explain(turn.text, topic_in_hand(turn))
        _show(
            turn,
            found
            if any(each.answer.status == "answered" for each in found)
            else [replace(found[0], choices=[], answer=ABSTAINED)],
        )
    elif question and turn.before.kind != "handoff":
        turn.say(the_replies().told_and_known, buttons=[question, phrases().something_else])
    else:
        person = [phrases().offer_person] if turn.before.kind != "handoff" else []
        turn.say(one_of(the_replies().told[turn.before.kind], turn.text), buttons=person)


def _asks_all_the_same(turn: Turn) -> bool:
    """Whether what was taken for something told asks something in its midst: "my back, two slipped discs, do u do those"."""
    return turn.before.kind != "handoff" and (asks_somewhere(turn.text) or asked_in(turn.text, topic_in_hand(turn)) is not None)


def _question_of(best: Explanation) -> str | None:
    """The question that a sure answer is to, unless it was quoted before."""
    heading = best.answer.passages[0].heading if best.is_answered_surely and not best.again else ""
    return heading if heading.endswith("?") else None


def _is_beyond_doubt(explanation: Explanation) -> bool:
    return explanation.answer.status == "answered" and explanation.probability >= _BEYOND_DOUBT


def _may_be_shown(turn: Turn, explanation: Explanation) -> bool:
    """Whether an explanation is shown for a message that may ask nothing; only a sure one, where that is known or likely."""
    if turn.doing or (len(turn.text.split()) > _KEYWORDS and not looks_like_a_question(turn.text)):
        return explanation.answer.status == "answered" and explanation.is_sure
    return explanation.answer.status != "abstained" or explanation.declined is not None


def show_explained(turn: Turn, explanation: Explanation, asked: str | None = None) -> None:
    """Reply with what was found; where it may miss the question, with its first quote alone, and that is said."""
    if explanation.is_doubtful and not explanation.again:
        show_answer(turn, turn.services.library.first_of(explanation.answer), asked=asked, doubtful=True)
    else:
        show_answer(turn, explanation.answer, again=explanation.again, asked=asked)


def show_answer(turn: Turn, answer: Answer, again: bool = False, asked: str | None = None, doubtful: bool = False) -> None:
    """Reply with quotes, after the sentence that says what they speak to, or that they were quoted before.

    Args:
        turn: of the message.
        answer: with the quotes.
        again: whether they were quoted before.
        asked: which of several questions it is for.
        doubtful: whether they may well miss the question.
    """
    assert answer.about is not None  # noqa: S101  -- an answer with quotes is about something
    lead = topic_words().says.again if again else phrases().lead[answer.about]
    lead = f"{phrases().doubtful} {lead}" if doubtful else lead
    turn.say(_to(asked, lead), kind="answer", answer=answer.model_dump(mode="json"))


def _to(asked: str | None, text: str) -> str:
    return f"{topic_words().says.to_question.format(question=asked)} {text}" if asked else text


def show_what_is_sure(turn: Turn) -> None:
    """Reply to something told with what the library surely has on it, or that it has nothing; nothing is asked back."""
    found = turn.services.library.explain(turn.text, topic_in_hand(turn))
    sure = [each for each in found if each.answer.status == "answered" and each.is_sure]
    _show(turn, sure or [replace(found[0], answer=ABSTAINED, choices=[])])


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
    library = turn.services.library
    if asked in {"study", "funding"}:
        sources = _sources(topic, quoted, library.sources_of(quoted))
        turn.say(sources if asked == "study" else f"{says.funding} {sources}")
    elif asked == "certainty":
        turn.say(says.certain[topic.evidence])
    elif asked == "verdict":
        of = topic.about if topic.about in {"benefit", "safety"} else "other"
        plain = library.in_plain_words(quoted.article, quoted.heading)
        in_plain_words = [phrases().plain.format(plain=plain)] if plain else []
        told = " ".join([says.verdict[of], *in_plain_words, says.certain[topic.evidence]])
        turn.say(told, buttons=[phrases().offer_person])
    else:
        found = library.explain(text, topic) if asked == "why" else []
        if any(each.answer.status == "answered" for each in found):
            _show(turn, found)
        else:
            _say_further(turn, topic)
    return True


def replied_about_the_service(turn: Turn, text: str) -> bool:
    """Reply to what surely is asked of the clinic in the middle of the intake, which goes on below; gives whether it was."""
    wanted = all_surely_wanted(text)
    if not wanted or any(each.reply is None for each, _ in wanted):
        return False
    for each, question in wanted:
        said, buttons = reply_to(each.reply or "", turn.standing(), turn.texts(), question)
        turn.say(said, buttons=[button for button in buttons if button == phrases().offer_person])
    return True


def replied_to_each(turn: Turn, text: str, surely: bool = False) -> bool:
    """Reply to each of several questions, in their order; gives whether there were several that something can be said to.

    Args:
        turn: of the message.
        text: the message.
        surely: whether that has to be more than one fact of the clinic and what the library is not sure of.
    """
    if replied_about_the_passage_and_more(turn, text):
        return True
    found = turn.services.library.explain_each(text, topic_in_hand(turn))
    said = [(each, asked_beside(each.question, each.is_answered_surely)) for each in found]
    if len(found) < _SEVERAL or not any(about or each.answer.status == "answered" or not each.part for each, about in said):
        return False
    facts = {about for _, about in said if about}
    if surely and len(facts) < _SEVERAL and not any(about is None and not each.is_unsure for each, about in said):
        return False
    for (about, is_left), together in groupby(said, key=lambda pair: (pair[1], pair[1] is None and pair[0].is_left)):
        explained = [each for each, _ in together]
        if is_left:
            _show_left(turn, explained)
        elif about:
            _show_fact(turn, explained, about)
        else:
            for each in explained:
                _show_one(turn, each)
    return True


def replied_about_the_passage_and_more(turn: Turn, text: str) -> bool:
    """Reply to several questions if one is about the passage in hand: "which study is that and was it blinded"."""
    topic, parts = topic_in_hand(turn), questions_in(text)
    if len(parts) < _SEVERAL or topic is None or topic.in_hand is None or not any(map(about_the_passage, parts)):
        return False
    for part in parts:
        if not replied_about_the_passage(turn, part):
            _show(turn, turn.services.library.explain(part, topic))
    return True


def _show_fact(turn: Turn, asked: Sequence[Explanation], about: str) -> None:
    """Questions of several that one fact of the clinic answers."""
    question = topic_words().says.between_questions.join(each.question for each in asked)
    text, buttons = reply_to(about, turn.standing(), turn.texts(), " ".join(each.question for each in asked))
    turn.say(_to(question, text), buttons=buttons)


def _show_one(turn: Turn, explanation: Explanation) -> None:
    """One of several questions: a quote, or the reason why there is none."""
    if explanation.answer.status == "answered":
        show_explained(turn, explanation, asked=explanation.question)
    else:
        _say_why_not(turn, explanation, _to(explanation.question, turn.fill(phrases().why_not(explanation.declined))))


def _show_left(turn: Turn, left: Sequence[Explanation]) -> None:
    """Questions of several that have no answer, in one sentence."""
    questions = topic_words().says.between_questions.join(each.question for each in left)
    _say_why_not(turn, left[0], turn.fill(topic_words().says.no_answer_to, question=questions))


def _say_why_not(turn: Turn, explanation: Explanation, text: str) -> None:
    turn.say(text, buttons=[phrases().offer_person], kind="answer", answer=explanation.answer.model_dump(mode="json"))


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


def _decline(turn: Turn, explanation: Explanation, kind: str, instead: str | None = None) -> None:
    """Say why there is no answer, by what a message wants: a price, a judgement on one person, something else altogether."""
    answer = ABSTAINED if explanation.answer.status != "abstained" else explanation.answer
    text = turn.fill(instead or phrases().why_not(kind))
    turn.say(text, buttons=[phrases().offer_person], kind="answer", answer=answer.model_dump(mode="json"))


def _show(turn: Turn, explanations: Sequence[Explanation]) -> None:
    for explanation in explanations:
        answer = explanation.answer
        shown = answer.model_dump(mode="json")
        if answer.status != "answered" and not explanation.declined and turn.before.kind == "handoff":
            turn.say(the_replies().handed_on, kind="answer", answer=ABSTAINED.model_dump(mode="json"))
        elif answer.status == "clarify":
            turn.say(phrases().clarify, buttons=[*explanation.choices, phrases().something_else], kind="answer", answer=shown)
        elif explanation.counts:
            turn.say(topic_words().says.counted, kind="answer", answer=shown)
        elif answer.status == "answered" and answer.about is not None:
            show_explained(turn, explanation)
        elif explanation.nothing_on:
            _say_why_not(turn, explanation, turn.fill(topic_words().says.nothing_on, name=explanation.nothing_on))
        else:
            _say_why_not(turn, explanation, turn.fill(phrases().why_not(explanation.declined)))
