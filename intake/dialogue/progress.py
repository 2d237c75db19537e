"""One message on its way through the intake: where the patient is by now, what is said, and what is to be recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from intake.fields import REVIEW, Intake, IntakeField
from intake.judging.birth import age_of
from intake.judging.country import code_of
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context
from intake.reading import Heard
from intake.record import Effect, FieldAsked, FieldClosed, IntakeRecord, after

_CERTAIN = 0.9  # how sure a yes in other words has to be for what cannot be taken back: sending, forgetting, deleting


@dataclass(frozen=True)
class Say:
    """A text of the intake."""

    text: str
    kind: str = "text"
    buttons: Sequence[str] = ()
    asks: bool = False  # it asks the open field by itself, so that the field is not put again


@dataclass(frozen=True)
class Respond:
    """A response of the assistant's domain."""

    response: str


@dataclass(frozen=True)
class LookUp:
    """A question for the library."""

    question: str


Step = Say | Respond | LookUp


@dataclass(frozen=True)
class Setting:
    """What is the same for every message."""

    intake: Intake
    fill: Callable[..., str]  # puts the clinic's details into a text
    region: str  # the clinic's country
    today: date
    new_reference: Callable[[], str] = field(default=lambda: "")

    def asked_of(self, record: IntakeRecord) -> list[IntakeField]:
        """The fields that this patient is asked, in their order."""
        given = {name: answer.value for name, answer in record.answers.items()}
        return self.intake.asked_of(self.age_in(record), given)

    def for_whom(self, record: IntakeRecord) -> object:
        """Whom the answers are about, as it was chosen; nothing if it was not."""
        answer = self.intake.by_role(record.answers).get("for_whom")
        return answer.value if answer else None

    def age_in(self, record: IntakeRecord) -> int | None:
        """A patient's age in years; nothing if it is unknown."""
        answer = self.intake.by_role(record.answers).get("birth")
        return age_of(answer.value) if answer else None


class Progress:
    """What a message has led to so far; the parts of the dialogue add to it.

    Attributes:
        record: where the patient is by now; what the reply before asked is settled by this message, whatever it is.
        steps: what is to be said, in its order.
        effects: what is to be recorded.
        interrupted: whether the message is no answer and needs nothing of the record, so that Rasa's rules reply.
    """

    def __init__(self, setting: Setting, record: IntakeRecord, heard: Heard) -> None:
        """Nothing has been done about the message yet."""
        self.setting, self.heard = setting, heard
        self.intake, self.says = setting.intake, setting.intake.says
        self.record = record.model_copy(update={"asking": None})
        self.steps: list[Step] = []
        self.effects: list[Effect] = []
        self.interrupted = False

    def say(self, text: str, kind: str = "text", buttons: Sequence[str] = ()) -> None:
        """Say a text of the intake."""
        self.steps.append(Say(text, kind, tuple(buttons)))

    def respond(self, response: str) -> None:
        """Say a response of the domain."""
        self.steps.append(Respond(response))

    def fill(self, text: str, **more: str) -> str:
        """Put the clinic's details into a text."""
        return self.setting.fill(text, **more)

    def do(self, effect: Effect) -> None:
        """Change the record, and have the change recorded."""
        if isinstance(effect, FieldAsked) and self._is_asked_already(effect):
            return
        self.record = after(self.record, effect)
        self.effects.append(effect)

    def _is_asked_already(self, effect: FieldAsked) -> bool:
        return (effect.field, effect.detail) == (self.record.open_field, self.record.detail_asked)

    def go_on(self) -> None:
        """To the next field without an answer; to reading back when there is none; to nothing when all has been sent."""
        waiting = self.waiting
        if waiting:
            self.do(FieldAsked(field=waiting[0].name))
        elif self.record.sent:
            self.do(FieldClosed())
        else:
            self.do(FieldAsked(field=REVIEW))

    @property
    def open_field(self) -> IntakeField | None:
        """The open field; none while everything is read back."""
        name = self.record.open_field
        return self.intake.field(name) if name and name != REVIEW else None

    @property
    def waiting(self) -> list[IntakeField]:
        """The fields without an answer that are asked of this patient."""
        return [each for each in self.setting.asked_of(self.record) if each.name not in self.record.answers]

    @property
    def age(self) -> int | None:
        """The patient's age in years; nothing if it is unknown."""
        return self.setting.age_in(self.record)

    def applies(self, each: IntakeField) -> bool:
        """Whether a field is asked of this patient."""
        return each in self.setting.asked_of(self.record)

    @property
    def agreed(self) -> bool:
        """Whether the patient has given their consent; nothing is taken or changed before."""
        return "consent" in self.intake.by_role(self.record.answers)

    def agrees(self, *more: str) -> bool:
        """Whether the message is a yes that cannot be mistaken: something is done that cannot be undone."""
        certain = self.heard.intent == "affirm" and self.heard.confidence >= _CERTAIN
        return certain or letters(self.heard.text) in {*more, *phrases("yes"), *phrases("agree")}

    def context_of(self) -> Callable[[IntakeField], Context]:
        """What the judges may go by."""
        record, setting = self.record, self.setting
        country = setting.intake.by_role(record.answers).get("country")
        region = (code_of(country.value) if country else None) or setting.region
        told = setting.intake.by_role(record.answers).get("for_whom")
        whom = str(told.value) if told and isinstance(told.value, str) else ""

        def context(each: IntakeField) -> Context:
            answer = record.answers.get(each.name)
            is_open = record.open_field == each.name
            earlier = answer.value if answer and (each.kind == "list" or (is_open and record.detail_asked)) else None
            attempts = record.attempts if is_open else 0
            return Context(region, setting.today, setting.intake.language, attempts, earlier, whom=whom)

        return context
