"""When the service does not answer, the chat itself says what to do in an emergency, and how to get help in any trouble."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from knowledge.encoder import Encoder
from knowledge.library import Library
from tests.support.browsing import Visits, say, stored
from tests.support.faults import full
from tests.support.people import Patient
from tests.support.small_web import NewWeb, SmallWeb, small_web

EMERGENCY = "I have chest pain and I cannot breathe"
NUMBER, ADDRESS = "112", "hello@birchwood.example"
LOCAL = "your local emergency number (at the clinic in Lithuania: 112)"
# What the chat says when something fails.
TROUBLES = ["chatMissing", "connection.elsewhere"]
TROUBLES += [f"status.{name}" for name in ("unsent", "late", "late_stored", "failed", "refused", "told", "not_done")]
BESIDE_THE_WAYS = ["connection.offline", "connection.reconnecting", "connection.refused"]  # the line shows them as links

PLAIN = [
    EMERGENCY,
    "my husband has chest pain",
    "She can't breathe!",
    "MY FATHER IS UNCONSCIOUS",
    "He has passed out and he is not responding",
    "I think I am having a stroke",
    "my throat is swelling",
    "I don\u2019t want to live any more",
    "Thank you for the brochure. My wife collapsed. What does it cost?",
]
NOT_PLAIN = [
    "Does it work?",
    "Can it cause chest pain?",
    "no chest pain and no fever",
    "I never had chest pain",
    "is chest pain a side effect",
    "he had a heart attack two years ago",
    "What is the risk of anaphylaxis",
    "Maria Example",
    "my dog collapsed",
]


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web that is going to be out of reach."""
    return new_web()


@pytest.fixture
def page(visit: Visits, web: SmallWeb) -> Page:
    """The chat page, open and greeted."""
    page = visit(f"{web.url}/chat")
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    return page


@pytest.fixture
def said(web: SmallWeb) -> Callable[[Page], list[str]]:
    """What the service has from the patient of a page."""

    def look(page: Page) -> list[str]:
        with Patient(web.url) as onlooker:
            onlooker.http.headers["Authorization"] = f"Bearer {stored(page, ':session')['token']}"
            return onlooker.said()

    return look


def test_without_a_network_the_page_says_itself_what_to_do_and_sends_the_message_later(
    page: Page, said: Callable[[Page], list[str]]
) -> None:
    page.context.set_offline(True)
    expect(page.locator(".connection")).to_contain_text(NUMBER)
    expect(page.locator(".connection")).to_contain_text(ADDRESS)
    say(page, EMERGENCY)
    own = page.locator(".from-system.kind-emergency")
    expect(own).to_contain_text(LOCAL)
    expect(own.get_by_role("link")).to_have_text(["Emergency in Lithuania: 112"])
    page.context.set_offline(False)
    expect(page.locator(".from-assistant.kind-emergency")).to_have_count(1)
    expect(own).to_have_count(0)
    expect(page.locator(".from-patient")).to_have_count(1)
    assert said(page) == [EMERGENCY]


def test_a_reload_without_a_network_says_it_again(page: Page) -> None:
    page.route("**/api/chat/**", lambda route: route.abort())
    say(page, EMERGENCY)
    expect(page.locator(".from-system.kind-emergency")).to_be_visible()
    page.reload()
    expect(page.locator(".from-system.kind-emergency")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")


def test_a_service_that_hangs_is_not_waited_for(page: Page) -> None:
    page.route("**/api/chat/messages", lambda route: None if route.request.method == "POST" else route.continue_())
    say(page, EMERGENCY)
    expect(page.locator(".from-system.kind-emergency")).to_be_visible()
    expect(page.locator(".typing"), "the message is still on its way").to_be_visible()
    page.unroute_all(behavior="ignoreErrors")


def test_an_emergency_behind_a_message_that_waits_is_answered_all_the_same(
    page: Page, said: Callable[[Page], list[str]]
) -> None:
    held: list[Route] = []
    page.route(
        "**/api/chat/messages",
        lambda route: held.append(route) if route.request.method == "POST" and not held else route.continue_(),
    )
    say(page, "Does it work?")
    say(page, "my son swallowed a button battery")
    answered = page.locator(".from-assistant.kind-emergency")
    expect(answered).to_contain_text(NUMBER)
    expect(page.locator(".typing"), "the first is not answered yet").to_be_visible()
    with page.expect_response(lambda each: "battery" in (each.request.post_data or "") and each.url.endswith("/messages")):
        held[0].continue_()
    assert len(said(page)) == 2, "both are stored"
    expect(page.locator(".from-patient")).to_have_count(2)
    expect(answered, "the stored reply is in the place of what was told before").to_have_count(1)


def test_an_ordinary_message_behind_one_that_waits_only_waits(page: Page) -> None:
    held: list[Route] = []
    page.route(
        "**/api/chat/messages",
        lambda route: held.append(route) if route.request.method == "POST" and not held else route.continue_(),
    )
    say(page, "Does it work?")
    with page.expect_response("**/api/chat/check") as looked:
        say(page, "Is fever a bad sign?")
    assert looked.value.json() == {"messages": []}
    expect(page.locator(".kind-emergency")).to_have_count(0)
    held[0].continue_()


def test_who_waits_at_the_page_is_back_within_seconds_however_long_the_service_was_away(visit: Visits, web: SmallWeb) -> None:
    page = visit(f"{web.url}/chat")
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    page.clock.install()
    page.route("**/api/chat/**", lambda route: route.abort())
    page.reload()
    for _ in range(12):  # by then a pause that doubled each time would be of an hour
        with page.expect_request("**/api/chat/messages?**"):
            page.clock.run_for(4_000)
    page.unroute_all(behavior="ignoreErrors")
    page.clock.run_for(4_000)
    expect(page.locator(".connection")).to_be_hidden()


def test_an_ordinary_message_raises_no_card(page: Page) -> None:
    page.context.set_offline(True)
    say(page, "Can it cause chest pain?")
    expect(page.locator(".delivery").last).to_contain_text("Not sent yet")
    expect(page.locator(".kind-emergency")).to_have_count(0)
    page.context.set_offline(False)
    expect(page.locator(".from-assistant")).to_have_count(2)


def test_in_a_chat_that_cannot_be_opened_the_page_says_it_too(page: Page) -> None:
    token = stored(page, ":session")["token"]
    page.request.delete(f"{page.url.removesuffix('/chat')}/api/chat/session", headers={"Authorization": f"Bearer {token}"})
    expect(page.locator(".connection")).to_contain_text("This conversation cannot be opened right now.")
    expect(page.locator(".connection")).to_contain_text(NUMBER)
    say(page, EMERGENCY)
    expect(page.locator(".from-patient + .kind-emergency")).to_have_count(1)


def test_a_reply_that_could_not_be_stored_is_shown_and_the_stored_one_takes_its_place(
    web: SmallWeb, page: Page, said: Callable[[Page], list[str]]
) -> None:
    long = f"{EMERGENCY}. " + "It began an hour ago after the walk. " * 90
    alarm = page.locator(".kind-emergency")
    with full(web):
        say(page, long)
        expect(alarm).to_have_count(1)
        expect(page.locator(".delivery").last).to_contain_text("We could not store your message yet")
        expect(page.locator(".from-patient + .from-assistant.kind-emergency"), "at the end").to_have_count(1)
    expect(page.locator(".delivery").last).to_be_hidden()
    expect(alarm).to_have_count(1)
    expect(page.locator(".from-patient")).to_have_count(1)
    expect(page.locator(".from-patient + .from-assistant.kind-emergency")).to_have_count(1)
    assert said(page) == [long.strip()]
    assert stored(page, ":session"), "and nothing waits to be sent"
    assert not page.evaluate("Object.keys(localStorage).some(key => key.includes(':out:'))")


def in_page(page: Page, call: str) -> Any:
    """What a call of the chat's own modules gives there."""
    clinic = json.dumps({"emergencyNumber": NUMBER, "country": "Lithuania", "email": ADDRESS})
    script = f"""async () => {{
        const {{ loadStrings }} = await import('/static/chat/text.js');
        const {{ TheirWords }} = await import('/static/chat/words.js');
        const strings = await loadStrings('en', {clinic});
        const words = new TheirWords({{ strings, api: null, storage: sessionStorage, key: 'nothing' }});
        return {call};
    }}"""
    return page.evaluate(script)


def test_only_what_is_said_plainly_raises_the_card(page: Page) -> None:
    raised = in_page(page, f"{json.dumps([*PLAIN, *NOT_PLAIN])}.filter(text => words.alarm(text))")
    assert raised == PLAIN


def test_every_trouble_names_the_number_and_the_clinic(page: Page) -> None:
    look = "names => names.map(name => name.split('.').reduce((part, key) => part[key], strings))"
    troubles = in_page(page, f"({look})({json.dumps(TROUBLES)})")
    assert [text for text in troubles if not (LOCAL in text and ADDRESS in text)] == []
    lines = in_page(page, f"({look})({json.dumps(BESIDE_THE_WAYS)})")
    assert [text for text in lines if LOCAL not in text] == []


def test_without_a_number_of_the_clinic_the_local_one_is_named(page: Page) -> None:
    script = """async () => {
        const { loadStrings } = await import('/static/chat/text.js');
        return (await loadStrings('en')).status.unsent;
    }"""
    assert page.evaluate(script).endswith("call your local emergency number.")


def test_a_page_that_was_opened_before_opens_while_the_service_is_away(
    visit: Visits, tmp_path: Path, library: Library, encoder: Encoder
) -> None:
    with small_web(tmp_path, library, encoder) as web:
        page = visit(f"{web.url}/chat")
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.reload()
    expect(page.locator(".connection")).to_contain_text(LOCAL)
    say(page, EMERGENCY)
    expect(page.locator(".from-system.kind-emergency")).to_contain_text(LOCAL)
    page.goto(f"{web.url}/chat")
    expect(page.locator(".from-system.kind-emergency"), "the message is kept").to_contain_text(LOCAL)


def test_what_the_device_keeps_of_the_page_is_not_used_while_the_service_answers(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.evaluate("caches.open('cordial-chat').then(kept => kept.put('/chat', new Response('an old page')))")
    page.reload()
    expect(page.get_by_role("button", name="Does it work?")).to_be_visible()
    kept = page.evaluate("caches.open('cordial-chat').then(kept => kept.match('/chat')).then(page => page.text())")
    assert "cordial-chat" in kept
    paths = page.evaluate(
        "caches.open('cordial-chat').then(kept => kept.keys()).then(all => all.map(each => new URL(each.url).pathname))"
    )
    assert [path for path in paths if path != "/chat" and not path.startswith("/static/chat/")] == []
