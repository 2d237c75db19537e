"""The gateway's own sentences, by language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from intake.language import spoken


class Texts(BaseModel):
    """What the gateway says by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    greeting: str
    greeting_buttons: list[str]
    assistant_away: str
    person_button: str
    person_called: str
    consent_withdrawn: str
    consent_withdrawn_person: str
    errors: dict[str, str]
    error_titles: dict[str, str]


@cache
def texts() -> Texts:
    """The sentences in the language that is spoken."""
    file = Path(__file__).parent / "texts" / f"{spoken()}.yml"
    return Texts.model_validate(yaml.safe_load(file.read_text("utf-8")))


@cache
def console_texts(language: str = "en") -> dict[str, str]:
    """What the console says after something was done, or why it was not, by key; templates hold the rest of its words."""
    return _read(f"console.{language}.yml")


@cache
def audit_texts(language: str = "en") -> dict[str, str]:
    """The actions of the audit log in words."""
    return _read(f"audit.{language}.yml")


def _read(name: str) -> dict[str, str]:
    file = Path(__file__).parent / "texts" / name
    return TypeAdapter(dict[str, str]).validate_python(yaml.safe_load(file.read_text("utf-8")))
