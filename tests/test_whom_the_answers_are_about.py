"""For whom the answers are, and whether a parent or guardian gives them: as people say it, and never by a word by the way."""

from __future__ import annotations

import pytest

from commands.data_files import data_files
from cordial.settings import load_settings
from intake.fields import the_intake
from intake.judge import judge
from intake.judging.results import Context, Understood
from language.family import FILE, read_family
from language.yes_and_no import read_yes_and_no
from tests.support.talking import TODAY, Talk


def understood(field: str, text: str) -> object:
    """What is understood; nothing if it is asked again."""
    judged = judge(the_intake().field(field), text, Context("LT", TODAY))
    return judged.value if isinstance(judged, Understood) else None


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("it is for me", "me"),
        ("my own shoulder", "me"),
        ("I am the patient", "me"),
        ("My sister is typing for me, but I'm the one who is ill", "me"),
        ("para mí misma", "me"),
        ("our boy, he is 7", "my_child"),
        ("MY DAUGHTER SHE IS 11", "my_child"),
        ("our newborn, 20 days", "my_child"),
        ("my son, 20 months", "my_child"),
        ("my stepdaughter, fifteen", "my_child"),
        ("für unseren Sohn, 8 Jahre", "my_child"),
        ("dla mojej córki", "my_child"),
        ("kızım için", "my_child"),
        ("给我女儿", "my_child"),
        ("my granny", "another_adult"),
        ("my uncle he is 77", "another_adult"),
        ("On behalf of a neighbour who cannot type", "another_adult"),
        ("the one who is ill is my wife", "another_adult"),
        ("per mia moglie", "another_adult"),
        ("для бабушки", "another_adult"),
        ("お父さんについて", "another_adult"),
        ("Not for my children this time. It is for my husband", "another_adult"),
    ],
)
def test_whom_it_is_for_is_understood_in_many_words(text: str, whom: str) -> None:
    assert understood("for_whom", text) == whom


@pytest.mark.parametrize(
    "text",
    [
        "my son, he is 41",
        "my daughter, she turned nineteen",
        "my grown-up son",
        "my boy, born in 1988",
        "meine Tochter, 35",
        "mi hijo, 28 años",
        "my son will be 30 in May",
    ],
)
def test_a_son_or_daughter_of_18_or_more_is_another_adult(text: str) -> None:
    assert understood("for_whom", text) == "another_adult"


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("My child. No, sorry, I meant my brother", "another_adult"),
        ("me, no wait, my mother", "another_adult"),
        ("my wife. Correction: myself", "me"),
    ],
)
def test_of_a_correction_the_last_word_counts(text: str, whom: str) -> None:
    assert understood("for_whom", text) == whom


@pytest.mark.parametrize(
    "text",
    [
        "the patient",
        "me and my brother",
        "my son and I",
        "our cat",
        "a friend's daughter",
        "my little nephew, 6",
        "who knows",
        "not me",
    ],
)
def test_what_may_be_anybody_is_asked_again(text: str) -> None:
    assert understood("for_whom", text) is None


def test_an_age_beside_the_choice_is_kept_as_well() -> None:
    talk = Talk()
    talk.says("start the intake", "start_intake")
    talk.says("I agree", "affirm")
    talk.says("my daughter, she is 33")
    assert (talk.value("for_whom"), talk.value("birth")) == ("another_adult", {"age": 33})


@pytest.mark.parametrize(
    "text",
    [
        "Yes I am",
        "I'm his dad",
        "BOTH PARENTS ARE HERE, YES",
        "no, sorry, I meant yes, I am her mum",
        "Not the mother, the legal guardian",
        "his uncle, the court gave me custody",
        "elder sister, 26, I have guardianship since 2021",
        "ich bin die Mutter",
        "je suis son père",
        "jestem tatą",
        "soy su tutora legal",
        "yes, legal guardian since 2020",
    ],
)
def test_a_parent_or_guardian_says_so_in_many_words(text: str) -> None:
    assert understood("guardian", text) is True


@pytest.mark.parametrize(
    "text", ["no", "I am his cousin", "no, I am the patient", "I'm her aunt, I am not the guardian", "нет"]
)
def test_a_clear_no_is_one(text: str) -> None:
    assert understood("guardian", text) is False


@pytest.mark.parametrize(
    "text",
    [
        "My mother is at work",
        "both parents died, mother and father",
        "the father is not here, yes",
        "yes, her mother is here",
        "full custody with his mother",
        "meine Mama",
        "annem",
        "I lost custody",
        "I have no custody",
        "I asked for custody",
        "yes no",
        "yes, I am her sister",
        "if you need one, I am his father",
        "I am his mother, 16",
        "my dad says yes",
    ],
)
def test_nobody_becomes_a_guardian_by_a_word_that_happens_to_stand_there(text: str) -> None:
    assert understood("guardian", text) is None
    talk = Talk().until("for_whom")
    talk.says("My child")
    talk.chooses({"full_name": "Lukas Example", "birth": {"age": 9}, "contact": {"by": "email", "value": "ona@mail.example"}})
    assert talk.open == "guardian"
    talk.says(text)
    assert (talk.open, talk.value("guardian")) == ("guardian", None)


@pytest.mark.parametrize(
    "text", ["If it is free, I agree", "first the price, then yes", "If my doctor agrees, I agree. What does it cost?"]
)
def test_a_part_of_a_condition_is_no_agreement(text: str) -> None:
    talk = Talk()
    talk.says("start the intake", "start_intake")
    talk.says(text)
    assert (talk.open, talk.record.answers) == ("consent", {})


def test_every_language_has_its_words_for_a_family() -> None:
    assert sorted(read_family()) == sorted(read_yes_and_no())
    assert FILE in [each.file for each in data_files(load_settings())], "a mistake in it is told at the start"


@pytest.mark.parametrize("text", ["for us", "both of us", "it is for all of us"])
def test_us_is_no_country_where_somebody_says_for_whom_it_is(text: str) -> None:
    talk = Talk().until("for_whom")
    talk.says(text)
    assert talk.open == "for_whom"
    assert talk.value("country") is None
