"""Whatever is asked: every quote is character for character in the version that it names, short, and of one kind."""

from __future__ import annotations

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordial.bootstrap import PROJECT
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
WORDINGS = [
    text
    for file in sorted((PROJECT / "knowledge" / "wordings").glob("*.yml"))
    for texts in yaml.safe_load(file.read_text("utf-8")).values()
    for text in texts
]
_QUESTIONS = st.one_of(st.sampled_from(WORDINGS), st.lists(_WORDS, min_size=1, max_size=25).map(" ".join), st.text(max_size=80))


def check(library: Library, question: str) -> bool:
    """Whether a question is answered, after a look at every quote of every answer."""
    answers = library.ask(question)
    for answer in answers:
        assert (answer.status == "answered") == bool(answer.passages)
        assert len(answer.passages) <= MAX_PASSAGES
        words = [len(passage.quote.split()) for passage in answer.passages]
        assert sum(words) <= max(MAX_WORDS, *words[:1], 0), "only the first may be longer"
        assert len(_kinds(library, answer) & {"safety", "benefit", "rationale"}) <= 1, (
            "whether it harms, whether it helps, and why it might are told apart"
        )
        for passage in answer.passages:
            article = library.article(passage.article)
            assert article is not None
            assert passage.version == article.front.version
            assert article.body[passage.start : passage.end] == passage.quote != ""
    return any(answer.passages for answer in answers)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=_QUESTIONS)
def test_whatever_is_asked_every_quote_is_exact_short_and_of_one_kind(library: Library, question: str) -> None:
    check(library, question)


def test_what_the_articles_are_asked_is_answered_with_exact_quotes(library: Library) -> None:
    asked = WORDINGS[:: max(1, len(WORDINGS) // 100)]
    answered = [question for question in asked if check(library, question)]
    assert len(answered) > len(asked) / 2


def _kinds(library: Library, answer: Answer) -> set[str]:
    kinds = set()
    for quote in answer.passages:
        article = library.article(quote.article)
        assert article is not None
        section = next(section for section in article.sections if quote.url.endswith(f"#{section.slug}"))
        assert section.meta is not None
        kinds.add(section.meta.about)
    return kinds
