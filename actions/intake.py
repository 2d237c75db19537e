"""The intake form: take answers, deal with whatever interrupts, ask the next field, send."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from rasa_sdk.events import EventType, SlotSet

from actions.answers import ActionAnswer
from actions.person import ActionDeleteData, ActionTalkToPerson
from actions.turn import FORM, SafeAction, Turn, field_of, new_reference, slot_of
from intake.fields import IntakeField, the_intake
from intake.reading import Move, Unusable, Value, read_message
from intake.record import AnswerRefused, FieldAnswer, FieldAnswered, FieldAsked, IntakeCompleted, IntakeStopped

_EXPLAIN_AFTER = 2  # answers that could not be used, until the reason and an example are given
_GIVE_UP_AFTER = 3  # …, until skipping or a person is offered

_END_FORM = SlotSet("requested_slot", None)


class ValidateIntakeForm(SafeAction):
    """Decide what a message is while the intake is open, and act on it.

    Rasa calls it at each turn of the form, and once when the form opens. Every interruption goes through here; the form
    then asks the open field again by itself.
    """

    def name(self) -> str:
        """The name that Rasa expects for the form's validation."""
        return f"validate_{FORM}"

    def act(self, turn: Turn) -> list[EventType]:
        """Take the answer, or deal with the interruption and leave the field open."""
        open_slot = turn.slot("requested_slot")
        if not open_slot:
            return self._open(turn)
        field = turn.services.intake.field(field_of(open_slot))
        read = read_message(field, turn.text, turn.intent, turn.confidence, turn.services.clinic.country)
        if isinstance(read, Value):
            return self._take(turn, field, FieldAnswer(said=turn.text, value=read.value))
        if isinstance(read, Unusable):
            return self._refuse(turn, field)
        return self._move(turn, field, read)

    def _open(self, turn: Turn) -> list[EventType]:
        record, intake = turn.record, turn.services.intake
        if record.status in {"completed", "amended"}:
            turn.say(intake.already_done.format(reference=record.reference))
            return [_END_FORM]
        if record.status == "none":
            turn.say(turn.fill(intake.opening))
        return [SlotSet("intake_status", "in_progress")]

    def _take(self, turn: Turn, field: IntakeField, answer: FieldAnswer) -> list[EventType]:
        if field.kind == "consent" and answer.value is not True:
            turn.say(turn.services.intake.declined, effects=[IntakeStopped()])
            return [SlotSet("intake_status", "stopped"), SlotSet(slot_of(field.name), None), _END_FORM]
        if field.kind == "consent":
            answer = answer.model_copy(update={"value": self._consent(turn)})
        turn.say(effects=[FieldAnswered(field=field.name, answer=answer)])
        return [SlotSet(slot_of(field.name), answer.model_dump()), SlotSet("intake_attempts", 0)]

    def _consent(self, turn: Turn) -> dict[str, object]:
        consent = turn.services.intake.consent
        return {
            "agreed": True, "version": consent.version, "purpose": consent.purpose, "wording": turn.fill(consent.wording),
        }  # fmt: skip

    def _refuse(self, turn: Turn, field: IntakeField) -> list[EventType]:
        attempts = turn.record.attempts + 1
        intake = turn.services.intake
        texts = [field.retry]
        if attempts >= _EXPLAIN_AFTER:
            texts += [_reason(turn, field)]
        buttons: list[str] = []
        if attempts >= _GIVE_UP_AFTER:
            texts = [intake.give_up if field.skippable else intake.give_up_required]
            buttons = [*([intake.skip_button] if field.skippable else []), intake.person_button]
        turn.say(" ".join(texts), buttons=buttons, effects=[AnswerRefused(field=field.name)])
        return [SlotSet(slot_of(field.name), None), SlotSet("intake_attempts", attempts)]

    def _move(self, turn: Turn, field: IntakeField, move: Move) -> list[EventType]:
        handler = _HANDLERS.get(move.intent)
        if handler is None:
            turn.say(response=f"utter_{move.intent}")
            return _still_open(field)
        return handler(turn, field)


def _still_open(field: IntakeField) -> list[EventType]:
    # A slot set to none tells the form that this turn was dealt with; it then asks the same field again.
    return [SlotSet(slot_of(field.name), None)]


def _answer_question(turn: Turn, field: IntakeField) -> list[EventType]:
    return [*ActionAnswer().act(turn), *_still_open(field)]


def _talk_to_person(turn: Turn, field: IntakeField) -> list[EventType]:
    # The person needs the rest of the answers as well, so the field stays open.
    return [*ActionTalkToPerson().act(turn), *_still_open(field)]


def _delete_data(turn: Turn, field: IntakeField) -> list[EventType]:
    return [*ActionDeleteData().act(turn), *_still_open(field)]


def _reason(turn: Turn, field: IntakeField) -> str:
    return f"{field.why} {turn.services.intake.for_example.format(example=field.example)}"


def _stop(turn: Turn, _field: IntakeField) -> list[EventType]:
    turn.say(turn.fill(turn.services.intake.stopped), effects=[IntakeStopped()])
    return [SlotSet("intake_status", "stopped"), _END_FORM]


def _skip(turn: Turn, field: IntakeField) -> list[EventType]:
    intake = turn.services.intake
    if not field.skippable:
        turn.say(f"{intake.cannot_skip} {field.why}")
        return _still_open(field)
    answer = FieldAnswer(said=turn.text, skipped=True)
    turn.say(intake.skipped, effects=[FieldAnswered(field=field.name, answer=answer)])
    return [SlotSet(slot_of(field.name), answer.model_dump()), SlotSet("intake_attempts", 0)]


def _why(turn: Turn, field: IntakeField) -> list[EventType]:
    turn.say(_reason(turn, field))
    return _still_open(field)


def _summary(turn: Turn, field: IntakeField) -> list[EventType]:
    turn.say(summary_text(turn), kind="summary")
    return _still_open(field)


def _again(_turn: Turn, field: IntakeField) -> list[EventType]:
    return _still_open(field)


_HANDLERS: dict[str, Callable[[Turn, IntakeField], list[EventType]]] = {
    "question": _answer_question,
    "talk_to_person": _talk_to_person,
    "delete_data": _delete_data,
    "stop_intake": _stop,
    "skip": _skip,
    "why_ask": _why,
    "summary": _summary,
    "repeat": _again,
    "start_intake": _again,
}


def summary_text(turn: Turn) -> str:
    """What has been answered so far, one line each, in the patient's own words."""
    intake = turn.services.intake
    lines = []
    for field in intake.fields:
        answer = turn.record.answers.get(field.name)
        if answer is not None:
            lines.append(f"{field.label}: {intake.left_out if answer.skipped else answer.said}")
    return "\n".join([intake.so_far, *lines]) if lines else intake.nothing_so_far


class ActionSummary(SafeAction):
    """What the patient has told so far."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_summary"

    def act(self, turn: Turn) -> list[EventType]:
        """Read it back."""
        turn.say(summary_text(turn), kind="summary")
        return []


class ActionIntakeEnd(SafeAction):
    """After the form has closed: send the answers, if it closed because all are there."""

    def name(self) -> str:
        """The name in the domain."""
        return "action_intake_end"

    def act(self, turn: Turn) -> list[EventType]:
        """Complete the record and tell the reference number."""
        record, intake = turn.record, turn.services.intake
        complete = all(field.name in record.answers for field in intake.fields)
        if record.status != "in_progress" or not complete:
            return []
        reference = turn.slot("handoff_reference") or new_reference()  # one case, one number
        turn.say(turn.fill(intake.closing, reference=reference), kind="handoff", effects=[IntakeCompleted(reference=reference)])
        return [SlotSet("intake_status", "completed"), SlotSet("intake_reference", reference)]


class _Ask(SafeAction):
    """Ask one field. Rasa wants an action by name for each slot of a form, so one class a field is made below."""

    @property
    @abstractmethod
    def field_name(self) -> str:
        """The field of the intake that is asked."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{slot_of(self.field_name)}"

    def act(self, turn: Turn) -> list[EventType]:
        intake = turn.services.intake
        field = intake.field(self.field_name)
        question = {"field": field.name, "step": intake.step(field.name), "steps": len(intake.fields)}
        turn.say(
            turn.fill(field.ask, consent=turn.fill(intake.consent.wording)),
            buttons=field.buttons,
            kind="question",
            question=question,
            effects=[FieldAsked(field=field.name)],
        )
        return []


for _field in the_intake().fields:
    _name = "Ask" + "".join(part.title() for part in _field.name.split("_"))
    globals()[_name] = type(_name, (_Ask,), {"field_name": _field.name, "__doc__": f"Ask for {_field.label.lower()}."})
