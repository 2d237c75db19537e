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

    language: str
    lead: dict[About, str]
    abstained: str
    clarify: str
    something_else: str
    declined: dict[str, str]
    offer_person: str

    def why_not(self, kind: str | None) -> str:
        """What to say when there is no answer; `kind` is the kind of declined question that it resembles, if any."""
        return self.declined.get(kind or "", self.abstained)


@cache
def phrases() -> Phrases:
    """The shipped sentences, read once a process."""
    return Phrases.model_validate(yaml.safe_load((Path(__file__).parent / "phrases.yml").read_text("utf-8")))
