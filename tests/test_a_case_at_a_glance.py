"""At a glance somebody sees what matters in a case: that it is on hold, how to reach the patient, what an answer rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from cordial.bootstrap import PROJECT
from desk.cases.reviews import Opinion, Verdict, review
from desk.conversations.log import Draft, store_patient_message, store_turn
from desk.conversations.own_data import withdraw
from desk.keeping.retention import set_hold
from knowledge.answer import Answer
from knowledge.article import Evidence
from tests.support.console_alone import ConsoleAlone
from tests.support.desk_work import acts
from tests.support.handing_off import Turns
from tests.support.records import answers
from tests.support.staff import Staff
from web.library_texts import library_texts

REFERENCE = "C-2345-6789"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[ConsoleAlone]:
    """A console with records of its own."""
    web = ConsoleAlone(tmp_path)
    yield web
    web.closes()


@pytest.fixture
def turns(web: ConsoleAlone) -> Turns:
    """Patients who write."""
    return Turns(web.database)


@pytest.fixture
def conversation(turns: Turns) -> str:
    """A patient who waits for a person."""
    return turns.asks_for_a_person(REFERENCE)


@pytest.fixture
def ana(web: ConsoleAlone) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(web.url, web.database, "coordinator", "Ana Example") as staff:
        yield staff


def words_of(ana: Staff, path: str = f"/desk/cases/{REFERENCE}") -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", ana.http.get(path).text).split())


def is_held(web: ConsoleAlone, conversation: str, on: bool, ana: Staff) -> None:
    """Let an administrator set a hold, or lift it."""
    with web.database.write() as session:
        assert set_hold(session, conversation, on, "complaint", ana.user_id)


def test_a_legal_hold_stands_in_the_queue_and_on_the_case_with_its_reason(
    web: ConsoleAlone, conversation: str, ana: Staff
) -> None:
    assert "Legal hold" not in words_of(ana)
    is_held(web, conversation, True, ana)
    assert "Legal hold" in words_of(ana, "/desk/queue")
    page = words_of(ana)
    assert re.search(r"Legal hold since \d\d:\d\d: A complaint that is being looked into\.", page)
    assert "nothing erases this case, not even the patient’s own request" in page
    is_held(web, conversation, False, ana)
    assert "Legal hold" not in words_of(ana)
    assert "Legal hold" not in words_of(ana, "/desk/queue")


def test_what_a_hold_keeps_after_the_consent_was_withdrawn_is_not_called_deleted(
    web: ConsoleAlone, turns: Turns, conversation: str, ana: Staff
) -> None:
    agreed = {"agreed": True, "version": 2, "wording": "I agree."}
    turns.says(conversation, "I agree", *answers("consent", "I agree", agreed))
    is_held(web, conversation, True, ana)
    with web.database.write() as session:
        withdraw(session, conversation, lambda _reference, _held: [])
    page = words_of(ana)
    assert "The legal hold keeps their answers; they are deleted when it is lifted." in page
    assert "Their answers were deleted" not in page
    is_held(web, conversation, False, ana)
    assert "Their answers were deleted" in words_of(ana)


@pytest.mark.parametrize(
    ("said", "value", "shown"),
    [
        (
            "maria@mail.example",
            {"by": "email", "value": "maria@mail.example"},
            '<dd><a href="mailto:maria@mail.example">maria@mail.example</a></dd>',
        ),
        (
            "you can call me at 0612 34567",
            {"by": "phone", "value": "+37061234567"},
            '<a href="tel:+37061234567">+370 612 34567</a><span class="soft line">“you can call me at 0612 34567”</span></dd>',
        ),
        (
            "m+a@mail.example or +44 20 7946 0958 ext 12",
            {
                "by": "email",
                "value": "m+a@mail.example",
                "also": [{"by": "phone", "value": "+442079460958", "extension": "12"}],
            },
            '<a href="mailto:m%2Ba@mail.example">m+a@mail.example</a>, '
            '<a href="tel:+442079460958;ext=12">+44 20 7946 0958 x12</a>',
        ),
        ("555-01 99 is it", {"by": "phone", "value": "555-01 99"}, '<a href="tel:5550199">555-01 99</a>'),
    ],
)
def test_a_contact_can_be_pressed_and_what_was_said_stands_below_where_it_is_not_the_same(
    turns: Turns, conversation: str, ana: Staff, said: str, value: dict[str, object], shown: str
) -> None:
    turns.says(conversation, said, *answers("contact", said, value))
    assert shown in ana.http.get(f"/desk/cases/{REFERENCE}").text


@pytest.mark.parametrize("value", ["ask my daughter", {"by": "email", "value": 'x"><script>@mail.example'}])
def test_a_contact_that_is_none_opens_nothing(turns: Turns, conversation: str, ana: Staff, value: object) -> None:
    turns.says(conversation, "ask my daughter", *answers("contact", "ask my daughter", value))
    page = ana.http.get(f"/desk/cases/{REFERENCE}").text
    assert "ask my daughter" in page
    assert 'x"><script>' not in page


def test_what_an_answer_rests_on_and_what_colleagues_think_of_it_stands_there_in_words(
    web: ConsoleAlone, conversation: str, ana: Staff
) -> None:
    given = Answer(status="answered", about="safety", evidence="rct", passages=[], sources=[], reviewed_on="2026-11-01")
    with web.database.write() as session:
        asked = store_patient_message(session, conversation, "id-of-it", "Is it safe?")
        store_turn(session, conversation, asked.seq, [Draft("It is.", kind="answer", answer=given)], [])
        review(session, conversation, asked.seq + 1, ana.user_id, Opinion(Verdict.SHOULD_HAVE_ANSWERED, "fever"))
    page = words_of(ana)
    assert "Safety. Evidence: good – a controlled trial in people. Reviewed on 1 November 2026." in page
    assert "Reviewed: missing" in page
    acts(ana, REFERENCE, "close", outcome="sent_elsewhere")
    assert re.search(r"Closed \d\d:\d\d\. Outcome: Sent elsewhere\.", words_of(ana))


def test_the_console_names_the_evidence_as_the_chat_does() -> None:
    chat = (PROJECT / "web/static/chat/strings.en.js").read_text("utf-8").partition("  evidenceWords: {")[2].partition("}")[0]
    words: dict[Any, str] = dict(re.findall(r"^    '?([\w-]+)'?: '([^']*)'", chat, re.MULTILINE))
    assert words == {each: library_texts().evidence_in_chat(each) for each in get_args(Evidence)}
