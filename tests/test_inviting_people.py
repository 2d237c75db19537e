"""Somebody new comes in by a one-time link, whoever lost a key by another, and one administrator always stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pyotp
import pytest

from desk.audit import Search, search
from desk.database import Database
from desk.models import Invitation
from desk.people.invitations import LinkEnded, accept, find_invitation, first_link, invite, open_invitations, reset, withdraw
from desk.people.passwords import WeakPassword
from desk.people.roles import Role
from desk.people.users import EmailTaken, LastAdministrator, Newcomer, change_role, create_user, deactivate, find_user, get_user
from tests.support.staff import Staff, console_client
from tests.support.system import System

GOOD = "otter marmalade lamp"
ROBIN = Newcomer("robin@clinic.example", "Robin Example", Role.PHYSICIAN)
NewStaff = Callable[..., Staff]


@pytest.fixture
def newcomer(lonely_web: System) -> Iterator[httpx.Client]:
    """The browser of somebody who is not here yet."""
    with console_client(lonely_web.url) as browser:
        yield browser


def shown(page: httpx.Response, pattern: str) -> str:
    """What a page shows."""
    found = re.search(pattern, unescape(page.text))
    assert found, page.text
    return found[1]


def join(browser: httpx.Client, link: str) -> tuple[httpx.Response, str]:
    """Follow a link to the recovery codes; gives their page, and the secret that is on the phone now."""
    phone = browser.post(link, data={"password": GOOD, "again": GOOD})
    assert phone.url.path == "/desk/login/phone", phone.text
    secret = shown(phone, r'<code class="key">([A-Z2-7 ]+)</code>').replace(" ", "")
    return browser.post("/desk/login/phone", data={"code": pyotp.TOTP(secret).now()}), secret


def link_for(administrator: Staff, email: str, role: str = "coordinator") -> str:
    """Invite somebody, and read the link from the page."""
    given = {"email": email, "name": "Robin Example", "role": role}
    page = administrator.http.post("/desk/people/invite", data=given)
    assert page.status_code == 200, page.text
    return shown(page, r'value="(http[^"]+/desk/invitation/[^"]+)"')


def test_from_the_link_to_the_first_page(lonely_web: System, new_staff: NewStaff, newcomer: httpx.Client) -> None:
    email = f"robin-{datetime.now(UTC).timestamp()}@clinic.example"
    link = link_for(new_staff(lonely_web, "administrator"), email)
    assert "Welcome, Robin Example" in newcomer.get(link).text
    codes, secret = join(newcomer, link)
    assert len(re.findall(r"<li><code>[A-Z2-9-]{19}</code></li>", codes.text)) == 10
    assert "Robin Example" in newcomer.get("/desk/account").text
    assert newcomer.get(link).status_code == 404
    newcomer.cookies.clear()
    newcomer.post("/desk/login", data={"email": email, "password": GOOD})
    again = pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30))  # the one of now is used
    assert newcomer.post("/desk/login/code", data={"code": again}).url.path != "/desk/login/code"
    assert newcomer.get("/desk/account").url.path == "/desk/account"


def test_without_a_phone_there_is_no_first_page(lonely_web: System, new_staff: NewStaff, newcomer: httpx.Client) -> None:
    link = link_for(new_staff(lonely_web, "administrator"), f"r-{datetime.now(UTC).timestamp()}@clinic.example")
    newcomer.post(link, data={"password": GOOD, "again": GOOD})
    assert newcomer.get("/desk").url.path == "/desk/login"
    refused = newcomer.post("/desk/login/phone", data={"code": "000000"})
    assert (refused.status_code, "That code did not work" in refused.text) == (401, True)
    assert newcomer.post("/desk/login/code", data={"code": "000000"}).status_code == 401
    assert newcomer.get("/desk").url.path == "/desk/login"


def test_a_weak_or_mistyped_password_does_not_use_the_link_up(
    lonely_web: System, new_staff: NewStaff, newcomer: httpx.Client
) -> None:
    link = link_for(new_staff(lonely_web, "administrator"), f"r-{datetime.now(UTC).timestamp()}@clinic.example")
    for password, again, why in (
        ("marbles", "marbles", "longer password"),
        ("password1234", "password1234", "easy to guess"),
        (GOOD, GOOD + "s", "not the same"),
    ):
        refused = newcomer.post(link, data={"password": password, "again": again})
        assert (refused.status_code, why in refused.text) == (422, True)
        assert password not in refused.text
    assert newcomer.post(link, data={"password": GOOD, "again": GOOD}).url.path == "/desk/login/phone"


def test_a_made_up_link_opens_nothing(newcomer: httpx.Client) -> None:
    refused = newcomer.get("/desk/invitation/made-up")
    assert refused.status_code == 404
    assert "This link does not work any more" in refused.text


def test_a_lost_phone_is_replaced_by_an_administrator_and_every_login_ends(
    lonely_web: System, new_staff: NewStaff, newcomer: httpx.Client
) -> None:
    administrator, person = new_staff(lonely_web, "administrator"), new_staff(lonely_web)
    page = administrator.http.post(f"/desk/people/{person.user_id}/reset", data={"phone_too": "true"})
    link = shown(page, r'value="(http[^"]+/desk/invitation/[^"]+)"')
    assert person.http.get("/desk").url.path == "/desk/login"
    assert person.give_password().status_code == 401
    codes, _ = join(newcomer, link)
    assert codes.status_code == 200
    assert person.name in newcomer.get("/desk/account").text


def test_whoever_is_shut_out_is_out_at_once(lonely_web: System, new_staff: NewStaff) -> None:
    administrator, person = new_staff(lonely_web, "administrator"), new_staff(lonely_web)
    assert person.http.get("/desk/account").url.path == "/desk/account"
    said = administrator.http.post(f"/desk/people/{person.user_id}/deactivate").text
    assert "logged out everywhere and cannot log in any more" in said
    assert person.http.get("/desk/account").url.path == "/desk/login"
    assert person.give_password().status_code == 401
    administrator.http.post(f"/desk/people/{person.user_id}/activate")
    person.log_in()


def test_another_role_holds_from_the_next_click(lonely_web: System, new_staff: NewStaff) -> None:
    administrator, person = new_staff(lonely_web, "administrator"), new_staff(lonely_web)
    assert person.http.get("/desk/audit").status_code == 403
    administrator.http.post(f"/desk/people/{person.user_id}/role", data={"role": "administrator"})
    assert person.http.get("/desk/audit").status_code == 200
    administrator.http.post(f"/desk/people/{person.user_id}/role", data={"role": "editor"})
    assert person.http.get("/desk/audit").status_code == 403


def test_a_role_that_does_not_exist_is_refused(lonely_web: System, new_staff: NewStaff) -> None:
    administrator, person = new_staff(lonely_web, "administrator"), new_staff(lonely_web)
    assert administrator.http.post(f"/desk/people/{person.user_id}/role", data={"role": "king"}).status_code == 422


def test_a_name_is_shown_as_it_is_and_never_run(lonely_web: System, new_staff: NewStaff) -> None:
    administrator = new_staff(lonely_web, "administrator")
    new_staff(lonely_web, "editor", name="<img src=x onerror=alert(1)> Example")
    page = administrator.http.get("/desk/people").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_link_ends_after_three_days(database: Database) -> None:
    with database.write() as session:
        token = invite(session, ROBIN, "command line")
        invitation = find_invitation(session, token)
        assert timedelta(days=3) - (invitation.ends_at - datetime.now(UTC)) < timedelta(minutes=1)
        invitation.ends_at = datetime.now(UTC) - timedelta(seconds=1)
    with pytest.raises(LinkEnded):
        accept(database, token, GOOD)


def test_a_link_works_once(database: Database) -> None:
    with database.write() as session:
        token = invite(session, ROBIN, "command line")
    accept(database, token, GOOD)
    with pytest.raises(LinkEnded):
        accept(database, token, "another one of mine")


def test_a_newer_link_ends_the_older_one_and_a_withdrawn_one_ends(database: Database) -> None:
    with database.write() as session:
        older, newer = invite(session, ROBIN, "command line"), invite(session, ROBIN, "command line")
        with pytest.raises(LinkEnded):
            find_invitation(session, older)
        assert [invitation.name for invitation in open_invitations(session)] == [ROBIN.name]
        withdraw(session, ROBIN.email, "command line")
        with pytest.raises(LinkEnded):
            find_invitation(session, newer)


def test_the_database_does_not_hold_a_link_that_works(database: Database) -> None:
    with database.write() as session:
        token = invite(session, ROBIN, "command line")
        assert [token in invitation.token_hash for invitation in session.query(Invitation)] == [False]


def test_nobody_is_invited_twice(database: Database) -> None:
    with database.write() as session:
        create_user(session, ROBIN, GOOD, None)
        with pytest.raises(EmailTaken):
            invite(session, Newcomer(" ROBIN@clinic.example", "Another", Role.EDITOR), "command line")


def test_the_first_administrator_comes_by_a_link_until_there_is_one(database: Database) -> None:
    with database.write() as session:
        older, newer = first_link(session), first_link(session)
        assert older
        assert newer
    with pytest.raises(LinkEnded):
        accept(database, older, GOOD, "dana@clinic.example", "Dana Example")
    with pytest.raises(WeakPassword):
        accept(database, newer, "dana.example.1", "dana@clinic.example", "Dana Example")
    dana = accept(database, newer, GOOD, "dana@clinic.example", "Dana Example")
    assert (dana.role, dana.name) == ("administrator", "Dana Example")
    with database.write() as session:
        assert first_link(session) is None
        made = search(session, Search(action="user.first_link"), None, 10)
    assert [entry.actor for entry in made] == ["command line"] * 2


def test_the_link_for_the_first_administrator_ends_when_there_is_one(database: Database) -> None:
    with database.write() as session:
        token = first_link(session)
        assert token
        create_user(session, Newcomer("dana@clinic.example", "Dana Example", Role.ADMINISTRATOR), GOOD, "command line")
    with pytest.raises(LinkEnded):
        accept(database, token, GOOD, "stranger@elsewhere.example", "A Stranger")


def test_the_last_administrator_stays(database: Database) -> None:
    with database.write() as session:
        dana = create_user(session, Newcomer("dana@clinic.example", "Dana Example", Role.ADMINISTRATOR), GOOD, None)
        for attempt in (
            lambda: deactivate(session, dana, dana.id),
            lambda: change_role(session, dana, Role.EDITOR, dana.id),
            lambda: reset(session, dana, dana.id),
        ):
            with pytest.raises(LastAdministrator):
                attempt()
        robin = create_user(session, ROBIN, GOOD, None)
        change_role(session, robin, Role.ADMINISTRATOR, dana.id)
        deactivate(session, dana, robin.id)
        with pytest.raises(LastAdministrator):
            deactivate(session, robin, robin.id)


def test_an_administrator_without_a_password_is_none_to_rely_on(database: Database) -> None:
    with database.write() as session:
        dana = create_user(session, Newcomer("dana@clinic.example", "Dana Example", Role.ADMINISTRATOR), GOOD, None)
        robin = create_user(session, Newcomer(ROBIN.email, ROBIN.name, Role.ADMINISTRATOR), GOOD, None)
        reset(session, robin, dana.id)
        with pytest.raises(LastAdministrator):
            deactivate(session, dana, dana.id)


def test_whoever_is_shut_out_cannot_use_a_link_made_before(database: Database) -> None:
    with database.write() as session:
        robin = create_user(session, ROBIN, GOOD, None)
        token = reset(session, robin, "command line")
        deactivate(session, robin, "command line")
    with pytest.raises(LinkEnded):
        accept(database, token, "another one of mine")
    with database.read() as session:
        assert get_user(session, robin.id).password is None
        assert find_user(session, ROBIN.email) is not None
