"""The shape of an answer, as it goes to a patient, into the record and onto the command line."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.article import About, Evidence
from knowledge.sources import Source


class Quote(BaseModel):
    """A verbatim span of one version of an article."""

    model_config = ConfigDict(frozen=True)

    article: str
    version: int
    title: str
    heading: str
    quote: str
    start: int
    end: int
    url: str


class Answer(BaseModel):
    """What the knowledge base says to one question, or that it says nothing."""

    model_config = ConfigDict(frozen=True)

    status: Literal["answered", "clarify", "abstained"]
    about: About | None
    evidence: Evidence
    passages: list[Quote]
    sources: list[Source]
    reviewed_on: str | None


UNCLEAR = Answer(status="clarify", about=None, evidence="none", passages=[], sources=[], reviewed_on=None)
ABSTAINED = Answer(status="abstained", about=None, evidence="none", passages=[], sources=[], reviewed_on=None)
