"""What editors ask of the library: what is wrong with a text, what it would answer, and to publish it.

Who may do what, and when, is in `drafts.py`; the pages are in `web/console/`.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from desk.articles.drafts import Seen, keep_effect, numbered, published
from desk.cases.reviews import all_reviews, evaluation_lines, wordings
from desk.database import Database
from desk.models import ArticleDraft
from knowledge.article import Article, parse_article, parse_article_and_layout
from knowledge.article_rules import Page, Problem
from knowledge.check import check_content
from knowledge.editing import CannotEdit, Signed, as_published, as_retired, digest_of, taken_apart
from knowledge.errors import ArticleError, KnowledgeError
from knowledge.generation import trial_generation
from knowledge.grade import reading_grade
from knowledge.library import Explanation, Library
from knowledge.passages import Passage, passages_of
from knowledge.publishing import (
    Note,
    Shelf,
    Step,
    content_after,
    is_free,
    next_version,
    publish_article,
    retire_article,
    text_on_file,
)
from knowledge.touching import Asked, Effect, Outcome, as_asked, changed_articles, effect_of, touched

_BUSY_SECONDS = 60
_TRIALS = 2  # kept, so that the next question about the same draft is answered at once
_SHOWN = 40  # changes of answers that are kept with a draft
_heavy = threading.Lock()  # one at a time: what patients ask comes first
_trials: OrderedDict[tuple[str, str, str], Library] = OrderedDict()


class Busy(Exception):
    """Somebody else's article is being tried or published."""


class Refused(Exception):
    """A text cannot be published as it is; `problems` says why."""

    def __init__(self, problems: list[Finding]) -> None:
        """Say what is wrong."""
        super().__init__(len(problems))
        self.problems = problems


class MakesWorse(Exception):
    """Other questions would be answered worse, and nobody has said why that is right."""


@dataclass(frozen=True)
class Workshop:
    """Where articles are worked on: the records, the library that answers now, and where its articles are kept."""

    database: Database
    library: Library
    shelf: Shelf


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a text, at its place."""

    line: int  # in the whole text
    where: str  # such as "text, line 12"
    written: str  # what stands on that line
    problem: str
    elsewhere: str = ""  # the other file, if it is not in this text


@dataclass(frozen=True)
class Look:
    """A text as it would be published."""

    findings: list[Finding]
    passages: list[Passage]
    words: int
    grade: float | None
    article: Article | None


@dataclass(frozen=True)
class Tried:
    """The answers to one question before and after."""

    question: str
    before: list[Explanation]
    after: list[Explanation]


def look_at(workshop: Workshop, slug: str, text: str) -> Look:
    """What a text would be if it were published today."""
    shelf = workshop.shelf
    try:
        signed = as_published(text, Signed(next_version(shelf, slug), _today()))
    except CannotEdit as error:
        return Look([Finding(1, "front matter", "", str(error))], [], 0, None, None)
    found = findings_of(workshop, slug, signed)
    try:
        article, layout = parse_article_and_layout(signed, shelf.file_of(slug))
    except ArticleError:
        return Look(found, [], 0, None, None)
    read = Page(slug, article, layout)
    plain = [read.text_of(paragraph) for _, paragraph in read.paragraphs()]
    words = sum(len(paragraph.split()) for paragraph in plain)
    grade = reading_grade(plain) if words else None
    return Look(found, passages_of(article), words, grade, article)


def findings_of(workshop: Workshop, slug: str, text: str) -> list[Finding]:
    """What `cordial kb check` would say of a text, and what it would newly say of the other articles."""
    shelf = workshop.shelf
    name = f"{shelf.content.name}/articles/{slug}.md"
    before = set(check_content(shelf.content, _today(), only=()).problems)
    problems = check_content(shelf.content, _today(), only=(slug,), instead={slug: text}).problems
    ours = [each for each in problems if each.file == name]
    others = [each for each in problems if each.file != name and each not in before]
    return [_finding(text, each) for each in ours] + [_elsewhere(each) for each in others]


def try_question(workshop: Workshop, draft: ArticleDraft, question: str) -> Tried:
    """The answers to a question today, and with the draft in place.

    Raises:
        Refused: if the draft cannot be read as an article.
        Busy: if that is done for somebody else just now.
    """
    with _alone():
        library = workshop.library
        after = _trial(workshop, library, draft)
        return Tried(question, library.explain(question), after.explain(question))


def find_effect(workshop: Workshop, draft: ArticleDraft) -> dict[str, Any]:
    """Which answers a draft would change, of those that it can touch; kept with the draft.

    Raises:
        Refused: if the draft cannot be read as an article.
        Busy: if that is done for somebody else just now.
    """
    with _alone():
        return _as_shown(workshop, _effect(workshop, draft))


def known_effect(workshop: Workshop, draft: ArticleDraft) -> dict[str, Any] | None:
    """What was found before, if it is of this text and of the index in use."""
    found = draft.effect
    current = (workshop.library.generation.id, draft.revision)
    return _as_shown(workshop, found) if found and (found["generation"], found["revision"]) == current else None


def publish(workshop: Workshop, seen: Seen, draft: ArticleDraft, override: str) -> int:
    """Publish an approved draft; gives its version.

    Raises:
        Refused: if something is wrong with the text.
        MakesWorse: if other questions would be answered worse, and no reason is given.
        Busy: if that is done for somebody else just now.
        KnowledgeError: if the file was changed meanwhile or cannot be written.
        ChangedMeanwhile, NotNow, NotTheirs, OwnText: by the rules of `desk/articles`.
    """
    shelf = workshop.shelf
    with _alone():
        number = draft.number if draft.number and _is_ours(shelf, draft, draft.number) else next_version(shelf, draft.slug)
        with workshop.database.write() as session:
            draft = numbered(session, seen, number)
        text = _signed(draft, number)
        if wrong := findings_of(workshop, draft.slug, text):
            raise Refused(wrong)
        effect = known_effect(workshop, draft) or _effect(workshop, draft)
        if effect["broken"] and not override:
            raise MakesWorse
        note = Note(number, "published", draft.reason, draft.author_id, draft.reviewer_id)
        tried = _trials.get(_key(workshop, draft, shelf))
        step = Step(draft.slug, text, draft.base_text, tried.generation if tried else None)
        publish_article(shelf, step, note)
        workshop.library.refresh()
        with workshop.database.write() as session:
            published(session, seen, override if effect["broken"] else "")
        return number


def retire(workshop: Workshop, slug: str, reason: str, user_id: str) -> int:
    """Take an article out of use at once; gives the version that was in use.

    Raises:
        KnowledgeError: if its file cannot be read or written, or nothing would be left.
        CannotEdit: if its file cannot be taken apart.
        Busy: if somebody else's article is being published just now.
    """
    shelf = workshop.shelf
    with _alone():
        text = text_on_file(shelf, slug)
        in_use = workshop.library.article(slug)
        version = in_use.front.version if in_use else next_version(shelf, slug) - 1
        retire_article(shelf, Step(slug, as_retired(text), text), Note(version, "retired", reason, user_id))
        workshop.library.refresh()
        return version


def _is_ours(shelf: Shelf, draft: ArticleDraft, number: int) -> bool:
    return is_free(shelf, draft.slug, number, _signed(draft, number))


def _signed(draft: ArticleDraft, number: int) -> str:
    return as_published(draft.text, Signed(number, draft.reviewed_on or _today(), draft.reviewer_role))


@contextmanager
def _alone() -> Iterator[None]:
    if not _heavy.acquire(timeout=_BUSY_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _heavy.release()


def _trial(workshop: Workshop, library: Library, draft: ArticleDraft) -> Library:
    """A library with the draft in the place of its article."""
    shelf, before = workshop.shelf, library.generation
    text = _for_trial(shelf, draft)
    key = _key(workshop, draft, shelf)
    if key not in _trials:
        try:
            article = parse_article(text, shelf.file_of(draft.slug))
            made = trial_generation(before, content_after(shelf, draft.slug, article), workshop.shelf.encoder)
        except KnowledgeError:
            raise Refused(findings_of(workshop, draft.slug, text)) from None
        _trials[key] = library.beside(made)
        while len(_trials) > _TRIALS:
            _trials.popitem(last=False)
    return _trials[key]


def _key(workshop: Workshop, draft: ArticleDraft, shelf: Shelf) -> tuple[str, str, str]:
    return workshop.library.generation.id, draft.slug, digest_of(_for_trial(shelf, draft))


def _for_trial(shelf: Shelf, draft: ArticleDraft) -> str:
    try:
        return as_published(draft.text, Signed(draft.number or next_version(shelf, draft.slug), _today()))
    except CannotEdit as error:
        raise Refused([Finding(1, "front matter", "", str(error))]) from None


def _effect(workshop: Workshop, draft: ArticleDraft) -> dict[str, Any]:
    started = time.perf_counter()
    library = workshop.library
    after = _trial(workshop, library, draft)
    generations = (library.generation, after.generation)
    changed = changed_articles(*generations) & {draft.slug}
    asked = touched(_questions(workshop, draft), changed, generations, workshop.shelf.encoder) if changed else []
    found = _as_json(effect_of(library, after, asked), generations[0].id, draft.revision, time.perf_counter() - started)
    with workshop.database.write() as session:
        keep_effect(session, draft.id, draft.revision, found)
    return found


def _questions(workshop: Workshop, draft: ArticleDraft) -> list[Asked]:
    """Every question of which it is known what should answer it: those of the files with the draft in place, and of reviews."""
    shelf = workshop.shelf
    checked = check_content(shelf.content, _today(), only=(), instead={draft.slug: _for_trial(shelf, draft)})
    own = [as_asked(question) for question in checked.questions if question.kind != "draft"]
    with workshop.database.read() as session:
        reviews = all_reviews(session, most=1_000)
    lines = [(each.id, line) for each in reviews for line in evaluation_lines([each])]
    kept = [Asked(line["text"], tuple(line["articles"]), "reviewed", review) for review, line in lines]
    return list({each.text: each for each in [*own, *kept]}.values())


def _as_json(effect: Effect, generation: str, revision: int, seconds: float) -> dict[str, Any]:
    return {
        "generation": generation,
        "revision": revision,
        "asked": effect.asked,
        "changed": len(effect.changes),
        "broken": len(effect.broken),
        "seconds": round(seconds, 1),
        "changes": [
            {
                "question": None if change.asked.review else change.asked.text,
                "review": change.asked.review,
                "wanted": list(change.asked.articles),
                "breaks": change.breaks,
                "mends": change.mends,
                "before": _outcome(change.before),
                "after": _outcome(change.after),
            }
            for change in effect.changes[:_SHOWN]
        ],
    }


def _as_shown(workshop: Workshop, found: dict[str, Any]) -> dict[str, Any]:
    """An effect with the wordings of reviews, which are kept with their conversations only, and go with them."""
    ids = [change["review"] for change in found["changes"] if change.get("review")]
    with workshop.database.read() as session:
        texts = wordings(session, ids) if ids else {}
    shown = [{**change, "question": change["question"] or texts.get(change.get("review"))} for change in found["changes"]]
    return {**found, "changes": shown}


def _outcome(outcome: Outcome) -> dict[str, str | None]:
    return {"article": outcome.article, "section": outcome.section, "quote": outcome.quote, "status": outcome.status}


def _finding(text: str, problem: Problem) -> Finding:
    lines = text.split("\n")
    written = lines[problem.line - 1] if problem.line <= len(lines) else ""
    end = next((at for at, line in enumerate(lines[1:], start=2) if line == "---"), 0)
    if problem.line > end:
        return Finding(problem.line, f"text, line {problem.line - end}", written, problem.text)
    return Finding(problem.line, "front matter", written, problem.text)


def _elsewhere(problem: Problem) -> Finding:
    return Finding(problem.line, f"line {problem.line}", "", problem.text, problem.file.rpartition("/")[2])


def _today() -> date:
    return datetime.now(UTC).date()


def title_of(text: str) -> str:
    """The title that a text gives itself, if it can be read."""
    try:
        return taken_apart(text).value("title")
    except CannotEdit:
        return ""
