"""The way back into a chat: the page that the link of an e-mail opens, and the two calls behind it.

The link's secret stands behind the # of the address, so no server and no proxy on the way gets it with the page; the page is
the same for everybody. All that fails is answered in the same words, after the same time.
"""

from __future__ import annotations

import asyncio
import calendar
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from cordial.data_files import DataFileError, Part, Text, read_data
from desk.reaching.coming_back import come_back, send_code
from language.spoken import text_file
from web.asking import errors, take
from web.errors import ApiError
from web.pages import page
from web.parts import Parts, PartsNow
from web.wire import AskForCode, ComeBack, Opened

router = APIRouter(tags=["coming back"])
Result = TypeVar("Result")

_SECONDS = 0.4  # that an answer takes, whatever it is; far longer than the work behind it


class BackError(DataFileError):
    """`back.yml` cannot be used; the message names the text."""


class Back(Part):
    """The texts of the page."""

    title: Text
    lead: Text
    birth: Text
    birth_hint: Text
    day: Text
    month: Text
    year: Text
    no_date: Text
    code_lead: Text
    send_code: Text
    code_sent: Text
    code: Text
    code_hint: Text
    no_code: Text
    send_again: Text
    refused: Text
    open: Text
    wait: Text
    no_link: Text
    other_chat: Text
    other_chat_why: Text
    open_anyway: Text
    unreachable: Text
    without_script: Text
    begin: Text


def read_back(file: Path | None = None) -> Back:
    """Read the texts; by default those of the language that is spoken.

    Raises:
        BackError: naming what is wrong.
    """
    return read_data(Back, file or text_file("web", "back.yml"), BackError)


@cache
def _texts() -> Back:
    return read_back()


@router.get("/back", include_in_schema=False)
def back(request: Request) -> Response:
    """Ask who it is; the page knows from the address what to ask for."""
    return page(request, "back.html", said=_texts(), months=list(calendar.month_name)[1:])


@router.post("/api/chat/back", responses=errors(400, 403, 413, 422, 429))
async def open_again(request: Request, body: ComeBack, parts: PartsNow) -> Opened:
    """Open a chat by the link of an e-mail, on any device; gives a new token for it.

    A link that is unknown, has ended or was tried too often is refused like a wrong answer: with 403, in the same words and
    after the same time.
    """
    await take("come_back", request, parts)
    answer = body.birth or (body.code or "").replace(" ", "")
    opened = await _after_the_same_time(partial(_write, parts, partial(come_back, secret=body.link, answer=answer)))
    if opened is None:
        raise ApiError(403, "link_refused")
    parts.gateway.streams.announce(opened)
    return Opened(session=opened, token=parts.tokens.make(opened))


@router.post("/api/chat/back/code", status_code=202, responses=errors(400, 413, 422, 429))
async def ask_for_code(request: Request, body: AskForCode, parts: PartsNow) -> Response:
    """Have a code sent to the address to which a link went. Whether there is such a link is not told."""
    await take("come_back", request, parts)
    await _after_the_same_time(partial(_write, parts, partial(send_code, secret=body.link)))
    return Response(status_code=202)


def _write(parts: Parts, work: Callable[..., Result]) -> Result:
    with parts.database.write() as session:
        return work(session, now=datetime.now(UTC))


async def _after_the_same_time(work: Callable[[], Result]) -> Result:
    """What some work gives, not before the time has passed that every answer takes."""
    ends = time.monotonic() + _SECONDS
    result = await anyio.to_thread.run_sync(work)
    await asyncio.sleep(max(0.0, ends - time.monotonic()))
    return result
