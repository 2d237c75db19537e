"""Names of people, in every script and order."""

from __future__ import annotations

import re
import unicodedata

from intake.judging.corrected import after_a_slip
from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.refusals import refuses
from intake.judging.results import Context, Doubt, Judgement, Refused, Understood
from language.questions import looks_like_a_question

_MARKS = " \"“”.'’‘ʼ`´-–‐·•・‧,()/״׳\u200c\u200d\u00aa\u00ba"  # that stand inside names
_CAPITALS = re.compile(r"(?:[^\W\d_a-z][^\W\d_]+(?:[-'’][^\W\d_]+)*\s+){1,4}[^\W\d_a-z][^\W\d_]+(?:[-'’][^\W\d_]+)*")
_MOST_WORDS = 12
_MOST_LETTERS = 120
_LONGEST = 300  # characters of a message that gives a name, with what stands around it
_ATTEMPTS = 2  # answers that were not taken, after which the patient is asked whether to write it as it stands
_NO_NAMES = "yes no unsure none not_applicable agree disagree courtesy same keep only_phone only_email"  # lists of messages


def calls_oneself(text: str) -> bool:
    """Whether a message gives a name in so many words: "call me Maria" is no wish for a call."""
    return bool(expression("names_call_me").match(text))


def judge_name(text: str, context: Context) -> Judgement:
    """A name; no sentence, no greeting, no complaint. What was not taken twice is offered as it was written."""
    if refuses(text):
        return Refused()
    if len(text) > _LONGEST:
        return None
    name = _by_labels(text) or _bare(_whole(text))
    told = _told(text, name, context)
    return told if told is not None else _as_written(text, name, context)


def _told(text: str, name: str, context: Context) -> Judgement:
    """The name that a text tells, if it is one; asked back where it is not whole, or spelt in two ways."""
    careful = context.attempts < _ATTEMPTS
    if careful and expression("names_not_whole").match(text):
        return Doubt("name_whole")
    corrected = _corrected(text)
    if corrected:
        return Understood(corrected, to_check=True)
    if not name or not _is_name(name) or looks_like_a_question(text):
        return None
    return Doubt("name_two") if careful and expression("names_two").search(name) else Understood(name)


def _as_written(text: str, name: str, context: Context) -> Judgement:
    """What was not taken twice, offered as it was written, and at last kept so, to be checked."""
    if context.attempts < _ATTEMPTS or not _could_be_written(text):
        return None
    written = name if name and _could_be_written(name) else text.strip()
    if context.attempts > _ATTEMPTS:
        return Understood(written, to_check=True)
    return Doubt("name_as_written", {"name": written}, [written])


def _corrected(text: str) -> str | None:
    """The name that somebody gives after taking back another: "Ana Ruiz, no wait, since the wedding Ana Diaz"."""
    rest = after_a_slip(text)
    names = [found.strip() for found in _CAPITALS.findall(rest)] if rest else []
    return names[0] if len(names) == 1 and _is_name(names[0]) else None


def _whole(text: str) -> str:
    """A text without what stands beside a name in it, and with spelt letters joined."""
    plain = expression("names_beside").sub(" ", expression("names_greeting").sub("", text))
    plain = " ".join(plain.split())
    return plain.replace("-", "").title() if expression("names_spelt").match(plain) else plain


def _by_labels(text: str) -> str | None:
    """A given name and a family name that stand behind what they are called: "Name Yusuf, family name Demir"."""
    family = expression("names_family").search(text)
    given = expression("names_given").search(text) or expression("names_plain").search(text)
    if family is None or given is None:
        return None
    return " ".join(part.group(1).strip(" .,'\"") for part in (given, family))


def _bare(text: str) -> str:
    """A name without what stands around it."""
    name = expression("names_after_it").sub("", expression("names_of_the_patient").sub("", text))
    for _ in range(2):  # "the patient is my son Lukas Example"
        name = expression("names_lead_in").sub("", name)
    name = expression("names_title").sub("", name)
    name = name.strip(' ,!:;"“”„«»*_-')
    turned = expression("names_turned").match(name)
    name = f"{turned.group('given')} {turned.group('family')}" if turned else name
    return name if expression("names_dotted").search(name) else name.rstrip(" .")


def _is_name(name: str) -> bool:
    words = name.split()
    if not 1 <= len(words) <= _MOST_WORDS or len(name) > _MOST_LETTERS or not _has_letters_of_names(name):
        return False
    if expression("names_not_names").search(name) or letters(name) in _whole_messages():
        return False
    also = expression("names_also_names")
    if not also.search(name):
        return True
    return _is_written_as_names_are(words) and any(not also.fullmatch(word.strip(".,()")) for word in words)


def _has_letters_of_names(name: str) -> bool:
    plain = expression("names_generation").sub("", name)
    kinds = {unicodedata.category(character)[0] for character in plain if character not in _MARKS}
    return kinds <= {"L", "M"} and "L" in kinds


def _is_written_as_names_are(words: list[str]) -> bool:
    """Whether each word begins with a capital, but for particles; a text that is all in capitals tells nothing."""
    whole = " ".join(words)
    if whole.isupper() and len(words) > 1:
        also = [word for word in words if expression("names_also_names").fullmatch(word.strip(".,()"))]
        return len(also) == 1 and len(words) > 2
    capitals = [word for word in words if word.lstrip("(").istitle() or word[:1].isupper()]
    return len(capitals) >= max(2, len(words) - 3) and words[0][:1].isupper()


def _whole_messages() -> frozenset[str]:
    """Messages that mean something else, whatever their form."""
    return frozenset[str]().union(*(phrases(kind) for kind in _NO_NAMES.split()))


def _could_be_written(text: str) -> bool:
    """Whether a text can stand where a name does: it is short, has letters, asks nothing and is no yes or no."""
    return (
        letters(text) not in _whole_messages()
        and len(text) <= _MOST_LETTERS
        and len(text.split()) <= _MOST_WORDS
        and bool(re.search(r"[^\W\d_]", text))
        and "?" not in text
    )
