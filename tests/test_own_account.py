"""People of the clinic look after their own keys, an administrator after those of others; what is refused is explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest
from sqlalchemy import select, update

from desk.models import AuditEntry, Login
from desk.people.invitations import open_invitations
from desk.people.second_factor import has_recovery_code, new_recovery_codes
from desk.people.users import get_user
from tests.support.console_alone import ConsoleAlone
from tests.support.staff import Staff, console_client
from web.console.texts import console_texts

CODE = re.compile(r"<li><code>([A-Z2-9-]{19})</code></li>")
KEY = re.compile(r'<code class="key">([A-Z2-7 ]+)</code>')
ROBIN = {"email": "robin@clinic.example", "name": "Robin Example", "role": "editor"}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleAlone]:
    """The console."""
    alone = ConsoleAlone(tmp_path_factory.mktemp("console"))
    yield alone
    alone.closes()


@pytest.fixture
def dana(console: ConsoleAlone) -> Iterator[Staff]:
    """An administrator who has just given the password once more."""
    with Staff(console.url, console.database, "administrator", "Dana Example") as person:
        person.prove()
        yield person


@pytest.fixture
def robin(console: ConsoleAlone) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(console.url, console.database, "coordinator", "Robin Example") as person:
        yield person


def works(person: Staff, code: str) -> bool:
    """Whether a recovery code would let somebody in."""
    with person.records.read() as session:
        return has_recovery_code(get_user(session, person.user_id), code)


def actions_of(person: Staff) -> list[str]:
    """What the audit log has of somebody."""
    with person.records.read() as session:
        return list(session.scalars(select(AuditEntry.action).where(AuditEntry.actor == person.user_id)))


def test_new_recovery_codes_are_shown_and_the_old_ones_end(dana: Staff) -> None:
    with dana.records.write() as session:
        old = new_recovery_codes(session, get_user(session, dana.user_id))
    page = dana.http.post("/desk/account/recovery-codes")
    codes = CODE.findall(page.text)
    assert (page.status_code, len(codes)) == (200, 10)
    assert 'href="/desk/account"' in page.text
    assert all(works(dana, code) for code in codes)
    assert not any(works(dana, code) for code in old)
    assert "10 recovery codes left" in dana.http.get("/desk/account").text


def test_without_the_password_once_more_no_recovery_codes_are_made(robin: Staff) -> None:
    with robin.records.write() as session:
        session.execute(
            update(Login).where(Login.user_id == robin.user_id).values(proved_at=datetime.now(UTC) - timedelta(hours=1))
        )
    asked = robin.http.post("/desk/account/recovery-codes")
    assert asked.url.path == "/desk/prove"
    with robin.records.read() as session:
        assert get_user(session, robin.user_id).recovery == []


def key_on(page: httpx.Response) -> str:
    """The key that another phone is set up with."""
    found = KEY.search(page.text)
    assert found, page.text
    return found[1].replace(" ", "")


def secret_code(secret: str, seconds: int = 0) -> str:
    """What a phone shows some seconds from now."""
    return pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=seconds))


def test_another_phone_takes_the_place_of_the_old_one_when_it_gives_a_right_code(dana: Staff) -> None:
    with dana.records.read() as session:
        before = get_user(session, dana.user_id).sealed_totp
    secret = key_on(dana.http.get("/desk/account/phone"))
    wrong = dana.http.post("/desk/account/phone", data={"code": secret_code(secret, seconds=3600)})
    assert wrong.status_code == 401
    assert 'role="alert"' in wrong.text
    assert 'action="/desk/account/phone"' in wrong.text
    assert 'name="next" value="/desk/account"' in wrong.text
    assert key_on(wrong) == secret, "the phone need not be set up again"
    with dana.records.read() as session:
        user = get_user(session, dana.user_id)
        assert (user.sealed_totp, user.recovery) == (before, [])
    right = dana.http.post("/desk/account/phone", data={"code": secret_code(secret)})
    codes = CODE.findall(right.text)
    assert (right.status_code, len(codes)) == (200, 10)
    assert all(works(dana, code) for code in codes)
    with dana.records.read() as session:
        assert get_user(session, dana.user_id).sealed_totp != before


def test_a_phone_that_was_never_shown_is_not_taken(dana: Staff) -> None:
    assert dana.http.post("/desk/account/phone", data={"code": "000000"}).status_code == 401


def test_other_browsers_are_logged_out_and_this_one_stays(console: ConsoleAlone, dana: Staff) -> None:
    with console_client(console.url) as left_open:
        left_open.cookies.update(dana.http.cookies)
        dana.http.cookies.clear()
        dana.log_in()
        assert left_open.get("/desk/account").url.path == "/desk/account"
        said = dana.http.post("/desk/account/logout-others")
        assert console_texts()["others_logged_out"] in said.text
        assert left_open.get("/desk/account").url.path == "/desk/login"
    assert dana.http.get("/desk/account").url.path == "/desk/account"
    assert "login.others_ended" in actions_of(dana)


@pytest.mark.parametrize(
    ("changed", "why"), [({"name": "  "}, "name_needed"), ({"email": "robin"}, "email_wrong"), ({"email": ""}, "email_wrong")]
)
def test_an_invitation_that_cannot_be_made_keeps_what_was_typed(dana: Staff, changed: dict[str, str], why: str) -> None:
    given = {**ROBIN, **changed}
    refused = dana.http.post("/desk/people/invite", data=given)
    assert refused.status_code == 422
    assert console_texts()[why] in refused.text
    assert f'value="{given["email"]}"' in refused.text
    with dana.records.read() as session:
        assert list(open_invitations(session)) == []


def test_somebody_who_is_here_is_not_invited(dana: Staff, robin: Staff) -> None:
    refused = dana.http.post("/desk/people/invite", data={**ROBIN, "email": robin.email})
    assert refused.status_code == 422
    assert console_texts()["email_taken"] in refused.text


def test_an_administrator_cannot_reset_themselves(dana: Staff) -> None:
    refused = dana.http.post(f"/desk/people/{dana.user_id}/reset")
    assert refused.status_code == 409
    assert console_texts()["own_account"] in refused.text
    assert dana.http.get("/desk/account").url.path == "/desk/account"


def test_the_only_administrator_stays_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = ConsoleAlone(tmp_path_factory.mktemp("alone"))
    with Staff(alone.url, alone.database, "administrator", "Dana Example") as dana:
        dana.prove()
        for act in ("deactivate", "role"):
            refused = dana.http.post(f"/desk/people/{dana.user_id}/{act}", data={"role": "editor"})
            assert refused.status_code == 409
            assert console_texts()["last_administrator"] in refused.text
        assert dana.http.get("/desk/people").status_code == 200
    alone.closes()


@pytest.mark.parametrize("act", ["", "/deactivate", "/activate", "/unlock", "/reset"])
def test_who_is_not_here_is_not_found(dana: Staff, act: str) -> None:
    method = "POST" if act else "GET"
    assert dana.http.request(method, f"/desk/people/nobody{act}").status_code == 404
