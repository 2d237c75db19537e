"""Every page of the console that needs no case opens whole for somebody whose work it is, and says so to anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from desk.people.roles import Role
from knowledge.library import Library
from tests.support.console_alone import ConsoleAlone
from tests.support.staff import Staff

PAGES = {
    "/desk/account": 'action="/desk/account/logout-others"',
    "/desk/account/password": 'name="again"',
    "/desk/account/phone": 'name="code"',
    "/desk/articles": "Waiting for review",
    "/desk/articles/does-it-work": "As readers see it",
    "/desk/articles/new": 'name="question"',
    "/desk/audit": "logged in",
    "/desk/erase": 'method="post"',
    "/desk/insight": "<svg",
    "/desk/notices": "CORDIAL_WEBHOOKS",
    "/desk/people": "@clinic.example",
    "/desk/people/invite": 'name="email"',
    "/desk/prove": 'type="password"',
    "/desk/queue": 'name="text"',
    "/desk/retention": "days",
}


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[list[Staff]]:
    """Somebody of each role, logged in."""
    console = ConsoleAlone(tmp_path_factory.mktemp("console"), library=library)
    with ExitStack() as browsers:
        yield [browsers.enter_context(Staff(console.url, console.database, role.value)) for role in Role]
    console.closes()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_whole_for_whom_it_is_for(everybody: list[Staff], path: str) -> None:
    opened = [page for page in (person.http.get(path) for person in everybody) if page.status_code != 403]
    assert opened
    for page in opened:
        assert (page.status_code, page.url.path) == (200, path)
        assert page.text.count("<h1") == 1
        assert page.text.rstrip().endswith("</html>")
        assert PAGES[path] in page.text
