"""Pages of the console: the frame around them, where they lead, and what they say after something was done."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined

from desk.articles.drafts import waiting_for_review
from desk.database import Database
from desk.keeping.audit_watch import contradicted
from desk.keeping.caution import refused
from desk.people.roles import Permission
from web.console.access import Person
from web.console.cookies import FLASH, cookies_of
from web.console.display import Clock
from web.console.texts import console_texts
from web.csrf import SAFE_METHODS
from web.parts import parts_of

HOME = "/desk"
_FLASH_SECONDS = 60
# An address in the console: no other host, no backslash that a browser would take for a slash, nothing that ends a header.
_INSIDE = re.compile(r"/desk(/[\w.~%-]+)*/?(\?[\w.~%&=+:,-]*)?", re.ASCII)


class NavigationLink(NamedTuple):
    """A page that the navigation leads to."""

    path: str
    title: str
    permission: Permission


# Those that exist and that a person may open are shown, in this order; the first is where the console begins for them.
NAVIGATION = (
    NavigationLink("/desk/queue", "Queue", Permission.SEE_CASES),
    NavigationLink("/desk/reviews", "Answer reviews", Permission.SEE_REVIEWS),
    NavigationLink("/desk/articles", "Articles", Permission.SEE_ARTICLES),
    NavigationLink("/desk/insight", "Insight", Permission.SEE_INSIGHT),
    NavigationLink("/desk/people", "People", Permission.MANAGE_PEOPLE),
    NavigationLink("/desk/audit", "Audit log", Permission.SEE_AUDIT),
    NavigationLink("/desk/notices", "Notices", Permission.MANAGE_NOTICES),
    NavigationLink("/desk/retention", "Retention", Permission.MANAGE_RETENTION),
    NavigationLink("/desk/erase", "Erase", Permission.ERASE_CASES),
)

templates = Jinja2Templates(directory=Path(__file__).parents[1] / "templates")
templates.env.undefined = StrictUndefined


def render(request: Request, person: Person | None, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page.

    Args:
        request: what it answers.
        person: who looks at it; nobody on the way in.
        template: a file in templates/console.
        status: of the answer.
        context: what the template shows.
    """
    cookies, clinic = cookies_of(request), parts_of(request).clinic
    flash = cookies.read_signed(request, FLASH, _FLASH_SECONDS)
    frame = {
        "clinic": clinic,
        "language": "en",
        "person": person,
        "navigation": navigation_of(request, person),
        "waiting_at": {"/desk/articles": reviews_waiting(parts_of(request).database, person)},
        "here": request.url.path,
        "address": "" if request.method in SAFE_METHODS else form_page(request),
        "alerts": person is not None and person.may(Permission.SEE_CASES),
        "flash": flash,
        "refused": _refused_retention(request, person),
        "log_contradicted": _contradicted_log(request, person),
        "said": console_texts(),
        "clock": Clock.of_now(clinic.hours.zone),
    }
    response = templates.TemplateResponse(request, f"console/{template}", {**frame, **context}, status_code=status)
    if flash is not None:
        cookies.delete(response, FLASH)
    return response


def _refused_retention(request: Request, person: Person | None) -> str | None:
    """Why retention erased nothing, for those who can do something about it."""
    if person is None or not person.may(Permission.MANAGE_RETENTION):
        return None
    return refused(parts_of(request).database.folder)


def _contradicted_log(request: Request, person: Person | None) -> str | None:
    """What is wrong with the audit log, for those who may read it."""
    if person is None or not person.may(Permission.SEE_AUDIT):
        return None
    return contradicted(parts_of(request).database.folder)


def reviews_waiting(database: Database, person: Person | None) -> int | None:
    """How many articles wait for the review of this person; nothing for those who review none."""
    if person is None or not person.may(Permission.APPROVE_ARTICLES):
        return None
    with database.read() as session:
        return sum(person.id not in writers for writers in waiting_for_review(session))


def navigation_of(request: Request, person: Person | None) -> list[NavigationLink]:
    """Where a person may go."""
    if person is None:
        return []
    there = request.app.state.console_paths
    return [link for link in NAVIGATION if link.path in there and person.may(link.permission)]


def go(request: Request, path: str, said: str | None = None, **details: str) -> RedirectResponse:
    """Lead on after a form.

    Args:
        request: what it answers.
        path: a page of the console.
        said: a key of the console's texts, shown at the top of the next page.
        details: what that text mentions.
    """
    response = RedirectResponse(path, 303)
    if said is not None:
        cookies = cookies_of(request)
        cookies.set(response, FLASH, cookies.sign(FLASH, console_texts()[said].format(**details)), _FLASH_SECONDS)
    return response


def inside(path: str | None) -> str:
    """A page of the console that a stranger may have named in a link; the beginning if it is anywhere else."""
    return path if path is not None and _INSIDE.fullmatch(path) and ".." not in path else HOME


def form_page(request: Request) -> str:
    """The page whose form was sent: the address of what answers it, too, so that loading that again sends nothing."""
    address = urlsplit(request.headers.get("referer", ""))
    return inside(f"{address.path}?{address.query}" if address.query else address.path)


def with_next(path: str, following: str) -> str:
    """An address that knows where to go on afterwards."""
    return f"{path}?next={quote(following, safe='')}"
