"""How well the library answers a set of questions, measured the way that acceptance measures it.

A question set is JSON lines: ``{"text": "…", "articles": [slug…], "about": "safety"|[…]|null, "kind": "…"}``. A question
without articles is one that the library does not cover: it should abstain. `about` and `kind` may be missing; other
fields are left alone.

Two views of "right" are kept apart. What a patient is shown is judged by the quoted passages: `first` is right if the
first passage of any answer comes from an acceptable article. What the search ranks is judged by the candidates, also
where no answer was given: `first_candidate` and `top_three` look at their first and first three different articles.
"""

from __future__ import annotations

import json
import math
import random
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from knowledge.answer import Answer
from knowledge.article import About
from knowledge.errors import QuestionsError

MEASURES = {
    "first": "right article first, by the quoted passages",
    "first_candidate": "right article first, by the candidates",
    "top_three": "right article in the first three, by the candidates",
    "among_quotes": "right article among the quoted passages",
    "answered": "covered and answered",
    "false_abstention": "covered and held back",
    "abstention_recall": "not covered and held back",
    "about": "right about, of the answered ones that name it",
    "quote_integrity": "quotes that are the version's text, character for character",
}
_Z = 1.959964  # of a 95 % interval
_MISTYPED_FROM = 4  # letters
# Which keys lie beside a letter on an English keyboard.
_KEYBOARD = {
    letter: "".join(row[max(0, at - 1) : at] + row[at + 1 : at + 2])
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for at, letter in enumerate(row)
}
_TOLD = 10  # wrong lines that are told at once


class Case(BaseModel):
    """One question, and which articles may answer it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str = Field(min_length=1)
    articles: tuple[str, ...]  # none: it is not covered
    about: tuple[About, ...] = ()  # each of them would be right; none: it is not judged
    kind: str | None = None

    @field_validator("about", mode="before")
    @classmethod
    def _one_is_a_list(cls, value: object) -> object:
        if value is None:
            return ()
        return (value,) if isinstance(value, str) else value


class Candidate(Protocol):
    """What the search found."""

    @property
    def article(self) -> str:
        """Its article."""

    @property
    def score(self) -> float:
        """How well it fits."""


class Explained(Protocol):
    """An answer with the candidates that it was chosen from."""

    @property
    def answer(self) -> Answer:
        """What the patient is shown."""

    @property
    def candidates(self) -> Sequence[Candidate]:
        """The best first."""


Explain = Callable[[str], Sequence[Explained]]
BodyOf = Callable[[str, int], str | None]
"""Gives the body of a version of an article, if that version was ever published."""


@dataclass(frozen=True)
class Rate:
    """A share with its counts and its Wilson 95 % interval."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """The share; none if nothing was counted."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval (Wilson, 1927), which stays within 0 and 1 and holds for small counts too."""
        if self.share is None:
            return None
        spread = _Z * _Z / self.of
        middle = (self.share + spread / 2) / (1 + spread)
        half = _Z * math.sqrt(self.share * (1 - self.share) / self.of + spread / (4 * self.of)) / (1 + spread)
        return max(0.0, middle - half), min(1.0, middle + half)

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        low, high = self.interval or (None, None)
        return {"share": self.share, "low": low, "high": high, "count": self.count, "of": self.of}

    def __str__(self) -> str:
        """For a person."""
        if self.share is None or self.interval is None:
            return "-"
        low, high = self.interval
        return f"{self.share:6.1%}  [{low:.1%}, {high:.1%}]  {self.count:,} of {self.of:,}"


Rates = Mapping[str, Rate]


@dataclass(frozen=True)
class Miss:
    """A question that went wrong."""

    text: str
    kind: str | None
    wanted: tuple[str, ...]  # none: abstain
    got: str
    score: float | None  # of the best candidate


@dataclass(frozen=True)
class Result:
    """What came back for one question."""

    case: Case
    answers: tuple[Answer, ...]
    candidates: tuple[tuple[str, float], ...]  # article and score, each article once, best first
    whole_quotes: int
    seconds: float

    @property
    def held_back(self) -> bool:
        """Whether nothing was quoted: every answer abstains, or offers a person and no passage."""
        return all(a.status == "abstained" or (a.status == "clarify" and not a.passages) for a in self.answers)

    def outcomes(self) -> dict[str, bool]:
        """Each measure of single questions that applies to this one."""
        if not self.case.articles:
            return {"abstention_recall": self.held_back}
        wanted = set(self.case.articles)
        ranked = [article for article, _ in self.candidates]
        answered = [answer for answer in self.answers if answer.status == "answered"]
        found = {
            "first": any(a.passages[0].article in wanted for a in self.answers if a.passages),
            "first_candidate": bool(wanted.intersection(ranked[:1])),
            "top_three": bool(wanted.intersection(ranked[:3])),
            "among_quotes": any(passage.article in wanted for answer in self.answers for passage in answer.passages),
            "answered": bool(answered),
            "false_abstention": self.held_back,
        }
        if self.case.about and answered:
            found["about"] = any(answer.about in self.case.about for answer in answered)
        return found

    def miss(self) -> Miss | None:
        """What went wrong, if anything did."""
        outcomes = self.outcomes()
        quotes = sum(len(answer.passages) for answer in self.answers)
        right = outcomes.get("first", True) and outcomes.get("abstention_recall", True) and outcomes.get("about", True)
        if right and self.whole_quotes == quotes:
            return None
        got = "; ".join(_told(answer) for answer in self.answers) or "nothing"
        if self.whole_quotes < quotes:
            got += f"; {quotes - self.whole_quotes} of {quotes} quotes are not the version's text"
        score = self.candidates[0][1] if self.candidates else None
        return Miss(self.case.text, self.case.kind, self.case.articles, got, score)


@dataclass(frozen=True)
class Evaluation:
    """All results, and what they come to."""

    results: tuple[Result, ...]

    @property
    def overall(self) -> Rates:
        """Every measure over all questions."""
        return _rates(self.results)

    @property
    def kinds(self) -> Mapping[str, Rates]:
        """Every measure for each kind of question."""
        names = sorted({result.case.kind for result in self.results if result.case.kind})
        return {name: _rates([result for result in self.results if result.case.kind == name]) for name in names}

    @property
    def misses(self) -> list[Miss]:
        """What went wrong, in the order of the questions."""
        return [miss for result in self.results if (miss := result.miss())]

    @property
    def milliseconds(self) -> tuple[float, float]:
        """The median time of one answer, and the time that 95 % stay under."""
        times = sorted(1000 * result.seconds for result in self.results)
        return statistics.median(times), times[math.ceil(0.95 * len(times)) - 1]

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        covered = sum(bool(result.case.articles) for result in self.results)
        median, most = self.milliseconds
        summary = {
            "questions": len(self.results),
            "covered": covered,
            "not_covered": len(self.results) - covered,
            "milliseconds": {"median": round(median, 2), "p95": round(most, 2)},
            "measures": MEASURES,
            "overall": {name: rate.as_json() for name, rate in self.overall.items()},
            "kinds": {kind: {name: rate.as_json() for name, rate in rates.items()} for kind, rates in self.kinds.items()},
            "misses": [
                {"text": m.text, "kind": m.kind, "wanted": list(m.wanted), "got": m.got, "score": m.score} for m in self.misses
            ],
        }
        answers = [
            {"text": result.case.text, "answers": [answer.model_dump(mode="json") for answer in result.answers]}
            for result in self.results
        ]
        return {"summary": summary, "results": answers}


def evaluate(cases: Iterable[Case], explain: Explain, body_of: BodyOf) -> Evaluation:
    """Ask every question once.

    Args:
        cases: the questions; at least one.
        explain: `Library.explain`.
        body_of: where the text of each version is kept, to compare the quotes with.
    """
    return Evaluation(tuple(_ask(case, explain, body_of) for case in cases))


def with_typos(case: Case, every: int = 3) -> Case:
    """The same question with a typing mistake in every third word of four letters or more; always the same mistakes."""
    dice = random.Random(case.text)  # noqa: S311  -- to make mistakes, not secrets
    words = case.text.split(" ")
    long = [number for number, word in enumerate(words) if len(word) >= _MISTYPED_FROM]
    for number in long[::every]:
        words[number] = _mistyped(words[number], dice)
    return case.model_copy(update={"text": " ".join(words)})


def _mistyped(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word) - 1)
    kind = dice.choice(("swapped", "left out", "doubled", "neighbour"))
    if kind == "swapped":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "left out":
        return word[:at] + word[at + 1 :]
    if kind == "doubled":
        return word[: at + 1] + word[at:]
    keys = _KEYBOARD.get(word[at].lower(), word[at])
    return word[:at] + dice.choice(keys) + word[at + 1 :]


def read_questions(files: Iterable[Path]) -> list[Case]:
    """Read question sets.

    Raises:
        QuestionsError: naming each wrong line and what is wrong with it.
    """
    cases: list[Case] = []
    for file in files:
        found, wrong = _read(file)
        if wrong:
            more = [f"… and {len(wrong) - _TOLD} more lines."] if len(wrong) > _TOLD else []
            raise QuestionsError("\n".join([*wrong[:_TOLD], *more]))
        if not found:
            raise QuestionsError(f"{file}: the file holds no question.")
        cases += found
    return cases


def _read(file: Path) -> tuple[list[Case], list[str]]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        return [], [f"{file}:{number}: the file is not UTF-8 text."]
    except OSError as error:
        return [], [f"{file}: the file cannot be read: {error.strerror}."]
    cases: list[Case] = []
    wrong: list[str] = []
    for number, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        try:
            cases.append(Case.model_validate(json.loads(written)))
        except (ValidationError, ValueError, RecursionError) as error:
            wrong.append(f"{file}:{number}: {_explain(error)}")
    return cases, wrong


def _explain(error: Exception) -> str:
    if isinstance(error, ValidationError):
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"] if not isinstance(part, int))
        return f"{where + ': ' if where else ''}{problem['msg'].lower()}."
    return 'the line is not JSON; write {"text": "…", "articles": ["…"], "about": null}.'


def _ask(case: Case, explain: Explain, body_of: BodyOf) -> Result:
    start = time.perf_counter()
    explanations = explain(case.text)
    seconds = time.perf_counter() - start
    ranked: dict[str, float] = {}
    for candidate in _in_turn([explanation.candidates for explanation in explanations]):
        ranked.setdefault(candidate.article, candidate.score)
    answers = tuple(explanation.answer for explanation in explanations)
    quotes = [quote for answer in answers for quote in answer.passages]
    whole = sum((body_of(q.article, q.version) or "")[q.start : q.end] == q.quote != "" for q in quotes)
    return Result(case, answers, tuple(ranked.items()), whole, seconds)


def _in_turn(rankings: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """The candidates of all parts of a message: the first of each part, then the second of each."""
    longest = max((len(ranking) for ranking in rankings), default=0)
    return [ranking[place] for place in range(longest) for ranking in rankings if place < len(ranking)]


def _rates(results: Sequence[Result]) -> Rates:
    outcomes = [result.outcomes() for result in results]
    rates = {}
    for name in MEASURES:
        applied = [each[name] for each in outcomes if name in each]
        rates[name] = Rate(sum(applied), len(applied))
    quotes = sum(len(answer.passages) for result in results for answer in result.answers)
    rates["quote_integrity"] = Rate(sum(result.whole_quotes for result in results), quotes)
    return rates


def _told(answer: Answer) -> str:
    if not answer.passages:
        return answer.status
    first = answer.passages[0]
    return f"{answer.status}: {first.article}: {first.heading} ({answer.about})"
