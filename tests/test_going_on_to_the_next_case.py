"""Who is done with a case goes on with the next one of the same list, by the keyboard and after closing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from desk.cases.queue import PAGE
from tests.support.console_alone import ConsoleAlone
from tests.support.desk_work import acts
from tests.support.handing_off import Turns
from tests.support.staff import Staff

FIRST, SECOND, THIRD = "C-2345-0001", "C-2345-0002", "C-2345-0003"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[ConsoleAlone]:
    """A console."""
    web = ConsoleAlone(tmp_path)
    yield web
    web.closes()


@pytest.fixture
def ana(web: ConsoleAlone) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(web.url, web.database, "coordinator", "Ana Example") as staff:
        yield staff


def wait(web: ConsoleAlone, many: int) -> None:
    """Let patients wait, the first the longest."""
    turns = Turns(web.database)
    for number in range(1, many + 1):
        turns.asks_for_a_person(f"C-2345-{number:04}")


def closes(ana: Staff, reference: str, query: str = "", then: str = "next") -> tuple[str, str]:
    """Close a case that is open beside a list; gives where that leads, and the page there."""
    ana.http.headers["Referer"] = f"{ana.url}/desk/cases/{reference}{query}"
    page = acts(ana, reference, "close", outcome="answered", then=then)
    return page.url.raw_path.decode(), page.text


def test_after_closing_comes_the_next_case_of_the_same_list(web: ConsoleAlone, ana: Staff) -> None:
    wait(web, 3)
    path, page = closes(ana, FIRST, "?view=unassigned")
    assert path == f"/desk/cases/{SECOND}?view=unassigned"
    assert f"{FIRST} is closed, and the patient was told. This is the next case." in page
    assert closes(ana, THIRD, "?view=unassigned")[0] == f"/desk/cases/{SECOND}?view=unassigned", "before the last one"
    path, page = closes(ana, SECOND, "?view=unassigned")
    assert path == "/desk/queue?view=unassigned"
    assert "No other case is left in this list." in page


def test_a_case_that_is_not_in_the_list_leads_to_its_first_one(web: ConsoleAlone, ana: Staff) -> None:
    wait(web, 3)
    acts(ana, THIRD, "take-over")
    assert closes(ana, THIRD, "?state=waiting")[0] == f"/desk/cases/{FIRST}?state=waiting"


def test_who_wants_to_stay_with_a_closed_case_stays(web: ConsoleAlone, ana: Staff) -> None:
    wait(web, 2)
    assert closes(ana, FIRST, then="")[0] == f"/desk/cases/{FIRST}"


def test_a_case_that_could_not_be_closed_stays_open(web: ConsoleAlone, ana: Staff) -> None:
    wait(web, 1)
    Turns(web.database).asks_for_a_person("C-2345-9999", "emergency")
    path, page = closes(ana, "C-2345-9999")
    assert path == "/desk/cases/C-2345-9999/close"
    assert "This is an emergency; please choose a reason" in page


def test_keys_go_on_over_the_end_of_a_page_and_back(web: ConsoleAlone, ana: Staff, opens: Callable[..., Page]) -> None:
    wait(web, PAGE + 2)
    last, following = f"C-2345-{PAGE:04}", f"C-2345-{PAGE + 1:04}"
    page = opens(ana, f"/desk/cases/{last}")
    expect(page.locator("[data-row]")).to_have_count(PAGE)
    expect(page.locator("[data-keys]")).to_be_visible()  # the scripts are there
    page.keyboard.press("j")
    expect(page).to_have_url(f"{web.url}/desk/cases/{following}?page=2")
    expect(page.locator("[data-keys]")).to_be_visible()
    page.keyboard.press("k")
    expect(page).to_have_url(f"{web.url}/desk/cases/{last}")
    page.goto(f"{web.url}/desk/queue?page=2")
    expect(page.locator("[data-keys]")).to_be_visible()
    for key in ("j", "k"):
        page.keyboard.press(key)
    expect(page.locator(":focus")).to_have_attribute("href", f"/desk/cases/{last}")
    page.keyboard.press("j")
    expect(page.locator(":focus")).to_have_attribute("href", f"/desk/cases/{following}?page=2")


def test_the_next_case_after_the_last_of_a_page_is_the_first_of_the_next_page(web: ConsoleAlone, ana: Staff) -> None:
    wait(web, PAGE + 1)
    assert closes(ana, f"C-2345-{PAGE:04}")[0] == f"/desk/cases/C-2345-{PAGE + 1:04}"
