"""Adding to a list and taking off it, at any time: nothing that was said before is lost by it."""

from __future__ import annotations

from dataclasses import replace

from intake.dialogue.progress import Progress
from intake.dialogue.taking import record_change
from intake.judge import judge
from intake.judging.expressions import expression
from intake.judging.history import begins_with_an_answer
from intake.judging.results import Understood
from intake.listing import ListChange, changed_list, wishes_in


def change_lists(progress: Progress) -> bool:
    """Carry out the wishes about lists in a message; what else it says stays to be dealt with.

    Returns:
        Whether anything of the message is left.
    """
    if not progress.agreed:
        return True
    open_name = progress.record.open_field
    if _tells_of_a_history(progress):
        return True
    wishes = wishes_in(progress.intake, progress.heard.text, progress.record.answers, open_name)
    adds = any(change.add for change in wishes.changes) and not any(change.remove for change in wishes.changes)
    also_told = adds and _is_a_yes(progress)  # "I take tacrolimus", asked about the immune system
    left = [words for change in wishes.changes for words in _carried_out(progress, change)]
    rest = ", ".join([*wishes.rest, *left])
    if wishes.changes and not also_told:
        progress.heard = replace(progress.heard, text=rest, intent="inform")
        if not rest and open_name in {change.field.name for change in wishes.changes}:
            progress.go_on()
    return bool(rest) or also_told


def _is_a_yes(progress: Progress) -> bool:
    """Whether a message that adds to a list is a certain yes to the open question of history as well."""
    each = progress.open_field
    if each is None or each.kind != "history":
        return False
    judged = judge(each, progress.heard.text, progress.context_of()(each))
    value = judged.value if isinstance(judged, Understood) and not judged.to_check else None
    return isinstance(value, dict) and value.get("answer") == "yes"


def _tells_of_a_history(progress: Progress) -> bool:
    """Whether a message answers the open yes or no, and names no wish: "yes, I take cortisone"."""
    each, text = progress.open_field, progress.heard.text
    if each is None or each.kind != "history" or expression("listing_adds").search(text):
        return False
    judged = judge(each, text, progress.context_of()(each))
    return isinstance(judged, Understood) and not judged.to_check and begins_with_an_answer(text)


def _carried_out(progress: Progress, change: ListChange) -> list[str]:
    """Change one list; gives the words that could not be used."""
    before = progress.record.answers[change.field.name]
    context = progress.context_of()(change.field)
    after = changed_list(change, before, replace(context, earlier=None))
    if after is None:
        return [] if change.remove else list(change.add)
    record_change(progress, change.field, after)
    return []
