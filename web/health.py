"""Is it alive, is it ready, what has it done."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from web.parts import PartsNow
from web.wire import Alive, Ready

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> Alive:
    """The process answers, also while every thread is busy."""
    return Alive(status="ok")


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready, "description": "Something is away."}})
async def ready(parts: PartsNow) -> JSONResponse:
    """Database, index and Rasa are there."""

    def database() -> bool:
        try:
            parts.database.ping()
        except SQLAlchemyError:
            return False
        return True

    state = {
        "database": await anyio.to_thread.run_sync(database),
        "index": len(parts.library.generation.passages) > 0,
        "rasa": await parts.rasa.ready(),
    }
    return JSONResponse(state, status_code=200 if all(state.values()) else 503)


@router.get("/metrics", response_class=PlainTextResponse)
def metrics() -> Response:
    """Counters and timings as Prometheus text."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
