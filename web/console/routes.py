"""Every router of the console. Each page has a file of its own; this is where it is made known."""

from __future__ import annotations

from fastapi import APIRouter

from web.console import (
    account,
    answering,
    articles,
    audit_log,
    case,
    drafts,
    erase,
    exports,
    in_vain,
    insight,
    joining,
    live,
    login,
    notices,
    people,
    pulse,
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
    in_vain.router,  # before the tables of insight, whose address it would fit
    insight.router,
    retention.router,
    erase.router,
    notices.router,
    pulse.router,
    queue.router,
    case.router,
    live.router,
    reviews.router,
    drafts.router,
    articles.router,
    answering.router,  # behind it: "new" is no article
]
