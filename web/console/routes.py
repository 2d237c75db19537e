"""Every router of the console. Each page has a file of its own; this is where it is made known."""

from __future__ import annotations

from fastapi import APIRouter

from web.console import (
    account,
    audit_log,
    case,
    erase,
    exports,
    insight,
    joining,
    live,
    login,
    notices,
    people,
    queue,
    retention,
    reviews,
)

routers: list[APIRouter] = [
    login.router,
    joining.router,
    account.router,
    people.router,
    audit_log.router,
    exports.router,
    insight.router,
    retention.router,
    erase.router,
    notices.router,
    queue.router,
    case.router,
    live.router,
    reviews.router,
]
