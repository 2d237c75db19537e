"""A text falls into sentences, clauses and questions in one way everywhere, and no word of it is changed or lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergencies.classifier import parts_of
from intake.fields import the_intake
from intake.reading import clauses_of
from knowledge.questions import questions_in
from language.questions import looks_like_a_question
from language.sentences import CHAT, ELSEWHERE, HASTE, PARTS, PROSE, Ends, sentence_spans, sentences


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("knee pain. since 2019! what now?yes", ["knee pain.", "since 2019!", "what now?", "yes"]),
        ("I take aspirin; no clots\nlives in Spain", ["I take aspirin;", "no clots", "lives in Spain"]),
        (
            "Dr. J. Example saw me on 14. 3. 2020. He said no. 2 weeks later I fell",
            ["Dr. J. Example saw me on 14. 3. 2020.", "He said no.", "2 weeks later I fell"],
        ),
        ("my address is maria@mail.example. I am 61.5 kg", ["my address is maria@mail.example.", "I am 61.5 kg"]),
        ("pain, e.g. at night. it hurts", ["pain, e.g. at night.", "it hurts"]),
        ("well... it hurts", ["well...", "it hurts"]),
        ("它有用吗？谢谢", ["它有用吗？", "谢谢"]),
        ("👍", ["👍"]),
        ("...", []),
    ],
)
def test_a_message_falls_into_sentences(message: str, expected: list[str]) -> None:
    assert sentences(message, CHAT) == expected


def test_in_haste_a_missing_space_ends_a_sentence_and_dots_do_not() -> None:
    assert sentences("chest pain.cant breathe... help\nplease", HASTE) == ["chest pain.", "cant breathe... help\nplease"]


def test_a_message_in_another_language_needs_no_blank_between_sentences() -> None:
    assert sentences("谢谢。怎么寄文件？", ELSEWHERE) == ["谢谢。", "怎么寄文件？"]
    assert sentences("danke.wie viel kostet es?", ELSEWHERE) == ["danke.", "wie viel kostet es?"]
    assert sentences("धन्यवाद। कितना खर्च होगा?", ELSEWHERE) == ["धन्यवाद।", "कितना खर्च होगा?"]


def test_the_smallest_parts_of_a_message_end_at_dashes_too() -> None:
    assert sentences("I have a question – my arm is numb… what now", PARTS) == [
        "I have a question",
        "my arm is numb…",
        "what now",
    ]
    assert parts_of("One. Two. I have a question about costs; my arm is numb since noon - help me") == [
        "One. Two. I have a question about costs;",
        "my arm is numb since noon help me",
    ]


@given(st.text(), st.sampled_from([PROSE, CHAT, ELSEWHERE, HASTE, PARTS]))
def test_nothing_but_space_and_dashes_lies_between_sentences(text: str, ends: Ends) -> None:
    spans = sentence_spans(text, ends)
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    between = "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    assert not between.strip(" –—-\t\n") or not between.strip()


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("Maria Example, 61, I take aspirin", ["Maria Example", "61", "I take aspirin"]),
        ("I take aspirin and am allergic to latex and dust", ["I take aspirin", "am allergic to latex and dust"]),
        ("vitamin D 2,5 mg", ["vitamin D 2,5 mg"]),
        ("Dr. Jonas Example; born 14. 3. 1961", ["Dr. Jonas Example", "born 14. 3. 1961"]),
        ("allergic to dust and latex, no cancer", ["allergic to dust and latex", "no cancer"]),
    ],
)
def test_details_are_parted_where_another_begins(message: str, parts: list[str]) -> None:
    assert clauses_of(message, the_intake().fields) == parts


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("Dr. Example says it helps, e.g. with knees. Is it safe for me? and what does it cost me", 2),
        ("does it help and is it safe for him?", 2),
        ("Is 2.5 million cells enough for a knee?", 1),
        ("Does it help with knees? How come?", 1),
        ("Does it help with knees? So, how come?", 2),
    ],
)
def test_two_questions_are_parted_and_one_is_not(message: str, questions: int) -> None:
    assert len(questions_in(message)) == questions


@pytest.mark.parametrize(
    "text",
    [
        "what does it cost",
        "Is it safe",
        "isn’t it dangerous",
        "是吗？",
        "really?",
        "هل هو آمن؟",
        "I can't just stop it can I",
        "we are not too old, are we",
    ],
)
def test_a_question_is_known_by_its_form(text: str) -> None:
    assert looks_like_a_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "so do I and so does she",
        "as much as I can",
        "I do what I can",
        "Will May",
        "have two stents",
        "don't take any",
        "do not know",
        "was treated with cortisone",
        "?",
        "",
        "any time",
    ],
)
def test_an_answer_is_no_question(text: str) -> None:
    assert not looks_like_a_question(text)
