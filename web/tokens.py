"""Session tokens: signed, of absolute age. A session id is a name, not a key."""

from __future__ import annotations

from datetime import UTC, datetime

from itsdangerous import BadSignature, URLSafeTimedSerializer

from web.errors import ApiError

SKEW = 3600  # seconds by which clocks may differ; nobody is cut off for that


class Tokens:
    """Makes and reads patients' session tokens."""

    def __init__(self, key: str, days: int) -> None:
        """Use a signing key; tokens end this many days after they were made, however busy the chat is."""
        self._serializer = URLSafeTimedSerializer(key, salt="cordial patient session")
        self._seconds = days * 24 * 60 * 60

    def make(self, conversation_id: str) -> str:
        """A token for one conversation."""
        return self._serializer.dumps(conversation_id)

    def read(self, authorization: str | None) -> str:
        """The conversation that an Authorization header opens.

        Raises:
            ApiError: 401, if there is no token, or it is not ours or too old.
        """
        return self._open(authorization)[0]

    def seconds_left(self, authorization: str | None) -> float:
        """How long the token of an Authorization header still opens its conversation.

        Raises:
            ApiError: as `read` does.
        """
        made_at = self._open(authorization)[1]
        return self._seconds + SKEW - (datetime.now(UTC) - made_at).total_seconds()

    def _open(self, authorization: str | None) -> tuple[str, datetime]:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ApiError(401, "token_required")
        try:
            conversation_id, made_at = self._serializer.loads(token.strip(), return_timestamp=True)
        except BadSignature:
            raise ApiError(401, "token_invalid") from None
        # One from the future is ours, too: our clock was set back since.
        if (datetime.now(UTC) - made_at).total_seconds() > self._seconds + SKEW:
            raise ApiError(401, "token_expired")
        return str(conversation_id), made_at
