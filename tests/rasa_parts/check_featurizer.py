"""Run by Rasa's Python, with CORDIAL_WEB_URL set: the featurizer against a real web process. Prints JSON for the test."""

import base64
import json
import os
import sys

import numpy as np
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.featurizer import BATCH, VECTOR, EncoderAway, SentenceFeaturizer

calls: list[int] = []


def featurizer(url: str | None = None) -> SentenceFeaturizer:
    if url:
        os.environ["CORDIAL_WEB_URL"] = url
    made = SentenceFeaturizer({**SentenceFeaturizer.get_default_config(), "alias": "sentences"}, "sentences")
    encode = made.encode
    made.encode = lambda texts: calls.append(len(texts)) or encode(texts)
    return made


def vector(message: Message) -> np.ndarray:
    [features] = message.features
    return features.features[0]


examples = [Message(data={TEXT: f"Example number {number}"}) for number in range(BATCH + 44)]
featurizer().process_training_data(TrainingData([*examples, Message(data={"intent": "no text"})]))
result = {"training_calls": list(calls), "featurized": sum(bool(example.features) for example in examples)}

calls.clear()
one = Message(data={TEXT: "Example number 7"})
featurizer().process([one])
result["calls_for_a_message"] = list(calls)
result["same_as_in_training"] = bool(np.allclose(vector(one), vector(examples[7]), atol=1e-4))
result["length"] = float(np.linalg.norm(vector(one)))

calls.clear()
brought = np.arange(4, dtype="<f4")
with_vector = Message(data={TEXT: "Hello", "metadata": {VECTOR: base64.b64encode(brought.tobytes()).decode()}})
featurizer().process([with_vector])
result["brought_along"] = bool((vector(with_vector) == brought).all() and not calls)

try:
    featurizer("http://127.0.0.1:9").process([Message(data={TEXT: "Is anybody there?"})])
except EncoderAway as error:
    result["away"] = str(error)
json.dump(result, sys.stdout)
