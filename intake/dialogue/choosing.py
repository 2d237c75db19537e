"""What was chosen in controls: each value is taken by itself, and one that cannot be taken is asked again by itself."""

from __future__ import annotations

from collections.abc import Sequence

from intake.chosen import in_words, judge_value
from intake.dialogue.progress import Progress
from intake.dialogue.taking import doubt, line_of, refuse, take
from intake.fields import IntakeField
from intake.judging.results import Doubt, Refused, Understood
from intake.reading import Taken
from intake.record import FieldAnswer, FieldAnswered, FieldAsked
from intake.sent import Sent


def known_values(progress: Progress, values: Sequence[Sent]) -> list[Sent]:
    """The values for fields that are asked, and may be changed."""
    consented = progress.agreed
    return [each for each in values if progress.intake.asks(each.field) and not (consented and _is_consent(progress, each))]


def take_values(progress: Progress, values: Sequence[Sent]) -> None:
    """Take every value. Without the agreement only that itself is taken."""
    left: dict[str, Doubt | None] = {}
    for each in values:
        named = progress.intake.field(each.field)
        if not progress.agreed and named.kind != "consent":
            continue
        _take(progress, named, each, left)
        if progress.record.status == "stopped":
            return
    _ask_again(progress, left)


def _take(progress: Progress, named: IntakeField, sent: Sent, left: dict[str, Doubt | None]) -> None:
    before, was_open = progress.record.answers.get(named.name), progress.open_field
    if sent.value is None:
        _leave_out(progress, named, left)
        return
    judged = judge_value(progress.intake, named, sent.value, progress.context_of()(named))
    if isinstance(judged, Refused):
        _leave_out(progress, named, left)
        return
    if not isinstance(judged, Understood):
        left[named.name] = judged
        return
    said = (in_words(progress.intake, named, sent.value) or "").replace("\n", ", ")
    take(progress, Taken(named, said, judged), named)
    if before is not None and was_open is not None and was_open != named and not progress.record.sent:
        progress.say("\n".join([progress.says.changed, line_of(progress, named)]))


def _leave_out(progress: Progress, named: IntakeField, left: dict[str, Doubt | None]) -> None:
    if not named.skippable:
        left[named.name] = None
        return
    progress.do(FieldAnswered(field=named.name, answer=FieldAnswer(said=progress.intake.skip_button, skipped=True)))


def _ask_again(progress: Progress, left: dict[str, Doubt | None]) -> None:
    """To the first field whose value could not be taken, or on."""
    if progress.record.detail_asked:
        return  # a bare yes is asked for what and when first
    if not left:
        progress.go_on()
        return
    name, about = next(iter(left.items()))
    named = progress.intake.field(name)
    progress.do(FieldAsked(field=name))
    if about is None:
        refuse(progress, named, [named.retry])
    else:
        doubt(progress, about, named)


def _is_consent(progress: Progress, sent: Sent) -> bool:
    return progress.intake.field(sent.field).kind == "consent"
