"""A notice arrives once its receiver is there again, whatever the receiver did before; and it shows who sent it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook as receiver_of
from standardwebhooks import WebhookVerificationError

from desk.conversations.handoffs import list_handoffs
from desk.database import Database
from desk.people.roles import Role
from desk.people.users import Newcomer, create_user
from desk.post.outbox import GIVE_UP_AFTER, GIVE_UP_NOT_BEFORE, announce, troubles, try_again
from desk.post.sender import Sender
from desk.receiver import Receiver
from tests.support import receivers
from tests.support.handing_off import COORDINATORS, IMPATIENT, PROGRAM, SECRET, Clock, Turns, sender_of
from tests.support.receivers import MailBox, Program


@pytest.fixture
def clock() -> Clock:
    """Time that we let pass."""
    return Clock()


@pytest.fixture
def program() -> Iterator[Program]:
    """A receiver of webhooks."""
    program = Program().opens()
    yield program
    program.closes()


@pytest.fixture
def sender(told: Database, clock: Clock, box: MailBox, program: Program) -> Sender:
    """What empties the outbox."""
    return sender_of(told, clock, box.url, program.url)


def test_an_e_mail_arrives_once(sender: Sender, turns: Turns, box: MailBox, clock: Clock) -> None:
    turns.asks_for_a_person()
    clock.goes_on(seconds=60)
    assert [sender.send_due(COORDINATORS) for _ in range(3)] == [1, 0, 0]
    [message] = box.taken
    assert (message["To"], message["From"]) == ("coordinators@birchwood.example", "cordial@birchwood.example")
    assert "C-2345-6789" in message["Subject"]
    assert "Maria" not in message.as_string()


def secret_of(seed: bytes) -> str:
    """A secret as Standard Webhooks writes it."""
    return f"whsec_{base64.b64encode(hashlib.sha256(seed).digest()).decode()}"


NEW, OLD = secret_of(b"new"), secret_of(b"old")
AS_TEXT = f"whsec_{base64.b64encode(SECRET.encode()).decode()}"  # how a library takes a secret that is a plain text


@pytest.mark.parametrize(
    ("secrets", "known"),
    [
        ({"secret": NEW}, [NEW]),
        ({"secret": SECRET}, [AS_TEXT]),
        ({"secret": NEW, "old_secret": OLD}, [NEW, OLD]),
        ({"secret": NEW, "old_secret": SECRET}, [NEW, AS_TEXT]),
    ],
)
def test_a_program_can_check_who_sent_a_webhook(
    secrets: dict[str, str], known: list[str], told: Database, turns: Turns, program: Program, clock: Clock
) -> None:
    turns.asks_for_a_person()
    clock.goes_on(minutes=1)
    assert sender_of(told, clock, program=program.url, **secrets).send_due(PROGRAM) == 1
    [(headers, body)] = program.taken
    for secret in known:
        assert receiver_of(secret).verify(body, headers)["id"] == headers["webhook-id"]
        assert headers["User-Agent"] == "Cordial"  # so that a receiver's log tells whose call it was
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        receiver_of(secret_of(b"another")).verify(body, headers)
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        receiver_of(known[0]).verify(body.replace(b"normal", b"urgent"), headers)
    assert b"Maria" not in body


@pytest.mark.parametrize(("secrets", "known"), [({"secret": SECRET}, SECRET), ({"secret": NEW, "old_secret": SECRET}, SECRET)])
def test_a_program_that_was_set_up_before_standard_webhooks_goes_on(
    secrets: dict[str, str], known: str, told: Database, turns: Turns, program: Program, clock: Clock
) -> None:
    turns.asks_for_a_person()
    clock.goes_on(minutes=1)
    sender_of(told, clock, program=program.url, **secrets).send_due(PROGRAM)
    [(headers, body)] = program.taken
    signed = f"{headers['X-Cordial-Timestamp']}.".encode() + body
    assert headers["X-Cordial-Signature"] == f"sha256={hmac.new(known.encode(), signed, 'sha256').hexdigest()}"
    assert headers["X-Cordial-Id"] == json.loads(body)["id"] == headers["webhook-id"]
    assert abs(int(headers["X-Cordial-Timestamp"]) - clock().timestamp()) <= 1


def test_somebody_of_the_clinic_gets_what_is_theirs_at_their_own_address(
    sender: Sender, told: Database, turns: Turns, box: MailBox, clock: Clock
) -> None:
    turns.asks_for_a_person()
    with told.write() as session:
        ana = create_user(session, Newcomer("ana@clinic.example", "Ana Example", Role.COORDINATOR), None, "u0")
        announce(session, list_handoffs(session)[0], "ending", clock(), ana)
    assert [sender.send_to_people() for _ in range(2)] == [1, 0]
    assert [mail["To"] for mail in box.taken] == ["ana@clinic.example"]


def test_urgent_notices_go_before_others(sender: Sender, turns: Turns, box: MailBox, clock: Clock) -> None:
    turns.asks_for_a_person("C-2222-2222")
    turns.asks_for_a_person("C-3333-3333", "emergency")
    clock.goes_on(seconds=60)
    sender.send_due(COORDINATORS)
    assert ["C-3333-3333" in box.taken[0]["Subject"], "C-2222-2222" in box.taken[1]["Subject"]] == [True, True]


def _silent() -> str | None:
    time.sleep(1.2)
    return "451 too late"


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("does", [_silent, lambda: "451 try again later", lambda: "550 no", lambda: "421 going down"])
def test_a_mail_server_that_fails_gets_the_mail_once_it_works(
    step: str, does: Callable[[], str | None], sender: Sender, turns: Turns, box: MailBox, clock: Clock
) -> None:
    turns.asks_for_a_person()
    box.at[step] = does
    clock.goes_on(seconds=60)
    assert sender.send_due(COORDINATORS) == 0
    box.behaves()
    assert sender.send_due(COORDINATORS) == 0, "it is not tried again at once"
    clock.goes_on(seconds=40)
    assert sender.send_due(COORDINATORS) == 1
    assert len(box.taken) == 1


def test_a_mail_server_that_dies_after_taking_a_mail_gets_it_once_more_under_the_same_id(
    sender: Sender, turns: Turns, box: MailBox, clock: Clock
) -> None:
    turns.asks_for_a_person()
    box.at["DATA"] = lambda: "TAKE AND HANG UP"
    clock.goes_on(seconds=60)
    assert sender.send_due(COORDINATORS) == 0
    box.behaves()
    clock.goes_on(seconds=40)
    assert sender.send_due(COORDINATORS) == 1
    assert len(box.ids()) == 2
    assert len(set(box.ids())) == 1


def test_a_mail_that_was_taken_is_not_sent_again_because_of_a_bad_goodbye(
    sender: Sender, turns: Turns, box: MailBox, clock: Clock
) -> None:
    turns.asks_for_a_person()
    box.at["QUIT"] = lambda: "421 never mind"
    clock.goes_on(seconds=60)
    assert sender.send_due(COORDINATORS) == 1


@pytest.mark.parametrize(
    ("does", "repeats"),
    [
        (receivers.refuses_it, 0),
        (receivers.is_silent, 0),
        (receivers.trickles, 0),
        (receivers.sends_elsewhere, 0),
        (receivers.dies_in_the_middle, 1),
    ],
)
def test_a_program_that_fails_gets_the_notice_once_it_works(
    does: Callable[[object], None], repeats: int, sender: Sender, turns: Turns, program: Program, clock: Clock
) -> None:
    turns.asks_for_a_person()
    program.does = does
    clock.goes_on(seconds=60)
    started = time.monotonic()
    assert sender.send_due(PROGRAM) == 0
    assert time.monotonic() - started < IMPATIENT.whole + 2, "nobody is waited for longer than was set"
    assert program.asked == 1, "nothing is asked of another address"
    program.does = receivers.takes_it
    clock.goes_on(seconds=40)
    assert sender.send_due(PROGRAM) == 1
    assert len(program.taken) == 1 + repeats
    assert len(set(program.ids())) == 1


def test_receivers_that_are_away_get_everything_when_they_are_back(
    sender: Sender, turns: Turns, box: MailBox, program: Program, clock: Clock
) -> None:
    box.closes()
    program.closes()
    references = [f"C-2222-22{number}" for number in range(22, 27)]
    for reference in references:
        turns.asks_for_a_person(reference)
    for _ in range(8):
        clock.goes_on(minutes=31)
        assert sender.send_due(COORDINATORS) + sender.send_due(PROGRAM) == 0
    box.opens()
    program.opens()
    clock.goes_on(minutes=40)
    assert sender.send_due(COORDINATORS) == len(references)
    assert sender.send_due(PROGRAM) == len(references)
    assert (len(set(box.ids())), len(set(program.ids()))) == (len(references), len(references))


def test_as_soon_as_a_receiver_is_back_the_others_do_not_wait_for_their_turn(
    sender: Sender, turns: Turns, program: Program, clock: Clock
) -> None:
    program.does = receivers.refuses_it
    for reference in ("C-2222-2222", "C-3333-3333"):
        turns.asks_for_a_person(reference)
    for _ in range(12):
        clock.goes_on(minutes=1)
        sender.send_due(PROGRAM)
    program.does = receivers.takes_it
    turns.asks_for_a_person("C-4444-4444")
    clock.now = max(clock.now, datetime.now(UTC))
    assert sender.send_due(PROGRAM) == 3


def test_a_receiver_that_hangs_keeps_no_other_waiting(sender: Sender, turns: Turns, box: MailBox, program: Program) -> None:
    sender = Sender(sender.database, sender.post)
    program.does = receivers.is_silent
    turns.asks_for_a_person()
    hanging = threading.Thread(target=sender.send_due, args=(PROGRAM,))
    hanging.start()
    started = time.monotonic()
    assert sender.send_due(COORDINATORS) == 1
    assert time.monotonic() - started < IMPATIENT.silence
    hanging.join(5)


def test_two_processes_never_send_the_same_notice(told: Database, turns: Turns, program: Program, clock: Clock) -> None:
    for number in range(10):
        turns.asks_for_a_person(f"C-2222-22{number:02}")
    clock.goes_on(minutes=1)  # the notices are due by the real clock
    senders = [sender_of(told, clock, program=program.url) for _ in range(4)]
    busy = [threading.Thread(target=sender.send_due, args=(PROGRAM,)) for sender in senders]
    for thread in busy:
        thread.start()
    for thread in busy:
        thread.join(30)
    assert len(program.ids()) == len(set(program.ids())) == 10


def test_after_three_days_a_notice_is_given_up_and_others_are_told(
    sender: Sender, turns: Turns, box: MailBox, program: Program, clock: Clock
) -> None:
    program.does = receivers.refuses_it
    turns.asks_for_a_person()
    clock.goes_on(minutes=1)  # the first notice is due by the real clock
    sender.send_due(PROGRAM)
    sender.send_due(COORDINATORS)
    _days_pass(sender, clock)
    [notice] = turns.notices(channel="webhook")
    assert (notice.state, notice.last_error) == ("given_up", "the webhook answered 500")
    assert sender.send_due(COORDINATORS) == 1
    assert "not told" in box.taken[-1]["Subject"]
    with sender.database.read() as session:
        assert [trouble.id for trouble in troubles(session, clock())] == [notice.id]


def test_what_was_given_up_can_be_sent_again(sender: Sender, turns: Turns, program: Program, clock: Clock) -> None:
    program.does = receivers.refuses_it
    turns.asks_for_a_person()
    _days_pass(sender, clock)
    program.does = receivers.takes_it
    with sender.database.write() as session:
        assert try_again(session, turns.notices(channel="webhook")[0].id, clock())
    assert sender.send_due(PROGRAM) == 1


def test_nobody_is_told_that_a_mail_about_a_failure_failed(
    sender: Sender, turns: Turns, box: MailBox, program: Program, clock: Clock
) -> None:
    box.at["MAIL"] = lambda: "451 no"
    program.does = receivers.refuses_it
    turns.asks_for_a_person()
    _days_pass(sender, clock, PROGRAM, COORDINATORS)
    _days_pass(sender, clock, COORDINATORS)
    assert len(turns.notices(event="undelivered")) == 1
    assert all(notice.state == "given_up" for notice in turns.notices())


def test_who_was_away_for_days_does_not_give_up_at_once(sender: Sender, turns: Turns, program: Program, clock: Clock) -> None:
    program.does = receivers.refuses_it
    turns.asks_for_a_person()
    clock.goes_on(days=9)
    sender.send_due(PROGRAM)
    assert turns.notices(channel="webhook")[0].state == "waiting"


def _days_pass(sender: Sender, clock: Clock, *whom: Receiver) -> None:
    """As many attempts as it takes to give up."""
    for _ in range(GIVE_UP_NOT_BEFORE):
        clock.now += GIVE_UP_AFTER
        for receiver in whom or [PROGRAM]:
            sender.send_due(receiver)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that nobody trusts by itself."""
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-keyout",
            str(file),
            "-out",
            str(file.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
    )
    file.write_text(file.read_text() + file.with_suffix(".crt").read_text())
    return file


@pytest.mark.parametrize("trusted", [True, False])
def test_a_mail_server_has_to_show_who_it_is(
    trusted: bool, certificate: Path, told: Database, turns: Turns, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    box = MailBox(context).opens()
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
    try:
        turns.asks_for_a_person()
        clock.goes_on(seconds=60)
        assert sender_of(told, clock, box.url).send_due(COORDINATORS) == (1 if trusted else 0)
        assert len(box.taken) == (1 if trusted else 0)
    finally:
        box.closes()


def test_an_error_that_is_kept_repeats_nothing_that_the_other_side_wrote(
    sender: Sender, turns: Turns, box: MailBox, clock: Clock
) -> None:
    turns.asks_for_a_person()
    box.at["RCPT"] = lambda: "550 Maria Example lives here"
    clock.goes_on(seconds=60)
    sender.send_due(COORDINATORS)
    [notice] = turns.notices(channel="email")
    assert notice.last_error is not None
    assert "Maria" not in notice.last_error
    assert re.search(r"\b550\b", notice.last_error)
