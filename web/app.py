"""The web application: its parts, its routes, its start and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import anyio.to_thread
import structlog
from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from rasa_sdk.executor import ActionExecutor

from actions.services import Services, provide
from cordial.keys import encryption_keys, signing_key
from cordial.settings import Settings
from desk.database import Database
from desk.keeping.erasure import erase_again
from desk.keeping.tidying import keep_tidy
from desk.post.sending import outbox_tasks
from desk.sealed import Keyring, new_key
from emergencies.red_flags import read_red_flags
from intake.clinic import read_clinic
from intake.fields import the_intake
from intake.judging import birth
from knowledge.encoder import Encoder
from knowledge.library import Library
from knowledge.research import rules
from language.spoken import speak
from turns.gateway import Gateway
from turns.rasa import RasaClient
from turns.sweeping import Sweeper
from turns.texts import texts
from web import chat, health, home, inner, library, own_data, research, widget_page
from web.console import routes as console
from web.console.shell import install_console
from web.console.texts import audit_texts, console_texts
from web.errors import install_error_handlers
from web.guards import Guard
from web.library_texts import library_texts
from web.parts import Parts
from web.post import post_of
from web.throttling import make_limits
from web.tokens import Tokens

logger = structlog.get_logger(__name__)

STATIC = Path(__file__).parent / "static"
_REFRESH_SECONDS = 2.0
_PATIENTS = (chat.router, own_data.router, widget_page.router, home.router, research.router, library.router)
ROUTERS: tuple[APIRouter, ...] = (*_PATIENTS, health.router, inner.router, *console.routers)


def create_app(parts: Parts) -> FastAPI:
    """The application around its parts, which it closes when it ends."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        sweeper = Sweeper(parts.database, parts.rasa, parts.gateway)
        posted = outbox_tasks(parts.database, parts.post, parts.clinic.hours)
        running = (sweeper.run(), _keep_fresh(parts.library), keep_tidy(parts.database, parts.settings.data), *posted)
        background = [asyncio.create_task(each) for each in running]
        logger.info("web is up", articles=len(parts.library.generation.articles), generation=parts.library.generation.id)
        yield
        for task in background:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await parts.rasa.close()
        parts.database.close()

    app = FastAPI(title="Cordial", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.parts = parts
    install_error_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    install_console(app, parts.settings, console.routers)
    app.add_middleware(Guard, sites=parts.settings.site_origins, trusted_proxies=parts.settings.trusted_proxies)
    return app


def make_parts(settings: Settings) -> Parts:
    """Open the database, load the model and the library, register the actions."""
    clinic = read_clinic(settings.clinic_file)
    post = post_of(settings, clinic.hours.zone)
    keyring = Keyring(encryption_keys(settings, new_key))
    database = Database(settings.database_address, keyring, post.receivers, settings.data)
    database.migrate()
    erase_again(database)  # an older database may have been put in place
    speak(clinic.language)
    texts()  # a mistake in the texts stops the start, not a patient
    console_texts()
    audit_texts()
    library_texts()
    rules()
    encoder = Encoder(settings.data / "encoder")
    library = Library(settings.knowledge_folder, encoder)
    library.ask("Is the library warm?")
    provide(Services(library, clinic, the_intake()))
    executor = ActionExecutor()
    executor.register_package("actions")
    rasa = RasaClient(settings.rasa_address, settings.rasa_timeout, encoder.encode)
    red_flags = read_red_flags()
    red_flags.ask_examples(encoder.encode, encoder.name)
    red_flags.warm_up()
    birth.warm_up(datetime.now(UTC).date())
    gateway = Gateway(database, rasa, clinic, red_flags)
    tokens = Tokens(signing_key(settings), settings.session_days)
    limits = make_limits(settings.limits == "on", settings.redis_url)
    return Parts(settings, database, encoder, library, clinic, rasa, gateway, tokens, executor, limits, post)


async def _keep_fresh(library: Library) -> None:
    """Take up new index generations as they are made current."""
    while True:
        await asyncio.sleep(_REFRESH_SECONDS)
        try:
            if await anyio.to_thread.run_sync(library.refresh):
                logger.info("took up a new index", generation=library.generation.id)
        except Exception:
            logger.exception("a new index could not be taken up; the old one stays")
