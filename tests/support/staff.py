"""Somebody of the clinic, logged in to the console over real HTTP."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import pyotp
from playwright.sync_api import Browser, BrowserContext, Page

from desk.database import Database
from desk.people.roles import Role
from desk.people.second_factor import confirm_phone, new_secret
from desk.people.users import Newcomer, create_user, get_user
from desk.sealed import Keyring

PASSWORD = "marmalade on a Tuesday"


def open_records(data: Path) -> Database:
    """The database of a running system, by its data folder."""
    return Database(f"sqlite:///{data / 'cordial.db'}", Keyring((data / "encryption_key").read_text("ascii").split()))


def console_client(url: str) -> httpx.Client:
    """A client that behaves as a browser in which somebody looks at the console's pages."""
    headers = {"Accept": "text/html,application/xhtml+xml", "Origin": url, "Sec-Fetch-Site": "same-origin"}
    return httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False, follow_redirects=True)


class Staff:
    """A logged-in client with a person behind it; `http` is the client, `user_id` and `name` the person."""

    def __init__(self, url: str, records: Path | Database, role: str = "coordinator", name: str | None = None) -> None:
        """Create the person in the records, with password and phone, and log them in.

        Args:
            url: where web answers.
            records: the system's data folder, or its database.
            role: of the person.
            name: as patients see it.
        """
        self.url, self.role = url, role
        self.records = open_records(records) if isinstance(records, Path) else records
        mark = secrets.token_hex(4)
        self.name = name or f"{role.capitalize()} {mark} Example"
        self.email = f"{role}-{mark}@clinic.example"
        self.password = PASSWORD
        with self.records.write() as session:
            user = create_user(session, Newcomer(self.email, self.name, Role(role)), self.password, "command line")
            self.user_id = user.id
            self.secret, then = new_secret(), datetime.now(UTC) - timedelta(hours=1)
            assert confirm_phone(session, user, self.secret, pyotp.TOTP(self.secret).at(then), then)
        self.http = console_client(url)
        self.log_in()

    def log_in(self) -> httpx.Response:
        """Log in with password and code; gives the first page."""
        first = self.give_password()
        assert first.url.path == "/desk/login/code", first.text
        page = self.give_code(self.code())
        assert page.status_code == 200, page.text
        assert page.url.path not in {"/desk/login", "/desk/login/code"}, page.text
        return page

    def give_password(self, password: str | None = None) -> httpx.Response:
        """The first step."""
        return self.http.post("/desk/login", data={"email": self.email, "password": password or self.password})

    def give_code(self, code: str) -> httpx.Response:
        """The second step."""
        return self.http.post("/desk/login/code", data={"code": code})

    def code(self) -> str:
        """A code from the phone that was not used yet; waits for the next one if there is none."""
        step = int(time.time()) // 30
        with self.records.read() as session:
            used = get_user(session, self.user_id).totp_step
        if used > step:  # the one of half a minute ahead was used, too
            time.sleep((used - step) * 30 - time.time() % 30 + 0.1)
            step = used
        return pyotp.TOTP(self.secret).at(datetime.fromtimestamp(max(step, used + 1) * 30, UTC))

    def sits_at(self, page: Page, path: str = "/desk") -> None:
        """Have a real browser be the one in which this person is logged in, and open a page there."""
        cookies = [{"name": name, "value": value, "url": self.url} for name, value in self.http.cookies.items()]
        page.context.add_cookies(cookies)  # type: ignore[arg-type]  # it wants a TypedDict with every key there is
        page.goto(f"{self.url}{path}")

    def prove(self) -> None:
        """Give the password once more, as exports and erasures want it."""
        proved = self.http.post("/desk/prove", data={"password": self.password}, follow_redirects=False)
        assert proved.status_code == 303, proved.text

    def __enter__(self) -> Staff:
        """Use it in a with statement."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the browser."""
        self.http.close()
        self.records.close()


@contextmanager
def desks(browser: Browser, script: str) -> Iterator[Callable[..., Page]]:
    """Open pages of the console, each in a profile of its own; none may fail in a script or be refused something by the policy.

    Args:
        browser: in which.
        script: runs in each page before its own.
    """
    contexts: list[BrowserContext] = []
    failed: list[str] = []

    def opens(staff: Staff, path: str, width: int = 1280, height: int = 800, **profile: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **profile)
        contexts.append(context)
        context.on("weberror", lambda error: failed.append(str(error.error)))
        context.on("console", lambda told: failed.append(told.text) if "Content Security" in told.text else None)
        context.add_init_script(script)
        page = context.new_page()
        staff.sits_at(page, path)
        return page

    yield opens
    for context in contexts:
        context.close()
    assert failed == []
