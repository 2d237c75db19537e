"""From a question asked in vain to the article that should answer it: beside its draft, or into it as a wording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.cases.reviews import Opinion, Verdict, review
from desk.conversations.log import Draft, start_conversation, store_patient_message, store_turn
from knowledge.answer import ABSTAINED
from knowledge.article import parse_article
from knowledge.encoder import Encoder
from tests.support.editors_desk import EditorsDesk, begins, does, editors_desk, fields_of, opens, saves
from tests.support.staff import Staff
from tests.test_erasure import left_in

pytestmark = pytest.mark.slow

ASKED = "When will my fever go away by itself?"
MASKED = "Does my wife [name] keep her fever for long?"
PASSES = "does-fever-pass"


@pytest.fixture
def desk(tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Iterator[EditorsDesk]:
    """A shelf with people around it."""
    with editors_desk(tmp_path, encoder, monkeypatch) as desk:
        yield desk


def asks(desk: EditorsDesk, text: str) -> tuple[str, int]:
    """A patient asks something and gets no answer; gives the place of that."""
    with desk.web.parts.database.write() as session:
        name = start_conversation(session, [Draft("Hello.")])[0].id
        seq = store_patient_message(session, name, "id-1", text).seq
        [reply] = store_turn(session, name, seq, [Draft("…", kind="answer", answer=ABSTAINED)], [])
        return name, reply.seq


def goes(staff: Staff, slug: str, question: str, **form: str) -> httpx.Response:
    """Press a button beside a question."""
    return staff.http.post(f"/desk/articles/{slug}/asked", data={"question": question, **form})


def draft_of(page: httpx.Response) -> str:
    """The draft whose form a page shows."""
    found = re.search(r'action="(/desk/articles/drafts/\d+)/edit"', page.text)
    assert found, page.text
    return found.group(1)


def wordings_of(form: dict[str, Any], heading: str) -> list[str]:
    """How people ask for a section, as it stands in the form."""
    found: str = form["row_questions"][form["row_heading"].index(heading)]
    return found.split("\n")


def test_the_list_leads_to_the_nearest_article_and_to_its_section(desk: EditorsDesk) -> None:
    asks(desk, ASKED)
    page = desk.editor.http.get("/desk/insight/unanswered").text
    assert "Answer in “Fever after an infusion”" in page
    assert "Add as a wording of “Does fever pass?”" in page
    assert "Start a draft" in page
    assert "Answer in" not in desk.physician.http.get("/desk/insight/unanswered").text, "who writes no articles"


def test_the_question_stands_beside_the_draft_and_in_nothing_that_is_kept(desk: EditorsDesk) -> None:
    page = goes(desk.editor, "fever", "Does Quirina Zabelova keep her fever?")
    assert page.status_code == 200
    assert "“Does Quirina Zabelova keep her fever?”" in page.text
    assert "zabelova" not in str(page.url).lower()
    draft, form = draft_of(page), fields_of(page)
    assert "Quirina Zabelova" in saves(desk.editor, draft, form, action="preview").text, (
        "it is still to be read beside the form"
    )
    form["body"] = form["body"].replace("Fever mostly passes by itself.", "Fever mostly passes within two days.")
    assert "Saved." in saves(desk.editor, draft, form, reason="Patients ask for how long").text
    assert left_in(desk.web.parts.settings.data, "zabelova", "quirina") == []


def test_a_question_does_not_become_a_heading_as_a_patient_wrote_it(desk: EditorsDesk) -> None:
    page = goes(desk.editor, "fever", ASKED)
    form = fields_of(page)
    copied = saves(desk.editor, draft_of(page), form, body=form["body"].replace("Does fever pass?", ASKED))
    assert copied.status_code == 422
    assert "your own words" in copied.text


def test_a_draft_that_is_open_is_gone_on_with(desk: EditorsDesk) -> None:
    draft = begins(desk.another("editor"), "fever")
    assert draft_of(goes(desk.editor, "fever", ASKED)) == draft
    form = opens(desk.editor, draft)
    saves(desk.editor, draft, form, body=form["body"].replace("by itself.", "within days."), reason="It was vague")
    does(desk.editor, draft, "submit")
    assert "This draft is in review." in goes(desk.editor, "fever", ASKED).text


def test_a_wording_is_added_in_one_click_and_answers_only_after_a_review(desk: EditorsDesk) -> None:
    page = goes(desk.editor, "fever", ASKED, section=PASSES)
    draft, form = draft_of(page), fields_of(page)
    assert "It stands below as a wording of “Does fever pass?”, and is not saved yet." in page.text
    assert wordings_of(form, "Does fever pass?") == [ASKED.removesuffix("?")]
    assert form["reason"] == "Patients ask for it in these words"
    assert "go away" not in "".join(opens(desk.editor, draft)["row_questions"]), "an editor reads it first"
    saves(desk.editor, draft, form)
    assert ASKED.removesuffix("?") not in (desk.shelf.articles / "fever.md").read_text("utf-8")
    does(desk.editor, draft, "submit")
    does(desk.physician, draft, "approve", role="Physician")
    assert "Published as version 2" in does(desk.editor, draft, "publish").text
    file = desk.shelf.articles / "fever.md"
    asked = parse_article(file.read_text("utf-8"), file).front.sections[PASSES].questions
    assert asked == [ASKED.removesuffix("?")]


def test_what_was_masked_is_no_part_of_a_wording(desk: EditorsDesk) -> None:
    form = fields_of(goes(desk.editor, "fever", MASKED, section=PASSES))
    assert wordings_of(form, "Does fever pass?") == ["Does my wife keep her fever for long"]


@pytest.mark.parametrize(
    ("question", "section", "said"),
    [
        ("Does fever pass?", PASSES, "Nothing was added: the section has this wording already"),
        ("[name]?", PASSES, "Nothing was added: the section has this wording already"),
        (ASKED, "no-such-section", "There is no such section in this text any more."),
    ],
)
def test_what_cannot_be_added_is_said_beside_the_form(desk: EditorsDesk, question: str, section: str, said: str) -> None:
    page = goes(desk.editor, "fever", question, section=section)
    assert said in page.text
    assert fields_of(page)["row_heading"][-1] == "Does fever pass?"


def test_only_who_writes_articles_can_and_there_has_to_be_one(desk: EditorsDesk) -> None:
    assert goes(desk.physician, "fever", ASKED).status_code == 403
    assert goes(desk.another("coordinator"), "fever", ASKED).status_code == 403
    assert goes(desk.editor, "no-such-article", ASKED).status_code == 404


def test_a_review_leads_to_the_article_that_should_have_answered(desk: EditorsDesk) -> None:
    place = asks(desk, ASKED)
    with desk.web.parts.database.write() as session:
        review(
            session, *place, desk.physician.user_id, Opinion(Verdict.SHOULD_HAVE_ANSWERED, "fever", "How long does it last?")
        )
    page = desk.editor.http.get("/desk/reviews").text
    assert re.search(
        r'action="/desk/articles/fever/asked"><input[^>]* value="How long does it last\?"><button[^>]*>Answer it there<', page
    )
    assert "Answer it there" not in desk.physician.http.get("/desk/reviews").text
    with desk.web.parts.database.write() as session:
        review(session, *place, desk.physician.user_id, Opinion(Verdict.WRONG))
    assert re.search(
        r'action="/desk/articles/new/asked">.*?Start a draft', desk.editor.http.get("/desk/reviews").text, re.DOTALL
    )
