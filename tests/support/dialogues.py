"""Dialogues as YAML, for a coordinator to read: what a patient says, and what has to come back. Read, played and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from intake.fields import REVIEW, the_intake
from tests.support.people import ANSWERS, USUAL, Message, Patient, error_of, reference_in

DIALOGUES = Path(__file__).parent.parent / "dialogues"
NOTHING = "nothing"  # `asks: nothing`
LEFT_OUT, NO_ANSWER = "left out", "no answer"  # in `record`: a field that was skipped, and one that was not answered
_NEVER_SAID = ("went wrong on my side", "want to continue")  # whatever a dialogue is about

Texts = Annotated[list[str], BeforeValidator(lambda given: [given] if isinstance(given, str) else given), Field(min_length=1)]


class DialogueError(Exception):
    """A file of dialogues cannot be used; the message names the file and the place."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Turn(_Part):
    """One message of the patient, and what is expected of the replies to it. What is not named is not looked at."""

    patient: str = Field(min_length=1)
    says: Texts | None = None
    does_not_say: Texts | None = None
    asks: str | None = None  # the open field, "review" for the read-back, "nothing"
    kinds: list[str] | None = None  # of all replies, in their order
    buttons: Texts | None = None  # among those that are offered
    answers: Texts | None = None  # the first quoted article of each answer
    declines: bool | None = None
    record: dict[str, Any] | None = Field(default=None, min_length=1)
    status: Literal["none", "in_progress", "stopped", "completed", "amended"] | None = None
    reference: Literal["given", "same"] | None = None
    gone: Literal["true"] | None = None


class Dialogue(_Part):
    """One conversation from its beginning."""

    dialogue: str = Field(min_length=10)
    turns: list[Turn] = Field(min_length=3, max_length=18)  # 14, but for the one that gives every field a turn

    @property
    def halves(self) -> tuple[Sequence[Turn], Sequence[Turn]]:
        """Its turns before and after its middle."""
        middle = len(self.turns) // 2
        return self.turns[:middle], self.turns[middle:]


def read_dialogues(folder: Path = DIALOGUES) -> list[Dialogue]:
    """Every dialogue of a folder, file by file.

    Raises:
        DialogueError: naming what is wrong, and where.
    """
    return [dialogue for file in sorted(folder.glob("*.yml")) for dialogue in _read(file)]


def _read(file: Path) -> list[Dialogue]:
    try:
        # All scalars are texts: nobody who writes `patient: No` or a date wants anything else.
        content = yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  -- makes texts, lists and maps only
    except yaml.YAMLError as error:
        raise DialogueError(f"{file.name} cannot be read: {error}") from error
    if not isinstance(content, list) or not content:
        raise DialogueError(f"{file.name}: a list of dialogues is expected, each beginning with “- dialogue: …”")
    return [_dialogue(file, entry) for entry in content]


def _dialogue(file: Path, entry: object) -> Dialogue:
    try:
        dialogue = Dialogue.model_validate(entry)
    except ValidationError as error:
        title = entry.get("dialogue", "without a title") if isinstance(entry, dict) else entry
        first = error.errors()[0]
        raise DialogueError(f"{file.name}, {title!r}, {_place(first['loc'])}: {first['msg']}") from error
    for number, turn in enumerate(dialogue.turns, start=1):
        unknown = {*([turn.asks] if turn.asks else []), *(turn.record or {})} - _names()
        if unknown:
            raise DialogueError(
                f"{file.name}, {dialogue.dialogue!r}, turn {number}: no such field: {', '.join(sorted(unknown))}"
            )
    return dialogue


def _place(location: tuple[int | str, ...]) -> str:
    if len(location) > 1 and location[0] == "turns":
        return f"turn {int(location[1]) + 1}" + "".join(f", “{part}”" for part in location[2:3])
    return f"“{location[0]}”"


def _names() -> set[str]:
    return {each.name for each in the_intake().fields} | {REVIEW, NOTHING}


@dataclass
class Player:
    """Plays one dialogue, in one go or in parts, as one patient."""

    dialogue: Dialogue
    patient: Patient
    played: int = 0
    reference: str | None = field(default=None)

    def plays(self, turns: Sequence[Turn]) -> None:
        """Send each message and check what comes back.

        Raises:
            AssertionError: naming the dialogue, the turn, what was expected and what was said.
        """
        for turn in turns:
            self.played += 1
            replies = self._answered(turn, self.patient.says(turn.patient))
            wrong = [*_of_every_turn(replies), *_of_the_replies(turn, replies), *self._of_the_chat(turn, replies)]
            assert not wrong, self._report(turn, replies, wrong)

    def _answered(self, turn: Turn, replies: list[Message]) -> list[Message]:
        """The replies, once the usual questions among them are answered that the dialogue is not about."""
        while (asked := (_asked(replies) or [NOTHING])[-1]) in USUAL and turn.asks != asked:
            kept = [message for message in replies if not message["question"]]
            replies = kept + self.patient.says(ANSWERS[asked])
        return replies

    def _of_the_chat(self, turn: Turn, replies: list[Message]) -> list[str]:
        """What is wrong with what is stored."""
        if turn.gone:
            response = self.patient.http.get("/api/chat/intake")
            gone = response.status_code == 401 and error_of(response) == "token_invalid"
            return [] if gone else [f"gone: the chat is still there ({response.status_code})"]
        if turn.record is None and turn.status is None and turn.reference is None:
            return []
        intake = self.patient.intake()
        wrong = [
            f"record: {name} should be {expected!r} and is {intake['answers'].get(name, NO_ANSWER)!r}"
            for name, expected in (turn.record or {}).items()
            if not recorded(expected, intake["answers"], name)
        ]
        if turn.status and intake["status"] != turn.status:
            wrong.append(f"status: {turn.status} expected, {intake['status']} found")
        return [*wrong, *self._of_the_reference(turn, replies)]

    def _of_the_reference(self, turn: Turn, replies: list[Message]) -> list[str]:
        if turn.reference is None:
            return []
        if not any(message["kind"] == "handoff" for message in replies):
            return [f"reference: {turn.reference} expected, and no reply is a handoff"]
        named, before = reference_in(replies).rstrip(":"), self.reference
        self.reference = named
        same = turn.reference == "given" or named == before
        return [] if same else [f"reference: {before} expected again, and {named} is named"]

    def _report(self, turn: Turn, replies: list[Message], wrong: list[str]) -> str:
        said = [f"  [{message['kind']}] {message['text']} {_buttons([message]) or ''}" for message in replies]
        head = f"{self.dialogue.dialogue!r}, turn {self.played}, patient: {turn.patient!r}"
        return "\n".join([head, *(f"- {each}" for each in wrong), "what was said:", *said])


def _of_every_turn(replies: list[Message]) -> list[str]:
    """What is wrong in any dialogue: silence, a failure, two questions at once, or asking whether to go on."""
    if not replies:
        return ["no reply at all"]
    said = _said(replies)
    wrong = [f"nobody may be told “{text}”" for text in _NEVER_SAID if text in said]
    return wrong if len(_asked(replies)) <= 1 else [*wrong, f"more than one question is asked: {', '.join(_asked(replies))}"]


def _of_the_replies(turn: Turn, replies: list[Message]) -> list[str]:
    """What is wrong with the replies, by what the turn expects."""
    said, offered, kinds = _said(replies), _buttons(replies), [message["kind"] for message in replies]
    wrong = [f"says: “{text}” does not occur" for text in turn.says or [] if text.lower() not in said]
    wrong += [f"does_not_say: “{text}” occurs" for text in turn.does_not_say or [] if text.lower() in said]
    wrong += [f"buttons: “{text}” is not offered" for text in turn.buttons or [] if text not in offered]
    if turn.kinds is not None and kinds != turn.kinds:
        wrong.append(f"kinds: {turn.kinds} expected, {kinds} came")
    if turn.asks is not None:
        wrong += _of_the_question(turn.asks, replies)
    return wrong + _of_the_answers(turn, replies)


def _of_the_question(expected: str, replies: list[Message]) -> list[str]:
    asked = _asked(replies)
    if asked != ([] if expected == NOTHING else [expected]):
        return [f"asks: {expected} expected, {', '.join(asked) or NOTHING} asked"]
    if expected in {NOTHING, REVIEW}:
        return []
    words = the_intake().field(expected).ask.split("{")[0]
    times = sum(message["text"].count(words) for message in replies)
    return [f"asks: the question for {expected} occurs {times} times"] if times > 1 else []


def _of_the_answers(turn: Turn, replies: list[Message]) -> list[str]:
    answers = [message["answer"] for message in replies if message["answer"]]
    quoted = [answer["passages"][0]["article"] for answer in answers if answer["status"] == "answered"]
    declined = any(answer["status"] == "abstained" for answer in answers)
    wrong = []
    if turn.answers is not None and quoted != turn.answers:
        wrong.append(f"answers: {turn.answers} expected, {quoted or 'nothing'} quoted")
    if turn.declines is not None and declined is not turn.declines:
        wrong.append(f"declines: {turn.declines} expected, {declined} found")
    return wrong


def _asked(replies: list[Message]) -> list[str]:
    """The fields that the replies ask, and the read-back, each as often as it is asked."""
    offer = the_intake().review.offer
    return [
        message["question"]["field"] if message["question"] else REVIEW
        for message in replies
        if message["question"] or (message["kind"] == "summary" and message["text"].endswith(offer))
    ]


def _said(replies: list[Message]) -> str:
    return "\n".join(message["text"] for message in replies).lower()


def _buttons(replies: list[Message]) -> list[str]:
    return [button["value"] for message in replies for button in message["buttons"]]


def recorded(expected: object, answers: Mapping[str, object], name: str) -> bool:
    """Whether a field holds what is expected of it: as a whole, or a part of it that tells."""
    if expected == NO_ANSWER:
        return name not in answers
    if expected == LEFT_OUT:
        return name in answers and answers[name] is None
    return answers.get(name) is not None and _is(expected, answers[name])


def _is(expected: object, value: object) -> bool:
    """Whether a value is the expected text, holds it as one of its parts, or has all expected parts."""
    match expected, value:
        case dict(), dict():
            return all(_is(each, value.get(name)) for name, each in expected.items())
        case list(), list():
            return len(expected) == len(value) and all(map(_is, expected, value))
        case str(), dict():
            return any(_is(expected, each) for each in value.values())
        case str(), None:
            return expected == "nothing"
        case str(), _:
            return str(value).lower() == expected.lower() if isinstance(value, bool) else str(value) == expected
    return False
