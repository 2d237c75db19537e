"""What a message is depends on what was said before it: annotated conversations teach it, and each act has its reply."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import yaml

from actions.answers import ActionUnclear
from actions.going_on import ActionAccept, ActionCourtesy, ActionDecline, ActionMissed, ActionReact, ActionTold
from bot.conversations import KINDS, ConversationsError, Told, read_conversations, signs, signs_of
from bot.intent_model import IntentModel
from cordial.bootstrap import PROJECT
from desk.models import Message
from intake.beginning import before_in
from intake.record import IntakeRecord
from intake.replies import the_replies
from intake.said_before import Before
from knowledge.encoder import Encoder
from knowledge.library import Library
from knowledge.phrases import phrases
from tests.test_what_actions_say import Assistant, said
from turns.said_last import said_before

PIPELINE = yaml.safe_load((PROJECT / "config.yml").read_text("utf-8"))["pipeline"]
ACTS: dict[str, Any] = next(each for each in PIPELINE if each["name"] == "bot.acts.ActClassifier")
CONVERSATIONS = PROJECT / "data" / "conversations"
TOLD = read_conversations(CONVERSATIONS, ACTS["after"])


def test_both_sides_name_what_was_said_before_alike() -> None:
    assert set(KINDS) == set(get_args(Before))
    assert set(ACTS["after"].values()) <= set(KINDS)


def test_every_act_of_the_conversations_leads_to_an_intent() -> None:
    assert {each.act for each in TOLD} <= set(ACTS["acts"])
    assert {*ACTS["asking"], *ACTS["mild"]} <= set(ACTS["acts"])
    assert set(ACTS["after"]) - {"ask in vain"} == set(ACTS["acts"])


def test_what_was_said_before_a_message_follows_from_the_one_before_it(tmp_path: Path) -> None:
    (tmp_path / "some.yml").write_text(
        'conversations:\n  - - ask in vain: "gout?"\n    - react: "pity"\n  - - said before: quotes\n    - again: "what?"\n',
        "utf-8",
    )
    assert read_conversations(tmp_path, ACTS["after"]) == [
        Told("gout?", "ask", "start"),
        Told("pity", "react", "no_answer"),
        Told("what?", "again", "quotes"),
    ]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('conversations:\n  - - asks: "gout?"\n', "nothing is called 'asks'"),
        ('conversations:\n  - - said before: a quote\n    - ask: "why?"\n', "nothing is called 'a quote'"),
        ("conversations: [ask]\n", "it is not a list of conversations"),
        ("talks: []\n", "it is not a list of conversations"),
    ],
)
def test_a_broken_file_of_conversations_is_named_with_what_is_wrong(text: str, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "some.yml").write_text(text, "utf-8")
    with pytest.raises(ConversationsError, match=f"some.yml: {wrong}"):
        read_conversations(tmp_path, ACTS["after"])


def test_the_same_words_are_something_else_after_something_else(encoder: Encoder) -> None:
    frames = {"react": ("ok about {}", "quotes"), "accept": ("ok about {}", "offer"), "ask": ("what of {}?", "quotes")}
    things = ["rain", "bread", "music", "winter", "tea", "stairs", "paper", "fish", "chess", "snow", "glass", "wool"]
    told = [Told(frame.format(thing), act, before) for act, (frame, before) in frames.items() for thing in things]
    texts = [each.text for each in told]
    model = IntentModel.fit(texts, encoder.encode(texts), [each.act for each in told], 7, signs_of(told))
    [after_quotes, after_an_offer] = model.rank(
        ["ok about salt"] * 2,
        encoder.encode(["ok about salt"] * 2),
        [signs("ok about salt", each) for each in ("quotes", "offer")],
    )
    assert (after_quotes[0][0], after_an_offer[0][0]) == ("react", "accept")


def test_what_somebody_else_wrote_is_understood(encoder: Encoder) -> None:
    by_the_third = (CONVERSATIONS / "third.yml").read_text("utf-8")
    apart = [each for each in TOLD if each.text in by_the_third]
    seen = [each for each in TOLD if each.text not in by_the_third]
    texts = [each.text for each in seen]
    model = IntentModel.fit(texts, encoder.encode(texts), [each.act for each in seen], 7, signs_of(seen))
    asked = [each.text for each in apart]
    found = [ranking[0][0] for ranking in model.rank(asked, encoder.encode(asked), signs_of(apart))]
    asks = set(ACTS["asking"])
    assert np.mean([act == each.act or {act, each.act} <= asks for act, each in zip(found, apart, strict=True)]) >= 0.75
    questions = [act in asks for act, each in zip(found, apart, strict=True) if each.act in asks]
    assert np.mean(questions) >= 0.92


def patient(text: str, seq: int) -> Message:
    """A message of a patient."""
    return Message(seq=seq, sender="patient", kind="text", text=text, buttons=[])


def reply(seq: int, kind: str = "text", buttons: tuple[str, ...] = ()) -> Message:
    """A reply without an answer from the library."""
    pressed = [{"title": each, "value": each} for each in buttons]
    return Message(seq=seq, sender="assistant", kind=kind, text="Said.", buttons=pressed)


def test_what_was_said_last_is_told_by_what_it_was() -> None:
    assert said_before([]).kind == "start"
    assert said_before([patient("hi", 2), reply(3)]).kind == "text"
    assert said_before([patient("hi", 2), reply(3, buttons=("Start the intake",))]).kind == "offer"
    assert said_before([patient("hi", 2), reply(3, buttons=("Start the intake", "Something else"))]).kind == "choices"
    last = said_before([patient("hi", 2), reply(3), patient("a person", 4), reply(5, "handoff", ("Start the intake",))])
    assert (last.kind, last.asked, last.offered) == ("handoff", "a person", ["Start the intake"])


def test_in_the_intake_and_for_a_pressed_button_a_message_is_judged_by_itself() -> None:
    before = {"kind": "offer", "asked": "hi", "offered": ["Start the intake"]}
    assert before_in({"before": before, "text": "ok do that"}) == "offer"
    assert before_in({"before": before, "text": "Start the intake"}) is None
    at_a_field = IntakeRecord(status="in_progress", open_field="full_name").model_dump(mode="json")
    assert before_in({"before": before, "text": "ok do that", "intake": at_a_field}) is None
    assert before_in({"text": "ok do that"}) is None


@pytest.fixture
def assistant(library: Library) -> Assistant:
    """The assistant's actions, with the shipped articles."""
    whole = Assistant(library)
    for action in (ActionAccept, ActionCourtesy, ActionDecline, ActionMissed, ActionReact, ActionTold, ActionUnclear):
        whole.registers(action)
    return whole


def told(text: str) -> dict[str, Any]:
    """A statement, as it is judged by what was said before."""
    message = said(text, "inform")
    message["intent"]["act"] = "statement"
    return message


def after(kind: str, *offered: str, asked: str = "Does it work?") -> dict[str, Any]:
    """What was said before."""
    return {"kind": kind, "asked": asked, "offered": list(offered)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_reaction_gets_a_short_word_without_a_quote_or_a_menu(kind: str, assistant: Assistant) -> None:
    assistant.runs("action_react", said("as I feared", "react"), before=after(kind))
    assert len(assistant.texts[0].split()) <= 15
    assert (assistant.buttons, assistant.extras) == ([], {})


def test_what_is_told_after_a_quote_is_thanked_for_and_nothing_is_quoted(assistant: Assistant) -> None:
    assistant.runs("action_told", told("i have factor v leiden"), before=after("quotes"))
    assert assistant.texts[0] in the_replies().told["quotes"]
    assert "answer" not in assistant.extras


def test_what_completes_a_question_that_was_asked_back_is_answered(assistant: Assistant) -> None:
    before = after("choices", asked="does it help my dad")
    assistant.runs("action_told", told("he has multiple sclerosis"), before=before)
    assert assistant.extras["answer"]["passages"][0]["article"] == "evidence-multiple-sclerosis-and-als"


def test_a_yes_takes_the_only_offer_and_asks_which_where_there_are_several(assistant: Assistant) -> None:
    assistant.runs("action_accept", said("that would be kind", "affirm"), before=after("no_answer", "Talk to a person"))
    assert assistant.extras == {"instead": "Talk to a person"}
    several = ("What are the known risks?", "Who should not have it?", "Something else")
    assistant.runs("action_accept", said("yes", "affirm"), before=after("choices", *several))
    assert (assistant.texts, assistant.buttons) == ([the_replies().which_one], list(several[:2]))
    assistant.runs("action_accept", said("yes", "affirm"), before=after("text"))
    assert assistant.texts[0] in the_replies().react["text"]


def test_a_no_leaves_an_offer_without_a_menu(assistant: Assistant) -> None:
    assistant.runs("action_decline", said("no I ask my daughter first", "deny"), before=after("no_answer", "Talk to a person"))
    assert assistant.texts[0] in the_replies().no["no_answer"]
    assert assistant.buttons == []


def test_who_says_that_a_reply_missed_the_question_is_asked_for_it_anew(assistant: Assistant) -> None:
    assistant.runs("action_missed", said("that is not what I asked", "complaint"), before=after("quotes"))
    assert (assistant.texts, assistant.buttons) == ([the_replies().missed.sorry], [phrases().offer_person])


def test_nobody_is_shown_near_titles_right_after_a_person_was_called(library: Library) -> None:
    assistant = Assistant(library)
    assistant.runs("action_answer", said("the nurse", "question"), before=after("handoff", asked="my husband died"))
    assert (assistant.texts, assistant.buttons) == ([the_replies().handed_on], [])


def judged(text: str, intent: str, act: str, confidence: float = 0.95) -> dict[str, Any]:
    """A message with its act, as it is judged by what was said before."""
    message = said(text, intent, confidence)
    message["intent"]["act"] = act
    return message


@pytest.mark.parametrize(
    ("action", "intent", "text", "asks"),
    [
        ("action_courtesy", "thanks", "God bless you brother. Are you human?", "Are you human?"),
        ("action_courtesy", "goodbye", "Right, I am off. Can my son write to you as well?", "Can my son write to you as well?"),
        ("action_react", "react", "fair enough. then how do you give it", "then how do you give it"),
        ("action_decline", "deny", "nah leave it. whats your street", "whats your street"),
        ("action_missed", "complaint", "Hm. You are straighter than the others. Who wrote this?", "Who wrote this?"),
    ],
)
def test_what_is_asked_beside_something_else_is_seen_in_its_place(
    action: str, intent: str, text: str, asks: str, assistant: Assistant
) -> None:
    assistant.runs(action, said(text, intent), before=after("quotes"))
    assert (assistant.texts, assistant.extras) == ([], {"asks": asks})


@pytest.mark.parametrize("text", ["thanks", "Thank you. He would have liked you.", "Is it? Are you sure?"])
def test_a_message_that_asks_nothing_else_is_seen_as_it_is(text: str, assistant: Assistant) -> None:
    assistant.runs("action_courtesy", said(text, "thanks"), before=after("quotes"))
    assert assistant.texts[0] in the_replies().courtesy.thanks


@pytest.mark.parametrize(
    ("text", "replies"),
    [
        ("ah well. who won the cricket", the_replies().courtesy.small_talk_asked),
        ("rain since monday here", the_replies().courtesy.small_talk_told),
    ],
)
def test_small_talk_gets_a_kind_word_and_the_way_on(text: str, replies: list[str], assistant: Assistant) -> None:
    assistant.runs("action_courtesy", said(text, "small_talk"), before=after("no_answer"))
    assert assistant.texts[0] in replies
    assert assistant.buttons == [phrases().offer_person]


@pytest.mark.parametrize("before", [after("no_answer", "Talk to a person"), after("quotes")])
def test_a_yes_that_says_when_to_call_calls_a_person(before: dict[str, Any], assistant: Assistant) -> None:
    message = judged("Yes please then. Mornings, she is up from eleven", "affirm", "accept")
    assistant.runs("action_accept", message, before=before)
    assert assistant.extras == {"instead": "Talk to a person"}


def test_a_question_that_was_taken_for_a_yes_is_answered_or_said_to_have_no_answer(assistant: Assistant) -> None:
    before = after("choices", "What are the known risks?", "Who should not have it?", "Something else")
    assistant.runs("action_accept", judged("has anyone died from cord cells", "affirm", "accept", 0.6), before=before)
    assert the_replies().which_one not in assistant.texts
    assert assistant.extras["kind"] == "answer"


def test_what_is_told_with_a_question_at_its_end_is_answered(assistant: Assistant) -> None:
    assistant.runs("action_told", told("My dad has multiple sclerosis. Do cord cells work for it?"), before=after("text"))
    assert assistant.extras["answer"]["passages"][0]["article"] == "evidence-multiple-sclerosis-and-als"


def test_a_question_is_not_taken_for_something_told_where_it_surely_asks(assistant: Assistant) -> None:
    message = judged("she has worn it out and has multiple sclerosis", "question", "ask", 0.9)
    assistant.runs("action_answer", message, before=after("quotes"))
    assert all(text not in assistant.texts for text in the_replies().told["quotes"])


def test_who_wants_an_answer_and_no_person_is_offered_none(assistant: Assistant) -> None:
    message = judged("i dont want your coordinator i want an answer", "complaint", "not helpful")
    assistant.runs("action_missed", message, before=after("no_answer", "Talk to a person"))
    assert (assistant.texts, assistant.buttons) == ([the_replies().missed.no_person], [])


@pytest.mark.parametrize("text", ["no person please, i will read up on it", "don't you dare offer me a person"])
def test_nobody_is_called_for_whoever_refuses_a_person(text: str, assistant: Assistant) -> None:
    assistant.runs("action_talk_to_person", judged(text, "talk_to_person", "person"), before=after("no_answer"))
    assert assistant.texts[0] in the_replies().no["no_answer"]
    assert assistant.extras == {}


def test_where_it_is_not_sure_that_a_person_is_wanted_it_is_asked_first(assistant: Assistant) -> None:
    message = judged("is there somebody who speaks polish", "talk_to_person", "person", 0.55)
    assistant.runs("action_talk_to_person", message, before=after("quotes"))
    assert assistant.buttons == [phrases().offer_person]
    assert assistant.extras == {}


def test_who_asks_for_a_price_once_more_hears_that_none_is_named_not_even_roughly(assistant: Assistant) -> None:
    before = after("no_answer", "Talk to a person", asked="how much is it")
    assistant.runs("action_answer", judged("ballpark then", "question", "price"), before=before)
    assert "not even as a guess" in assistant.texts[0]
    assert assistant.buttons == [phrases().offer_person]


def test_a_message_that_was_not_understood_hears_what_is_possible_and_is_not_told_how_to_write(assistant: Assistant) -> None:
    assistant.runs("action_unclear", judged("lkjhlkjh oiuoiu", "nlu_fallback", "start", 0.0), before=after("quotes"))
    assert "full sentence" not in assistant.texts[0]
    assert assistant.buttons == [phrases().offer_person]


@pytest.mark.parametrize(
    ("text", "act", "reply"),
    [
        ("thanks. he would have liked you", "thanks", the_replies().courtesy.thanks),
        ("rain again, and nothing on", "small talk", the_replies().courtesy.small_talk_told),
        ("and so it went on " * 10, "start", [the_replies().unclear_and_long]),
    ],
)
def test_what_is_hardly_understood_and_asks_nothing_is_met_kindly(
    text: str, act: str, reply: list[str], assistant: Assistant
) -> None:
    assistant.runs("action_unclear", judged(text, "nlu_fallback", act, 0.0), before=after("quotes"))
    assert assistant.texts[0] in reply
