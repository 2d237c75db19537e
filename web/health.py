"""Is it alive, is it ready, what has it done."""

from __future__ import annotations

import asyncio
import errno
import math
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as ConnectionsHang

from desk.database import Database
from web.parts import Parts
from web.wire import Alive, Ready

router = APIRouter(tags=["health"])

_FRESH_SECONDS = 1.0
_HANG_SECONDS = 30.0  # far above what a locked database makes anybody wait
_LITTLE = 50_000_000  # bytes; with fewer it is a matter of hours


@router.get("/healthz", response_model=Alive, responses={503: {"model": Alive, "description": "Nothing gets done."}})
async def alive(request: Request) -> JSONResponse:
    """The process answers, also while every thread is busy; no longer, when all of them have hung for half a minute."""
    threads: Threads = request.app.state.threads
    return JSONResponse({"status": "threads_hang"}, 503) if threads.hang else JSONResponse({"status": "ok"})


@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready, "description": "Something is away."}})
async def ready(request: Request) -> JSONResponse:
    """Database, index, Rasa and disk are there; if not, what is wrong."""
    readiness: Readiness = request.app.state.readiness
    state = await readiness.now()
    return JSONResponse(state, status_code=503 if state["problems"] else 200)


@router.get("/metrics", response_class=PlainTextResponse)
def metrics() -> Response:
    """Counters and timings as Prometheus text."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


class Threads:
    """Whether threads work: the loop that answers for the process goes on without them, but nothing is stored or read."""

    def __init__(self, database: Database) -> None:
        """They do as yet, and have a connection to the records."""
        self._database = database
        self._worked_at = time.monotonic()

    @property
    def hang(self) -> bool:
        """Whether for long no thread, or no connection to the records, has come free."""
        return time.monotonic() - self._worked_at > _HANG_SECONDS

    async def watch(self) -> None:
        """Stand in line for a thread and a connection like everybody else, again and again."""
        while True:
            with suppress(ConnectionsHang):
                await anyio.to_thread.run_sync(self._ask)
                self._worked_at = time.monotonic()
            await asyncio.sleep(_FRESH_SECONDS)

    def _ask(self) -> None:
        with suppress(DBAPIError):  # an answer, too: `/readyz` tells of it, and a start anew would not help
            self._database.ping()


class Readiness:
    """Whether everything is there. It is looked at once a second at most, however many ask."""

    def __init__(self, parts: Parts) -> None:
        """Nothing has been looked at yet."""
        self._parts = parts
        self._one_looks = asyncio.Lock()
        self._state: dict[str, Any] = {}
        self._seen_at = -math.inf

    async def now(self) -> dict[str, Any]:
        """What is there, in the words of `Ready`."""
        async with self._one_looks:
            if time.monotonic() - self._seen_at >= _FRESH_SECONDS:
                self._state = await self._look()
                self._seen_at = time.monotonic()
            return self._state

    async def _look(self) -> dict[str, Any]:
        rasa = await self._parts.rasa.state()
        problems = await anyio.to_thread.run_sync(_problems, self._parts)
        problems += [] if rasa == "ready" else [f"rasa_{rasa}"]
        return {
            "database": "database" not in problems,
            "index": "index" not in problems,
            "rasa": rasa == "ready",
            "disk": not {"disk_full", "folder_read_only"} & set(problems),
            "problems": problems,
        }


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
