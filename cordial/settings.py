"""Every setting of Cordial, typed, in one place.

A setting is an environment variable with the prefix ``CORDIAL_``, or a line ``CORDIAL_NAME=value`` of the settings file
(``cordial.env`` in the project folder; another one with ``CORDIAL_SETTINGS_FILE``). The environment wins. A wrong or
unknown setting stops the start with a sentence that says what to do: a typo in a setting that guards patients must not
pass for its default.

A path that is not absolute counts from the project folder, or from the folder of the settings file if it stands there, wherever
a command runs: else a command of another folder would make a second database.
"""

from __future__ import annotations

import ipaddress
import os
import re
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from cordial.bootstrap import PROJECT, SetupError, absolute

PREFIX = "CORDIAL_"
# Read by set-up or by this module, before or outside Settings; known names, so that a typo of them is still refused.
OUTSIDE_NAMES = {"CORDIAL_SETTINGS_FILE", "CORDIAL_PYTHON310"}
# Their values hold passwords and keys, so a refusal does not repeat them.
_SECRET = {"secret_key", "encryption_keys", "database_url", "redis_url", "smtp_url"}
_PATHS = ("data", "clinic_file", "webhooks", "encoder")
_SQLITE_FILE = re.compile(r"(sqlite(?:\+\w+)?:///)(?!:memory:|file:)([^?]+)(.*)")
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
# As browsers write it: no path, no upper case, and no port that is the scheme's own.
_ORIGIN = re.compile(r"(https(?!.*:443$)|http(?!.*:80$))://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?")
_ON_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:|$)")
_ADDRESS = r"^[a-z][a-z0-9+]*://"
_EMAIL = re.compile(r"[^@\s<>,;\"]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


class SettingsError(Exception):
    """A setting is wrong. The message is written for the person who set it."""


class Settings(BaseSettings):
    """The settings of one running Cordial."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", description="Address on which web listens.")
    port: int = Field(8000, ge=1, le=65535, description="Port on which web listens.")
    rasa_port: int = Field(5005, ge=1, le=65535, description="Port on which Rasa listens, on loopback only.")
    rasa_url: str | None = Field(
        None, description="Where web reaches Rasa. By default Rasa's port on this machine.", pattern=r"^https?://"
    )
    rasa_timeout: float = Field(
        8.0, gt=0, le=60, description="Seconds that Rasa may take for a reply before the patient is offered a person."
    )
    restart_seconds: float = Field(
        30.0, ge=2, le=3600, description="Seconds without an answer after which web or Rasa is ended and started again."
    )
    data: Path = Field(PROJECT / "var", description="Folder of all state: database, index, models, keys.")
    database_url: str | None = Field(
        None, description="SQLAlchemy address of the database. By default an SQLite file in the data folder.", pattern=_ADDRESS
    )
    redis_url: str | None = Field(
        None,
        description="Redis in which several web processes count requests together. By default each counts for itself.",
        pattern=r"^(redis|rediss|unix)://",
    )
    encoder: str | None = Field(
        None, description="Folder of a sentence-transformers model. By default the all-MiniLM-L6-v2 that set-up installed."
    )
    secret_key: SecretStr | None = Field(
        None, min_length=32, description="Signs session tokens. By default made once and kept in the data folder."
    )
    encryption_keys: SecretStr | None = Field(
        None,
        description="Seal personal fields in the database: keys of 32 bytes in URL-safe base64, the newest first, with "
        "commas between. By default one is made once and kept in the data folder.",
    )
    session_days: int = Field(30, ge=1, le=365, description="Days after which a patient's session token ends.")
    public_url: str | None = Field(
        None,
        description="Address under which people reach web, such as https://chat.clinic.example. By default the one that "
        "they used.",
        pattern=r"^https?://[^/\s]+$",
    )
    login_idle_minutes: int = Field(
        30, ge=1, le=480, description="Minutes without a click after which a coordinator is logged out."
    )
    login_hours: int = Field(12, ge=1, le=24, description="Hours after which a coordinator is logged out in any case.")
    limits: Literal["on", "off"] = Field(
        "on", description="Request limits. `off` is for load tests and is refused unless bound to loopback."
    )
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="Proxies in front of web, each of which adds an address to X-Forwarded-For."
    )
    sites: str = Field("", description="Origins of the websites that show the chat, with commas between.")
    clinic_file: Path = Field(PROJECT / "clinic.yml", description="What differs by clinic: name, contact, hours, numbers.")
    smtp_url: str | None = Field(
        None,
        description="The server that takes our e-mails: `smtp://USER:PASSWORD@HOST:587` with STARTTLS, or `smtps://…`.",
        pattern=r"^smtps?://",
    )
    mail_from: str | None = Field(None, description="The address that e-mails come from.")
    notify_emails: str = Field("", description="Who gets an e-mail about handoffs: addresses with commas between.")
    webhooks: Path | None = Field(None, description="File of the webhooks that are told about handoffs.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much web logs.")
    log_megabytes: int = Field(20, ge=1, le=1000, description="Size at which a log is put aside.")
    log_files: int = Field(4, ge=1, le=100, description="How many logs that were put aside are kept, of web and of Rasa.")
    log_format: Literal["json", "text"] = Field("text", description="One JSON object a line, or lines for people.")

    @field_validator("host")
    @classmethod
    def _host(cls, value: str) -> str:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            if not _HOST_NAME.fullmatch(value) or value.replace(".", "").isdigit():
                raise ValueError("it must be an IP address or a host name") from None
        return value

    @field_validator("sites")
    @classmethod
    def _origins(cls, value: str) -> str:
        origins = [origin.strip() for origin in value.split(",") if origin.strip()]
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin} is not an origin such as https://www.clinic.example, in lower case and without a path"
                )
            if origin.startswith("http://") and not _ON_LOOPBACK.match(origin):
                raise ValueError(f"{origin} has no TLS; only https:// is allowed, or http:// on this machine")
        return ",".join(dict.fromkeys(origins))

    @field_validator("data", "clinic_file", "webhooks", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if value == "":
            raise ValueError("it is empty; name a path, or leave the setting out")
        return value

    @model_validator(mode="before")
    @classmethod
    def _paths_are_absolute(cls, values: dict[str, Any]) -> dict[str, Any]:
        return _with_absolute_paths(values, PROJECT)

    @field_validator("mail_from", "notify_emails")
    @classmethod
    def _addresses(cls, value: str | None) -> str | None:
        for address in (value or "").split(","):
            if address.strip() and (not _EMAIL.fullmatch(address.strip()) or not address.isascii()):
                raise ValueError(f"{address.strip()!r} is not an e-mail address")
        return value.strip() if value else value

    @model_validator(mode="after")
    def _limits_stay_on_in_public(self) -> Settings:
        if self.limits == "off" and not self.on_loopback:
            raise ValueError("CORDIAL_LIMITS=off is only allowed when CORDIAL_HOST is a loopback address such as 127.0.0.1")
        if self.port == self.rasa_port:
            raise ValueError("CORDIAL_PORT and CORDIAL_RASA_PORT are the same; give each its own port")
        return self

    @model_validator(mode="after")
    def _e_mails_have_a_way_out(self) -> Settings:
        if self.emails_to_notify and not (self.smtp_url and self.mail_from):
            raise ValueError("CORDIAL_NOTIFY_EMAILS also needs CORDIAL_SMTP_URL and CORDIAL_MAIL_FROM")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The arguments, the environment, the settings file: where several name a setting, the first of them counts."""
        file = dotenv_settings.env_file if isinstance(dotenv_settings, DotEnvSettingsSource) else None
        return init_settings, env_settings, _SettingsFile(settings_cls, env_file=file)

    @property
    def emails_to_notify(self) -> list[str]:
        """Who gets an e-mail about handoffs."""
        return list(dict.fromkeys(address.strip() for address in self.notify_emails.split(",") if address.strip()))

    @property
    def public_address(self) -> str:
        """Where people reach web, without a trailing slash."""
        return (self.public_url or self.web_url).rstrip("/")

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach web."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def behind_https(self) -> bool:
        """Whether people reach web by HTTPS, so that cookies may be kept to it."""
        return self.public_url is not None and self.public_url.startswith("https://")

    @property
    def proxy_problem(self) -> str | None:
        """What is wrong with what is said of proxies, in one sentence with what to do."""
        if self.trusted_proxies or not self.behind_https:
            return None
        return (
            "CORDIAL_PUBLIC_URL begins with https, so a proxy stands in front of web, but CORDIAL_TRUSTED_PROXIES is 0: all "
            "patients count as one address, and a single stranger can use up the limits of all. Set it to 1, and let the proxy "
            "add to X-Forwarded-For."
        )

    @property
    def site_origins(self) -> frozenset[str]:
        """The origins of the websites that show the chat."""
        return frozenset(self.sites.split(",")) - {""}

    @property
    def web_url(self) -> str:
        """Where processes on this machine reach web."""
        anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}  # noqa: S104
        host = anywhere.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def rasa_address(self) -> str:
        """Where web reaches Rasa, without a trailing slash."""
        return (self.rasa_url or f"http://127.0.0.1:{self.rasa_port}").rstrip("/")

    @property
    def database_address(self) -> str:
        """The SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{self.data / 'cordial.db'}"

    @cached_property
    def knowledge_folder(self) -> Path:
        """Where published versions and index generations live."""
        return self.data / "knowledge"

    @property
    def articles_folder(self) -> Path:
        """Where editors keep the articles."""
        return PROJECT / "knowledge" / "articles"


class _SettingsFile(DotEnvSettingsSource):
    """The lines of the settings file, whose paths count from its folder."""

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        return _with_absolute_paths(values, Path(self.env_file).parent) if isinstance(self.env_file, Path) else values


def _with_absolute_paths(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Settings with their paths made absolute; what cannot be one is left to be refused where it is read."""
    made = {name: str(absolute(values[name], folder)) for name in _PATHS if values.get(name)}
    url = values.get("database_url")
    named = _SQLITE_FILE.fullmatch(url) if isinstance(url, str) else None
    if named:
        made["database_url"] = f"{named[1]}{absolute(named[2], folder)}{named[3]}"
    return {**values, **made}


def load_settings() -> Settings:
    """Read the settings of this process.

    Raises:
        SettingsError: naming every wrong setting, what was given and what is allowed.
    """
    try:
        return _read(absolute(os.environ.get("CORDIAL_SETTINGS_FILE") or "cordial.env"))
    except SetupError as error:  # of a path
        raise SettingsError(str(error)) from None


def _read(file: Path) -> Settings:
    if "CORDIAL_SETTINGS_FILE" in os.environ and not file.is_file():
        raise SettingsError(f"CORDIAL_SETTINGS_FILE names {file}, which is not a file.")
    known = {PREFIX + name.upper() for name in Settings.model_fields} | OUTSIDE_NAMES
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"There is no setting {', '.join(unknown)}. The settings are listed in docs/settings.md.")
    try:
        if file.is_file():
            _check_lines(file, known - OUTSIDE_NAMES)
        return Settings(_env_file=file)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None
    except UnicodeDecodeError:
        raise SettingsError(f"The settings file {file} is not UTF-8 text.") from None


def _check_lines(file: Path, known: set[str]) -> None:
    # Without this, a line that sets nothing we know would be passed over.
    with file.open(encoding="utf-8") as stream:
        for line in parse_stream(stream):
            place = f"{file}, line {line.original.line}"
            if line.error:
                raise SettingsError(f"{place}: this is not CORDIAL_NAME=value. See docs/settings.md.")
            if line.key is not None and line.key.upper() not in known:
                raise SettingsError(f"{place}: {line.key} is not a setting. See docs/settings.md.")


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0]) if problem["loc"] else ""
        message = problem["msg"].removeprefix("Value error, ")
        if name:
            shown = "" if name in _SECRET else f" (it is {problem['input']!r})"
            lines.append(f"{PREFIX}{name.upper()}{shown}: {message}.")
        else:
            lines.append(f"{message}.")
    return "\n".join(lines)
