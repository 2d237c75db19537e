"""A conversation in another language: fixed texts in it, and quotes in English as they were approved.

Outside the intake, Rasa is not asked: its model knows one language. In the intake it decides what an answer to a field is, and
only what it would look up in the library is looked up here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import get_args

from babel import Locale

from desk.conversations.log import Draft
from emergencies.calling import Where
from emergencies.other_texts import SaidIn
from intake.clinic import Clinic, Weekday
from intake.meanings import the_meanings
from knowledge.answer import ABSTAINED, Answer
from knowledge.other_languages import Heard, InOtherLanguages
from knowledge.topic import Topic
from language.sentences import ELSEWHERE, sentences
from language.spoken import spoken
from language.which_language import OTHER, language_or_english, may_be_in
from turns.other_language_texts import TextsOfALanguage, texts_in

_DECLINED = {"declined:price": "price", "declined:personal": "personal", "declined:off-topic": "off_topic"}
_DECLINED |= {"declined:other-condition": "off_topic"}
_SAID = {"said:greeting": "greeting", "said:language": "greeting", "said:thanks": "thanks", "said:goodbye": "goodbye"}
_SAID |= {"said:feeling": "feeling", "said:person": "person"}
_POLITE = {"said:greeting", "said:thanks", "said:goodbye"}
_MARKS = ("?", "？", "؟")
_NO_BUTTON = {"thanks", "goodbye"}


class InTheirLanguage:
    """Replies to messages in other languages."""

    def __init__(self, clinic: Clinic, understanding: InOtherLanguages) -> None:
        """Speak for a clinic."""
        self._clinic = clinic
        self._understanding = understanding

    def language_of(self, text: str, before: str) -> str | None:
        """The other language in which a message is, if replies in it are there; nothing for the one that is spoken.

        Args:
            text: the message.
            before: the language of the conversation.
        """
        language = language_or_english(text, before)
        if before not in {spoken(), OTHER, language.code} and before in language.possible and texts_in(before) is not None:
            return before  # neighbours share many words: somebody who wrote Spanish goes on in it
        if language.code in {spoken(), OTHER} or texts_in(language.code) is None:
            return None
        return language.code if language.sure or not may_be_in(text, spoken()) else None

    def replies(self, text: str, language: str, topic: Topic | None, country: str | None) -> list[Draft]:
        """What is said to a message.

        Args:
            text: the message.
            language: its language.
            topic: what the conversation is about.
            country: where the patient is, if something is known.
        """
        texts = texts_in(language)
        assert texts is not None  # noqa: S101  -- see `language_of`
        said = _Saying(texts, self._clinic, country)
        heard = self._understanding.hear(text, language, topic)
        asked = _question_after(text) if heard.kind in _POLITE else None
        if asked:  # "thank you. and how do I send the papers?"
            heard = self._understanding.hear(asked, language, topic)
        if heard.answer is not None:
            return [said.quote(heard, heard.answer)]
        if heard.kind == "said:contact":
            return [said.contact()]
        if heard.kind == "said:start":
            return [said.start()]
        if heard.kind in _SAID:
            return [said.plain(_SAID[heard.kind])]
        return [said.no_answer(_DECLINED.get(heard.kind or "", "nothing"))]


def _question_after(text: str) -> str | None:
    """What is asked after a word of greeting or thanks; nothing, if that is all."""
    *before, last = sentences(text, ELSEWHERE) or [""]
    return last if before and last.endswith(_MARKS) else None


class _Saying:
    """The texts of one language as messages."""

    def __init__(self, texts: TextsOfALanguage, clinic: Clinic, country: str | None) -> None:
        self._texts, self._clinic = texts, clinic
        self._said, self._where = SaidIn(texts.language, clinic), Where(lives=country)

    def quote(self, heard: Heard, answer: Answer) -> Draft:
        lead = self._texts.rationale if answer.about == "rationale" else self._texts.found
        return self._draft(self._texts.again if heard.again else lead, "answer", [self._person], answer)

    def no_answer(self, name: str) -> Draft:
        return self._draft(self._filled(name), "answer", [self._person], ABSTAINED)

    def plain(self, name: str) -> Draft:
        return self._draft(self._filled(name), "text", [] if name in _NO_BUTTON else [self._person])

    def start(self) -> Draft:
        starts = {"title": self._texts.start_button, "value": the_meanings().meanings["start_intake"]}
        return self._draft(self._filled("start"), "text", [starts, self._person])

    def contact(self) -> Draft:
        clinic, texts = self._clinic, self._texts
        facts = [
            (texts.phone, clinic.phone),
            (texts.email, clinic.email),
            (texts.address, clinic.address),
            (texts.hours, opening_hours(clinic, texts.language)),
        ]
        lines = [self._filled("contact"), *(f"{label}: {fact}" for label, fact in facts if fact)]
        return self._draft("\n".join(lines), "text", [self._person])

    @property
    def _person(self) -> dict[str, str]:
        title = self._said.texts.person_button
        return {"title": title, "value": title}

    def _filled(self, name: str) -> str:
        return self._said.filled(str(getattr(self._texts, name)), self._where)

    def _draft(self, text: str, kind: str, buttons: Sequence[dict[str, str]], answer: Answer | None = None) -> Draft:
        return Draft(text, kind=kind, buttons=list(buttons), answer=answer, language=self._texts.language)


def opening_hours(clinic: Clinic, language: str) -> str:
    """When a clinic is open, with the names of the days in a language; as the clinic writes it, if no hours are known."""
    return "; ".join(_spans(clinic, language)) or clinic.opening_hours


def _spans(clinic: Clinic, language: str) -> Iterator[str]:
    days = Locale.parse(language).days["format"]["wide"]
    week = [(at, tuple(clinic.hours.open.get(day, []))) for at, day in enumerate(get_args(Weekday))]
    for spans, same in groupby(week, key=lambda each: each[1]):
        among = [at for at, _ in same]
        if spans:
            names = days[among[0]] if len(among) == 1 else f"{days[among[0]]} – {days[among[-1]]}"
            yield f"{names} {', '.join(spans)}"
