"""Names of people."""

from __future__ import annotations

import re

from intake.judging.results import Context, Judgement, Understood
from language.questions import looks_like_a_question

_LEAD_IN = re.compile(
    r"(?i)^\s*(?:(?:hi|hello|hey|yes|sure|ok|okay|of course)[,!. ]+)*"
    r"(?:(?:my|the|her|his|our)\s+(?:full\s+|own\s+)?(?:name|patient|son|daughter|mother|father|wife|husband)(?:'?s name)?"
    r"(?:'s| is(?: called)?)?|it(?:'?s| is)|i(?:'?m| am)(?: called)?|this is|call me|(?:full )?name(?: is)?|patient(?: is)?)"
    r"\s*[:,-]?\s+"
)
_AFTER_IT = re.compile(r"(?i)[\s,.!]+(?:thanks|thank you|please|many thanks)(?: very much| a lot| so much)?[\s.!]*$")
_NAME = re.compile(r"^[^\W\d_](?:[^\W\d_]|[ .'’-]){0,78}[^\W\d_.]?\.?$")
_NOT_NAMES = re.compile(
    r"(?i)\b(hello|hi|hey|thanks|thank|please|sorry|help|stop|skip|cancel|question|pain|cells?|what|why|how|none|nothing|bye|"
    r"i(?!\.)|agree|consent|my|your|the|you|are|is|it|this|that|don'?t|want|need|know|not|no|yes|maybe|later|next|idiots?|stupid"
    r"|scam|rubbish|from|with|because|since|years?|old|and|have|has|here|there|me|already|told|said|wrong|before|back)\b"
)

_CALL_ME = re.compile(r"^\s*(?:[Pp]lease |[Jj]ust |[Yy]ou can )*[Cc]all me\s+[^\W\d_a-z]")
_MOST_WORDS = 6


def calls_oneself(text: str) -> bool:
    """Whether a message gives a name in so many words: "call me Maria" is no wish for a call."""
    return bool(_CALL_ME.match(text))


def judge_name(text: str, _context: Context) -> Judgement:
    """A name of one to six words; no sentence, no greeting, no complaint."""
    name = _AFTER_IT.sub("", text)
    for _ in range(2):  # "the patient is my son Lukas Example"
        name = _LEAD_IN.sub("", name)
    name = name.strip(" .,!:")
    words = name.split()
    if not 1 <= len(words) <= _MOST_WORDS or not _NAME.match(name) or _NOT_NAMES.search(name) or looks_like_a_question(text):
        return None
    return Understood(name)
