"""All tables, by their names."""

from desk.tables.base import Base, UtcTime
from desk.tables.conversation import Conversation, Feedback, HeldBack, Intake, IntakeAnswer, Message
from desk.tables.facts import AnswerFact
from desk.tables.handoff import Handoff, Note, Notice, Review
from desk.tables.people import AuditEntry, Decision, Invitation, Login, User
from desk.tables.sealing import SEALED
from desk.tables.search import Word

__all__ = [
    "SEALED",
    "AnswerFact",
    "AuditEntry",
    "Base",
    "Conversation",
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
    "Notice",
    "Review",
    "User",
    "UtcTime",
    "Word",
]
