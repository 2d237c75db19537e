"""A patient asks, and gets quotes with everything that is needed to judge them; or is told that there is none."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from cordial.bootstrap import PROJECT
from knowledge.generation import stored_version
from knowledge.library import Library
from tests.support.people import Coordinator, Message, Patient, answers_in
from tests.support.system import System

pytestmark = pytest.mark.e2e

THREE_QUESTIONS = [
    ("Does it work?", "does-it-work", "benefit"),
    ("Is fever after the infusion a bad sign?", "fever-and-infusion-reactions", "safety"),
    ("Are my own cells better or a donor's?", "autologous-versus-allogeneic", None),
]


def examples() -> list[Message]:
    """The three questions, each in ten wordings that nothing was trained on."""
    file = PROJECT / "tests" / "questions" / "three_questions.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("question", "article", "about"), THREE_QUESTIONS)
def test_the_three_questions_are_answered_with_quotes(patient: Patient, question: str, article: str, about: str | None) -> None:
    [message] = patient.says(question)
    answer = message["answer"]
    assert (message["from"], message["kind"], answer["status"]) == ("assistant", "answer", "answered")
    assert answer["passages"][0]["article"] == article
    assert about in {None, answer["about"]}
    assert answer["evidence"] != "none"
    assert answer["reviewed_on"]
    for passage in answer["passages"]:
        assert passage["heading"]
        assert passage["title"]
    for source in answer["sources"]:
        assert source["title"]
        assert source["publisher"]
    assert answer["sources"]


@pytest.mark.parametrize("question", [question for question, _, _ in THREE_QUESTIONS])
def test_every_quote_is_cut_out_of_the_stored_version(patient: Patient, cordial: System, question: str) -> None:
    [answer] = answers_in(patient.says(question))
    assert answer["passages"]
    for passage in answer["passages"]:
        version = stored_version(cordial.data / "knowledge" / "versions", passage["article"], passage["version"])
        assert passage["quote"] == version.body[passage["start"] : passage["end"]] != ""


def test_a_quote_links_to_its_section_of_the_article(patient: Patient) -> None:
    [answer] = answers_in(patient.says("Does it work?"))
    assert answer["passages"]
    for passage in answer["passages"]:
        address, _, section = passage["url"].partition("#")
        page = patient.http.get(address)
        assert page.status_code == 200
        assert f'id="{section}"' in page.text
        assert passage["heading"] in page.text


def test_the_right_article_stands_first_for_most_wordings(library: Library) -> None:
    def first(question: str) -> str | None:
        answered = [answer for answer in library.ask(question) if answer.status == "answered"]
        return answered[0].passages[0].article if answered else None

    wrong = [example["text"] for example in examples() if first(example["text"]) not in example["articles"]]
    assert len(examples()) == 30
    assert len(wrong) <= 3, wrong


@pytest.mark.parametrize("question", ["What is the best phone for seniors?", "Can you recommend a good pizza in Vilnius?"])
def test_an_uncovered_question_is_declined_and_a_person_offered(patient: Patient, question: str) -> None:
    replies = patient.says(question)
    assert [answer["status"] for answer in answers_in(replies)] == ["abstained"]
    assert answers_in(replies)[0]["passages"] == []
    buttons = [button["value"] for message in replies for button in message["buttons"]]
    assert "Talk to a person" in buttons
    [handoff] = patient.says("Talk to a person")
    assert handoff["kind"] == "handoff"


def test_every_button_of_the_greeting_leads_somewhere(new_patient: Callable[[], Patient]) -> None:
    first = new_patient()
    buttons = [button["value"] for message in first.greeting for button in message["buttons"]]
    assert buttons
    for button in buttons:
        kinds = {message["kind"] for message in new_patient().says(button)}
        assert kinds & {"answer", "question", "handoff"}, button


def test_a_greeting_is_returned_and_thanks_are_taken(patient: Patient) -> None:
    for text in ("hello", "thank you very much", "goodbye"):
        [reply] = patient.says(text)
        assert reply["kind"] == "text"
        assert reply["answer"] is None


def test_it_says_that_it_is_software(patient: Patient) -> None:
    assert "not a person" in patient.greeting[0]["text"]
    [reply] = patient.says("are you a robot?")
    assert "software" in reply["text"]


def test_the_command_line_gives_the_same_answer(patient: Patient, coordinator: Coordinator) -> None:
    question, _, _ = THREE_QUESTIONS[1]
    printed = coordinator.reads("kb", "ask", question)
    assert printed == {"answers": answers_in(patient.says(question))}


def test_every_article_of_the_library_can_be_read(patient: Patient, library: Library) -> None:
    index = patient.http.get("/library").text
    for slug in library.generation.articles:
        address = f"/library/articles/{slug}"
        assert address in index
        assert patient.http.get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/library/articles/nothing",
        "/library/articles/does-it-work?version=99",
        "/library/articles/does-it-work?version=" + "9" * 300,
        "/library/articles/" + "a" * 300 + "?version=1",
        "/library/articles/..%2f..%2fsecret_key?version=1",
        "/library/articles/%00?version=1",
        "/static/..%2f..%2fcordial/settings.py",
    ],
)
def test_what_is_not_in_the_library_is_not_found(patient: Patient, address: str) -> None:
    assert patient.http.get(address).status_code == 404
