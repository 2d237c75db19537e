"""What a message means while a field is open: answers, a question, something else that comes first, or several of these.

One mechanism for every interruption. The field is looked at before the intent, because only the field knows that "MS" or
"Will May" is an answer; the form of the message is looked at before a free text is taken, so that a question is never stored
as a condition. A message may answer several fields: its parts go to the fields whose words they hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from intake.fields import IntakeField
from intake.judge import judge
from intake.judging.choices import rest_of
from intake.judging.expressions import expression
from intake.judging.names import calls_oneself
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Doubt, Judgement, Refused, Understood
from intake.sent import Sent
from language.normalise import straight
from language.questions import looks_like_a_question
from language.sentences import detail_clauses, sentences

# Below this an intent says too little to override an answer that fits the field.
SURE = 0.5

# What a patient may do at any time instead of answering. Everything else is an answer, or a failed one.
# These need nothing of the record. Rules on the form's unhappy path reply to them: data/rules/interruptions.yml.
INTERRUPTIONS = frozenset(
    {
        "question",
        "talk_to_person",
        "greet",
        "thanks",
        "goodbye",
        "help",
        "bot_challenge",
        "small_talk",
        "abuse",
        "complaint",
        "repeat",
    }
)
# These do; intake/dialogue/ deals with them.
MOVES = INTERRUPTIONS | {
    "stop_intake",
    "skip",
    "why_ask",
    "summary",
    "start_intake",
    "delete_data",
    "change_answer",
    "go_back",
    "start_over",
}
# Politeness around an answer: "hello, my name is Maria Example".
_AROUND_AN_ANSWER = frozenset({"greet", "thanks", "goodbye", "start_intake", "small_talk", "help"})
# Kinds that are recognised by their content, whatever the sentence around it looks like.
_BY_CONTENT = frozenset({"consent", "contact", "guardian", "choice"})
# Kinds that show by themselves, without a cue, in a list of details: "Maria Example, maria@mail.example, 61, Lithuania".
_SELF_EVIDENT = ("contact", "birth", "country")
_FREE = frozenset({"text", "list", "history"})
_LIKE_AN_AGE = re.compile(r"^\W*1?\d?\d\W*$")


@dataclass(frozen=True)
class Heard:
    """A message, and what Rasa took it for."""

    text: str
    intent: str
    confidence: float = 1.0
    values: Sequence[Sent] = ()  # what was chosen in controls beside the words

    @property
    def sure_move(self) -> str | None:
        """What the patient surely does instead of answering, if anything."""
        return self.intent if self.intent in MOVES and self.confidence >= SURE else None

    def sure(self, intent: str) -> bool:
        """Whether it is surely that intent."""
        return self.intent == intent and self.confidence >= SURE


@dataclass(frozen=True)
class Taken:
    """A value for one field, with the words that gave it."""

    field: IntakeField
    said: str
    understood: Understood


@dataclass(frozen=True)
class Reading:
    """What a message holds. Nothing of all is an answer that could not be used."""

    taken: list[Taken] = field(default_factory=list)
    doubt: Doubt | None = None  # about the open field
    later: dict[str, Doubt] = field(default_factory=dict)  # about others, by name, to be asked when their turn comes
    move: str | None = None
    question: str | None = None  # what is to be looked up in the library


ContextOf = Callable[[IntakeField], Context]


def read_message(open_field: IntakeField, heard: Heard, others: Sequence[IntakeField], context_of: ContextOf) -> Reading:
    """Decide what a message is while a field is open.

    Args:
        open_field: the open field.
        heard: the message.
        others: the other fields that may be answered along with it.
        context_of: what a judge may go by, for each field.
    """
    text = heard.text
    whole = judge(open_field, text, context_of(open_field))
    move = None if _is_about(open_field, text, whole) else heard.sure_move
    if isinstance(whole, Understood) and (_is_pressed(open_field, text) or open_field.kind in _BY_CONTENT):
        rest = _beside(open_field, text, others, context_of)
        return Reading([Taken(open_field, text, whole), *(each for each in rest if each.field != open_field)])
    if isinstance(whole, Refused) and move in {None, "skip"}:
        return Reading(move="skip")
    if open_field.takes_questions and move in {None, "question", "greet", "thanks", "small_talk"}:
        return Reading([Taken(open_field, text, whole)]) if isinstance(whole, Understood) else Reading()
    if move and move != "question" and not (move in _AROUND_AN_ANSWER and _certain(open_field, text, others, context_of)):
        return Reading(move=move)
    asked = [sentence for sentence in sentences(text) if looks_like_a_question(sentence)]
    if asked or looks_like_a_question(text):
        return _with_question(open_field, heard, asked, others, context_of)
    return Reading(doubt=whole) if isinstance(whole, Doubt) else _told(open_field, heard, others, context_of)


def _beside(open_field: IntakeField, text: str, others: Sequence[IntakeField], context_of: ContextOf) -> list[Taken]:
    """What a message says beside an answer that is known by its content: "for my son, he is 6"."""
    if open_field.kind == "contact":
        return _parts(open_field, text, others, context_of)
    if open_field.kind != "choice" or not others:
        return []
    rest = rest_of(open_field.options, open_field.around, text)
    return _parts(open_field, rest, others, context_of) if rest else []


def _told(open_field: IntakeField, heard: Heard, others: Sequence[IntakeField], context_of: ContextOf) -> Reading:
    """A message that asks nothing by its form. It may still imply a question: "my brother swears by it"."""
    taken, later = _parts_and_doubts(open_field, heard.text, others, context_of)
    if heard.sure_move == "question" and (not taken or open_field.kind in _FREE):
        return Reading([each for each in taken if each.field != open_field], question=heard.text)
    return Reading(taken, later=later)


def _with_question(
    open_field: IntakeField, heard: Heard, asked: list[str], others: Sequence[IntakeField], context_of: ContextOf
) -> Reading:
    """A message that asks something: what else it says is taken only where it cannot be part of the question."""
    told = " ".join(sentence for sentence in sentences(heard.text) if sentence not in asked)
    taken = _parts(open_field, told, others, context_of) if told and asked else []
    if open_field.kind in _FREE:
        taken = [each for each in taken if each.field != open_field]
    if heard.intent == "why_ask":
        return Reading(taken, move="why_ask")
    return Reading(taken, question=" ".join(asked) if taken else heard.text)


def _certain(open_field: IntakeField, text: str, others: Sequence[IntakeField], context_of: ContextOf) -> list[Taken]:
    """The values in a message that are there whatever else it says: a free text would take a greeting, too."""
    return [
        each
        for each in _parts(open_field, text, others, context_of)
        if each.field != open_field or each.field.kind not in _FREE
    ]


def _is_about(open_field: IntakeField, text: str, judged: Judgement) -> bool:
    """Whether a text speaks to the field whatever it was taken for: "maybe" to a yes or no, "as before", "call me Maria"."""
    if open_field.kind == "list":
        return isinstance(judged, Doubt)
    if open_field.kind == "name":
        return isinstance(judged, Understood) and calls_oneself(text)
    if open_field.kind == "choice":
        return isinstance(judged, Understood)
    return open_field.kind in {"consent", "guardian"} and letters(text) in phrases("unsure")


def _is_pressed(open_field: IntakeField, text: str) -> bool:
    """Whether a text is one of the field's buttons, or a bare yes, no, none or do-not-know where that is an answer."""
    if text.strip() in open_field.offered:
        return True
    plain = letters(text)
    if open_field.kind == "history":
        return any(plain in phrases(kind) for kind in ("yes", "no", "unsure", "not_applicable"))
    return open_field.kind == "list" and plain in phrases("none") | phrases("no") | phrases("same")


def _parts(open_field: IntakeField, text: str, others: Sequence[IntakeField], context_of: ContextOf) -> list[Taken]:
    return _parts_and_doubts(open_field, text, others, context_of)[0]


def _parts_and_doubts(
    open_field: IntakeField, text: str, others: Sequence[IntakeField], context_of: ContextOf
) -> tuple[list[Taken], dict[str, Doubt]]:
    """The values in a message, each with its part of it; the whole message for the open field, if no part is another's."""
    found = _Parts(open_field, others, context_of)
    for part in clauses_of(text, [open_field, *others]):
        found.add(part)
    if not found.of_others:
        understood = judge(open_field, text, context_of(open_field))
        return ([Taken(open_field, text, understood)] if isinstance(understood, Understood) else []), {}
    return found.judged()


class _Parts:
    """Gives the parts of a message to fields."""

    def __init__(self, open_field: IntakeField, others: Sequence[IntakeField], context_of: ContextOf) -> None:
        self._open = open_field
        self._others = others
        self._context_of = context_of
        self._texts: dict[str, list[str]] = {}
        self._fields = {each.name: each for each in [*others, open_field]}
        self._last: IntakeField | None = None

    @property
    def of_others(self) -> bool:
        return any(name != self._open.name for name in self._texts)

    def add(self, part: str) -> None:
        cued = self._by_cue(part)
        owner = cued or self._by_content(part)
        if owner is None:  # "allergic to penicillin, latex": a list goes on until something else begins
            owner = self._last if self._last is not None and self._last.kind == "list" else self._open
        elif owner == self._open and cued and self._open.kind in {"list", "history"} and self.of_others:
            self._texts.pop(owner.name, None)  # what came before "I take …" was about something else
        self._texts.setdefault(owner.name, []).append(part)
        self._last = owner

    def judged(self) -> tuple[list[Taken], dict[str, Doubt]]:
        values, doubts = [], {}
        for name, parts in self._texts.items():
            said = ", ".join(parts)
            understood = judge(self._fields[name], said, self._context_of(self._fields[name]))
            if isinstance(understood, Understood):
                values.append(Taken(self._fields[name], said, understood))
            elif isinstance(understood, Doubt) and name != self._open.name:
                doubts[name] = understood
        return values, doubts

    def _by_cue(self, part: str) -> IntakeField | None:
        cued = [(len(cue), each) for each in self._fields.values() for cue in each.cues if begins_with_cue(part, cue, each)]
        for _, each in sorted(cued, key=lambda pair: -pair[0]):
            if isinstance(judge(each, part, self._context_of(each)), Understood):
                return each
        return None

    def _by_content(self, part: str) -> IntakeField | None:
        if self._open.kind not in _FREE and self._open.name not in self._texts and self._judged(self._open, part):
            return self._open
        for kind in _SELF_EVIDENT if self._open.kind not in _FREE else ("contact",):
            for each in self._others:
                if each.kind == kind and each.name not in self._texts and self._judged(each, part):
                    return each
        return None

    def _judged(self, each: IntakeField, part: str) -> bool:
        if each.kind == "country" and len(part.split()) > 3:  # a name alone, not a sentence that holds one
            return False
        if each.kind == "birth" and _LIKE_AN_AGE.match(part) and self._open.kind in {"contact", *_FREE}:
            return False
        judgement = judge(each, part, self._context_of(each))
        # "maria@gmial.com" is a contact, even if it is asked about before it is stored.
        return isinstance(judgement, Understood) or (isinstance(judgement, Doubt) and each.kind in {"contact", "birth"})


def clauses_of(text: str, others: Sequence[IntakeField]) -> list[str]:
    """The parts of a message between commas, semicolons, lines and sentences; at "and" too, where a cue follows."""
    cues = [cue for each in others for cue in each.cues]

    def begins(rest: str) -> bool:
        return any(_holds(" ".join(rest.split()[:5]), cue) for cue in cues)

    parts = [part.strip(" .,;!\n") for sentence in sentences(text) for part in detail_clauses(sentence, begins)]
    return [part for part in parts if part]


def _holds(text: str, cue: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(cue)}(?!\w)", straight(text).lower()) is not None


def begins_with_cue(part: str, cue: str, each: IntakeField) -> bool:
    """Whether a part is about a field. "Asthma and allergies" is not about allergies, while "allergic to latex" is."""
    if each.kind not in _FREE:
        return _holds(part, cue)
    small_words = expression("reading_small_words").pattern
    return re.match(rf"{small_words}{re.escape(cue)}(?!\w)", straight(part).lower()) is not None
