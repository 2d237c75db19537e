"""Yes or no, with a word on what and when: questions about a patient's history; and the agreement of a parent."""

from __future__ import annotations

import re

from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Judgement, Understood
from language.context import Clause, read_clauses
from language.questions import looks_like_a_question

_WORD = re.compile(r"[^\W\d_]{2}")


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
    if expression("history_starts_yes").match(text):
        return Understood({"answer": "yes", "detail": expression("history_starts_yes").sub("", text).strip() or None})
    if expression("history_starts_no").match(text):
        # "No, only a flu" says no and more; whoever reads it sees both.
        detail = expression("history_starts_no").sub("", text).strip()
        return Understood({"answer": _after_a_no(detail), "detail": detail or None})
    return Understood({"answer": _told(text), "detail": text.strip()})


def _told(text: str) -> str:
    """What a sentence says that begins with neither yes nor no. A doubtful one counts as yes: somebody will ask."""
    if expression("history_male").match(text):
        return "not_applicable"
    if expression("history_unsure").match(text):
        return "unsure"
    if expression("history_denies").match(text) and not expression("history_not_well").search(text):
        return _of_a_denial(text)
    return "no" if expression("history_well").match(text) else _of_a_statement(text)


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


def judge_guardian(text: str, _context: Context) -> Judgement:
    """Whether a parent or guardian answers, and so agrees on the patient's behalf."""
    plain = letters(text)
    if plain in phrases("no") or expression("history_minor").search(text) or expression("history_starts_no").match(text):
        return Understood(False)
    if plain in phrases("yes") or expression("history_parent").search(text) or expression("history_starts_yes").match(text):
        return Understood(True)
    return None
