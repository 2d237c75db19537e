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
    role: str = ""  # the role of the field, and what its history is about, so that its own words are known
    about: str = ""
    whom: str = ""  # whom the answers are about: me, my_child, another_adult; nothing if that is not known


@dataclass(frozen=True)
class Understood:
    """The text answers the field."""

    value: object  # as JSON
    more: bool = False  # the answer is complete only with a word on what and when
    to_check: bool = False  # understood in part or in a way that a person has to confirm; the words are kept


@dataclass(frozen=True)
class Refused:
    """The patient would rather not say: the field is left out, if it may be."""


@dataclass(frozen=True)
class Doubt:
    """The text is meant as an answer, and it takes another word from the patient before it can be stored.

    `says` names the sentence in `fields.yml`, `details` fill it, `buttons` are answers to choose from. `kept` is what can be
    stored meanwhile, to be checked, so that nothing is lost if that word never comes.
    """

    says: str
    details: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    kept: object = None  # as JSON


Judgement = Understood | Doubt | Refused | None
