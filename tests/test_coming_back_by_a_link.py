"""Over HTTP: whoever has the link and the answer gets into the chat; to everybody else all links look, read and take alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest
from sqlalchemy import select, text

from desk.models import Conversation, Presence
from tests.support.console_alone import ConsoleAlone
from tests.support.desk_work import writes
from tests.support.leaving import REFERENCE, Left
from tests.support.receivers import MailBox
from tests.support.staff import Staff
from web.throttling import RULES, LimitReached, Limits, MemoryWindows

BORN = "1961-03-14"
UNKNOWN = "x" * 32


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleAlone]:
    """Web of a clinic that has e-mails sent to patients."""
    web = ConsoleAlone(tmp_path_factory.mktemp("web"), reaches_patients=True)
    yield web
    web.closes()


@pytest.fixture
def maria(web: ConsoleAlone, box: MailBox) -> Iterator[Left]:
    """A patient who left, and was told of a reply."""
    left = Left(web.database, box)
    left.ana_writes()
    left.is_told()
    yield left
    with web.database.write() as session:
        session.execute(text("DELETE FROM conversations"))


def back(web: ConsoleAlone, link: str, **answer: str) -> httpx.Response:
    """Give an answer to what the link asks."""
    return httpx.post(f"{web.url}/api/chat/back", json={"link": link, **answer}, trust_env=False)


def test_the_right_answer_gives_a_token_for_the_same_chat(web: ConsoleAlone, maria: Left) -> None:
    opened = back(web, maria.secret, birth=BORN)
    assert opened.status_code == 200
    assert opened.headers["cache-control"] == "no-store"
    assert opened.json()["session"] == maria.id
    token = {"Authorization": f"Bearer {opened.json()['token']}"}
    said = httpx.get(f"{web.url}/api/chat/messages", headers=token, trust_env=False).json()["messages"]
    assert said[-1]["text"] == "Good news about your knees, Maria."


def test_all_that_fails_reads_alike_and_takes_as_long(web: ConsoleAlone, maria: Left) -> None:
    secret = maria.secret
    ended = Left(web.database, maria.box)
    ended.ana_writes()
    ended.is_told()
    over = ended.secret
    with web.database.write() as session:
        session.execute(text("UPDATE reply_links SET ends_at = '2020-01-01' WHERE conversation_id = :id"), {"id": ended.id})
    tried: list[tuple[str, dict[str, Any]]] = [
        (secret, {"birth": "1961-03-15"}),
        (secret, {"code": "123456"}),
        (secret, {}),
        (over, {"birth": BORN}),
        (UNKNOWN, {"birth": BORN}),
        (UNKNOWN, {"code": "123456"}),
    ]
    answers, seconds = [], []
    for link, answer in tried:
        begun = time.monotonic()
        answers.append(back(web, link, **answer))
        seconds.append(time.monotonic() - begun)
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1
    assert "112" in answers[0].text, "whoever is in danger reads whom to call"
    begun = time.monotonic()
    assert back(web, secret, birth=BORN).status_code == 200
    assert min(*seconds, time.monotonic() - begun) >= 0.4


def test_asking_for_a_code_tells_nothing(web: ConsoleAlone, maria: Left) -> None:
    asked = [
        httpx.post(f"{web.url}/api/chat/back/code", json={"link": link}, trust_env=False) for link in (maria.secret, UNKNOWN)
    ]
    assert {(answer.status_code, answer.text) for answer in asked} == {(202, "")}
    maria.sender.send_due()
    assert len(maria.box.taken) == 1, "this link asks for the date of birth"


def test_the_page_is_the_same_for_everybody_and_kept_from_search_engines(web: ConsoleAlone, maria: Left) -> None:
    page = httpx.get(f"{web.url}/back", trust_env=False)
    assert page.status_code == 200
    assert "noindex" in page.text
    for word in ("Maria", maria.id, maria.secret, REFERENCE):
        assert word not in page.text


def test_tries_from_one_address_are_limited() -> None:
    most = next(rule.most for rule in RULES["come_back"] if rule.seconds == 60)
    limits = Limits(MemoryWindows())

    async def tries() -> None:
        for _ in range(most):
            await limits.take("come_back", "", "192.0.2.1")
        with pytest.raises(LimitReached):
            await limits.take("come_back", "", "192.0.2.1")

    anyio.run(tries)


# --- what the case shows


@pytest.fixture
def ana(web: ConsoleAlone) -> Iterator[Staff]:
    """A coordinator."""
    with Staff(web.url, web.database, "coordinator", "Ana Example") as staff:
        yield staff


def shown(ana: Staff) -> str:
    """The case as a coordinator reads it."""
    return " ".join(ana.http.get(f"/desk/cases/{REFERENCE}").text.split())


def test_the_case_says_when_the_patient_was_told_and_came_back(web: ConsoleAlone, maria: Left, ana: Staff) -> None:
    page = shown(ana)
    assert "Not seen yet. Told by e-mail at" in page
    assert "told the patient of a reply" in page
    back(web, maria.secret, birth=BORN)
    assert "the patient opened the link" in shown(ana)


def test_the_case_says_what_was_seen(web: ConsoleAlone, maria: Left, ana: Staff) -> None:
    opened = back(web, maria.secret, birth=BORN).json()
    token = {"Authorization": f"Bearer {opened['token']}"}
    with web.database.read() as session:
        last = session.get_one(Conversation, maria.id).last_seq
    told = httpx.post(f"{web.url}/api/chat/seen", json={"seq": last + 50}, headers=token, trust_env=False)
    assert told.status_code == 204
    assert "Seen by the patient, " in shown(ana)
    with web.database.read() as session:
        assert session.scalars(select(Presence.seen_seq)).one() == last, "nobody has seen what was not written yet"


def test_who_could_not_be_told_is_shown(web: ConsoleAlone, box: MailBox, ana: Staff) -> None:
    left = Left(web.database, box, contact=None)
    left.ana_writes()
    assert "Not seen yet. The patient could not be told: no e-mail address." in shown(ana)
    with web.database.write() as session:
        session.execute(text("DELETE FROM conversations"))


def test_an_open_page_is_shown_and_so_is_when_it_was_closed(web: ConsoleAlone, maria: Left, ana: Staff) -> None:
    token = {"Authorization": f"Bearer {web.tokens.make(maria.id)}"}
    with httpx.stream("GET", f"{web.url}/api/chat/stream", headers=token, trust_env=False) as stream:
        lines = stream.iter_lines()
        next(lines)
        until_shown(ana, "Their page is open.")
    until_shown(ana, "Their page was last open")


def until_shown(ana: Staff, words: str) -> None:
    """Wait until the case says something."""
    end = time.monotonic() + 10
    while words not in shown(ana):
        assert time.monotonic() < end, words
        time.sleep(0.2)


def test_a_reply_written_on_the_page_of_the_case_is_told_of(web: ConsoleAlone, box: MailBox, ana: Staff) -> None:
    left = Left(web.database, box)
    with web.database.write() as session:
        session.get_one(Conversation, left.id).holder = ana.user_id
    assert writes(ana, REFERENCE, "Please call us.").status_code == 200
    assert "If it stays so, an e-mail goes out at" in shown(ana)
    assert len(left.is_told()) == 1
    with web.database.write() as session:
        session.execute(text("DELETE FROM conversations"))
