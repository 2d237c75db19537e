"""Nothing that is typed at the editors' desk is lost: by a reload, a login that ended, or a colleague who was faster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from desk.people.logins import end_all
from knowledge.encoder import Encoder
from tests.support.editors_desk import EditorsDesk, begins, does, editors_desk, writes
from tests.support.system import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

OLD, NEW = "Fever mostly passes by itself.", "Fever mostly passes by itself within two days."
BACK = "What you typed here before, and did not save, is back."


@pytest.fixture
def desk(tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Iterator[EditorsDesk]:
    """A shelf with people around it."""
    with editors_desk(tmp_path, encoder, monkeypatch) as desk:
        yield desk


def text_of(page: Page) -> Locator:
    """The box with the text."""
    return page.get_by_label("Text", exact=True)


def types(page: Page, title: str = "Fever, and what to do") -> None:
    """Change the text and the title, and save nothing."""
    text_of(page).fill(text_of(page).input_value().replace(OLD, NEW))
    page.get_by_label("Title").fill(title)


def stands_there(page: Page, title: str = "Fever, and what to do") -> None:
    """Expect what was typed."""
    expect(page.get_by_text(BACK)).to_be_visible()
    assert NEW in text_of(page).input_value()
    expect(page.get_by_label("Title")).to_have_value(title)


def saves(page: Page) -> None:
    """Press Save, and wait for the page of the draft."""
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()


def test_the_form_is_there_again_after_a_reload(desk: EditorsDesk, opens: Callable[..., Page]) -> None:
    page = opens(desk.editor, f"{begins(desk.editor, 'fever')}/edit")
    types(page)
    page.reload()
    stands_there(page)


def test_what_was_saved_is_kept_no_more_and_what_is_typed_after_it_is(desk: EditorsDesk, opens: Callable[..., Page]) -> None:
    draft = begins(desk.editor, "fever")
    page = opens(desk.editor, f"{draft}/edit")
    types(page)
    saves(page)
    until(lambda: page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('cordial-draft'))") == [], 20, "gone")
    page.goto(f"{desk.web.url}{draft}/edit")
    expect(page.get_by_text(BACK)).to_be_hidden()
    page.get_by_label("Title").fill("Another title")
    page.reload()
    stands_there(page, "Another title")


def test_a_save_after_the_login_has_ended_loses_nothing_and_nobody_else_sees_it(
    desk: EditorsDesk, opens: Callable[..., Page]
) -> None:
    draft = begins(desk.editor, "fever")
    page = opens(desk.editor, f"{draft}/edit")
    types(page)
    with desk.web.parts.database.write() as session:
        end_all(session, desk.editor.user_id)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Password")).to_be_visible()
    desk.another("editor").sits_at(page, f"{draft}/edit")
    expect(page.get_by_text(BACK)).to_be_hidden()
    assert NEW not in text_of(page).input_value()
    page.context.clear_cookies()
    desk.editor.log_in()
    desk.editor.sits_at(page, f"{draft}/edit")
    stands_there(page)
    saves(page)


def test_what_came_back_is_compared_with_what_a_colleague_has_saved_since(
    desk: EditorsDesk, opens: Callable[..., Page]
) -> None:
    draft = begins(desk.editor, "fever")
    page = opens(desk.editor, f"{draft}/edit")
    types(page)
    writes(desk.another("editor"), draft, "Fever came up", "A fever came up")
    page.reload()
    stands_there(page)
    expect(page.get_by_text("Somebody has saved another text since")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="Nothing is lost")).to_be_visible()
    page.wait_for_load_state("load")  # its scripts keep what the form holds
    assert NEW in text_of(page).input_value()
    page.reload()
    stands_there(page)


def test_what_is_saved_can_be_taken_instead(desk: EditorsDesk, opens: Callable[..., Page]) -> None:
    page = opens(desk.editor, f"{begins(desk.editor, 'fever')}/edit")
    types(page)
    page.reload()
    page.get_by_role("button", name="Take what is saved instead").click()
    expect(page.get_by_label("Title")).to_have_value("Fever after an infusion")
    expect(page.get_by_text(BACK)).to_be_hidden()


def test_a_physicians_comment_outlasts_a_text_that_was_changed_meanwhile(desk: EditorsDesk, opens: Callable[..., Page]) -> None:
    draft = begins(desk.editor, "fever")
    writes(desk.editor, draft, OLD, NEW)
    does(desk.editor, draft, "submit")
    page = opens(desk.physician, draft)
    page.get_by_label("What has to change").fill("Two days is too short.")
    writes(desk.editor, draft, "Fever came up", "A fever came up")
    does(desk.editor, draft, "submit")
    page.get_by_role("button", name="Send it back").click()
    expect(page.get_by_role("alert").filter(has_text="Somebody has saved this draft")).to_be_visible()
    expect(page.get_by_label("What has to change")).to_have_value("Two days is too short.")
    page.get_by_role("button", name="Send it back").click()
    expect(page.locator(".comment")).to_contain_text("Two days is too short.")
    page.reload()
    expect(page.get_by_label("Your comment")).to_have_value("")


def test_who_logs_out_leaves_nothing_behind(desk: EditorsDesk, opens: Callable[..., Page]) -> None:
    page = opens(desk.editor, f"{begins(desk.editor, 'fever')}/edit")
    types(page)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    until(lambda: page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('cordial-draft'))") == [], 20, "gone")


def test_a_new_heading_gets_its_row_while_somebody_types_and_a_reworded_one_keeps_what_stands_there(
    desk: EditorsDesk, opens: Callable[..., Page]
) -> None:
    page = opens(desk.editor, f"{begins(desk.editor, 'fever')}/edit")
    rows = page.locator("[data-row]")
    before = rows.locator("legend").all_inner_texts()
    text_of(page).fill(f"{text_of(page).input_value()}\n### May I swim with a fever?\n\nAsk your clinic.\n")
    expect(rows).to_have_count(len(before) + 1)
    wordings = rows.last.get_by_label("How people ask, one wording a line")
    wordings.fill("can i swim")
    text_of(page).fill(text_of(page).input_value().replace("May I swim", "Can I swim"))
    expect(rows.last.locator("legend")).to_have_text("Can I swim with a fever?")
    expect(wordings).to_have_value("can i swim")
    saves(page)
    page.goto(f"{page.url.split('?')[0]}/edit")
    assert rows.locator("legend").all_inner_texts() == [*before, "Can I swim with a fever?"]
    expect(wordings).to_have_value("can i swim")
