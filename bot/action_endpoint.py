"""Calls of actions that cost less: connections stay open, the domain stays here, and the check of a result is compiled once.

An action that sets nothing need not be called at all: whoever asked for the turn may run it when the turn has come back.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Dict, FrozenSet, List, Optional, Text, Type

import aiohttp
from jsonschema import ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig

SCHEMA = RemoteAction.action_response_format_spec()
_CHECK = validator_for(SCHEMA)(SCHEMA)


@dataclass(frozen=True)
class HandingBack:
    """The actions that whoever asked for a turn runs itself, and what is said in the turn, in its order."""

    actions: FrozenSet[Text]
    said: List[Dict[Text, Any]]


handing_back: ContextVar[Optional[HandingBack]] = ContextVar("handing_back", default=None)  # of the turn that is dealt with


class OpenEndpoint(EndpointConfig):
    """An action server whose connections stay open from one call to the next. Rasa's own opens one for each call."""

    _kept: Optional[_Kept] = None

    async def request(self, method: Text = "post", subpath: Optional[Text] = None, **options: Any) -> Any:
        """Call an action; one that is handed back stands among what is said, and for Rasa it has set and said nothing."""
        back, call = handing_back.get(), options.get("json") or {}
        if back is None or call.get("next_action") not in back.actions:
            return await super().request(method, subpath, **options)
        # The events hold once more what stands in the tracker's other parts.
        back.said.append({"run": {**call, "tracker": {**call["tracker"], "events": []}}})
        return {"events": [], "responses": []}

    def session(self) -> _Kept:
        """What calls go through; it is there from the first call on, because it belongs to the loop that runs then."""
        if self._kept is None:
            self._kept = _Kept(super().session())
        return self._kept


class _Kept:
    """A session that stays open when a caller has done with it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        return None


def kept_open(endpoint: Optional[EndpointConfig]) -> Optional[EndpointConfig]:
    """The same endpoint with connections that stay open, and without the domain in its calls: no action of ours reads it."""
    if endpoint is None or isinstance(endpoint, OpenEndpoint):
        return endpoint
    kept = OpenEndpoint(
        endpoint.url,
        endpoint.params,
        endpoint.headers,
        endpoint.basic_auth,
        endpoint.token,
        endpoint.token_name,
        endpoint.cafile,
    )
    kept.kwargs = {**endpoint.kwargs, "enable_selective_domain": True}
    return kept


def check_result(self: RemoteAction, result: Dict[Text, Any]) -> bool:
    """Refuse what is no result of an action, as Rasa does.

    Rasa checks its own schema, which never changes, before each result; that took seven eighths of the time. Here it is
    compiled once, when this module is read.

    Raises:
        ValidationError: naming what is wrong.
    """
    error = best_match(_CHECK.iter_errors(result))
    if error is None:
        return True
    error.message += ". Failed to validate Action server response from API, make sure it is valid."
    raise error


def install() -> None:
    """Let Rasa check results this way."""
    validator_for(SCHEMA).check_schema(SCHEMA)  # once; a schema of another Rasa that is none stops the start
    RemoteAction._validate_action_result = check_result


__all__ = ["HandingBack", "OpenEndpoint", "ValidationError", "check_result", "handing_back", "install", "kept_open"]
