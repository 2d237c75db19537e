"""The gateway's own sentences, by language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import model_validator

from cordial.data_files import DataFileError, Part, PlainText, by_name, fills, read_data
from emergencies.calling import Calling, Where
from emergencies.red_flags_file import the_calling_texts
from intake.clinic import Clinic
from language.patterns import PatternError, read_patterns
from language.spoken import text_file

# Every refusal that a caller may get, by its code, with what is filled into its sentence.
ERRORS: dict[str, tuple[str, ...]] = {
    "empty_message": (),
    "message_too_long": ("limit",),
    "invalid_request": ("detail",),
    "invalid_encoding": (),
    "not_json": (),
    "body_too_large": (),
    "body_too_slow": (),
    "token_required": (),
    "token_invalid": (),
    "token_expired": (),
    "id_reused": (),
    "too_many_requests": ("seconds",),
    "no_such_answer": (),
    "on_hold": ("contact",),
    "not_found": (),
    "link_refused": (),
    "method_not_allowed": (),
    "not_logged_in": (),
    "link_ended": (),
    "not_allowed": (),
    "proof_needed": (),
    "other_site": (),
    "forbidden": (),
    "internal": ("incident",),
}


class TextsError(DataFileError):
    """`texts.yml` cannot be used; the message names the text."""


class AskingForAPerson(Part):
    """The patterns by which a patient asks for a person, in the notation of `language/patterns.py`."""

    people: list[str]
    wanted_by: str
    refused_by: str
    accepted_by: str

    @model_validator(mode="after")
    def _can_be_read(self) -> AskingForAPerson:
        for block in (self.wanted_by, self.refused_by, self.accepted_by):
            try:
                read_patterns(block, {"person": self.people})
            except PatternError as error:
                raise ValueError(f"{error}. The first lines of language/patterns.py say how a pattern is written.") from None
        return self


class Texts(Part):
    """What the gateway says by itself."""

    greeting: Annotated[str, fills("clinic", "emergency_number")]
    greeting_buttons: list[PlainText]
    assistant_away: Annotated[str, fills("contact", "emergency_number")]
    offer_left: PlainText
    person_button: PlainText
    asking_for_a_person: AskingForAPerson
    person_called: Annotated[str, fills("reference", "coordinator", "opening_hours", "reply_within", "emergency_number")]
    not_understood: Annotated[str, fills("call")]
    consent_withdrawn: PlainText
    consent_withdrawn_on_hold: PlainText
    consent_withdrawn_person: Annotated[str, fills("reference")]
    help: Annotated[str, fills("emergency_number", "contact")]
    errors: Annotated[dict[str, str], by_name(ERRORS)]
    error_titles: Annotated[dict[str, str], by_name({code: () for code in ("not_found", "internal", "forbidden", "other")})]


def read_texts_of_turns(file: Path | None = None) -> Texts:
    """Read the sentences; by default those of the language that is spoken.

    Raises:
        TextsError: naming what is wrong.
    """
    return read_data(Texts, file or text_file("turns", "texts.yml"), TextsError)


def help_now(clinic: Clinic) -> str:
    """The number to call and the ways to the clinic, for whoever reads an error. Where they are is not known."""
    contact = " or ".join(filter(None, (clinic.phone, clinic.email)))
    number = Calling(the_calling_texts(), clinic, Where()).for_anybody()
    return texts().help.format(emergency_number=number, contact=contact)


@cache
def texts() -> Texts:
    """The sentences in the language that is spoken."""
    return read_texts_of_turns()
