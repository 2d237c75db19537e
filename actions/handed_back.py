"""Running an action that Rasa handed back with a turn, instead of having called for it."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException

from actions.after_infusion import ActionAfterInfusion
from actions.answers import ActionAnswer, ActionAnswerBeside, ActionUnclear
from actions.going_on import ActionAccept, ActionCourtesy, ActionDecline, ActionMissed, ActionReact, ActionTold
from actions.service import ActionService

# They set nothing, so that Rasa goes on with a turn without waiting for them.
HANDED_BACK = tuple(
    each().name()
    for each in (
        ActionAnswer,
        ActionAnswerBeside,
        ActionUnclear,
        ActionService,
        ActionAfterInfusion,
        ActionCourtesy,
        ActionReact,
        ActionTold,
        ActionAccept,
        ActionDecline,
        ActionMissed,
    )
)


class RunsActions:
    """Runs actions as Rasa's call of `/webhook` does, and gives what they say in the form of Rasa's channels."""

    def __init__(self, executor: ActionExecutor) -> None:
        """Run the actions that are registered there."""
        self._executor = executor

    async def __call__(self, call: dict[str, Any]) -> list[dict[str, Any]] | None:
        """What an action says; nothing, if it set something or uses a response of the domain, which are Rasa's matter."""
        try:
            result = dict(await self._executor.run({"domain": {}, **call}) or {})
        except ActionNotFoundException:
            return None
        responses = [_filled(response) for response in result.get("responses", ())]
        if result.get("events") or any("response" in each for each in responses):
            return None
        return [item for response in responses for item in _items(response)]


def _filled(response: Any) -> dict[str, Any]:
    return {name: value for name, value in dict(response).items() if value}


def _items(response: dict[str, Any]) -> list[dict[str, Any]]:
    """A response as Rasa's channels send it: a text without buttons in its paragraphs, and what belongs to it after it."""
    text, buttons = response.get("text"), response.get("buttons")
    if text and buttons:
        said: list[dict[str, Any]] = [{"text": text, "buttons": buttons}]
    else:
        said = [{"text": part} for part in text.strip().split("\n\n")] if text else []
    return [*said, {"custom": response["custom"]}] if "custom" in response else said
