"""A physician sees that an article waits for their review: a number on every page, and an e-mail without a word of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import httpx
import pytest
from sqlalchemy import select

from desk.models import Notice
from desk.people.roles import Role
from desk.people.users import change_role, get_user
from desk.post.notices import email
from desk.post.outbox import claim, own_addresses
from knowledge.encoder import Encoder
from tests.support.editors_desk import EditorsDesk, begins, does, editors_desk, writes
from tests.support.staff import Staff

pytestmark = pytest.mark.slow

WITH_MAIL = {"smtp_url": "smtp://localhost:1", "mail_from": "cordial@clinic.example", "notify_emails": "office@clinic.example"}


class Opens(Protocol):
    """Opens a desk, with some settings of the web."""

    def __call__(self, **settings: str) -> EditorsDesk:
        """Open it."""


@pytest.fixture
def opens(tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opens]:
    """A shelf with people around it."""
    with ExitStack() as doors:
        yield lambda **settings: doors.enter_context(editors_desk(tmp_path, encoder, monkeypatch, **settings))


def waiting_on(page: httpx.Response) -> int | None:
    """The number beside "Articles"; none where none is seen."""
    found = re.search(r"data-reviews( hidden)?><span data-number>(\d+)</span>", page.text)
    return int(found.group(2)) if found and not found.group(1) else None


def sent_for_review(desk: EditorsDesk) -> str:
    """A draft that waits for a physician."""
    draft = begins(desk.editor, "fever")
    writes(desk.editor, draft, "Fever mostly passes by itself.", "Fever mostly passes within two days.")
    assert does(desk.editor, draft, "submit").status_code == 200
    return draft


def written(desk: EditorsDesk) -> list[Notice]:
    """Every notice of a review."""
    with desk.web.parts.database.read() as session:
        return list(session.scalars(select(Notice).where(Notice.event == "review").order_by(Notice.id)))


def pulse(staff: Staff) -> int | None:
    """The number that an open page is told."""
    told: dict[str, int] = staff.http.get("/desk/pulse").json()
    return told.get("reviews")


def test_every_page_of_a_physician_says_how_many_wait_until_one_is_approved(opens: Opens) -> None:
    desk = opens()
    assert waiting_on(desk.physician.http.get("/desk/queue")) is None
    draft = sent_for_review(desk)
    for page in ("/desk/reviews", "/desk/articles", "/desk/account"):
        assert waiting_on(desk.physician.http.get(page)) == 1
        assert waiting_on(desk.editor.http.get(page)) is None
    assert pulse(desk.physician) == 1
    assert pulse(desk.editor) is None
    assert waiting_on(does(desk.physician, draft, "approve", role="Physician")) is None
    assert pulse(desk.physician) == 0


def test_what_a_physician_wrote_in_part_does_not_wait_for_them(opens: Opens) -> None:
    desk = opens()
    wrote = desk.another("editor")
    draft = begins(desk.editor, "fever")
    writes(wrote, draft, "Fever mostly passes by itself.", "Fever mostly passes within two days.")
    with desk.web.parts.database.write() as session:
        change_role(session, get_user(session, wrote.user_id), Role.PHYSICIAN, "command line")
    does(desk.editor, draft, "submit")
    wrote.log_in()
    assert waiting_on(wrote.http.get("/desk/queue")) is None
    assert waiting_on(desk.physician.http.get("/desk/queue")) == 1


def test_each_physician_gets_an_e_mail_that_leads_to_the_draft_and_holds_nothing_of_it(opens: Opens) -> None:
    desk = opens(**WITH_MAIL)
    other, coordinator = desk.another("physician"), desk.another("coordinator")
    draft = sent_for_review(desk)
    notices = written(desk)
    assert sorted(notice.receiver for notice in notices) == sorted([desk.physician.email, other.email])
    assert coordinator.email not in {notice.receiver for notice in notices}
    with desk.web.parts.database.write() as session:
        [mine] = [each for each in own_addresses(session) if each.name == other.email]
        claimed = claim(session, mine, notices[0].due_at)
    assert claimed
    message = email(claimed, "cordial@clinic.example", "https://chat.clinic.example")
    assert message["Subject"] == "An article waits for your review"
    assert f"https://chat.clinic.example{draft}\n" in message.get_content()
    assert "ever" not in message.get_content().replace("review", "")


def test_what_is_sent_for_review_again_is_told_again(opens: Opens) -> None:
    desk = opens(**WITH_MAIL)
    draft = sent_for_review(desk)
    does(desk.physician, draft, "send-back", text="From when on?")
    does(desk.editor, draft, "submit")
    assert len(written(desk)) == 2


def test_where_no_e_mails_are_sent_no_notice_is_written(opens: Opens) -> None:
    desk = opens()
    sent_for_review(desk)
    assert written(desk) == []
