"""From ranked sections to the quotes that are shown: whole paragraphs, few, and never safety beside benefit.

Paragraphs are quoted whole. A clinician approved them as they stand, and the sentence that limits a statement often follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from knowledge.answer import Answer, Quote
from knowledge.article import About
from knowledge.onnx_model import Vectors
from knowledge.passages import Passage
from knowledge.search import Candidate, Search, SectionId

MAX_PASSAGES = 3
MAX_WORDS = 120
MAX_CHOICES = 3
NEAR = 0.25  # a section this much behind the best may say what was asked, too
_SUPPORT = 0.35  # cosine between the question and a paragraph that supports the answer, at least
_BESIDE_IT = 0.45  # cosine between the question and the nearest text of a section of another article, at least
_WORTH_ASKING = 0.45  # cosine between the question and the nearest wording of a choice, at least
_CHOICES_AN_ARTICLE = 2
_BESIDE = 2  # paragraphs of an answer that goes on
_LOOKED_AT = 5  # sections of which a question may be offered there
# What must not stand under one label: whether it harms, whether it helps, and why it might.
_KEPT_APART: frozenset[About] = frozenset({"safety", "benefit", "rationale"})


def compose(
    search: Search, candidates: list[Candidate], vector: Vectors, left_out: Collection[SectionId] = frozenset()
) -> Answer:
    """The answer that the best sections give.

    Args:
        search: what found them.
        candidates: the ranked sections, at least one.
        vector: the embedding of the question.
        left_out: sections of which nothing is quoted beside the best.
    """
    chosen = candidates[0]
    first, _ = search.nearest_passage((chosen.article, chosen.section), vector)
    shown = [first]
    for section in _further(search, candidates, vector, left_out):
        passage, _ = search.nearest_passage(section, vector)
        if len(shown) < MAX_PASSAGES and _may_stand_beside(passage, shown) and _words([*shown, passage]) <= MAX_WORDS:
            shown.append(passage)
    return _answer(search, shown)


def going_on(
    search: Search,
    candidates: list[Candidate],
    vector: Vectors,
    left_out: Collection[SectionId],
    has_shown: Callable[[Quote], bool],
) -> Answer:
    """The answer to a message that goes on: a paragraph of the best section, and of the next if it is nearly as likely.

    Args:
        search: what searches.
        candidates: the ranked sections, at least one.
        vector: the embedding of the message with what it leaves out.
        left_out: sections of which nothing is quoted beside the best.
        has_shown: whether a quote was shown before; another paragraph of the same section is rather taken.
    """
    best = candidates[0]
    near = [passage for passage, _ in search.passages_by_nearness((best.article, best.section), vector)]
    shown = [next((passage for passage in near if not has_shown(_quote(passage))), near[0])]
    for each in candidates[1:MAX_PASSAGES]:
        section = (each.article, each.section)
        if each.score < best.score - NEAR or section in left_out:
            continue
        passage, _ = search.nearest_passage(section, vector)
        if _may_stand_beside(passage, shown) and _words([*shown, passage]) <= MAX_WORDS and not has_shown(_quote(passage)):
            shown.append(passage)
    return _answer(search, shown[:_BESIDE])


def choices_in(search: Search, candidates: list[Candidate]) -> list[str]:
    """The questions of the likeliest sections that are near, to ask which was meant; none unless there are two."""
    near = [each for each in candidates[:_LOOKED_AT] if each.cosine >= _WORTH_ASKING]
    firsts = [search.first_passage((each.article, each.section)) for each in near]
    found = list(dict.fromkeys(first.heading for first in firsts if first.is_question))[:MAX_CHOICES]
    return found if len(found) > 1 else []


def quoting(search: Search, section: SectionId, vector: Vectors) -> Answer:
    """The answer that one section gives: its paragraph that is nearest to a question."""
    return _answer(search, [search.nearest_passage(section, vector)[0]])


def quoting_first(search: Search, answer: Answer) -> Answer:
    """An answer with its first paragraph alone."""
    first = answer.passages[0]
    number = search.section_at(first.article, first.start)
    passages = search.passages_in(search.sections[number]) if number is not None else []
    return next((_answer(search, [each]) for each in passages if each.start == first.start), answer)


def quoting_passages(search: Search, passages: list[Passage]) -> Answer:
    """The answer that these paragraphs give."""
    return _answer(search, passages)


def further_in(search: Search, article: str, vector: Vectors, has_shown: Callable[[Quote], bool]) -> Answer | None:
    """The paragraph of an article that is nearest to a question among those that were not shown; nothing, if all were.

    Args:
        search: what searches.
        article: its slug.
        vector: the embedding of the question.
        has_shown: whether a quote was shown before.
    """
    near = (found for section in search.sections_of(article) for found in search.passages_by_nearness(section, vector))
    left = [(cosine, passage) for passage, cosine in near if not has_shown(_quote(passage))]
    cosine, passage = max(left, key=lambda each: each[0], default=(0.0, None))
    return _answer(search, [passage]) if passage and cosine >= _SUPPORT else None


def _answer(search: Search, shown: list[Passage]) -> Answer:
    ids = dict.fromkeys(source for passage in shown for source in passage.sources)
    return Answer(
        status="answered",
        about=shown[0].about,
        evidence=shown[0].evidence,
        passages=[_quote(passage) for passage in shown],
        sources=[search.generation.sources[name] for name in ids if name in search.generation.sources],
        reviewed_on=min(passage.reviewed_on for passage in shown),
    )


def choices_among(search: Search, candidates: list[Candidate]) -> list[str]:
    """The questions that may have been meant, the likeliest first; none unless at least two came near.

    What only came first because nothing was near would puzzle a patient, so a choice must be near by itself and near the best.
    """
    found: list[str] = []
    articles: list[str] = []
    for candidate in candidates:
        if len(found) == MAX_CHOICES or candidate.score < candidates[0].score - NEAR:
            break
        passage = search.first_passage((candidate.article, candidate.section))
        if (
            passage.is_question
            and candidate.cosine >= _WORTH_ASKING
            and articles.count(candidate.article) < _CHOICES_AN_ARTICLE
        ):
            found.append(passage.heading)
            articles.append(candidate.article)
    return found if len(found) > 1 else []


def _further(
    search: Search, candidates: list[Candidate], vector: Vectors, left_out: Collection[SectionId]
) -> Iterator[SectionId]:
    """What may be shown after the best: other articles that came near, then the article's own text that supports it."""
    best = candidates[0]
    seen = {best.article}
    for candidate in candidates[1:]:
        if candidate.score < best.score - NEAR:
            break
        if candidate.article not in seen and candidate.cosine >= _BESIDE_IT:
            seen.add(candidate.article)
            yield candidate.article, candidate.section
    support = [
        (cosine, section)
        for section in search.sections_of(best.article)
        if section[1] != best.section and section not in left_out
        for passage, cosine in [search.nearest_passage(section, vector)]
        if cosine >= _SUPPORT and not passage.is_question
    ]
    for _, section in sorted(support, reverse=True)[:1]:
        yield section


def _may_stand_beside(passage: Passage, shown: list[Passage]) -> bool:
    kinds = {each.about for each in [*shown, passage]}
    return len(kinds & _KEPT_APART) <= 1 and passage not in shown


def _words(passages: list[Passage]) -> int:
    return sum(len(passage.text.split()) for passage in passages)


def _quote(passage: Passage) -> Quote:
    return Quote(
        article=passage.article,
        version=passage.version,
        title=passage.title,
        heading=passage.heading,
        quote=passage.text,
        start=passage.start,
        end=passage.end,
        url=f"/library/articles/{passage.article}#{passage.section}",
    )
