"""Names of people, in every script and order."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from intake.judging.corrected import after_a_slip
from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.refusals import refuses
from intake.judging.results import Context, Doubt, Judgement, Refused, Understood
from language.family import people_in
from language.questions import looks_like_a_question

_MARKS = " \"“”.'’‘ʼ`´-–‐·•・‧,()/״׳\u200c\u200d\u00aa\u00ba"  # that stand inside names
_CAPITALS = re.compile(r"(?:[^\W\d_a-z][^\W\d_]+(?:[-'’][^\W\d_]+)*\s+){1,4}[^\W\d_a-z][^\W\d_]+(?:[-'’][^\W\d_]+)*")
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI")  # scripts in which a name may be one word
_MOST_WORDS = 12
_MOST_GIVEN = 3  # words of a given name
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
    if context.role == "guardian_name" and expression("names_of_the_child").search(text):
        return None
    text = expression("names_before_now").sub("", text)
    text = expression("names_hesitation").sub("", expression("names_smiley").sub(" ", text)).strip()
    if len(text) > _LONGEST:
        return None
    by_labels = _by_labels(text)
    which_is_which = by_labels is None and expression("names_which_is_which").search(text) is not None
    inflected = expression("names_inflected").match(text) is not None
    name = by_labels or _bare(_whole(expression("names_which_is_which").sub("", text) or text))
    told = _told(text, name, context)
    if isinstance(told, Understood) and (which_is_which or inflected or _may_be_the_writers(text, name, context)):
        return replace(told, to_check=True)
    return told if told is not None else _as_written(text, name, context)


def _may_be_the_writers(text: str, name: str, context: Context) -> bool:
    """Whether somebody who was asked for the patient's name gives their own: "Ana Ruiz, his mother"."""
    if context.role != "name":
        return False
    relative = _last_part(text)[1]
    of_a_child = expression("names_of_a_parent").match(relative) or people_in(relative) & {"parent", "guardian"}
    behind = [part for part in expression("names_parts").split(text)[1:] if name not in part]
    return any(map(expression("names_of_the_writer").match, behind)) or (context.whom == "my_child" and bool(of_a_child))


def _told(text: str, name: str, context: Context) -> Judgement:
    """The name that a text tells, if it is one; asked back where it is not whole, or spelt in two ways."""
    careful = context.attempts < _ATTEMPTS
    if careful and expression("names_not_whole").match(text):
        return Doubt("name_whole")
    corrected = _corrected(text)
    if corrected:
        return Understood(corrected, to_check=True)
    if not name or not _is_name(name) or (looks_like_a_question(text) and not expression("names_like_questions").match(text)):
        return None
    if careful and expression("names_two").search(name):
        return Doubt("name_two")
    return Understood(name, to_check=_is_half(name))


def _is_half(name: str) -> bool:
    """Whether a name is a single one, or initials stand for one of its parts."""
    spaced = all(_is_spaced(sign) for sign in name if sign.isalpha())
    return (spaced and len(re.split(r"[\s-]+", name)) == 1) or bool(expression("names_of_initials").match(name))


def _is_spaced(sign: str) -> bool:
    """Whether a letter is of a script in which the parts of a name stand apart."""
    return not unicodedata.name(sign, "").startswith(_UNSPACED)


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
    plain = expression("names_spelling_aside").sub(" ", expression("names_greeting").sub("", text))
    plain = expression("names_beside").sub(" ", plain)
    plain = _without_a_relative(" ".join(plain.split()))
    return plain.replace("-", "").title() if expression("names_spelt").match(plain) else plain


def _without_a_relative(text: str) -> str:
    """A name without what the person is to somebody, behind it or before it in another language: "Jonas Rimkus, tėvas"."""
    before, relative = _last_part(text)
    whole = len(before.split()) > 1 or relative.islower()  # "Muster, Hans" is a name
    if before and whole and people_in(relative):
        return before
    first, _, rest = text.partition(",")
    if _CAPITALS.fullmatch(first.strip()) and expression("names_words_behind").match(rest):
        return first.strip()
    relative, mark, behind = text.partition(",")
    return behind.strip() if mark and behind.strip() and people_in(relative) else text


def _last_part(text: str) -> tuple[str, str]:
    """A text before its last comma, dash or bracket, and what stands behind."""
    cut = expression("names_last_part").match(text)
    return (cut.group("before"), cut.group("last")) if cut else ("", "")


def _by_labels(text: str) -> str | None:
    """A given name and a family name that stand behind what they are called: "Name Yusuf, family name Demir"."""
    family = expression("names_family").search(text)
    given = expression("names_given").search(text) or expression("names_plain").search(text)
    if family is None:
        return None
    if given is None:
        return _with_the_family_name(text[: family.start()], family.group(1).strip(" .,'\""))
    return " ".join(part.group(1).strip(" .,'\"") for part in (given, family))


def _with_the_family_name(before: str, family: str) -> str | None:
    """A given name that stands before a family name with its label: "Renée with two e's, last name …"."""
    given = _bare(expression("names_spelling_told").sub("", before))
    whole = f"{given} {family}"
    told = given and family.lower() not in given.lower() and len(given.split()) <= _MOST_GIVEN
    return whole if told and _is_name(whole) else None


def _bare(text: str) -> str:
    """A name without what stands around it."""
    name = expression("names_after_it").sub("", expression("names_of_the_patient").sub("", text))
    for _ in range(2):  # "the patient is my son Lukas Example"
        name = expression("names_lead_in").sub("", name)
    name = _without_words_elsewhere(name)
    name = expression("names_title").sub("", name)
    name = name.strip(' ,!:;"“”„«»*_-')
    turned = expression("names_turned").match(name)
    name = f"{turned.group('given')} {turned.group('family')}" if turned else name
    name = expression("names_letters_joined").sub(lambda spelt: spelt.group().replace("-", "").title(), name)
    return name if expression("names_dotted").search(name) else name.rstrip(" .")


def _without_words_elsewhere(name: str) -> str:
    """A name without what stands around it in another language: "mera naam … hai"."""
    bare = expression("names_tail_elsewhere").sub("", expression("names_lead_in_elsewhere").sub("", name))
    return bare if re.search(r"[^\W\d_]", bare) else name


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
    kinds = [unicodedata.category(character)[0] for character in plain if character not in _MARKS]
    alone = kinds.count("L") == 1 and plain.isascii()  # "x"
    return set(kinds) <= {"L", "M"} and "L" in kinds and not alone


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
