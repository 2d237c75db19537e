"""How to reach somebody: an e-mail address or a phone number, as the libraries that know them judge it.

An address that was dictated, or stands behind a word that may belong to it, is asked back before it is stored: a message to a
stranger is worse than one question more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from rapidfuzz.distance import DamerauLevenshtein

from intake.judging.country import country_in
from intake.judging.elsewhere import says_perhaps
from intake.judging.expressions import expression
from intake.judging.phrases import number_words, phrases
from intake.judging.plain import letters
from intake.judging.refusals import refuses
from intake.judging.results import Context, Doubt, Judgement, Refused, Understood
from language.normalise import straight

_EMAIL = re.compile(r"[^\s<>(),;:\"|\\/\[\]{}=]+@[^\s<>(),;:\"|\\\[\]{}=]+")
_SPACED_SIGN = re.compile(r"(?<=[\w])\s+@\s*(?=\w)|(?<=\w)\s*@\s+(?=\w)")
_DIGITS = re.compile(r"\+?[\d][\d \-./()]{4,}\d")
_LONG_DIGITS = re.compile(r"\+?\d[\d \-./()]{6,}\d")
_FEWEST_DIGITS = 6
_ENOUGH_DIGITS = 7  # of a number that is taken as it was written, to be checked, when it was given again and again
_ATTEMPTS = 2
_LONGEST = 500  # characters in which half an address, or a dictated one, is looked for
_TWO = 2
_MOST = 3  # ways to choose from
_SHORT_WORD = 3  # letters of a word that belongs to no address, where others stand before it
_NEAR = 80  # … before an address that may belong to it
_MARKS = (",", ";", ":", ".", "!", "-")
_ENDS = ".,!?'`*_~-"
# Providers that many people have; an address that is one or two letters off is a likely mistake.
_PROVIDERS = (
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "yahoo.co.uk",
    "hotmail.com",
    "outlook.com",
    "live.com",
    "icloud.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "t-online.de",
    "orange.fr",
    "wanadoo.fr",
    "libero.it",
    "wp.pl",
    "mail.ru",
    "yandex.ru",
    "inbox.lt",
    "btinternet.com",
    "comcast.net",
)


def mail_providers() -> tuple[str, ...]:
    """Providers of e-mail that many people have, the commonest first."""
    return _PROVIDERS


_ENDINGS = {"con": "com", "cmo": "com", "ocm": "com", "comm": "com", "coml": "com", "nett": "net", "ogr": "org"}


def judge_contact(text: str, context: Context) -> Judgement:
    """An address or a number, wherever it stands in the text; asked back where more than one can be meant."""
    whole = text
    text = _without_denied(_plus_in_figures(_digits_in_figures(straight(text))))
    corrected = _after_a_correction(text)
    if corrected:
        judged = judge_contact(corrected, context)
        return replace(judged, to_check=True) if isinstance(judged, Understood) else judged
    only = letters(text)
    if only in phrases("only_email") | phrases("only_phone"):
        return Doubt("contact_email" if only in phrases("only_email") else "contact_phone")
    judged = _by_email(text, context) or _by_phone(text, context)
    if judged is None and refuses(text):
        return Refused()
    given = [*_EMAIL.finditer(whole), *_LONG_DIGITS.finditer(whole)]
    one = len(given) == 1  # of two, the doubt may be about the other
    if one and isinstance(judged, Understood) and expression("contact_taken_back").search(whole[given[0].end() :]):
        return Doubt("email_wrong" if "@" in given[0].group() else "phone_wrong")
    if one and isinstance(judged, Understood) and (expression("contact_unsure").search(text) or says_perhaps(text)):
        return replace(judged, to_check=True)
    return judged


def names_a_contact(text: str) -> bool:
    """Whether a text has something with the form of an e-mail address or of a phone number in it."""
    return bool(_EMAIL.search(text) or _LONG_DIGITS.search(text))


def _after_a_correction(text: str) -> str | None:
    """What follows the first of two addresses or numbers, if that one is taken back: "… no sorry, Karl with K: …"."""
    begin = text[:_LONGEST]
    found = sorted([*_EMAIL.finditer(begin), *_LONG_DIGITS.finditer(begin)], key=lambda each: each.start())
    if len(found) != _TWO or not expression("contact_corrected").search(text[found[0].end() : found[1].start()]):
        return None
    return text[found[1].start() :]


def _without_denied(text: str) -> str:
    """A text without the addresses and numbers that are not to be used: "not …, now …", "… is dead, use …"."""
    found = [*_EMAIL.finditer(text), *_LONG_DIGITS.finditer(text)]
    found = [match for match in sorted(found, key=lambda each: each.start()) if len(text) <= _LONGEST]
    ends = [*(match.start() for match in found[1:]), len(text)]
    denied = []
    said_of_last = False  # what stands between two of them denies one of them only
    for match, begin, end in zip(found, [0, *(match.end() for match in found)], ends, strict=False):
        before, behind = text[begin : match.start()], text[match.end() : end]
        by_before = not said_of_last and expression("contact_denied_before").search(before)
        said_of_last = _denies_the_one_before(behind, alone=end == len(text))
        if by_before or said_of_last:
            denied.append(match)
    if not denied or len(denied) == len(found):
        return text
    for match in reversed(denied):
        text = f"{text[: match.start()]};{text[match.end() :]}"
    return text


def _denies_the_one_before(behind: str, alone: bool) -> bool:
    """Whether words behind a number deny it, and not the next one: "…, that's my old number, …", but "…, no longer …"."""
    if not expression("contact_denied_behind").match(behind):
        return False
    return alone or behind.rstrip()[-1:] in _MARKS or not expression("contact_denied_before").search(behind)


def _by_email(text: str, context: Context) -> Judgement:
    plain = expression("contact_at_sign").sub("@", text)
    plain = _SPACED_SIGN.sub("@", _strip_labels(plain))
    if "@" not in plain:
        return _dictated(plain, context)
    found = [(match, match.group().strip(_ENDS)) for match in _EMAIL.finditer(plain)]
    addresses = list(dict.fromkeys(address.lower() for _, address in found if "@" in address.strip("@")))
    if not addresses:
        return Doubt("email_wrong")
    if len(addresses) > 1:
        return _which_first([{"by": "email", "value": address} for _, address in found if _is_email(address)])
    match, address = found[0]
    before = _word_before(plain, match.start())
    if before and context.attempts < _ATTEMPTS:
        return _parted(before, address)
    return _email(address, text, context)


def _strip_labels(text: str) -> str:
    return expression("contact_label").sub(" ", text)


def _word_before(text: str, at: int) -> str | None:
    """The word right before an address, if it may belong to it: nothing parts them, and it is no word of a sentence."""
    before = re.search(r"([^\s,;:.!?()<>|\"=-]+)[\s\"'*_-]+$", text[max(0, at - _NEAR) : at])
    if before is None:
        return None
    if not before.group(1).isascii() and text[at : at + 1].isascii():
        return None  # a word in another script is no part of an address
    word = letters(before.group(1))
    if len(word) <= _SHORT_WORD and len(text[:at].split()) > 1:
        return None  # "proszę pisać na …"
    return before.group(1) if word and word not in phrases("contact_before") else None


def _parted(word: str, address: str) -> Judgement:
    """An address with a gap in it, perhaps: "maria example@…"."""
    first = letters(word).replace(" ", "")
    whole = [f"{first}.{address}", f"{first}{address}", f"{first}_{address}", address]
    return Doubt("contact_parted", buttons=[each for each in whole if _is_email(each)])


def _dictated(text: str, context: Context) -> Judgement:
    """An address that was dictated, "maria dot example at mail dot com", is asked back as it would be written."""
    match = expression("contact_dictated").search(text[:_LONGEST])
    if match is None:
        nearly = expression("contact_nearly_email").search(text[:_LONGEST])
        return Doubt("email_wrong") if nearly and "@" in text and not _phone(text, context) else None
    name, domain = (_signs(part) for part in match.groups())
    words = name.split()
    while len(words) > 1 and letters(words[0]) in phrases("contact_before"):
        words = words[1:]
    whole = [f"{joint.join(words)}@{domain}" for joint in ((".", "", "_") if len(words) > 1 else ("",))]
    valid = [each for each in whole if _is_email(each)]
    if not valid:
        return Doubt("email_wrong")
    return Doubt("contact_dictated", {"suggestion": valid[0]}, valid)


def _signs(part: str) -> str:
    for name, sign in (("contact_dot", "."), ("contact_underscore", "_"), ("contact_dash", "-"), ("contact_plus", "+")):
        part = expression(name).sub(sign, part)
    return part.strip()


def _is_email(given: str) -> bool:
    try:
        validate_email(given, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _email(given: str, text: str, context: Context) -> Judgement:
    try:
        address = validate_email(given, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return Doubt("email_wrong")
    suggestion = _suggestion(address)
    if suggestion and context.attempts == 0:  # sent again, it is meant as it is
        return Doubt("email_maybe", {"suggestion": suggestion, "given": address}, [suggestion, address])
    number = _phone(text.replace(given, " "), context)
    also = {"also": [{"by": "phone", **_of_number(number)}]} if number else {}
    return Understood({"by": "email", "value": address, **also})


def _suggestion(address: str) -> str | None:
    name, _, domain = address.rpartition("@")
    low = domain.lower()
    if low in _PROVIDERS:
        return None
    host, _, ending = low.rpartition(".")
    repaired = f"{host}.{_ENDINGS[ending]}" if ending in _ENDINGS else low
    near = min(_PROVIDERS, key=lambda provider: DamerauLevenshtein.distance(repaired, provider))
    distance = DamerauLevenshtein.distance(repaired, near)
    if distance <= (1 if len(near) < 9 else 2) and near[0] == repaired[0]:
        return f"{name}@{near}"
    return f"{name}@{repaired}" if repaired != low else None


def _by_phone(text: str, context: Context) -> Judgement:
    numbers = _phones(text, context)
    ways: list[dict[str, Any]] = [{"by": "phone", **_of_number(number)} for number in numbers]
    if len({way["value"] for way in ways}) > 1 or (ways and expression("contact_or_another").search(text)):
        return _which_first(ways)
    if ways:
        return Understood(ways[0])
    tried = _DIGITS.search(text)
    figures = sum(character.isdigit() for character in tried.group()) if tried else 0
    if tried and figures >= _ENOUGH_DIGITS and context.attempts >= _ATTEMPTS:
        return Understood({"by": "phone", "value": tried.group().strip()}, to_check=True)
    return Doubt("phone_wrong") if figures >= _FEWEST_DIGITS else None


def _which_first(ways: list[dict[str, Any]]) -> Doubt:
    """Of two addresses or numbers each that can be read is kept, and it is asked which of them comes first."""
    shown = [shown_number(way["value"], way.get("extension")) if way["by"] == "phone" else way["value"] for way in ways]
    return Doubt("contact_two", buttons=list(dict.fromkeys(shown))[:_MOST], kept=several(ways) if ways else None)


def several(ways: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Several ways to reach a patient as one contact: the first of them, and each other once beside it."""
    first, *others = [way for at, way in enumerate(ways) if way not in ways[:at]]
    return {**first, **({"also": others} if others else {})}


def _of_number(number: phonenumbers.PhoneNumber) -> dict[str, Any]:
    """A number as it is stored; its extension stands by itself."""
    whole = phonenumbers.PhoneNumber()
    whole.merge_from(number)
    whole.extension = None
    value = {"value": str(phonenumbers.format_number(whole, phonenumbers.PhoneNumberFormat.E164))}
    return {**value, **({"extension": str(number.extension)} if number.extension else {})}


def shown_number(value: str, extension: object = None) -> str:
    """A stored number as it is read aloud; as it was written, where no country's rules know it."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    number.extension = str(extension) if extension else None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def _phone(text: str, context: Context) -> phonenumbers.PhoneNumber | None:
    return next(iter(_phones(text, context)), None)


def _phones(text: str, context: Context) -> list[phonenumbers.PhoneNumber]:
    # A number with its country code, or beside the name of its country, need only be possible: new ranges come before the
    # library knows them.
    named = country_in(text)
    for leniency in (phonenumbers.Leniency.VALID, phonenumbers.Leniency.POSSIBLE):
        found = []
        for match in phonenumbers.PhoneNumberMatcher(text, named or context.region, leniency=leniency):
            whole = bool(named) or "+" in match.raw_string or match.raw_string.startswith("00")
            if leniency == phonenumbers.Leniency.VALID or (whole and _is_long_enough(match.number)):
                found.append(match.number)
        if found:
            return found
    return []


def _is_long_enough(number: phonenumbers.PhoneNumber) -> bool:
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    return possible and len(str(number.national_number)) >= _ENOUGH_DIGITS


def _plus_in_figures(text: str) -> str:
    """A country code that was dictated: "plus 39 333 …"."""
    return expression("contact_plus_code").sub("+", text)


def _digits_in_figures(text: str) -> str:
    """A number that was dictated word by word, "plus four four seven …", in figures; anything else as it is."""
    low, _ = number_words()
    words = text.split()
    told = [str(low[letters(word)]) if low.get(letters(word), 10) < 10 else word for word in words]
    if (
        sum(len(new) == 1 and new.isdigit() and not old.isdigit() for old, new in zip(words, told, strict=True))
        < _ENOUGH_DIGITS
    ):
        return text
    joined = expression("contact_plus").sub(" +", f" {' '.join(told)} ")
    return re.sub(r"(?<=[\d+]) (?=\d\b)", "", joined).strip()
