"""Choices: the option that a message means, as it is written on it or in other words for it.

Only what says nothing else counts: "his mother" is a parent, "I am not his mother" and "my mother is dead" are not. Where it is
chosen whom the answers are about, a sentence may also point at somebody: "it is for my aunt, who cannot type".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache

from intake.fields import YES, IntakeField, Option
from intake.judging.birth import age_of, judge_birth
from intake.judging.corrected import after_a_slip
from intake.judging.expressions import expression
from intake.judging.guardian import claimed_in
from intake.judging.phrases import in_figures, phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Doubt, Understood
from language.family import people_in
from language.questions import looks_like_a_question
from language.sentences import detail_clauses, sentences
from language.spelling import Vocabulary
from language.yes_and_no import yes_or_no

_ADULT = 18
_OLDEST = 115
_FEWEST_LETTERS, _LONG_WORD = 5, 9  # of a word that may be mistyped once, and twice
_FULL_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_WORD = re.compile(r"[A-Za-z]+")


def chosen_in(field: IntakeField, text: str, today: date) -> str | None:
    """The value of the option that a message means; nothing, if it means none of them or more than one.

    Args:
        field: with the options.
        text: the message.
        today: to tell an age from a year of birth.
    """
    for read in dict.fromkeys((text, _as_meant(field, text))):
        corrected = after_a_slip(read)
        chosen = (_chosen(field, corrected, today) if corrected else None) or _chosen(field, read, today)
        if chosen:
            return chosen
    return _after_a_slip_of_the_finger(field, text)


def _after_a_slip_of_the_finger(field: IntakeField, text: str) -> str | None:
    """The second of two options of which the first is taken back in a word: "M sorry F". A yes or no is never taken back so."""
    slip = None if field.kind == "guardian" else expression("choice_slip").match(text)
    if slip is None:
        return None
    first, second = (_exactly(field, letters(word)) for word in slip.groups())
    return second if first and second and first != second else None


def warm_up() -> None:
    """Load the words of the other languages, so that no patient waits for it."""
    people_in(".")
    yes_or_no(".")


def rest_of(field: IntakeField, text: str) -> str:
    """What a message says beside its choice: "my son, he is 6" says an age as well."""
    parts = [part for sentence in sentences(text) for part in expression("choice_cuts").split(sentence) if part.strip()]
    return ", ".join(part.strip() for part in parts if re.search(r"\d", part) or not _by_words(field, letters(part)))


def _chosen(field: IntakeField, text: str, today: date) -> str | None:
    if field.role == "for_whom" and (expression("whom_two").search(text) or _of_any_age(text, today)):
        return None
    found = _by_the_whole(field, text)
    claimed = claimed_in(text) if field.kind == "guardian" and (found is None or found == YES) else None
    if claimed:
        said = {"yes": YES, "no": _exactly(field, "no")}.get(claimed)
        return _of_age(field, said, text, today) if said else None
    if found is None and not looks_like_a_question(text):
        found = _by_clauses(field, text)
    if found:
        return _of_age(field, found, text, today)
    return _by_age_alone(field, text, today) if field.role == "for_whom" else None


def _of_any_age(text: str, today: date) -> bool:
    """Whether a message tells of somebody of whom only an age says whether they are a child, and tells none."""
    return bool(expression("whom_of_any_age").search(text)) and not (
        _ages_in(text, today) or expression("whom_grown").search(text)
    )


def _by_age_alone(field: IntakeField, text: str, today: date) -> str | None:
    """Whom it is for where only their age is told, of somebody else: "she's 5"."""
    ages = _ages_in(text, today) if expression("whom_third_person").match(text) and not looks_like_a_question(text) else []
    of_age = [
        option.value for option in field.options if option.ages and all(option.ages[0] <= a <= option.ages[1] for a in ages)
    ]
    return of_age[0] if ages and len(of_age) == 1 else None


def _by_the_whole(field: IntakeField, text: str) -> str | None:
    """The option that a whole message is, in this language or in another."""
    exact = _exactly(field, letters(text))
    if exact:
        return exact
    said = yes_or_no(text)
    in_english = _exactly(field, "yes" if said else "no") if said is not None else None
    return in_english or _of_people(field, text)


def _of_people(field: IntakeField, text: str) -> str | None:
    people = people_in(text, own=field.kind != "guardian")
    found = [option.value for option in field.options if people & set(option.people)]
    return found[0] if len(found) == 1 else None


def _by_clauses(field: IntakeField, text: str) -> str | None:
    clauses = _telling(field, text)
    pointed = {value for clause in clauses if (value := _pointed_at(field, clause))}
    if pointed or _speaks_of_others(field, text):
        return pointed.pop() if len(pointed) == 1 else None
    found, others = set(), []
    for clause in clauses if _denies_nothing(field, clauses) else [each for each in clauses if not _is_denial(field, each)]:
        value = _by_words(field, letters(clause)) or _of_people(field, clause) or _begun_with(field, clause)
        found.add(value) if value else others.append(letters(clause))
    if len(found) > 1 and expression("whom_grown").search(text):
        found -= {option.value for option in field.options if option.otherwise in found}
    if len(found) > 1 and found <= _refusing(field):
        return sorted(found)[0]
    if len(found) != 1 or any(_may_change(field, found, other) for other in others):
        return None
    return found.pop()


def _is_denial(field: IntakeField, clause: str) -> bool:
    """Whether a clause only says what is not right; that somebody is no guardian says more."""
    said = expression("whom_denied").match(clause)
    return bool(said) and not (field.kind == "guardian" and expression("guardian_by_name").search(clause))


def _denies_nothing(field: IntakeField, clauses: list[str]) -> bool:
    """Whether no clause denies one thing before another says what is right: "not the mother, but the legal guardian"."""
    denials = [_is_denial(field, clause) for clause in clauses]
    return all(denials) or not any(denials)


def _speaks_of_others(field: IntakeField, text: str) -> bool:
    """Whether a message speaks of others: of the writer's own parents, or of who writes where it is asked for the patient."""
    if field.role == "sex":
        return bool(expression("sex_of_others").search(text))
    return field.kind == "guardian" and bool(expression("guardian_of_the_writer").search(text))


def _refusing(field: IntakeField) -> set[str]:
    """The options of a guardian by which somebody says that they are none."""
    return {option.value for option in field.options if option.value != YES} if field.kind == "guardian" else set()


def _telling(field: IntakeField, text: str) -> list[str]:
    """The clauses of a text, without those that only say who writes for somebody: "me, my daughter is just typing"."""
    clauses = _clauses(text)
    if field.role != "for_whom":
        return clauses
    return [clause for clause in clauses if not expression("whom_only_writes").search(clause)] or clauses


def _clauses(text: str) -> list[str]:
    cut = [part for sentence in sentences(text) for part in detail_clauses(sentence, lambda _rest: True)]
    return [piece.strip() for part in cut for piece in expression("choice_cuts").split(part) if letters(piece)]


def _exactly(field: IntakeField, plain: str) -> str | None:
    found = [value for value, forms in _forms(field) if plain in forms]
    return found[0] if len(found) == 1 else None


def _by_words(field: IntakeField, plain: str) -> str | None:
    """The option that a clause is, when words are taken away that say nothing."""
    exact = _exactly(field, plain)
    if exact or not plain:
        return exact
    around = _around(field)
    told = [word for word in expression("whom_figures").sub(" ", plain).split() if word not in around]
    said = {_exactly(field, word) for word in plain.split()} - {None}
    if field.kind == "guardian" and YES in said and len(said) > 1:
        return None  # "yes no"
    whole = _exactly(field, " ".join(told))
    if whole:
        return whole
    each = {_exactly(field, word) for word in told} if told else said
    if len(each) > 1 and each <= _refusing(field):
        return sorted(str(one) for one in each)[0]  # "no, I am the patient": whatever it is, nobody says yes
    return each.pop() if len(each) == 1 else None


def _pointed_at(field: IntakeField, clause: str) -> str | None:
    """Whom a clause says the answers are about: "the patient is my uncle". Or that somebody has custody, whoever they are."""
    if field.kind == "guardian":
        has = expression("guardian_has_custody").search(clause) and not expression("guardian_has_not").search(clause)
        return YES if has else None
    if field.role == "sex":
        return _one_of(field, clause, ("sex_said",))
    if field.role != "for_whom":
        return None
    if expression("whom_of_a_professional").search(clause):
        return next((option.value for option in field.options if "adult" in option.people), None)
    return _one_of(field, clause, ("whom_pointed", "whom_is_the_patient"))


def _begun_with(field: IntakeField, clause: str) -> str | None:
    """What a clause begins with: "my neighbour I look after", "male, I think". Or that it is not the parent who writes."""
    if field.kind == "guardian":
        return _exactly(field, "no") if expression("guardian_is_not").match(clause) else None
    begins = {"for_whom": ("whom_begins",), "sex": ("sex_begins",)}.get(field.role or "")
    return _one_of(field, clause, begins) if begins else None


def _one_of(field: IntakeField, clause: str, names: Iterable[str]) -> str | None:
    """The one option whose words stand where an expression has its place for somebody."""
    read = letters(clause)
    if expression("whom_not").search(read):
        return None
    found = {value for name in names for value, pattern in _placed(field, name) if pattern.search(read)}
    return found.pop() if len(found) == 1 else None


def _placed(field: IntakeField, name: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    source = expression(name).pattern
    for value, forms in _forms(field):
        yield value, _pattern(source, tuple(sorted(forms, key=len, reverse=True)))


@cache
def _pattern(source: str, forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(source.replace("SOMEBODY", f"(?:{'|'.join(map(re.escape, forms))})"), re.IGNORECASE)


def _may_change(field: IntakeField, found: set[str], clause: str) -> bool:
    """Whether another clause may turn a choice around, because it names another option; of a guardian, any of them."""
    words, around = f" {expression('whom_beside').sub(' ', clause)} ", _around(field)
    things = {thing for option in field.options for thing in _lettered(tuple(option.things))}  # "my wife, her back hurts"
    named = {value for value, forms in _forms(field) for form in forms - around - things if f" {form} " in words}
    if field.kind == "guardian":
        return bool(named - _refusing(field) if found <= _refusing(field) else named)
    return bool(named - found)


def _of_age(field: IntakeField, found: str, text: str, today: date) -> str | None:
    """The option that is meant where an age is named beside it: a son of 30 is no child; nothing, if none fits."""
    option = next(each for each in field.options if each.value == found)
    if option.ages is None:
        return found
    first, last = option.ages
    ages = _ages_in(text, today if field.role == "for_whom" else None)
    grown = expression("whom_grown").search(text) is not None and last < _ADULT
    if not grown and all(first <= age <= last for age in ages):
        return found
    outside = grown or not any(first <= age <= last for age in ages)
    return option.otherwise if outside and not expression("whom_unborn").search(text) else None


def _ages_in(text: str, today: date | None) -> list[int]:
    """The ages in years that a text may tell: figures that count no months, births up to a day, birthdays that were or come."""
    read = in_figures(text)
    born = _ages_by_birth(text, today) if today else []
    told = [int(number) for number in expression("whom_age").findall(read)]
    coming = [int(number) for found in expression("birth_still_to_come").finditer(read) for number in found.groups() if number]
    told = [age - 1 if age in coming and age == _ADULT else age for age in told]
    over = {int(number) for number in expression("whom_age_over").findall(read)}
    return [age + 1 if age in over else age for age in told if age <= _OLDEST] + born


def _ages_by_birth(text: str, today: date) -> list[int]:
    """The age that a year or a date of birth in a text makes; both that it may make about 18."""
    if not _FULL_YEAR.search(text):
        return []
    judged = judge_birth(text, Context("", today))
    if isinstance(judged, Doubt) and judged.says == "birth_near_adult":
        return [_ADULT - 1, _ADULT]
    age = age_of(judged.value) if isinstance(judged, Understood) else None
    return [] if age is None else [age]


def _as_meant(field: IntakeField, text: str) -> str:
    """A text in which mistyped words of the options are as they were meant: "my dauhgter", "legal gaurdian"."""
    known, words = _vocabulary(tuple(sorted(_words_of(field))))

    def meant(match: re.Match[str]) -> str:
        word = match.group().lower()
        if len(word) < _FEWEST_LETTERS or word in known or word in phrases("not_mistyped"):
            return match.group()
        mistakes = 1 + (len(word) >= _LONG_WORD)
        return next((near for near, _ in words.near(word, mistakes, 1)), match.group())

    return _WORD.sub(meant, text) if text.isascii() else text


def _words_of(field: IntakeField) -> set[str]:
    said = [form for _, forms in _forms(field) for form in forms]
    return {word for form in [*said, *_around(field)] for word in form.split()}


@cache
def _vocabulary(words: tuple[str, ...]) -> tuple[frozenset[str], Vocabulary]:
    return frozenset(words), Vocabulary([word for word in words if len(word) >= _FEWEST_LETTERS], same_beginning=True)


def _around(field: IntakeField) -> frozenset[str]:
    return _lettered(tuple(field.around))


def _forms(field: IntakeField) -> list[tuple[str, frozenset[str]]]:
    return [(option.value, _forms_of(option)) for option in field.options]


def _forms_of(option: Option) -> frozenset[str]:
    return _lettered((option.title, *option.also, *option.things))


@cache
def _lettered(forms: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(letters, forms))
