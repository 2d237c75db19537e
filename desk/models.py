"""All tables, by their names."""

from desk.tables.articles import ArticleComment, ArticleDraft
from desk.tables.base import Base, UtcTime
from desk.tables.conversation import Alarm, Conversation, Feedback, HeldBack, Intake, IntakeAnswer, Message
from desk.tables.facts import AnswerFact
from desk.tables.handoff import Correction, Handoff, Note, Notice, Review
from desk.tables.people import AuditEntry, Decision, Invitation, Login, SealedAuditKey, User
from desk.tables.reaching import Presence, ReplyLink
from desk.tables.sealing import SEALED
from desk.tables.search import NoteWord, Word

__all__ = [
    "SEALED",
    "Alarm",
    "AnswerFact",
    "ArticleComment",
    "ArticleDraft",
    "AuditEntry",
    "Base",
    "Conversation",
    "Correction",
    "Decision",
    "Feedback",
    "Handoff",
    "HeldBack",
    "Intake",
    "IntakeAnswer",
    "Invitation",
    "Login",
    "Message",
    "Note",
    "NoteWord",
    "Notice",
    "Presence",
    "ReplyLink",
    "Review",
    "SealedAuditKey",
    "User",
    "UtcTime",
    "Word",
]
