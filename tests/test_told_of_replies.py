"""A patient who answers a person of the clinic is heard of: once until the case was opened, also after it was closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from desk.audit import record
from desk.cases import taking_over
from desk.cases.taking_over import Colleague
from desk.conversations.states import Outcome
from desk.database import MIGRATIONS, Database
from desk.models import AuditEntry, Conversation, User
from desk.post.replied import LOOKED_BY_ITSELF
from desk.post.sender import Sender
from desk.receiver import Receiver
from desk.sealed import Keyring, new_key
from tests.support.console_alone import ConsoleAlone
from tests.support.handing_off import COORDINATORS, PROGRAM, Clock, Turns, records, sender_of, text_of
from tests.support.receivers import MailBox
from tests.support.records import colleague
from tests.support.staff import Staff

FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def case(told: Database, turns: Turns) -> Case:
    """A patient to whom Ana, who wants e-mails, has written."""
    return Case(told, turns)


class Case:
    """A patient's case that Ana has."""

    def __init__(self, told: Database, turns: Turns, mails: bool = True) -> None:
        """Let a patient ask for a person, and Ana take over and write."""
        self.told, self.turns = told, turns
        self.id = turns.asks_for_a_person()
        with told.write() as session:
            self.ana = colleague(session)
            session.get_one(User, self.ana.id).mail_replies = mails
            taking_over.take_over(session, self.id, self.ana, self._revision())
            taking_over.write(session, self.id, self.ana, "How are you?", "m-1")

    @property
    def address(self) -> str:
        """Where Ana's own e-mails go."""
        return f"{self.ana.id}@clinic.example"

    def patient_writes(self, *texts: str) -> None:
        """One message after the other."""
        for each in texts or ("Better, thank you.",):
            self.turns.says(self.id, each)

    def opens(self, by: Colleague | None = None) -> None:
        """Somebody opens the case."""
        self._looks(by or self.ana)

    def is_left_open(self) -> None:
        """Ana's page looks for news by itself."""
        self._looks(self.ana, **{LOOKED_BY_ITSELF: True})

    def _looks(self, by: Colleague, **details: bool) -> None:
        with self.told.write() as session:
            record(session, by.id, "case.viewed", self.id, **details)

    def ben(self) -> Colleague:
        """A colleague."""
        with self.told.write() as session:
            return colleague(session, "Ben Example")

    def hands_back(self) -> None:
        """Ana gives the conversation to the assistant."""
        with self.told.write() as session:
            taking_over.hand_back(session, self.id, self.ana, self._revision())

    def closes(self) -> None:
        """Ana closes the case."""
        with self.told.write() as session:
            taking_over.close(session, self.id, self.ana, self._revision(), Outcome.ANSWERED)

    def told_of(self, receiver: str) -> int:
        """How often a receiver is told that the patient has written."""
        return len(self.turns.notices(event="replied", receiver=receiver))

    def _revision(self) -> int:
        with self.told.read() as session:
            return session.get_one(Conversation, self.id).revision


def test_a_patient_who_answers_a_coordinator_is_told_to_each_receiver_and_to_who_has_the_case(case: Case) -> None:
    case.patient_writes()
    told = case.turns.notices(event="replied")
    assert [notice.receiver for notice in told] == [COORDINATORS.name, PROGRAM.name, case.address]
    assert {notice.due_at - notice.created_at for notice in told} == {FIVE_MINUTES}


def test_however_much_they_write_it_is_told_once_until_the_case_was_opened(case: Case) -> None:
    case.patient_writes("Better.", "But tired.", "Is that normal?")
    assert case.told_of(case.address) == case.told_of(PROGRAM.name) == 1
    case.opens()
    case.patient_writes("And one more thing.", "Or two.")
    assert case.told_of(case.address) == case.told_of(PROGRAM.name) == 2


def test_what_a_colleague_opened_is_still_told_to_who_has_the_case(case: Case) -> None:
    case.patient_writes()
    case.opens(case.ben())
    case.patient_writes("And one more thing.")
    assert (case.told_of(COORDINATORS.name), case.told_of(case.address)) == (2, 1)


def test_a_page_that_was_left_open_does_not_count_as_a_look(case: Case) -> None:
    case.patient_writes()
    case.is_left_open()
    case.patient_writes("Hello?")
    assert case.told_of(case.address) == 1


def test_whoever_did_not_choose_it_gets_no_e_mail_of_their_own(told: Database, turns: Turns) -> None:
    case = Case(told, turns, mails=False)
    case.patient_writes()
    assert (case.told_of(COORDINATORS.name), case.told_of(case.address)) == (1, 0)


@pytest.mark.parametrize("changed", [{"active": False}, {"role": "editor"}])
def test_whoever_works_on_cases_no_more_gets_none_either(case: Case, changed: dict[str, object]) -> None:
    with case.told.write() as session:
        for name, value in changed.items():
            setattr(session.get_one(User, case.ana.id), name, value)
    case.patient_writes()
    assert case.told_of(case.address) == 0


def test_where_no_e_mails_are_set_up_nobody_gets_one(tmp_path: Path) -> None:
    database = records(tmp_path / "records.db", new_key(), PROGRAM)
    case = Case(database, Turns(database))
    case.patient_writes()
    assert [notice.receiver for notice in case.turns.notices(event="replied")] == [PROGRAM.name]
    database.close()


def test_whoever_is_among_the_receivers_anyway_gets_one_and_not_two(tmp_path: Path) -> None:
    database = records(tmp_path / "records.db", new_key(), Receiver("email", "ana@clinic.example"))
    case = Case(database, Turns(database))
    with database.write() as session:
        session.get_one(User, case.ana.id).email = "ana@clinic.example"
    case.patient_writes()
    assert case.told_of("ana@clinic.example") == 1
    database.close()


def test_whoever_has_a_case_in_which_nobody_wrote_yet_is_told_alone(told: Database, turns: Turns) -> None:
    conversation = turns.asks_for_a_person()
    with told.write() as session:
        ana = colleague(session)
        session.get_one(User, ana.id).mail_replies = True
        taking_over.assign(session, conversation, ana, 1, ana.id)
    turns.says(conversation, "Is anybody there?")
    assert [notice.receiver for notice in turns.notices(event="replied")] == [f"{ana.id}@clinic.example"]


def test_a_patient_whom_nobody_has_written_to_and_whom_nobody_has_is_no_news(turns: Turns) -> None:
    turns.says(turns.asks_for_a_person(), "Is anybody there?")
    assert turns.notices(event="replied") == []


@pytest.mark.parametrize("ended", [Case.hands_back, Case.closes])
def test_after_it_was_handed_back_or_closed_who_wrote_last_is_told_once(case: Case, ended: object) -> None:
    ended(case)  # type: ignore[operator]
    case.patient_writes("One thing I forgot to say.", "Does it work?", "Is it safe?")
    case.opens()
    case.patient_writes("Who offers it?")
    assert case.told_of(case.address) == case.told_of(COORDINATORS.name) == case.told_of(PROGRAM.name) == 1


def test_the_time_of_the_wait_is_that_of_the_message_where_nobody_waited(case: Case) -> None:
    case.closes()
    case.patient_writes()
    told = case.turns.notices(event="replied")[0]
    assert told.payload["waiting_since"] == told.payload["at"]


@pytest.fixture
def clock() -> Clock:
    """Time that we let pass."""
    return Clock()


@pytest.fixture
def sender(told: Database, clock: Clock, box: MailBox) -> Sender:
    """What empties the outbox."""
    return sender_of(told, clock, box.url)


def test_after_five_minutes_an_e_mail_arrives_without_a_word_of_the_patient(
    case: Case, sender: Sender, clock: Clock, box: MailBox
) -> None:
    case.patient_writes("My swelling is back, says Maria Example")
    clock.goes_on(minutes=4)
    assert sender.send_to_people() == 0
    clock.goes_on(minutes=2)
    assert [sender.send_to_people() for _ in range(2)] == [1, 0]
    [mail] = box.taken
    assert mail["To"] == case.address
    assert mail["Subject"] == "The patient has written in case C-2345-6789"
    assert not {"Maria", "swelling", "back,"} & set(text_of(mail).split())
    assert "/desk/cases/C-2345-6789" in mail.get_content()


def test_what_was_opened_within_five_minutes_is_not_sent(case: Case, sender: Sender, clock: Clock, box: MailBox) -> None:
    case.patient_writes()
    case.opens()
    clock.goes_on(minutes=6)
    sender.send_due(COORDINATORS)
    assert sender.send_to_people() == 0
    assert ["New case" in mail["Subject"] for mail in box.taken] == [True]
    assert case.turns.notices(event="replied", channel="email") == []


def test_answering_is_opening_too(case: Case, sender: Sender, clock: Clock) -> None:
    case.patient_writes()
    with case.told.write() as session:
        taking_over.write(session, case.id, case.ana, "I see.", "m-2")
    clock.goes_on(minutes=6)
    assert sender.send_to_people() == 0


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleAlone]:
    """The console of a clinic that has e-mails sent."""
    alone = ConsoleAlone(tmp_path_factory.mktemp("console"), COORDINATORS)
    yield alone
    alone.closes()


def test_it_is_chosen_and_given_up_on_the_account_page(console: ConsoleAlone) -> None:
    with Staff(console.url, console.database, "coordinator") as ana:
        assert 'name="replies" value="true" aria' in ana.http.get("/desk/account").text
        kept = ana.http.post("/desk/account/e-mails", data={"replies": "true"}).text
        assert "You get an e-mail when a patient of yours has written" in kept
        assert 'name="replies" value="true" checked' in kept
        assert "You get no e-mails of your own" in ana.http.post("/desk/account/e-mails").text
        with ana.records.read() as session:
            mine = select(AuditEntry.details).where(AuditEntry.actor == ana.user_id, AuditEntry.action == "user.mails_chosen")
            assert list(session.scalars(mine.order_by(AuditEntry.seq))) == [{"replies": True}, {"replies": False}]


def test_whoever_sees_no_cases_is_not_offered_it(console: ConsoleAlone) -> None:
    with Staff(console.url, console.database, "administrator") as dana:
        assert "/desk/account/e-mails" not in dana.http.get("/desk/account").text
        assert dana.http.post("/desk/account/e-mails", data={"replies": "true"}).status_code == 403


def test_where_no_e_mails_are_set_up_the_page_says_so(tmp_path: Path) -> None:
    alone = ConsoleAlone(tmp_path)
    with Staff(alone.url, alone.database, "coordinator") as ana:
        assert "Cordial sends no e-mails here yet" in ana.http.get("/desk/account").text
    alone.closes()


def test_of_those_who_were_there_before_nobody_has_chosen_it(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'records.db'}", Keyring([new_key()]))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes.update(connection=connection, keyring=database.keyring)
        command.upgrade(config, "0017b")
        connection.execute(
            text(
                "INSERT INTO users (id, email, name, role, active, created_at, totp_step, recovery, failures)"
                " VALUES ('u1', 'ana@clinic.example', 'Ana', 'coordinator', 1, '2026-01-01', 0, '[]', 0)"
            )
        )
    database.migrate()
    with database.read() as session:
        assert session.get_one(User, "u1").mail_replies is False
    database.close()
