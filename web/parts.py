"""The parts of one running web process, made once at start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from rasa_sdk.executor import ActionExecutor

from cordial.settings import Settings
from desk.articles.work import Workshop
from desk.database import Database
from desk.post.sender import Post
from intake.clinic import Clinic
from knowledge.encoder import Encoder
from knowledge.library import Library
from knowledge.publishing import Shelf
from turns.gateway import Gateway
from turns.rasa import RasaClient
from web.throttling import Limits
from web.tokens import Tokens


@dataclass(frozen=True)
class Parts:
    """Everything that a request may need."""

    settings: Settings
    database: Database
    encoder: Encoder
    library: Library
    clinic: Clinic
    rasa: RasaClient
    gateway: Gateway
    tokens: Tokens
    executor: ActionExecutor
    limits: Limits
    post: Post

    @property
    def workshop(self) -> Workshop:
        """Where editors work on articles."""
        shelf = Shelf(self.settings.articles_folder.parent, self.settings.knowledge_folder, self.encoder)
        return Workshop(self.database, self.library, shelf)


def parts_of(request: Request) -> Parts:
    """The parts of the process that serves a request."""
    parts: Parts = request.app.state.parts
    return parts


async def _parts_now(request: Request) -> Parts:
    """The same for a route. A function that is not async would need a thread, for which an emergency might have to wait."""
    return parts_of(request)


PartsNow = Annotated[Parts, Depends(_parts_now)]
