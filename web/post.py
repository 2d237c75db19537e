"""How notices leave the house, from the settings."""

from __future__ import annotations

from cordial.settings import Settings, SettingsError
from desk.post.receivers import MailServer, ReceiverError, Webhook, mail_server, read_webhooks
from desk.post.sender import Post
from desk.receiver import Receiver


def post_of(settings: Settings, zone: str) -> Post:
    """The receivers of notices and the ways to them; times are told in a time zone.

    Raises:
        SettingsError: naming the setting that cannot be used.
    """
    webhooks = _webhooks(settings)
    emails = [Receiver("email", address) for address in settings.emails_to_notify]
    receivers = (*emails, *(Receiver("webhook", webhook.name) for webhook in webhooks))
    return Post(
        receivers,
        _mail_server(settings),
        settings.mail_from or "",
        {webhook.name: webhook for webhook in webhooks},
        settings.public_address,
        zone,
    )


def _webhooks(settings: Settings) -> tuple[Webhook, ...]:
    try:
        return read_webhooks(settings.webhooks) if settings.webhooks else ()
    except ReceiverError as error:
        raise SettingsError(f"CORDIAL_WEBHOOKS: {error}") from None


def _mail_server(settings: Settings) -> MailServer | None:
    try:
        return mail_server(settings.smtp_url) if settings.smtp_url else None
    except ReceiverError as error:
        raise SettingsError(f"CORDIAL_SMTP_URL: {error}.") from None
