"""Is it alive, is it ready, what has it done."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

import anyio.to_thread
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from web.parts import Parts, PartsNow
from web.wire import Alive, Ready

router = APIRouter(tags=["health"])

_LITTLE = 50_000_000  # bytes; with fewer it is a matter of hours


@router.get("/healthz")
async def alive() -> Alive:
    """The process answers, also while every thread is busy."""
    return Alive(status="ok")


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready, "description": "Something is away."}})
async def ready(parts: PartsNow) -> JSONResponse:
    """Database, index, Rasa and disk are there; if not, what is wrong."""
    rasa = await parts.rasa.state()
    problems = await anyio.to_thread.run_sync(_problems, parts)
    problems += [] if rasa == "ready" else [f"rasa_{rasa}"]
    state = {
        "database": "database" not in problems,
        "index": "index" not in problems,
        "rasa": rasa == "ready",
        "disk": not {"disk_full", "folder_read_only"} & set(problems),
        "problems": problems,
    }
    return JSONResponse(state, status_code=503 if problems else 200)


@router.get("/metrics", response_class=PlainTextResponse)
def metrics() -> Response:
    """Counters and timings as Prometheus text."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _problems(parts: Parts) -> list[str]:
    """What is wrong here, in the words of `Ready`."""
    found = [] if parts.library.generation.passages else ["index"]
    try:
        parts.database.ping()
    except SQLAlchemyError:
        found.append("database")
    disk = disk_problem(parts.settings.data)
    return [*found, disk] if disk else found


def disk_problem(folder: Path) -> str | None:
    """Why nothing more could be stored in a folder; nothing if it could."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        probe.write_bytes(b"x" * 4096)
        return "disk_full" if shutil.disk_usage(folder).free < _LITTLE else None
    except OSError as error:
        return "disk_full" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "folder_read_only"
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
