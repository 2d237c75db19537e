"""What must hold inside one article before patients may be answered from it.

Every rule yields what is wrong and what to do; none stops at the first. The rules that need the whole library are in
`knowledge.check`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.article import QUESTIONS, TAKEAWAYS, Article, Layout, Paragraph, Section
from knowledge.claims import Promises, has_number
from knowledge.grade import reading_grade
from language.sentences import sentence_spans

GRADE_LIMIT = 9.0
WORDS = range(400, 901)
ANSWER_SENTENCES = range(1, 4)
PLAIN_SENTENCES = 2
PLAIN_WORDS = 40
PLAIN_GRADE = 7.0

_MARKER = re.compile(r" \[@[a-z0-9][a-z0-9-]*(?:; @[a-z0-9][a-z0-9-]*)*\]")
_LAST_MARKER = re.compile(r"\[@[^\[\]]*\]\s*\Z")
_STRAY_SIGN = re.compile(r"[\[\]]|@[a-z0-9]")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_ENDS = frozenset('.!?:"\u201d')
_PLAIN_BLOCKS = frozenset({"heading", "paragraph", "bullet_list", "ordered_list", "list_item", "inline"})
_PLAIN_INLINE = frozenset({"text", "link_open", "link_close"})
_SENTENCE_ENDS = frozenset(".!")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_BREAKS = frozenset({"softbreak", "hardbreak"})


@dataclass(frozen=True, order=True)
class Problem:
    """Something that keeps an article from being published: where, what, and what to do."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        """As an editor reads it, and as editors' programs make it a link."""
        return f"{self.file}:{self.line}: {self.text}"


Found = Iterator[tuple[int, str]]  # line in the file, and what is wrong


@dataclass(frozen=True)
class Page:
    """An article that could be read, with what its rules need to know of the file."""

    file: str
    article: Article
    layout: Layout

    @property
    def first_line(self) -> int:
        """The file's line on which the body begins."""
        return self.layout.first_line

    def line_of(self, *path: str | int) -> int:
        """The file's line of a value of the front matter."""
        return self.layout.front.of(*path) + 1

    def text_of(self, paragraph: Paragraph) -> str:
        """What may be quoted of a paragraph, with links as their words only."""
        return _LINK.sub(r"\1", self.article.body[paragraph.start : paragraph.end])

    def paragraphs(self) -> Iterator[tuple[Section, Paragraph]]:
        """Every paragraph and list item with its section."""
        return ((section, paragraph) for section in self.article.sections for paragraph in section.paragraphs)


@dataclass(frozen=True)
class Given:
    """What is known from outside the article."""

    today: date
    promises: Promises
    read_in_the_original: Mapping[str, bool] | None  # by source id; none if the lists of sources cannot be read


def problems_of(page: Page, given: Given) -> Iterator[Problem]:
    """Everything that is wrong inside one article. Of a retired one nobody is answered, so nothing is asked of it."""
    if page.article.front.status == "retired":
        return
    rules: Sequence[Callable[[Page, Given], Found]] = (
        _order,
        _sections,
        _questions,
        _plain_text,
        _markers,
        _sources,
        _unread_sources,
        _numbers,
        _promises,
        _plain_sentences,
        _length,
        _grade,
        _dates,
    )
    for rule in rules:
        for line, text in rule(page, given):
            yield Problem(page.file, line, text)


def links_of(page: Page) -> Iterator[tuple[int, str]]:
    """The targets of all links of an article, with their lines."""
    for block in _inline_blocks(page):
        for token in block.children or []:
            if token.type == "link_open":
                yield page.first_line + (block.map or [0])[0], str(token.attrGet("href") or "")


def _order(page: Page, _: Given) -> Found:
    sections = page.article.sections
    if not sections:
        yield (page.first_line, "the body is empty; open it with '## Key takeaways', close it with '## Common questions'.")
        return
    if sections[0].slug != TAKEAWAYS or sections[0].level != 2:
        yield sections[0].line, "the body has to open with '## Key takeaways'."
    last = next((section for section in reversed(sections) if section.level != 3), sections[-1])
    if last.slug != QUESTIONS or last.level != 2:
        yield last.line, "the body has to close with '## Common questions' and its questions."
    elif sections[-1] is last:
        yield last.line, "there is no question under 'Common questions'; add at least one as '### …?'."
    for section in sections:
        yield from _text_under(section)


def _text_under(section: Section) -> Found:
    if section.level not in {2, 3}:
        yield section.line, f"'{section.heading}' has level {section.level}; use ## or, for a question, ###."
    if section.slug == QUESTIONS and section.paragraphs:
        line = section.paragraphs[0].line
        yield line, "this text stands before the first question; move it into a section of its own."
    if section.slug != QUESTIONS and not section.paragraphs:
        yield section.line, f"there is no text under '{section.heading}'; write it or remove the heading."


def _sections(page: Page, _: Given) -> Found:
    described = page.article.front.sections
    headings = {section.slug for section in page.article.sections} - {TAKEAWAYS, QUESTIONS}
    for section in page.article.sections:
        if section.slug in headings and section.slug not in described:
            entry = f"'{section.slug}:' with about and evidence"
            yield section.line, f"'{section.heading}' is not in the front matter; add {entry} to sections."
    for slug in described:
        if slug not in headings:
            line = page.line_of("sections", slug)
            yield line, f"there is no heading for the section {slug}; correct or remove one of them."


def _questions(page: Page, _: Given) -> Found:
    under_questions = False
    for section in page.article.sections:
        if section.level == 2:
            under_questions = section.slug == QUESTIONS
        if section.level != 3:
            continue
        if not under_questions:
            yield (section.line, f"'{section.heading}' is a question (###) outside 'Common questions'; move it or use ##.")
            continue
        if not section.heading.endswith("?"):
            yield section.line, f"'{section.heading}' has to be a question and end in a question mark."
        yield from _answer(section)


def _answer(section: Section) -> Found:
    if len(section.paragraphs) > 1:
        yield (section.paragraphs[1].line, f"the answer to '{section.heading}' has to be one paragraph; shorten or join it.")
    for paragraph in section.paragraphs[:1]:
        if len(paragraph.sentences) not in ANSWER_SENTENCES:
            yield paragraph.line, f"this answer has {len(paragraph.sentences)} sentences; write one to three."
        if paragraph.has_link:
            yield paragraph.line, "an answer with a link cannot be quoted in the chat; move the link into a section."


def _plain_text(page: Page, _: Given) -> Found:
    for token in MarkdownIt("commonmark").parse(page.article.body):
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if kind not in _PLAIN_BLOCKS and token.map:
            yield (
                page.first_line + token.map[0],
                (f"{kind.replace('_', ' ')} is not quoted and would be lost; use paragraphs, lists and headings only."),
            )
    for block in _inline_blocks(page):
        line = page.first_line + (block.map or [0])[0]
        kinds = {token.type for token in block.children or []}
        if kinds & _BREAKS:
            yield line, "the paragraph runs over several lines; write it on one, or the break would stand in the quote."
        if kinds - _PLAIN_INLINE - _BREAKS:
            yield line, "bold, italics, code, images and HTML would be quoted with their signs; write plain text."
        words = "".join(token.content for token in block.children or [] if token.type == "text")
        if _STRAY_SIGN.search(_LAST_MARKER.sub("", words)):
            yield line, "[ ] and @ are for links and, at the end of a paragraph, for its sources: [@id; @id]."


def _markers(page: Page, _: Given) -> Found:
    body = page.article.body
    for _section, paragraph in page.paragraphs():
        quotable = body[paragraph.start : paragraph.end]
        if "\n" in quotable:
            continue  # told already, and where it ends is not known
        end = body.find("\n", paragraph.end)
        marker = body[paragraph.end : end if end >= 0 else len(body)].rstrip()
        if marker and not _MARKER.fullmatch(marker):
            yield (paragraph.line, f"the source marker{marker} has to be written [@id] or [@id; @id], with ids in lower case.")
        elif quotable[-1:] not in _ENDS:
            yield paragraph.line, "the last sentence is cut off; finish it with a full stop."


def _sources(page: Page, given: Given) -> Found:
    known = given.read_in_the_original
    listed = page.article.front.sources
    cited = list(_cited(page))
    used = {source for _line, source in cited}
    for number, source in enumerate(listed):
        line = page.line_of("sources", number)
        if known is not None and source not in known:
            yield line, f"the source {source} is neither in studies.yml nor in sources.yml; correct the id or add it."
        if source not in used:
            yield line, f"the source {source} is listed and not used; remove it, or cite it where it belongs."
        if source in listed[:number]:
            yield line, f"the source {source} is listed twice; keep one."
    for line, source in cited:
        if source not in listed:
            yield line, f"the source {source} is not in the front matter's sources; correct the id or add it there."


def _cited(page: Page) -> Iterator[tuple[int, str]]:
    for _section, paragraph in page.paragraphs():
        for source in paragraph.sources:
            yield paragraph.line, source
    for slug, meta in page.article.front.sections.items():
        for number, source in enumerate(meta.sources):
            yield page.line_of("sections", slug, "sources", number), source


def _unread_sources(page: Page, given: Given) -> Found:
    front = page.article.front
    if given.read_in_the_original is None or any(source not in given.read_in_the_original for source in front.sources):
        return  # told already
    unread = [source for source in front.sources if not given.read_in_the_original[source]]
    if unread and not front.needs_check:
        why = f"{unread[0]} was read only as a copy or from memory"
        yield page.line_of("needs_check"), f"set needs_check: true, because {why}; or read the original."
    if front.needs_check and not unread:
        yield page.line_of("needs_check"), "set needs_check: false; all sources were read in the original."


def _numbers(page: Page, _: Given) -> Found:
    for _section, paragraph in page.paragraphs():
        if not paragraph.sources and has_number(page.text_of(paragraph)):
            yield (paragraph.line, "there is a number and no source; end the paragraph with [@id], or leave the number out.")


def _promises(page: Page, given: Given) -> Found:
    front = page.article.front
    texts = [(page.line_of("title"), front.title), (page.line_of("summary"), front.summary)]
    texts += [(section.line, section.heading) for section in page.article.sections]
    texts += [(paragraph.line, page.text_of(paragraph)) for _section, paragraph in page.paragraphs()]
    for line, text in texts:
        for promise in given.promises.found_in(text):
            yield line, f"'{promise}' promises what nobody may promise; deny it in the same sentence or leave it out."


def _plain_sentences(page: Page, given: Given) -> Found:
    """Plain words say what their section says: they are few and easy, and no number in them is their own."""
    for slug, meta in page.article.front.sections.items():
        section = page.article.section(slug)
        if meta.plain is None or section is None:
            continue
        line, said = page.line_of("sections", slug, "plain"), meta.plain.strip()
        if not meta.quoted:
            yield line, "nothing of this section is quoted, so nobody would be shown its plain words; take them out."
        if len(sentence_spans(said)) > PLAIN_SENTENCES or said[-1:] not in _SENTENCE_ENDS or "[" in said:
            yield line, "the plain words have to be one whole sentence or two, without links and sources."
        words, grade = len(said.split()), reading_grade([said])
        if words > PLAIN_WORDS or grade > PLAIN_GRADE:
            limit = f"at most {PLAIN_WORDS} words and a reading grade of {PLAIN_GRADE:g}"
            yield line, f"the plain words have {words} words and a reading grade of {grade:.1f}; allowed are {limit}."
        text = " ".join(page.text_of(paragraph) for paragraph in section.paragraphs)
        for number in sorted(set(_FIGURE.findall(said)) - set(_FIGURE.findall(text))):
            yield line, f"{number} does not stand in the section; plain words have no number of their own."
        for promise in given.promises.found_in(said):
            yield line, f"'{promise}' promises what nobody may promise; deny it in the same sentence or leave it out."


def _length(page: Page, _: Given) -> Found:
    words = sum(len(page.text_of(paragraph).split()) for _section, paragraph in page.paragraphs())
    if words not in WORDS:
        what = "add what patients ask" if words < WORDS.start else "shorten it or split the article"
        yield page.first_line, f"the body has {words} words; it has to have {WORDS.start} to {WORDS.stop - 1}: {what}."


def _grade(page: Page, _: Given) -> Found:
    paragraphs = [paragraph for _section, paragraph in page.paragraphs()]
    grade = reading_grade(page.text_of(paragraph) for paragraph in paragraphs)
    if grade > GRADE_LIMIT:
        hardest = sorted(paragraphs, key=lambda paragraph: -reading_grade([page.text_of(paragraph)]))[:3]
        lines = ", ".join(str(line) for line in sorted(paragraph.line for paragraph in hardest))
        limit = f"the reading grade is {grade:.2f}, at most {GRADE_LIMIT:g} is allowed"
        yield page.first_line, f"{limit}; use shorter sentences and everyday words, first on the lines {lines}."


def _dates(page: Page, given: Given) -> Found:
    front = page.article.front
    if front.reviewed_on > given.today:
        yield (page.line_of("reviewed_on"), f"reviewed_on is {front.reviewed_on}, which is still to come; correct the date.")
    if front.review_due < given.today:
        yield (
            page.line_of("review_due"),
            f"the review was due on {front.review_due}; review the article, then set both dates.",
        )
    elif front.review_due <= front.reviewed_on:
        yield page.line_of("review_due"), "review_due has to be later than reviewed_on."


def _inline_blocks(page: Page) -> Iterator[Token]:
    return (token for token in MarkdownIt("commonmark").parse(page.article.body) if token.type == "inline")
