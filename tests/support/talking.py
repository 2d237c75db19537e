"""The intake's dialogue without Rasa: messages with the intent that they have, and where they lead."""

from __future__ import annotations

from datetime import date
from typing import Any

from cordial.bootstrap import PROJECT
from intake.clinic import read_clinic
from intake.dialogue import Dialogue, LookUp, Respond, Say, Turned
from intake.fields import the_intake
from intake.reading import Heard
from intake.record import Effect, IntakeRecord
from intake.sent import Sent
from tests.support.people import ANSWERS, USUAL

TODAY = date(2026, 11, 22)
REFERENCE = "C-2345-6789"


class Talk:
    """One patient's intake."""

    def __init__(self) -> None:
        """Nothing has been said yet."""
        clinic = read_clinic(PROJECT / "clinic.yml")
        texts = {**clinic.model_dump(), "clinic": clinic.name}
        self.intake = the_intake()
        self.dialogue = Dialogue(
            self.intake, lambda text, **more: text.format_map({**texts, **more}), clinic.country, TODAY, lambda: REFERENCE
        )
        self.record = IntakeRecord()
        self.effects: list[Effect] = []
        self.last: Turned | None = None

    def says(self, text: str, intent: str = "inform", confidence: float = 0.9) -> str:
        """Send a message; gives everything that was said, without the open field's question."""
        return self._hears(Heard(text, intent, confidence))

    def chooses(self, values: dict[str, Any]) -> str:
        """Choose values in controls; gives everything that was said."""
        words = [f"{field}: {value}" for field, value in values.items()]
        sent = [Sent(field=field, value=value) for field, value in values.items()]
        return self._hears(Heard("\n".join(words), "inform", 0.9, sent))

    def _hears(self, heard: Heard) -> str:
        self.last = self.dialogue.turn(self.record, heard)
        self.record = self.last.record
        self.effects += self.last.effects
        return "\n".join(step.text for step in self.last.steps if isinstance(step, Say))

    def until(self, field: str) -> Talk:
        """Start and leave or give what is needed until a field is open."""
        if not self.open:
            self.says("start the intake", "start_intake")
        age = "31" if field == "pregnancy" else "61"
        given = {**ANSWERS, "birth": age}
        for _ in range(len(self.intake.fields) + 1):
            if self.open == field:
                return self
            if self.open in given and not self.intake.field(self.open).skippable:
                self.says(given[self.open])
            else:
                self.says("skip", "skip")
        raise AssertionError(f"{field} was never asked")

    @property
    def open(self) -> str:
        """The open field; nothing if there is none."""
        return self.record.open_field or ""

    @property
    def next(self) -> str:
        """The open field, once whom it is about and their sex are told where these are asked."""
        while self.open in USUAL:
            self.says(ANSWERS[self.open])
        return self.open

    @property
    def asked(self) -> str:
        """The open field's question."""
        return self.dialogue.ask(self.record).text

    @property
    def question(self) -> dict[str, Any]:
        """What the open field says to clients that show controls."""
        return self.dialogue.ask(self.record).question or {}

    @property
    def buttons(self) -> list[str]:
        """What can be pressed after the last message."""
        assert self.last is not None
        return [button for step in self.last.steps if isinstance(step, Say) for button in step.buttons]

    @property
    def responded(self) -> list[str]:
        """The responses of the domain in the last reply."""
        assert self.last is not None
        return [step.response for step in self.last.steps if isinstance(step, Respond)]

    @property
    def left_to_rasa(self) -> bool:
        """Whether the last message was no answer, and is replied to by a rule."""
        assert self.last is not None
        return self.last.interrupted

    @property
    def looked_up(self) -> list[str]:
        """The questions that went to the library after the last message."""
        assert self.last is not None
        return [step.question for step in self.last.steps if isinstance(step, LookUp)]

    def value(self, field: str) -> Any:
        """What was understood for a field; nothing if it has no answer."""
        answer = self.record.answers.get(field)
        return answer.value if answer else None
