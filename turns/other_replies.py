"""What is said in another language, as messages: fixed texts that native writers wrote."""

from __future__ import annotations

from collections.abc import Iterable

from desk.conversations.log import Draft
from emergencies.calling import Where
from emergencies.every_language import where
from emergencies.other_texts import SaidIn, news_in
from intake.clinic import Clinic


class OtherReplies:
    """The fixed replies of one language."""

    def __init__(self, language: str, clinic: Clinic) -> None:
        """Speak it for a clinic."""
        self._said = SaidIn(language, clinic)
        self._texts = self._said.texts
        self._clinic = clinic

    def asks_first(self, text: str, country: str | None) -> Draft:
        """Whether what a message tells of happens now."""
        check = self._texts.check
        return self._draft(
            check.question, where(text, self._clinic, country, self._said.language), "check", [check.yes_now, check.no]
        )

    def acknowledged(self, country: str | None) -> Draft:
        """Thank for having read the text of an alarm."""
        return self._draft(self._texts.acknowledged, Where(lives=country), "text")

    def after_no(self) -> Draft:
        """Thank for saying that it does not happen now: what was asked about is taken as it was written."""
        return self._draft(self._texts.check.after_no, Where(), "notice")

    def no_under_alarm(self, country: str | None) -> Draft:
        """What is said to a bare no under an alarm."""
        return self._draft(self._texts.acknowledged, Where(lives=country), "notice", self._said.buttons)

    def yes_under_alarm(self, country: str | None) -> Draft:
        """What is said to a bare yes under an alarm: to call."""
        return self._draft("{call} {chat}", Where(lives=country), "notice", self._said.buttons)

    def false_alarm(self, country: str | None) -> Draft:
        """Thank for saying that it was no emergency: what was kept back is taken as it was written."""
        return self._draft(self._texts.around_an_alarm.no_emergency_thanks, Where(lives=country), "text")

    def waiting(self) -> Draft:
        """That the intake waits until the text of an alarm was read."""
        return self._draft(self._texts.around_an_alarm.waiting, Where(), "notice", [self._texts.acknowledge])

    def kept(self) -> Draft:
        """That what was written is kept, to be given again with a press; the messages follow as buttons."""
        return self._draft(self._texts.around_an_alarm.kept, Where(), "notice")

    def noted(self) -> Draft:
        """That people can read the last message, too."""
        return self._draft(self._texts.around_an_alarm.noted, Where(), "notice")

    def again(self, text: str, country: str | None) -> Draft:
        """A short word to what raised an alarm that was read."""
        return self._draft(self._texts.around_an_alarm.again, where(text, self._clinic, country, self._said.language), "notice")

    def beside_a_person(self, text: str, country: str | None) -> Draft:
        """What is said in the place of the question whether it happens now, while a person has the conversation."""
        place = where(text, self._clinic, country, self._said.language)
        return self._draft(self._texts.around_an_alarm.beside_a_person, place, "notice")

    def to_news(self, text: str, country: str | None, paused: bool) -> Draft | None:
        """What is said to a message that tells how things stand after an alarm; nothing to one about something else.

        Args:
            text: the message.
            country: where the patient lives, if something is known.
            paused: whether nobody has said yet to have read the alarm.
        """
        name = news_in(text, self._said.language)
        if name is None:
            return None
        place = where(text, self._clinic, country, self._said.language)
        buttons = [self._texts.acknowledge] if paused else []
        return self._draft(getattr(self._texts.after_alarm, name), place, "notice", buttons)

    def looked_after(self, country: str | None) -> Draft:
        """What is said after an alarm to a message of which nothing is known but that it asks nothing."""
        return self._draft(self._texts.after_alarm.looked_after, Where(lives=country), "text", [self._texts.person_button])

    def person_called(self, reference: str, country: str | None) -> Draft:
        """That a person was called."""
        return self._draft(self._texts.person_called, Where(lives=country), "handoff", reference=reference)

    def in_english(self) -> Draft:
        """That the articles are in English, and that a person can be had."""
        contact = self._clinic.email or self._clinic.phone or self._clinic.name
        text = f"{self._texts.articles_in_english} {self._texts.reach_clinic}"
        return self._draft(text, Where(), "notice", [self._texts.person_button], contact=contact)

    def uncertain(self, country: str | None) -> Draft:
        """That a message may not have been understood, with the number and a person, and that the articles are in English."""
        text = f"{self._texts.uncertain} {self._texts.articles_in_english}"
        return self._draft(text, Where(lives=country), "notice", [self._texts.person_button])

    def as_said(self, text: str) -> Draft:
        """A text that was filled before, with a person to talk to."""
        return Draft(text, buttons=buttons_of([self._texts.person_button]), language=self._said.language)

    def _draft(self, text: str, where_now: Where, kind: str, buttons: Iterable[str] = (), **values: str) -> Draft:
        said = self._said.filled(text, where_now, values=values)
        return Draft(said, kind=kind, buttons=buttons_of(buttons), language=self._said.language)


def buttons_of(titles: Iterable[str]) -> list[dict[str, str]]:
    """Buttons that send their own title."""
    return [{"title": title, "value": title} for title in titles]
