"""Lists: medicines and allergies, many in one message, with mistakes, or none."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.refusals import refuses
from intake.judging.results import Context, Doubt, Judgement, Refused, Understood
from intake.judging.vocabulary import Medicine, medicines_of
from language.context import read_clauses

Item = dict[str, Any]
_ALLERGIES = "allergies"  # the role of the field in which something has a reaction and no dose
_MOST = 40
_SAYS = re.compile(r"[^\W\d_]{2}")
_FIRST_NUMBER = re.compile(r"^\W*1\s*[.)]\s+\D")
_BRACKETS = re.compile(r"\(([^()]*)\)")


def judge_list(text: str, context: Context) -> Judgement:
    """What is listed, each as it was written and with the name that it was understood as; an empty list for none."""
    plain = letters(text)
    if plain and _says_nothing(plain):
        return Understood([])
    if plain in phrases("same"):
        return Understood(context.earlier) if isinstance(context.earlier, list) else Doubt("nothing_before")
    if refuses(text):
        return Refused()
    if plain in phrases("unsure"):
        return Understood([{"name": text.strip(), "said": text.strip(), "names": []}], to_check=True)
    allergies = context.role == _ALLERGIES
    judged = _of_parts(_parts(text, allergies), allergies)
    return replace(judged, to_check=True) if judged and _mixes_people(text) else judged


def _says_nothing(plain: str) -> bool:
    """Whether a whole message says that there is nothing: "none", "nothing, thank God", "keine bekannt"."""
    if plain in phrases("none") | phrases("no") | phrases("not_applicable"):
        return True
    words = set(plain.split()) - phrases("fillers")
    return bool(words & phrases("no_words")) and words <= phrases("no_words") | phrases("none_around")


def _mixes_people(text: str) -> bool:
    """Whether a message speaks of somebody else and of the one who writes: "my husband takes …, I take nothing"."""
    somebody = expression("history_relative").search(expression("history_childhood").sub(" ", text))
    return bool(somebody and expression("lists_first_person").search(text))


def _of_parts(parts: list[str], allergies: bool) -> Understood | None:
    items: list[Item] = []
    waiting = ""  # words before the first item that name nothing: "dose changed, …"
    for part in (part for part in parts if not _says_none(part)):
        if _says_more(part, allergies):
            if items:
                items[-1] = _item(f"{items[-1]['said']}, {part}", allergies)
            else:
                waiting = f"{waiting}{part}, "
        elif _SAYS.search(part):
            items.append(_item(f"{waiting}{part}", allergies))
            waiting = ""
    if waiting and not items:
        items = [_item(waiting.strip(" ,"), allergies)]
    return Understood(items[:_MOST], to_check=any(_is_doubtful(item) for item in items)) if parts else None


def _is_doubtful(item: Item) -> bool:
    """Whether a person has to look at an item: it is not known for certain, is over or still to come, or names nothing."""
    said = item["said"]
    if any(expression(name).search(said) for name in ("lists_doubt", "lists_past", "lists_future")):
        return "reaction" not in item
    return not item["names"] and bool(expression("lists_vague").search(said))


def _says_more(part: str, allergies: bool) -> bool:
    """Whether a part only says more of the one before: how much of it and when, or what it does."""
    if expression("lists_how").match(part):
        return True
    plain = expression("history_childhood").sub(" ", part)
    return allergies and _has_reaction(part) and set(_without_reaction_words(plain).split()) <= phrases("fillers")


def _item(said: str, allergies: bool) -> Item:
    known = medicines_of(said)
    names = list(dict.fromkeys(name for medicine in known for name in medicine.substances))
    item: Item = {"name": _called(said, known, allergies), "said": said, "names": names}
    dose = None if allergies else expression("lists_dose").search(said)
    if dose:
        item["dose"] = dose.group().strip()
    if allergies and (reaction := _reaction(said)):
        item["reaction"] = reaction
    return item


def _called(said: str, known: list[Medicine], allergies: bool) -> str:
    """What an item is called: the medicines in it, or what is left when the dose or the reaction is taken out."""
    if known:
        return ", ".join(dict.fromkeys(medicine.name for medicine in known))
    if allergies and _reaction(said):
        rest = _allergen(said)
        return rest if _SAYS.search(rest) else said
    return said


def _reaction(said: str) -> str | None:
    """What something does to somebody, in their words: in brackets, behind "gives me", or right behind its name."""
    for text in _BRACKETS.findall(said):
        if _has_reaction(text):
            return str(text).strip()
    mark = expression("lists_reaction").search(said)
    for rest in (said[mark.end() :] if mark else "", _behind_the_name(said)):
        if rest and _has_reaction(rest):
            return rest.strip(" .,!-–—:()")
    return None


def _behind_the_name(said: str) -> str:
    words = said.split()
    first = next((at for at in range(1, len(words)) if _has_reaction(words[at])), None)
    return " ".join(words[first:]) if first else ""


def _allergen(said: str) -> str:
    reaction = _reaction(said) or ""
    rest = _BRACKETS.sub("", said).replace(reaction, "")
    mark = expression("lists_reaction").search(rest)
    return (rest[: mark.start()] if mark and mark.start() else rest).strip(" .,!-–—:()")


def _has_reaction(text: str) -> bool:
    plain = f" {letters(text)} "
    return any(f" {word} " in plain for word in phrases("reactions"))


def _without_reaction_words(part: str) -> str:
    plain = f" {letters(part)} "
    for word in sorted(phrases("reactions"), key=len, reverse=True):
        plain = plain.replace(f" {word} ", " ")
    return plain


def _parts(text: str, allergies: bool) -> list[str]:
    """The items of a list as they were written, each by itself."""
    text = expression("lists_lead_in").sub("", text).strip(" .!")
    if _FIRST_NUMBER.match(text):
        text = expression("lists_numbers").sub("; ", text)
    pieces = [part for piece in _without_exceptions(text) for part in _cut(piece)]
    parts = [expression("lists_to").sub("", part.strip(" .!-–—:")) for piece in pieces for part in _at_names(piece, allergies)]
    return [part for part in parts if re.search(r"\w", part)]


def _cut(text: str) -> list[str]:
    """A text cut between its items, and not inside brackets."""
    hidden: list[str] = []

    def hide(found: re.Match[str]) -> str:
        hidden.append(found.group())
        return f"\0{len(hidden) - 1}\0"

    parts = expression("lists_parts").split(_BRACKETS.sub(hide, text))
    return [re.sub(r"\0(\d+)\0", lambda found: hidden[int(found.group(1))], part) for part in parts]


def _at_names(part: str, allergies: bool) -> list[str]:
    """A part cut before each further known name, if only doses, spaces and small words stand between."""
    known = _names_in(part, allergies)
    cuts = [0]
    for (before, name), (after, other) in pairwise(known):
        between = part[before[1] : after[0]]
        if name != other and (not between.strip(" ,+/-") or _only_says_how(between)):
            cuts.append(after[0])
    return [_without_joint(part[begin:end]) for begin, end in zip(cuts, [*cuts[1:], len(part)], strict=True)]


def _names_in(part: str, allergies: bool) -> list[tuple[tuple[int, int], object]]:
    """Where a part names medicines, and allergens in a list of allergies; each with what tells it from the others."""
    found: list[tuple[tuple[int, int], object]] = [(each.span, each.substances) for each in medicines_of(part)]
    if allergies:
        taken = [span for span, _ in found]
        found += [
            (match.span(), match.group().lower())
            for match in _allergens().finditer(part)
            if not any(begin < match.end() and match.start() < end for begin, end in taken)
        ]
    return sorted(found, key=lambda each: each[0])


@cache
def _allergens() -> re.Pattern[str]:
    one_of = "|".join(re.escape(word) for word in sorted(phrases("allergens"), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{one_of})(?!\w)", re.IGNORECASE)


def _only_says_how(between: str) -> bool:
    return bool(expression("lists_how").match(between))


def _without_joint(part: str) -> str:
    return expression("lists_joint").sub("", part)


def _without_exceptions(text: str) -> list[str]:
    """A list cut at its exceptions: "none except penicillin" as "none" and "penicillin"."""
    marks = "|".join(re.escape(mark) for mark in sorted(phrases("exceptions"), key=len, reverse=True))
    pieces = re.split(rf"[\s,]*\b(?:{marks})\b[\s,]*", text, flags=re.IGNORECASE)
    return pieces if any(_says_none(piece) for piece in pieces) else [text]


def _says_none(part: str) -> bool:
    """Whether a part of a list only says that there is nothing: "no known drug allergies", "not allergic to latex".

    "No penicillin" may be a wish, and "I must not take aspirin" a warning: these stay in the list.
    """
    plain = letters(part)
    if plain in phrases("none") | phrases("no"):
        return True
    clauses = read_clauses(part)
    words = {word for clause in clauses for word in clause.words.split()}
    if plain in phrases("courtesy") or any(plain.startswith(f"{start} ") for start in phrases("not_that")):
        return True
    denied = [clause.denies and not clause.denies_for_now for clause in clauses]
    if not denied or not all(denied) or words & phrases("forbidden"):
        return False
    return not any(clause.tells for clause in clauses) or bool(words & phrases("listed"))
