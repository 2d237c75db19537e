"""Yes or no, with a word on what and when: questions about a patient's history.

An answer is cut into parts, at sentences, commas and words like "but". Each part says yes, no, not known, or something else;
only parts that agree make a certain answer. What is not understood is neither yes nor no: it is kept, and a person looks at it.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import Literal

from intake.judging.elsewhere import says_perhaps, told_elsewhere
from intake.judging.expressions import expression
from intake.judging.histories import History, history_of
from intake.judging.patient import without_the_patient
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.refusals import refuses
from intake.judging.results import Context, Judgement, Refused, Understood
from intake.judging.when import told_ago
from language.context import Assertion, Clause, assertion_of, read_clauses
from language.questions import looks_like_a_question
from language.yes_and_no import yes_or_no

_WORD = re.compile(r"[^\W\d_]{2}")
_RECENT = 28  # days of the last four weeks
_FEVER, _NO_FEVER, _FAHRENHEIT = 38.0, 37.2, 60.0  # degrees; above the last they are those of Fahrenheit
_EXACT = re.compile(r"[°a-z]|\d[.,]\d", re.IGNORECASE)  # a unit or a decimal, without which a number may count anything
_PAST_CHILDBEARING = 56  # years of age
_FEWEST_TELLING = 4  # words of a yes or no in another language that are kept beside it
_OF_NOTHING = History(words=[])
_ANSWERS: dict[bool, Literal["yes", "no"]] = {True: "yes", False: "no"}
_WHOLE: tuple[Literal["no", "yes", "unsure", "not_applicable"], ...] = ("no", "yes", "unsure", "not_applicable")
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
_TELLS: frozenset[_Says] = frozenset({"yes", "reported", "dated"})  # that something was
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
    whole = _of_the_whole(text, plain)
    if whole is not None:
        return whole
    about = history_of(context.about)
    elsewhere = told_elsewhere(text, context.about, either=about.childbearing)
    if elsewhere is not None:
        return Understood({"answer": elsewhere.answer, "detail": text.strip()}, to_check=not elsewhere.certain)
    judged = _told(text, context, about)
    unsure = says_perhaps(text) or expression("history_unsure_behind").search(text)
    if not isinstance(judged, Understood):
        return judged
    over = isinstance(judged.value, dict) and judged.value["answer"] == "yes" and expression("history_over_behind").search(text)
    return replace(judged, to_check=True) if unsure or over else judged


def _of_the_whole(text: str, plain: str) -> Understood | None:
    """What a message says that is a yes or a no and nothing else, in any language, or no more than a hope."""
    for answer in ("yes", "no", "unsure", "not_applicable"):
        if plain in phrases(answer):
            return Understood({"answer": answer, "detail": None}, more=answer == "yes")
    if expression("history_only_hoped").match(text):
        return Understood({"answer": "unsure", "detail": text.strip()}, to_check=True)
    said_so = yes_or_no(text)
    if said_so is None:
        return None
    detail = text.strip() if len(plain.split()) >= _FEWEST_TELLING else None
    return Understood({"answer": _ANSWERS[said_so], "detail": detail}, more=said_so)


def _told(text: str, context: Context, about: History) -> Judgement:
    """What an answer says that is more than a yes or a no."""
    measured = about.temperature and _temperature(text, about)
    asks = looks_like_a_question(text) and not (text.rstrip()[-1:] != "?" and expression("history_unsure").match(text))
    if not (_WORD.search(text) or measured) or asks:
        return None
    whole = _ECHO.sub("", text)
    said = without_the_patient(whole, context.whom)
    told = [part for part in _parts(said, about) if part.says != "empty"]
    if context.attempts == 0 and {part.says for part in told} == {"others"} and not expression("history_not_me").search(text):
        return None  # of a relative alone, so the patient is asked about once more
    if about.recent and told and told[0].says == "no":  # "no, not lately"
        told = [part for part in told if not expression("history_not_lately").match(part.text)]
    judged = _of_parts(text, _in_time(text, told, about, context), about)
    may_be_either = said != whole and expression("history_not_me").search(text)  # "my wife had it, not me", written for a wife
    return replace(judged, to_check=True) if may_be_either and isinstance(judged, Understood) else judged


def _in_time(text: str, parts: list[_Part], about: History, context: Context) -> list[_Part]:
    """The parts, where what was before the last weeks is a no, if it is asked for these: "flu, but that was in May"."""
    if about.recent and expression("history_allergic").search(text):
        return [replace(part, says="doubted") if part.says == "reported" else part for part in parts]
    ago = told_ago(text, context.today, context.language) if about.recent else []
    if not ago or expression("when_still").search(text):
        return parts
    if any(each.least <= _RECENT for each in ago):
        unclear = any(each.least <= _RECENT < each.most for each in ago)
        return [replace(part, says="doubted") if unclear and part.says in _TELLS else part for part in parts]
    tells = any(part.says in _TELLS | _NO for part in parts)
    return [_as_past(part, context) for part in parts] if tells else parts


def _as_past(part: _Part, context: Context) -> _Part:
    only_when = part.says == "unread" and told_ago(part.text, context.today, context.language)  # "but that was in May"
    return replace(part, says="denied", excepts=False) if part.says in _TELLS or only_when else part


def begins_with_an_answer(text: str) -> bool:
    """Whether a text begins with a yes, a no or that it is not known, whatever follows: "no, except once"."""
    said = expression("history_as_others_say").sub("", text)
    first = next((part for part in _parts(said, _OF_NOTHING) if part.says != "empty"), None)
    return first is not None and first.says in {"yes", "no", "unsure", "not_applicable"}


def _of_parts(text: str, parts: list[_Part], about: History) -> Judgement:
    if not parts:
        return None
    says = {part.says for part in parts}
    not_me = "others" in says and says <= _NO | {"others", "unread"} and expression("history_not_me").search(text)
    answer, certain = ("no", True) if not_me else _answer(parts, about)
    detail = _detail(text, parts)
    return Understood({"answer": answer, "detail": detail}, more=answer == "yes" and detail is None, to_check=not certain)


def _answer(parts: list[_Part], about: History) -> tuple[str, bool]:
    """What the parts say together, and whether that is certain."""
    says = {part.says for part in parts}
    if "dated" in says and not says & {"unread", "others", "unsure", "doubted"}:
        says = (says - {"dated", "placed"}) | {"reported"}
    if says & _YES:
        return _with_a_yes(parts, says, about)
    if says & _NO and says <= _NO | {"others"}:
        return "no", True  # "no, only my mother had it"
    beside: set[_Says] = {"unread"} if about.childbearing else set()
    if "not_applicable" in says and says <= {"not_applicable", "no", "others"} | beside:
        return "not_applicable", True
    return "unsure", says == {"unsure"}


def _with_a_yes(parts: list[_Part], says: set[_Says], about: History) -> tuple[str, bool]:
    """What the parts say together, one of which says yes."""
    if says <= _YES | _MORE:
        return "yes", True
    if parts[0].says in _YES and says <= _YES | _MORE | {"denied", "intact"}:
        return "yes", bool(says & {"reported", *_MORE})  # "yes, a cold, no fever"
    if says & _NO and any(part.excepts and part.says in {"reported", "dated"} for part in parts):
        return "yes", True  # "never, except one in 2010"
    if about.childbearing and says <= _YES | _NO:
        return "yes", True  # "not pregnant; I breastfeed"
    return ("unsure" if says & {"others", "unsure"} and parts[0].says != "yes" else "yes"), False


def _parts(text: str, about: History) -> list[_Part]:
    parts: list[_Part] = []
    for piece in expression("history_cuts").split(text):
        for number, part in enumerate(_at_exceptions(piece)):
            excepts = number > 0 or bool(expression("history_exceptions").match(part.strip()))
            goes_on = bool(parts) and number == 0 and _goes_on(piece, parts[-1])
            says = "denied" if goes_on else _says(part, about)
            tells = excepts and says in _MORE and about.ever and expression("history_the_one").search(part)
            parts.append(_Part(part, "reported" if tells else says, excepts))  # "except once, after a flight"
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
    whole = _of_a_whole_part(bare, words)
    if whole:
        return whole
    if set(words) <= phrases("no_words"):
        return "no"
    if words[0] in phrases("no_words") and " ".join(plain.split()[1:]) in phrases("no"):
        return "no"  # "nope all good"
    return "yes" if set(words) <= phrases("yes_words") else _of_a_statement(bare, about)


def _of_a_whole_part(part: str, words: list[str]) -> _Says | None:
    """What a part says that is known as a whole, in this language or in another."""
    for answer in _WHOLE:
        if letters(part) in phrases(answer) or " ".join(words) in phrases(answer):
            return answer
    said = yes_or_no(part)
    return _ANSWERS[said] if said is not None else None


def _of_fillers(plain: str) -> _Says:
    """What is left of a part that has nothing but small words: "not at all" is a no all the same."""
    return "no" if plain in phrases("no") else "yes" if plain in phrases("yes") else "empty"


def _of_a_statement(part: str, about: History) -> _Says:
    known = _of_figures(part, about) or ("not_applicable" if _does_not_apply(part, about) else None)
    if known:
        return known
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


def _of_figures(part: str, about: History) -> _Says | None:
    """What an age, a laboratory value, a temperature or a sign of the zodiac says."""
    if about.childbearing and expression("history_weeks_along").match(part):
        return "reported"
    if expression("history_age").match(part):
        return "not_applicable" if about.childbearing and _is_past_childbearing(part) else "empty"
    if about.ever and expression("history_other_sign").search(part):
        return "doubted"
    if expression("history_value").match(part) or (about.ever and expression("history_star_sign").search(part)):
        return "empty"
    return _temperature(part, about) if about.temperature else None


def _temperature(part: str, about: History) -> _Says | None:
    """What a temperature in figures says: fever from 38 degrees, none below 37.2."""
    found = expression("history_temperature").search(part)
    if found is None or not (_EXACT.search(found.group()) or about.mentions(part)):
        return None
    degrees = float(found.group(1).replace(",", "."))
    degrees = degrees if degrees < _FAHRENHEIT else (degrees - 32) / 1.8
    return "reported" if degrees >= _FEVER else "denied" if degrees < _NO_FEVER else "doubted"


def _is_past_childbearing(part: str) -> bool:
    return any(int(figures) >= _PAST_CHILDBEARING for figures in re.findall(r"\d+", part))


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
    old = about.now and expression("history_years_ago").search(part)
    over = about.childbearing and expression("history_over_or_planned").search(part)
    return "doubted" if doubtful or old or over else "reported"


def _without_mention(part: str, grown: str, about: History) -> _Says:
    """What a part says that names nothing of what the question is about."""
    clauses = read_clauses(grown)
    if expression("history_relative").search(grown) or any(clause.of_somebody_else for clause in clauses):
        return "others"
    if expression("history_not_well").search(grown):
        return "reported" if about.says_how(grown) else "unread"
    if expression("history_well").match(grown) or expression("history_lab_normal").match(grown):
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
