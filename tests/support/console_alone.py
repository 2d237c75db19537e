"""The console over real HTTP, in this process, with an empty library and no index, model or Rasa: for all that needs none."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import uvicorn

from cordial.bootstrap import PROJECT
from cordial.settings import Settings
from desk.database import Database
from desk.post.sender import Post
from desk.receiver import Receiver
from desk.sealed import Keyring, new_key
from intake.clinic import read_clinic
from knowledge.encoder import Encoder
from knowledge.library import Library
from tests.support.system import free_port, until
from turns.gateway import Gateway
from web.app import create_app
from web.parts import Parts
from web.throttling import make_limits
from web.tokens import Tokens


class ConsoleAlone:
    """Web without what answers patients."""

    def __init__(
        self,
        data: Path,
        *receivers: Receiver,
        library: Library | None = None,
        encoder: Encoder | None = None,
        reaches_patients: bool = False,
    ) -> None:
        """Open the records and listen; the editors' pages need a library, and some of them the embedding model."""
        self.port, self.data = free_port(), data
        settings = Settings(data=data, port=self.port, limits="off")
        self.database = Database(settings.database_address, Keyring([new_key()]), receivers, reaches_patients=reaches_patients)
        self.database.migrate()
        self.tokens = Tokens(new_key(), 1)  # for patients who look at their own data
        nothing, clinic = cast(Any, None), read_clinic(PROJECT / "clinic.yml")
        self.gateway = Gateway(self.database, nothing, clinic)  # for what people of the clinic do
        parts = Parts(
            settings=settings,
            database=self.database,
            encoder=cast(Any, encoder),
            library=cast(Any, library or SimpleNamespace(generation=SimpleNamespace(articles={}))),
            rasa=nothing,
            gateway=self.gateway,
            executor=nothing,
            clinic=clinic,
            tokens=self.tokens,
            limits=make_limits(False, None),
            post=Post(receivers, None, "", {}, self.url),
        )
        config = uvicorn.Config(create_app(parts), port=self.port, lifespan="off", log_config=None, access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server.started, 30, "listening")

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def closes(self) -> None:
        """Stop listening."""
        self._server.should_exit = True
        self._thread.join(10)
        self.database.close()
