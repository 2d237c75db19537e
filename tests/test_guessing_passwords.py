"""Whoever guesses has to wait, longer and longer; and cannot keep the person out whose password they guess."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from desk.audit import Search, search
from desk.database import Database
from desk.models import User
from desk.people.lockout import FREE_TRIES, browser_of, locked, unlock
from desk.people.logins import Lasting, check_code, check_password, check_recovery, start_login
from desk.people.roles import Role
from desk.people.second_factor import confirm_phone, new_recovery_codes, new_secret
from desk.people.users import Newcomer, create_user, get_user

EMAIL, GOOD, WRONG = "dana@clinic.example", "violet kettle on a roof", "wrong wrong wrong"
LASTING = Lasting(timedelta(minutes=30), timedelta(hours=12))


class Dana:
    """Somebody with a password, a phone and recovery codes."""

    def __init__(self, database: Database) -> None:
        """Let her join."""
        self.database, self.secret = database, new_secret()
        then = datetime.now(UTC) - timedelta(hours=1)
        with database.write() as session:
            user = create_user(session, Newcomer(EMAIL, "Dana Example", Role.COORDINATOR), GOOD, None)
            assert confirm_phone(session, user, self.secret, pyotp.TOTP(self.secret).at(then), then)
            self.codes = new_recovery_codes(session, user)
            self.browser = browser_of(user)
            self.id = user.id

    def user(self) -> User:
        """Her entry as it is now."""
        with self.database.read() as session:
            return get_user(session, self.id)

    def gives_code(self, code: str) -> bool:
        """Whether a code is taken."""
        with self.database.write() as session:
            return check_code(session, get_user(session, self.id), code)

    def waits(self) -> None:
        """Let the time pass for which she is locked."""
        with self.database.write() as session:
            user = get_user(session, self.id)
            user.locked_until = datetime.now(UTC) - timedelta(seconds=1)

    def lock_ends_in(self) -> timedelta:
        """How long a stranger has to wait now."""
        until = self.user().locked_until
        return until - datetime.now(UTC) if until else timedelta()


@pytest.fixture
def dana(database: Database) -> Dana:
    """Dana, of the clinic."""
    return Dana(database)


def guess(database: Database, times: int) -> None:
    """Guess her password in vain."""
    for _ in range(times):
        assert check_password(database, EMAIL, WRONG) is None


def test_after_five_wrong_passwords_the_right_one_has_to_wait_too(database: Database, dana: Dana) -> None:
    guess(database, FREE_TRIES - 1)
    assert check_password(database, EMAIL, GOOD)
    guess(database, 1)
    assert check_password(database, EMAIL, GOOD) is None
    dana.waits()
    assert check_password(database, EMAIL, GOOD)


def test_each_further_wrong_password_doubles_the_wait_up_to_an_hour(database: Database, dana: Dana) -> None:
    guess(database, FREE_TRIES)
    waits = []
    for _ in range(8):
        waits.append(round(dana.lock_ends_in() / timedelta(minutes=1)))
        dana.waits()
        guess(database, 1)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_try_that_has_to_wait_is_not_counted(database: Database, dana: Dana) -> None:
    guess(database, FREE_TRIES + 3)
    assert dana.user().failures == FREE_TRIES
    assert dana.lock_ends_in() < timedelta(minutes=1)


@pytest.mark.both_databases
def test_many_guesses_at_once_count_as_many(database: Database, dana: Dana) -> None:
    with ThreadPoolExecutor(8) as strangers:
        list(strangers.map(lambda _: guess(database, 1), range(8)))
    assert dana.user().failures == FREE_TRIES
    assert locked(dana.user(), datetime.now(UTC))


def test_a_stranger_who_guesses_does_not_lock_the_person_out_of_their_own_browser(database: Database, dana: Dana) -> None:
    guess(database, FREE_TRIES)
    assert check_password(database, EMAIL, GOOD) is None
    assert check_password(database, EMAIL, GOOD, dana.browser)


def test_a_stolen_browser_has_to_wait_as_well(database: Database, dana: Dana) -> None:
    for _ in range(FREE_TRIES):
        assert check_password(database, EMAIL, WRONG, dana.browser) is None
    assert check_password(database, EMAIL, GOOD, dana.browser) is None
    assert check_password(database, EMAIL, GOOD)


@pytest.mark.parametrize("shown", [["somebody else", "0" * 16], [], None])
def test_another_persons_browser_is_no_better_than_a_strangers(database: Database, dana: Dana, shown: list[str] | None) -> None:
    guess(database, FREE_TRIES)
    assert check_password(database, EMAIL, GOOD, shown) is None


def test_a_locked_person_gets_in_with_a_recovery_code(database: Database, dana: Dana) -> None:
    guess(database, FREE_TRIES)
    assert check_recovery(database, EMAIL, GOOD, dana.codes[0])
    assert check_recovery(database, EMAIL, GOOD, dana.codes[0]) is None
    assert check_recovery(database, EMAIL, WRONG, dana.codes[1]) is None
    assert check_recovery(database, EMAIL, GOOD, dana.codes[1].lower().replace("-", " "))


def test_an_administrator_lets_a_locked_person_try_again(database: Database, dana: Dana) -> None:
    guess(database, FREE_TRIES)
    with database.write() as session:
        unlock(session, get_user(session, dana.id), "command line")
    assert check_password(database, EMAIL, GOOD)


def test_whoever_knows_the_password_cannot_guess_codes_all_day(database: Database, dana: Dana) -> None:
    for _ in range(FREE_TRIES):
        assert check_password(database, EMAIL, GOOD)
        assert not dana.gives_code("000000")
    assert check_password(database, EMAIL, GOOD) is None
    assert not dana.gives_code(pyotp.TOTP(dana.secret).now())


def test_a_code_is_good_once_and_none_before_it_after_it(dana: Dana) -> None:
    totp, now = pyotp.TOTP(dana.secret), datetime.now(UTC)
    assert dana.gives_code(totp.at(now))
    assert not dana.gives_code(totp.at(now))
    assert not dana.gives_code(totp.at(now - timedelta(seconds=30)))


def test_an_old_code_is_not_good(dana: Dana) -> None:
    assert not dana.gives_code(pyotp.TOTP(dana.secret).at(datetime.now(UTC) - timedelta(seconds=90)))


def test_logging_in_forgets_what_was_wrong_before(database: Database, dana: Dana) -> None:
    guess(database, 3)
    with database.write() as session:
        start_login(session, get_user(session, dana.id), LASTING)
    assert dana.user().failures == 0


def test_wrong_tries_and_locks_are_in_the_audit_log_without_what_was_typed(database: Database, dana: Dana) -> None:
    guess(database, FREE_TRIES + 3)
    with database.read() as session:
        entries = search(session, Search(subject=dana.id), None, 100)
    told = [entry.action for entry in entries]
    assert told.count("login.failed") == FREE_TRIES
    assert told.count("login.locked") == 1
    assert WRONG not in str([entry.details for entry in entries])
