"""The gateway's own sentences, by language."""

from __future__ import annotations

from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict

from language.spoken import text_file


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
    return Texts.model_validate(yaml.safe_load(text_file("turns", "texts.yml").read_text("utf-8")))
