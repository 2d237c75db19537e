"""Whoever measures the answers gets counts, intervals and every miss, and is told about wrong lines in a question set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from commands.cli import app
from knowledge.answer import ABSTAINED, Answer, Quote
from knowledge.errors import QuestionsError
from knowledge.evaluate import Case, Evaluation, Rate, evaluate, read_questions
from knowledge.library import Library

BODIES = {"fever": "## Fever\n\nIt passes.\n", "cost": "## Cost\n\nAsk.\n", "trials": "## Trials\n\nMany.\n"}


@dataclass(frozen=True)
class Found:
    """What a search found."""

    article: str
    score: float = 0.5


@dataclass(frozen=True)
class Said:
    """An answer with its candidates."""

    answer: Answer
    candidates: Sequence[Found]


def quoting(article: str, about: str = "safety", quote: str | None = None, status: str = "answered") -> Answer:
    """An answer that quotes the last line of an article."""
    start = BODIES[article].index("\n\n") + 2
    end = len(BODIES[article]) - 1
    passage = Quote(
        article=article,
        version=1,
        title=article,
        heading=article,
        start=start,
        end=end,
        url="/",
        quote=BODIES[article][start:end] if quote is None else quote,
    )
    return Answer.model_validate(
        {**ABSTAINED.model_dump(), "status": status, "about": about, "passages": [passage.model_dump()]}
    )


def ask(case: Case, *said: Said) -> Evaluation:
    """Measure one question that gets these answers."""
    return evaluate([case], lambda text: said, lambda slug, version: BODIES.get(slug) if version == 1 else None)


def counts(evaluation: Evaluation) -> dict[str, tuple[int, int]]:
    """Each measure as right ones and all."""
    return {name: (rate.count, rate.of) for name, rate in evaluation.overall.items() if rate.of}


FEVER = Case(text="is fever bad", articles=("fever",), about="safety", kind="plain")
MEAL = Case(text="what do I cook", articles=(), kind="offscope")


def test_a_right_answer_counts_everywhere() -> None:
    evaluation = ask(FEVER, Said(quoting("fever"), [Found("fever"), Found("cost")]))
    assert counts(evaluation) == {
        "first": (1, 1),
        "first_candidate": (1, 1),
        "top_three": (1, 1),
        "among_quotes": (1, 1),
        "answered": (1, 1),
        "false_abstention": (0, 1),
        "about": (1, 1),
        "quote_integrity": (1, 1),
    }
    assert evaluation.misses == []


def test_what_is_quoted_and_what_is_ranked_are_two_measures() -> None:
    evaluation = ask(FEVER, Said(quoting("cost"), [Found("cost"), Found("cost"), Found("trials"), Found("fever")]))
    found = counts(evaluation)
    assert (found["first"], found["first_candidate"], found["top_three"]) == ((0, 1), (0, 1), (1, 1))
    assert evaluation.misses[0].wanted == ("fever",)
    assert evaluation.misses[0].got == "answered: cost: cost (safety)"
    assert evaluation.misses[0].score == 0.5


def test_the_fourth_article_is_not_among_the_first_three() -> None:
    found = counts(ask(FEVER, Said(ABSTAINED, [Found("cost"), Found("trials"), Found("other"), Found("fever")])))
    assert found["top_three"] == (0, 1)


def test_any_of_the_acceptable_articles_is_right() -> None:
    case = Case(text="fever?", articles=("trials", "fever"))
    assert counts(ask(case, Said(quoting("fever"), [Found("fever")])))["first"] == (1, 1)


def test_one_right_answer_of_two_is_enough() -> None:
    said = [Said(quoting("cost", "practical"), [Found("cost")]), Said(quoting("fever"), [Found("fever")])]
    found = counts(ask(FEVER, *said))
    assert (found["first"], found["top_three"], found["about"]) == ((1, 1), (1, 1), (1, 1))


def test_a_covered_question_that_is_held_back_is_a_false_abstention() -> None:
    found = counts(ask(FEVER, Said(ABSTAINED, [Found("fever")])))
    assert (found["first"], found["answered"], found["false_abstention"]) == ((0, 1), (0, 1), (1, 1))
    assert "about" not in found  # nothing was said about anything


def test_what_is_not_covered_has_to_be_held_back() -> None:
    assert counts(ask(MEAL, Said(ABSTAINED, [Found("cost")]))) == {"abstention_recall": (1, 1)}
    evaluation = ask(MEAL, Said(quoting("cost"), [Found("cost")]))
    assert counts(evaluation)["abstention_recall"] == (0, 1)
    assert evaluation.misses[0].wanted == ()


def test_handing_over_to_a_person_holds_back_and_offering_passages_does_not() -> None:
    person = ABSTAINED.model_copy(update={"status": "clarify"})
    assert counts(ask(MEAL, Said(person, [])))["abstention_recall"] == (1, 1)
    assert counts(ask(MEAL, Said(quoting("cost", status="clarify"), [])))["abstention_recall"] == (0, 1)


def test_the_wrong_kind_of_answer_is_a_miss() -> None:
    evaluation = ask(FEVER, Said(quoting("fever", about="benefit"), [Found("fever")]))
    assert counts(evaluation)["about"] == (0, 1)
    assert len(evaluation.misses) == 1


@pytest.mark.parametrize("quote", ["It passes", "it passes.", "It passes. ", ""])
def test_a_quote_that_is_not_the_versions_text_is_a_miss(quote: str) -> None:
    evaluation = ask(FEVER, Said(quoting("fever", quote=quote), [Found("fever")]))
    assert counts(evaluation)["quote_integrity"] == (0, 1)
    assert "1 of 1 quotes" in evaluation.misses[0].got


def test_a_quote_of_a_version_that_nobody_has_is_a_miss() -> None:
    answer = quoting("fever")
    passage = answer.passages[0].model_copy(update={"version": 9})
    evaluation = ask(FEVER, Said(answer.model_copy(update={"passages": [passage]}), [Found("fever")]))
    assert counts(evaluation)["quote_integrity"] == (0, 1)


def test_every_kind_has_its_own_numbers() -> None:
    def explain(text: str) -> list[Said]:
        return [Said(quoting("fever"), [Found("fever")])]

    kinds = evaluate([FEVER, MEAL, FEVER], explain, lambda slug, version: BODIES[slug]).kinds
    assert list(kinds) == ["offscope", "plain"]
    assert (kinds["plain"]["first"].count, kinds["plain"]["first"].of) == (2, 2)
    assert kinds["offscope"]["first"].of == 0


def test_intervals_are_those_of_wilson() -> None:
    low, high = Rate(9, 10).interval or (0, 0)
    assert (low, high) == (pytest.approx(0.5958, abs=1e-4), pytest.approx(0.9821, abs=1e-4))
    low, high = Rate(0, 20).interval or (1, 1)
    assert (low, high) == (0.0, pytest.approx(0.1611, abs=1e-4))
    assert Rate(0, 0).interval is None


@given(st.integers(1, 2000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_its_share_and_stays_a_share(count_of: tuple[int, int]) -> None:
    rate = Rate(*count_of)
    assert rate.share is not None
    low, high = rate.interval or (1.0, 0.0)
    assert 0 <= low <= rate.share + 1e-12
    assert rate.share <= high + 1e-12
    assert high <= 1


def test_a_program_reads_the_summary_and_every_answer() -> None:
    value = json.loads(json.dumps(ask(FEVER, Said(quoting("cost"), [Found("cost")])).as_json()))
    assert set(value) == {"summary", "results"}
    assert value["results"][0]["text"] == "is fever bad"
    assert value["results"][0]["answers"][0]["passages"][0]["article"] == "cost"
    assert value["summary"]["overall"]["first"]["count"] == 0
    assert value["summary"]["misses"][0]["text"] == "is fever bad"
    assert set(value["results"][0]) == {"text", "answers"}


def write(file: Path, *rows: Any) -> Path:
    """A question set."""
    file.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), "utf-8")
    return file


def test_question_sets_are_read_in_their_order(tmp_path: Path) -> None:
    one = write(tmp_path / "one.jsonl", {"text": "a", "articles": ["fever"], "about": None, "expected": "answer"}, "")
    other = write(tmp_path / "other.jsonl", {"text": "b", "articles": []})
    assert read_questions([one, other]) == [Case(text="a", articles=("fever",)), Case(text="b", articles=())]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("not json", "the line is not JSON"),
        ("[" * 100_000, "the line is not JSON"),
        ("3", "valid dictionary"),
        ({"articles": []}, "text: field required"),
        ({"text": "", "articles": []}, "text: "),
        ({"text": "a"}, "articles: field required"),
        ({"text": "a", "articles": "fever"}, "articles: "),
        ({"text": "a", "articles": [], "about": "fun"}, "about: "),
    ],
)
def test_a_wrong_line_is_told_with_its_number(tmp_path: Path, row: Any, said: str) -> None:
    file = write(tmp_path / "set.jsonl", {"text": "a", "articles": []}, "", row)
    with pytest.raises(QuestionsError) as refused:
        read_questions([file])
    assert str(refused.value).startswith(f"{file}:3: ")
    assert said in str(refused.value)


def test_all_wrong_lines_are_told_but_not_hundreds(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError) as refused:
        read_questions([write(tmp_path / "set.jsonl", *["no"] * 200)])
    assert len(str(refused.value).splitlines()) == 11
    assert "190 more" in str(refused.value)


@pytest.mark.parametrize(("content", "said"), [(b"", "no question"), (b"\n\n", "no question"), (b"{}\n\xff", ":2: ")])
def test_a_set_that_is_no_set_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "set.jsonl").write_bytes(content)
    with pytest.raises(QuestionsError, match=said):
        read_questions([tmp_path / "set.jsonl"])


def test_a_set_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match="cannot be read"):
        read_questions([tmp_path / "gone.jsonl"])


def test_the_command_tells_of_a_wrong_line_and_fails(tmp_path: Path) -> None:
    file = write(tmp_path / "set.jsonl", "no")
    result = CliRunner().invoke(app, ["kb", "eval", str(file)])
    assert result.exit_code == 1
    assert f"{file}:1: " in result.output


@pytest.mark.slow
def test_the_shipped_library_quotes_its_articles_character_for_character(library: Library) -> None:
    def body_of(slug: str, version: int) -> str | None:
        article = library.article(slug)
        return article.body if article and article.front.version == version else None

    cases = [
        Case(text="is fever after cord cells a bad sign", articles=("fever-and-infusion-reactions",)),
        Case(text="do cord cells help with knee arthritis", articles=("evidence-knee-osteoarthritis",)),
        Case(text="who can read my messages here", articles=("your-privacy-here",)),
    ]
    evaluation = evaluate(cases, library.explain, body_of)
    assert evaluation.overall["first"].count == 3
    assert evaluation.overall["quote_integrity"].of >= 3
    assert evaluation.overall["quote_integrity"].share == 1
