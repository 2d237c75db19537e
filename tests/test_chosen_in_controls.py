"""What a patient chooses in a control is judged by the rules for words, and what cannot be taken is asked again."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from cordial.bootstrap import PROJECT
from desk.conversations.intakes import apply_effects
from desk.conversations.log import start_conversation, store_patient_message
from desk.database import Database
from emergencies.red_flags import RedFlag, RedFlags, read_red_flags
from intake.clinic import read_clinic
from intake.fields import REVIEW, the_intake
from intake.record import FieldAsked
from intake.sent import Sent, words_beside
from knowledge.encoder import Encoder
from tests.support.talking import Talk
from turns.emergency_check import EmergencyCheck

CLINIC = read_clinic(PROJECT / "clinic.yml")
SAYS = the_intake().says


def test_words_that_stand_in_a_value_alone_are_looked_at_for_emergencies_too() -> None:
    value = {"answer": "yes", "detail": "crushing chest pain right now"}
    assert "chest pain" in words_beside("Infection: yes", [Sent(field="infection", value=value)])
    assert words_beside("Infection: Yes", [Sent(field="infection", value={"answer": "yes"})]) == "Infection: Yes"


@pytest.fixture(scope="module")
def red_flags(encoder: Encoder) -> RedFlags:
    """The check as web uses it, with the examples."""
    rules = read_red_flags()
    rules.ask_examples(encoder.encode, encoder.name)
    return rules


def found_in(database: Database, red_flags: RedFlags, open_field: str, words: str, values: dict[str, Any]) -> RedFlag | None:
    """What the check finds in a card, as the page sends it to a conversation in which a field is open."""
    with database.write() as session:
        conversation = start_conversation(session, [], "en")[0].id
        stored = store_patient_message(session, conversation, "m1", "start the intake")
        apply_effects(session, conversation, stored.seq, [FieldAsked(field=open_field)])
    sent = [Sent(field=field, value=value) for field, value in values.items()]
    return anyio.run(EmergencyCheck(database, CLINIC, red_flags).of_message, conversation, words, sent).flag


def test_each_line_of_a_card_is_looked_at_as_an_answer_to_its_own_field(database: Database, red_flags: RedFlags) -> None:
    # The value of a choice ("female", "warfarin") need not stand in the words as it is written there.
    words = "Medicines: Warfarin\nAllergies: penicillin: face swelling"
    values = {"medicines": ["warfarin"], "allergies": ["penicillin: face swelling"]}
    assert red_flags.check(words.splitlines()[1], CLINIC, asked="medicines")  # the first field calms nothing here
    assert found_in(database, red_flags, "medicines", words, values) is None


def test_an_emergency_in_one_line_of_a_card_is_found(database: Database, red_flags: RedFlags) -> None:
    words = "Sex: Female\nCountry: Lithuania\nCondition: chest pain right now, I cannot breathe"
    values = {"sex": "female", "country": "LT", "condition": "chest pain right now, I cannot breathe"}
    flag = found_in(database, red_flags, "sex", words, values)
    assert flag is not None
    assert flag.level == "emergency"


def test_an_emergency_that_stands_in_a_value_alone_is_found(database: Database, red_flags: RedFlags) -> None:
    values = {"infection": {"answer": "yes", "detail": "I cannot breathe right now"}, "cancer": {"answer": "no"}}
    flag = found_in(database, red_flags, "infection", "Infection: Yes\nCancer: No", values)
    assert flag is not None
    assert flag.level == "emergency"


def test_a_card_of_other_lines_than_fields_is_looked_at_whole(database: Database, red_flags: RedFlags) -> None:
    words = "Condition: arthritis\nI have chest pain right now\nand cannot breathe"
    assert found_in(database, red_flags, "condition", words, {"condition": "arthritis", "treatments": "none"}) is not None


def chosen(field: str, value: Any) -> Talk:
    """A patient who was asked a field and chose something."""
    talk = Talk().until(field)
    talk.chooses({field: value})
    return talk


@pytest.mark.parametrize(
    ("field", "value", "stored", "said"),
    [
        ("full_name", "Maria Example", "Maria Example", "Maria Example"),
        ("contact", {"by": "email", "value": "maria@mail.example"}, {"by": "email", "value": "maria@mail.example"}, None),
        ("birth", {"date": "1961-03-14"}, {"date": "1961-03-14", "age": 65}, "14 March 1961"),
        ("birth", {"age": 64}, {"age": 64}, "64"),
        ("country", "LT", {"code": "LT", "name": "Lithuania"}, "Lithuania"),
        ("country", "Deutschland", {"code": "DE", "name": "Germany"}, "Deutschland"),
        ("condition", "knee osteoarthritis", "knee osteoarthritis", "knee osteoarthritis"),
        ("medicines", [], [], "None"),
        ("clots", {"answer": "no"}, {"answer": "no", "detail": None}, "No"),
        ("clots", {"answer": "unsure"}, {"answer": "unsure", "detail": None}, "I do not know"),
        ("clots", {"answer": "yes", "detail": "in 2015"}, {"answer": "yes", "detail": "in 2015"}, "Yes, in 2015"),
        ("pregnancy", "not_applicable", {"answer": "not_applicable", "detail": None}, "Does not apply"),
    ],
)
def test_each_kind_of_control_gives_what_words_would_have_given(field: str, value: Any, stored: Any, said: str | None) -> None:
    talk = chosen(field, value)
    assert talk.value(field) == stored
    assert said is None or talk.record.answers[field].said == said
    assert not talk.record.answers[field].to_check
    assert talk.open != field


def test_a_bare_yes_is_asked_for_what_and_when_unless_there_was_a_place_for_it() -> None:
    talk = chosen("clots", "yes")
    assert (talk.open, talk.record.detail_asked) == ("clots", True)
    talk = chosen("clots", {"answer": "yes", "detail": ""})
    assert (talk.value("clots"), talk.open) == ({"answer": "yes", "detail": None}, "infection")


def test_an_answer_and_words_that_say_something_else_are_for_a_person_to_look_at() -> None:
    talk = chosen("cancer", {"answer": "no", "detail": "but I had breast cancer in 2016"})
    assert talk.value("cancer") == {"answer": "no", "detail": "but I had breast cancer in 2016"}
    assert talk.record.answers["cancer"].to_check


def test_a_card_is_taken_field_by_field_and_what_cannot_be_read_is_asked_again_by_itself() -> None:
    talk = Talk().until("full_name")
    talk.chooses({"full_name": "Maria Example", "birth": {"date": "2061-03-14"}, "country": "LT"})
    assert (talk.value("full_name"), talk.value("country")["code"]) == ("Maria Example", "LT")
    assert talk.value("birth") is None
    assert talk.open == "birth"
    talk.chooses({"birth": {"date": "1961-03-14"}})
    assert talk.open == "contact"


def test_what_was_left_empty_on_a_card_is_asked_afterwards_and_what_was_left_out_is_not() -> None:
    talk = Talk().until("immune_status")
    talk.chooses({"immune_status": {"answer": "no"}, "clots": None, "cancer": {"answer": "no"}})
    assert talk.record.answers["clots"].skipped
    assert talk.open == "infection"


def test_what_cannot_be_left_out_is_asked_again() -> None:
    assert chosen("full_name", None).open == "full_name"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth", {"date": "14.3.1961"}),
        ("birth", {"year": "1961"}),
        ("birth", 61),
        ("country", "XX"),
        ("country", ["LT"]),
        ("contact", "maria"),
        ("clots", "perhaps"),
        ("clots", {"answer": ["yes"]}),
        ("medicines", {"name": "aspirin"}),
        ("condition", 5),
        ("consent", "maybe"),
        ("consent", {"agreed": True}),
    ],
)
def test_what_is_no_value_for_a_field_is_not_taken(field: str, value: Any) -> None:
    talk = chosen(field, value)
    assert talk.value(field) is None
    assert talk.open == field


def test_nothing_is_taken_before_the_agreement_and_what_comes_with_it_is() -> None:
    talk = Talk().until("consent")
    talk.chooses({"condition": "MS"})
    assert talk.record.answers == {}
    talk.chooses({"consent": "yes", "full_name": "Maria Example"})
    assert talk.value("full_name") == "Maria Example"
    assert talk.value("consent")["agreed"] is True


def test_a_no_to_the_agreement_ends_it() -> None:
    talk = Talk().until("consent")
    talk.chooses({"consent": "no", "full_name": "Maria Example"})
    assert (talk.record.status, talk.record.answers) == ("stopped", {})


def test_a_line_of_the_read_back_is_changed_in_its_place() -> None:
    talk = Talk().until(REVIEW)
    talk.chooses({"country": "LV"})
    assert (talk.value("country")["code"], talk.open) == ("LV", REVIEW)
    cards = talk.question["review"]
    assert [card["title"] for card in cards][:2] == ["The patient", "How to reach you"]
    lines = {field["field"]: field for card in cards for field in card["fields"]}
    assert lines["country"]["said"] == "Latvia"
    assert lines["condition"]["skipped"]


def test_a_value_after_sending_changes_the_answer() -> None:
    talk = Talk().until(REVIEW)
    talk.says("send it")
    said = talk.chooses({"medicines": ["warfarin 5 mg"]})
    assert talk.record.status == "amended"
    assert "warfarin" in said


def test_a_card_has_the_open_field_first_and_what_is_still_to_be_asked() -> None:
    talk = Talk().until("full_name")
    card = talk.question["card"]
    assert card["title"] == "The patient"
    assert card["fields"][0]["field"] == "full_name"
    assert {field["field"] for field in card["fields"]} >= {"full_name", "birth", "country"}
    assert all(field["value"] is None for field in card["fields"])


def test_going_back_brings_the_answer_with_the_control_to_change_or_keep_it() -> None:
    talk = Talk().until("condition")
    assert talk.question.get("value") is None
    talk.chooses({"condition": "knees"})
    talk.says("go back", "go_back")
    assert (talk.open, talk.question["value"]) == ("condition", "knees")
    talk.chooses({"condition": "both knees"})
    assert talk.value("condition") == "both knees"


def test_going_back_to_what_was_left_out_brings_nothing_to_keep() -> None:
    talk = Talk().until("condition")
    talk.says("skip", "skip")
    talk.says("go back", "go_back")
    assert (talk.open, talk.question.get("value")) == ("condition", None)


@pytest.mark.parametrize(("country", "prefix"), [("Lithuania", "+370"), ("United Kingdom", "+44"), (None, None)])
def test_a_phone_number_begins_as_it_does_where_the_patient_lives(country: str | None, prefix: str | None) -> None:
    talk = Talk().until("full_name")
    talk.chooses({"full_name": "Maria Example", "birth": {"age": 61}, "sex": "female", "country": country})
    assert talk.open == "contact"
    assert talk.question["input"]["prefix"] == prefix


@pytest.mark.parametrize("alone", ["consent", "contact"])
def test_some_questions_stand_alone(alone: str) -> None:
    assert Talk().until(alone).question["card"] is None


def test_every_question_says_what_it_takes() -> None:
    kinds = {}
    for field in the_intake().fields:
        if field.ages != (0, 17):
            kinds[field.name] = Talk().until(field.name).question["input"]["kind"]
    assert kinds["consent"] == "choice"
    assert kinds["birth"] == "date"
    assert kinds["medicines"] == "list"
    assert kinds["clots"] == "yes_no"


def test_a_choice_shows_every_answer_with_its_value() -> None:
    options = Talk().until("clots").question["input"]["options"]
    assert {option["value"]: option["title"] for option in options} == {"no": "No", "yes": "Yes", "unsure": "I do not know"}


def test_what_was_told_so_far_comes_with_the_controls_to_change_it() -> None:
    talk = Talk().until("birth")
    [card] = [card for card in talk.dialogue.told_so_far(talk.record)["review"] if card["name"] == "person"]
    name = next(each for each in card["fields"] if each["field"] == "full_name")
    assert (name["said"], name["input"]["kind"]) == (talk.record.answers["full_name"].said, "name")
    assert "birth" not in [each["field"] for each in card["fields"]]


def test_what_was_understood_is_shown_only_where_it_is_not_what_was_said() -> None:
    talk = Talk().until("country")
    for field, value, shown in (("country", "LV", None), ("country", "Deutschland", "Germany")):
        talk.chooses({field: value})
        cards = talk.dialogue.told_so_far(talk.record)["review"]
        assert [each["shown"] for card in cards for each in card["fields"] if each["field"] == field] == [shown]
