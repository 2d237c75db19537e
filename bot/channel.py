"""Web's door into Rasa: one message comes in with all that its turn needs, and nothing of it is kept.

``rasa run`` opens it with the line ``bot.channel.TurnInput:`` in ``credentials.yml``. The REST channel beside it does the same
with more calls: there the session starts with an action, and the embedding is asked for.
"""

from __future__ import annotations

import logging
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.action_endpoint import HandingBack, handing_back, kept_open
from bot.acts import BEFORE
from bot.featurizer import VECTOR

logger = logging.getLogger(__name__)

SENDER = "patient"  # whoever it is: nothing is stored under this name


class TurnInput(InputChannel):
    """Takes ``{"message", "events", "vector", "before", "hand_back"}`` and answers with what is said, as the REST channel does.

    ``events`` are those with which the turn begins, in the form in which an action returns them; ``vector`` is the embedding of
    the message; ``before`` is what was said last, if the message is to be judged by that. ``hand_back``, which may be missing,
    names actions that the caller runs: the call of each stands as ``{"run": call}`` in the place of what it says. It must set
    nothing, because the turn went on as if it had not.
    """

    @classmethod
    def name(cls) -> Text:
        """What stands in the address: ``/webhooks/turn/webhook``."""
        return "turn"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of the channel."""
        routes = Blueprint("turn")

        @routes.route("/ready", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            return response.json({"model": has_model(request)}, status=200 if has_model(request) else 503)

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not has_model(request):
                return response.json({"error": "no model"}, status=503)
            try:
                return response.json(await take_turn(request.app.ctx.agent.processor, request.json))
            except Exception as error:  # not its text, nor where it came about: both may hold a patient's words
                logger.error("a turn failed: %s", type(error).__name__)
                return response.json({"error": "failed"}, status=500)

        return routes


def has_model(request: Request) -> bool:
    """Whether a model is loaded, without which no message is understood."""
    agent: Optional[Agent] = getattr(request.app.ctx, "agent", None)
    return agent is not None and agent.processor is not None


async def take_turn(processor: MessageProcessor, call: Dict[Text, Any]) -> List[Dict[Text, Any]]:
    """Deal with one message as ``MessageProcessor.handle_message`` does, with a tracker that lives no longer than this call.

    So there is no session to start, nothing to look up, and nothing to store.
    """
    processor.action_endpoint = kept_open(processor.action_endpoint)
    collected = CollectingOutputChannel()
    asked = UserMessage(call["message"], metadata={VECTOR: call.get(VECTOR), BEFORE: call.get(BEFORE)})
    understood = await processor.parse_message(asked)
    message = UserMessage(asked.text, collected, SENDER, parse_data=understood, input_channel=TurnInput.name())
    tracker = DialogueStateTracker(SENDER, processor.domain.slots)
    tracker.update_with_events(deserialise_events(call["events"]), processor.domain)
    handing_back.set(HandingBack(frozenset(call.get("hand_back", ())), collected.messages))  # of this task alone
    await processor._handle_message_with_tracker(message, tracker)
    tracker = await processor.run_action_extract_slots(collected, tracker)
    await processor._run_prediction_loop(collected, tracker)
    said: list[dict[str, Any]] = collected.messages
    return said
