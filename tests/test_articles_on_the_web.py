"""An editor writes on the web, a physician approves, and patients are answered from it; nobody publishes medical text alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.articles.drafts import keep_effect
from desk.audit import Search, search, verify
from desk.cases.reviews import Opinion, Verdict, review
from desk.conversations.log import Draft, start_conversation, store_patient_message, store_turn
from desk.keeping.erasure import delete_rows
from desk.people.roles import Role
from desk.people.users import change_role, get_user
from knowledge.answer import ABSTAINED
from knowledge.encoder import Encoder
from knowledge.generation import stored_version
from tests.support.editors_desk import EditorsDesk, begins, does, editors_desk, fields_of, opens, saves, writes
from tests.test_erasure import left_in

pytestmark = pytest.mark.slow

OLD = "Fever mostly passes by itself."
NEW = "Fever mostly passes by itself within a day or two."


@pytest.fixture
def desk(tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> Iterator[EditorsDesk]:
    """A shelf with people around it."""
    with editors_desk(tmp_path, encoder, monkeypatch) as desk:
        yield desk


def approved(desk: EditorsDesk) -> str:
    """A draft that a physician has approved."""
    draft = begins(desk.editor, "fever")
    writes(desk.editor, draft, OLD, NEW)
    assert does(desk.editor, draft, "submit").status_code == 200
    assert does(desk.physician, draft, "approve", role="Physician").status_code == 200
    return draft


def quoted(desk: EditorsDesk) -> str:
    """What a patient is told now who asks whether fever passes."""
    return desk.served().explain("Does fever pass?")[0].answer.passages[0].quote


def test_from_an_editors_words_to_a_patients_answer(desk: EditorsDesk) -> None:
    draft = approved(desk)
    assert OLD in quoted(desk), "nothing is published by an approval"
    page = does(desk.physician, draft, "publish")
    assert page.status_code == 200, page.text
    assert "Published as version 2" in page.text
    assert NEW in quoted(desk)
    assert NEW in desk.web.parts.library.explain("Does fever pass?")[0].answer.passages[0].quote, "without a restart"


def test_the_file_and_the_list_of_versions_say_who_when_and_why(desk: EditorsDesk) -> None:
    draft = approved(desk)
    does(desk.editor, draft, "publish")
    text = (desk.shelf.articles / "fever.md").read_text("utf-8")
    assert NEW in text
    assert "\nversion: 2\nstatus: published\n" in text
    assert "\nreviewer_role: Physician\n" in text
    assert "questions: [who looked after them]" in text, "what nobody touched is as it was written"
    page = desk.editor.http.get("/desk/articles/fever").text
    for told in (desk.editor.name, desk.physician.name, "The words were hard", "What changed"):
        assert told in page


def test_what_was_quoted_before_opens_at_its_place(desk: EditorsDesk) -> None:
    quote = desk.served().explain("Does fever pass?")[0].answer.passages[0]
    does(desk.physician, approved(desk), "publish")
    page = desk.editor.http.get(f"/library/articles/fever?version=1&start={quote.start}&end={quote.end}").text
    assert f'<mark id="passage">{quote.quote}</mark>' in page
    assert stored_version(desk.folder / "versions", "fever", 1).body[quote.start : quote.end] == quote.quote


def test_what_was_quoted_opens_at_its_place_also_after_ten_later_versions(desk: EditorsDesk) -> None:
    quote = desk.served().explain("Does fever pass?")[0].answer.passages[0]
    words = OLD
    for days in range(2, 12):
        draft = begins(desk.editor, "fever")
        writes(desk.editor, draft, words, f"Now and then fever passes within {days} days.")
        words = f"Now and then fever passes within {days} days."
        does(desk.editor, draft, "submit")
        does(desk.physician, draft, "approve", role="Physician")
        assert f"Published as version {days}" in does(desk.editor, draft, "publish", override="It is more exact.").text
    page = desk.editor.http.get(f"/library/articles/fever?version=1&start={quote.start}&end={quote.end}").text
    assert f'<mark id="passage">{quote.quote}</mark>' in page


def test_nobody_approves_what_they_wrote_whatever_they_have_become_since(desk: EditorsDesk) -> None:
    draft = begins(desk.editor, "fever")
    writes(desk.editor, draft, OLD, NEW)
    does(desk.editor, draft, "submit")
    with desk.web.parts.database.write() as session:
        change_role(session, get_user(session, desk.editor.user_id), Role.PHYSICIAN, "command line")
    refused = does(desk.editor, draft, "approve", role="Physician")
    assert refused.status_code == 409
    assert "You wrote some of this text" in refused.text
    assert does(desk.editor, draft, "publish").status_code == 409
    assert OLD in quoted(desk)


def test_an_editor_approves_nothing_and_a_coordinator_sees_nothing(desk: EditorsDesk) -> None:
    draft = begins(desk.editor, "fever")
    writes(desk.editor, draft, OLD, NEW)
    does(desk.editor, draft, "submit")
    other = desk.another("editor")
    assert does(other, draft, "approve", role="Physician").status_code == 403
    assert does(other, draft, "publish").status_code == 409
    coordinator = desk.another("coordinator")
    for address in ("/desk/articles", draft, "/desk/articles/fever"):
        assert coordinator.http.get(address).status_code == 403
    assert desk.physician.http.get(f"{draft}/edit").status_code == 403


def test_an_article_begins_beside_a_question_that_was_asked_in_vain_and_holds_none_of_it(desk: EditorsDesk) -> None:
    asked = "Can I <b>swim</b> like Quirina Zabelova afterwards?"
    page = desk.editor.http.post("/desk/articles/new/asked", data={"question": asked})
    assert page.status_code == 200
    assert "“Can I &lt;b&gt;swim&lt;/b&gt; like Quirina Zabelova afterwards?”" in page.text
    for field in ("slug", "question"):
        assert f'name="{field}" value=""' in page.text
    refused = desk.editor.http.post("/desk/articles/new", data={"asked": asked, "slug": "swimming", "question": asked.lower()})
    assert refused.status_code == 422
    assert "your own words" in refused.text
    assert "Quirina Zabelova" in refused.text, "it is still to be read beside the form"
    begun = {"asked": asked, "slug": "swimming", "question": "When may I swim?"}
    assert "drafts" in str(desk.editor.http.post("/desk/articles/new", data=begun).url)
    assert left_in(desk.web.parts.settings.data, "zabelova", "quirina") == []
    assert desk.another("coordinator").http.post("/desk/articles/new/asked", data={"question": "Why?"}).status_code == 403


def test_a_change_after_the_approval_takes_it_away(desk: EditorsDesk) -> None:
    draft = approved(desk)
    writes(desk.editor, draft, NEW, "Fever is harmless, nearly always.")
    assert does(desk.physician, draft, "publish").status_code == 409
    assert OLD in quoted(desk)


def test_what_is_sent_back_says_why_and_can_be_sent_again(desk: EditorsDesk) -> None:
    draft = begins(desk.editor, "fever")
    writes(desk.editor, draft, OLD, NEW)
    does(desk.editor, draft, "submit")
    assert does(desk.physician, draft, "send-back", text="Two days is too long.").status_code == 200
    page = desk.editor.http.get(draft).text
    assert "Two days is too long." in page
    assert "being written" in page
    writes(desk.editor, draft, "within a day or two", "within a day")
    assert "Sent for review" in does(desk.editor, draft, "submit").text


def test_what_is_wrong_stands_at_its_line_and_keeps_the_draft_from_its_review(desk: EditorsDesk) -> None:
    draft = begins(desk.editor, "fever")
    form = opens(desk.editor, draft)
    body = form["body"].replace(OLD, "Fever is a sure cure for 9 in 10.")
    line = body.split("\n").index(next(each for each in body.split("\n") if "sure cure" in each)) + 1
    shown = saves(desk.editor, draft, form, body=body, action="preview").text
    assert f"text, line {line}:" in shown
    assert "promises what nobody may promise" in shown
    assert "sure cure" not in desk.editor.http.get(draft).text, "a preview saves nothing"
    saves(desk.editor, draft, form, body=body, reason="To sell more")
    assert does(desk.editor, draft, "submit").status_code == 422


def test_of_two_editors_the_second_is_told_and_loses_nothing(desk: EditorsDesk) -> None:
    draft = begins(desk.editor, "fever")
    other = desk.another("editor")
    first, second = opens(desk.editor, draft), opens(other, draft)
    saves(desk.editor, draft, first, body=first["body"].replace(OLD, "The first words."), reason="First")
    told = saves(other, draft, second, body=second["body"].replace(OLD, "The second words."), reason="Second")
    assert told.status_code == 409
    assert "Somebody else has saved this draft meanwhile" in told.text
    assert "The first words." in told.text
    assert "The second words." in told.text
    mine = fields_of(told)
    assert saves(other, draft, mine, body=mine["body"]).status_code == 200
    assert "The second words." in opens(desk.editor, draft)["body"]


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(desk: EditorsDesk) -> None:
    draft = approved(desk)
    desk.shelf.changes(OLD, "Words from the command line.")
    refused = does(desk.physician, draft, "publish")
    assert refused.status_code == 409
    assert "The article was changed since this draft began" in refused.text
    assert "Words from the command line." in (desk.shelf.articles / "fever.md").read_text("utf-8")
    does(desk.editor, draft, "rebase")
    assert "being written" in desk.editor.http.get(draft).text, "it has to be reviewed again"


def test_a_retired_article_answers_nothing_from_that_moment_and_stays_readable(desk: EditorsDesk) -> None:
    quote = desk.served().explain("Does fever pass?")[0].answer.passages[0]
    refused = desk.editor.http.post("/desk/articles/fever/retire", data={"reason": " "})
    assert refused.status_code == 422
    page = desk.editor.http.post("/desk/articles/fever/retire", data={"reason": "A study was withdrawn"})
    assert "Retired." in page.text
    assert "A study was withdrawn" in page.text
    answers = desk.web.parts.library.explain("Does fever pass?")[0].answer.passages
    assert "fever" not in {each.article for each in answers}
    assert desk.editor.http.get("/library/articles/fever").status_code == 404
    assert quote.quote in desk.editor.http.get("/library/articles/fever?version=1").text


def test_an_older_version_comes_back_through_a_review(desk: EditorsDesk) -> None:
    does(desk.physician, approved(desk), "publish")
    draft = begins(desk.editor, "fever", version="1")
    assert "Back to the text of version 1" in desk.editor.http.get(draft).text
    assert does(desk.editor, draft, "submit").status_code == 200
    does(desk.physician, draft, "approve", role="Physician")
    assert "Published as version 3" in does(desk.physician, draft, "publish").text
    assert OLD in quoted(desk)
    assert NEW in stored_version(desk.folder / "versions", "fever", 2).body


def test_a_draft_is_tried_beside_what_is_in_use(desk: EditorsDesk) -> None:
    draft = begins(desk.editor, "fever")
    writes(desk.editor, draft, OLD, NEW)
    page = desk.editor.http.post(f"{draft}/try", data={"question": "Does fever pass?"}).text
    today, _, then = page.partition("With the draft")
    assert OLD in today.partition('id="try-title"')[2]
    assert NEW in then
    assert OLD in quoted(desk), "nobody is answered from a draft"


def test_every_step_is_in_the_audit_log_and_its_chain_holds(desk: EditorsDesk) -> None:
    draft = approved(desk)
    desk.editor.http.post(f"{draft}/comment", data={"text": "Thank you."})
    does(desk.physician, draft, "publish")
    desk.editor.http.post("/desk/articles/fever/retire", data={"reason": "A study was withdrawn"})
    with desk.web.parts.database.read() as session:
        of_the_draft = f"draft-{draft.rpartition('/')[2]}"  # by its number: nobody takes a word out of that log again
        noted = [entry.action for entry in search(session, Search(subject=of_the_draft), None, 50)][::-1]
        [retired] = search(session, Search(subject="fever"), None, 50)
        assert verify(session) is None
    steps = ["begun", "saved", "submitted", "approved", "commented", "published"]
    assert noted == [f"article.{step}" for step in steps]
    assert retired.action == "article.retired"


def test_the_wording_of_a_review_is_shown_with_the_effect_and_copied_nowhere(desk: EditorsDesk) -> None:
    database, wording = desk.web.parts.database, "Does fever pass soon?"
    with database.write() as session:
        name = start_conversation(session, [Draft("Hello.")])[0].id
        seq = store_patient_message(session, name, "id-1", "Does it pass?").seq
        [answer] = store_turn(session, name, seq, [Draft("…", kind="answer", answer=ABSTAINED)], [])
        told = Opinion(Verdict.SHOULD_HAVE_ANSWERED, "fever", wording)
        review(session, name, answer.seq, desk.editor.user_id, told)
    draft = begins(desk.editor, "fever")
    writes(desk.editor, draft, OLD, NEW)
    assert wording in desk.editor.http.post(f"{draft}/effect").text
    assert wording in desk.physician.http.get(draft).text, "kept, and not looked for again"
    assert left_in(desk.web.parts.settings.data, wording) == []
    with database.write() as session:
        delete_rows(session, [name])
    page = desk.editor.http.get(draft).text
    assert wording not in page
    assert "no longer kept" in page


def test_what_makes_other_answers_worse_needs_a_reason(desk: EditorsDesk) -> None:
    draft = approved(desk)
    told = {"article": "chills", "section": "Do chills pass?", "quote": "Chills pass.", "status": "answered"}
    worse = {"question": "do chills pass", "wanted": ["chills"], "breaks": True, "mends": False, "before": told}
    worse["after"] = {**told, "article": "fever"}
    found = {"generation": desk.web.parts.library.generation.id, "revision": 2, "asked": 1, "changed": 1, "broken": 1}
    with desk.web.parts.database.write() as session:
        keep_effect(session, int(draft.rpartition("/")[2]), 2, {**found, "seconds": 0.1, "changes": [worse]})
    refused = does(desk.physician, draft, "publish")
    assert refused.status_code == 409
    assert "other questions would be answered worse" in refused.text
    assert "do chills pass" in refused.text
    assert OLD in quoted(desk)
    page = does(desk.physician, draft, "publish", override="Chills are told of elsewhere.")
    assert "Published as version 2" in page.text
    assert "Chills are told of elsewhere." in desk.editor.http.get(draft).text


def test_html_in_a_draft_is_shown_and_never_run(desk: EditorsDesk) -> None:
    draft = begins(desk.editor, "fever")
    form = opens(desk.editor, draft)
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    body, title = form["body"].replace(OLD, bad), f"Fever {bad}"
    pages = [
        saves(desk.editor, draft, form, body=body, title=title, action="preview"),
        saves(desk.editor, draft, form, body=body, title=title, reason=bad),
        desk.editor.http.get(draft),
        desk.editor.http.get(f"{draft}/edit"),
        desk.editor.http.get("/desk/articles"),
        desk.editor.http.post(f"{draft}/comment", data={"text": bad}),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img" not in page.text
    assert "script-src" not in pages[0].headers["content-security-policy"], (
        "scripts come from us alone, and none is inside a page"
    )


def test_a_form_from_elsewhere_changes_nothing(desk: EditorsDesk) -> None:
    draft = approved(desk)
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    for what in ("publish", "discard", "send-back"):
        refused = desk.physician.http.post(f"{draft}/{what}", data={"revision": "2", "text": "x"}, headers=elsewhere)
        assert refused.status_code == 403
    assert OLD in quoted(desk)
