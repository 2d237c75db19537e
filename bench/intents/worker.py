"""Run by Rasa's Python for one pipeline and one set of examples: trains, predicts, and measures itself.

``python -m bench.intents.worker JOB OUTCOME``; both are JSON files, see `Job` and `Outcome` in ``bench/intents/jobs.py``.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.nlu.featurizers.sparse_featurizer.lexical_syntactic_featurizer import LexicalSyntacticFeaturizer
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.featurizer import SentenceFeaturizer
from bot.intents import CalibratedIntentClassifier

_TIMED = 300
_WARM_UP = 20
_SEED = 7
_SPARSE = [  # those of the pipeline that Rasa suggests
    (LexicalSyntacticFeaturizer, {}),
    (CountVectorsFeaturizer, {}),
    (CountVectorsFeaturizer, {"analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4}),
]
_EMBEDDINGS = [(SentenceFeaturizer, {})]


def parts(pipeline: str, epochs: int) -> list[tuple[Any, dict[str, Any]]]:
    """The components of a pipeline, with what differs from their defaults."""
    diet = (DIETClassifier, {"epochs": epochs, "entity_recognition": False, "random_seed": _SEED})
    after_words = {
        "linear": [*_EMBEDDINGS, (LogisticRegressionClassifier, {"max_iter": 1000, "random_state": _SEED})],
        "ours": [*_EMBEDDINGS, (CalibratedIntentClassifier, {"random_seed": _SEED})],
        "diet": [*_SPARSE, diet],
        "diet_embeddings": [*_SPARSE, *_EMBEDDINGS, diet],
    }
    return [(WhitespaceTokenizer, {}), *after_words[pipeline]]


class Pipeline:
    """Rasa's components one after the other, without the graph around them."""

    def __init__(self, chosen: list[tuple[Any, dict[str, Any]]], vectors: dict[str, np.ndarray], folder: Path) -> None:
        """Choose components; `train` makes them."""
        self._chosen = chosen
        self._vectors = vectors
        self._storage = LocalModelStorage(folder)
        self._components: list[Any] = []

    def train(self, examples: list[list[str]]) -> None:
        """Train each on what those before it made of the examples, and load it as it is loaded in use."""
        messages = [Message.build(text=text, intent=intent) for text, intent in examples]
        data = TrainingData(messages)
        for number, (kind, changed) in enumerate(self._chosen):
            name = f"{number}_{kind.__name__}"
            place = (self._storage, Resource(name), ExecutionContext(GraphSchema({}), node_name=name))
            config = {**kind.get_default_config(), "alias": name, **changed}
            component = kind.create(config, *place)
            if isinstance(component, SentenceFeaturizer):
                component.encode = lambda texts: np.stack([self._vectors[text] for text in texts])
            if hasattr(component, "train"):
                component.train(data)
                component = kind.load(config, *place)
            if number + 1 < len(self._chosen):
                data = component.process_training_data(data)
            self._components.append(component)

    def predict(self, text: str) -> tuple[str, float]:
        """The intent of one message and how sure the pipeline is."""
        messages = [Message(data={TEXT: text})]
        for component in self._components:
            messages = component.process(messages)
        intent = messages[0].get("intent")
        return str(intent["name"]), float(intent["confidence"])


def main() -> None:
    """Do the job."""
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    with np.load(job["vectors"], allow_pickle=False) as stored:
        vectors = dict(zip(json.loads(Path(job["texts"]).read_text("utf-8")), stored["vectors"], strict=True))
    with tempfile.TemporaryDirectory() as folder:
        pipeline = Pipeline(parts(job["pipeline"], job["epochs"]), vectors, Path(folder))
        began = time.process_time()
        pipeline.train(job["examples"])
        seconds = time.process_time() - began
        predictions, took = {}, []
        for name, texts in job["messages"].items():
            predictions[name] = []
            for text in texts:
                began = time.perf_counter()
                predictions[name].append(pipeline.predict(text))
                if len(took) < _TIMED + _WARM_UP:
                    took.append(time.perf_counter() - began)
    outcome = {
        "predictions": predictions,
        "seconds": seconds,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "milliseconds": 1000 * median(took[_WARM_UP:] or took),
    }
    Path(sys.argv[2]).write_text(json.dumps(outcome), "utf-8")


if __name__ == "__main__":
    main()
