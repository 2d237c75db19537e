"""Is this an answer to the open field, and what does it say?

Each kind of field has one judge. It gives the understood value, or nothing; it never guesses. Real libraries decide what
an e-mail address or a phone number is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from intake.fields import IntakeField

MAX_ANSWER = 1_000

_AGREE = {"i agree", "agree", "yes", "yes i agree", "i do", "ok i agree", "i consent", "yes i do", "agreed"}
_DISAGREE = {"i do not agree", "i dont agree", "no", "disagree", "no i do not agree", "i disagree", "no thanks", "i do not"}
_QUESTION_START = re.compile(
    r"(?i)^\s*(what|why|how|who|whom|whose|when|where|which|is|are|am|was|were|do|does|did|can|could|should|would|will|has|have"
    r"|may|might|isn'?t|aren'?t|don'?t|doesn'?t|can'?t|won'?t)\b"
)
# Two of those words are first names.
_WILL_OR_MAY = re.compile(r"^\s*(?:Will|May)(?:\s+[^\W\d_a-z][^\W\d_]+){1,3}\s*$")
_LEAD_IN = re.compile(
    r"(?i)^\s*(?:(?:hi|hello|hey|yes|sure|ok|okay|of course)[,!. ]+)*"
    r"(?:(?:my|the|her|his)\s+(?:full\s+)?name(?:'?s| is)?|it(?:'?s| is)|i(?:'?m| am)|this is|call me|name)\s*[:,-]?\s+"
)
_NAME = re.compile(r"^[^\W\d_](?:[^\W\d_]|[ .'’-]){0,78}[^\W\d_.]?\.?$")
_NOT_NAMES = re.compile(
    r"(?i)\b(hello|hi|hey|thanks|thank|please|sorry|help|stop|skip|cancel|question|pain|cells?|what|why|how|none|nothing|bye|"
    r"i(?!\.)|agree|consent|my|your|the|you|are|is|it|this|that|don'?t|want|need|know|not|no|yes|maybe|later|next|idiots?|stupid|scam|rubbish)\b"
)
_EMAIL = re.compile(r"[^\s<>(),;:]+@[^\s<>(),;:]+")


def judge(field: IntakeField, text: str, region: str) -> object | None:
    """Understand an answer to a field.

    Args:
        field: the open field.
        text: what the patient wrote.
        region: ISO country code in which a phone number without country code is read.

    Returns:
        The understood value (JSON), or None when the text is no answer to it.
    """
    cleaned = " ".join(text.split())[:MAX_ANSWER]
    return _JUDGES[field.kind](cleaned, region) if cleaned else None


def looks_like_a_question(text: str) -> bool:
    """Whether a message asks something, by its form alone."""
    if text.rstrip().endswith("?"):
        return True
    return bool(_QUESTION_START.match(text)) and not _WILL_OR_MAY.match(text)


def _consent(text: str, _region: str) -> object | None:
    plain = re.sub(r"[^a-z ]", "", text.lower().replace("n't", "nt")).strip()
    if plain in _AGREE:
        return True
    return False if plain in _DISAGREE else None


def _name(text: str, _region: str) -> object | None:
    name = _LEAD_IN.sub("", text).strip(" .,!")
    words = name.split()
    if not 1 <= len(words) <= 6 or not _NAME.match(name) or _NOT_NAMES.search(name) or looks_like_a_question(text):
        return None
    return name


def _contact(text: str, region: str) -> object | None:
    match = _EMAIL.search(text)
    if match:
        try:
            checked = validate_email(match.group().rstrip(".,!?"), check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            return None
        return {"by": "email", "value": checked.normalized}
    for found in phonenumbers.PhoneNumberMatcher(text, region):
        return {"by": "phone", "value": phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)}
    return None


def _text(text: str, _region: str) -> object | None:
    return text if re.search(r"[^\W\d_]{2}", text) else None


_JUDGES: dict[str, Callable[[str, str], object | None]] = {
    "consent": _consent,
    "name": _name,
    "contact": _contact,
    "text": _text,
}
