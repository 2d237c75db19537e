"""What a change of articles can touch: the questions whose answers may be others afterwards, and which are.

A change moves answers near what was changed. So the questions of the changed articles are asked, and of all others those that
lie nearest to a text that is new or gone. The rest of the library is as far from the change as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.check import Checked, Question
from knowledge.encoder import Encoder
from knowledge.generation import Generation, content_with, trial_generation
from knowledge.library import Explanation, Library
from knowledge.onnx_model import Vectors

MOST = 300  # questions that are asked of both
_MOST_AT_ONCE = 60  # where somebody waits at the terminal
_OWN = 0.5  # of them, at most, are those of the changed articles


@dataclass(frozen=True)
class Asked:
    """A question, and which article should answer it."""

    text: str
    articles: tuple[str, ...]  # any of these; none if it is to be declined
    kind: str  # heading, wording, beside, declined; reviewed
    review: int | None = None  # the one that it comes from, and stays with


@dataclass(frozen=True)
class Outcome:
    """What a question is answered with."""

    article: str | None  # quoted first; none without an answer
    section: str | None
    quote: str | None
    status: str


@dataclass(frozen=True)
class Change:
    """A question that is answered otherwise after a change."""

    asked: Asked
    before: Outcome
    after: Outcome

    @property
    def breaks(self) -> bool:
        """Whether it was answered rightly before and is not any more."""
        return _is_right(self.asked, self.before) and not _is_right(self.asked, self.after)

    @property
    def mends(self) -> bool:
        """Whether it is answered rightly now and was not before."""
        return _is_right(self.asked, self.after) and not _is_right(self.asked, self.before)


@dataclass(frozen=True)
class Effect:
    """What a change does to the answers."""

    asked: int
    changes: tuple[Change, ...]  # those that break first

    @property
    def broken(self) -> tuple[Change, ...]:
        """Those that are answered worse."""
        return tuple(change for change in self.changes if change.breaks)


@dataclass(frozen=True)
class FilesTried:
    """The files as they would be answered from."""

    library: Library
    changed: set[str]  # articles
    questions: list[Question]  # that the change can touch


def new_texts(before: Generation, after: Generation) -> set[str]:
    """The texts of the index that are in one of the two and not in the other."""
    return {entry.text for entry in before.entries} ^ {entry.text for entry in after.entries}


def changed_articles(before: Generation, after: Generation) -> set[str]:
    """The articles of which some text, or what stands beside it, is another; also those that came or went."""
    slugs = before.articles.keys() | after.articles.keys()
    texts = _texts_of(before), _texts_of(after)
    same = {slug for slug in slugs if texts[0].get(slug) == texts[1].get(slug)}
    return {slug for slug in slugs if slug not in same or _body(before, slug) != _body(after, slug)}


def touched(
    questions: Sequence[Asked],
    changed: Iterable[str],
    generations: tuple[Generation, Generation],
    encoder: Encoder,
    most: int = MOST,
) -> list[Asked]:
    """The questions to ask: those of the changed articles, and of all others the nearest to what was changed.

    Args:
        questions: all that are known; each once.
        changed: the articles.
        generations: before and after the change.
        encoder: embeds what is in neither.
        most: how many.
    """
    slugs = set(changed)
    texts = sorted(new_texts(*generations))
    own = [each for each in questions if slugs & set(each.articles)]
    others = [each for each in questions if not slugs & set(each.articles)]
    if not texts or not questions:
        return own[:most]
    vectors = _vectors(generations, encoder)
    moved = vectors(texts)
    own = _nearest(own, vectors, moved, max(int(most * _OWN), most - len(others)))
    return [*own, *_nearest(others, vectors, moved, most - len(own))]


def trial_of_the_files(
    content: Path, checked: Checked, library: Library, encoder: Encoder, most: int = _MOST_AT_ONCE
) -> FilesTried:
    """The library as it would be if the files were published now, and what to ask it.

    Args:
        content: the folder with the files.
        checked: what was read in it.
        library: what is in use.
        encoder: embeds what is new.
        most: how many questions.

    Raises:
        KnowledgeError: if nothing could be answered from it.
    """
    articles = [article for article in checked.articles if article.front.status == "published"]
    before = library.generation
    after = trial_generation(before, content_with(content, articles, []), encoder)
    changed = changed_articles(before, after)
    known = {question.text: question for question in checked.questions if question.kind in {"heading", "wording"}}
    asked = touched([as_asked(each) for each in known.values()], changed, (before, after), encoder, most) if changed else []
    return FilesTried(library.beside(after), changed, [known[each.text] for each in asked])


def effect_of(before: Library, after: Library, asked: Sequence[Asked]) -> Effect:
    """Ask both, and tell which answers are others."""
    changes = [Change(each, outcome_of(before, each.text), outcome_of(after, each.text)) for each in asked]
    others = [change for change in changes if change.before != change.after]
    return Effect(len(asked), tuple(sorted(others, key=lambda change: (not change.breaks, not change.mends))))


def outcome_of(library: Library, question: str) -> Outcome:
    """What a question is answered with first."""
    first: Explanation = library.explain(question)[0]
    quotes = first.answer.passages
    if not quotes:
        return Outcome(None, None, None, first.answer.status)
    return Outcome(quotes[0].article, quotes[0].heading, quotes[0].quote, first.answer.status)


def as_asked(question: Question) -> Asked:
    """A question of the files, to be asked."""
    return Asked(question.text, (question.article,) if question.article else (), question.kind)


def _is_right(asked: Asked, outcome: Outcome) -> bool:
    return outcome.article in asked.articles if asked.articles else outcome.article is None


def _nearest(questions: list[Asked], vectors: Callable[[list[str]], Vectors], moved: Vectors, most: int) -> list[Asked]:
    """Those that lie nearest to what was moved; all, if there are no more than wanted."""
    if len(questions) <= most:
        return questions
    near = (vectors([each.text for each in questions]) @ moved.T).max(axis=1)
    return [questions[at] for at in np.argsort(-near, kind="stable")[: max(most, 0)].tolist()]


def _vectors(generations: tuple[Generation, Generation], encoder: Encoder) -> Callable[[list[str]], Vectors]:
    known: dict[str, tuple[int, int]] = {}
    for number, generation in enumerate(generations):
        known |= {entry.text: (number, row) for row, entry in enumerate(generation.entries)}

    def vectors(texts: list[str]) -> Vectors:
        found = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
        for number, generation in enumerate(generations):
            places = [at for at, text in enumerate(texts) if known.get(text, (-1, 0))[0] == number]
            if places:
                found[places] = generation.dense.rows(np.array([known[texts[at]][1] for at in places]))
        missing = [at for at, text in enumerate(texts) if text not in known]
        if missing:
            found[missing] = encoder.encode([texts[at] for at in missing])
        return found

    return vectors


def _texts_of(generation: Generation) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {slug: [] for slug in generation.articles}
    for entry in generation.entries:
        found[generation.passages[entry.passage].article].append(entry.text)
    return found


def _body(generation: Generation, slug: str) -> str | None:
    article = generation.articles.get(slug)
    return article.body if article else None
