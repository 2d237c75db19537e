"""Yes or no, with a word on what and when: questions about a patient's history; and the agreement of a parent."""

from __future__ import annotations

import re

from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Judgement, Understood
from language.context import Clause, read_clauses
from language.questions import looks_like_a_question

_STARTS_YES = re.compile(r"(?i)^\s*(?:yes|yeah|yep|ja|si)\b[\s,.:;!-]*")
_STARTS_NO = re.compile(r"(?i)^\s*(?:no|nope|nein)\b\s*[,.:;!-]+\s*")  # on its own; "no clots" says what there was not
_WORD = re.compile(r"[^\W\d_]{2}")
_NOT = r"(?:not|never|n['’]?t)"
# "No clots", "I have never had cancer", "there were no clots", "she isn't pregnant", "not that I remember". Anything else with
# a "not" in it may speak of what there was: "cancer, not cured yet".
_DENIES = re.compile(
    r"(?i)^\W*(?:"
    r"(?:no|none|never|nothing)\b"
    r"|not (?:that i|to my|as far|really|any|at all|aware|pregnant|breast)"
    rf"|(?:i|he|she|we|they|you|there|it)(?:['’]\w+)?\s+(?:\w+\s+)?(?:no|never|none)\b"
    rf"|(?:i|he|she|we|they|you|there|it)(?:['’]?m|['’]\w+)?\s*(?:have|has|had|is|was|were|are|am|do|does|did|ca)?\s*{_NOT}\s+"
    r"(?:ever\s+)?(?:had|have|has|any|pregnant|breast\w*|been (?:pregnant|diagnosed)|think|believe|remember|recall|aware)\b"
    rf"|[^,.;]*{_NOT}\s+(?:weak\w*|(?:immuno)?suppressed|(?:immuno)?compromised|impaired)\b)"
)
# What is missing, too weak or over is no "no": "my immune system is not strong", "no spleen", "no major ones", "not any more".
_NOT_WELL = re.compile(
    r"(?i)\b(?:not|isn['’]?t|doesn['’]?t|no|nothing|without|a|have)\s+(?:(?:very|so|that|too|really|a|an|any)\s+)*"
    r"(?:strong|good|great|well|fine|ok|okay|normal|healthy|work(?:ing)?|spleen|immun\w+|longer|more|serious|major)\b"
    r"|\bany ?more\b|\brecovered\b"
)
_WELL = re.compile(
    r"(?i)^\W*(?:(?:[^\W\d_]+\s+){0,3}(?:is|are|am|it['’]?s|i['’]?m|was)\s+)?(?:(?:all|quite|very|perfectly|completely|pretty|still)\s+)*"
    r"(?:fine|ok|okay|normal|healthy|good|strong|intact)\W*$"
)
_UNSURE = re.compile(
    r"(?i)^\W*(?:i(?:['’]m| am)?\s+)?(?:not (?:sure|certain)|do(?:n['’]?| no)t know|no idea|unsure|maybe|perhaps|possibly)\b"
)

_MALE = re.compile(
    r"(?i)^\W*(?:(?:no|not applicable|does not apply)\W+)?(?:i['’]?m |i am |he['’]?s |he is |(?:the )?patient is )?"
    r"(?:a )?(?:\d+[ -]years?[ -]old )?(?:man|male|boy)\b[^,.;]{0,12}$"
)


def judge_history(text: str, context: Context) -> Judgement:
    """Yes, no, not known, or not applicable; whatever else is said is kept as the detail."""
    plain = letters(text)
    if isinstance(context.earlier, dict) and context.earlier.get("answer") == "yes" and not context.earlier.get("detail"):
        return _with_detail(text, plain)
    for answer in ("yes", "no", "unsure", "not_applicable"):
        if plain in phrases(answer):
            return Understood({"answer": answer, "detail": None}, more=answer == "yes")
    if not _WORD.search(text) or looks_like_a_question(text):
        return None
    if _STARTS_YES.match(text):
        return Understood({"answer": "yes", "detail": _STARTS_YES.sub("", text).strip() or None})
    if _STARTS_NO.match(text):
        # "No, only a flu" says no and more; whoever reads it sees both.
        detail = _STARTS_NO.sub("", text).strip()
        return Understood({"answer": _after_a_no(detail), "detail": detail or None})
    return Understood({"answer": _told(text), "detail": text.strip()})


def _told(text: str) -> str:
    """What a sentence says that begins with neither yes nor no. A doubtful one counts as yes: somebody will ask."""
    if _MALE.match(text):
        return "not_applicable"
    if _UNSURE.match(text):
        return "unsure"
    if _DENIES.match(text) and not _NOT_WELL.search(text):
        return _of_a_denial(text)
    return "no" if _WELL.match(text) else _of_a_statement(text)


def _of_a_denial(text: str) -> str:
    """No, if that is all that is said. What names an exception is yes; what says both is for somebody to look at."""
    if _says_yes_after_all(text):
        return "yes"
    clauses = read_clauses(text)
    told = [clause for clause in clauses if clause.tells and not clause.denies]
    if any(clause.excepts and _is_plain(clause) for clause in told):
        return "yes"
    return "unsure" if told or any(clause.denies_for_now for clause in clauses) else "no"


def _after_a_no(detail: str) -> str:
    """What a "no" with more behind it says: "no, but I had one as a child" takes it back, "no, only a flu" is looked at."""
    if _says_yes_after_all(detail):
        return "yes"
    told = [clause for clause in read_clauses(detail) if clause.tells and not clause.denies]
    if any(clause.excepts and _is_plain(clause) for clause in told):
        return "yes"
    return "unsure" if any(clause.takes_back or clause.excepts for clause in told) else "no"


def _of_a_statement(text: str) -> str:
    """Yes, unless every clause that tells something is in doubt, only thought of, or about somebody else."""
    clauses = [clause for clause in read_clauses(text) if not clause.denies]
    told = [clause for clause in clauses if clause.tells] or clauses
    return "unsure" if told and not any(_is_plain(clause) for clause in told) else "yes"


def _is_plain(clause: Clause) -> bool:
    return not (clause.doubtful or clause.hypothetical or clause.of_somebody_else)


def _says_yes_after_all(text: str) -> bool:
    """Whether a part of it is a plain yes, as in "no wait, yes"."""
    return any(letters(part) in phrases("yes") for part in re.split(r"[,.;!]", text)[1:])


def _with_detail(text: str, plain: str) -> Judgement:
    """After a bare yes: what comes now is the detail, unless it is yes again, or takes the yes back."""
    if plain in phrases("yes") | phrases("unsure"):
        return Understood({"answer": "yes", "detail": None})
    if plain in phrases("no"):
        return Understood({"answer": "no", "detail": None})
    return Understood({"answer": "yes", "detail": text.strip()}) if _WORD.search(text) else None


_PARENT = re.compile(
    r"(?i)\b(?:parents?|guardian|mother|father|mum|mom|dad|mama|papa|my (?:son|daughter|child|grandson|granddaughter))\b"
)
_MINOR = re.compile(
    r"(?i)\bunder 18\b|\bmyself\b|\bi am (?:the patient|a child|only \d+|1[0-7])\b|"
    r"\bmy (?:parents|mum|mom|dad)\b.*\b(?:not|don'?t)\b"
)


def judge_guardian(text: str, _context: Context) -> Judgement:
    """Whether a parent or guardian answers, and so agrees on the patient's behalf."""
    plain = letters(text)
    if plain in phrases("no") or _MINOR.search(text) or _STARTS_NO.match(text):
        return Understood(False)
    if plain in phrases("yes") or _PARENT.search(text) or _STARTS_YES.match(text):
        return Understood(True)
    return None
