"""The front door: where a patient chooses between asking, reading and the studies."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from web.pages import page
from web.parts import PartsNow

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, parts: PartsNow) -> Response:
    """The ways in, what this is and is not, and how to reach a person."""
    generation = parts.library.generation
    return page(request, "home.html", articles=len(generation.articles), studies=len(generation.studies))
