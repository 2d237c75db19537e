"""The shape of an answer, as it goes to a patient, into the record and onto the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

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


def stored_answer(stored: Mapping[str, Any]) -> Answer:
    """An answer as it was stored, also where less was kept than today.

    Raises:
        ValidationError: if it is none.
    """
    passages = [{"title": passage.get("article"), **passage} for passage in stored.get("passages", [])]
    left_out: dict[str, Any] = {"about": None, "evidence": "none", "sources": [], "reviewed_on": None}
    return Answer.model_validate({**left_out, **stored, "passages": passages})


UNCLEAR = Answer(status="clarify", about=None, evidence="none", passages=[], sources=[], reviewed_on=None)
ABSTAINED = Answer(status="abstained", about=None, evidence="none", passages=[], sources=[], reviewed_on=None)
