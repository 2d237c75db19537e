"""How to reach somebody: an e-mail address or a phone number, as the libraries that know them judge it."""

from __future__ import annotations

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from rapidfuzz.distance import DamerauLevenshtein

from intake.judging.expressions import expression
from intake.judging.phrases import phrases
from intake.judging.plain import letters
from intake.judging.results import Context, Doubt, Judgement, Understood
from language.normalise import straight

_EMAIL = re.compile(r"[^\s<>(),;:\"]+@[^\s<>(),;:\"]+")
_DIGITS = re.compile(r"\+?[\d][\d \-./()]{4,}\d")
_FEWEST_DIGITS = 6
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
_ENDINGS = {"con": "com", "cmo": "com", "ocm": "com", "comm": "com", "coml": "com", "nett": "net", "ogr": "org"}


def judge_contact(text: str, context: Context) -> Judgement:
    """An address or a number, wherever it stands in the text."""
    text = straight(text)
    only = letters(text)
    if only in phrases("only_email") | phrases("only_phone"):
        return Doubt("contact_email" if only in phrases("only_email") else "contact_phone")
    found = _EMAIL.search(_spelled_out(text))
    if found:
        return _email(found.group().strip(".,!?'"), context)
    number = _phone(text, context)
    if number is not None:
        return Understood({"by": "phone", "value": number})
    if expression("contact_nearly_email").search(text):
        return Doubt("email_wrong")
    tried = _DIGITS.search(text)
    if tried and sum(character.isdigit() for character in tried.group()) >= _FEWEST_DIGITS:
        return Doubt("phone_wrong")
    return None


def _spelled_out(text: str) -> str:
    """An address that was dictated ("maria at mail dot example"), as it is written."""
    plain = expression("contact_at_sign").sub("@", text)
    if "@" in plain:
        return plain
    dictated = expression("contact_dictated").search(plain)
    if not dictated:
        return plain
    name, domain = (expression("contact_dot").sub(".", part) for part in dictated.groups())
    return f"{name}@{domain}"


def _email(given: str, context: Context) -> Judgement:
    try:
        address = validate_email(given, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return Doubt("email_wrong")
    suggestion = _suggestion(address)
    if suggestion and context.attempts == 0:  # sent again, it is meant as it is
        return Doubt("email_maybe", {"suggestion": suggestion, "given": address}, [suggestion, address])
    return Understood({"by": "email", "value": address})


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


def _phone(text: str, context: Context) -> str | None:
    # A number with its country code need only be possible: new ranges come before the library knows them.
    for leniency in (phonenumbers.Leniency.VALID, phonenumbers.Leniency.POSSIBLE):
        for found in phonenumbers.PhoneNumberMatcher(text, context.region, leniency=leniency):
            whole = "+" in found.raw_string or found.raw_string.startswith("00")
            if leniency == phonenumbers.Leniency.VALID or whole:
                return str(phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164))
    return None
