"""Rasa's own files, our actions and our fields say the same thing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

from actions.turn import FIELD_SLOT, FORM, RECORD_SLOT
from commands import start
from cordial.bootstrap import PROJECT
from cordial.settings import load_settings
from intake.beginning import beginning
from intake.fields import REVIEW
from intake.meanings import the_meanings
from intake.reading import FEELINGS, INTERRUPTIONS, MOVES
from intake.record import FieldAnswer, IntakeRecord
from intake.service import DELETING, the_service
from tests.support.talking import Talk


def read_all(folder: str) -> dict[str, Any]:
    """The files of a folder as one, as Rasa reads them; a key that stands in several holds what all of them say."""
    whole: dict[str, Any] = {}
    for file in sorted((PROJECT / folder).rglob("*.yml")):
        for key, value in yaml.safe_load(file.read_text("utf-8")).items():
            if isinstance(value, dict):
                whole.setdefault(key, {}).update(value)
            elif isinstance(value, list):
                whole.setdefault(key, []).extend(value)
    return whole


DOMAIN = read_all("domain")
DATA = read_all("data")


@pytest.fixture(scope="module")
def registered() -> set[str]:
    """The names of the actions that web serves."""
    executor = ActionExecutor()
    executor.register_package("actions")
    # rasa-sdk takes every action that is in memory, those that other tests have made too.
    return {name for name, run in executor.actions.items() if type(run.__self__).__module__.startswith("actions.")}


def test_web_serves_exactly_the_actions_that_the_domain_names(registered: set[str]) -> None:
    assert registered == set(DOMAIN["actions"])


def test_the_form_knows_of_one_slot_so_that_the_fields_stand_in_one_place() -> None:
    assert DOMAIN["forms"] == {FORM: {"required_slots": [FIELD_SLOT]}}
    assert {FIELD_SLOT, RECORD_SLOT} <= set(DOMAIN["slots"])


def test_a_turn_begins_with_slots_and_forms_of_the_domain() -> None:
    events = beginning({"intake": IntakeRecord(status="in_progress", open_field="contact").model_dump()})
    slots = {event["name"] for event in events if event["event"] == "slot"}
    assert slots == set(DOMAIN["slots"]) - {FIELD_SLOT} | {"requested_slot"}
    assert {event["name"] for event in events if event["event"] == "active_loop"} == set(DOMAIN["forms"])


def test_the_form_is_open_only_while_something_is_asked() -> None:
    assert not opens({})


def opens(context: dict[str, object]) -> bool:
    """Whether a turn begins with the open form."""
    return any(event["event"] == "active_loop" for event in beginning(context))


def test_a_wish_about_a_list_that_was_sent_is_dealt_with_by_the_form_and_a_question_is_not() -> None:
    item = {"name": "ramipril", "said": "ramipril", "names": ["ramipril"]}
    medicines = FieldAnswer(said="ramipril", value=[item])
    sent = IntakeRecord(status="completed", reference="C-2345-6789", answers={"medicines": medicines}).model_dump()
    assert opens({"intake": sent, "text": "I also take warfarin"})
    assert opens({"intake": sent, "text": "Add to Medicines: warfarin"})
    assert not opens({"intake": sent, "text": "Does warfarin matter?"})


def test_another_contact_after_sending_is_dealt_with_by_the_form_and_an_address_by_the_way_is_not() -> None:
    contact = FieldAnswer(said="maria@mail.example", value={"by": "email", "value": "maria@mail.example"})
    sent = IntakeRecord(status="completed", reference="C-2345-6789", answers={"contact": contact}).model_dump()
    assert opens({"intake": sent, "text": "my second number is +370 612 34567"})
    assert not opens({"intake": sent, "text": "is +370 612 34567 your number?"})
    assert not opens({"intake": sent, "text": "info@clinic.example does not answer"})


def test_what_was_chosen_in_a_control_is_dealt_with_by_the_form() -> None:
    assert opens({"values": [{"field": "country", "value": "LT"}]})


def test_rasa_opens_our_channel_and_its_own() -> None:
    assert list(yaml.safe_load((PROJECT / "credentials.yml").read_text("utf-8"))) == ["bot.channel.TurnInput", "rest"]


def test_no_slot_changes_what_rasa_predicts() -> None:
    assert all(slot["influence_conversation"] is False for slot in DOMAIN["slots"].values())
    assert {mapping["type"] for slot in DOMAIN["slots"].values() for mapping in slot["mappings"]} == {"custom"}


def test_every_intent_has_examples_and_every_example_an_intent() -> None:
    with_examples = {entry["intent"] for entry in DATA["nlu"] if "intent" in entry}
    assert with_examples == set(DOMAIN["intents"])


def test_every_move_of_the_intake_is_an_intent() -> None:
    assert set(DOMAIN["intents"]) >= MOVES


def test_every_interruption_that_the_intake_leaves_to_rasa_has_a_rule_that_comes_back_to_the_field() -> None:
    in_the_form = [rule for rule in DATA["rules"] if {"active_loop": FORM} in rule.get("condition", [])]
    interrupting = {intent: rule["steps"][2:] for rule in in_the_form for intent in intents_of(rule["steps"][0])}
    assert interrupting == {intent: [{"action": FORM}, {"active_loop": FORM}] for intent in INTERRUPTIONS}


def intents_of(step: dict[str, Any]) -> list[str]:
    """The intents with which a rule begins: one, or several of which any will do."""
    return [each["intent"] for each in step.get("or", [step]) if "intent" in each]


def test_every_reply_about_the_service_is_for_an_intent_or_for_sure_words_and_every_feeling_has_a_response() -> None:
    known = {*DOMAIN["intents"], DELETING, *(each.reply for each in the_service().surely)}
    assert {*the_service().replies} <= known
    assert {f"utter_{feeling}" for feeling in FEELINGS} <= set(DOMAIN["responses"])


@pytest.mark.parametrize("intent", sorted(MOVES))
@pytest.mark.parametrize("field", ["", "consent", "contact", REVIEW])
def test_every_response_that_the_intake_asks_for_exists(field: str, intent: str) -> None:
    talk = Talk().until(field) if field else Talk()
    talk.says("you know what I mean", intent)
    assert set(talk.responded) <= set(DOMAIN["responses"])


def test_every_choice_that_is_offered_is_for_an_intent() -> None:
    assert set(the_meanings().meanings) <= set(DOMAIN["intents"])


def test_no_example_is_trained_for_two_intents() -> None:
    seen: dict[str, str] = {}
    for entry in DATA["nlu"]:
        for line in entry["examples"].splitlines():
            example = " ".join(line.removeprefix("- ").lower().split())
            assert seen.setdefault(example, entry["intent"]) == entry["intent"], example


def test_what_is_held_out_was_not_trained_on() -> None:
    def lines(entries: list[dict[str, str]]) -> set[str]:
        return {line.removeprefix("- ").strip().lower() for entry in entries for line in entry["examples"].splitlines()}

    held_out = yaml.safe_load((PROJECT / "tests" / "nlu" / "held_out.yml").read_text("utf-8"))["nlu"]
    assert {entry["intent"] for entry in held_out} == set(DOMAIN["intents"])
    assert lines(held_out) & lines(DATA["nlu"]) == set()


def test_every_button_of_a_response_says_what_it_sends() -> None:
    buttons = [b for texts in DOMAIN["responses"].values() for text in texts for b in text.get("buttons", [])]
    assert buttons
    assert all(button["payload"] == button["title"] for button in buttons)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what a model is trained from, and of what it is not."""
    for name in ("domain", "data", "bot", "knowledge"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    shutil.copy2(PROJECT / "config.yml", tmp_path)
    monkeypatch.setattr(start, "PROJECT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["config.yml", "domain/domain.yml", "data/nlu/social.yml", "bot/featurizer.py"])
def test_changed_training_data_calls_for_a_new_model(name: str, copy: Path) -> None:
    before = start.model_file()
    (copy / name).write_text((copy / name).read_text("utf-8") + "\n", "utf-8")
    assert start.model_file() != before


def test_a_changed_article_does_not_call_for_a_new_model(copy: Path) -> None:
    before = start.model_file()
    os.utime(copy / "config.yml")
    for article in (copy / "knowledge" / "articles").glob("*.md"):
        article.write_text("other text", "utf-8")
    assert start.model_file() == before


def test_rasa_learns_none_of_our_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CORDIAL_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("CORDIAL_DATA", str(tmp_path))
    environment = start.rasa_environment(load_settings())
    assert {name for name in environment if name.startswith("CORDIAL_")} == {"CORDIAL_WEB_URL"}
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert environment["HOME"] == str(tmp_path / "rasa"), "where Rasa keeps an id for its telemetry"


def test_rasa_is_told_the_port_of_our_web(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CORDIAL_PORT", "8123")
    monkeypatch.setenv("CORDIAL_DATA", str(tmp_path))
    endpoints = yaml.safe_load(start.endpoints_file(load_settings()).read_text("utf-8"))
    assert endpoints["action_endpoint"]["url"] == "http://127.0.0.1:8123/webhook"
