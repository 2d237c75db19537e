"""Who is told about handoffs, and how they are reached. All of it is configuration; no address ever comes from a request."""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, SecretStr, field_validator

from cordial.data_files import DataFileError, Faults, Part, like, read_data

_SHORTEST_SECRET = 32
_SMTP_PORTS = {"smtp": 587, "smtps": 465}
_PREFIX = "whsec_"
_SHORTEST_KEY = 24  # bytes, as Standard Webhooks asks


class ReceiverError(DataFileError):
    """A receiver cannot be used; the message says why, and repeats no password or secret."""


@dataclass(frozen=True)
class MailServer:
    """The server that takes our mail. It is spoken to through TLS, unless it is on this machine."""

    host: str
    port: int
    tls_at_once: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def on_this_machine(self) -> bool:
        """Whether nothing between here and there can listen."""
        return is_loopback(self.host)


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < _SHORTEST_SECRET:
        raise ValueError(f"a secret has at least {_SHORTEST_SECRET} characters")
    return secret


class Webhook(Part):
    """A program elsewhere that is told."""

    name: Annotated[str, like(r"[a-z][a-z0-9-]{0,39}", "a name has small letters, digits and -, and begins with a letter")]
    url: str
    secret: Annotated[SecretStr, AfterValidator(_long_enough)]
    old_secret: Annotated[SecretStr, AfterValidator(_long_enough)] | None = None  # while a new one is brought in; both sign

    @property
    def secrets(self) -> list[str]:
        """The texts of the secrets that sign, the new one first."""
        return [secret.get_secret_value() for secret in (self.secret, self.old_secret) if secret]

    @property
    def keys(self) -> list[bytes]:
        """What the secrets stand for, as Standard Webhooks has it."""
        return [_key_of(secret) for secret in self.secrets]

    @field_validator("secret", "old_secret")
    @classmethod
    def _a_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(_key_of(value.get_secret_value())) < _SHORTEST_KEY:
            raise ValueError(f"after {_PREFIX} there must be at least {_SHORTEST_KEY} bytes in base64")
        return value

    @field_validator("url")
    @classmethod
    def _https_or_loopback(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.fragment:
            raise ValueError("it must be an https:// address without a password or a fragment")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("it must begin with https://; http:// is only for this machine")
        try:
            parts.port  # noqa: B018 - raises ValueError if it is none
        except ValueError:
            raise ValueError("what stands after the last colon must be a port, a number up to 65535") from None
        return value


def _key_of(secret: str) -> bytes:
    """The bytes that a secret stands for: what base64 holds after `whsec_`, or the text itself."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    encoded = secret.removeprefix(_PREFIX)
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        raise ValueError(f"what follows {_PREFIX} must be base64") from None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or number alone; nothing is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def mail_server(address: str) -> MailServer:
    """Read `smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`.

    Raises:
        ReceiverError: if it is not in that form.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or _SMTP_PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise ReceiverError("it must look like smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465") from None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise ReceiverError("it must name a host, and nothing after the port")
    if bool(parts.username) != bool(parts.password):
        raise ReceiverError("it must have a user and a password, or neither")
    user = unquote(parts.username) if parts.username else None
    return MailServer(parts.hostname, port, parts.scheme == "smtps", user, unquote(parts.password) if parts.password else None)


def read_webhooks(file: Path) -> tuple[Webhook, ...]:
    """Read the file of webhooks: a list of `name`, `url` and `secret`.

    Raises:
        ReceiverError: naming the entry that is wrong.
    """
    return tuple(read_data(list[Webhook], file, ReceiverError, also=AfterValidator(_told_apart)))


def _told_apart(webhooks: list[Webhook]) -> list[Webhook]:
    names = [webhook.name for webhook in webhooks]
    twice = [at for at, name in enumerate(names) if name in names[:at]]
    if twice:
        raise Faults([((at, "name"), "two webhooks have the same name. Give each its own") for at in twice])
    return webhooks
