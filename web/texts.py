"""The gateway's own sentences, by language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict


class Texts(BaseModel):
    """What the gateway says by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    greeting: str
    greeting_buttons: list[str]
    assistant_away: str
    errors: dict[str, str]


@cache
def texts(language: str = "en") -> Texts:
    """The sentences in a language that ships."""
    file = Path(__file__).parent / "texts" / f"{language}.yml"
    return Texts.model_validate(yaml.safe_load(file.read_text("utf-8")))
