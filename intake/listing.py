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
_MOST_WORDS = 6  # of a part that may go on with the items before it
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
    for part in clauses_of(text, intake.fields) if lists else []:
        change = _change_in(intake, part, lists, answers, open_field)
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
    adds = expression("listing_adds").search(part)
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
    named = intake.field_meant(part)
    items = _items_of(part)
    target = cued or (named if named in lists else None) or _of_medicines(intake, lists, items)
    return ListChange(target, [items]) if target is not None and items else None


def _of_medicines(intake: Intake, lists: Sequence[IntakeField], items: str) -> IntakeField | None:
    medicines = intake.role("medicines")
    return medicines if medicines in lists and medicines_of(items) else None


def _goes_on(intake: Intake, part: str) -> bool:
    """Whether a part may be a further item: short, and about nothing that is asked."""
    cued = any(begins_with_cue(part, cue, each) for each in intake.fields for cue in each.cues)
    return not cued and len(part.split()) <= _MOST_WORDS and not looks_like_a_question(part)


def _items_of(part: str) -> str:
    return expression("listing_behind").sub("", expression("listing_around").sub("", part)).strip(" .,;:!\"'“”")


def items_like(words: str, items: object) -> list[dict[str, object]]:
    """The items of a stored list that some words name, also with a mistake in them."""
    wanted = letters(words)
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [item for item in found if any(_is(wanted, str(item.get(key, ""))) for key in ("name", "said"))]


def _is(wanted: str, item: str) -> bool:
    plain = letters(item)
    if not wanted or not plain:
        return False
    within = f" {plain} " in f" {wanted} " or f" {wanted} " in f" {plain} "
    return within or any(fuzz.ratio(word, plain) >= _LIKE for word in (wanted, *wanted.split()))


def changed_list(change: ListChange, answer: FieldAnswer, context: Context) -> FieldAnswer | None:
    """The answer with a change; nothing, if what is to be added cannot be read as a list."""
    items = [item for item in answer.value if isinstance(item, dict)] if isinstance(answer.value, list) else []
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
