"""The intake form: carries out what the dialogue of the intake decides."""

from __future__ import annotations

from datetime import UTC, datetime

from rasa_sdk.events import EventType, SlotSet

from actions.answers import ActionAnswer
from actions.person import ActionTalkToPerson
from actions.turn import FIELD_SLOT, FORM, RECORD_SLOT, SafeAction, Turn
from intake.dialogue import Dialogue, HandOver, LookUp, Respond, Say, Step
from intake.reading import Heard
from intake.record import IntakeRecord, new_reference


class ValidateIntakeForm(SafeAction):
    """Deal with a message while something of the intake is open, or when it is about the intake.

    Rasa calls it at each turn of the form, and once when the form opens. The form then asks the open field, or closes.
    """

    def name(self) -> str:
        """The name that Rasa expects for the form's validation."""
        return f"validate_{FORM}"

    def act(self, turn: Turn) -> list[EventType]:
        """Let the dialogue decide, say it, and tell the form whether a field is open."""
        heard = Heard(turn.text, turn.intent, turn.confidence)
        turned = dialogue_of(turn).turn(turn.record, heard)
        events: list[EventType] = []
        for step in turned.steps:
            events += _carry_out(turn, step, turned.record)
        if turned.effects:
            turn.say(effects=turned.effects)
        requested = FIELD_SLOT if turned.record.open_field else None
        return [*events, SlotSet(RECORD_SLOT, turned.record.model_dump(mode="json")), SlotSet("requested_slot", requested)]


class ActionAskField(SafeAction):
    """Ask the open field, or read everything back. One slot stands for all fields, so that they are defined in one place."""

    def name(self) -> str:
        """The name that Rasa expects for asking the form's slot."""
        return f"action_ask_{FORM}_{FIELD_SLOT}"

    def act(self, turn: Turn) -> list[EventType]:
        """Say it."""
        if turn.record.asking is not None:  # what the reply asks must not be buried under another question
            return []
        asked = dialogue_of(turn).ask(turn.record)
        turn.say(asked.text, buttons=asked.buttons, kind=asked.kind, question=asked.question)
        return []


def dialogue_of(turn: Turn) -> Dialogue:
    """The dialogue with what this clinic and this conversation bring along."""
    services = turn.services
    return Dialogue(
        intake=services.intake,
        fill=turn.fill,
        region=services.clinic.country,
        today=datetime.now(UTC).date(),
        new_reference=lambda: turn.slot("handoff_reference") or new_reference(),  # one case, one number
    )


def _carry_out(turn: Turn, step: Step, record: IntakeRecord) -> list[EventType]:
    match step:
        case Say(text=text, kind=kind, buttons=buttons, asks=asks):
            question = dialogue_of(turn).ask(record).question if asks else None
            turn.say(text, buttons=buttons, kind=kind, question=question)
        case Respond(response=response):
            turn.say(response=response)
        case LookUp(question=question):
            return ActionAnswer().answer(turn, question)
        case HandOver():
            return ActionTalkToPerson().act(turn)
    return []
