"""The conversation of the intake: what a message changes in the record, and what is said.

Everything that can happen at an open field, at the review, after sending, and outside of all is decided here, in one place,
from the record and the message alone. Nothing is stored and nothing is looked up: the caller carries out the steps and stores
the effects together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from intake.changing import new_value, wants_to_change
from intake.fields import REVIEW, Intake, IntakeField
from intake.judge import judge
from intake.judging.birth import age_of
from intake.judging.country import code_of
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Doubt, Understood
from intake.reading import INTERRUPTIONS, Heard, Reading, Taken, clauses_of, read_message
from intake.record import (
    AnswerRefused,
    AskedBack,
    Asking,
    ConversationDeleted,
    Effect,
    FieldAnswer,
    FieldAnswered,
    FieldAsked,
    FieldClosed,
    IntakeAmended,
    IntakeCompleted,
    IntakeRecord,
    IntakeStopped,
    StartedOver,
    after,
)
from intake.showing import line, lines

_EXPLAIN_AFTER = 2  # answers that could not be used, until the reason and an example are given
_GIVE_UP_AFTER = 3  # …, until skipping or a person is offered
_MOST_CHOICES = 20
_ABOUT_A_FIELD = frozenset({"skip", "why_ask"})  # they say nothing of another field than the one that was open
_CERTAIN = 0.9  # how sure a yes in other words has to be for what cannot be taken back: sending, forgetting, deleting
_CORRECTED = frozenset({"contact", "birth", "country"})  # kinds that a message may change by the way


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
class Turned:
    """What one message led to."""

    record: IntakeRecord
    steps: list[Step]
    effects: list[Effect]
    interrupted: bool = False  # the message is no answer and needs nothing of the record: Rasa's rules reply to it


@dataclass(frozen=True)
class Asked:
    """The open field, or the review, as it is put to the patient."""

    text: str
    kind: str
    buttons: list[str]
    question: dict[str, object] | None


@dataclass(frozen=True)
class Dialogue:
    """What is the same for every message."""

    intake: Intake
    fill: Callable[..., str]  # puts the clinic's details into a text
    region: str  # the clinic's country
    today: date
    new_reference: Callable[[], str] = field(default=lambda: "")

    def turn(self, record: IntakeRecord, heard: Heard) -> Turned:
        """Deal with one message.

        Args:
            record: where the patient is.
            heard: the message.
        """
        turn = _Turn(self, record, heard)
        turn.run()
        return Turned(turn.record, turn.steps, turn.effects, turn.interrupted)

    def ask(self, record: IntakeRecord) -> Asked:
        """The open field in words.

        Raises:
            ValueError: if none is open.
        """
        if record.open_field is None:
            raise ValueError("no field is open")
        if record.open_field == REVIEW:
            return self._review(record)
        intake, open_field = self.intake, self.intake.field(record.open_field)
        asked = [each.name for each in intake.asked_of(_age(record))]
        step = asked.index(open_field.name) + 1 if open_field.name in asked else len(asked)
        question: dict[str, object] = {"field": open_field.name, "step": step, "steps": len(asked)}
        if record.detail_asked and open_field.more:
            return Asked(open_field.more, "question", [intake.skip_button], question)
        text = self.fill(open_field.ask, consent=self.fill(intake.consent.wording))
        buttons = [*open_field.buttons]
        if open_field.name in record.answers:
            text = f"{text} {intake.says.it_was.format(said=_said(intake, record.answers[open_field.name]))}"
            buttons.append(intake.keep_button)
        elif open_field.skippable:
            buttons.append(intake.skip_button)
        return Asked(text, "question", buttons, question)

    def _review(self, record: IntakeRecord) -> Asked:
        review = self.intake.review
        text = "\n".join([self.fill(review.ask), *lines(self.intake, record), review.offer])
        return Asked(text, "summary", list(review.buttons), None)

    def context_of(self, record: IntakeRecord) -> Callable[[IntakeField], Context]:
        """What the judges may go by."""
        country = record.answers.get("country")
        region = (code_of(country.value) if country else None) or self.region

        def context(each: IntakeField) -> Context:
            answer = record.answers.get(each.name)
            is_open = record.open_field == each.name
            earlier = answer.value if answer and (each.kind == "list" or (is_open and record.detail_asked)) else None
            return Context(region, self.today, self.intake.language, record.attempts if is_open else 0, earlier)

        return context


class _Turn:
    """One message on its way through the intake."""

    def __init__(self, dialogue: Dialogue, record: IntakeRecord, heard: Heard) -> None:
        self._dialogue = dialogue
        self._intake = dialogue.intake
        self._says = dialogue.intake.says
        self._asking = record.asking
        self._heard = heard
        self.record = record.model_copy(update={"asking": None})
        self.steps: list[Step] = []
        self.effects: list[Effect] = []
        self.interrupted = False

    def run(self) -> None:
        was_removed = self._leave_a_removed_field()
        if self._asking and self._answers_back(self._asking):
            return
        if was_removed:
            if self._heard.sure_move and self._heard.sure_move not in _ABOUT_A_FIELD:
                self._move(self._heard.sure_move)
        elif self.record.open_field == REVIEW:
            self._at_the_review()
        elif self.record.open_field:
            self._at_a_field(self._intake.field(self.record.open_field))
        else:
            self._move(self._heard.intent)

    def _leave_a_removed_field(self) -> bool:
        """Go on where the open field was removed from the intake meanwhile. What the message answers there is lost."""
        name = self.record.open_field
        if name is None or name == REVIEW or self._intake.asks(name):
            return False
        self._say(self._says.no_longer_asked)
        self._go_on()
        return True

    # What the reply before asked

    def _answers_back(self, asking: Asking) -> bool:
        plain = letters(self._heard.text)
        says = self._says
        if asking == "which_field":
            meant = self._intake.field_meant(self._heard.text)
            if meant is not None:
                self._change(meant)
            return meant is not None
        if asking in {"unclear", "doubt"}:
            return False
        yes, no = (says.delete_yes, says.delete_no) if asking == "delete" else (says.start_over_yes, says.start_over_no)
        agrees = self._agrees(letters(yes)) or (
            # "Yes, delete it" sounds like the wish itself.
            plain.split()[:1] == [letters(yes).split()[0]]
            and self._heard.sure("delete_data" if asking == "delete" else "start_over")
        )
        refuses = plain == letters(no) or plain in phrases("no") | phrases("disagree") or self._heard.sure("deny")
        if agrees:
            self._delete() if asking == "delete" else self._forget()
        elif refuses:
            self._say(says.not_deleted if asking == "delete" else says.kept)
        return agrees or refuses

    def _agrees(self, *more: str) -> bool:
        """Whether the message is a yes that cannot be mistaken: something is done that cannot be undone."""
        plain = letters(self._heard.text)
        certain = self._heard.intent == "affirm" and self._heard.confidence >= _CERTAIN
        return certain or plain in {*more, *phrases("yes"), *phrases("agree")}

    # At an open field

    def _at_a_field(self, open_field: IntakeField) -> None:
        text = self._heard.text
        if open_field.name in self.record.answers and letters(text) in phrases("keep") | {letters(self._intake.keep_button)}:
            self._say(self._says.kept)
            self._go_on()
            return
        meant = self._intake.field_meant(text) if wants_to_change(text) else None
        if meant is not None:
            self._change(meant)
            return
        reading = self._read(open_field)
        self._take_all(reading.taken, open_field)
        answered = any(each.field.name == open_field.name for each in reading.taken)
        if reading.question is not None:
            self._look_up(reading)
        elif reading.move is not None:
            self._move(reading.move)
            return
        elif reading.doubt is not None:
            self._doubt(reading.doubt, open_field)
        elif not reading.taken:
            self._refuse(open_field, [open_field.retry])
        if self.record.open_field == open_field.name and not open_field.applies(_age(self.record)):
            self._go_on()  # "sorry, I am 60 years old", when a parent was asked for
        elif answered and self.record.open_field == open_field.name and not self.record.detail_asked:
            self._go_on()
            now_open = self._field_now()
            if now_open is not None and now_open.name in reading.later:
                self._doubt(reading.later[now_open.name], now_open)

    def _look_up(self, reading: Reading) -> None:
        """A message that is nothing but a question, in Rasa's eyes too, is left to its rules."""
        assert reading.question is not None  # noqa: S101
        if reading.taken or self._heard.intent != "question":
            self.steps.append(LookUp(reading.question))
        else:
            self.interrupted = True

    def _read(self, open_field: IntakeField) -> Reading:
        context_of = self._dialogue.context_of(self.record)
        if open_field.kind == "consent":
            return self._read_consent(open_field, context_of)
        others: list[IntakeField] = []
        if "consent" in self.record.answers and not self.record.detail_asked:
            # What was answered before is changed by the way only where a message says so by itself: "I was born in 1949".
            corrected = [each for each in self._intake.fields if each.name in self.record.answers and each.kind in _CORRECTED]
            others = [each for each in [*self._open_fields(), *corrected] if each != open_field]
        return read_message(open_field, self._heard, others, context_of)

    def _read_consent(self, open_field: IntakeField, context_of: Callable[[IntakeField], Context]) -> Reading:
        """The agreement may come with first details: "I agree, my name is …". Without it, none of them is taken."""
        first, *rest = clauses_of(self._heard.text, self._intake.fields) or [""]
        agreed = judge(open_field, first, context_of(open_field))
        if not rest or not isinstance(agreed, Understood) or agreed.value is not True:
            return read_message(open_field, self._heard, [], context_of)
        others = [each for each in self._open_fields() if each != open_field]
        further = read_message(others[0], Heard(", ".join(rest), "inform"), others[1:], context_of)
        return Reading([Taken(open_field, first, agreed), *further.taken], question=further.question, later=further.later)

    def _open_fields(self) -> list[IntakeField]:
        asked = self._intake.asked_of(_age(self.record))
        return [each for each in asked if each.name not in self.record.answers]

    def _take_all(self, taken: Sequence[Taken], open_field: IntakeField) -> None:
        for each in taken:
            self._take(each, open_field)
        noted = [each.field for each in taken if each.field != open_field and each.field.name in self.record.answers]
        if noted and not self.record.sent:
            told = [line(self._intake, each, self.record.answers[each.name]) for each in noted]
            self._say("\n".join([self._says.noted, *told]))

    def _take(self, taken: Taken, open_field: IntakeField | None) -> None:
        each, value = taken.field, taken.understood.value
        if each.kind == "consent" and value is not True:
            self._say(self._says.declined)
            self._do(IntakeStopped())
            return
        if each.kind == "guardian" and value is not True:
            self._say(self._dialogue.fill(self._says.under_age), buttons=[self._intake.person_button])
            self._do(IntakeStopped())
            return
        if each.kind == "consent":
            consent = self._intake.consent
            wording = self._dialogue.fill(consent.wording)
            value = {"agreed": True, "version": consent.version, "purpose": consent.purpose, "wording": wording}
        before = self.record.answers.get(each.name)
        detail = self.record.detail_asked and each == open_field and before is not None
        said = f"{before.said}; {taken.said}" if detail and before else taken.said
        self._do(FieldAnswered(field=each.name, answer=FieldAnswer(said=said, value=value)))
        if taken.understood.more and each.more and each == open_field and not detail:
            self._do(FieldAsked(field=each.name, detail=True))
        if self.record.sent:
            self._amended(each)

    def _doubt(self, doubt: Doubt, open_field: IntakeField) -> None:
        text = str(getattr(self._says, doubt.says)).format(**doubt.details)
        if self.record.attempts + 1 >= _GIVE_UP_AFTER and not doubt.buttons:
            self._refuse(open_field, [text])
            return
        self._do(AnswerRefused(field=open_field.name))
        self.steps.append(Say(text, "question", doubt.buttons, asks=True))
        self._do(AskedBack(asking="doubt"))

    def _refuse(self, open_field: IntakeField, texts: list[str]) -> None:
        self._do(AnswerRefused(field=open_field.name))
        buttons: list[str] = []
        if self.record.attempts >= _GIVE_UP_AFTER:
            texts = [self._says.give_up if open_field.skippable else self._says.give_up_required]
            buttons = [self._intake.person_button]  # the field is put again, with its own buttons to answer or skip
        elif self.record.attempts >= _EXPLAIN_AFTER:
            texts = [*texts, self._reason(open_field)]
        self._say(" ".join(texts), buttons=buttons)

    def _reason(self, open_field: IntakeField) -> str:
        example = self._says.for_example.format(counts=open_field.counts, example=open_field.example)
        return f"{open_field.why} {example}"

    # Moving about

    def _move(self, intent: str) -> None:
        moves: dict[str, Callable[[], None]] = {
            "start_intake": self._start,
            "stop_intake": self._stop,
            "skip": self._skip,
            "why_ask": self._why,
            "go_back": self._back,
            "change_answer": lambda: self._change(self._intake.field_meant(self._heard.text)),
            "summary": self._summary,
            "start_over": self._start_over,
            "delete_data": self._ask_to_delete,
        }
        if intent in moves:
            moves[intent]()
        elif intent == "repeat" and self.record.open_field is None:  # no question could be asked once more
            self.steps.append(Respond("utter_repeat"))
        elif intent in INTERRUPTIONS:
            self.interrupted = True
        else:
            self.steps.append(Respond("utter_nothing_open"))

    def _start(self) -> None:
        if self.record.open_field is not None:
            return  # the open field is asked again
        if self.record.sent:
            text = self._says.already_sent.format(reference=self.record.reference)
            self._say("\n".join([text, *lines(self._intake, self.record)]), kind="summary")
            return
        if self.record.status == "none":
            self._say(self._dialogue.fill(self._intake.opening, steps=str(len(self._intake.asked_of(None)))))
        self._go_on()

    def _go_on(self) -> None:
        """To the next field without an answer; to the review when there is none; to nothing when all has been sent."""
        waiting = self._open_fields()
        if waiting:
            self._do(FieldAsked(field=waiting[0].name))
        elif self.record.sent:
            self._do(FieldClosed())
        else:
            self._do(FieldAsked(field=REVIEW))

    def _stop(self) -> None:
        if self.record.open_field is None:
            self.steps.append(Respond("utter_nothing_open"))
            return
        if self.record.sent:
            self._say(self._says.kept)
            self._do(FieldClosed())
            return
        self._say(self._dialogue.fill(self._says.stopped))
        self._do(IntakeStopped())

    def _skip(self) -> None:
        open_field = self._field_now()
        if open_field is None:
            self._nothing_open()
        elif self.record.detail_asked:
            self._go_on()
        elif open_field.name in self.record.answers:
            self._say(self._says.kept)
            self._go_on()
        elif not open_field.skippable:
            self._say(f"{self._says.cannot_skip} {open_field.why}")
        else:
            answer = FieldAnswer(said=self._heard.text, skipped=True)
            self._do(FieldAnswered(field=open_field.name, answer=answer))
            self._say(self._says.skipped)
            self._go_on()

    def _why(self) -> None:
        open_field = self._field_now()
        if open_field is None:
            self._nothing_open()
        else:
            self._say(self._reason(open_field))

    def _back(self) -> None:
        if self.record.open_field is None:
            self.steps.append(Respond("utter_nothing_open"))
            return
        asked = [each.name for each in self._intake.asked_of(_age(self.record)) if each.kind != "consent"]
        until = asked.index(self.record.open_field) if self.record.open_field in asked else len(asked)
        before = [name for name in asked[:until] if name in self.record.answers]
        if self.record.open_field == "consent" or not before:
            self._say(self._says.first_already)
        else:
            self._do(FieldAsked(field=before[-1]))

    def _summary(self) -> None:
        if self.record.open_field == REVIEW:
            return  # it is read back anyway
        told = lines(self._intake, self.record)
        self._say("\n".join([self._says.so_far, *told]) if told else self._says.nothing_so_far, kind="summary")

    # Changing what was said

    def _change(self, meant: IntakeField | None) -> None:
        if "consent" not in self.record.answers:
            self._say(self._says.nothing_so_far)
            return
        if meant is None or not meant.applies(_age(self.record)):
            self._which()
            return
        if meant.kind == "consent":
            self._say(self._says.consent_stays)
            return
        found = new_value(meant, self._heard.text, self._dialogue.context_of(self.record)(meant))
        if found is None:
            self._do(FieldAsked(field=meant.name))
            return
        self._take(Taken(meant, *found), None)
        if not self.record.sent:
            self._say("\n".join([self._says.changed, line(self._intake, meant, self.record.answers[meant.name])]))
            if self.record.open_field == meant.name:
                self._go_on()
        elif self.record.open_field is None:
            self._go_on()

    def _which(self) -> None:
        answered = [each for each in self._intake.fields if each.name in self.record.answers and each.kind != "consent"]
        buttons = [self._says.change_one.format(label=each.label) for each in answered[:_MOST_CHOICES]]
        if not buttons:
            self._say(self._says.nothing_so_far)
            return
        self._say(self._says.which_field, buttons=buttons)
        self._do(AskedBack(asking="which_field"))

    def _amended(self, each: IntakeField) -> None:
        text = self._says.amended.format(reference=self.record.reference)
        self._say("\n".join([text, line(self._intake, each, self.record.answers[each.name])]), kind="handoff")
        self._do(IntakeAmended())

    # At the review

    def _at_the_review(self) -> None:
        plain = letters(self._heard.text)
        sends = {letters(text) for text in self._intake.review.send} | {letters(self._intake.review.buttons[0])}
        if self._agrees(*sends):
            reference = self._dialogue.new_reference()
            self._do(IntakeCompleted(reference=reference))
            self._say(self._dialogue.fill(self._says.closing, reference=reference), kind="handoff")
        elif plain == letters(self._intake.review.buttons[1]) or plain in phrases("no") or self._heard.sure("deny"):
            self._which()
        elif self._heard.sure_move:
            self._move(self._heard.sure_move)
        else:
            meant = self._intake.field_meant(self._heard.text)
            if meant is not None:
                self._change(meant)
            else:
                self._say(self._intake.review.wait)

    # Forgetting

    def _start_over(self) -> None:
        if self.record.sent:
            self._say(self._says.cannot_start_over.format(reference=self.record.reference))
        elif not self.record.answers:
            self._go_on() if self.record.open_field else self.steps.append(Respond("utter_start_over"))
        else:
            self._say(self._says.start_over, buttons=[self._says.start_over_yes, self._says.start_over_no])
            self._do(AskedBack(asking="start_over"))

    def _forget(self) -> None:
        self._do(StartedOver())
        self._say(self._says.started_over)
        self._go_on()

    def _ask_to_delete(self) -> None:
        text = self._dialogue.fill(self._says.delete)
        self._say(text, kind="notice", buttons=[self._says.delete_yes, self._says.delete_no])
        self._do(AskedBack(asking="delete"))

    def _delete(self) -> None:
        self._say(self._says.deleted, kind="notice")
        self._do(ConversationDeleted())

    # Small things

    def _nothing_open(self) -> None:
        at_review = self.record.open_field == REVIEW
        self.steps.append(Say(self._intake.review.wait) if at_review else Respond("utter_nothing_open"))

    def _field_now(self) -> IntakeField | None:
        name = self.record.open_field
        return self._intake.field(name) if name and name != REVIEW else None

    def _say(self, text: str, kind: str = "text", buttons: Sequence[str] = ()) -> None:
        self.steps.append(Say(text, kind, tuple(buttons)))

    def _do(self, effect: Effect) -> None:
        if isinstance(effect, FieldAsked) and (effect.field, effect.detail) == (
            self.record.open_field,
            self.record.detail_asked,
        ):
            return
        self.record = after(self.record, effect)
        self.effects.append(effect)


def _age(record: IntakeRecord) -> int | None:
    answer = record.answers.get("birth")
    return age_of(answer.value) if answer else None


def _said(intake: Intake, answer: FieldAnswer) -> str:
    return intake.says.left_out if answer.skipped else answer.said
