"""What input a field takes: the control that a client may show for it, with what can be chosen there."""

from __future__ import annotations

from collections.abc import Mapping

import phonenumbers

from intake.fields import Intake, IntakeField
from intake.judge import MAX_ANSWER
from intake.judging.phrases import phrases
from intake.judging.plain import letters

SUGGESTIONS = "/api/chat/suggestions"
MOST_LISTED = 40
_KINDS: Mapping[str, str] = {
    "consent": "choice",
    "guardian": "choice",
    "choice": "choice",
    "name": "name",
    "contact": "contact",
    "birth": "date",
    "country": "country",
    "text": "text",
    "list": "list",
    "history": "yes_no",
}
# The whole messages that say the same as an option, by its value.
_SAID: Mapping[str, Mapping[str, str]] = {
    "consent": {"yes": "agree", "no": "disagree"},
    "guardian": {"yes": "yes", "no": "no"},
    "history": {"yes": "yes", "no": "no", "unsure": "unsure", "not_applicable": "not_applicable"},
}
_SUGGESTED = {
    "country": "countries",
    "contact": "mail",
    "condition": "conditions",
    "treatments": "treatments",
    "medicines": "medicines",
    "allergies": "allergies",
}


def input_of(intake: Intake, field: IntakeField, country: str | None = None) -> dict[str, object]:
    """The control for a field, in the form of the chat contract.

    Args:
        intake: the fields.
        field: the field.
        country: ISO code of the country in which the patient lives, if it is known.
    """
    kind = _KINDS[field.kind]
    suggested = _SUGGESTED.get(intake.role_of(field.name) or "")
    most = {"list": MOST_LISTED, "text": MAX_ANSWER}.get(kind)
    return {
        "kind": kind,
        "options": [{"title": title, "value": value} for value, title in options_of(intake, field).items()],
        "multiple": kind == "list",
        "optional": field.skippable,
        "detail": field.more,
        "suggest": f"{SUGGESTIONS}/{suggested}" if suggested else None,
        "max": most,
        "prefix": _prefix(field, country),
    }


def _prefix(field: IntakeField, country: str | None) -> str | None:
    """What a phone number begins with where somebody lives."""
    code = phonenumbers.country_code_for_region(country) if field.kind == "contact" and country else 0
    return f"+{code}" if code else None


def options_of(intake: Intake, field: IntakeField) -> dict[str, str]:
    """What can be chosen for a field: the title of each, by its value."""
    if field.kind == "contact":
        return {"email": intake.says.by_email, "phone": intake.says.by_phone}
    if field.options:
        return {option.value: option.title for option in field.options}
    said = _SAID.get(field.kind, {})
    found = [(value, title) for title in field.buttons for value, means in said.items() if letters(title) in phrases(means)]
    return dict(found) if said else {title: title for title in field.buttons}
