"""Whatever is said in whole intakes, no word of it is in any byte of the data folder, and the key opens all of it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from intake.fields import the_intake
from tests.support.desk_work import acts, writes
from tests.support.people import Coordinator, Message, Patient, open_field, reference_in
from tests.support.staff import Staff
from tests.support.system import System
from tests.test_sealed_at_rest import words

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

_DICE = random.Random(14)  # noqa: S311  -- the same words each time, so that they are understood in the same way
ALARM = "I have crushing chest pain and cannot breathe right now"
MOST_TURNS = 40


def rare() -> str:
    """A word that stands in no article, no program and no model."""
    return "".join(_DICE.choice("bdgklmnprstvz") + _DICE.choice("aeiou") for _ in range(5)) + "x"


@dataclass
class Told:
    """A patient who says rare things, and what was said."""

    chat: Patient
    answers: Mapping[str, Any]  # a text, or a text and what is chosen beside it
    asked: list[str] = field(default_factory=list)

    def says(self, text: str, name: str = "", value: object = None) -> list[Message]:
        """Say something; with a value, as a control of the page does."""
        beside = {"value": {"field": name, "value": value}} if value is not None else {}
        sent = self.chat.http.post("/api/chat/messages", json={"id": str(uuid4()), "text": text, **beside})
        assert sent.status_code == 200, sent.text
        return list(sent.json()["messages"])

    def answers_one(self, replies: list[Message]) -> list[Message]:
        """Answer what is asked."""
        name = open_field(replies)
        assert name is not None, replies
        self.asked.append(name)
        answer = self.answers[name]
        return self.says(answer) if isinstance(answer, str) else self.says(answer[0], name, answer[1])

    def answers_until(self, replies: list[Message], last: str | None) -> list[Message]:
        """Answer until a field is asked, or everything is read back."""
        for _ in range(MOST_TURNS):
            if open_field(replies) == last:
                return replies
            replies = self.answers_one(replies)
        raise AssertionError(replies)


def in_words() -> dict[str, Any]:
    """A grown-up who types every answer."""
    return {
        "consent": "I agree",
        "for_whom": "Me",
        "full_name": f"{rare().capitalize()} {rare().capitalize()}",
        "contact": "+370 612 73918",
        "birth": "14 March 1991",
        "sex": "Female",
        "country": "Lithuania",
        "condition": f"knee osteoarthritis, called {rare()} at home",
        "treatments": f"physiotherapy with {rare()}",
        "medicines": f"ramipril and {rare()}",
        "immune_status": f"yes, {rare()} in 2019",
        "clots": f"yes, in the left leg, by {rare()}, in 2015",
        "infection": f"yes, {rare()} since Monday",
        "cancer": f"yes, of the {rare()} in 2016",
        "pregnancy": "No",
        "allergies": f"penicillin and {rare()}",
        "travel": f"to {rare()} in spring",
        "hopes": f"to climb {rare()} again",
        "questions": f"Can I go on with {rare()}?",
    }


def in_controls() -> dict[str, Any]:
    """A parent who chooses and fills in."""
    name, parent, mail, medicine, allergy = (rare() for _ in range(5))
    beside = {
        "condition": "arthritis",
        "treatments": "physiotherapy",
        "travel": "to",
        "hopes": "no pain in",
        "questions": "more on",
    }
    free = {each: f"{beside[each]} {rare()}" for each in beside}
    histories = {each: rare() for each in ("immune_status", "clots", "infection", "cancer")}
    address = f"{mail}@{rare()}.example"
    return {
        "consent": "I agree",
        "for_whom": ("My child", "my_child"),
        "full_name": (f"Ona {name.capitalize()}", f"Ona {name.capitalize()}"),
        "contact": (address, {"by": "email", "value": address}),
        "birth": ("3 May 2014", {"date": "2014-05-03"}),
        "guardian": ("I am the parent or guardian", "yes"),
        "guardian_name": (f"Rasa {parent.capitalize()}", f"Rasa {parent.capitalize()}"),
        "sex": ("Female", "female"),
        "country": ("Lithuania", "LT"),
        "pregnancy": ("No", {"answer": "no"}),
        "medicines": (medicine, [medicine]),
        "allergies": (allergy, [allergy]),
        **{each: (f"Yes, {word}", {"answer": "yes", "detail": word}) for each, word in histories.items()},
        **{each: (word, word) for each, word in free.items()},
    }


def everything_in(folder: Path) -> bytes:
    """Every byte of the data folder, but for the embedding model, which came with the program."""
    files = [file for file in folder.rglob("*") if file.is_file() and "encoder" not in file.relative_to(folder).parts]
    return b"\n".join(file.read_bytes() for file in files)


def rare_words(texts: list[str]) -> set[str]:
    """The rare words, and the numbers that tell who somebody is, without their spaces."""
    every = " ".join(texts)
    return {*re.findall(r"\b(?:[bdgklmnprstvz][aeiou]){5}x\b", every.lower()), *re.findall(r"(?<=\+370 )612 73918", every)}


@pytest.fixture
def people(cordial: System, new_staff: Callable[..., Staff]) -> tuple[Staff, Staff]:
    """A coordinator and an editor."""
    return new_staff(cordial, "coordinator"), new_staff(cordial, "editor")


def test_no_word_of_whole_intakes_is_in_clear_and_all_of_it_is_read_with_the_key(
    cordial: System, new_patient: Callable[[], Patient], coordinator: Coordinator, people: tuple[Staff, Staff]
) -> None:
    colleague, editor = people
    one, other = Told(new_patient(), in_words()), Told(new_patient(), in_controls())
    beside = {
        name: rare() for name in ("asked", "alarm", "refused", "person", "reply", "note", "wording", "searched", "changed")
    }

    # Asked in vain, and then the intake in words: one answer refused, an alarm in the middle, one changed at the end.
    one.says(f"Does {beside['asked']} treat cats?")
    in_vain = next(message for message in one.chat.log() if message["answer"])
    rated = one.chat.http.post("/api/chat/feedback", json={"seq": in_vain["seq"], "helpful": False})
    assert rated.status_code == 204
    replies = one.answers_until(one.says("Start the intake"), "birth")
    replies = one.says(f"on the day of {beside['refused']}")
    assert open_field(replies) == "birth", "refused"
    one.answers_until(replies, "clots")
    alarm = one.says(f"{ALARM}, {beside['alarm']}")
    assert "emergency" in [message["kind"] for message in alarm]
    replies = one.answers_until(one.says("I have read this"), None)
    one.says(f"Change my hopes to {beside['changed']}")
    reference = reference_in(one.says("Send it"))
    # The same in controls; the two meet every field that there is.
    other.answers_until(other.says("Start the intake"), None)
    other.says("Send it")
    assert {*one.asked, *other.asked} == set(the_intake().names)

    # A person is called, answers, writes a note, judges an answer; an editor looks at what was asked in vain.
    one.says(f"I want to talk to a person about {beside['person']}")
    assert acts(colleague, reference, "take-over").status_code == 200
    assert writes(colleague, reference, f"What is {beside['reply']}?").status_code == 200
    assert acts(colleague, reference, "notes", text=f"Says {beside['note']}.").status_code == 200
    judged = {
        "seq": str(in_vain["seq"]),
        "verdict": "wrong",
        "wording": f"Is {beside['wording']} treated?",
        "confirmed": "true",
    }
    assert colleague.http.post(f"/desk/cases/{reference}/reviews", data=judged).status_code == 200
    assert "treat cats?" in editor.http.get("/desk/insight/unanswered").text
    begun = {"asked": f"Does {beside['asked']} treat cats?", "slug": "cats-and-dogs", "question": "Are animals treated?"}
    editor.http.post("/desk/articles/new/asked", data={"question": begun["asked"]})
    assert "/drafts/" in str(editor.http.post("/desk/articles/new", data=begun).url)
    one.chat.http.post("/library", data={"q": beside["searched"]})
    assert reference in colleague.http.get("/desk/queue", params={"text": beside["person"]}).text
    assert coordinator.runs("backup", "make").returncode == 0

    answers = [part for told in (one, other) for value in told.answers.values() for part in _texts(value)]
    told = rare_words([*answers, *beside.values()])
    assert len(told) > 30
    in_clear = everything_in(cordial.data)
    assert b"cats-and-dogs" in in_clear, "what does stand in clear is found"
    assert [
        word for word in sorted(told) if any(form in in_clear for form in words(word.replace(" ", "")) | {word.encode()})
    ] == []

    kept = "".join(each.chat.http.get("/api/chat/export").text for each in (one, other))
    assert sorted(word for word in told if word not in kept.lower()) == [beside["searched"]], (
        "it was looked for, and stored nowhere"
    )


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [text for part in parts for text in _texts(part)]
