"""Words that are no answer to anything: they are named, so that nothing is dropped, and can be added to an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from intake.dialogue.progress import Progress
from intake.dialogue.taking import record_change
from intake.fields import Intake, IntakeField, Role
from intake.judge import judge
from intake.judging.expressions import expression
from intake.judging.plain import letters
from intake.judging.results import Understood
from intake.listing import ListChange, changed_list
from intake.record import FieldAnswer

_FREE = frozenset({"text", "list"})  # kinds to which anything can be added
_ROLES: tuple[Role, ...] = ("condition", "medicines", "questions")  # of the fields that are offered
_LABEL, _WORDS = "\0label\0", "\0words\0"


def name_unplaced(progress: Progress, unplaced: Mapping[str, str]) -> None:
    """Name the words that could not be placed, with the fields to which they may belong."""
    words = ", ".join(part for name, part in unplaced.items() if not _says_nothing_new(progress, name, part))
    if not words:
        return
    fields = _offered(progress, unplaced)
    buttons = [progress.says.place_in.format(label=each.label, words=words) for each in fields]
    progress.say(progress.says.not_placed.format(words=words), buttons=[*buttons, progress.says.leave_it])


def _says_nothing_new(progress: Progress, name: str, part: str) -> bool:
    """Whether words only name a field, "email", or go with the birth that was told: "so I shall be 88 next spring"."""
    plain = letters(part)
    named = progress.intake.field_meant(part)
    names_a_line = named is not None and named.kind not in {"history", *_FREE}  # "thrombosis" says more than where it belongs
    if names_a_line and named is not None and plain in {letters(each) for each in (named.label, *named.called)}:
        return True
    of_birth = progress.intake.field(name).kind == "birth"
    return of_birth and expression("placing_an_age").search(part) is not None


def placed_in(intake: Intake, text: str) -> tuple[IntakeField, str] | None:
    """The field and the words of a wish to add words to an answer, as a button puts it."""
    form = re.escape(intake.says.place_in.format(label=_LABEL, words=_WORDS))
    form = form.replace(re.escape(_LABEL), "(.+?)").replace(re.escape(_WORDS), "(.+)")
    found = re.fullmatch(form, text.strip(), re.DOTALL | re.IGNORECASE)
    named = {letters(each.label): each for each in intake.fields if each.kind in _FREE}
    field = named.get(letters(found.group(1))) if found else None
    return (field, found.group(2)) if found and field else None


def place(progress: Progress) -> bool:
    """Add words to an answer, or leave them, if the message says so; gives whether it does."""
    if letters(progress.heard.text) == letters(progress.says.leave_it):
        progress.say(progress.says.left_unplaced)
        return True
    wish = placed_in(progress.intake, progress.heard.text) if progress.agreed else None
    if wish is None:
        return False
    added = with_words(progress, *wish)
    if added is not None:
        record_change(progress, wish[0], added)
    if progress.record.open_field == wish[0].name:
        progress.go_on()
    return True


def with_words(progress: Progress, each: IntakeField, words: str) -> FieldAnswer | None:
    """An answer with more words; nothing, if they add nothing to it."""
    before, context = progress.record.answers.get(each.name), progress.context_of()(each)
    if each.kind == "list" and before is not None:
        return changed_list(ListChange(each, add=[words]), before, context)
    judged = judge(each, words, context)
    understood = judged if isinstance(judged, Understood) else Understood(words, to_check=True)
    if before is None or before.skipped:
        return FieldAnswer(said=words, value=understood.value, to_check=understood.to_check)
    value = f"{before.value}; {understood.value}" if isinstance(before.value, str) else understood.value
    return FieldAnswer(said=f"{before.said}; {words}", value=value, to_check=before.to_check or understood.to_check)


def _offered(progress: Progress, unplaced: Iterable[str]) -> list[IntakeField]:
    names = [*unplaced, *(field.name for role in _ROLES if (field := progress.intake.role(role)))]
    fields = [progress.intake.field(name) for name in dict.fromkeys(names)]
    return [each for each in fields if each.kind in _FREE and progress.applies(each)][: len(_ROLES)]
