"""How notices leave the house, from the settings."""

from __future__ import annotations

from cordial.settings import Settings, SettingsError
from desk.post.receivers import MailServer, ReceiverError, Webhook, mail_server, read_webhooks
from desk.post.sender import Post
from desk.receiver import Receiver
from intake.clinic import Clinic


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


def reaches_patients(settings: Settings, clinic: Clinic) -> bool:
    """Whether patients who left get an e-mail when somebody has written to them.

    Raises:
        SettingsError: if the clinic wants it and there is no way to send one, or no address for its link.
    """
    needed = {
        "CORDIAL_SMTP_URL": settings.smtp_url,
        "CORDIAL_MAIL_FROM": settings.mail_from,
        "CORDIAL_PUBLIC_URL": settings.public_url,
    }
    missing = [name for name, value in needed.items() if not value]
    if clinic.mail_patients and missing:
        raise SettingsError(f"mail_patients in {settings.clinic_file.name} also needs {', '.join(missing)}.")
    return clinic.mail_patients


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
