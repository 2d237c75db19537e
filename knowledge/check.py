"""What must hold before the library is published: each article by itself, the lists of sources, and all of it together.

`check_content` needs nothing but the files. `check_own_questions` asks a built library, through a function that ranks
articles for a text, whether each article is the first to answer its own questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from knowledge.article import Article, parse_article_and_layout, read_article_and_layout
from knowledge.article_rules import Given, Page, Problem, links_of, problems_of
from knowledge.claims import load_promises
from knowledge.errors import ArticleError, SourcesError
from knowledge.figures import Figure, Statement, contradictions
from knowledge.source_rules import CheckedSources, check_sources
from knowledge.stamps import Stamp, stamp_of
from knowledge.text import slug_of
from knowledge.wordings import read_wordings_and_lines

DECLINED = "declined.yml"
_REMEMBERED = 512  # files that are not read again while they stay the same
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LINK_TARGET = re.compile(r"(?:(?P<slug>[a-z0-9-]+)\.md)?(?:#(?P<anchor>[a-z0-9-]+))?")

Rank = Callable[[str], Sequence[str]]
"""Gives the slugs of the articles for a text, the best one first; none if the library gives no answer."""


Kind = Literal["heading", "wording", "beside", "draft", "declined"]
"""Where a question stands: beside is in ``wordings/``, to teach the search; a draft's questions are not answered yet."""


@dataclass(frozen=True)
class Question:
    """A question that an article claims to answer, or an example of one that is declined."""

    text: str
    file: str
    line: int
    article: str | None  # none if it is declined
    kind: Kind


@dataclass(frozen=True)
class Checked:
    """What could be read, and everything that is wrong with it."""

    articles: tuple[Article, ...]
    questions: tuple[Question, ...]
    problems: tuple[Problem, ...]  # in order of file and line


@dataclass(frozen=True)
class Share:
    """How many of some questions found their own article first."""

    first: int
    asked: int

    def __str__(self) -> str:
        """For a person."""
        return f"{self.first:,} of {self.asked:,} ({self.first / self.asked:.1%})" if self.asked else "0 of 0"


@dataclass(frozen=True)
class OwnQuestions:
    """How the library answers the questions that its articles claim to answer."""

    headings: Share
    wordings: Share
    problems: tuple[Problem, ...]  # headings that another article answers first
    warnings: tuple[Problem, ...]  # the same for other wordings

    def as_json(self) -> dict[str, dict[str, int]]:
        """The counts, for a program."""
        return {name: asdict(share) for name, share in (("headings", self.headings), ("wordings", self.wordings))}

    def __str__(self) -> str:
        """The counts, for a person."""
        return f"{self.headings} headings and {self.wordings} other wordings"


def check_content(
    content: Path,
    today: date,
    promises: Path | None = None,
    only: Collection[str] | None = None,
    instead: Mapping[str, str] | None = None,
) -> Checked:
    """Check the articles and the lists beside them. Never raises for what an editor can write.

    Args:
        content: the folder with ``articles/``, ``studies.yml``, ``sources.yml``, ``wordings/`` and ``declined.yml``.
        today: the day on which a review may be overdue.
        promises: the list of what no article may promise.
        only: the articles to look into, by their slugs; of the others is told what they have in common with all.
        instead: texts in the place of files, or beside them, by slug.

    Raises:
        PromisesError: if that list cannot be used, as then nothing can be said of promises.
    """
    sources = check_sources(content)
    given = Given(today, load_promises(promises), sources.read_in_the_original if sources.readable else None)
    pages, problems = _read_pages(content, instead or {})
    questions = [question for page in pages for question in _questions_of(page)]
    more_questions, wording_problems = _wordings_beside(content, pages)
    questions += more_questions
    problems += sources.problems + wording_problems
    for page in pages:
        if only is None or page.article.slug in only:
            problems += problems_of(page, given)
    problems += [*_titles(pages), *_links(pages), *_same_wordings(questions), *_numbers(pages, sources)]
    return Checked(tuple(page.article for page in pages), tuple(questions), tuple(sorted(set(problems))))


def check_own_questions(questions: Iterable[Question], rank: Rank, every_wording: bool = False) -> OwnQuestions:
    """Ask the library every question that its articles claim to answer.

    Args:
        questions: those of `Checked`; what is declined is not asked.
        rank: asks the library that was built from the same files.
        every_wording: ask those beside the articles too, which takes minutes.
    """
    kinds = {"heading", "wording", "beside"} if every_wording else {"heading", "wording"}
    asked = [question for question in questions if question.kind in kinds]
    headings = [_ask(question, rank) for question in asked if question.kind == "heading"]
    wordings = [_ask(question, rank) for question in asked if question.kind != "heading"]
    return OwnQuestions(_share(headings), _share(wordings), tuple(filter(None, headings)), tuple(filter(None, wordings)))


def _ask(question: Question, rank: Rank) -> Problem | None:
    ranked = rank(question.text)
    if ranked and ranked[0] == question.article:
        return None
    instead = f"{ranked[0]} comes first" if ranked else "the library gives no answer"
    text = f"'{question.text}' should be answered by {question.article}, but {instead}; make its wording clearer."
    return Problem(question.file, question.line, text)


def _share(outcomes: Sequence[Problem | None]) -> Share:
    return Share(sum(outcome is None for outcome in outcomes), len(outcomes))


# Files


def _read_pages(content: Path, instead: Mapping[str, str]) -> tuple[list[Page], list[Problem]]:
    pages: list[Page] = []
    problems: list[Problem] = []
    there = {file for file in (content / "articles").glob("*") if not file.name.startswith(".")}
    files = sorted(there | {content / "articles" / f"{slug}.md" for slug in instead})
    slugs: dict[str, str] = {}
    for file in files:
        name = _name(content, file)
        problems += [Problem(name, 1, text) for text in _name_problems(file, slugs)]
        if file.suffix != ".md":
            continue
        try:
            text = instead.get(file.stem)
            pages.append(_read_page(file, name, stamp_of(file)) if text is None else _page_of(text, file, name))
        except ArticleError as error:
            problems += [Problem(name, each.line, each.problem) for each in (error, *error.others)]
    if not any(file.suffix == ".md" for file in files):
        problems.append(Problem(f"{content.name}/articles", 1, "there is no article; write one as SLUG.md."))
    return pages, problems


def _name_problems(file: Path, slugs: dict[str, str]) -> Iterator[str]:
    if file.suffix != ".md":
        yield "only files that end in .md are read; rename or remove this one."
        return
    if not _SLUG.fullmatch(file.stem):
        yield "an article's name is its address: use small letters, digits and single hyphens only."
    other = slugs.setdefault(slug_of(file.stem), file.name)
    if other != file.name:
        yield f"this and {other} would have the same address; rename one of them."


@lru_cache(_REMEMBERED)
def _read_page(file: Path, name: str, _stamp: Stamp) -> Page:
    article, layout = read_article_and_layout(file)
    return Page(name, article, layout)


def _page_of(text: str, file: Path, name: str) -> Page:
    article, layout = parse_article_and_layout(text, file)
    return Page(name, article, layout)


def _name(content: Path, file: Path) -> str:
    return file.relative_to(content.parent).as_posix()


# Questions


def _questions_of(page: Page) -> Iterator[Question]:
    """The questions of one article; nobody is answered from a retired one or from a section that is not quoted."""
    article = page.article
    if article.front.status == "retired":
        return
    for section in article.sections:
        if section.meta is None or not section.meta.quoted:
            continue
        if section.is_question:
            yield Question(section.heading, page.file, section.line, article.slug, _kind(article, "heading"))
        for number, wording in enumerate(section.meta.questions):
            line = page.line_of("sections", section.slug, "questions", number)
            yield Question(wording, page.file, line, article.slug, _kind(article, "wording"))


def _kind(article: Article | None, kind: Kind) -> Kind:
    return kind if article and article.front.status == "published" else "draft"


def _wordings_beside(content: Path, pages: Sequence[Page]) -> tuple[list[Question], list[Problem]]:
    """The questions in ``wordings/`` and ``declined.yml``."""
    questions: list[Question] = []
    problems: list[Problem] = []
    articles = {page.article.slug: page.article for page in pages}
    for file in [*sorted((content / "wordings").glob("*.yml")), content / DECLINED]:
        name = _name(content, file)
        try:
            texts, lines = read_wordings_and_lines(file)
        except SourcesError as error:
            problems += [Problem(name, problem.line, problem.text) for problem in error.problems]
            continue
        slug = None if file.name == DECLINED else file.stem
        if slug is not None and not (content / "articles" / f"{slug}.md").exists():
            problems.append(Problem(name, 1, f"there is no article {slug}; rename or remove these wordings."))
        article = articles.get(slug or "")
        for section, wordings in texts.items():
            if article and (article.section(section) is None or section not in article.front.sections):
                problems.append(Problem(name, lines.of(section), f"{slug} has no section {section}; correct the name."))
            kind = _kind(article, "beside") if slug else "declined"
            for number, wording in enumerate(wordings):
                line = lines.of(section, number)
                questions.append(Question(wording, name, line, slug, kind))
    return questions, problems


def _same_wordings(questions: Iterable[Question]) -> Iterator[Problem]:
    seen: dict[str, Question] = {}
    for question in questions:
        key = " ".join(re.findall(r"\w+", question.text.casefold())) or question.text
        first = seen.setdefault(key, question)
        if first is not question:
            text = f"the question '{question.text}' stands already at {first.file}:{first.line}; keep the better place."
            yield Problem(question.file, question.line, text)


# All articles together


def _titles(pages: Iterable[Page]) -> Iterator[Problem]:
    seen: dict[str, Page] = {}
    for page in pages:
        title = page.article.front.title
        first = seen.setdefault(" ".join(title.casefold().split()), page)
        if first is not page:
            yield Problem(page.file, page.line_of("title"), f"'{title}' is also the title of {first.file}; change one.")


def _links(pages: Sequence[Page]) -> Iterator[Problem]:
    articles = {page.article.slug: page.article for page in pages}
    for page in pages:
        if page.article.front.status == "retired":
            continue
        for line, target in links_of(page):
            wrong = _wrong_link(page.article, target, articles)
            if wrong:
                yield Problem(page.file, line, f"the link to {target or 'nothing'} leads nowhere: {wrong}")


def _wrong_link(article: Article, target: str, articles: dict[str, Article]) -> str | None:
    match = _LINK_TARGET.fullmatch(target)
    if match is None or not target:
        return "write SLUG.md or SLUG.md#section; other pages belong into sources.yml."
    aim = articles.get(match["slug"]) if match["slug"] else article
    if aim is None:
        return f"there is no article {match['slug']}."
    if article.front.status == "published" and aim.front.status != "published":
        return f"{aim.slug} is not published."
    if match["anchor"] and aim.section(match["anchor"]) is None:
        return f"{aim.slug} has no section {match['anchor']}."
    return None


def _numbers(pages: Iterable[Page], sources: CheckedSources) -> Iterator[Problem]:
    statements = [*sources.statements, *(statement for page in pages for statement in _statements(page))]
    for figure, other in contradictions(statements, sources.figures):
        there = f"{_written(other)} at {other.said.file}:{other.said.line}"
        text = (
            f"{figure.said.study} has {_written(figure)} here ({figure.measure}) and {there}; "
            "look the study up and correct the wrong one."
        )
        yield Problem(figure.said.file, figure.said.line, text)


def _statements(page: Page) -> Iterator[Statement]:
    """The sentences whose paragraph cites exactly one source, so that it is clear which study they speak of."""
    if page.article.front.status == "retired":
        return
    for section, paragraph in page.paragraphs():
        sources = paragraph.sources or (section.meta.sources if section.meta else ())
        if len(sources) == 1:
            for sentence in paragraph.sentences:
                text = page.article.body[sentence.start : sentence.end]
                yield Statement(sources[0], text, page.file, paragraph.line)


def _written(figure: Figure) -> str:
    return " and ".join(f"{value.number:,}" for value in figure.values)
