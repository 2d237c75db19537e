"""Sentence embeddings as Rasa features, taken from web, so that one encoder serves both processes."""

from __future__ import annotations

import base64
import json
import logging
import os
import time
import urllib.error
import urllib.request
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

logger = logging.getLogger(__name__)

BATCH = 256
VECTOR = "vector"  # in a message's metadata: its embedding as base64 of four-byte numbers


class EncoderAway(RasaException):
    """Web could not be asked for embeddings."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds one dense sentence feature per message, from web's ``/encode``.

    In training it sends batches. In use a message may bring its embedding along in its metadata, as those of web do; for one
    that does not, as in ``rasa shell``, it makes a call. The address comes from the environment variable
    ``CORDIAL_WEB_URL`` where that is set (the model can then be trained under one port and used under another), and
    from the component's ``url`` otherwise.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """Dense featurizers of Rasa expect tokens before them."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """``url``: where web is; ``timeout``: seconds for one call."""
        return {**DenseFeaturizer.get_default_config(), "url": "http://127.0.0.1:8000", "timeout": 30}

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        """Keep the address; nothing is asked yet."""
        super().__init__(name, config)
        self.url: Text = os.environ.get("CORDIAL_WEB_URL", config["url"]).rstrip("/")
        self.timeout: float = float(config["timeout"])
        # A loopback call must not go through a proxy that the machine is set up with.
        self._opener: urllib.request.OpenerDirector = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> SentenceFeaturizer:
        """Create the component; it holds no state of its own."""
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse an address that is none."""
        if not str(config["url"]).startswith(("http://", "https://")):
            raise RasaException(f"SentenceFeaturizer: url is {config['url']!r}, not an address.")

    def process(self, messages: List[Message]) -> List[Message]:
        """Add features to the messages of a turn; usually there is one."""
        self._featurize(messages)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to all examples, in batches, once web is there."""
        self._wait_for_web()
        self._featurize(training_data.training_examples)
        return training_data

    def _wait_for_web(self) -> None:
        """Give web the seconds of ``CORDIAL_WAIT_FOR_WEB`` to come up; without them, not any."""
        end = time.monotonic() + float(os.environ.get("CORDIAL_WAIT_FOR_WEB", "0"))
        while time.monotonic() < end:
            try:
                self._opener.open(f"{self.url}/healthz", timeout=self.timeout).close()
                return
            except OSError:
                time.sleep(0.2)

    def _featurize(self, messages: List[Message]) -> None:
        to_ask = []
        for message in messages:
            given = _vector_of(message)
            if given is not None:
                self._add(message, given)
            elif message.get(TEXT):
                to_ask.append(message)
        for start in range(0, len(to_ask), BATCH):
            batch = to_ask[start : start + BATCH]
            vectors = self.encode([message.get(TEXT) for message in batch])
            for message, vector in zip(batch, vectors, strict=True):
                self._add(message, vector)

    def _add(self, message: Message, vector: np.ndarray) -> None:
        message.add_features(Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._config[FEATURIZER_CLASS_ALIAS]))

    def encode(self, texts: List[Text]) -> np.ndarray:
        """The embeddings of some texts, from web.

        Raises:
            EncoderAway: if it could not be asked.
        """
        request = urllib.request.Request(  # noqa: S310  -- to where the settings say
            f"{self.url}/encode", data=json.dumps({"texts": texts}).encode(), headers={"Content-Type": "application/json"}
        )
        try:
            with self._opener.open(request, timeout=self.timeout) as response:
                vectors = json.load(response)["vectors"]
        except (urllib.error.URLError, OSError, ValueError, KeyError) as error:
            raise EncoderAway(
                f"No embeddings from {self.url}/encode ({type(error).__name__}). "
                "Start web first (`cordial serve`), or set CORDIAL_WEB_URL to where it runs."
            ) from error
        return np.asarray(vectors, dtype=np.float32)


def _vector_of(message: Message) -> Optional[np.ndarray]:
    """The embedding that a message brings along, if it does."""
    given = (message.get("metadata") or {}).get(VECTOR)
    return np.frombuffer(base64.b64decode(given), dtype="<f4") if given else None
