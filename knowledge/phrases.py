"""The connecting sentences around quotes, from `phrases.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, get_args

from pydantic import Field, field_validator, model_validator

from cordial.data_files import CLINIC, Part, PlainText, fills, read_data
from knowledge.article import About
from knowledge.errors import PhrasesError
from language.spoken import text_file

_OfTheClinic = Annotated[str, fills(*CLINIC)]


class AboutTheService(Part):
    """Where it stands what somebody asks about the service itself."""

    acts: list[str]
    articles: list[str] = Field(min_length=1)


class Phrases(Part):
    """Everything that may stand around a quote."""

    language: str
    lead: dict[About, PlainText]
    doubtful: PlainText
    abstained: _OfTheClinic
    clarify: PlainText
    something_else: PlainText
    declined: dict[str, _OfTheClinic]
    by_act: dict[str, str]
    offer_person: PlainText
    plain: Annotated[str, fills("plain")]
    not_plainer: _OfTheClinic
    about_the_service: AboutTheService

    @field_validator("lead")
    @classmethod
    def _for_everything(cls, lead: dict[About, str]) -> dict[About, str]:
        missing = [about for about in get_args(About) if about not in lead]
        if missing:
            raise ValueError(f"there is no sentence for {' and '.join(missing)}. Add it")
        return lead

    @model_validator(mode="after")
    def _are_there(self) -> Phrases:
        unknown = [kind for kind in self.by_act.values() if kind not in self.declined]
        if unknown:
            raise ValueError(f"by_act names {' and '.join(unknown)}, which is not under declined. Add it there")
        return self

    def why_not(self, kind: str | None) -> str:
        """What to say when there is no answer; `kind` is the kind of declined question that it resembles, if any."""
        return self.declined.get(kind or "", self.abstained)


def read_phrases(file: Path | None = None) -> Phrases:
    """Read the sentences; by default those of the language that is spoken.

    Raises:
        PhrasesError: naming what is wrong.
    """
    return read_data(Phrases, file or text_file("knowledge", "phrases.yml"), PhrasesError)


@cache
def phrases() -> Phrases:
    """The shipped sentences, read once a process."""
    return read_phrases()
