"""The addresses of the web as its routers know them, and what each of them needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from desk.people.roles import Permission
from web.app import ROUTERS


def calls_of(dependant: Dependant) -> Iterator[Any]:
    """Everything that a route depends on."""
    yield dependant.call
    for part in dependant.dependencies:
        yield from calls_of(part)


def routes() -> Iterator[tuple[str, APIRoute]]:
    """Every route of the application by its name, such as "GET /chat"."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute), f"{route} is no route that this test can look into"
            for method in route.methods:
                yield f"{method} {route.path}", route


def permission_of(route: APIRoute) -> Permission | None:
    """The permission that a route names."""
    for call in calls_of(route.dependant):
        if hasattr(call, "permission"):
            return Permission(call.permission)
    return None


CONSOLE = {name: permission for name, route in routes() if (permission := permission_of(route))}
