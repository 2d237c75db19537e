"""Session tokens: signed, of absolute age. A session id is a name, not a key."""

from __future__ import annotations

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from web.errors import ApiError


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
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ApiError(401, "token_required")
        try:
            return str(self._serializer.loads(token.strip(), max_age=self._seconds))
        except SignatureExpired:
            raise ApiError(401, "token_expired") from None
        except BadSignature:
            raise ApiError(401, "token_invalid") from None
