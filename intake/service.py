"""What is said about the service itself: the sentences of `service.yml`, by the clinic's facts and the patient's record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator, model_validator

from cordial.data_files import CLINIC, DataFileError, Faults, Part, Text, Way, did_you_mean, filled_with, fills, read_data
from cordial.plain_problems import listed
from intake.clinic import Clinic
from intake.judging.plain import letters
from intake.meanings import the_meanings
from intake.record import IntakeRecord
from knowledge.questions import questions_in
from knowledge.topic import names_in
from language.patterns import PatternError, Patterns, read_patterns
from language.plain_words import PlainWords, read_plain_words
from language.questions import looks_like_a_question
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
HARM, AFTER_INFUSION, DELETING = "report_harm", "after_infusion", "deleting"
_REPLIES = (*TOPICS, HARM, AFTER_INFUSION, DELETING)
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
    "appointments",
    "deposit",
    "payment",
    "medical_director",
    "doctors",
    "staff_languages",
    "messenger",
    "documents",
    "referral_letter",
    "decision_within",
    "conditions",
    "ages",
    "own_results",
    "access",
    "parking",
    "hotels",
    "pick_up",
    "other_places",
    "brochure",
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
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.\w{2,}")
_PHONE = re.compile(r"(?<![\w.])\+?\d[\d ()/.-]{5,}\d\b")
_DATE = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}[./-]\d{1,2}[./-]\d{1,2}\b")
_DIGITS = 7  # of a number on which somebody can be called
_LEAST_AFTER_AN_OPENING = 4  # words
_LONGEST_TOLD = 60  # words of a message in which patterns are looked for
_LONGEST_ASKED = 26  # and of the sentence that has one
_SHORTEST_FURTHER = 2  # words of another question beside it; fewer ("can?", "ok?") belong to it
_CLOSING = " ,?"


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


class Asked(Part):
    """What is said first where one fact alone is asked for."""

    words: list[Text]  # by which it is asked for, in small letters
    say: list[_Said]


class ServiceReply(Part):
    """What is said to one kind of question."""

    lines: bool = False
    asked: list[Asked] = []
    after: list[_Said] = []  # after what is asked for, in the place of `say`
    say: list[_Said]
    buttons: list[_Said] = []


class Surely(Part):
    """What a message surely wants by its words alone, whatever it was taken for."""

    reply: str | None = None  # of `replies`
    instead: str | None = None  # or what is dealt with in its place, as a meaning of `meanings.yml`
    ask: Text | None = None  # or the question of an article that is asked in its place
    asked_by: str = ""  # patterns, one of which a sentence of it holds, whatever illness it names
    not_asked_by: str = ""  # and none of these
    words: list[Text] = []  # one of which it holds, in small letters
    begins: list[Text] = []  # or with one of which it begins
    contact: bool = False  # or it holds a number on which somebody can be called, or an e-mail address
    longest: int = 14  # words of such a message

    def is_wanted_by(self, message: str) -> bool:
        """Whether a message wants it by its words."""
        plain = letters(message)
        if len(plain.split()) > self.longest:
            return False
        begins = any(f"{plain} ".startswith(f"{start} ") for start in self.begins)
        return (
            begins
            or _names(message, self.words)
            or (self.contact and (_has_phone_number(message) or _EMAIL.search(message) is not None))
        )


class Service(Part):
    """All replies, by intent."""

    language: str
    lists: dict[str, list[str]]  # of the patterns
    surely: list[Surely]
    never_asked_by: str
    about_deleting: str
    never_beside: list[Text]
    beside: dict[str, list[Text]]
    openings: list[Text]
    after_an_opening: list[Text]
    replies: dict[str, ServiceReply]

    @field_validator("surely")
    @classmethod
    def _either(cls, surely: list[Surely]) -> list[Surely]:
        meanings = the_meanings().meanings
        wrong = [
            each
            for each in surely
            if sum(way is not None for way in (each.reply, each.instead, each.ask)) != 1
            or (each.instead or "") not in ("", *meanings)
        ]
        if wrong:
            raise ValueError("each names either a reply, or as `instead` a meaning of meanings.yml, or what to `ask`")
        return surely

    @model_validator(mode="after")
    def _can_be_read(self) -> Service:
        try:
            _patterns_of(self)
            read_patterns(self.about_deleting, self.lists)
        except PatternError as error:
            raise ValueError(f"{error}. The first lines of language/patterns.py say how a pattern is written.") from None
        return self

    @field_validator("beside")
    @classmethod
    def _replied_to(cls, beside: dict[str, list[Text]], so_far: ValidationInfo) -> dict[str, list[Text]]:
        unknown = [topic for topic in beside if topic not in (*TOPICS, *_wanted_in(so_far))]
        if unknown:
            raise ValueError(f"there is no reply called {listed(unknown)} that could be asked for. Take it out")
        return beside

    @field_validator("replies")
    @classmethod
    def _for_each(cls, replies: dict[str, ServiceReply], so_far: ValidationInfo) -> dict[str, ServiceReply]:
        needed = dict.fromkeys([*_REPLIES, *_wanted_in(so_far)])
        missing = [topic for topic in needed if topic not in replies]
        unknown: list[tuple[Way, str]] = [
            ((topic,), "nothing asks for this reply. Take it out") for topic in replies if topic not in needed
        ]
        if missing:
            unknown.append(((), f"there is no reply for {listed(missing)}. Add it"))
        if unknown:
            raise Faults(unknown)
        return replies


def _wanted_in(so_far: ValidationInfo) -> list[str]:
    """The replies that are said by the words of a message alone."""
    return [each.reply for each in so_far.data.get("surely", []) if each.reply is not None]


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


def reply_to(topic: str, standing: Standing, filled: Mapping[str, str], message: str = "") -> tuple[str, list[str]]:
    """The reply to an intent, and what can be pressed under it.

    Args:
        topic: one of `TOPICS`, `HARM` or `AFTER_INFUSION`.
        standing: what is known of the clinic and the patient.
        filled: the values of what every text may name.
        message: what was asked, if only the facts that it names are to be said.
    """
    reply, facts = the_service().replies[topic], standing.facts()
    values = {**filled, **{name: str(facts[name]) for name in _NAMED if facts[name] is not None}}
    named = [each for each in reply.asked if _names(message, each.words)]
    sentences = [*(sentence for each in named for sentence in each.say), *reply.after] if named else reply.say
    said = [text.format_map(values) for text in _chosen(sentences, facts)]
    joined = "\n" if reply.lines and not named else " "
    return joined.join(said), list(_chosen(reply.buttons, facts))


def surely_wanted(message: str, names_an_illness: bool = False) -> Surely | None:
    """What a message surely wants by its words alone; nothing, if more has to be known of it.

    Args:
        message: or one of its questions.
        names_an_illness: whether it names one: then its words may be about that, and only patterns decide.
    """
    service = the_service()
    if _names(message, service.never_beside):
        return None
    lines = _lines(message)
    for each, asked_by in zip(service.surely, _patterns(), strict=True):
        if asked_by.are_in(lines) or (not names_an_illness and each.is_wanted_by(message)):
            return each
    return None


def all_surely_wanted(message: str) -> list[tuple[Surely, str]]:
    """What a message surely wants by its words alone, each with its questions; nothing, if one of them wants something else."""
    if _names(message, the_service().never_beside):
        return []
    asked = questions_in(message)
    if len(asked) > 1:
        asked = [each for each in asked if looks_like_a_question(each)]
    found = [(surely_wanted(each, "condition" in names_in(each)), each) for each in asked]
    wanted = [(each, question) for each, question in found if each is not None]
    if len(wanted) < len(found):
        return []
    return [(each, " ".join(of for other, of in wanted if other is each)) for each in _once(each for each, _ in wanted)]


def asks_about_deleting(message: str) -> bool:
    """Whether a message asks something about the deleting of the chat, right after it was asked whether that shall be done."""
    return any(_has(line, _about_deleting()) for line in _lines(message))


def without_opening(message: str) -> str:
    """A message without the greeting, the thanks or the "ok" before what it is about; as it is, if little else stands there."""
    left = message.strip()
    while (found := _opening().match(left)) and len(found.group("rest").split()) >= _LEAST_AFTER_AN_OPENING:
        left = found.group("rest")
    return left


def asked_beside(question: str, is_answered: bool) -> str | None:
    """Which reply one of several questions of a message surely asks for; nothing, if it is a matter of the library.

    Args:
        question: one of them.
        is_answered: whether the library surely answers it. Then only patterns are surer.
    """
    lines = _lines(question)
    for each, asked_by in zip(the_service().surely, _patterns(), strict=True):
        if asked_by.are_in(lines):
            return each.reply
    return (
        None if is_answered else next((topic for topic, words in the_service().beside.items() if _names(question, words)), None)
    )


@dataclass(frozen=True)
class _AskedBy:
    """By which patterns a reply is asked for."""

    wanted: Patterns
    unwanted: Patterns

    def are_in(self, lines: Sequence[str]) -> bool:
        """Whether a sentence asks for it, and no other asks something else."""
        asking = [line for line in lines if len(line.split()) <= _LONGEST_ASKED and _has(line, self.wanted)]
        if not asking or any(_has(line, self.unwanted) for line in asking):
            return False
        further = [line for line in lines if line not in asking and len(line.split()) > _SHORTEST_FURTHER]
        return not any(looks_like_a_question(line) for line in further)


def _has(line: str, patterns: Patterns) -> bool:
    return any(each.spans(line) for each in patterns)


def _lines(message: str) -> list[str]:
    """The sentences of a message as patterns see them; none of a long one."""
    if len(message.split()) > _LONGEST_TOLD:
        return []
    return [f" {line.strip(_CLOSING)} " for line in _plain().lines(message)]


def _patterns_of(service: Service) -> list[_AskedBy]:
    never = read_patterns(service.never_asked_by, service.lists)
    return [
        _AskedBy(
            read_patterns(each.asked_by, service.lists), Patterns([*never, *read_patterns(each.not_asked_by, service.lists)])
        )
        for each in service.surely
    ]


@cache
def _patterns() -> list[_AskedBy]:
    return _patterns_of(the_service())


@cache
def _about_deleting() -> Patterns:
    return read_patterns(the_service().about_deleting, the_service().lists)


def _once(wanted: Iterable[Surely]) -> list[Surely]:
    """Each of some once, in their order."""
    return list({id(each): each for each in wanted}.values())


@cache
def _plain() -> PlainWords:
    return read_plain_words()


@cache
def _opening() -> re.Pattern[str]:
    words = the_service()
    openings, further = ("|".join(map(re.escape, each)) for each in (words.openings, words.after_an_opening))
    return re.compile(rf"(?:{openings})(?:,? (?:{further}))*\s*[,.!;:)…–-]+\s*(?P<rest>\S.*)", re.IGNORECASE | re.DOTALL)


def _has_phone_number(message: str) -> bool:
    """Whether a message holds enough digits for a number to call, which are no date and no name of a trial."""
    numbers = (found.group() for found in _PHONE.finditer(message))
    return any(sum(map(str.isdigit, each)) >= _DIGITS and not _DATE.search(each) for each in numbers)


def _names(message: str, words: list[str]) -> bool:
    plain = f" {letters(message)} "
    return any(f" {word} " in plain for word in words)


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
