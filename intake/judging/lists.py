"""Lists: medicines and allergies, many in one message, with mistakes, or none."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

from intake.judging.elsewhere import Told, told_elsewhere
from intake.judging.expressions import expression
from intake.judging.patient import without_the_patient
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.refusals import refuses
from intake.judging.results import Context, Doubt, Judgement, Refused, Understood
from intake.judging.vocabulary import Medicine, medicines_of
from language.context import read_clauses
from language.sentences import detail_clauses, sentences
from language.yes_and_no import yes_or_no

Item = dict[str, Any]
_ALLERGIES = "allergies"  # the role of the field in which something has a reaction and no dose
_MOST = 40
_LONG_MEDICINE, _LONG_ALLERGY = 2, 4  # words of an item without a known name, above which a person looks at it
_SAYS = re.compile(r"[^\W\d_]{2}")
_FIRST_NUMBER = re.compile(r"^\W*1\s*[.)]\s+\D")
_BRACKETS = re.compile(r"\(([^()]*)\)")


def judge_list(text: str, context: Context) -> Judgement:
    """What is listed, each as it was written and with the name that it was understood as; an empty list for none."""
    plain = letters(text)
    elsewhere = told_elsewhere(text, context.role)
    if plain and (_says_nothing(plain) or yes_or_no(text) is False or (elsewhere and elsewhere == Told("no", certain=True))):
        return Understood([])
    if plain in phrases("same"):
        return Understood(context.earlier) if isinstance(context.earlier, list) else Doubt("nothing_before")
    if refuses(text):
        return Refused()
    if plain in phrases("unsure") or (
        expression("history_unsure").match(text) and not medicines_of(text) and not _of_allergens(plain)
    ):
        return Understood([{"name": text.strip(), "said": text.strip(), "names": [], "doubtful": True}], to_check=True)
    return _listed(text, context)


def is_known(role: str | None, item: Item) -> bool:
    """Whether an item names a medicine that is known by name or, in a list of allergies, something that people react to."""
    return bool(item.get("names")) or (role == _ALLERGIES and bool(_allergens().search(str(item["said"]))))


def _of_allergens(plain: str) -> bool:
    return bool(set(plain.split()) & phrases("allergens"))


def _listed(text: str, context: Context) -> Judgement:
    """What a text lists; nothing, if it says that there is something and not what."""
    allergies = context.role == _ALLERGIES
    if expression("lists_yes").match(text) or expression("lists_how_many").match(text):
        return None
    if not allergies and (meant := _as_meant(text)) != text:
        judged = _listed(meant, context)
        return replace(judged, to_check=True) if isinstance(judged, Understood) else judged
    own = _of_oneself(text) if context.whom in {"", "me"} else None
    if own:
        judged = _of_parts(_parts(own, allergies), allergies)
        return replace(judged, to_check=True) if judged else None
    judged = _of_parts(_parts(text, allergies), allergies)
    if judged is None:
        return None
    if _says_none_of_oneself(text):
        return Understood([]) if context.whom == "me" else replace(judged, to_check=True)
    return replace(judged, to_check=True) if _is_of_somebody_else(text, context) else judged


def _as_meant(text: str) -> str:
    """A text without the medicines that are taken back, named as the wrong ones, or were taken before the one of now."""
    slip = expression("lists_slip").match(text)
    if slip and medicines_of(slip.group("before")) and medicines_of(slip.group("rest")):
        *kept, _ = _parts(slip.group("before"), allergies=False)
        text = ", ".join([*kept, slip.group("rest")])
    switched = expression("lists_switched").search(text)
    if switched and medicines_of(switched.group("old")):
        text = text[: switched.start()] + text[switched.start("new") :]
    return expression("lists_not_that").sub(lambda found: " " if medicines_of(found.group("other")) else found.group(), text)


def _of_oneself(text: str) -> str | None:
    """What a message says of the writer, where it says first what others take: "my wife takes warfarin, I only pregabalin"."""
    clauses = [clause for sentence in sentences(text) for clause in detail_clauses(sentence, lambda _rest: True)]
    of_others = [clause for clause in clauses if expression("lists_of_another").match(clause)]
    own = [clause for clause in clauses if clause not in of_others]
    if not of_others or clauses[0] not in of_others or not own or not expression("lists_first_person").search(own[0]):
        return None
    own = [expression("lists_i_only").sub("", own[0]), *own[1:]]
    return None if all(_says_none(clause.strip(" .,!")) for clause in own) else ", ".join(own)


def _says_nothing(plain: str) -> bool:
    """Whether a whole message says that there is nothing: "none", "nothing, thank God", "keine bekannt"."""
    if plain in phrases("none") | phrases("no") | phrases("not_applicable"):
        return True
    words = set(plain.split()) - phrases("fillers")
    return bool(words & phrases("no_words")) and words <= phrases("no_words") | phrases("none_around")


def _says_none_of_oneself(text: str) -> bool:
    """Whether a message tells what others take and that the writer takes nothing: "my wife takes warfarin, I take nothing"."""
    clauses = [clause for sentence in sentences(text) for clause in detail_clauses(sentence, lambda _rest: True)]
    of_others = [clause for clause in clauses if expression("history_relative").search(clause)]
    own = [clause for clause in clauses if clause not in of_others and re.search(r"\w", clause)]
    first = any(expression("lists_first_person").search(clause) for clause in own)
    return bool(of_others) and first and all(_says_none(clause.strip(" .,!")) for clause in own)


def _is_of_somebody_else(text: str, context: Context) -> bool:
    """Whether a message speaks of somebody who may not be the patient: "my husband takes …, I take nothing"."""
    return bool(expression("history_relative").search(without_the_patient(text, context.whom)))


def _of_parts(parts: list[str], allergies: bool) -> Understood | None:
    items: list[Item] = []
    waiting = ""  # words before the first item that name nothing: "dose changed, …"
    told = [part for part in parts if not (_says_none(part) or _is_filler(part) or expression("lists_how_many").match(part))]
    if told and len(told) < len(parts) and not allergies and all(map(_is_planned, told)):
        return Understood([])  # "they want to start me on it in May, at the moment nothing"
    for part in told:
        if not _says_more(part, allergies, bool(items)):
            items += [_item(f"{waiting}{part}", allergies)] if _SAYS.search(part) else []
            waiting = ""
        elif items:
            items[-1] = _item(f"{items[-1]['said']}, {part}", allergies)
        else:
            waiting = f"{waiting}{part}, "
    if waiting and not items and len(told) < len(parts) and all(expression("lists_remark").match(part) for part in told):
        return Understood([], to_check=True)  # "none. good grief"
    if waiting and not items:
        items = [_item(waiting.strip(" ,"), allergies)]
    doubtful = any("doubtful" in item for item in items)
    return Understood(_of_now(items, allergies)[:_MOST], to_check=doubtful) if parts else None


def _of_now(items: list[Item], allergies: bool) -> list[Item]:
    """The medicines of now, where others were taken before: "stopped methotrexate, started baricitinib"."""
    now = [item for item in items if item["names"] and not expression("lists_past").search(item["said"])]
    return items if allergies or not now else [item for item in items if not _is_over(item)]


def _is_over(item: Item) -> bool:
    return bool(item["names"] and expression("lists_past").search(item["said"]))


def _is_filler(part: str) -> bool:
    words = set(letters(part).split())
    return bool(words) and words <= phrases("fillers")


def _is_planned(part: str) -> bool:
    return bool(expression("lists_future").search(part)) and not expression("lists_not_taken").search(part)


def _is_doubtful(said: str, names: list[str], allergies: bool) -> bool:
    """Whether a person has to look at an item: it is not known for certain, is over or still to come, or names nothing."""
    if any(expression(name).search(said) for name in ("lists_doubt", "lists_future", "lists_not_taken", "history_relative")):
        return True
    if not (allergies and _reaction(said)) and expression("lists_past").search(said):
        return True
    if len(names) > 1 and expression("lists_one_of_two").search(said):
        return True
    if names:
        dosed = allergies and not _reaction(said) and expression("lists_dose").search(said)  # it may be what is taken
        return bool(dosed or expression("lists_denied").match(said))
    said = expression("lists_clause_behind").sub("", said) if allergies else said
    return bool(expression("lists_vague").search(said)) or len(said.split()) > (_LONG_ALLERGY if allergies else _LONG_MEDICINE)


def _says_more(part: str, allergies: bool, has_one_before: bool) -> bool:
    """Whether a part only says more of the one before: how much of it and when, what it does, that its name is not known."""
    if expression("lists_how").match(part):
        return True
    if expression("lists_remark").match(part) and not _names_a_cause(part, allergies):
        return True
    unsure = expression("lists_doubt").match(part) or expression("lists_doubt_behind").match(part)
    if has_one_before and unsure and not medicines_of(part):
        return True
    plain = expression("lists_reaction").sub(" ", expression("history_childhood").sub(" ", re.sub(r"\d", " ", part)))
    return allergies and _has_reaction(part) and set(_without_reaction_words(plain).split()) <= phrases("fillers")


def _names_a_cause(part: str, allergies: bool) -> bool:
    """Whether a part names a medicine or an allergen; what helps against a reaction, "he has an EpiPen", is not its cause."""
    return bool(_reacted_to(part) or _allergens().search(part)) if allergies else bool(medicines_of(part))


def _reacted_to(said: str) -> list[Medicine]:
    """The medicines in an item of a list of allergies that may be the cause; not one that helps against a reaction."""
    known = medicines_of(said)
    outside = _BRACKETS.sub(lambda found: " " * len(found.group()), said)
    names_it = bool(_allergens().search(outside))  # "peanuts (epipen)"; of "painkillers (ibuprofen)" the bracket says which
    kept = [each for each in known if not (names_it and said[slice(*each.span)] != outside[slice(*each.span)])]
    helps = expression("lists_helps")
    others = [each for each in kept if not any(helps.fullmatch(name) for name in (each.name, *each.substances))]
    return others if others or names_it or _SAYS.search(_without(said, kept)) else kept


def _item(said: str, allergies: bool) -> Item:
    known = _reacted_to(said) if allergies else medicines_of(said)
    names = list(dict.fromkeys(name for medicine in known for name in medicine.substances))
    item: Item = {"name": _called(said, known, allergies), "said": said, "names": names}
    dose = None if allergies else expression("lists_dose").search(_without(said, known))
    if dose:
        item["dose"] = dose.group().strip()
    if allergies and (reaction := _reaction(said)):
        item["reaction"] = reaction
    if _is_doubtful(said, names, allergies):
        item["doubtful"] = True
    return item


def _without(said: str, known: list[Medicine]) -> str:
    """An item with blanks in the place of its medicines, so that "omega-3" is no dose."""
    for medicine in known:
        begin, end = medicine.span
        said = f"{said[:begin]}{'_' * (end - begin - 1)} {said[end:]}"
    return said


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
    if letters(said) in phrases("allergens"):
        return None
    for text in _BRACKETS.findall(said):
        if _has_reaction(text):
            return str(text).strip()
    mark = expression("lists_reaction").search(said)
    for rest in (said[mark.end() :] if mark else "", _behind_the_name(said)):
        if rest and _has_reaction(rest):
            return rest.strip(" .,!-–—:>()")
    return None


def _behind_the_name(said: str) -> str:
    words = said.split()
    first = next((at for at in range(1, len(words)) if _has_reaction(words[at])), None)
    return " ".join(words[first:]) if first else ""


def _allergen(said: str) -> str:
    reaction = _reaction(said) or ""
    rest = _BRACKETS.sub("", said).replace(reaction, "")
    mark = expression("lists_reaction").search(rest)
    return (rest[: mark.start()] if mark and mark.start() else rest).strip(" .,!-–—:>()")


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
        if not _is_the_same(name, other) and (not between.strip(" \t,+/-") or _only_says_how(between)):
            cuts.append(after[0])
    return [_without_joint(part[begin:end]) for begin, end in zip(cuts, [*cuts[1:], len(part)], strict=True)]


def _is_the_same(name: object, other: object) -> bool:
    """Whether a name only says the other one more exactly: "insulin Lantus"."""
    if not isinstance(name, tuple) or not isinstance(other, tuple):
        return name == other
    return any(str(after).startswith(str(before)) for before in name for after in other)


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
    plain = letters(expression("lists_when_tested").sub("", part))
    if _says_nothing(plain) or yes_or_no(part) is False or expression("lists_not_even").match(part):
        return True
    clauses = read_clauses(part)
    words = {word for clause in clauses for word in clause.words.split()}
    if plain in phrases("courtesy") or any(plain.startswith(f"{start} ") for start in phrases("not_that")):
        return True
    denied = [clause.denies and not clause.denies_for_now for clause in clauses]
    if not denied or not all(denied) or words & phrases("forbidden"):
        return False
    return not any(clause.tells for clause in clauses) or bool(words & phrases("listed"))
