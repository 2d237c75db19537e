"""The intake form: carries out what the dialogue of the intake decides."""

from __future__ import annotations

from datetime import UTC, datetime

from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet

from actions.answers import ActionAnswer, replied_about_the_passage, replied_about_the_service, replied_to_each
from actions.turn import FIELD_SLOT, FORM, RECORD_SLOT, SafeAction, Turn
from intake.dialogue import Dialogue, LookUp, Respond, Say, Step
from intake.fields import REVIEW
from intake.reading import Heard, told_and_asked
from intake.record import FieldAnswered, IntakeRecord, IntakeStopped, new_reference


class ValidateIntakeForm(SafeAction):
    """Deal with a message while something of the intake is open, or when it is about the intake, and ask what is open then.

    Rasa calls it at each message of the form, once when the form opens, and once when the form goes on after a rule has
    replied to an interruption. The domain has no action that asks the form's slot: one slot stands for all fields, and
    asking here saves Rasa a call for each answer.
    """

    def name(self) -> str:
        """The name that Rasa expects for the form's validation."""
        return f"validate_{FORM}"

    def act(self, turn: Turn) -> list[EventType]:
        """Let the dialogue decide, say it, and tell the form whether a field is open; or that this was no answer to it."""
        if turn.goes_on:
            return _ask(turn, turn.record)
        if _asks_several(turn) or _asks_of_the_service(turn):
            return _ask(turn, turn.record)
        heard = Heard(turn.text, turn.intent, turn.confidence, turn.values)
        turned = dialogue_of(turn).turn(turn.record, heard)
        events: list[EventType] = []
        for step in turned.steps:
            events += _carry_out(turn, step, turned.record)
        if turned.effects:
            turn.say(effects=turned.effects)
        if turned.interrupted:
            # The event does what the exception would, but Rasa logs each exception as an error and takes no slots with it.
            return [*events, _keep(turned.record), ActionExecutionRejected(FORM)]
        return [*events, *_ask(turn, turned.record)]


def _asks_several(turn: Turn) -> bool:
    """Reply to several questions that were taken for the wish to delete ("what do you have on me and how do I delete it?")."""
    is_free = turn.record.open_field is None and turn.record.asking is None and not turn.values
    return turn.intent == "delete_data" and is_free and replied_to_each(turn, turn.text)


def _asks_of_the_service(turn: Turn) -> bool:
    """Reply to what is asked of the clinic and nothing else, and so is no answer to the open field, whatever it seemed."""
    name, intake = turn.record.open_field, turn.services.intake
    field = intake.field(name) if name and name != REVIEW and intake.asks(name) else None
    if field is None or field.takes_questions or turn.record.asking is not None or turn.values:
        return False
    told, asked = told_and_asked(turn.text)
    if field.kind == "consent" and _settles_the_consent(turn):
        return False
    may_ask = field.kind == "consent" or (bool(asked) and not told)
    return may_ask and replied_about_the_service(turn, turn.text)


def _settles_the_consent(turn: Turn) -> bool:
    """Whether a message is a yes or a no to the consent, whatever it asks beside it."""
    heard = Heard(turn.text, turn.intent, turn.confidence, turn.values)
    effects = dialogue_of(turn).turn(turn.record, heard).effects
    return any(isinstance(each, FieldAnswered | IntakeStopped) for each in effects)


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


def _ask(turn: Turn, record: IntakeRecord) -> list[EventType]:
    """Ask the open field, or read everything back; the form closes if nothing is open."""
    if record.open_field and record.asking is None:  # what the reply asks must not be buried under another question
        asked = dialogue_of(turn).ask(record, again=turn.record.open_field == record.open_field)
        turn.say(asked.text, buttons=asked.buttons, kind=asked.kind, question=asked.question)
    return [_keep(record), SlotSet("requested_slot", FIELD_SLOT if record.open_field else None)]


def _keep(record: IntakeRecord) -> EventType:
    return SlotSet(RECORD_SLOT, record.model_dump(mode="json"))


def _carry_out(turn: Turn, step: Step, record: IntakeRecord) -> list[EventType]:
    match step:
        case Say(text=text, kind=kind, buttons=buttons, asks=asks):
            dialogue = dialogue_of(turn)
            shown = dialogue.told_so_far(record) if kind == "summary" else None
            question = dialogue.ask(record).question if asks else shown
            turn.say(text, buttons=buttons, kind=kind, question=question)
        case Respond(response="utter_nothing_open") if replied_about_the_passage(turn, turn.text):  # "why", "so yes or no"
            return []
        case Respond(response=response):
            turn.say(response=response)
        case LookUp(question=question):
            return ActionAnswer().answer(turn, question)
    return []
