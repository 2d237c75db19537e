"""One turn as an action sees it: what the patient said, where they are, and how to reply."""

from __future__ import annotations

import asyncio
import logging
import secrets
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.services import Services, services
from emergencies.red_flags import the_red_flags
from intake.beginning import BEFORE_SLOT, BROUGHT, FIELD_SLOT, FORM, RECORD_SLOT
from intake.record import Effect, IntakeRecord
from intake.said_before import SaidBefore
from intake.sent import Sent, from_json
from intake.service import Standing

logger = logging.getLogger(__name__)

__all__ = ["FIELD_SLOT", "FORM", "RECORD_SLOT", "SafeAction", "Turn"]


class Turn:
    """The patient's message with its context, and the replies so far."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker, with_services: Services) -> None:
        """Wrap what rasa-sdk passes to an action."""
        self._dispatcher = dispatcher
        self._tracker = tracker
        self.services = with_services

    @property
    def text(self) -> str:
        """What the patient wrote."""
        return self._tracker.latest_message.get("text") or ""

    @property
    def intent(self) -> str:
        """What Rasa took the message for."""
        return (self._tracker.latest_message.get("intent") or {}).get("name") or ""

    @property
    def intent_of_act(self) -> str:
        """The intent of what the patient most likely does with the message, also where that was left open."""
        named = (str(each["name"]) for each in self._said_to_be() if each.get("act"))
        return next(named, self.intent)

    @property
    def doing(self) -> str:
        """What the patient does with the message, where it was judged by what was said before."""
        return next((str(each["act"]) for each in self._said_to_be() if each.get("act")), "")

    def _said_to_be(self) -> list[dict[str, Any]]:
        """What Rasa takes a message for; what was left open has its act in the ranking alone."""
        message = self._tracker.latest_message
        return [message.get("intent") or {}, *(message.get("intent_ranking") or [])]

    @property
    def before(self) -> SaidBefore:
        """What was said last."""
        return SaidBefore.model_validate(self.slot(BEFORE_SLOT) or {"kind": "text"})

    @property
    def confidence(self) -> float:
        """How sure Rasa is, between 0 and 1."""
        return float((self._tracker.latest_message.get("intent") or {}).get("confidence") or 0.0)

    @property
    def likeliest(self) -> list[str]:
        """The intents that the message may have, the likeliest first."""
        return [str(intent.get("name")) for intent in self._tracker.latest_message.get("intent_ranking") or []]

    @property
    def goes_on(self) -> bool:
        """Whether the form was interrupted by this message, and goes on now."""
        since = takewhile(lambda event: event.get("event") != "user", reversed(self._tracker.events))
        return any(event.get("event") == "action_execution_rejected" for event in since)

    def slot(self, name: str) -> Any:
        """A slot's value."""
        return self._tracker.get_slot(name)

    @property
    def record(self) -> IntakeRecord:
        """Where the intake stands, from its slot."""
        return IntakeRecord.model_validate(self.slot(RECORD_SLOT) or {})

    def standing(self, open_case: str | None = None) -> Standing:
        """What is known of the clinic and of the patient; `open_case` is the reference of a case that this very turn opens."""
        return Standing(self.services.clinic, self.record, open_case or self.slot("handoff_reference"))

    @property
    def values(self) -> list[Sent]:
        """What the patient chose in controls beside the words."""
        return from_json((self.slot(RECORD_SLOT) or {}).get(BROUGHT))

    def say(
        self,
        text: str | None = None,
        *,
        response: str | None = None,
        buttons: Sequence[str] = (),
        effects: Sequence[Effect] = (),
        reference: str = "",
        **fields: Any,
    ) -> None:
        """Reply.

        Args:
            text: what to say; or none, when only something is to be recorded.
            response: the name of a response of the domain, instead of a text.
            buttons: texts that the patient may press instead of typing.
            effects: what is to be recorded with this reply.
            reference: a reference number that the response mentions.
            fields: further fields of the message (kind, answer, question); or "instead", the words of what was offered and is
                taken: they are dealt with in the place of the message; or "asks", the part of it that is.
        """
        if text is not None or response is not None:
            pressed = [{"title": title, "payload": title} for title in buttons]
            self._dispatcher.utter_message(
                text=text, response=response, buttons=pressed or None, reference=reference, **self.texts()
            )
        extra: dict[str, Any] = dict(fields)
        if effects:
            extra["effects"] = [effect.model_dump(mode="json") for effect in effects]
        if extra:
            self._dispatcher.utter_message(json_message=extra)

    def fill(self, text: str, **more: Any) -> str:
        """Put the clinic's details into a text."""
        return text.format_map({**self.texts(), **more})

    def texts(self) -> dict[str, str]:
        """What every text may name of the clinic's details."""
        clinic = self.services.clinic
        return {
            "clinic": clinic.name,
            "coordinator": clinic.coordinator,
            "opening_hours": clinic.opening_hours,
            "reply_within": clinic.reply_within,
            "emergency_number": the_red_flags().number_for_anybody(clinic),
            "prices_policy": clinic.prices_policy,
        }


class SafeAction(Action, ABC):  # type: ignore[misc]
    """An action that never leaves a patient in silence.

    Rasa drops the events of an action that raises and says nothing; so everything is caught here, logged without the
    patient's words, and answered with a plain sentence. Only a rejection passes: with it an action asks Rasa to predict
    another one, so somebody else speaks.
    """

    @abstractmethod
    def act(self, turn: Turn) -> list[EventType]:
        """Do the work; runs in a thread of its own."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Run `act` and keep any failure from reaching Rasa."""
        try:
            return await asyncio.to_thread(self._act, dispatcher, tracker)
        except ActionExecutionRejection:
            raise
        except Exception:
            incident = secrets.token_hex(4)
            logger.exception("action failed", extra={"action": self.name(), "incident": incident})
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_internal_error", incident=incident)
            return []

    def _act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        return self.act(Turn(dispatcher, tracker, services()))
