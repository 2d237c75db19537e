"""Who complains some time after an infusion is taken seriously: what is known of it, when to call, whom, and a person."""

from __future__ import annotations

from typing import Any

import pytest

from actions.after_infusion import ActionAfterInfusion
from actions.going_on import ActionDecline, ActionReact, ActionTold
from knowledge.aftercare import aftercare, read_aftercare, tells_more, tells_of_a_complaint, when_to_call
from knowledge.errors import PhrasesError
from knowledge.library import Library
from knowledge.phrases import phrases
from knowledge.topic import topic_of
from language.spoken import text_file
from tests.test_what_actions_say import Assistant, said

COMPLAINTS = [
    "day 3 and my arm is a bit sore where the needle was",
    "headache since the infusion yesterday",
    "rash on my chest after the drip",
    "Hi, I had my infusion on Monday and my arm is a bit sore. Is that normal?",
    "Had the knee injection last thursday. Knee is more stiff and a bit puffy than before??",
    "It's been six weeks since my wife's infusion. Her joints ache as before.",
    "i feel sick since they gave me the cells",
]
NO_COMPLAINTS = [
    "Is fever after the infusion a bad sign?",
    "Can I get a rash after the infusion?",
    "what if I have a headache after my treatment",
    "how many people feel sick after the drip",
    "is feeling tired after stem cells known from studies",
    "My knee hurts. Would an injection help?",
    "I had my infusion on Monday and feel great",
    "who do I tell if a rash comes up a few weeks later",
]


@pytest.mark.parametrize("message", COMPLAINTS)
def test_who_feels_something_since_an_infusion_complains(message: str) -> None:
    assert tells_of_a_complaint(message)


@pytest.mark.parametrize("message", NO_COMPLAINTS)
def test_who_asks_in_general_or_feels_well_does_not(message: str) -> None:
    assert not tells_of_a_complaint(message)


@pytest.mark.parametrize(
    ("message", "about"),
    [
        ("37.9 since the infusion", "fever"),
        ("my skin itches since the drip", "allergic"),
        ("my arm is sore since the drip", "emergency"),
    ],
)
def test_the_passage_on_when_to_call_fits_the_complaint(library: Library, message: str, about: str) -> None:
    answer = library.when_to_call(message)
    assert answer
    assert about in answer.passages[0].heading


def test_every_section_that_may_be_quoted_is_there(library: Library) -> None:
    for each in (*aftercare().about, *aftercare().when_to_call):
        article, _, section = each.section.partition("#")
        assert (article, section) in library.search.sections_of(article)


@pytest.mark.parametrize(
    ("message", "heading"),
    [
        ("Had the knee injection last thursday and the knee is more stiff", "The first hours and days"),
        ("my calf is swollen since the infusion", "Signs that need help at once"),
        ("my arm is sore where the needle was", None),
        ("headache since the infusion yesterday", None),
        ("I had the infusion, no fever, but my knee is stiff", "The first hours and days"),
        ("no swelling or fever but my knee is stiff since the injection", "The first hours and days"),
        ("since the infusion no fever, knee stiff and puffy", "The first hours and days"),
        ("day 3 and no fever or chills, arm sore", None),
        ("six weeks since the drip and no improvement", "I feel no change, did something go wrong?"),
    ],
)
def test_only_what_is_about_the_complaint_is_quoted_on_it(library: Library, message: str, heading: str | None) -> None:
    answer = library.about_a_complaint(message)
    assert (answer.passages[0].heading if answer else None) == heading


@pytest.fixture
def assistant(library: Library) -> Assistant:
    """The assistant's actions, with the shipped articles."""
    whole = Assistant(library)
    for action in (ActionAfterInfusion, ActionTold, ActionReact, ActionDecline):
        whole.registers(action)
    return whole


def quoted(assistant: Assistant) -> set[str]:
    """The articles that were quoted."""
    answers = [(each["custom"] or {}).get("answer") or {} for each in assistant.responses]
    return {passage["article"] for answer in answers for passage in answer.get("passages", [])}


@pytest.mark.parametrize("message", ["Can I get a fever after the infusion?", "Will I be tired after the infusion?"])
def test_what_asks_in_general_is_answered_and_nobody_is_told_to_call(assistant: Assistant, message: str) -> None:
    assistant.runs("action_after_infusion", said(message, "after_infusion"), intake={})
    assert quoted(assistant) <= {"fever-and-infusion-reactions", "safety-in-the-bloodstream"}
    assert quoted(assistant)
    assert "112" not in " ".join(assistant.texts)


@pytest.mark.parametrize("message", ["can I take paracetamol, I have a fever since the drip yesterday"])
def test_a_question_beside_a_complaint_is_a_complaint(assistant: Assistant, message: str) -> None:
    assistant.runs("action_after_infusion", said(message, "after_infusion"), intake={})
    assert "112" in assistant.texts[-1]


@pytest.mark.parametrize("action", ["action_after_infusion", "action_answer", "action_unclear", "action_told", "action_react"])
def test_whatever_a_complaint_is_taken_for_it_is_taken_seriously(assistant: Assistant, action: str) -> None:
    assistant.runs(action, said("day 3 and my arm is a bit sore where the needle was", "question"), intake={})
    assert quoted(assistant) == {"after-treatment-and-follow-up"}
    assert assistant.texts[0] in {aftercare().says.heard, aftercare().says.nothing_on}
    assert "112" in assistant.texts[-1]
    assert str(assistant.clinic.email) in assistant.texts[-1]
    assert assistant.buttons == [phrases().offer_person]


def after_a_complaint(*messages: str) -> dict[str, Any]:
    """What a conversation is about after a complaint and some messages."""
    topic = topic_of([("I had my infusion on Monday, its day 3 and my arm is sore", []), *((each, []) for each in messages)])
    assert topic is not None
    return topic.model_dump(mode="json")


@pytest.mark.parametrize(
    "text", ["its a bit blue too, about a coin big", "no its not hot or anything", "no fever, I can walk on it"]
)
def test_a_few_words_more_about_it_belong_to_it(assistant: Assistant, text: str) -> None:
    assistant.runs("action_told", said(text), intake={}, topic=after_a_complaint())
    assert len(assistant.texts) == 1
    assert "112" in assistant.texts[0]
    assert assistant.buttons == [phrases().offer_person]


def test_a_question_after_a_complaint_and_words_long_after_it_do_not() -> None:
    assert not tells_more("can I go swimming on the weekend?")
    assert topic_of([("headache since the drip", []), ("thanks", [])]).since_complaint == 1  # type: ignore[union-attr]
    assert topic_of([("thanks", [])]) is None


def test_a_pattern_that_cannot_be_read_is_named(tmp_path: Any) -> None:
    file = tmp_path / "aftercare.yml"
    text = text_file("knowledge", "aftercare.yml").read_text("utf-8")
    file.write_text(text.replace("sore*, tender", "(sore, tender"), "utf-8")
    with pytest.raises(PhrasesError, match="tender"):
        read_aftercare(file)
    file.write_text(text.replace("  - section: after", "  - told_by: sore\n    section: after"), "utf-8")
    with pytest.raises(PhrasesError, match="everything else"):
        read_aftercare(file)


@pytest.mark.parametrize(
    ("message", "section"),
    [
        ("no rash or itching since the drip, only tired", "which-symptoms-after-an-infusion-are-an-emergency"),
        ("rash since the drip, no fever", "what-does-a-severe-allergic-reaction-look-like"),
        ("my fever is not getting better since the drip", "when-should-i-call-for-help-about-a-fever"),
    ],
)
def test_what_is_denied_does_not_decide_when_to_call(message: str, section: str) -> None:
    assert when_to_call(message)[1] == section


def test_an_unknown_complaint_has_a_passage_on_when_to_call_all_the_same() -> None:
    assert when_to_call("lkjhlkjh since the drip")[0] == "after-treatment-and-follow-up"
