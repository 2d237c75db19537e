"""Fills a demonstration with made-up cases: patients write over HTTP like real ones, then the time of it all is moved back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from cordial.data_files import DataFileError, Part, read_data
from desk.cases.notes import add_note
from desk.cases.reviews import Opinion, Verdict, review
from desk.cases.taking_over import Colleague, close, take_over, write
from desk.conversations.states import Outcome
from desk.database import Database
from desk.models import Base, Conversation, Message, User, UtcTime
from desk.people.roles import Role
from desk.people.users import Newcomer, create_user, find_user
from intake.fields import Intake, the_intake

CASES = Path(__file__).with_name("demo_cases.yml")
COORDINATOR = Newcomer("ona@birchwood.example", "Ona Example", Role.COORDINATOR)
CLINIC = "Birchwood Example Clinic"
_SECONDS = 40
_USUAL = {"for_whom": "Me"}  # what a case need not say
_MOST_FIELDS = 40
_REPLY_AFTER = timedelta(minutes=35)


class DemoError(DataFileError):
    """`demo_cases.yml` cannot be used; the message names the case."""


class DemoCase(Part):
    """One made-up patient, and what became of their case."""

    ago: float
    says: list[str]
    intake: dict[str, str] = {}
    stops_at: str | None = None
    helpful: bool | None = None
    then: Literal["waits", "human", "closed"] | None = None
    writes: list[str] = []
    note: str | None = None
    outcome: Outcome | None = None

    def answers(self, intake: Intake) -> dict[str, str]:
        """What the patient says to each field, by the name that it has today."""
        return {intake.name_now(name): said for name, said in (_USUAL | self.intake).items()}

    def leaves_at(self, intake: Intake) -> str | None:
        """The field at which the patient leaves, by the name that it has today."""
        return self.stops_at and intake.name_now(self.stops_at)


def read_cases(file: Path = CASES) -> list[DemoCase]:
    """Read the made-up cases.

    Raises:
        DemoError: naming what is wrong.
    """
    return read_data(list[DemoCase], file, DemoError)


def fill(url: str, database: Database, cases: list[DemoCase] | None = None) -> list[str]:
    """Let the patients write, and the coordinator work; gives the ids of the conversations.

    Args:
        url: where web answers, with Rasa behind it.
        database: the records of that web.
        cases: by default all of the file.
    """
    made = []
    for case in cases or read_cases():
        chat = DemoPatient(url)
        chat.lives(case)
        with database.write() as session:
            _work_on(session, chat.session, case)
            _move_back(session, chat.session, timedelta(days=case.ago))
        made.append(chat.session)
    return made


class DemoPatient:
    """A made-up patient in the chat."""

    def __init__(self, url: str) -> None:
        """Open a chat."""
        self._url, self._token = url, ""
        begun = self._post("/api/chat/sessions", None)
        self.session: str = begun["session"]
        self._token = begun["token"]

    def lives(self, case: DemoCase) -> None:
        """Write everything of a case."""
        for text in case.says:
            replies = self.writes(text)
            answers = [message["seq"] for message in replies if (message["answer"] or {}).get("status") == "answered"]
            if answers and case.helpful is not None and text == case.says[0]:
                self._post("/api/chat/feedback", {"seq": answers[0], "helpful": case.helpful})
        if case.intake:
            self._fills_in(case)

    def writes(self, text: str) -> list[dict[str, Any]]:
        """Send a message; gives the replies."""
        return list(self._post("/api/chat/messages", {"id": str(uuid4()), "text": text})["messages"])

    def _fills_in(self, case: DemoCase) -> None:
        """Answer the intake until it is done, or until the field at which this patient leaves."""
        intake = the_intake()
        answers, last = case.answers(intake), case.leaves_at(intake)
        replies = self.writes("Start the intake")
        for _ in range(_MOST_FIELDS):
            asked = [message["question"]["field"] for message in replies if message["question"]]
            if not asked:  # everything was read back
                self.writes("Send it")
            if not asked or asked[-1] == last:
                return
            replies = self.writes(answers.get(asked[-1], "skip"))

    def _post(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        data = json.dumps(body).encode() if body is not None else b""
        request = Request(self._url + path, data, headers, method="POST")  # noqa: S310 -- our own address
        with build_opener(ProxyHandler({})).open(request, timeout=_SECONDS) as response:
            answered = response.read()
        return dict(json.loads(answered)) if answered else {}


def _work_on(session: Session, conversation_id: str, case: DemoCase) -> None:
    """What the coordinator did with a case, by the same functions as in the console."""
    if case.then in {None, "waits"}:
        return
    somebody = find_user(session, COORDINATOR.email) or create_user(session, COORDINATOR, None, "command line")
    by = Colleague(somebody.id, somebody.name, somebody.role, CLINIC)
    before = session.scalar(select(func.max(Message.seq)).where(Message.conversation_id == conversation_id)) or 0
    take_over(session, conversation_id, by, _revision(session, conversation_id))
    for text in case.writes:
        write(session, conversation_id, by, text, str(uuid4()))
    if case.note:
        add_note(session, conversation_id, somebody.id, case.note)
    _review(session, conversation_id, somebody)
    if case.then == "closed":
        close(session, conversation_id, by, _revision(session, conversation_id), case.outcome or Outcome.OTHER)
        session.get_one(Conversation, conversation_id).closed_at = datetime.now(UTC) + 2 * _REPLY_AFTER
    for message in session.scalars(select(Message).where(Message.conversation_id == conversation_id, Message.seq > before)):
        message.at += _REPLY_AFTER


def _revision(session: Session, conversation_id: str) -> int:
    return session.get_one(Conversation, conversation_id).revision


def _review(session: Session, conversation_id: str, somebody: User) -> None:
    """Say of the first answer that it was right."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.kind == "answer")
    answer = session.scalars(query.order_by(Message.seq)).first()
    if answer and answer.answer and answer.answer.status == "answered":
        review(session, conversation_id, answer.seq, somebody.id, Opinion(Verdict.RIGHT))


def _move_back(session: Session, conversation_id: str, by: timedelta) -> None:
    """Move every time in the rows of a conversation, as if it had happened then."""
    session.flush()
    for table in Base.metadata.sorted_tables:
        owner = table.c.get("conversation_id") if table.name != "conversations" else table.c.id
        times = [column.name for column in table.columns if isinstance(column.type, UtcTime)]
        if owner is not None and times:
            _move(session, table, times, owner == conversation_id, by)


def _move(session: Session, table: Table, times: list[str], which: Any, by: timedelta) -> None:
    keys = list(table.primary_key.columns)
    for row in session.execute(select(table).where(which)).mappings().all():
        moved = {name: row[name] - by for name in times if row[name] is not None}
        session.execute(update(table).where(*(key == row[key.name] for key in keys)).values(**moved))
