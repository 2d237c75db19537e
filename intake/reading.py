"""What a message means while a field is open: answers, a question, something else that comes first, or several of these.

One mechanism for every interruption. The field is looked at before the intent, because only the field knows that "MS" or
"Will May" is an answer; the form of the message is looked at before a free text is taken, so that a question is never stored
as a condition. A message may answer several fields: its parts go to the fields whose words they hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from intake.changing import wants_to_change
from intake.fields import IntakeField
from intake.judge import judge
from intake.judging.choices import rest_of
from intake.judging.corrected import after_a_slip
from intake.judging.country import country_in
from intake.judging.expressions import expression
from intake.judging.history import begins_with_an_answer
from intake.judging.lists import is_known
from intake.judging.names import calls_oneself
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Doubt, Judgement, Refused, Understood
from intake.sent import Sent
from intake.service import AFTER_INFUSION, HARM, TOPICS
from language.normalise import straight
from language.questions import asks_one_of_several, begins_a_question, leaves_out_somebody, looks_like_a_question
from language.sentences import detail_clauses, question_clauses, sentences
from language.spoken import spoken
from language.which_language import language_or_english
from language.yes_and_no import yes_or_no

# Below this an intent says too little to override an answer that fits the field.
SURE = 0.5
# What a hope may look like: "stop it getting worse", "walk my dog"; up to which confidence, and from how many words.
_LIKE_A_HOPE = frozenset({"small_talk", "goodbye", "stop_intake"})
_SURE_BESIDE_A_HOPE, _FEWEST_OF_A_HOPE = 0.7, 3
_SURE_ELSEWHERE = 0.8  # in a language that the model does not know
_SURE_OF_A_FEELING = 0.75  # where a message asks something as well

FEELINGS = (
    "feel_fear",
    "feel_grief",
    "feel_low",
    "feel_anger",
    "feel_hindsight",
    "feel_longing",
    "feel_torn",
    "feel_doubted",
    "distrust",
)

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
        "plainer",
        HARM,
        AFTER_INFUSION,
        *TOPICS,
        *FEELINGS,
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
# What is meant as such also where it sounds like a refusal to answer: "I will not tell a machine, give me a person".
_BEFORE_A_REFUSAL = frozenset({"talk_to_person", "stop_intake", "delete_data", "start_over", "why_ask"})
# What is an answer where anything may be written: "I was treated by you in 2022", "I am afraid that it gets worse".
LEFT_TO_A_TEXT = frozenset({*FEELINGS, AFTER_INFUSION, "former_patient", "contact_wish"})
# Kinds that are recognised by their content, whatever the sentence around it looks like.
_BY_CONTENT = frozenset({"consent", "contact", "guardian", "choice"})
# Kinds of which a part counts for nothing: "if it is free, I agree" is no agreement, and a part of it would be one.
_AS_A_WHOLE = frozenset({"consent", "guardian", "choice"})
# Kinds that show by themselves, without a cue, in a list of details: "Maria Example, maria@mail.example, 61, Lithuania".
_SELF_EVIDENT = ("contact", "birth", "country")
_FREE = frozenset({"text", "list", "history"})
_HALF_A_CONTACT = re.compile(r"\d{5}|\S@\S")
_FEWEST_DIGITS = 7  # of a phone number that shows by itself
_MOST_OF_AN_ITEM, _MOST_OF_A_COUNTRY = 5, 3  # words
_DASH = re.compile(r"\s+[-–—]+\s+")
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
    unplaced: Mapping[str, str] = field(default_factory=dict)  # words that are no answer to anything, by the name of a field
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
    if _asks_nothing(open_field, text):
        return Reading()
    told, asked = told_and_asked(text)
    if asked and (_goes_on_asking(open_field, asked, context_of) or _asks_nothing(open_field, asked)):
        told, asked = text, ""
    if open_field.kind == "guardian" and expression("guardian_not_agreed").search(asked):  # "Yes I am. Agree to what?"
        told, asked = text, ""
    both = told and asked and not open_field.takes_questions
    beside = _beside_a_question(open_field, heard, (told, asked), others, context_of) if both else None
    return beside or _of_one_kind(open_field, heard, asked, others, context_of)


def _goes_on_asking(open_field: IntakeField, asked: str, context_of: ContextOf) -> bool:
    """Whether what looks like a question belongs to the answer: "perhaps aspirin? …", "… or was it 612 34568?"."""
    if open_field.kind == "contact":
        return bool(_HALF_A_CONTACT.search(asked))
    if open_field.kind in {"birth", "name"} and "?" not in asked:  # "…, my father, is from 7 December 1941", "Will Turner"
        return isinstance(judge(open_field, asked, context_of(open_field)), Understood)
    return open_field.kind == "list" and _names_something(open_field, asked, context_of)


def _asks_nothing(open_field: IntakeField, asked: str) -> bool:
    """Whether what has the form of a question wants no answer: "who else would I be", "where do I even start"."""
    return not open_field.takes_questions and expression("rhetorical").match(asked) is not None


def _names_something(open_field: IntakeField, asked: str, context_of: ContextOf) -> bool:
    """Whether what looks like a question is an item of a list that somebody is not sure of."""
    if begins_a_question(asked) or len(asked.split()) > _MOST_OF_AN_ITEM:
        return False
    judged = judge(open_field, asked, context_of(open_field))
    return isinstance(judged, Understood) and any(is_known(open_field.role, item) for item in _items(judged))


def _items(judged: Understood) -> list[dict[str, object]]:
    return judged.value if isinstance(judged.value, list) else []


def _of_one_kind(
    open_field: IntakeField, heard: Heard, asked: str, others: Sequence[IntakeField], context_of: ContextOf
) -> Reading:
    """A message that tells or asks or is a move, but not several of these."""
    text = heard.text
    whole = judge(open_field, text, context_of(open_field))
    asked = asked or _asks_elsewhere(open_field, text)
    move = None if _is_about(open_field, heard, whole) or _left_to(open_field, heard) else heard.sure_move
    if isinstance(whole, Understood) and (_is_pressed(open_field, text) or open_field.kind in _BY_CONTENT):
        beside = _beside(open_field, text, others, context_of)
        rest = [each for each in beside.taken if each.field != open_field]
        own = next((each for each in beside.taken if each.field == open_field), None)
        if own is None or open_field.kind in _AS_A_WHOLE:  # what is told beside a choice is no other one
            own = Taken(open_field, text, whole)
        return Reading([own, *rest], later=beside.later, unplaced=beside.unplaced if open_field.kind == "contact" else {})
    if isinstance(whole, Refused) and move not in _BEFORE_A_REFUSAL:
        return Reading(move="skip")
    if open_field.takes_questions and move in {None, "question", "greet", "thanks", "small_talk"}:
        return Reading([Taken(open_field, text, whole)]) if isinstance(whole, Understood) else Reading()
    if asked and move in FEELINGS and heard.confidence < _SURE_OF_A_FEELING:
        move = "question"  # "what does her age matter? We were sent away"
    if move and move != "question" and not (move in _AROUND_AN_ANSWER and _certain(open_field, text, others, context_of)):
        return Reading(move=move)
    if asked:
        return Reading(move="why_ask") if heard.intent == "why_ask" else Reading(question=text)
    return Reading(doubt=whole) if isinstance(whole, Doubt) else _told(open_field, heard, others, context_of)


def _asks_elsewhere(open_field: IntakeField, text: str) -> str:
    """A message that asks something in another language without a question mark, where any text would be an answer."""
    is_free = open_field.kind in _FREE and not open_field.takes_questions
    return text if is_free and expression("text_asks_elsewhere").match(text) else ""


def told_and_asked(text: str) -> tuple[str, str]:
    """What a message tells, and what it asks: "62, is that too old?" does both."""
    told: list[str] = []
    asked: list[str] = []
    for sentence in sentences(_DASH.sub(", ", text)):
        first, *further = question_clauses(sentence, _asks_by_itself)
        if not looks_like_a_question(sentence):
            told.append(first if further else sentence)
        elif further and not looks_like_a_question(first):
            told.append(first)
        else:
            further = [sentence]
        asked += further
    return " ".join(told), " ".join(asked)


def _asks_by_itself(rest: str) -> bool:
    if expression("reading_goes_on").match(rest):
        return False
    asks = rest.rstrip().endswith("?") or asks_one_of_several(rest)
    return begins_a_question(rest) and asks and not leaves_out_somebody(rest)


def _beside_a_question(
    open_field: IntakeField, heard: Heard, parts: tuple[str, str], others: Sequence[IntakeField], context_of: ContextOf
) -> Reading | None:
    """What a message tells before or after it asks something; nothing, if that is no answer to anything."""
    told, asked = parts
    if open_field.kind in {"list", "history"}:  # "no, why, what is in it?"
        told = ", ".join(part for part in clauses_of(told, [open_field]) if not looks_like_a_question(part))
    if not set(letters(told).split()) - phrases("fillers"):
        return None
    if open_field.kind == "text" and expression("text_around_a_question").match(told):
        return None  # "otherwise I'll save my breath"
    found = _with_the_whole(_parts_and_doubts(open_field, told, others, context_of), open_field, told, context_of)
    taken = [_to_be_checked(each) if each.field.kind == "text" else each for each in found.taken]
    taken = [_with_what_it_asks(each, heard.text) if each.field == open_field else each for each in taken]
    if not taken:
        return None
    if heard.intent == "why_ask" and not any(each.field == open_field for each in taken):
        return Reading(taken, move="why_ask", unplaced=found.unplaced)
    return Reading(taken, later=found.later, question=asked, unplaced=found.unplaced)


def _with_the_whole(found: Reading, open_field: IntakeField, told: str, context_of: ContextOf) -> Reading:
    """What was found in parts of a message, with the choice that all of it makes: "my boy, he is 6. Is that too young?"."""
    if open_field.kind not in {"choice", "guardian"} or _of(found, open_field) is not None:
        return found
    whole = judge(open_field, told, context_of(open_field))
    if not isinstance(whole, Understood):
        return found
    unplaced = {name: words for name, words in found.unplaced.items() if name != open_field.name}
    return replace(found, taken=[Taken(open_field, told, whole), *found.taken], unplaced=unplaced)


def _says_something(part: str) -> bool:
    return bool(set(letters(part).split()) - phrases("fillers") - phrases("courtesy"))


def _to_be_checked(taken: Taken) -> Taken:
    """A free text beside a question may belong to the question."""
    return replace(taken, understood=replace(taken.understood, to_check=True))


def _with_what_it_asks(taken: Taken, text: str) -> Taken:
    """A yes or no with the question beside it, which may name the illness: "is that tumour a cancer? They took it out"."""
    value = taken.understood.value
    says_so = taken.field.kind != "history" or begins_with_an_answer(taken.said)  # "yes, in 2010. Is that a problem?"
    if says_so or not isinstance(value, dict) or value.get("answer") not in {"yes", "unsure"}:
        return taken
    return replace(taken, said=text, understood=replace(taken.understood, value={**value, "detail": text}, to_check=True))


def _beside(open_field: IntakeField, text: str, others: Sequence[IntakeField], context_of: ContextOf) -> Reading:
    """What a message says beside an answer that is known by its content: "for my son, he is 6"."""
    if open_field.kind == "contact":
        return _parts_and_doubts(open_field, text, others, context_of)
    rest = rest_of(open_field, text) if open_field.kind == "choice" and others else ""
    return _parts_and_doubts(open_field, rest, others, context_of) if rest else Reading()


def _told(open_field: IntakeField, heard: Heard, others: Sequence[IntakeField], context_of: ContextOf) -> Reading:
    """A message that asks nothing by its form. It may still imply a question: "my brother swears by it"."""
    found = _parts_and_doubts(open_field, heard.text, others, context_of)
    surely_told = (open_field.kind == "history" and _answers_a_history(heard, _of(found, open_field))) or _tells(
        open_field, heard.text
    )
    if heard.sure_move == "question" and not surely_told and (not found.taken or open_field.kind in _FREE):
        return Reading([each for each in found.taken if each.field != open_field], question=heard.text)
    return found


def _tells(open_field: IntakeField, text: str) -> bool:
    """Whether a text tells something, however much it sounds like a question to a model that knows one language."""
    if open_field.kind in {"consent", "guardian"}:  # "ja, ich bin …": it is asked again, if it is not understood
        return begins_with_an_answer(text) or yes_or_no(clauses_of(text, [])[0] if clauses_of(text, []) else "") is not None
    if open_field.kind == "list":
        return bool(expression("history_unsure").match(text))
    if open_field.kind != "text":
        return False
    if open_field.role == "condition" and expression("text_of_an_illness").search(text):
        return True
    if open_field.role == "hopes" and expression("text_of_a_hope").match(text) and not looks_like_a_question(text):
        return True
    says_little = any(expression(f"text_{name}").match(text) for name in ("undecided", "points_back", "too_vague"))
    return says_little or (_is_elsewhere(text) and not expression("may_ask_elsewhere").search(text))


def _is_elsewhere(text: str) -> bool:
    """Whether a message is surely in another language than the one that Rasa's model knows."""
    language = language_or_english(text, spoken())
    return language.sure and language.code != spoken()


def _of(found: Reading, open_field: IntakeField) -> Judgement:
    return next((each.understood for each in found.taken if each.field == open_field), None)


def _certain(open_field: IntakeField, text: str, others: Sequence[IntakeField], context_of: ContextOf) -> list[Taken]:
    """The values in a message that are there whatever else it says: a free text would take a greeting, too."""
    return [
        each
        for each in _parts(open_field, text, others, context_of)
        if each.field != open_field or each.field.kind not in _FREE
    ]


def _is_about(open_field: IntakeField, heard: Heard, judged: Judgement) -> bool:
    """Whether a text speaks to the field whatever it was taken for: "maybe" to a yes or no, "as before", "call me Maria"."""
    text = heard.text
    if open_field.kind == "list":
        return _answers_a_list(heard, judged)
    if open_field.kind == "name":
        spells = heard.intent == "change_answer" and not wants_to_change(text)  # "Ilse Brandt, people get it wrong"
        return isinstance(judged, Understood) and (calls_oneself(text) or (spells and not judged.to_check))
    if open_field.kind == "choice":
        return isinstance(judged, Understood)
    if open_field.kind == "history":
        return _answers_a_history(heard, judged)
    return open_field.kind in {"consent", "guardian"} and letters(text) in phrases("unsure")


def _answers_a_list(heard: Heard, judged: Judgement) -> bool:
    """Whether a text lists something whatever it sounds like: "yes, the contrast that they give for scans"."""
    text = heard.text
    says_yes = expression("history_starts_yes").match(text) and not looks_like_a_question(text)
    if isinstance(judged, Understood) and says_yes:
        return True
    not_known = expression("history_unsure").match(text) and not looks_like_a_question(text)
    return (
        isinstance(judged, Doubt)
        or letters(text) in phrases("unsure")
        or bool(not_known)
        or _names_with_a_change(heard, judged)
    )


def _answers_a_history(heard: Heard, judged: Judgement) -> bool:
    """Whether a text answers a yes or no; what sounds like a question or a wish to skip has to begin with its answer."""
    if not isinstance(judged, Understood) or looks_like_a_question(heard.text):
        return False
    asks = heard.intent == "question" and expression("history_of_the_cells").search(heard.text)
    unclear = judged.to_check and not expression("history_suspected").search(heard.text)
    told = not unclear and heard.intent != "skip" and not asks
    return told or begins_with_an_answer(heard.text)


def _left_to(open_field: IntakeField, heard: Heard) -> bool:
    """Whether a message that sounds like something else is an answer, because the field takes any text."""
    if open_field.kind not in _FREE or looks_like_a_question(heard.text):
        return False
    if open_field.kind == "text" and heard.intent == "go_back" and expression("goes_back_to").search(heard.text):
        return True  # "I want to go back to work"
    if open_field.role == "hopes" and heard.intent in _LIKE_A_HOPE and heard.confidence < _SURE_BESIDE_A_HOPE:
        return len(heard.text.split()) >= _FEWEST_OF_A_HOPE
    taken_for = heard.intent not in _BEFORE_A_REFUSAL | {"question", "skip"} and heard.confidence < _SURE_ELSEWHERE
    return heard.intent in LEFT_TO_A_TEXT or (taken_for and _is_elsewhere(heard.text))


def _names_with_a_change(heard: Heard, judged: Judgement) -> bool:
    """Whether a text lists what is known by name, and only sounds like a wish to change: "dose changed, amlodipine 10"."""
    items = _items(judged) if isinstance(judged, Understood) else []
    return heard.intent == "change_answer" and not wants_to_change(heard.text) and any(item.get("names") for item in items)


def _is_pressed(open_field: IntakeField, text: str) -> bool:
    """Whether a text is one of the field's buttons, or a bare yes, no, none or do-not-know where that is an answer."""
    if text.strip() in open_field.offered:
        return True
    plain = letters(text)
    if open_field.kind == "history":
        return any(plain in phrases(kind) for kind in ("yes", "no", "unsure", "not_applicable")) or yes_or_no(text) is not None
    none = phrases("none") | phrases("no") | phrases("same")
    return open_field.kind == "list" and (plain in none or yes_or_no(text) is False)


def _parts(open_field: IntakeField, text: str, others: Sequence[IntakeField], context_of: ContextOf) -> list[Taken]:
    return _parts_and_doubts(open_field, text, others, context_of).taken


def read_parts(fields: Sequence[IntakeField], text: str, context_of: ContextOf) -> Reading:
    """What a message says of the fields while none of them is asked: only what shows by itself, or by a cue.

    Args:
        fields: those that are asked, with the consent, to which nothing is added, as the first.
        text: the message.
        context_of: what a judge may go by, for each field.
    """
    consent, *others = fields
    found = _Parts(consent, others, context_of)
    for part in clauses_of(text, fields):
        found.add(part)
    reading = found.judged()
    return replace(reading, taken=[each for each in reading.taken if each.field != consent])


def _parts_and_doubts(open_field: IntakeField, text: str, others: Sequence[IntakeField], context_of: ContextOf) -> Reading:
    """The values in a message, each with its part of it; the whole message for the open field, if no part is another's."""
    found = _Parts(open_field, others, context_of)
    if open_field.kind == "name":
        text = expression("names_before_an_address").sub(", ", text)
    beside = expression("names_spelling_aside") if open_field.kind == "name" else None
    for part in clauses_of(beside.sub("", text) if beside else text, [open_field, *others]):
        found.add(part)
    if not found.of_others:
        understood = judge(open_field, text, context_of(open_field))
        if isinstance(understood, Understood):
            return Reading([Taken(open_field, text, understood)])
    return found.judged()


class _Parts:
    """Gives the parts of a message to fields."""

    def __init__(self, open_field: IntakeField, others: Sequence[IntakeField], context_of: ContextOf) -> None:
        self._open = open_field
        self._others = others
        self._context_of = context_of
        self._texts: dict[str, list[str]] = {}
        self._fields = {each.name: each for each in [*others, open_field]}
        self._left: list[str] = []  # parts of nothing that is asked
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
            self._left += self._texts.pop(owner.name, [])  # what came before "I take …" was about something else
        self._texts.setdefault(owner.name, []).append(part)
        self._last = owner

    def judged(self) -> Reading:
        reading, unplaced = Reading(), {self._open.name: ", ".join(self._left)} if self._left else {}
        for name, parts in self._texts.items():
            taken, left = self._judged_parts(self._fields[name], parts)
            judged = taken or (
                judge(self._fields[name], ", ".join(parts), self._context_of(self._fields[name])) if left else None
            )
            if isinstance(judged, Taken):
                reading.taken.append(judged)
            elif isinstance(judged, Doubt) and name != self._open.name:
                reading.later[name] = judged
                left = []
            if left:
                unplaced[name] = ", ".join([*filter(None, [unplaced.get(name)]), *left])
        return replace(reading, unplaced=unplaced)

    def _judged_parts(self, each: IntakeField, parts: list[str]) -> tuple[Taken | None, list[str]]:
        """The value of all parts, or else of the first that has one by itself; and the parts that are left."""
        if each.kind in _AS_A_WHOLE:
            return None, [part for part in parts if _says_something(part)]
        if each.kind == "name" and self.of_others and len(parts[0].split()) > 1:  # "Ana Ruiz, 52, Girona"
            first = judge(each, parts[0], self._context_of(each))
            if isinstance(first, Understood):
                return Taken(each, parts[0], first), [part for part in parts[1:] if _says_something(part)]
        told = ", ".join(parts)
        by_parts = len(parts) > 1 and not (each.kind == "name" and after_a_slip(told))  # "Maier, no, Meier with e"
        for said in [told, *(parts if by_parts else [])]:
            understood = judge(each, said, self._context_of(each))
            if isinstance(understood, Understood):
                return Taken(each, said, understood), [part for part in parts if part not in said and _says_something(part)]
        return None, [part for part in parts if _says_something(part)]

    def _by_cue(self, part: str) -> IntakeField | None:
        fields = [each for each in self._fields.values() if not self._is_a_treatment(each, part)]
        cued = [(len(cue), each) for each in fields for cue in each.cues if begins_with_cue(part, cue, each)]
        for _, each in sorted(cued, key=lambda pair: -pair[0]):
            judged = judge(each, part, self._context_of(each))
            # "Male, I think" is a word on the sex, by which pregnancy is asked or not, and none on pregnancy.
            follows = self._open.name in each.unless
            if isinstance(judged, Understood) and not (follows and judged.to_check):
                return each
        return None

    def _is_a_treatment(self, each: IntakeField, part: str) -> bool:
        """Whether what sounds like a medicine of now is what was asked for: "I took cyclophosphamide 6 times in 2022"."""
        of_before = self._open.role == "treatments" and expression("reading_of_before").search(part)
        return bool(of_before) and each.role == "medicines"

    def _by_content(self, part: str) -> IntakeField | None:
        of_an_age = self._open.kind == "choice" and re.search(r"\d", part)  # "my daughter, she is 33"
        if (
            self._open.kind not in _FREE
            and self._open.name not in self._texts
            and not of_an_age
            and self._judged(self._open, part)
        ):
            return self._open
        for kind in _SELF_EVIDENT if self._open.kind not in _FREE else ("contact",):
            for each in self._others:
                if each.kind == kind and each.name not in self._texts and self._judged(each, part):
                    return each
        return None

    @property
    def _may_be_more_of_the_open_one(self) -> bool:
        """Whether a bare number may belong to a text, or to a phone number that is not whole yet."""
        return self._open.kind in _FREE or (self._open.kind == "contact" and self._open.name not in self._texts)

    def _judged(self, each: IntakeField, part: str) -> bool:
        sentence = len(part.split()) > _MOST_OF_A_COUNTRY or expression("country_no_name").search(part)
        if each.kind == "country" and sentence:  # a name alone, not a sentence that holds one
            return False
        if each.kind == "country" and self._open.kind == "name" and country_in(part) is None:
            return False  # "HOLLOWMERE, Frances Anne" does not live in France
        if each.kind == "birth" and _LIKE_AN_AGE.match(part) and self._may_be_more_of_the_open_one:
            return False
        if each.kind == "birth" and self._open.kind != "birth" and expression("reading_only_a_year").search(part):
            return False  # "from 1996", "that was in May 2009"
        if each.kind == "contact" and "@" not in part and sum(map(str.isdigit, part)) < _FEWEST_DIGITS:
            return False  # "first 5 and then 10 mg, stopped in 2023"
        judgement = judge(each, part, self._context_of(each))
        # "maria@gmial.com" is a contact, even if it is asked about before it is stored; "500 1-0-1" in a list is a dose.
        figures = self._open.kind in _FREE | {"birth"}  # they belong to the open field
        doubtful = (each.kind == "birth" and self._open.kind not in _FREE) or (
            each.kind == "contact" and (not figures or "@" in part)
        )
        return isinstance(judgement, Understood) or (isinstance(judgement, Doubt) and doubtful)


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
