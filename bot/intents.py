"""The intent classifier as a Rasa component; what it computes is in `bot.intent_model`."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import bot.intent_model
from bot.intent_model import IntentModel, IntentModelError

logger = logging.getLogger(__name__)


class NoSentenceFeature(RasaException):
    """A message came without the embedding that the classifier works on."""


class IntentsNotTrained(RasaException):
    """There is too little training data, or a stored model cannot be read."""


class HoldsIntentModel(IntentClassifier, GraphComponent):
    """What the components that work with an `IntentModel` share: keeping a trained one, and reading it again."""

    def __init__(
        self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, model: Optional[IntentModel] = None
    ) -> None:
        """Construct it; without a model it has to be trained."""
        self.component_config = config
        self._model_storage = model_storage
        self._resource = resource
        self.model = model

    @classmethod
    def create(
        cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> HoldsIntentModel:
        """Creates a new untrained component (see parent class for full docstring)."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> HoldsIntentModel:
        """Loads a trained component (see parent class for full docstring)."""
        try:
            with model_storage.read_from(resource) as folder:
                return cls(config, model_storage, resource, IntentModel.load(folder))
        except ValueError as error:  # no such resource, or IntentModelError
            raise IntentsNotTrained(str(error)) from error

    def keep(self, model: IntentModel) -> Resource:
        """Use a model, and store it."""
        self.model = model
        with self._model_storage.write_to(self._resource) as folder:
            model.save(folder)
        return self._resource


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedIntentClassifier(HoldsIntentModel):
    """Tells intents apart, and says with which probability it is right.

    It needs one dense sentence feature a message, such as that of `bot.featurizer.SentenceFeaturizer`.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """The embedding comes from a dense featurizer."""
        return [DenseFeaturizer]

    @staticmethod
    def required_packages() -> List[Text]:
        """Any extra python dependencies required for this component to run."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """``random_seed``: the same seed and examples give the same model; ``ranking_length``: intents named, 0 for all."""
        return {"random_seed": 7, "ranking_length": 0}

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[Text]:
        """Rasa looks for changes in this class only; the work is done in another file."""
        return hashlib.sha256(Path(bot.intent_model.__file__).read_bytes()).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Train on all examples that have a text and an intent.

        Raises:
            IntentsNotTrained: if there are too few.
            NoSentenceFeature: if a featurizer is missing before it.
        """
        examples = [example for example in training_data.intent_examples if example.get(INTENT) and example.get(TEXT)]
        try:
            model = IntentModel.fit(
                [example.get(TEXT) for example in examples],
                vectors_of(examples),
                [example.get(INTENT) for example in examples],
                int(self.component_config["random_seed"]),
            )
        except IntentModelError as error:
            raise IntentsNotTrained(str(error)) from error
        return self.keep(model)

    def process(self, messages: List[Message]) -> List[Message]:
        """Add intent and ranking; a message without text has no intent."""
        for message in messages:
            message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [], add_to_output=True)
        with_text = [message for message in messages if message.get(TEXT)]
        if not with_text:
            return messages
        if self.model is None:
            raise IntentsNotTrained("The intent classifier was not trained. Run `rasa train`.")
        rankings = self.model.rank([message.get(TEXT) for message in with_text], vectors_of(with_text))
        for message, ranking in zip(with_text, rankings, strict=True):
            named = [{"name": name, "confidence": share} for name, share in ranking]
            message.set(INTENT, named[0], add_to_output=True)
            length = int(self.component_config["ranking_length"])
            message.set(INTENT_RANKING_KEY, named[:length] if length else named, add_to_output=True)
        return messages


def vectors_of(messages: List[Message]) -> np.ndarray:
    """The embeddings of messages, shape (messages, dimension)."""
    features = [message.get_dense_features(TEXT)[1] for message in messages]
    if any(feature is None for feature in features):
        raise NoSentenceFeature(
            "A message has no dense sentence feature. Put bot.featurizer.SentenceFeaturizer before "
            "bot.intents.CalibratedIntentClassifier in config.yml."
        )
    return np.vstack([feature.features[0] for feature in features if feature is not None])
