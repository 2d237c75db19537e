"""A list in the place of an earlier one: only a list may take it, and what it leaves out can be put back with one touch.

Somebody who was asked for a line again writes the whole list anew, or one thing of it, or something else altogether. The first
takes the place of what was there, the second stands beside it, and the third changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from intake.dialogue.progress import Progress
from intake.fields import IntakeField
from intake.judging.expressions import expression
from intake.judging.lists import is_known
from intake.judging.plain import letters
from intake.listing import ListChange, changed_list, items_of
from intake.reading import Taken
from intake.record import FieldAnswer

_SHORT = 4  # words of an item that is not known by name


def after_an_earlier_list(progress: Progress, before: FieldAnswer, taken: Taken, answer: FieldAnswer) -> FieldAnswer | None:
    """A list that is given again: as it is, beside what was there before, or nothing where it is no list.

    Args:
        progress: of the turn.
        before: the earlier answer.
        taken: what was understood now.
        answer: the same, as it would be stored.
    """
    earlier, now = items_of(before.value), items_of(answer.value)
    if not earlier or not now or words_put_back(progress, taken.field):
        return answer
    known = [item for item in now if is_known(taken.field.role, item) or _is_one_of(item, earlier)]
    if not known:
        return None
    alone = len(now) == 1 < len(earlier) and not expression("listing_nothing_else").search(taken.said)
    if not alone and not answer.to_check and all(len(str(item["said"]).split()) <= _SHORT or item in known for item in now):
        return answer
    beside = changed_list(ListChange(taken.field, add=[taken.said]), before, progress.context_of()(taken.field))
    return (beside or before).model_copy(update={"to_check": True})


def words_put_back(progress: Progress, each: IntakeField) -> str:
    """The words of a list that the message puts back, as the button for it says them; nothing, if it does not."""
    form = progress.says.change_to.format(label=each.label, said="")
    text = progress.heard.text
    return text.removeprefix(form) if each.kind == "list" and text.startswith(form) else ""


def left_out(before: FieldAnswer, answer: FieldAnswer) -> list[str]:
    """What an earlier list has and the one in its place has not, in the patient's words."""
    now = items_of(answer.value)
    return [str(item["said"]) for item in items_of(before.value) if not _is_one_of(item, now)]


def _is_one_of(item: dict[str, object], items: Sequence[dict[str, object]]) -> bool:
    names = set(_names(item))
    return any(names & set(_names(other)) or letters(str(item["said"])) == letters(str(other["said"])) for other in items)


def _names(item: dict[str, object]) -> list[str]:
    names = item.get("names")
    return [str(name) for name in names] if isinstance(names, list) else []
