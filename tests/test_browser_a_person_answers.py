"""A person of the clinic answers in the chat: the patient sees who it is, and that it is a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from cordial.keys import encryption_keys
from cordial.settings import Settings
from desk.conversations.log import Draft, append
from desk.database import Database
from desk.sealed import Keyring, new_key
from tests.support.browsing import ANSWER, Visits, faults, say, stored
from tests.support.system import System

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]

Writes = Callable[[Page, str, str, str], None]


@pytest.fixture
def person_writes(cordial: System) -> Iterator[Writes]:
    """Lets a person write into the chat of a page, from another process than web."""
    settings = Settings(data=cordial.data)
    records = Database(settings.database_address, Keyring(encryption_keys(settings, new_key)))

    def write(page: Page, text: str, name: str, role: str) -> None:
        with records.write() as session:
            [message] = append(session, stored(page, ":session")["session"], [Draft(text, sender="coordinator")])
            message.author, message.author_role = name, role

    yield write
    records.close()


def test_the_message_of_a_person_carries_their_name_and_role(visit: Visits, cordial: System, person_writes: Writes) -> None:
    page = visit(f"{cordial.url}/chat", bypass_csp=True)
    say(page, "I would like to talk to a person")
    expect(page.locator(".kind-handoff")).to_be_visible(timeout=ANSWER)
    person_writes(page, "Good morning, I have your message.", "Ona Sample", "physician")
    message = page.locator(".from-coordinator")
    expect(message).to_contain_text("Good morning, I have your message.", timeout=ANSWER)
    expect(message.locator(".who")).to_have_text("Ona Sample, physician (a person)")
    expect(page.get_by_role("textbox", name="Your message")).to_have_attribute("placeholder", "Write a message…")
    assert faults(page) == []
