"""The page's own card for an emergency, for the physician who reviews it: of its own strings, and of `web/languages`."""

from __future__ import annotations

import re
from pathlib import Path

from cordial.data_files import Problem, shown
from emergencies.other_texts import languages
from emergencies.sign_off_own_card import OwnCard
from emergencies.whereabouts import country_called
from intake.clinic import Clinic
from web.their_words import FOLDER, OwnTextsError, in_danger, own_texts, their_words

STRINGS = Path(__file__).parent / "static" / "chat" / "strings.en.js"
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")
_CARD = re.compile(r"^  ownAlarm: \{$(.*?)^  \},$", re.MULTILINE | re.DOTALL)
_ENTRY = re.compile(r"^    (\w+):(.*?)(?=^    \w+:|\Z)", re.MULTILINE | re.DOTALL)


def own_cards(clinic: Clinic) -> dict[str, OwnCard]:
    """By language. The page's own strings are there in one language, and the card of any other takes the place of theirs."""
    page = STRINGS.suffixes[0].removeprefix(".")
    return {page: page_card(clinic), **{language: _their_card(language, clinic) for language in languages()}}


def page_card(clinic: Clinic, file: Path = STRINGS) -> OwnCard:
    """The card of the strings that the page brings with it.

    Raises:
        OwnTextsError: naming what cannot be found in the file.
    """
    code = file.read_text("utf-8")
    card = _CARD.search(code)
    entries = {name: _strings(value) for name, value in _ENTRY.findall(card.group(1))} if card else {}
    for name in ("text", "words", "unless_before", "unless_in"):
        if not entries.get(name):
            raise _missing(file, f"ownAlarm › {name}")
    number = {"number": clinic.emergency_number, "where": f" {_filled(_one('inCountry', code, file), country=_place(clinic))}"}
    call = {"localNumber": _filled(_one("localNumber", code, file), **number)}
    return OwnCard(
        file=shown(file),
        text=_filled("".join(entries["text"]), **call),
        danger=_filled(_one("call", code, file), **call),
        words=entries["words"],
        unless_before=entries["unless_before"],
        unless_in=entries["unless_in"],
        signed_off=False,
    )


def _their_card(language: str, clinic: Clinic) -> OwnCard:
    own, words = own_texts(language), their_words(language, clinic)
    return OwnCard(
        file=shown(FOLDER / f"{language}.yml"),
        text=words.alarm.text,
        danger=in_danger(language, clinic),
        words=words.alarm.words,
        unless_before=words.alarm.unless_before,
        unless_in=words.alarm.unless_in,
        signed_off=own.sign_off == "done",
    )


def _place(clinic: Clinic) -> str:
    return country_called(clinic.country)


def _one(name: str, code: str, file: Path) -> str:
    found = re.search(rf"^  {name}: {_QUOTED.pattern},$", code, re.MULTILINE)
    if not found:
        raise _missing(file, name)
    return _strings(found.group())[0]


def _strings(code: str) -> list[str]:
    lines = (line for line in code.splitlines() if not line.lstrip().startswith("//"))
    return [re.sub(r"\\(.)", r"\1", text) for text in _QUOTED.findall("\n".join(lines))]


def _filled(text: str, **values: str) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _missing(file: Path, name: str) -> OwnTextsError:
    return OwnTextsError.about([Problem(shown(file), 1, f"{name} is not found. It begins a line and stands in single quotes.")])
