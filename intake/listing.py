"""Wishes about lists: to add something, to take something off, or to put one thing in the place of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from intake.fields import Intake, IntakeField
from intake.judge import judge
from intake.judging.expressions import expression, expressions
from intake.judging.plain import letters
from intake.judging.results import Context, Understood
from intake.judging.vocabulary import medicines_of
from intake.reading import begins_with_cue, clauses_of
from intake.record import FieldAnswer
from language.questions import looks_like_a_question

_LIKE = 85  # likeness from which a mistyped name is that of an item
_MOST_WORDS = 8  # of something to add in which nothing is known
_MOST_GOING_ON = 6  # of one that names nothing known
_MOST_OF_A_MEDICINE = 14  # … that names one: "Xarelto 20 mg because of the atrial fibrillation"
_LONGEST = 500  # characters of a part; what is longer is no such wish


@dataclass(frozen=True)
class ListChange:
    """What is to be added to a list and taken off it, in the patient's words."""

    field: IntakeField
    add: Sequence[str] = ()
    remove: Sequence[str] = ()


@dataclass(frozen=True)
class Wishes:
    """The wishes in a message, by list, and what else it says."""

    changes: list[ListChange]
    rest: list[str]


def wishes_in(intake: Intake, text: str, answers: Mapping[str, FieldAnswer], open_field: str | None = None) -> Wishes:
    """Read the wishes about lists that were answered before.

    Args:
        intake: the fields.
        text: the message.
        answers: what was said so far, by field.
        open_field: the field that is asked; what names its list without a word for adding or removing is an answer to it.
    """
    lists = [each for each in intake.fields if each.kind == "list" and each.name in answers]
    found: dict[str, ListChange] = {}
    rest: list[str] = []
    last: str | None = None
    parts = clauses_of(text, intake.fields) if lists else []
    of_a_history = open_field is not None and any(each.name == open_field and each.kind == "history" for each in intake.fields)
    while parts:
        part = parts.pop(0)
        change = _change_in(intake, part, lists, answers, open_field)
        if change is None and not of_a_history and (named := _named_behind(intake, part, parts, lists)):
            change = ListChange(named, [", ".join([_items_of(part), *parts])])
            parts = []
        if change is None and last and _goes_on(intake, part):
            change = replace(found[last], add=[part], remove=[])
        if change is None:
            rest.append(part)
            last = None
            continue
        last = change.field.name
        before = found.get(last, ListChange(change.field))
        found[last] = ListChange(change.field, [*before.add, *change.add], [*before.remove, *change.remove])
    said = [part for part in rest if _items_of(part)]  # no "oh" and no "sorry"
    return Wishes(list(found.values()), said if found else [text])


def is_about_a_list(intake: Intake, text: str, answers: Mapping[str, FieldAnswer]) -> bool:
    """Whether a message wants to change a list."""
    return bool(wishes_in(intake, text, answers).changes)


def _change_in(
    intake: Intake, part: str, lists: Sequence[IntakeField], answers: Mapping[str, FieldAnswer], open_field: str | None
) -> ListChange | None:
    """The wish in one part of a message."""
    if looks_like_a_question(part) or len(part) > _LONGEST:
        return None
    swapped = _swapped(part, lists, answers)
    if swapped is not None:
        return swapped
    if expression("listing_removes").search(part):
        return _removed(part, lists, answers)
    cued = next((each for each in lists if any(begins_with_cue(part, cue, each) for cue in each.cues)), None)
    names_it = bool(expression("listing_names_the_list").search(part)) and bool(medicines_of(part))
    adds = expression("listing_adds").search(part) or names_it
    if not adds and (cued is None or cued.name == open_field):
        return None
    return _added(intake, part, lists, cued)


def _swapped(part: str, lists: Sequence[IntakeField], answers: Mapping[str, FieldAnswer]) -> ListChange | None:
    """One thing in the place of another, where that is in a list."""
    pairs = [match.groups() for form in expressions("listing_new_then_old") if (match := form.match(part))]
    turned = [match.groups()[::-1] for form in expressions("listing_old_then_new") if (match := form.match(part))]
    return next((change for new, old in [*pairs, *turned] if (change := _replaced(new, old, lists, answers))), None)


def _replaced(new: str, old: str, lists: Sequence[IntakeField], answers: Mapping[str, FieldAnswer]) -> ListChange | None:
    taken, added = _items_of(old), _items_of(new)
    for each in lists:
        if added and items_like(taken, answers[each.name].value):
            return ListChange(each, [added], [taken])
    return None


def _removed(part: str, lists: Sequence[IntakeField], answers: Mapping[str, FieldAnswer]) -> ListChange | None:
    taken = _items_of(part)
    for each in lists:
        if taken and items_like(taken, answers[each.name].value):
            return ListChange(each, remove=[taken])
    return None


def _added(intake: Intake, part: str, lists: Sequence[IntakeField], cued: IntakeField | None) -> ListChange | None:
    named = _of_allergies(intake, lists, part) or intake.field_meant(part)
    items = _items_of(part)
    target = cued or (named if named in lists else None) or _of_medicines(intake, lists, items)
    says_so = cued is not None or bool(expression("listing_allergic").search(part)) or bool(medicines_of(items))
    if target is None or not items or not (says_so or len(items.split()) <= _MOST_WORDS):
        return None  # a sentence in which nothing is known is no item: "put everything back like it was before, please"
    return ListChange(target, [items])


def _named_behind(intake: Intake, part: str, behind: Sequence[str], lists: Sequence[IntakeField]) -> IntakeField | None:
    """The list to which a part adds that says first what something is for: "I also have drops for the eyes, Xalatan"."""
    adds = expression("listing_adds").search(part) and not looks_like_a_question(part) and _items_of(part)
    if not adds or not behind or not all(_goes_on(intake, each) for each in behind):
        return None
    return _of_medicines(intake, lists, ", ".join(behind))


def _of_allergies(intake: Intake, lists: Sequence[IntakeField], part: str) -> IntakeField | None:
    allergies = intake.role("allergies")
    return allergies if allergies in lists and expression("listing_allergic").search(part) else None


def _of_medicines(intake: Intake, lists: Sequence[IntakeField], items: str) -> IntakeField | None:
    medicines = intake.role("medicines")
    return medicines if medicines in lists and medicines_of(items) else None


def _goes_on(intake: Intake, part: str) -> bool:
    """Whether a part may be a further item: short, and about nothing that is asked."""
    cued = any(begins_with_cue(part, cue, each) for each in intake.fields for cue in each.cues)
    most = _MOST_OF_A_MEDICINE if medicines_of(part) else _MOST_GOING_ON
    says_how = expression("lists_how").match(part) is not None  # "one drop in each eye at night"
    return not cued and (says_how or len(part.split()) <= most) and not looks_like_a_question(part)


def _items_of(part: str) -> str:
    return expression("listing_behind").sub("", expression("listing_around").sub("", part)).strip(" .,;:!\"'“”")


def items_of(value: object) -> list[dict[str, object]]:
    """The items of a stored list; none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def items_like(words: str, items: object) -> list[dict[str, object]]:
    """The items of a stored list that some words name, also with a mistake in them."""
    wanted = letters(words)
    return [item for item in items_of(items) if any(_is(wanted, str(item.get(key, ""))) for key in ("name", "said"))]


def _is(wanted: str, item: str) -> bool:
    plain = letters(item)
    if not wanted or not plain:
        return False
    within = f" {plain} " in f" {wanted} " or f" {wanted} " in f" {plain} "
    return within or any(fuzz.ratio(word, plain) >= _LIKE for word in (wanted, *wanted.split()))


def changed_list(change: ListChange, answer: FieldAnswer, context: Context) -> FieldAnswer | None:
    """The answer with a change; nothing, if what is to be added cannot be read as a list."""
    items = items_of(answer.value)
    off = [item for words in change.remove for item in items_like(words, items)]
    kept = [item for item in items if item not in off]
    judged = judge(change.field, ", ".join(change.add), context) if change.add else Understood([])
    if not isinstance(judged, Understood) or not isinstance(judged.value, list):
        return None
    known = {letters(str(item["said"])) for item in kept}
    new = [item for item in judged.value if letters(str(item["said"])) not in known]
    if not new and not off:
        return None
    said = ", ".join([*_words_of(answer, kept, unchanged=not off), *(str(item["said"]) for item in new)])
    to_check = judged.to_check or (answer.to_check and bool(kept))
    return FieldAnswer(said=said or answer.said, value=[*kept, *new], to_check=to_check)


def _words_of(answer: FieldAnswer, kept: Sequence[Mapping[str, object]], unchanged: bool) -> list[str]:
    """The words for what stays: as they were, if nothing was taken off."""
    if unchanged and kept and not answer.skipped:
        return [answer.said]
    return [str(item["said"]) for item in kept]
