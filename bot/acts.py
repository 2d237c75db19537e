"""What a patient does with a message, given what was said to them before: they ask, tell, react, agree, decline, and so on.

The intent classifier judges each message by itself. That suits the intake, where the open field says what a message answers.
Outside it, the same words mean different things after a quote, after an offer and at the beginning; so there the act decides,
and the intent is the likeliest of those that belong to the act.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, Tuple, Type

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import bot.conversations
import bot.intent_model
from bot.conversations import ConversationsError, Told, read_conversations, signs, signs_of
from bot.featurizer import BATCH, SentenceFeaturizer
from bot.intent_model import IntentModel, IntentModelError
from bot.intents import HoldsIntentModel, IntentsNotTrained, vectors_of

_ASKING: Dict[Text, Any] = {"asking": ["ask"], "mild": [], "unsure": 0.5}
BEFORE = "before"  # in a message's metadata: what was said last; a message without it keeps its intent


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ActClassifier(HoldsIntentModel):
    """Decides by the act of a message which intents it may have, where it is known what was said before it.

    It stands after an intent classifier, whose ranking tells the intents of one act apart.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """The embedding comes from a dense featurizer. An intent classifier comes before it only in use."""
        return [DenseFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """What can be set.

        ``conversations``: the folder with annotated conversations; ``acts``: the intents of each act; ``clear``: those that it
        has only if a message has them by itself with at least ``clear_from``; ``after``: what is said after it; ``unsure``:
        below this probability it is left open what a message is, if it may be one of the acts in ``asking``, or one that is not
        in ``mild``, whose reply also fits where another act was meant; ``by_itself``: the intents that a message keeps,
        whatever was said before, if it has them with at least ``certain``; ``random_seed``; and ``url`` and ``timeout`` as for
        the featurizer, which embeds the conversations in training.
        """
        featurizer = SentenceFeaturizer.get_default_config()
        return {
            **featurizer,
            "conversations": "data/conversations",
            "acts": {},
            "clear": {},
            "clear_from": 0.5,
            "after": {},
            **_ASKING,
            "by_itself": [],
            "certain": 0.95,
            "random_seed": 7,
        }

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Optional[Text]:
        """Rasa looks for changes in this class and in its own training data; the conversations are none of that."""
        ours = [Path(str(module.__file__)) for module in (bot.intent_model, bot.conversations)]
        folder = {**cls.get_default_config(), **config}["conversations"]  # Rasa asks before it fills in what is left out
        files = [*ours, *sorted(Path(folder).glob("*.yml"))]
        return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the conversations, and from the examples of the intents that belong to an act.

        Raises:
            IntentsNotTrained: if there are too few, or a file of conversations cannot be used.
        """
        act_of = self._act_of()
        examples = [each for each in training_data.intent_examples if each.get(TEXT) and each.get(INTENT) in act_of]
        by_themselves = [Told(each.get(TEXT), act_of[each.get(INTENT)]) for each in examples]
        try:
            told = read_conversations(Path(self.component_config["conversations"]), self.component_config["after"])
            vectors = np.vstack([vectors_of(examples), self._encoded([each.text for each in told])])
            told = [*by_themselves, *told]
            texts, acts = [each.text for each in told], [each.act for each in told]
            seed = int(self.component_config["random_seed"])
            model = IntentModel.fit(texts, vectors, acts, seed, signs_of(told))
        except (ConversationsError, IntentModelError) as error:
            raise IntentsNotTrained(str(error)) from error
        return self.keep(model)

    def _act_of(self) -> Dict[Text, Text]:
        """The act of each intent that belongs to one alone: of the others' examples nobody said which they are."""
        acts: Dict[Text, List[Text]] = {}
        for act, intents in self.component_config["acts"].items():
            for intent in intents:
                acts.setdefault(intent, []).append(act)
        for act, intents in self.component_config["clear"].items():
            for intent in intents:
                acts.setdefault(intent, [act])
        return {intent: of[0] for intent, of in acts.items() if len(of) == 1}

    def _encoded(self, texts: List[Text]) -> np.ndarray:
        featurizer = SentenceFeaturizer(self.component_config, "conversations")
        return np.vstack([featurizer.encode(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)])

    def process(self, messages: List[Message]) -> List[Message]:
        """Put an intent of the act in the place of the one that a message would have by itself."""
        for message in messages:
            before = (message.get("metadata") or {}).get(BEFORE)
            if before and message.get(TEXT) and not self._is_by_itself(message.get(INTENT) or {}):
                self._decide(message, before)
        return messages

    def _decide(self, message: Message, before: Text) -> None:
        if self.model is None:
            raise IntentsNotTrained("The acts were not trained. Run `rasa train`.")
        text = message.get(TEXT)
        [acts] = self.model.rank([text], vectors_of([message]), [signs(text, before)])
        order = [each["name"] for each in message.get(INTENT_RANKING_KEY)]
        sure = float((message.get(INTENT) or {}).get("confidence") or 0.0)
        ranking = [{"name": self._intent(act, order, sure), "confidence": share, "act": act} for act, share in acts]
        # FallbackClassifier leaves open what has no confidence.
        ranking[0]["confidence"] = 0.0 if self._is_open(acts) else max(acts[0][1], float(self.component_config["unsure"]))
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)

    def _is_by_itself(self, intent: Dict[Text, Any]) -> bool:
        """Whether a message is surely something that does not depend on what was said before ("what have I told you?")."""
        config = self.component_config
        return intent.get("name") in config["by_itself"] and float(intent.get("confidence") or 0.0) >= float(config["certain"])

    def _is_open(self, acts: List[Tuple[Text, float]]) -> bool:
        """Whether it is not clear if a message asks something, or what it wants done: a wrong sentence would hurt then."""
        config = self.component_config
        unsure, asking = float(config["unsure"]), config["asking"]
        (best, share), (second, _) = acts[:2]
        if share >= unsure or sum(of for act, of in acts if act in asking) >= unsure:
            return share < unsure and best not in asking
        return best in asking or second in asking or best not in config["mild"]

    def _intent(self, act: Text, order: List[Text], sure: float) -> Text:
        """The likeliest intent of an act, by what the message is by itself, and how sure that is."""
        if (
            order
            and sure >= float(self.component_config["clear_from"])
            and order[0] in self.component_config["clear"].get(act, ())
        ):
            return order[0]
        intents: List[Text] = self.component_config["acts"][act]
        return min(intents, key=lambda name: order.index(name) if name in order else len(order))
