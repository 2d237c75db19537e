"""Whether somebody who answers for a child says that they may: by what they say of themselves, and of their right to decide.

Explicit words alone make a guardian: a parent who says so, custody, a court. Whoever says to be somebody else, or not to be
allowed, is none; whatever is still open, or said of others, is asked again.
"""

from __future__ import annotations

from typing import Literal

from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from language.questions import looks_like_a_question
from language.sentences import detail_clauses, sentences
from language.yes_and_no import yes_or_no

_ADULT = 18
Claim = Literal["yes", "no", "unclear"]


def claimed_in(text: str) -> Claim | None:
    """What a message says of the writer's right to decide for a child; nothing, if it says nothing of that in such words."""
    if expression("guardian_not_agreed").search(text) and not _begins_with_no(text):
        return "unclear"
    if looks_like_a_question(text):
        return None
    first = expression("guardian_parent_first").search(text) is not None
    begins = expression("guardian_parent_begins").search(text) is not None
    other = expression("guardian_other").search(text) is not None
    denies = _begins_with_no(text)
    young = _is_young(text) and (other or not (first or begins))
    if young or _may_not(text, of_somebody=first or begins or other or denies):
        return "no"
    if expression("guardian_open").search(text) or expression("guardian_may_be").match(text):
        return "unclear"
    if other or denies:
        return _of_somebody_else(text, denies=denies, parent=first)
    of_others = not first and expression("guardian_of_the_writer").search(text)
    return "yes" if _is_entitled(text) or ((first or begins) and not of_others and not _is_young(text)) else None


def _of_somebody_else(text: str, *, denies: bool, parent: bool) -> Claim | None:
    """Of somebody who is no parent, or begins with a no: "his uncle, the court gave me custody"."""
    if _is_entitled(text):
        return None if denies else "yes"
    return "unclear" if _says_yes(text) or (denies and parent) else "no"


def _may_not(text: str, *, of_somebody: bool) -> bool:
    """Whether somebody says not to be allowed; "no custody" alone may be said of anybody."""
    return bool(expression("guardian_not_allowed").search(text)) or (
        of_somebody and bool(expression("guardian_no_rights").search(text))
    )


def _is_entitled(text: str) -> bool:
    if expression("guardian_elsewhere").match(text):
        return not _is_young(text)
    custody = expression("guardian_has_custody").search(text) and not expression("guardian_has_not").search(text)
    return bool(custody) or (bool(expression("guardian_entitled").search(text)) and not _is_young(text))


def _is_young(text: str) -> bool:
    """Whether the writer tells an age of their own at which nobody decides for a child."""
    return any(int(age) < _ADULT for age in expression("guardian_own_age").findall(text))


def _begins_with_no(text: str) -> bool:
    """Whether a message is a no with more behind it, in English or in another language, that is not taken back."""
    first, *rest = [part for sentence in sentences(text) for part in detail_clauses(sentence, lambda _rest: False)] or [""]
    said = letters(first) in phrases("disagree") or yes_or_no(first) is False or bool(expression("guardian_no").match(text))
    return said and not any(_says_yes(part) for part in rest) and not expression("consent_takes_back").search(" ".join(rest))


def _says_yes(part: str) -> bool:
    return bool(set(letters(part).split()) & phrases("yes_words"))
