"""The connecting sentences around quotes, from `phrases.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.article import About


class Phrases(BaseModel):
    """Everything that may stand around a quote."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lead: dict[About, str]
    abstained: str
    offer_person: str


@cache
def phrases() -> Phrases:
    """The shipped sentences, read once a process."""
    return Phrases.model_validate(yaml.safe_load((Path(__file__).parent / "phrases.yml").read_text("utf-8")))
