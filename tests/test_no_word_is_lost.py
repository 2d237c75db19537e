"""Every word of an answer is kept with an answer, looked up, or named as one that could not be placed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.fields import REVIEW, the_intake
from intake.judging.plain import letters
from tests.support.talking import Talk

SAYS = the_intake().says
# What people say in one message, whatever was asked: answers to any field, questions, and words that are none.
DETAILS = [
    "Maria Example",
    "my name is Maria Example",
    "maria@mail.example",
    "+370 612 34567",
    "I was born on 14 March 1961",
    "61",
    "I live in Lithuania",
    "diagnosed with multiple sclerosis",
    "knee osteoarthritis since 2019",
    "I take metformin 500 mg",
    "I also take warfarin 5 mg",
    "allergic to penicillin",
    "no clots",
    "I had a blood clot in 2010",
    "never had cancer",
    "I hope to climb the stairs",
    "could come from June on",
    "the weather is lovely",
    "my neighbour recommended you",
    "my left shoulder is stiff",
    "Is fever a bad sign?",
    "how long does it take?",
]
JOINTS = [", ", ". ", "; ", " and ", "\n"]
FIELDS = ["full_name", "contact", "birth", "country", "condition", "medicines", "clots", "travel", REVIEW]
# Words that say which field is meant or what to do with it, and nothing of the answer.
_SMALL = {"take", "allergic", "and", "i", "my", "the", "to", "a", "is", "on", "in"}
_SMALL |= {"hope", "it", "or", "also", "no", "from", "with", "name"}


def words(text: str) -> set[str]:
    return {word for word in letters(text.replace("@", " ")).replace(".", " ").split() if word not in _SMALL}


def kept(talk: Talk, said: str) -> set[str]:
    """Every word that is somewhere: in an answer, in a question that is looked up, or in what was said about the message."""
    answers = " ".join(f"{answer.said} {answer.value}" for answer in talk.record.answers.values())
    return words(" ".join([answers, *talk.looked_up, said]))


def is_asked_again(talk: Talk, field: str, before: int) -> bool:
    """Whether the message as a whole was no answer, and the same is asked once more."""
    return talk.open == field and len(talk.record.answers) == before and not talk.looked_up


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    field=st.sampled_from(FIELDS),
    details=st.lists(st.sampled_from(DETAILS), min_size=1, max_size=3, unique=True),
    joint=st.sampled_from(JOINTS),
)
def test_every_word_of_a_message_is_placed_or_named(field: str, details: list[str], joint: str) -> None:
    message = joint.join(details)
    talk = Talk().until(field)
    before = talk.record
    said = talk.says(message)
    if talk.record.answers == before.answers and not talk.looked_up:
        return  # nothing was taken: it is asked again, or asked back
    assert words(message) - kept(talk, said) == set(), (field, message)


def test_what_could_not_be_placed_is_named_and_the_next_field_is_asked() -> None:
    talk = Talk().until("full_name")
    said = talk.says("Maria Example, the weather is lovely")
    assert SAYS.not_placed.format(words="the weather is lovely") in said
    assert (talk.value("full_name"), talk.open) == ("Maria Example", "contact")


def test_a_press_adds_the_words_to_an_answer_that_is_there() -> None:
    talk = Talk().until("contact")
    talk.says("maria@mail.example")
    talk.until("treatments")
    talk.record = talk.record.model_copy(update={"open_field": "condition"})
    talk.says("knee osteoarthritis")
    talk.says("Add to Condition: the left shoulder is stiff")
    assert talk.value("condition") == "knee osteoarthritis; the left shoulder is stiff"
    assert talk.open == "treatments"


@pytest.mark.parametrize("open_field", ["contact", "hopes", REVIEW])
def test_words_without_a_place_can_be_left_out(open_field: str) -> None:
    talk = Talk().until(open_field)
    before = talk.record.answers
    assert talk.says("Leave it out") == SAYS.left_unplaced
    assert (talk.open, talk.record.answers) == (open_field, before)


@pytest.mark.parametrize(
    ("field", "text", "value", "asked"),
    [
        ("full_name", "Ivana Example, will you show this?", "Ivana Example", "will you show this?"),
        ("birth", "62, is that too old?", {"age": 62}, "is that too old?"),
        ("clots", "yes in 2010, is that a problem?", {"answer": "yes", "detail": "in 2010"}, "is that a problem?"),
    ],
)
def test_an_answer_and_a_question_in_one_message_are_both_dealt_with(field: str, text: str, value: object, asked: str) -> None:
    talk = Talk().until(field)
    talk.says(text)
    assert (talk.value(field), talk.looked_up) == (value, [asked])
    assert talk.open != field


def test_a_text_beside_a_question_is_looked_at_by_a_person() -> None:
    talk = Talk().until("condition")
    talk.says("crohns since 2013, does it help there?")
    assert (talk.value("condition"), talk.record.answers["condition"].to_check) == ("crohns since 2013", True)


def test_a_later_word_about_a_history_changes_the_answer_and_keeps_both() -> None:
    talk = Talk().until("clots")
    talk.says("no")
    talk.until("hopes")
    talk.says("had a blood clot in 2010, I hope to walk again")
    answer = talk.record.answers["clots"]
    assert (answer.value["answer"], answer.to_check) == ("yes", True)
    assert answer.said == "no; had a blood clot in 2010"
