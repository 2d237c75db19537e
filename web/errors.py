"""One shape for every error: ``{"error": {"code": …, "message": …}}``, and never a stack trace."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from desk.conversations.log import UnknownConversation
from turns.texts import help_now, texts
from web.error_pages import Handler, as_page_too

logger = structlog.get_logger(__name__)

_NOT_FOR_PATIENTS = ("/desk", "/encode", "/webhook")
_CODES = {404: "not_found", 405: "method_not_allowed", 408: "body_too_slow", 413: "body_too_large", 403: "forbidden"}


class ApiError(Exception):
    """A refusal that the caller can understand; `code` is one of the texts' error codes."""

    def __init__(self, status: int, code: str, **details: object) -> None:
        """Refuse with a status, a code and what the code's sentence mentions."""
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        self.message = texts().errors[code].format(**details)


def error_response(status: int, code: str, **details: object) -> JSONResponse:
    """An error as it goes over the wire."""
    message = texts().errors[code].format(**details)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status, headers=headers)


def unexpected(error: Exception, path: str) -> JSONResponse:
    """The answer to a fault of ours: a number to ask about, which is in the log with the fault."""
    incident = secrets.token_hex(4)
    logger.error("request failed", path=path, incident=incident, exc_info=error)
    return error_response(500, "internal", incident=incident)


def with_help(request: Request, refusal: JSONResponse) -> JSONResponse:
    """A refusal that a patient may read: whoever is in danger reads in it whom to call, and how to reach the clinic."""
    if request.url.path.startswith(_NOT_FOR_PATIENTS):
        return refusal
    error = json.loads(bytes(refusal.body))["error"]
    message = f"{error['message']} {help_now(request.app.state.parts.clinic)}"
    headers = {name: value for name, value in refusal.headers.items() if name != "content-length"}
    return JSONResponse({"error": {**error, "message": message}}, refusal.status_code, headers)


def _with_help_too(handler: Callable[[Request, Exception], Awaitable[JSONResponse]]) -> Handler:
    async def handle(request: Request, error: Exception) -> JSONResponse:
        return with_help(request, await handler(request, error))

    return as_page_too(handle)


def install_error_handlers(app: FastAPI) -> None:
    """Map everything that can be raised to that one shape."""

    async def refused(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ApiError)  # noqa: S101
        content = {"error": {"code": error.code, "message": error.message}}
        return JSONResponse(content, status_code=error.status, headers=error.headers)

    async def unknown(_request: Request, _error: Exception) -> JSONResponse:
        return error_response(401, "token_invalid")  # the chat was deleted; whether there ever was one is not told

    async def http(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        if error.status_code == 400:
            unreadable = isinstance(error.__cause__, UnicodeDecodeError)
            return error_response(400, "invalid_encoding" if unreadable else "not_json")
        if error.status_code not in _CODES:
            return error_response(error.status_code, "invalid_request", detail="")
        response = error_response(error.status_code, _CODES[error.status_code])
        response.headers.update(error.headers or {})  # 405 names the methods that are allowed
        return response

    async def invalid(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        problem = error.errors()[0]
        if problem["type"] == "json_invalid":
            return error_response(400, "not_json")
        # What was sent may be personal; only the place and the rule are repeated. The name of a surplus field was sent, too.
        location = problem["loc"][:-1] if problem["type"] == "extra_forbidden" else problem["loc"]
        place = ".".join(str(part) for part in location if part != "body")
        return error_response(422, "invalid_request", detail=f"{place}: {problem['msg']}" if place else problem["msg"])

    app.add_exception_handler(ApiError, _with_help_too(refused))
    app.add_exception_handler(UnknownConversation, _with_help_too(unknown))
    app.add_exception_handler(HTTPException, _with_help_too(http))
    app.add_exception_handler(RequestValidationError, _with_help_too(invalid))
