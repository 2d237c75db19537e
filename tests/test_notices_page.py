"""Who relies on e-mails learns when they do not arrive: coordinators on the queue, administrators on a page of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from desk.models import AuditEntry, Conversation, Handoff, Notice
from tests.support.browsing import Visits, faults
from tests.support.console_alone import ConsoleAlone
from tests.support.handing_off import COORDINATORS, Turns
from tests.support.staff import Staff

WARNING = "Do not wait for e-mails"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleAlone]:
    """The console of a clinic whose coordinators get e-mails."""
    web = ConsoleAlone(tmp_path_factory.mktemp("console"), COORDINATORS)
    yield web
    web.closes()


@pytest.fixture(scope="module")
def administrator(web: ConsoleAlone) -> Iterator[Staff]:
    """An administrator."""
    with Staff(web.url, web.database, "administrator") as staff:
        yield staff


@pytest.fixture(scope="module")
def coordinator(web: ConsoleAlone) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(web.url, web.database, "coordinator") as staff:
        yield staff


@pytest.fixture
def notice(web: ConsoleAlone) -> Iterator[Notice]:
    """A notice about an open case that has been tried four times."""
    turns = Turns(web.database)
    turns.asks_for_a_person("C-4444-5555")
    with web.database.write() as session:
        session.execute(update(Notice).values(attempts=4, last_error="the mail server did not answer"))
    yield turns.notices()[0]
    with web.database.write() as session:
        for conversation in session.scalars(select(Conversation)):
            session.delete(conversation)


def gives_up(web: ConsoleAlone) -> None:
    """Let days pass."""
    with web.database.write() as session:
        session.execute(update(Notice).values(state="given_up"))


@pytest.mark.usefixtures("notice")
def test_the_queue_warns_as_long_as_an_open_case_was_not_told(web: ConsoleAlone, coordinator: Staff) -> None:
    assert "One open case" in coordinator.http.get("/desk/queue").text
    gives_up(web)
    assert WARNING in coordinator.http.get("/desk/queue").text
    with web.database.write() as session:
        session.execute(update(Handoff).values(state="closed"))
    assert WARNING not in coordinator.http.get("/desk/queue").text


def test_the_queue_says_nothing_where_everything_arrives(coordinator: Staff) -> None:
    assert WARNING not in coordinator.http.get("/desk/queue").text


@pytest.mark.usefixtures("notice")
def test_an_administrator_reads_what_failed_and_why_and_nothing_about_the_patient(administrator: Staff) -> None:
    page = administrator.http.get("/desk/notices").text
    assert "C-4444-5555" in page
    assert "the mail server did not answer" in page
    assert "is tried again by itself" in page
    assert "Maria" not in page


def test_what_was_given_up_is_sent_again_on_request_and_that_is_noted(
    web: ConsoleAlone, administrator: Staff, notice: Notice
) -> None:
    again = f"/desk/notices/{notice.id}/again"
    assert "being tried already" in administrator.http.post(again).text
    gives_up(web)
    assert "sent again" in administrator.http.post(again).text
    with web.database.read() as session:
        assert session.get_one(Notice, notice.id).state == "waiting"
        noted = session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "notice.sent_again")).all()
    assert noted == [str(notice.id)]


def test_where_everything_arrived_the_page_says_so_and_who_is_told(administrator: Staff) -> None:
    page = administrator.http.get("/desk/notices").text
    assert "Everything has arrived" in page
    assert COORDINATORS.name in page


def test_a_coordinator_does_not_get_the_page(coordinator: Staff) -> None:
    assert coordinator.http.get("/desk/notices").status_code == 403


@pytest.mark.usefixtures("notice")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_everybody_can_use_the_page_and_read_the_warning(
    visit: Visits, web: ConsoleAlone, administrator: Staff, coordinator: Staff, width: int, scheme: str
) -> None:
    for staff, path in ((administrator, "/desk/notices"), (coordinator, "/desk/queue")):
        for happens in (lambda: None, lambda: gives_up(web)):
            happens()
            page = visit(f"{web.url}/desk/login", color_scheme=scheme, viewport={"width": width, "height": 800})
            staff.sits_at(page, path)
            expect(page.locator(".problem")).to_be_visible()
            assert faults(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
