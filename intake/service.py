"""What is said about the service itself: the sentences of `service.yml`, by the clinic's facts and the patient's record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from cordial.data_files import CLINIC, DataFileError, Faults, Part, Text, Way, did_you_mean, filled_with, fills, read_data
from cordial.plain_problems import listed
from intake.clinic import Clinic
from intake.record import IntakeRecord
from language.spoken import text_file

# Intents that are answered here alone; those of two more come after something else was done.
TOPICS = (
    "contact_details",
    "how_to_begin",
    "my_case",
    "about_us",
    "licence",
    "refer_patient",
    "how_to_complain",
    "contact_wish",
    "former_patient",
    "own_data",
)
HARM, AFTER_INFUSION = "report_harm", "after_infusion"
_REPLIES = (*TOPICS, HARM, AFTER_INFUSION)
# What may be missing, and can be named where it is there.
_NAMED = (
    "notice",
    "phone",
    "email",
    "address",
    "booking_link",
    "treated_at",
    "licence",
    "complaints",
    "referrals",
    "aftercare_phone",
    "reference",
)
_ONLY_ASKED = (
    "treats",
    "coordinates",
    "role_unknown",
    "no_referrals",
    "handed_over",
    "closed",
    "sent",
    "begun",
    "nothing_sent",
)
_FACTS = (*_NAMED, *_ONLY_ASKED)


class ServiceError(DataFileError):
    """`service.yml` cannot be used; the message says why."""


class Sentence(Part):
    """A sentence that depends on a fact."""

    fact: str = Field(alias="if")
    text: Text | None = None
    otherwise: Text | None = Field(None, alias="else")

    @field_validator("fact")
    @classmethod
    def _known(cls, fact: str) -> str:
        if fact not in _FACTS:
            raise ValueError(f"nothing is called {fact} here{did_you_mean(fact, _FACTS) or f'. There is {listed(_FACTS)}'}")
        return fact

    @model_validator(mode="after")
    def _fills(self) -> Sentence:
        named = (self.fact,) if self.fact in _NAMED else ()
        wrong: list[tuple[Way, str]] = []
        for key, text, names in (("text", self.text, (*CLINIC, *named)), ("else", self.otherwise, CLINIC)):
            try:
                filled_with(text or "-", names)
            except ValueError as error:
                wrong.append(((key,), str(error)))
        if wrong:
            raise Faults(wrong)
        return self


_Said = Annotated[str, fills(*CLINIC)] | Sentence


class ServiceReply(Part):
    """What is said to one kind of question."""

    lines: bool = False
    say: list[_Said]
    buttons: list[_Said] = []


class Service(Part):
    """All replies, by intent."""

    language: str
    replies: dict[str, ServiceReply]

    @field_validator("replies")
    @classmethod
    def _for_each(cls, replies: dict[str, ServiceReply]) -> dict[str, ServiceReply]:
        missing = [topic for topic in _REPLIES if topic not in replies]
        unknown: list[tuple[Way, str]] = [
            ((topic,), "nothing asks for this reply. Take it out") for topic in replies if topic not in _REPLIES
        ]
        if missing:
            unknown.append(((), f"there is no reply for {listed(missing)}. Add it"))
        if unknown:
            raise Faults(unknown)
        return replies


@dataclass(frozen=True)
class Standing:
    """What is known when a patient asks: the clinic, their record, and the reference of their open case."""

    clinic: Clinic
    record: IntakeRecord
    open_case: str | None = None

    def facts(self) -> dict[str, str | bool | None]:
        """Every fact that a reply may depend on; none where it is missing."""
        clinic, record = self.clinic, self.record
        reference = self.open_case or record.reference
        given = {name: getattr(clinic, name) for name in _NAMED if name != "reference"}
        begun = record.status == "in_progress" and not record.sent
        return {
            **given,
            "reference": reference,
            "treats": clinic.treats is True,
            "coordinates": clinic.treats is False,
            "role_unknown": clinic.treats is None,
            "no_referrals": clinic.referrals is None,
            "handed_over": self.open_case is not None,
            "closed": reference is not None and self.open_case is None,
            "sent": record.sent,
            "begun": begun,
            "nothing_sent": reference is None and not begun,
        }


def reply_to(topic: str, standing: Standing, filled: Mapping[str, str]) -> tuple[str, list[str]]:
    """The reply to an intent, and what can be pressed under it.

    Args:
        topic: one of `TOPICS`, `HARM` or `AFTER_INFUSION`.
        standing: what is known of the clinic and the patient.
        filled: the values of what every text may name.
    """
    reply, facts = the_service().replies[topic], standing.facts()
    values = {**filled, **{name: str(facts[name]) for name in _NAMED if facts[name] is not None}}
    said = [text.format_map(values) for text in _chosen(reply.say, facts)]
    return ("\n" if reply.lines else " ").join(said), list(_chosen(reply.buttons, facts))


def _chosen(sentences: list[_Said], facts: Mapping[str, str | bool | None]) -> Iterator[str]:
    for sentence in sentences:
        if isinstance(sentence, str):
            yield sentence
        else:
            text = sentence.text if facts[sentence.fact] else sentence.otherwise
            if text:
                yield text


def read_service(file: Path | None = None) -> Service:
    """Read the replies; by default those of the language that is spoken.

    Raises:
        ServiceError: naming what is wrong.
    """
    return read_data(Service, file or text_file("intake", "service.yml"), ServiceError)


@cache
def the_service() -> Service:
    """The shipped replies, read once a process."""
    return read_service()
