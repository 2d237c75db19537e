"""Yes or no, with a word on what and when: questions about a patient's history.

An answer is cut into parts, at sentences, commas and words like "but". Each part says yes, no, not known, or something else;
only parts that agree make a certain answer. What is not understood is neither yes nor no: it is kept, and a person looks at it.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Literal

from intake.judging.expressions import expression
from intake.judging.histories import History, history_of
from intake.judging.patient import without_the_patient
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.refusals import refuses
from intake.judging.results import Context, Judgement, Refused, Understood
from language.context import Assertion, Clause, assertion_of, read_clauses
from language.questions import looks_like_a_question

_WORD = re.compile(r"[^\W\d_]{2}")
_ECHO = re.compile(r"^[^?.!,;]{1,40}\?\s*(?=\w)")  # the question again, before its answer: "cancer? no"
# yes, no: in so many words. reported: that it was. denied: that it was not. intact: "my immune system is fine". others: of
# somebody else. doubted: that it may be. until: it is denied only for now. dated: when or where something was, and not what.
# placed: where, and no more. unread: words that say neither. empty: none.
_Says = Literal[
    "yes",
    "no",
    "reported",
    "denied",
    "intact",
    "unsure",
    "not_applicable",
    "others",
    "doubted",
    "until",
    "dated",
    "placed",
    "unread",
    "empty",
]
_NO: frozenset[_Says] = frozenset({"no", "denied", "intact"})
_YES: frozenset[_Says] = frozenset({"yes", "reported"})
_MORE: frozenset[_Says] = frozenset({"dated", "placed", "unread"})  # what may stand beside a yes


@dataclass(frozen=True)
class _Part:
    text: str
    says: _Says
    excepts: bool  # it begins with "but", "except" or the like


def judge_history(text: str, context: Context) -> Judgement:
    """Yes, no, not known, or not applicable; whatever else is said is kept as the detail."""
    plain = letters(text)
    if refuses(text):
        return Refused()
    if isinstance(context.earlier, dict) and context.earlier.get("answer") == "yes" and not context.earlier.get("detail"):
        return _with_detail(text, plain)
    for answer in ("yes", "no", "unsure", "not_applicable"):
        if plain in phrases(answer):
            return Understood({"answer": answer, "detail": None}, more=answer == "yes")
    if not _WORD.search(text) or looks_like_a_question(text):
        return None
    said = _ECHO.sub("", without_the_patient(text, context.whom))
    told = _parts(said, history_of(context.field))
    return _of_parts(text, [part for part in told if part.says != "empty"])


def _of_parts(text: str, parts: list[_Part]) -> Judgement:
    if not parts:
        return None
    answer, certain = _answer(parts)
    detail = _detail(text, parts)
    return Understood({"answer": answer, "detail": detail}, more=answer == "yes" and detail is None, to_check=not certain)


def _answer(parts: list[_Part]) -> tuple[str, bool]:
    """What the parts say together, and whether that is certain."""
    says = {part.says for part in parts}
    if "dated" in says and not says & {"unread", "others", "unsure", "doubted"}:
        says = (says - {"dated", "placed"}) | {"reported"}
    if says & _YES:
        return _with_a_yes(parts, says)
    if says & _NO and says <= _NO | {"others"}:
        return "no", True  # "no, only my mother had it"
    if "not_applicable" in says and says <= {"not_applicable", "no"}:
        return "not_applicable", True
    return "unsure", says == {"unsure"}


def _with_a_yes(parts: list[_Part], says: set[_Says]) -> tuple[str, bool]:
    """What the parts say together, one of which says yes."""
    if says <= _YES | _MORE:
        return "yes", True
    if parts[0].says in _YES and says <= _YES | _MORE | {"denied", "intact"}:
        return "yes", bool(says & {"reported", *_MORE})  # "yes, a cold, no fever"
    if says & _NO and any(part.excepts and part.says in {"reported", "dated"} for part in parts):
        return "yes", True  # "never, except one in 2010"
    return ("unsure" if says & {"others", "unsure"} and parts[0].says != "yes" else "yes"), False


def _parts(text: str, about: History) -> list[_Part]:
    parts: list[_Part] = []
    for piece in expression("history_cuts").split(text):
        for number, part in enumerate(_at_exceptions(piece)):
            excepts = number > 0 or bool(expression("history_exceptions").match(part.strip()))
            goes_on = bool(parts) and number == 0 and _goes_on(piece, parts[-1])
            parts.append(_Part(part, "denied" if goes_on else _says(part, about), excepts))
    return parts


def _at_exceptions(piece: str) -> list[str]:
    """A piece cut before each "but", "except" and the like."""
    starts = [0, *(match.start() for match in expression("history_exceptions").finditer(piece)), len(piece)]
    return [piece[begin:end] for begin, end in itertools.pairwise(starts) if piece[begin:end].strip()]


def _goes_on(piece: str, before: _Part) -> bool:
    """Whether a piece goes on with a list that was denied: "no fever, cough or anything like that"."""
    joins = any(word in phrases("list_joins") for word in letters(piece).split())
    return before.says == "denied" and joins and bool(expression("history_list_goes_on").match(piece))


def _says(part: str, about: History) -> _Says:
    bare = expression("history_exceptions").sub(" ", part).strip()
    plain = letters(bare)
    words = [word for word in plain.split() if word not in phrases("fillers")]
    if not words:
        return _of_fillers(plain)
    for answer in ("no", "yes", "unsure", "not_applicable"):
        if plain in phrases(answer) or " ".join(words) in phrases(answer):
            return answer
    if set(words) <= phrases("no_words"):
        return "no"
    if words[0] in phrases("no_words") and " ".join(plain.split()[1:]) in phrases("no"):
        return "no"  # "nope all good"
    if set(words) <= phrases("yes_words"):
        return "yes"
    return _of_a_statement(bare, about)


def _of_fillers(plain: str) -> _Says:
    """What is left of a part that has nothing but small words: "not at all" is a no all the same."""
    return "no" if plain in phrases("no") else "yes" if plain in phrases("yes") else "empty"


def _of_a_statement(part: str, about: History) -> _Says:
    if expression("history_age").match(part):
        return "empty"
    if _does_not_apply(part, about):
        return "not_applicable"
    part = expression("history_of_her_child").sub("", part)
    if expression("history_unsure").match(part):
        if expression("history_unsure_of_more").search(part):
            return "unread"
        return "doubted" if about.mentions(part) or expression("history_happened").search(part) else "unsure"
    if expression("history_starts_yes").match(part):
        said = _says(expression("history_starts_yes").sub("", part), about)
        return "doubted" if said in _NO else said if said in {"others", "doubted", "unsure"} else "yes"
    grown = expression("history_childhood").sub(" ", part)  # "as a child" is of no child
    mentions = about.mentions(grown)
    return _of_mentions(grown, mentions, about) if mentions else _without_mention(part, grown, about)


def _does_not_apply(part: str, about: History) -> bool:
    """Whether somebody cannot be asked this: a man, or after a menopause."""
    past = about.childbearing and expression("history_past_childbearing").search(part)
    return bool(past or expression("history_male").match(part))


def _of_mentions(part: str, mentions: list[tuple[int, int]], about: History) -> _Says:
    """What a part says that names what the question is about."""
    told = [assertion_of(part, mention) for mention in mentions]
    behind = [part[mention[1] :] for mention in mentions]
    if any(expression("history_free_behind").match(rest) for rest in behind):
        return "until"
    if expression("history_denied_elsewhere").search(part[: mentions[-1][1]]):
        return "denied"
    denied_behind = [bool(expression("history_denied_behind").match(rest)) for rest in behind]
    affirmed = [each for each, denied in zip(told, denied_behind, strict=True) if not (each.denied or denied)]
    if not affirmed and not expression("history_not_well").search(part):
        return _of_denied_mentions(part)
    return _of_told_mentions(part, affirmed, about)


def _of_denied_mentions(part: str) -> _Says:
    if any(clause.denies_for_now for clause in read_clauses(part)):
        return "until"
    return "others" if expression("history_relative").search(part) else "denied"


def _of_told_mentions(part: str, told: list[Assertion], about: History) -> _Says:
    if expression("history_relative").search(part) or (told and all(each.of_somebody_else for each in told)):
        return "others"
    doubtful = any(each.doubtful or each.hypothetical for each in told) or expression("history_suspected").search(part)
    old = about.recent and expression("history_long_ago").search(part)
    over = (about.recent or about.childbearing) and expression("history_over_or_planned").search(part)
    return "doubted" if doubtful or old or over else "reported"


def _without_mention(part: str, grown: str, about: History) -> _Says:
    """What a part says that names nothing of what the question is about."""
    clauses = read_clauses(grown)
    if expression("history_relative").search(grown) or any(clause.of_somebody_else for clause in clauses):
        return "others"
    if expression("history_not_well").search(grown):
        return "reported" if about.says_how(grown) else "unread"
    if expression("history_well").match(grown):
        return "intact"
    if expression("history_denies").match(grown) or (about.says_how(grown) and any(clause.denies for clause in clauses)):
        return "until" if any(clause.denies_for_now for clause in clauses) else _of_a_denial(grown)
    return _of_what_happened(part, about, clauses)


def _of_what_happened(part: str, about: History, clauses: list[Clause]) -> _Says:
    if expression("history_suspected").search(part):
        return "doubted"
    if any(clause.denies for clause in clauses):
        return "unread"
    if about.medicine_in(part):
        return "doubted" if any(clause.doubtful for clause in clauses) else "reported"
    if about.ever and (found := _when_and_where(part, about)):
        return found
    return "unread" if any(clause.tells for clause in clauses) else "empty"


def _when_and_where(part: str, about: History) -> _Says | None:
    """Whether a part says when or where something was, and names nothing else."""
    rest = expression("history_happened").sub(" ", expression("history_childhood").sub(" ", part))
    words = set(letters(re.sub(r"\d", " ", rest)).split())
    told = {word for clause in read_clauses(rest) if clause.tells for word in clause.words.split()}
    if (words & told) - phrases("fillers") - set(about.places):
        return None
    return "dated" if rest != part else "placed" if words & set(about.places) else None


def _of_a_denial(part: str) -> _Says:
    told = [clause for clause in read_clauses(part) if clause.tells and not clause.denies]
    return "unread" if told else "denied"


def _detail(text: str, parts: list[_Part]) -> str | None:
    """What is said beside the yes or no; the whole text, if it begins with neither."""
    for start in ("history_starts_yes", "history_starts_no"):
        if expression(start).match(text):
            rest = expression(start).sub("", text).strip()
            return rest if _WORD.search(rest) or re.search(r"\d", rest) else None
    return text.strip()


def _with_detail(text: str, plain: str) -> Judgement:
    """After a bare yes: what comes now is the detail, unless it is yes again, or may take the yes back."""
    if plain in phrases("yes") | phrases("unsure"):
        return Understood({"answer": "yes", "detail": None})
    if plain in phrases("no"):
        return Understood({"answer": "yes", "detail": None}, to_check=True)
    if looks_like_a_question(text):
        return None
    if expression("history_takes_back").search(text):
        return Understood({"answer": "yes", "detail": text.strip()}, to_check=True)
    return Understood({"answer": "yes", "detail": text.strip()}) if re.search(r"\w", text) else None
