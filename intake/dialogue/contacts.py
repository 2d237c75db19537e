"""More than one way to reach somebody: one comes first, and none that was told is lost."""

from __future__ import annotations

from typing import Any

from intake.judging.contact import several
from intake.judging.expressions import expression
from intake.record import FieldAnswer


def beside_the_first(before: FieldAnswer, answer: FieldAnswer, message: str) -> FieldAnswer:
    """A contact that was told later, kept beside the earlier one, unless the message says that it takes its place.

    The earlier one comes first, unless the new one is told to be the better one. Where a message may mean either, both are kept
    and a person looks at them: "sorry, you can also call …", or a second address that is not said to be another.
    """
    told, new = ways_of(before.value), ways_of(answer.value)
    adds, replaces = (expression(name).search(message) for name in ("contact_adds", "contact_replaces"))
    if not told or (replaces and not adds):
        return in_its_place(before, answer)
    first_and_others = [*new, *told] if expression("contact_preferred").search(message) else [*told, *new]
    same_kind = any(one.get("by") == other.get("by") and one != other for one in told for other in new)
    unclear = replaces if adds else same_kind
    return _of(first_and_others, f"{before.said}; {answer.said}", before.to_check or answer.to_check or bool(unclear))


def chosen_among(before: FieldAnswer, answer: FieldAnswer) -> FieldAnswer:
    """The one that was chosen of several comes first, and the others stay; another one takes the place of those of its kind."""
    told, new = ways_of(before.value), ways_of(answer.value)
    if not before.to_check or len(told) < 2 or not new or new[0] not in told:
        return in_its_place(before, answer)
    return _of([*new, *told], f"{before.said}; {answer.said}", answer.to_check)


def in_its_place(before: FieldAnswer, answer: FieldAnswer) -> FieldAnswer:
    """A contact that takes the place of the earlier ones of its kind: a new number leaves an e-mail address as it is."""
    told, new = ways_of(before.value), ways_of(answer.value)
    kinds = {way.get("by") for way in new}
    others = [way for way in told if way.get("by") not in kinds]
    if not others or len(others) == len(told):
        return answer
    first = [*others, *new] if told[0] in others else [*new, *others]
    return _of(first, f"{before.said}; {answer.said}", answer.to_check)


def ways_of(value: object) -> list[dict[str, Any]]:
    """Each way to reach a patient by itself, the one that comes first before the others."""
    if not isinstance(value, dict) or "value" not in value:
        return []
    return [{name: part for name, part in value.items() if name != "also"}, *value.get("also", [])]


def _of(ways: list[dict[str, Any]], said: str, to_check: bool) -> FieldAnswer:
    return FieldAnswer(said=said, value=several(ways), to_check=to_check)
