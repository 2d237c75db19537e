"""What becomes of an answer: it is taken, asked back about, or refused."""

from __future__ import annotations

from collections.abc import Sequence

from intake.chosen import in_words
from intake.dialogue.contacts import beside_the_first, chosen_among
from intake.dialogue.progress import Progress, Say
from intake.dialogue.replacing import after_an_earlier_list, left_out
from intake.fields import IntakeField
from intake.judging.birth import age_of
from intake.judging.results import Doubt
from intake.listing import ListChange, changed_list, items_of
from intake.reading import Taken
from intake.record import AnswerRefused, AskedBack, FieldAnswer, FieldAnswered, FieldAsked, IntakeAmended, IntakeStopped
from intake.showing import line

_ADULT = 18
_EXPLAIN_AFTER = 2  # answers that could not be used, until the reason and an example are given
_GIVE_UP_AFTER = 3  # …, until skipping or a person is offered


def take_all(progress: Progress, taken: Sequence[Taken], open_field: IntakeField) -> None:
    """Take every value of a message, and read back those that were not asked for."""
    for each in taken:
        take(progress, each, open_field)
    answers, in_question = progress.record.answers, "birth" if progress.record.asking == "age" else None
    others = [each.field for each in taken if each.field != open_field and each.field.name in answers]
    others = [each for each in others if each.kind != in_question]
    if others and not progress.record.sent:
        progress.say("\n".join([progress.says.noted, *(line_of(progress, each) for each in others)]))


def take(progress: Progress, taken: Taken, open_field: IntakeField | None) -> bool:
    """Take one value; gives whether it was taken.

    A no to the consent, or of somebody under age who is alone, ends the intake instead; words that are no list change none.
    """
    each, value = taken.field, taken.understood.value
    if each.kind in {"consent", "guardian"} and value is not True:
        _end(progress, each)
        return False
    before = progress.record.answers.get(each.name)
    if before is not None and open_field is not None and each != open_field and crosses_eighteen(progress, taken):
        _ask_for_the_age(progress, taken)
        return False
    detail = progress.record.detail_asked and each == open_field and before is not None
    said = f"{before.said}; {taken.said}" if detail and before else taken.said
    value = _agreement(progress) if each.kind == "consent" else value
    answer = FieldAnswer(said=said, value=value, to_check=taken.understood.to_check)
    if before is not None and not before.skipped:
        after = _after_earlier(progress, taken, answer, asked=open_field is None or each == open_field)
        if after is None:
            _keep_the_list(progress, each)
            return False
        answer = after
    progress.do(FieldAnswered(field=each.name, answer=answer))
    if taken.understood.more and each.more and each == open_field and not detail:
        progress.do(FieldAsked(field=each.name, detail=True))
    if progress.record.sent:
        _amended(progress, each)
    return True


def _keep_the_list(progress: Progress, each: IntakeField) -> None:
    """Leave a list as it is, after words that are none."""
    progress.say("\n".join([progress.says.list_kept.format(label=each.label), line_of(progress, each)]))


def _offer_to_put_back(progress: Progress, each: IntakeField, before: FieldAnswer, answer: FieldAnswer) -> None:
    """Name what a new list has no longer, with a button for the list before."""
    gone = left_out(before, answer)
    if gone:
        back = progress.says.change_to.format(
            label=each.label, said=", ".join(str(item["said"]) for item in items_of(before.value))
        )
        progress.say(progress.says.no_longer_listed.format(words=", ".join(gone)), buttons=[back])


def crosses_eighteen(progress: Progress, taken: Taken) -> bool:
    """Whether a value makes an adult of a child, or the other way round."""
    before, now = progress.age, age_of(taken.understood.value)
    return taken.field.kind == "birth" and before is not None and now is not None and (before < _ADULT) != (now < _ADULT)


def _ask_for_the_age(progress: Progress, taken: Taken) -> None:
    """Ask before an age crosses 18 by the way: it decides who has to answer."""
    now = in_words(progress.intake, taken.field, taken.understood.value) or taken.said
    change = progress.says.change_to.format(label=taken.field.label, said=now)
    before = progress.record.answers[taken.field.name].said
    text = progress.says.age_crosses.format(said=before, change=change)
    progress.steps.append(Say(text, "question", (change, progress.intake.keep_button)))
    progress.do(AskedBack(asking="age"))


def _after_earlier(progress: Progress, taken: Taken, answer: FieldAnswer, asked: bool) -> FieldAnswer | None:
    """An answer after an earlier one; nothing, if the earlier one stays as it is.

    Asked again, it takes its place, but for a choice among several contacts, and for a list, which only a list replaces.
    """
    each, before = taken.field, progress.record.answers[taken.field.name]
    if each.kind == "contact":
        return chosen_among(before, answer) if asked else beside_the_first(before, answer, progress.heard.text)
    if each.kind == "list" and not progress.heard.values:  # what was chosen in a control is the whole list
        return _after_earlier_list(progress, taken, answer, asked)
    return answer if asked else _beside_earlier(each, before, answer)


def _after_earlier_list(progress: Progress, taken: Taken, answer: FieldAnswer, asked: bool) -> FieldAnswer | None:
    """What is told by the way stands beside the list, and never in its place."""
    before = progress.record.answers[taken.field.name]
    if not asked:
        added = changed_list(ListChange(taken.field, add=[taken.said]), before, progress.context_of()(taken.field))
        return added or before
    in_its_place = after_an_earlier_list(progress, before, taken, answer)
    if in_its_place is not None:
        _offer_to_put_back(progress, taken.field, before, in_its_place)
    return in_its_place


def _beside_earlier(each: IntakeField, before: FieldAnswer, answer: FieldAnswer) -> FieldAnswer:
    """An answer that comes by the way, with the words of an earlier one that it does not take back."""
    if each.kind not in {"history", "text"}:
        return answer
    said = f"{before.said}; {answer.said}"
    if each.kind == "text":
        return FieldAnswer(said=said, value=f"{before.value}; {answer.value}", to_check=before.to_check or answer.to_check)
    told = [part.value.get("answer") for part in (before, answer) if isinstance(part.value, dict)]
    return FieldAnswer(said=said, value=answer.value, to_check=answer.to_check or len(set(told)) > 1)


def record_change(progress: Progress, each: IntakeField, answer: FieldAnswer) -> None:
    """Put an answer in the place of an earlier one, and say so."""
    progress.do(FieldAnswered(field=each.name, answer=answer))
    if progress.record.sent:
        _amended(progress, each)
    else:
        progress.say("\n".join([progress.says.changed, line_of(progress, each)]))


def doubt(progress: Progress, about: Doubt, open_field: IntakeField) -> None:
    """Ask back what was meant; an answer is refused that stays in doubt too long."""
    text = str(getattr(progress.says, about.says)).format(**about.details)
    if progress.record.attempts + 1 >= _GIVE_UP_AFTER and not about.buttons:
        refuse(progress, open_field, [text])
        return
    if about.kept is not None:
        progress.do(
            FieldAnswered(field=open_field.name, answer=FieldAnswer(said=progress.heard.text, value=about.kept, to_check=True))
        )
    progress.do(AnswerRefused(field=open_field.name))
    progress.steps.append(Say(text, "question", about.buttons, asks=True))
    progress.do(AskedBack(asking="doubt"))


def refuse(progress: Progress, open_field: IntakeField, texts: list[str]) -> None:
    """Say what is wrong with an answer: from time to time more, and in the end how to do without."""
    progress.do(AnswerRefused(field=open_field.name))
    buttons: list[str] = []
    if progress.record.attempts >= _GIVE_UP_AFTER:
        texts = [progress.says.give_up if open_field.skippable else progress.says.give_up_required]
        buttons = [progress.intake.person_button]  # the field is put again, with its own buttons to answer or skip
    elif progress.record.attempts >= _EXPLAIN_AFTER:
        texts = [*texts, reason(progress, open_field)]
    progress.say(" ".join(texts), buttons=buttons)


def reason(progress: Progress, open_field: IntakeField) -> str:
    """Why a field is asked, with what counts as an answer and an example."""
    example = progress.says.for_example.format(counts=open_field.counts, example=open_field.example)
    return f"{open_field.why} {example}"


def line_of(progress: Progress, each: IntakeField) -> str:
    """An answer as it is read back."""
    return line(progress.intake, each, progress.record.answers[each.name])


def _end(progress: Progress, refused: IntakeField) -> None:
    if refused.kind == "consent":
        progress.say(progress.says.declined)
    else:
        progress.say(progress.fill(progress.says.under_age), buttons=[progress.intake.person_button])
    progress.do(IntakeStopped())


def _agreement(progress: Progress) -> dict[str, object]:
    """What was agreed to, word for word."""
    consent = progress.intake.consent
    wording = progress.fill(consent.wording)
    return {"agreed": True, "version": consent.version, "purpose": consent.purpose, "wording": wording}


def _amended(progress: Progress, each: IntakeField) -> None:
    text = progress.says.amended.format(reference=progress.record.reference)
    progress.say("\n".join([text, line_of(progress, each)]), kind="handoff")
    progress.do(IntakeAmended())
