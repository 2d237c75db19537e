"""A patient who closed the chat is told by e-mail that there is a reply: once until they read, and never what it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cordial.bootstrap import PROJECT
from cordial.settings import Settings, SettingsError
from desk.conversations.corrections import NewCorrection, What, correct
from desk.conversations.log import Draft
from desk.conversations.own_data import held_on, withdraw_consent
from desk.database import Database
from desk.keeping.erasure import erase
from desk.post.outbox import drop_unknown_receivers, troubles, untold
from desk.reaching.coming_back import CODE_LASTS, MOST_CODES, come_back, send_code
from desk.reaching.seen import OPEN_LASTS, note_open
from desk.reaching.standing import Standing, standing
from desk.reaching.telling import LASTS, MOST_TRIES, hash_of
from desk.sealed import Keyring, new_key
from intake.clinic import read_clinic
from tests.support.handing_off import Clock, text_of
from tests.support.leaving import Left, code_in, link_in
from tests.support.receivers import MailBox
from web.post import reaches_patients

BORN = date(1961, 3, 14)
NO_BIRTH = {"birth": ("about 65", {"age": 65})}


@pytest.fixture
def reaching(tmp_path: Path) -> Iterator[Database]:
    """Records of a clinic that has e-mails sent to patients."""
    database = Database(f"sqlite:///{tmp_path / 'records.db'}", Keyring([new_key()]), reaches_patients=True)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def maria(reaching: Database, box: MailBox) -> Left:
    """A patient who left."""
    return Left(reaching, box)


def answers(left: Left, answer: date | str, secret: str | None = None) -> str | None:
    """Try to come back; gives the conversation that was opened."""
    with left.database.write() as session:
        return come_back(session, secret or left.secret, answer, left.clock())


def asks_for_a_code(left: Left) -> None:
    """Press the button, and let the e-mail be sent."""
    with left.database.write() as session:
        send_code(session, left.secret, left.clock())
    left.sender.send_due()


def shown(left: Left) -> Standing:
    """What the case shows."""
    with left.database.read() as session:
        return standing(session, left.id, left.clock())


def actions(left: Left) -> list[str]:
    """What the audit log has on the chat, of what matters here."""
    with left.database.read() as session:
        return [access.action for access in held_on(session, left.id).accesses if access.action.startswith("reply.")]


# --- the e-mail


def test_it_says_that_there_is_a_reply_and_nothing_of_it(maria: Left) -> None:
    maria.ana_writes()
    [message] = maria.is_told()
    assert message["To"] == "maria@mail.example"
    assert message["Subject"] == "You have a reply from Birchwood Example Clinic"
    said = text_of(message)
    assert "/back#b." in said
    assert "date of birth" in said
    for word in ("Good news", "knees", "osteoarthritis", "Maria", "1961", "Ana", "C-2345"):
        assert word not in said.replace("maria@mail.example", "")


def test_a_page_that_shows_the_reply_in_time_needs_no_e_mail(maria: Left) -> None:
    maria.sees(maria.ana_writes())
    assert maria.is_told() == []
    assert maria.waiting() == []


def test_an_open_page_is_given_more_time(maria: Left) -> None:
    with maria.database.write() as session:
        note_open(session, maria.id, datetime.now(UTC) + OPEN_LASTS)
    maria.ana_writes()
    assert maria.is_told(timedelta(minutes=5)) == []
    assert len(maria.is_told(timedelta(minutes=6))) == 1


def test_it_comes_once_until_they_have_read(maria: Left) -> None:
    for _ in range(3):
        last = maria.ana_writes()
        assert len(maria.is_told()) == 1
    maria.sees(last)
    maria.ana_writes()
    assert len(maria.is_told()) == 2


def test_it_comes_again_when_its_link_has_ended_unread(maria: Left) -> None:
    maria.ana_writes()
    maria.is_told()
    assert len(maria.is_told(LASTS + timedelta(hours=1))) == 1
    with maria.database.write() as session:
        session.execute(text("UPDATE reply_links SET ends_at = '2020-01-01'"))
    maria.ana_writes()
    assert len(maria.is_told()) == 2


def test_nothing_is_lost_while_the_mail_server_is_down(maria: Left) -> None:
    maria.box.closes()
    maria.ana_writes()
    assert maria.is_told() == []
    assert shown(maria).mail == "in_vain"
    maria.box.opens()
    assert len(maria.is_told(timedelta(minutes=5))) == 1
    assert answers(maria, BORN) == maria.id


def test_one_that_was_sent_and_not_noted_is_sent_again_with_the_same_link(maria: Left) -> None:
    maria.box.at["DATA"] = lambda: "TAKE AND HANG UP"
    maria.ana_writes()
    maria.is_told()
    first = maria.secret
    maria.box.behaves()
    assert len(maria.is_told(timedelta(minutes=5))) == 2
    assert maria.secret == first
    assert len(set(maria.box.ids())) == 1


def test_an_address_that_is_refused_keeps_nobody_else_waiting(maria: Left) -> None:
    jonas = Left(maria.database, maria.box, maria.clock, contact=("j@mail.example", {"by": "email", "value": "j@mail.example"}))
    maria.ana_writes()
    jonas.ana_writes()
    refused = iter(["550 no such box"])
    maria.box.at["RCPT"] = lambda: next(refused, None)
    assert len(maria.is_told()) == 1
    with maria.database.read() as session:
        assert untold(session) == 0, "that is about the clinic's own addresses"
        assert troubles(session, maria.clock()) == []


@pytest.mark.parametrize(
    ("gave", "why"),
    [({"contact": None}, "no_email"), ({"contact": ("+370 612 34567", {"by": "phone", "value": "+37061234567"})}, "no_email")],
)
def test_without_an_address_the_case_says_so(reaching: Database, box: MailBox, gave: dict[str, Any], why: str) -> None:
    left = Left(reaching, box, **gave)
    left.ana_writes()
    assert left.is_told() == []
    assert shown(left).why_not == why


def test_a_second_way_to_reach_them_counts_too(reaching: Database, box: MailBox) -> None:
    also = [{"by": "email", "value": "m@mail.example"}]
    left = Left(reaching, box, contact=("both", {"by": "phone", "value": "+37061234567", "also": also}))
    left.ana_writes()
    assert left.is_told()[0]["To"] == "m@mail.example"


def test_where_the_clinic_has_not_switched_it_on_nobody_is_told(database: Database, box: MailBox) -> None:
    left = Left(database, box)
    left.ana_writes()
    assert left.is_told() == []
    assert left.link() is None
    assert shown(left).why_not == "off"


def test_what_waits_when_it_is_switched_off_is_given_up(maria: Left) -> None:
    maria.ana_writes()
    off = Database(str(maria.database.engine.url), maria.database.keyring)
    with off.write() as session:
        drop_unknown_receivers(session, maria.clock() + timedelta(minutes=3))
    off.close()
    assert [notice.state for notice in maria.waiting()] == ["given_up"]


def test_a_clinic_that_wants_it_and_has_no_mail_server_hears_so_at_the_start(tmp_path: Path) -> None:
    clinic = read_clinic(PROJECT / "clinic.yml").model_copy(update={"mail_patients": True})
    settings = Settings(data=tmp_path, mail_from="cordial@birchwood.example")
    with pytest.raises(SettingsError, match=r"mail_patients in clinic\.yml also needs CORDIAL_SMTP_URL, CORDIAL_PUBLIC_URL"):
        reaches_patients(settings, clinic)
    assert not reaches_patients(settings, read_clinic(PROJECT / "clinic.yml")), "it is off unless somebody switches it on"


# --- an address that a colleague typed


def test_a_corrected_address_is_used_if_there_is_a_date_of_birth_to_ask_for(maria: Left) -> None:
    corrects(maria, "maria.example@mail.example")
    maria.ana_writes()
    assert maria.is_told()[0]["To"] == "maria.example@mail.example"


def test_without_one_no_link_goes_to_an_address_that_the_patient_never_gave(reaching: Database, box: MailBox) -> None:
    left = Left(reaching, box, **NO_BIRTH)
    corrects(left, "maria.example@mail.example")
    left.ana_writes()
    assert left.is_told() == []
    assert shown(left).why_not == "corrected"


def corrects(left: Left, contact: str) -> None:
    """Ana sets the contact right."""
    with left.database.write() as session:
        correct(session, left.id, left.ana.id, NewCorrection(What.CONTACT, contact))


# --- the link


def test_the_date_of_birth_opens_it_and_the_case_tells(maria: Left) -> None:
    maria.ana_writes()
    maria.is_told()
    assert answers(maria, BORN) == maria.id
    assert actions(maria) == ["reply.mailed", "reply.link_opened"]
    assert [event.what for event in shown(maria).events] == ["mailed", "opened"]


def test_a_code_opens_it_where_no_exact_date_is_known(reaching: Database, box: MailBox) -> None:
    left = Left(reaching, box, **NO_BIRTH)
    left.ana_writes()
    left.is_told()
    assert link_in(box)[0] == "c"
    asks_for_a_code(left)
    code = code_in(box)
    assert box.taken[-1]["To"] == "maria@mail.example"
    assert code not in box.taken[-1]["Subject"]
    assert answers(left, "000000" if code != "000000" else "111111") is None
    assert answers(left, code) == left.id
    assert answers(left, code) is None, "it is used once"


def test_a_code_is_good_for_a_quarter_of_an_hour_and_a_new_one_ends_it(reaching: Database, box: MailBox) -> None:
    left = Left(reaching, box, **NO_BIRTH)
    left.ana_writes()
    left.is_told()
    asks_for_a_code(left)
    first = code_in(box)
    left.clock.now += CODE_LASTS
    assert answers(left, first) is None
    asks_for_a_code(left)
    assert answers(left, code_in(box)) == left.id


def test_an_old_code_is_not_sent_when_the_mail_server_comes_back(reaching: Database, box: MailBox) -> None:
    left = Left(reaching, box, **NO_BIRTH)
    left.ana_writes()
    left.is_told()
    box.closes()
    asks_for_a_code(left)
    box.opens()
    assert len(left.is_told(CODE_LASTS + timedelta(minutes=1))) == 1


def test_codes_are_sent_a_few_times_only(reaching: Database, box: MailBox) -> None:
    left = Left(reaching, box, **NO_BIRTH)
    left.ana_writes()
    left.is_told()
    for _ in range(MOST_CODES + 3):
        asks_for_a_code(left)
    assert len(box.taken) == 1 + MOST_CODES


def test_after_a_few_wrong_tries_the_right_answer_opens_nothing(maria: Left) -> None:
    maria.ana_writes()
    maria.is_told()
    for _ in range(MOST_TRIES):
        assert answers(maria, date(1961, 3, 15)) is None
    assert answers(maria, BORN) is None
    assert shown(maria).locked
    assert actions(maria) == ["reply.mailed", "reply.link_locked"]
    maria.ana_writes()
    maria.is_told()
    assert answers(maria, BORN) == maria.id, "a new reply makes a new link"


def test_wrong_tries_before_a_right_one_are_forgotten(maria: Left) -> None:
    maria.ana_writes()
    maria.is_told()
    for _ in range(2):
        for _ in range(MOST_TRIES - 1):
            answers(maria, date(1961, 3, 15))
        assert answers(maria, BORN) == maria.id


def test_it_ends_after_some_days(maria: Left) -> None:
    maria.ana_writes()
    maria.is_told()
    maria.clock.now += LASTS - timedelta(minutes=1)
    assert answers(maria, BORN) == maria.id
    maria.clock.now += timedelta(minutes=1)
    assert answers(maria, BORN) is None


def test_a_new_reply_after_reading_makes_a_new_link_and_ends_the_old_one(maria: Left) -> None:
    maria.ana_writes()
    maria.is_told()
    first = maria.secret
    assert answers(maria, BORN) == maria.id
    maria.ana_writes()
    assert answers(maria, BORN, first) is None
    maria.is_told()
    assert maria.secret != first
    assert answers(maria, BORN) == maria.id


def test_an_unknown_link_opens_nothing(maria: Left) -> None:
    maria.ana_writes()
    maria.is_told()
    assert answers(maria, BORN, "x" * 32) is None
    assert answers(maria, "birth:1961-03-14") is None


# --- what is kept of it


def test_the_database_keeps_a_hash_alone_once_the_e_mail_was_taken(maria: Left, tmp_path: Path) -> None:
    maria.ana_writes()
    link = maria.link()
    assert link is not None
    assert link.secret
    waiting = link.secret
    maria.is_told()
    link = maria.link()
    assert link is not None
    assert link.secret is None
    assert link.token_hash == hash_of(waiting) == hash_of(maria.secret)
    found = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    for secret in (maria.secret, "maria@mail.example"):
        assert secret.encode() not in found


def test_a_withdrawn_consent_ends_the_link_and_what_waits(maria: Left) -> None:
    maria.ana_writes()
    maria.is_told()
    secret = maria.secret
    withdraws(maria)
    assert answers(maria, BORN, secret) is None
    assert maria.link() is None
    maria.ana_writes()
    assert len(maria.is_told()) == 1
    assert shown(maria).why_not == "withdrawn"


def test_one_that_waits_when_the_consent_is_withdrawn_is_never_sent(maria: Left) -> None:
    maria.ana_writes()
    withdraws(maria)
    assert maria.is_told() == []
    assert maria.waiting() == []


def test_an_erased_chat_leaves_no_link(maria: Left) -> None:
    maria.ana_writes()
    maria.is_told()
    secret = maria.secret
    with maria.database.write() as session:
        erase(session, maria.id, "patient")
    assert answers(maria, BORN, secret) is None
    assert maria.link() is None
    assert maria.is_told() == maria.box.taken
    assert len(maria.box.taken) == 1


def withdraws(left: Left) -> None:
    """The patient takes their consent back."""
    with left.database.write() as session:
        withdraw_consent(
            session, left.id, lambda _reference, _hold: [Draft("It is withdrawn.", kind="notice", sender="system")]
        )


# --- an earlier database


def test_a_migration_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'records.db'}", Keyring([new_key()]), reaches_patients=True)
    database.migrate()
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE reply_links"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0021'"))
    database.migrate()
    box = MailBox().opens()
    left = Left(database, box, Clock())
    left.ana_writes()
    assert len(left.is_told()) == 1
    box.closes()
    database.close()
