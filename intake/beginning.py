"""How a turn begins inside Rasa: its slots and the open form, as events in the form of Rasa's own JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake.dialogue.after_sending import may_give_a_contact
from intake.dialogue.placing import placed_in
from intake.fields import the_intake
from intake.listing import is_about_a_list
from intake.record import IntakeRecord
from intake.said_before import SaidBefore

FORM = "intake_form"
FIELD_SLOT = "intake_field"  # what the form asks; it is never filled, the record says which field is open
RECORD_SLOT = "intake"
TOPIC_SLOT = "topic"  # what the last answers were about, from which a question may go on
BEFORE_SLOT = "before"  # what was said last, where nothing of the intake is open
BROUGHT = "values"  # beside the record: what the message chose in controls
_ANSWERED_BY_THE_INTAKE = {"delete", "start_over", "which_field"}


def beginning(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events that put Rasa where a patient is.

    Args:
        context: "intake", the record; "handoff", the reference of an open one; "topic", what the last answers were about;
            "values", what was chosen in controls beside the message, and its "text"; "before", what was said last. All may be
            missing.
    """
    record = IntakeRecord.model_validate(context.get("intake") or {})
    values = context.get("values") or []
    is_open = _is_open(record, context)
    events = [
        {"event": "session_started"},
        _slot(RECORD_SLOT, {**record.model_dump(mode="json"), BROUGHT: values} if values else record.model_dump(mode="json")),
        _slot("handoff_reference", context.get("handoff")),
        _slot(TOPIC_SLOT, context.get("topic")),
        _slot(BEFORE_SLOT, None if is_open else context.get("before")),
    ]
    if is_open:
        events += [{"event": "active_loop", "name": FORM}, _slot("requested_slot", FIELD_SLOT)]
    return [*events, {"event": "action", "name": "action_listen"}]


def before_in(context: Mapping[str, Any]) -> str | None:
    """What was said before a message that is judged by that; nothing, if it may be the intake's or was pressed as it stood."""
    before = SaidBefore.model_validate(context["before"]) if context.get("before") else None
    record = IntakeRecord.model_validate(context.get("intake") or {})
    if before is None or context.get("text") in before.offered or _is_open(record, context):
        return None
    if record.sent:  # "I made a mistake" is about what was sent, whatever was said last
        return None
    return before.kind


def _is_open(record: IntakeRecord, context: Mapping[str, Any]) -> bool:
    """Whether the form gets a message."""
    asks = bool(record.open_field) or record.asking in _ANSWERED_BY_THE_INTAKE
    return asks or bool(context.get("values")) or _adds(record, context)


def _adds(record: IntakeRecord, context: Mapping[str, Any]) -> bool:
    """Whether a message wants to change something that was sent, in a way that needs no word of Rasa's."""
    text, intake = str(context.get("text") or ""), the_intake()
    adds = is_about_a_list(intake, text, record.answers) or placed_in(intake, text) is not None
    return record.sent and (adds or may_give_a_contact(record, text))


def _slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}
