"""How a turn begins inside Rasa: its slots and the open form, as events in the form of Rasa's own JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake.dialogue.placing import placed_in
from intake.fields import the_intake
from intake.listing import is_about_a_list
from intake.record import IntakeRecord

FORM = "intake_form"
FIELD_SLOT = "intake_field"  # what the form asks; it is never filled, the record says which field is open
RECORD_SLOT = "intake"
TOPIC_SLOT = "topic"  # what the last answers were about, from which a question may go on
BROUGHT = "values"  # beside the record: what the message chose in controls
_ANSWERED_BY_THE_INTAKE = {"delete", "start_over", "which_field"}


def beginning(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events that put Rasa where a patient is.

    Args:
        context: "intake", the record; "handoff", the reference of an open one; "topic", what the last answers were about;
            "values", what was chosen in controls beside the message, and its "text". All may be missing.
    """
    record = IntakeRecord.model_validate(context.get("intake") or {})
    values = context.get("values") or []
    events = [
        {"event": "session_started"},
        _slot(RECORD_SLOT, {**record.model_dump(mode="json"), BROUGHT: values} if values else record.model_dump(mode="json")),
        _slot("handoff_reference", context.get("handoff")),
        _slot(TOPIC_SLOT, context.get("topic")),
    ]
    if record.open_field or record.asking in _ANSWERED_BY_THE_INTAKE or values or _adds(record, context):
        events += [{"event": "active_loop", "name": FORM}, _slot("requested_slot", FIELD_SLOT)]
    return [*events, {"event": "action", "name": "action_listen"}]


def _adds(record: IntakeRecord, context: Mapping[str, Any]) -> bool:
    """Whether a message wants to change something that was sent, in a way that needs no word of Rasa's."""
    text = str(context.get("text") or "")
    return record.sent and (is_about_a_list(the_intake(), text, record.answers) or placed_in(the_intake(), text) is not None)


def _slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}
