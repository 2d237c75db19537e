"""Run by Rasa's Python: how Rasa calls actions, with our endpoint and with its own. Prints JSON for the test."""

import asyncio
import json
import sys

from aiohttp import web
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.action_endpoint import OpenEndpoint, install, kept_open

SLOT = {"event": "slot", "timestamp": None, "name": "intake", "value": {"answers": []}}
RESULTS = {
    "nothing": {},
    "empty": {"events": [], "responses": []},
    "a slot": {"events": [SLOT], "responses": [{"text": "Hello"}]},
    "a form": {"events": [{"event": "active_loop", "name": "intake_form"}, SLOT], "responses": []},
    "a list": [],
    "a text": "Hello",
    "events that are none": {"events": "slot", "responses": []},
    "an event without a name": {"events": [{"event": "slot", "value": 1}], "responses": []},
    "an unknown event": {"events": [{"event": "marzipan"}], "responses": []},
    "an event that is a text": {"events": ["slot"], "responses": []},
    "a response that is a text": {"events": [], "responses": ["Hello"]},
}


def taken(result: object) -> bool:
    """Whether Rasa takes a result, as it checks at the moment."""
    try:
        return RemoteAction("action_answer", None)._validate_action_result(result)
    except ValidationError:
        return False


class Actions:
    """An action server that counts its callers' connections and remembers what they sent."""

    def __init__(self) -> None:
        self.connections: set[int] = set()
        self.calls: list[dict[str, object]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.connections.add(request.transport.get_extra_info("peername")[1])
        self.calls.append(await request.json())
        response = web.json_response(RESULTS["a slot"])
        if len(self.calls) == 3:
            response.force_close()
        return response


async def called(open_or_not: object) -> dict[str, object]:
    """What comes of five calls of an action, after the third of which the server hangs up."""
    actions = Actions()
    application = web.Application()
    application.router.add_post("/webhook", actions.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    endpoint = open_or_not(EndpointConfig(f"http://127.0.0.1:{port}/webhook"))
    domain = Domain.from_dict({"actions": ["action_answer"], "slots": {"intake": {"type": "any", "mappings": []}}})
    for _ in range(5):
        tracker = DialogueStateTracker("patient", domain.slots)
        speaking = CollectingOutputChannel(), TemplatedNaturalLanguageGenerator({})
        events = await RemoteAction("action_answer", endpoint).run(*speaking, tracker, domain)
    if isinstance(endpoint, OpenEndpoint):
        await endpoint.session()._session.close()
    await runner.cleanup()
    return {
        "connections": len(actions.connections),
        "events": [event.type_name for event in events],
        "with_domain": sum("domain" in call for call in actions.calls),
        "again": open_or_not(endpoint) is endpoint,
    }


before = {name: taken(result) for name, result in RESULTS.items()}
own = asyncio.run(called(lambda endpoint: endpoint))
install()
json.dump(
    {
        "before": before,
        "after": {name: taken(result) for name, result in RESULTS.items()},
        "own": own,
        "open": asyncio.run(called(kept_open)),
        "none": kept_open(None),
    },
    sys.stdout,
)
