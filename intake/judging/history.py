"""Yes or no, with a word on what and when: questions about a patient's history; and the agreement of a parent."""

from __future__ import annotations

import re

from intake.judging.phrases import phrases
from intake.judging.plain import letters, looks_like_a_question
from intake.judging.results import Context, Judgement, Understood

_STARTS_YES = re.compile(r"(?i)^\s*(?:yes|yeah|yep|ja|si)\b[\s,.:;!-]*")
_STARTS_NO = re.compile(r"(?i)^\s*(?:no|nope|never|none|not|nein)\b[\s,.:;!-]*")
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
    for answer, start in (("yes", _STARTS_YES), ("no", _STARTS_NO)):
        if start.match(text):
            # "No, only a flu" says no and more; whoever reads it sees both.
            return Understood({"answer": answer, "detail": start.sub("", text).strip() or None})
    return Understood({"answer": "yes", "detail": text.strip()})


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
