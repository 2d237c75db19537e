"""What the page itself says in a patient's language when nothing answers, from `web/languages`, with the clinic's ways."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import AfterValidator

from cordial.data_files import DataFileError, Part, PlainText, by_name, read_data
from emergencies.calling import Calling, Where
from emergencies.calls import calls_in
from emergencies.language_files import the_texts
from emergencies.other_texts import calling_texts, languages
from intake.clinic import Clinic
from language.folding import UNSPACED
from web.asking import errors, take
from web.errors import ApiError
from web.parts import PartsNow
from web.wire import NumberToCall, OwnAlarm, TheirWords

FOLDER = Path(__file__).parent / "languages"
STATUS = ("unsent", "late", "late_stored", "failed", "refused", "told", "not_done")
CONNECTION = ("offline", "reconnecting", "refused")  # the ways to the clinic stand beside these, to be pressed

router = APIRouter(prefix="/api/chat", tags=["chat"])


class OwnTextsError(DataFileError):
    """A file of `web/languages` cannot be used; the message names the text."""


def _items(text: str) -> list[str]:
    return [" ".join(item.split()) for item in text.split(",")]


def _has_no_gap(text: str) -> str:
    if not all(_items(text)):
        raise ValueError("there is a comma too many")
    return text


_List = Annotated[str, AfterValidator(_has_no_gap)]


class OwnTexts(Part):
    """What stands in the file of one language."""

    language: str
    sign_off: Literal["pending", "done"]
    status: Annotated[dict[str, PlainText], by_name(dict.fromkeys(STATUS, ()))]
    connection: Annotated[dict[str, PlainText], by_name(dict.fromkeys(CONNECTION, ()))]
    danger: PlainText  # whom to call follows
    alarm: PlainText  # whom to call follows
    alarm_after: PlainText
    cries: _List  # patterns that raise the alarm; a word may end in another way
    unless_before: _List  # among the three words before it
    unless_in: _List  # in the same sentence


@cache
def own_texts(language: str) -> OwnTexts:
    """Those of a language, read once a process.

    Raises:
        OwnTextsError: naming what is wrong.
    """
    return read_own_texts(FOLDER / f"{language}.yml")


def read_own_texts(file: Path) -> OwnTexts:
    """Read the file of one language.

    Raises:
        OwnTextsError: naming what is wrong.
    """
    return read_data(OwnTexts, file, OwnTextsError)


@router.get("/words/{language}", responses=errors(404, 422, 429))
async def words(request: Request, language: str, parts: PartsNow) -> TheirWords:
    """What a client can say by itself in a language while nothing answers. It needs no token; fetch it ahead and keep it."""
    await take("look", request, parts)
    if language not in languages():
        raise ApiError(404, "not_found")
    return their_words(language, parts.clinic)


def their_words(language: str, clinic: Clinic) -> TheirWords:
    """The texts of a language for one clinic. Where the patient is, nobody knows: the local number leads."""
    own, fixed = own_texts(language), the_texts(language)
    call, danger = _call(language, clinic), in_danger(language, clinic)
    contact = ", ".join(filter(None, (clinic.phone, clinic.email)))
    helps = f"{danger} {fixed.reach_clinic.format(clinic=clinic.name, contact=contact)}" if contact else danger
    alarm = f"{own.alarm}\n{call}\n{own.alarm_after}"
    return TheirWords(
        lang=language,
        dir="rtl" if fixed.right_to_left else "ltr",
        status={name: f"{text} {helps}" for name, text in own.status.items()},
        connection={name: f"{text} {danger}" for name, text in own.connection.items()},
        alarm=OwnAlarm(
            text=alarm,
            calls=[NumberToCall(number=call.number, label=call.label) for call in calls_in(alarm, language)],
            words=_items(own.cries),
            unless_before=_items(own.unless_before),
            unless_in=_items(own.unless_in),
            spaced=language not in UNSPACED,
        ),
    )


def in_danger(language: str, clinic: Clinic) -> str:
    """What stands beside every trouble: whom to call if somebody is in danger."""
    return f"{own_texts(language).danger} {_call(language, clinic)}"


def _call(language: str, clinic: Clinic) -> str:
    return Calling(calling_texts(the_texts(language)), clinic, Where(), language).how()
