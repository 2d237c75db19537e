"""Whoever sets who is told about handoffs gets a sentence about what is wrong, and never sees a secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordial.settings import SettingsError, load_settings
from desk.post.receivers import mail_server
from web.post import post_of

SECRET = "hunter2-hunter2-hunter2-hunter2-hunter2"


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of webhooks, named by the settings."""
    empty = tmp_path / "cordial.env"
    empty.touch()
    monkeypatch.setenv("CORDIAL_SETTINGS_FILE", str(empty))
    file = tmp_path / "webhooks.yml"
    file.write_text(f"- {{name: records, url: 'https://records.clinic.example/in', secret: {SECRET}}}\n", "utf-8")
    monkeypatch.setenv("CORDIAL_WEBHOOKS", str(file))
    return file


def refusal() -> str:
    """What is said about the settings as they are now."""
    with pytest.raises(SettingsError) as refused:
        post_of(load_settings(), "Europe/Vilnius")
    assert "hunter2" not in str(refused.value)
    return str(refused.value)


def test_everybody_named_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIAL_NOTIFY_EMAILS", "a@clinic.example, b@clinic.example,a@clinic.example")
    monkeypatch.setenv("CORDIAL_SMTP_URL", "smtp://cordial:p%40ss@mail.clinic.example")
    monkeypatch.setenv("CORDIAL_MAIL_FROM", "cordial@clinic.example")
    post = post_of(load_settings(), "Europe/Vilnius")
    assert [receiver.name for receiver in post.receivers] == ["a@clinic.example", "b@clinic.example", "records"]
    assert post.mail_server is not None
    assert (post.mail_server.port, post.mail_server.password) == (587, "p@ss")
    assert post.zone == "Europe/Vilnius"
    assert "p@ss" not in repr(post)
    assert SECRET not in repr(post)


def test_e_mails_need_a_server_and_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIAL_NOTIFY_EMAILS", "a@clinic.example")
    assert "CORDIAL_SMTP_URL" in refusal()
    monkeypatch.setenv("CORDIAL_SMTP_URL", "smtps://mail.clinic.example")
    assert "CORDIAL_MAIL_FROM" in refusal()


@pytest.mark.parametrize(
    "value", ["nobody", "a@b c", "a@clinic.example;b@clinic.example", "a@clinic.example\nBcc: x@y.example"]
)
@pytest.mark.parametrize("name", ["CORDIAL_NOTIFY_EMAILS", "CORDIAL_MAIL_FROM"])
def test_what_is_no_e_mail_address_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert name in refusal()


@pytest.mark.parametrize(
    "value", ["http://hunter2", "smtp://", "smtp://hunter2@mail.example", "smtp://mail.example:hunter2", "smtp://h.example/x"]
)
def test_what_is_no_mail_server_is_refused_and_not_shown(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIAL_SMTP_URL", value)
    assert "CORDIAL_SMTP_URL" in refusal()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "mail.clinic.example"])
def test_only_this_machine_is_spoken_to_in_the_open(host: str) -> None:
    assert mail_server(f"smtp://{host}:25").on_this_machine is (host != "mail.clinic.example")


@pytest.mark.parametrize(
    "url",
    [
        "http://records.clinic.example/in",
        "ftp://records.clinic.example",
        "https://",
        "https://me:hunter2@records.clinic.example",
        "http://localhost.evil.example/",
        "http://169.254.169.254/",
        "https://records.clinic.example:x/",
    ],
)
def test_a_webhook_goes_to_https_or_to_this_machine(url: str, file: Path) -> None:
    file.write_text(f"- {{name: records, url: '{url}', secret: {SECRET}}}\n", "utf-8")
    assert "line 1: records › url: " in refusal()


@pytest.mark.parametrize(
    "text",
    [
        "- {name: records, url: 'https://r.example', secret: hunter2}",
        "- {name: records, url: 'https://r.example'}",
        "records: x",
        f"- {{name: 'Our Records', url: 'https://r.example', secret: {SECRET}}}",
        "- {name: records, url: 'https://r.example', secret: whsec_aHVudGVyMi1odW50ZXIyLWh1bnRlcjI}",
        "- {name: records, url: 'https://r.example', secret: 'whsec_hunter2!!!hunter2!!!hunter2!!!hunter2!!!'}",
        f"- {{name: records, url: 'https://r.example', secret: {SECRET}, old_secret: hunter2}}",
        "- {",
        "- {name: records, url: 'https://r.example', secret: hunter2hunter2, colour: red}",
        "- {name: records, url: 'https://r.example', secret: !!int hunter2}",
        "- {name: a, urls: 1}",
    ],
)
def test_a_wrong_file_of_webhooks_is_refused(text: str, file: Path) -> None:
    file.write_text(text, "utf-8")
    assert "CORDIAL_WEBHOOKS" in refusal()


def test_two_webhooks_of_one_name_are_refused(file: Path) -> None:
    file.write_text(file.read_text("utf-8") * 2, "utf-8")
    assert "same name" in refusal()


def test_a_file_that_is_not_there_is_refused(file: Path) -> None:
    file.unlink()
    assert "CORDIAL_WEBHOOKS" in refusal()
