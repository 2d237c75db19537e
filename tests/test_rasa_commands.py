"""Rasa's own commands work on our files, and our parts inside Rasa do what they promise."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import subprocess
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from rasa_sdk.executor import ActionExecutor

from actions.handed_back import HANDED_BACK, RunsActions
from commands.start import rasa_environment
from cordial.bootstrap import PROJECT, RASA
from cordial.settings import load_settings
from intake.beginning import beginning
from intake.record import IntakeRecord
from tests.support.people import Coordinator
from tests.support.system import System

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def run_in_rasa(script: str, web: str = "http://127.0.0.1:9") -> Any:
    """Run one of our scripts with Rasa's Python; gives what it prints."""
    done = subprocess.run(
        [RASA / "bin" / "python", "-W", "ignore", PROJECT / "tests" / "rasa_parts" / script],
        cwd=PROJECT,
        env={**rasa_environment(load_settings()), "CORDIAL_WEB_URL": web},
        capture_output=True,
        text=True,
        timeout=570,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def featurized(cordial: System) -> dict[str, Any]:
    """What the featurizer did with a running web, and with none."""
    return dict(run_in_rasa("check_featurizer.py", cordial.url))


@pytest.mark.e2e
def test_features_come_in_batches_in_training_and_one_call_a_message_of_rasas_shell(featurized: dict[str, Any]) -> None:
    assert featurized["training_calls"] == [256, 44]
    assert featurized["featurized"] == 300
    assert featurized["calls_for_a_message"] == [1]


@pytest.mark.e2e
def test_a_message_has_the_same_features_in_training_and_in_use(featurized: dict[str, Any]) -> None:
    assert featurized["same_as_in_training"]
    assert featurized["length"] == pytest.approx(1, abs=1e-3)


@pytest.mark.e2e
def test_a_message_that_brings_its_embedding_along_needs_no_call(featurized: dict[str, Any]) -> None:
    assert featurized["brought_along"]


@pytest.mark.e2e
def test_without_web_the_featurizer_says_what_to_do(featurized: dict[str, Any]) -> None:
    assert "http://127.0.0.1:9/encode" in featurized["away"]
    assert "cordial serve" in featurized["away"]


def test_rasas_memory_forgets_all_but_the_newest() -> None:
    assert run_in_rasa("check_tracker_store.py") == {"kept": ["sender-8", "sender-6", "sender-9"], "old": False, "new": True}


@pytest.fixture(scope="module")
def called() -> dict[str, Any]:
    """How Rasa calls actions, with our endpoint and with its own."""
    return dict(run_in_rasa("check_action_endpoint.py"))


def test_what_rasa_refuses_as_the_result_of_an_action_is_still_refused(called: dict[str, Any]) -> None:
    assert called["after"] == called["before"]
    assert {True, False} == set(called["before"].values())


def test_calls_of_actions_share_a_connection_until_the_other_side_ends_it(called: dict[str, Any]) -> None:
    assert (called["own"]["connections"], called["open"]["connections"]) == (5, 2)
    assert called["open"]["events"] == called["own"]["events"] == ["bot", "slot"]
    assert called["open"]["again"], "an open endpoint is not opened anew"


def test_calls_of_actions_leave_the_domain_at_home(called: dict[str, Any]) -> None:
    assert (called["own"]["with_domain"], called["open"]["with_domain"]) == (5, 0)


def test_without_an_action_server_there_is_none(called: dict[str, Any]) -> None:
    assert called["none"] is None


CONTEXTS: dict[str, dict[str, Any]] = {
    "a question": {},
    "an answer while a field is open": {"intake": IntakeRecord(status="in_progress", open_field="full_name").model_dump()},
    "a question that goes on": {"topic": {"asked": "Is fever after the infusion a bad sign?"}},
    "a person was asked for already": {"handoff": "C-7K4M-2QWX"},
}


@pytest.mark.e2e
@pytest.mark.parametrize("text", ["And how long does that last?", "Maria Example", "I want to talk to a person", "asdf qwer"])
@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS.keys())
def test_our_channel_says_what_rasas_own_rest_channel_says(cordial: System, context: dict[str, Any], text: str) -> None:
    vector = np.asarray(httpx.post(f"{cordial.url}/encode", json={"texts": [text]}).json()["vectors"][0], dtype="<f4")
    brought = base64.b64encode(vector.tobytes()).decode("ascii")
    ours = {"message": text, "events": beginning({"handoff": "C-7K4M-2QWX", **context}), "vector": brought}
    rest = {"sender": secrets.token_hex(8), "message": text, "metadata": {"handoff": "C-7K4M-2QWX", **context}}
    assert said(f"{cordial.rasa_url}/webhooks/turn/webhook", ours) == said(f"{cordial.rasa_url}/webhooks/rest/webhook", rest)


@pytest.mark.e2e
@pytest.mark.parametrize(
    "text", ["And how long does that last?", "Is it safe? What does it cost?", "asdf qwer", "Maria Example"]
)
@pytest.mark.parametrize("context", list(CONTEXTS.values())[:3], ids=list(CONTEXTS)[:3])
def test_what_is_handed_back_to_be_run_says_what_rasa_would_have_been_told(
    cordial: System, context: dict[str, Any], text: str
) -> None:
    address = f"{cordial.rasa_url}/webhooks/turn/webhook"
    call = {"message": text, "events": beginning(context)}
    handed_back = said(address, {**call, "hand_back": HANDED_BACK})
    said_then = [item for each in handed_back for item in (said_by(cordial, each["run"]) if "run" in each else [each])]
    assert said_then == said(address, call)


@pytest.mark.e2e
def test_a_question_is_handed_back_and_an_answer_to_the_intake_is_not(cordial: System) -> None:
    address = f"{cordial.rasa_url}/webhooks/turn/webhook"
    question = {"message": "Is fever a bad sign?", "events": beginning({}), "hand_back": HANDED_BACK}
    [run] = said(address, question)
    assert run["run"]["next_action"] == "action_answer"
    answer = {**question, "message": "Maria Example", "events": beginning(CONTEXTS["an answer while a field is open"])}
    assert not any("run" in item for item in said(address, answer))


@pytest.mark.e2e
@pytest.mark.parametrize("call", [{}, {"message": "marzipan"}, {"message": "marzipan", "events": [{"event": "marzipan"}]}])
def test_a_turn_that_fails_is_an_error_and_leaves_no_words_in_the_log(cordial: System, call: dict[str, Any]) -> None:
    response = httpx.post(f"{cordial.rasa_url}/webhooks/turn/webhook", json=call, timeout=30)
    assert (response.status_code, response.json()) == (500, {"error": "failed"})
    assert "marzipan" not in cordial.log("rasa")


def said_by(cordial: System, call: dict[str, Any]) -> list[dict[str, Any]]:
    """What an action says, in the form of Rasa's channels, where web is called for it as Rasa calls."""

    class OverThere(ActionExecutor):
        async def run(self, action_call: dict[str, Any], *_: Any, **__: Any) -> Any:
            return httpx.post(f"{cordial.url}/webhook", json=action_call, timeout=30).json()

    items = asyncio.run(RunsActions(OverThere())(call))
    assert items
    return items


def said(address: str, call: dict[str, Any]) -> list[dict[str, Any]]:
    """What Rasa says to a message, without the name of whom it is said to."""
    items = httpx.post(address, json=call, timeout=30).json()
    assert items
    return [{name: value for name, value in item.items() if name != "recipient_id"} for item in items]


@pytest.fixture(scope="module")
def classified() -> dict[str, Any]:
    """What the intent classifier did as a component, on vectors that were given to it."""
    return dict(run_in_rasa("check_intents.py"))


def test_a_trained_classifier_says_the_same_after_it_was_stored_and_loaded(classified: dict[str, Any]) -> None:
    assert classified["loaded"] == classified["trained"]
    assert classified["trained"]["intent"] == classified["trained"]["ranking"][0]
    assert classified["trained"]["intent"]["name"] == "thanks"
    assert classified["short"]["ranking"] == classified["trained"]["ranking"][:2]
    assert classified["files"] == ["model.npz"], "nothing that runs code when it is read"


def test_a_message_without_text_has_no_intent(classified: dict[str, Any]) -> None:
    assert classified["no_text"] == {"intent": {"name": None, "confidence": 0.0}, "ranking": []}


def test_the_classifier_says_what_is_missing(classified: dict[str, Any]) -> None:
    assert "Put bot.featurizer.SentenceFeaturizer before" in classified["without_embedding"]
    assert "Run `rasa train`" in classified["untrained"]
    assert "add some to data/nlu" in classified["too_little"]


def test_a_change_of_the_classifiers_inner_part_calls_for_training(classified: dict[str, Any]) -> None:
    source = (PROJECT / "bot" / "intent_model.py").read_bytes()
    assert classified["addon"] == hashlib.sha256(source).hexdigest()


def test_a_change_of_the_conversations_calls_for_training_also_where_their_folder_is_left_out() -> None:
    addon = run_in_rasa("check_acts.py")
    assert addon["nothing_set"] == addon["as_shipped"]
    assert len({addon["as_shipped"], addon["empty"], addon["with_a_file"]}) == 3


def test_what_starts_something_has_to_be_sure_by_itself() -> None:
    assert run_in_rasa("check_acts.py")["started"] == ["how_to_begin", "start_intake"]


@pytest.mark.e2e
def test_rasa_finds_nothing_to_warn_of_in_our_files(coordinator: Coordinator) -> None:
    done = coordinator.runs("rasa", "--", "data", "validate", "--domain", "domain", "--data", "data", "--fail-on-warnings")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.e2e
def test_every_story_is_predicted_as_it_is_written(coordinator: Coordinator, tmp_path: Path) -> None:
    options = ("--fail-on-prediction-errors", "--no-plot", "--out", str(tmp_path))
    done = coordinator.runs("rasa", "--", "test", "core", "--stories", "tests/stories", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "story_report.json").read_text("utf-8"))
    assert report["conversation_accuracy"]["accuracy"] == 1
    assert report["conversation_accuracy"]["total"] >= 8


def test_each_rule_that_is_taken_away_makes_a_story_fail() -> None:
    failing = run_in_rasa("check_rules.py")
    assert failing.pop("all") == 0
    assert len(failing) >= 25
    assert [rule for rule, stories in failing.items() if stories == 0] == []


@pytest.mark.e2e
def test_most_messages_that_were_held_out_are_understood(coordinator: Coordinator, tmp_path: Path) -> None:
    held_out = ("--domain", "domain", "--nlu", "tests/nlu/held_out.yml")
    done = coordinator.runs("rasa", "--", "test", "nlu", *held_out, "--no-plot", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "intent_report.json").read_text("utf-8"))
    assert report["weighted avg"]["support"] >= 400
    assert report["accuracy"] >= 0.95
