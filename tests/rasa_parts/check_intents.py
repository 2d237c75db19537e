"""Run by Rasa's Python: the intent classifier as a component, on vectors that are given. Prints JSON for the test."""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.intents import CalibratedIntentClassifier

WORDS = {"greet": "hello good morning", "thanks": "thank you kindly", "question": "what does that cost"}
PLACE = Resource("intents")


def example(intent: str, number: int) -> Message:
    """A made-up message whose vector is near those of its intent."""
    made = Message.build(text=f"{WORDS[intent]} {number}", intent=intent)
    towards = np.eye(8)[list(WORDS).index(intent)] + np.random.default_rng(number).normal(size=8) / 4
    return with_vector(made, towards / np.linalg.norm(towards))


def with_vector(message: Message, vector: np.ndarray) -> Message:
    message.add_features(Features(vector.reshape(1, -1).astype(np.float32), FEATURE_TYPE_SENTENCE, TEXT, "given"))
    return message


def outcome(message: Message) -> dict[str, object]:
    return {"intent": message.get("intent"), "ranking": message.get("intent_ranking")}


def refused(call: object) -> str:
    try:
        call()
    except RasaException as error:
        return str(error)
    return ""


with tempfile.TemporaryDirectory() as folder:
    storage, context = LocalModelStorage(Path(folder)), ExecutionContext(GraphSchema({}), node_name="intents")
    config = CalibratedIntentClassifier.get_default_config()
    data = TrainingData([example(intent, number) for intent in WORDS for number in range(20)])
    trained = CalibratedIntentClassifier.create(config, storage, PLACE, context)
    untrained = refused(lambda: trained.process([example("greet", 50)]))
    trained.train(data)
    loaded = CalibratedIntentClassifier.load(config, storage, PLACE, context)
    short = CalibratedIntentClassifier.load({**config, "ranking_length": 2}, storage, PLACE, context)
    with storage.write_to(PLACE) as stored:
        files = sorted(file.name for file in stored.iterdir())
    result = {
        "trained": outcome(trained.process([example("thanks", 99)])[0]),
        "loaded": outcome(loaded.process([example("thanks", 99)])[0]),
        "short": outcome(short.process([example("thanks", 99)])[0]),
        "no_text": outcome(loaded.process([Message(data={})])[0]),
        "files": files,
        "without_embedding": refused(lambda: loaded.process([Message(data={TEXT: "hello"})])),
        "untrained": untrained,
        "too_little": refused(
            lambda: CalibratedIntentClassifier.create(config, storage, Resource("other"), context).train(
                TrainingData([example("greet", 1), example("thanks", 2)])
            )
        ),
        "addon": CalibratedIntentClassifier.fingerprint_addon(config),
    }
json.dump(result, sys.stdout)
