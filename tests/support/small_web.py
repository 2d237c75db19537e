"""A web for one test: real HTTP, database and settings, in a thread of the tests, so that it is there in a blink."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from rasa_sdk.executor import ActionExecutor

from cordial.keys import encryption_keys, signing_key
from cordial.settings import Settings
from desk.database import Database
from desk.sealed import Keyring, new_key
from emergencies.red_flags import RedFlags, the_red_flags
from intake.clinic import read_clinic
from knowledge.encoder import Encoder
from knowledge.library import Library
from tests.support.broken_rasa import BrokenRasa, repeats_what_was_said
from tests.support.system import until
from turns.gateway import Gateway
from turns.rasa import RasaClient
from web.app import create_app
from web.parts import Parts
from web.post import post_of, reaches_patients
from web.serving import OPTIONS
from web.throttling import make_limits
from web.tokens import Tokens


@dataclass(frozen=True)
class SmallWeb:
    """A running web with what stands in Rasa's place."""

    url: str
    parts: Parts
    rasa: BrokenRasa


NewWeb = Callable[..., SmallWeb]


@contextmanager
def small_web(
    folder: Path, library: Library, encoder: Encoder, red_flags: RedFlags | None = None, **settings: str | int
) -> Iterator[SmallWeb]:
    """Run web with some settings, and perhaps another check for emergencies; Rasa repeats what was said."""
    rasa = BrokenRasa()
    rasa.behaves(repeats_what_was_said())
    taken = socket.create_server(
        ("127.0.0.1", int(settings.get("port", 0)))
    )  # at once, or another test might take it meanwhile
    given = {"data": folder, "port": taken.getsockname()[1], "rasa_url": rasa.url, **settings}
    chosen = Settings.model_validate(given)
    parts = _parts(chosen, library, encoder, red_flags or the_red_flags())
    config = uvicorn.Config(create_app(parts), port=chosen.port, timeout_graceful_shutdown=1, **OPTIONS)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([taken],), daemon=True)
    thread.start()
    try:
        until(lambda: server.started, 20, "web is up")
        yield SmallWeb(chosen.web_url, parts, rasa)
    finally:
        server.should_exit = True
        thread.join(20)
        taken.close()
        rasa.goes_away()


def _parts(settings: Settings, library: Library, encoder: Encoder, red_flags: RedFlags) -> Parts:
    clinic = read_clinic(settings.clinic_file)
    post = post_of(settings, clinic.hours.zone)
    keyring, reaches = Keyring(encryption_keys(settings, new_key)), reaches_patients(settings, clinic)
    database = Database(settings.database_address, keyring, post.receivers, reaches_patients=reaches)
    database.migrate()
    rasa = RasaClient(settings.rasa_address, settings.rasa_timeout)
    tokens = Tokens(signing_key(settings), settings.session_days)
    limits = make_limits(settings.limits == "on", settings.redis_url)
    gateway = Gateway(database, rasa, clinic, red_flags)
    return Parts(
        settings=settings,
        database=database,
        encoder=encoder,
        library=library,
        clinic=clinic,
        rasa=rasa,
        gateway=gateway,
        tokens=tokens,
        executor=ActionExecutor(),
        limits=limits,
        post=post,
    )
