"""Choices: the option that a message means, as it is written on it or in other words for it.

Only what says nothing else counts: "his mother" is a parent, "I am not his mother" and "my mother is dead" are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from intake.fields import Option
from intake.judging.plain import letters
from language.questions import looks_like_a_question
from language.sentences import detail_clauses, sentences

_MARKS = re.compile(r"[,;:.!()\n—–]+")
_AN_AGE = re.compile(r"\b\d{1,3}\b")


def chosen_in(options: Sequence[Option], around: Iterable[str], text: str) -> str | None:
    """The value of the option that a message means; nothing, if it means none of them or more than one.

    Args:
        options: what can be chosen.
        around: words that say nothing beside one of them.
        text: the message.
    """
    exact = _exactly(options, letters(text))
    if exact or looks_like_a_question(text):
        return exact
    left = frozenset(letters(word) for word in around)
    found, others = set(), []
    for clause in _clauses(text):
        value = _exactly(options, clause) or _without(options, left, clause)
        found.add(value) if value else others.append(clause)
    if len(found) != 1 or any(_may_change(options, found, other) for other in others):
        return None
    return found.pop()


def rest_of(options: Sequence[Option], around: Iterable[str], text: str) -> str:
    """What a message says beside its choice: "my son, he is 6" says an age as well."""
    left = frozenset(letters(word) for word in around)
    parts = [part for sentence in sentences(text) for part in _MARKS.split(sentence) if part.strip()]
    return ", ".join(
        part.strip() for part in parts if not (_exactly(options, letters(part)) or _without(options, left, letters(part)))
    )


def _clauses(text: str) -> list[str]:
    cut = [part for sentence in sentences(text) for part in detail_clauses(sentence, lambda _rest: True)]
    return [clause for part in cut for piece in _MARKS.split(part) if (clause := letters(piece))]


def _exactly(options: Sequence[Option], plain: str) -> str | None:
    found = [option.value for option in options if plain in {letters(form) for form in (option.title, *option.also)}]
    return found[0] if len(found) == 1 else None


def _without(options: Sequence[Option], around: frozenset[str], plain: str) -> str | None:
    """The option that is left when words are taken away that say nothing."""
    told = [word for word in plain.split() if word not in around]
    whole = _exactly(options, " ".join(told))
    if whole or not told:
        return whole
    each = {_exactly(options, word) for word in told}
    return each.pop() if len(each) == 1 else None


def _may_change(options: Sequence[Option], found: set[str], clause: str) -> bool:
    """Whether another clause may turn a choice around: it names another option, or an age that the choice does not fit."""
    words = f" {clause} "
    named = {option.value for option in options for form in (option.title, *option.also) if f" {letters(form)} " in words}
    ages = [int(number) for number in _AN_AGE.findall(clause)]
    fits = [option.ages for option in options if option.value in found and option.ages]
    return bool(named - found) or any(not first <= age <= last for first, last in fits for age in ages)
