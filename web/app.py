"""The web application: its routes, its start and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio.to_thread
import structlog
from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from cordial.keys import encryption_keys
from desk.keeping.tidying import keep_tidy
from desk.post.sending import outbox_tasks
from desk.reaching.sending import reaching_tasks
from desk.sealed import SealError
from knowledge.library import Library
from turns.sweeping import Sweeper
from web import back, chat, health, home, inner, library, own_data, privacy, research, their_words, widget_page
from web.console import routes as console
from web.console.middleware import install_console
from web.errors import install_error_handlers
from web.guards import Guard
from web.parts import Parts

logger = structlog.get_logger(__name__)

STATIC = Path(__file__).parent / "static"
_REFRESH_SECONDS = 2.0
_PATIENTS = (
    chat.router,
    their_words.router,
    own_data.router,
    back.router,
    widget_page.router,
    home.router,
    privacy.router,
    research.router,
    library.router,
)
ROUTERS: tuple[APIRouter, ...] = (*_PATIENTS, health.router, inner.router, *console.routers)


def create_app(parts: Parts) -> FastAPI:
    """The application around its parts, which it closes when it ends."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        sweeper = Sweeper(parts.database, parts.rasa, parts.gateway)
        posted = outbox_tasks(parts.database, parts.post, parts.clinic.hours)
        posted += reaching_tasks(parts.database, parts.post, parts.clinic.name)
        ours = (sweeper.run(), _keep_fresh(parts.library), _keep_keys(parts), app.state.threads.watch())
        running = (*ours, keep_tidy(parts.database, parts.settings.data), *posted)
        background = [asyncio.create_task(each) for each in running]
        logger.info("web is up", articles=len(parts.library.generation.articles), generation=parts.library.generation.id)
        yield
        for task in background:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await parts.gateway.alarms.close()
        await parts.rasa.close()
        parts.database.close()

    app = FastAPI(title="Cordial", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.parts = parts
    app.state.readiness, app.state.threads = health.Readiness(parts), health.Threads(parts.database)
    install_error_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    install_console(app, parts.settings, console.routers)
    settings = parts.settings
    app.add_middleware(Guard, limits=parts.limits, sites=settings.site_origins, trusted_proxies=settings.trusted_proxies)
    return app


async def _keep_keys(parts: Parts) -> None:
    """Take up a new encryption key, so that `cordial keys rotate` needs no restart."""
    known = _keys_now(parts)
    while True:
        await asyncio.sleep(_REFRESH_SECONDS)
        keys = _keys_now(parts)
        if keys == known or not set(keys) & set(known):  # without any known one, they would open nothing
            continue
        try:
            parts.database.keyring.take_up(keys)
            known = keys
            logger.info("took up a new encryption key")
        except SealError:
            logger.exception("a new encryption key could not be taken up")


def _keys_now(parts: Parts) -> list[str]:
    """The keys as they are now; none while their file is not there, since a new one would open nothing."""

    def make_none() -> str:
        raise FileNotFoundError

    try:
        return encryption_keys(parts.settings, make_none)
    except (OSError, ValueError):
        return []


async def _keep_fresh(library: Library) -> None:
    """Take up new index generations as they are made current."""
    while True:
        await asyncio.sleep(_REFRESH_SECONDS)
        try:
            if await anyio.to_thread.run_sync(library.refresh):
                logger.info("took up a new index", generation=library.generation.id)
        except Exception:
            logger.exception("a new index could not be taken up; the old one stays")
