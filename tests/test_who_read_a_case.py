"""An administrator, who sees no case, is told by a reference number who read it, and finds all that was done with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from desk.audit import readers, record
from desk.database import Database
from desk.models import Handoff
from tests.support.console_alone import ConsoleAlone
from tests.support.handing_off import Turns
from tests.support.staff import Staff

REFERENCE = "C-2345-6789"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleAlone]:
    """The console with a case in it that a coordinator has looked at, and a physician has not."""
    web = ConsoleAlone(tmp_path_factory.mktemp("console"))
    Turns(web.database).asks_for_a_person(REFERENCE)
    yield web
    web.closes()


@pytest.fixture(scope="module")
def administrator(web: ConsoleAlone) -> Iterator[Staff]:
    """Somebody who reads the audit log, and no case."""
    staff = Staff(web.url, web.database, "administrator")
    yield staff
    staff.http.close()


@pytest.fixture(scope="module")
def reader(web: ConsoleAlone) -> Iterator[Staff]:
    """A coordinator who looked at the case twice, and took it out."""
    staff = Staff(web.url, web.database)
    for _ in range(2):
        assert staff.http.get(f"/desk/cases/{REFERENCE}").status_code == 200
    staff.prove()
    assert staff.http.get(f"/desk/cases/{REFERENCE}/export.json").status_code == 200
    yield staff
    staff.http.close()


def case_of(web: ConsoleAlone) -> str:
    """The id of the conversation."""
    with web.database.read() as session:
        return session.get_one(Handoff, REFERENCE).conversation_id


def panel(page: str) -> str:
    """What the page says about who read the case, without tags."""
    [found] = re.findall(r'<section class="panel" aria-labelledby="readers">(.*?)</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


@pytest.mark.parametrize("typed", [REFERENCE, f" {REFERENCE.lower()} "])
def test_a_reference_number_tells_who_read_the_case(typed: str, administrator: Staff, reader: Staff) -> None:
    page = administrator.http.get("/desk/audit", params={"subject": typed}).text
    assert f"Who read case {REFERENCE}" in panel(page)
    assert re.search(rf"{reader.name} 2 1 2\d{{3}}-", panel(page)), panel(page)
    assert administrator.name not in panel(page)


def test_a_reference_number_finds_what_was_done_with_the_case(administrator: Staff, reader: Staff) -> None:
    page = administrator.http.get("/desk/audit", params={"subject": REFERENCE, "action": "case.viewed"}).text
    entries = page.partition('aria-label="Entries"')[2]
    assert entries.count("looked at a case") == 2
    assert entries.count(f">{REFERENCE}</a>") == 2, "a case is shown by its number"
    assert f'value="{REFERENCE}"' in page, "the next search begins with it"


def test_an_entry_leads_to_who_read_its_case(web: ConsoleAlone, administrator: Staff, reader: Staff) -> None:
    page = administrator.http.get("/desk/audit", params={"action": "case.viewed"}).text
    assert f'href="/desk/audit?subject={case_of(web)}"' in page
    assert reader.name in panel(administrator.http.get("/desk/audit", params={"subject": case_of(web)}).text)


def test_a_case_that_nobody_read_says_so(web: ConsoleAlone, administrator: Staff) -> None:
    Turns(web.database).asks_for_a_person("C-2222-3333")
    assert "Nobody, as far as the log goes back." in panel(
        administrator.http.get("/desk/audit", params={"subject": "C-2222-3333"}).text
    )


def test_an_unknown_number_says_where_an_erased_case_stands(administrator: Staff) -> None:
    page = administrator.http.get("/desk/audit", params={"subject": "C-0000-0000"}).text
    assert "A case that was erased has no reference number any more" in page
    assert 'id="readers"' not in page


def test_who_is_about_to_erase_a_case_is_led_to_who_read_it(administrator: Staff, reader: Staff) -> None:
    administrator.prove()
    page = administrator.http.post("/desk/erase", data={"case": REFERENCE}).text
    assert f'href="/desk/audit?subject={REFERENCE}"' in page


def test_who_read_it_last_comes_first_and_what_was_only_done_is_no_reading(database: Database) -> None:
    with database.write() as session:
        for actor, action in [("u1", "case.viewed"), ("u2", "case.exported"), ("u1", "case.viewed"), ("u3", "case.closed")]:
            record(session, actor, action, "some-conversation")
        record(session, "u4", "case.viewed", "another-conversation")
    with database.read() as session:
        found = readers(session, "some-conversation")
    assert [(each.actor, each.views, each.exports) for each in found] == [("u1", 2, 0), ("u2", 0, 1)]
    assert found[0].first <= found[1].first <= found[0].last
