"""Drafts of articles: draft → in review → approved → published, and back with a comment.

Nobody publishes medical text alone: a draft is approved by somebody who wrote none of it, and every change of its text takes an
approval away. Whoever changes something names the revision that they saw, so that nobody overwrites what they have not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desk.audit import record
from desk.models import ArticleComment, ArticleDraft, User
from desk.people.roles import Permission, Role, may
from desk.post.outbox import announce_review

LONGEST_SAID = 4_000  # characters of a comment or a reason
_SUBJECT = 40  # characters that the audit log has for the name of a published article


class State(StrEnum):
    """Where a draft is."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISCARDED = "discarded"


OPEN = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


class UnknownDraft(Exception):
    """There is no such draft."""


class AlreadyOpen(Exception):
    """There is a draft of this article already; `draft_id` says which."""

    def __init__(self, draft_id: int) -> None:
        """Name it."""
        super().__init__(draft_id)
        self.draft_id = draft_id


class ChangedMeanwhile(Exception):
    """Somebody else has saved the draft since it was looked at."""


class NotNow(Exception):
    """The draft is in another state, in which that cannot be done."""


class OwnText(Exception):
    """Nobody approves what they wrote themselves."""


class NotTheirs(Exception):
    """The role of this person does not let them do that."""


@dataclass(frozen=True)
class Beginning:
    """With what a draft begins."""

    slug: str
    text: str
    base_version: int
    base_text: str
    reason: str = ""


@dataclass(frozen=True)
class Seen:
    """A draft as somebody saw it, who now does something with it."""

    id: int
    revision: int
    by: str  # the user's id


@dataclass(frozen=True)
class Approval:
    """How a review is told to readers."""

    role: str
    on: date


@dataclass(frozen=True)
class Said:
    """A comment as it is shown."""

    by: str
    at: datetime
    revision: int
    text: str


def begin(session: Session, beginning: Beginning, user_id: str) -> ArticleDraft:
    """Begin a draft; there is one at a time of each article.

    Raises:
        AlreadyOpen: if there is one.
        NotTheirs: if this person writes no articles.
    """
    _needs(session, user_id, Permission.WRITE_ARTICLES)
    there = open_draft(session, beginning.slug)
    if there is not None:
        raise AlreadyOpen(there.id)
    now = datetime.now(UTC)
    draft = ArticleDraft(
        slug=beginning.slug,
        text=beginning.text,
        revision=1,
        state=State.DRAFT.value,
        base_version=beginning.base_version,
        base_text=beginning.base_text,
        reason=beginning.reason,
        author_id=user_id,
        writers=[user_id],
        created_at=now,
        changed_at=now,
    )
    session.add(draft)
    session.flush()
    record(session, user_id, "article.begun", _subject(draft), **_told(draft))
    return draft


def save(session: Session, seen: Seen, text: str, reason: str) -> ArticleDraft:
    """Keep a changed text; whatever was approved of it is approved no more.

    Raises:
        ChangedMeanwhile: if somebody else saved it since.
        NotNow: if it was published or discarded.
        NotTheirs: if this person writes no articles.
    """
    draft = _at_work(session, seen, Permission.WRITE_ARTICLES, *OPEN)
    if (draft.text, draft.reason) == (text, reason):
        return draft
    if draft.text != text:
        draft.revision += 1
        draft.writers = sorted({*draft.writers, seen.by})
        _take_back(draft)
    draft.text, draft.reason = text, reason
    record(session, seen.by, "article.saved", _subject(draft), **_told(draft))
    return draft


def take_new_base(session: Session, seen: Seen, base_version: int, base_text: str) -> ArticleDraft:
    """Let a draft go on from what the article's file holds now; its author has seen both.

    Raises:
        ChangedMeanwhile, NotNow, NotTheirs: as `save`.
    """
    draft = _at_work(session, seen, Permission.WRITE_ARTICLES, *OPEN)
    draft.base_version, draft.base_text = base_version, base_text
    draft.revision += 1
    _take_back(draft)
    record(session, seen.by, "article.saved", _subject(draft), **_told(draft))
    return draft


def submit(session: Session, seen: Seen) -> ArticleDraft:
    """Ask for a review, and tell those who may approve it.

    Raises:
        ChangedMeanwhile, NotNow, NotTheirs: as `save`.
    """
    draft = _at_work(session, seen, Permission.WRITE_ARTICLES, State.DRAFT)
    draft.state = State.IN_REVIEW.value
    record(session, seen.by, "article.submitted", _subject(draft), **_told(draft))
    announce_review(session, draft.id, _reviewers_of(session, draft), draft.changed_at)
    return draft


def approve(session: Session, seen: Seen, approval: Approval) -> ArticleDraft:
    """Say that the text may be published as it stands.

    Raises:
        OwnText: if this person wrote any of it.
        ChangedMeanwhile, NotNow, NotTheirs: as `save`.
    """
    draft = _at_work(session, seen, Permission.APPROVE_ARTICLES, State.IN_REVIEW)
    if seen.by in {draft.author_id, *draft.writers}:
        raise OwnText
    draft.state, draft.reviewer_id = State.APPROVED.value, seen.by
    draft.reviewer_role, draft.reviewed_on = approval.role, approval.on
    record(session, seen.by, "article.approved", _subject(draft), **_told(draft))
    return draft


def send_back(session: Session, seen: Seen, comment: str) -> ArticleDraft:
    """Give a draft back to its author, who reads why.

    Raises:
        ChangedMeanwhile, NotNow, NotTheirs: as `save`.
    """
    draft = _at_work(session, seen, Permission.APPROVE_ARTICLES, State.IN_REVIEW, State.APPROVED)
    _take_back(draft)
    _comment(session, draft, seen.by, comment)
    record(session, seen.by, "article.sent_back", _subject(draft), **_told(draft))
    return draft


def comment_on(session: Session, draft_id: int, user_id: str, text: str) -> None:
    """Say something about a draft.

    Raises:
        UnknownDraft: if there is none.
        NotTheirs: if this person sees no articles.
    """
    _needs(session, user_id, Permission.SEE_ARTICLES)
    draft = get_draft(session, draft_id)
    _comment(session, draft, user_id, text)
    record(session, user_id, "article.commented", _subject(draft), **_told(draft))


def discard(session: Session, seen: Seen) -> None:
    """Give a draft up; it is kept, and another can be begun.

    Raises:
        ChangedMeanwhile, NotNow, NotTheirs: as `save`.
    """
    draft = _at_work(session, seen, Permission.WRITE_ARTICLES, *OPEN)
    draft.state = State.DISCARDED.value
    record(session, seen.by, "article.discarded", _subject(draft), **_told(draft))


def may_be_published(session: Session, seen: Seen) -> ArticleDraft:
    """The draft, if it was approved as it stands by somebody who wrote none of it.

    Raises:
        OwnText: if that is not so.
        ChangedMeanwhile, NotNow, NotTheirs: as `save`.
    """
    draft = _at_work(session, seen, Permission.PUBLISH_ARTICLES, State.APPROVED)
    if draft.reviewer_id is None or draft.reviewer_id in {draft.author_id, *draft.writers}:
        raise OwnText
    return draft


def numbered(session: Session, seen: Seen, number: int) -> ArticleDraft:
    """Note the version under which a draft is about to be published, so that whoever is interrupted can go on.

    Raises:
        ChangedMeanwhile, NotNow, NotTheirs, OwnText: as `may_be_published`.
    """
    draft = may_be_published(session, seen)
    draft.number = number
    return draft


def keep_effect(session: Session, draft_id: int, revision: int, effect: dict[str, Any]) -> None:
    """Keep what a draft would change in the answers, if its text is still the one that was looked at."""
    draft = get_draft(session, draft_id)
    if draft.revision == revision:
        draft.effect = effect


def published(session: Session, seen: Seen, override: str = "") -> None:
    """Note that a draft is published, under its number.

    Args:
        session: a writing transaction.
        seen: the draft.
        override: why it was published although it makes other answers worse.

    Raises:
        ChangedMeanwhile, NotNow, NotTheirs, OwnText: as `may_be_published`.
    """
    draft = may_be_published(session, seen)
    draft.state, draft.published_at = State.PUBLISHED.value, datetime.now(UTC)
    if override:
        _comment(session, draft, seen.by, override)
    told = _told(draft, overridden=True) if override else _told(draft)
    record(session, seen.by, "article.published", _subject(draft), **told)


def retired(session: Session, slug: str, version: int, user_id: str) -> None:
    """Note that an article answers nothing any more."""
    record(session, user_id, "article.retired", slug[:_SUBJECT], version=version)


def published_past_the_desk(session: Session, actor: str, versions: dict[str, int], articles: int) -> None:
    """Note that articles were published from their files, and nobody approved them here.

    Args:
        session: a writing transaction.
        actor: "command line", or "system" for a start.
        versions: their numbers; empty for the library with which everything begins, which is noted as a whole.
        articles: how many they are.
    """
    for slug, version in versions.items():
        record(session, actor, "article.published", slug[:_SUBJECT], version=version, without_approval=True)
    if not versions:
        record(session, actor, "article.published", None, articles=articles, without_approval=True)


def needs_publisher(session: Session, user_id: str) -> None:
    """Refuse whoever may not publish or retire.

    Raises:
        NotTheirs: if this person is one.
    """
    _needs(session, user_id, Permission.PUBLISH_ARTICLES)


def get_draft(session: Session, draft_id: int) -> ArticleDraft:
    """A draft by its id.

    Raises:
        UnknownDraft: if there is none.
    """
    draft = session.get(ArticleDraft, draft_id)
    if draft is None:
        raise UnknownDraft(draft_id)
    return draft


def open_draft(session: Session, slug: str) -> ArticleDraft | None:
    """The draft of an article that somebody works on, if there is one."""
    query = select(ArticleDraft).where(ArticleDraft.slug == slug, ArticleDraft.state.in_([state.value for state in OPEN]))
    return session.scalar(query.order_by(ArticleDraft.id.desc()).limit(1))


def open_drafts(session: Session) -> list[ArticleDraft]:
    """Every draft that somebody works on, those that wait longest first."""
    query = select(ArticleDraft).where(ArticleDraft.state.in_([state.value for state in OPEN]))
    return list(session.scalars(query.order_by(ArticleDraft.changed_at)))


def drafts_of(session: Session, slug: str, most: int = 50) -> list[ArticleDraft]:
    """The drafts of an article, the newest first."""
    return list(
        session.scalars(select(ArticleDraft).where(ArticleDraft.slug == slug).order_by(ArticleDraft.id.desc()).limit(most))
    )


def comments_on(session: Session, draft_id: int) -> list[Said]:
    """What was said about a draft, oldest first."""
    rows = session.execute(
        select(ArticleComment, User.name)
        .join(User, User.id == ArticleComment.user_id)
        .where(ArticleComment.draft_id == draft_id)
        .order_by(ArticleComment.id)
    )
    return [Said(name, row.at, row.revision, row.text) for row, name in rows]


def names_of(session: Session, ids: Sequence[str | None]) -> dict[str, str]:
    """People by their ids."""
    wanted = {each for each in ids if each}
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(wanted))).tuples().all())


def waiting_for_review(session: Session) -> list[frozenset[str]]:
    """The drafts that wait for a review: of each, who wrote it and so cannot approve it."""
    query = select(ArticleDraft.author_id, ArticleDraft.writers).where(ArticleDraft.state == State.IN_REVIEW.value)
    return [frozenset({author, *writers}) for author, writers in session.execute(query)]


def _at_work(session: Session, seen: Seen, permission: Permission, *states: State) -> ArticleDraft:
    _needs(session, seen.by, permission)
    draft = get_draft(session, seen.id)
    if draft.state not in {state.value for state in states}:
        raise NotNow(draft.state)
    if draft.revision != seen.revision:
        raise ChangedMeanwhile
    return draft


def _needs(session: Session, user_id: str, permission: Permission) -> None:
    user = session.get(User, user_id)
    if user is None or not user.active or not may(user.role, permission):
        raise NotTheirs


def _reviewers_of(session: Session, draft: ArticleDraft) -> list[str]:
    """The addresses of those who may approve a draft."""
    approve_articles = [role.value for role in Role if may(role, Permission.APPROVE_ARTICLES)]
    wrote = {draft.author_id, *draft.writers}
    query = select(User.email).where(User.active, User.role.in_(approve_articles), User.id.not_in(wrote))
    return list(session.scalars(query.order_by(User.id)))


def _take_back(draft: ArticleDraft) -> None:
    draft.state = State.DRAFT.value
    draft.reviewer_id = draft.reviewer_role = draft.reviewed_on = draft.number = draft.effect = None


def _comment(session: Session, draft: ArticleDraft, user_id: str, text: str) -> None:
    session.add(ArticleComment(draft_id=draft.id, user_id=user_id, at=datetime.now(UTC), revision=draft.revision, text=text))


def _subject(draft: ArticleDraft) -> str:
    """How the audit log names a draft: by its number, since nobody can take a word out of that log again."""
    return f"draft-{draft.id}"


def _told(draft: ArticleDraft, **more: Any) -> dict[str, Any]:
    """What the audit log says of a draft that somebody just did something with."""
    draft.changed_at = datetime.now(UTC)
    return {"draft": draft.id, "revision": draft.revision, **({"version": draft.number} if draft.number else {}), **more}
