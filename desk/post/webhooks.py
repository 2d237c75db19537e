"""One signed request to a webhook. No redirect is followed, no proxy is used, and no more than the status is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ssl
from datetime import datetime
from urllib.parse import urlsplit

from desk.post.deadline import PATIENCE, NotDelivered, Patience, cut_off_after
from desk.post.receivers import Webhook


def signatures(webhook: Webhook, notice_id: str, timestamp: str, body: bytes) -> str:
    """What shows that a body came from us, by Standard Webhooks: HMAC-SHA256 over `ID.TIMESTAMP.BODY`, for each secret."""
    signed = f"{notice_id}.{timestamp}.".encode() + body
    digests = [hmac.digest(key, signed, hashlib.sha256) for key in webhook.keys]
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def _signature_of_before(webhook: Webhook, timestamp: str, body: bytes) -> str:
    """Deprecated: the form that was there first, HMAC-SHA256 over `TIMESTAMP.BODY` with the text of the oldest secret."""
    oldest = webhook.secrets[-1].encode()
    return "sha256=" + hmac.digest(oldest, f"{timestamp}.".encode() + body, hashlib.sha256).hex()


def send_webhook(webhook: Webhook, notice_id: str, body: bytes, now: datetime, patience: Patience = PATIENCE) -> None:
    """Post a body; it has been taken when this returns.

    Args:
        webhook: where to, and the secrets that sign.
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
        "webhook-id": notice_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signatures(webhook, notice_id, timestamp, body),
        # Receivers that were set up before go on with these.
        "X-Cordial-Id": notice_id,
        "X-Cordial-Timestamp": timestamp,
        "X-Cordial-Signature": _signature_of_before(webhook, timestamp, body),
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
