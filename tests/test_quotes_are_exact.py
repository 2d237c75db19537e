"""Whatever is asked: every quote is character for character in the version that it names, short, and of one kind."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.answer import Answer
from knowledge.composing import MAX_PASSAGES, MAX_WORDS
from knowledge.library import Library

_WORDS = st.sampled_from(
    [
        "does",
        "it",
        "work",
        "is",
        "fever",
        "bad",
        "own",
        "cells",
        "donor",
        "knee",
        "ms",
        "lupus",
        "clots",
        "safe",
        "risk",
        "approved",
        "my",
        "mother",
        "child",
        "trial",
        "drip",
        "hurt",
        "how",
        "long",
        "when",
        "who",
        "why",
        "not",
        "cure",
        "100",
        "guaranteed",
        "autism",
        "heart",
        "stroke",
        "cancer",
        "exosomes",
        "tested",
        "bank",
        "fly",
        "after",
        "and",
        "or",
        "?",
        "ünï",
    ]
)
_QUESTIONS = st.one_of(st.lists(_WORDS, min_size=1, max_size=25).map(" ".join), st.text(max_size=80))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=_QUESTIONS)
def test_every_quote_is_cut_out_of_the_version_that_it_names(library: Library, question: str) -> None:
    for answer in library.ask(question):
        assert (answer.status == "answered") == bool(answer.passages)
        for passage in answer.passages:
            article = library.article(passage.article)
            assert article is not None
            assert passage.version == article.front.version
            assert article.body[passage.start : passage.end] == passage.quote != ""


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=_QUESTIONS)
def test_an_answer_is_short_and_keeps_safety_apart_from_benefit(library: Library, question: str) -> None:
    for answer in library.ask(question):
        assert len(answer.passages) <= MAX_PASSAGES
        words = sum(len(passage.quote.split()) for passage in answer.passages)
        assert words <= MAX_WORDS or len(answer.passages) == 1
        assert not {"safety", "benefit"} <= _kinds(library, answer)


def _kinds(library: Library, answer: Answer) -> set[str]:
    kinds = set()
    for quote in answer.passages:
        article = library.article(quote.article)
        assert article is not None
        section = next(section for section in article.sections if quote.url.endswith(f"#{section.slug}"))
        assert section.meta is not None
        kinds.add(section.meta.about)
    return kinds
