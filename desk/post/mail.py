"""One e-mail by SMTP, to a server that shows who it is."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage

from desk.post.deadline import PATIENCE, NotDelivered, Patience, cut_off_after
from desk.post.receivers import MailServer

_GOODBYE_SECONDS = 2.0


def send_mail(server: MailServer, message: EmailMessage, patience: Patience = PATIENCE) -> None:
    """Hand an e-mail to a server; it has taken it when this returns.

    Args:
        server: whose certificate must fit its name. Without TLS nothing is said, except on this machine.
        message: with sender, one receiver and Message-ID.
        patience: how long the server may take.

    Raises:
        NotDelivered: if it was not taken, or the connection broke before the server said so.
    """
    secure = ssl.create_default_context()
    silence = patience.silence
    try:
        smtp = smtplib.SMTP_SSL(timeout=silence, context=secure) if server.tls_at_once else smtplib.SMTP(timeout=silence)
        try:
            with cut_off_after(patience.whole, lambda: smtp.sock):
                _hand_over(smtp, server, message, secure)
        finally:
            _say_goodbye(smtp)
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(f"the mail server answered {error.smtp_code}") from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        raise NotDelivered(f"the mail server refused the receiver with {', '.join(map(str, codes))}") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotDelivered(f"the mail server could not be used: {type(error).__name__}") from None


def _hand_over(smtp: smtplib.SMTP, server: MailServer, message: EmailMessage, secure: ssl.SSLContext) -> None:
    # The certificate is compared with the name that is kept at the construction, which opens no connection without a host.
    smtp._host = server.host  # type: ignore[attr-defined]
    code, _ = smtp.connect(server.host, server.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, "")
    smtp.ehlo_or_helo_if_needed()
    if not server.tls_at_once and (smtp.has_extn("starttls") or not server.on_this_machine):
        smtp.starttls(context=secure)
    if server.user is not None and server.password is not None:
        smtp.login(server.user, server.password)
    smtp.send_message(message)


def _say_goodbye(smtp: smtplib.SMTP) -> None:
    """End the connection. The message was taken or not; what fails here changes nothing about that."""
    with suppress(smtplib.SMTPException, OSError, ValueError):
        if smtp.sock is not None:
            smtp.sock.settimeout(_GOODBYE_SECONDS)
            smtp.quit()
    smtp.close()
