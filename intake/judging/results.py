"""What a judge says about a text: understood, in doubt, or no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Context:
    """What a judge may go by beside the text."""

    region: str  # ISO code of the country in which a phone number without country code is read
    today: date
    language: str = "en"
    attempts: int = 0  # answers to this field that were not taken before
    earlier: object = None  # what the field holds already


@dataclass(frozen=True)
class Understood:
    """The text answers the field."""

    value: object  # as JSON
    more: bool = False  # the answer is complete only with a word on what and when
    to_check: bool = False  # a person has to look at it


@dataclass(frozen=True)
class Doubt:
    """The text is meant as an answer, and it takes another word from the patient before it can be stored.

    `says` names the sentence in `fields.yml`, `details` fill it, `buttons` are answers to choose from.
    """

    says: str
    details: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


Judgement = Understood | Doubt | None
