"""One signed request to a webhook. No redirect is followed, no proxy is used, and no more than the status is read."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
from datetime import datetime
from urllib.parse import urlsplit

from desk.post.deadline import PATIENCE, NotDelivered, Patience, cut_off_after
from desk.post.receivers import Webhook


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a body that was sent at a time: HMAC-SHA256 over `TIMESTAMP.BODY`, in hexadecimal."""
    return hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hex()


def send_webhook(webhook: Webhook, notice_id: str, body: bytes, now: datetime, patience: Patience = PATIENCE) -> None:
    """Post a body; it has been taken when this returns.

    Args:
        webhook: where to, and the secret that signs.
        notice_id: the same for each attempt.
        body: JSON.
        now: the time that is signed.
        patience: how long the other side may take.

    Raises:
        NotDelivered: if the answer was not a 2xx, or none came.
    """
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Cordial",
        "X-Cordial-Id": notice_id,
        "X-Cordial-Timestamp": timestamp,
        "X-Cordial-Signature": f"sha256={sign(webhook.secret.get_secret_value(), timestamp, body)}",
    }
    status = _post(webhook, body, headers, patience)
    if not 200 <= status < 300:
        raise NotDelivered(f"the webhook answered {status}")


def _post(webhook: Webhook, body: bytes, headers: dict[str, str], patience: Patience) -> int:
    parts = urlsplit(webhook.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(host, parts.port, timeout=patience.silence, context=ssl.create_default_context())
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=patience.silence)
    )
    try:
        with cut_off_after(patience.whole, lambda: connection.sock):
            connection.request("POST", target, body=body, headers=headers)
            return connection.getresponse().status
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise NotDelivered(f"the webhook could not be reached: {type(error).__name__}") from None
    finally:
        connection.close()
