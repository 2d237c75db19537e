"""Whoever runs Cordial gets a sentence that names the wrong setting, and never a silent default."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from cordial.settings import OUTSIDE_NAMES, Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty settings file."""
    file = tmp_path / "cordial.env"
    file.touch()
    monkeypatch.setenv("CORDIAL_SETTINGS_FILE", str(file))
    return file


def refusal() -> str:
    """What is said about the settings as they are now."""
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "pydantic" not in str(refused.value)
    return str(refused.value)


def test_without_any_setting_only_this_machine_is_served() -> None:
    settings = load_settings()
    assert settings.on_loopback
    assert (settings.port, settings.rasa_port, settings.limits) == (8000, 5005, "on")
    assert settings.data == PROJECT / "var"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CORDIAL_HOST", "not a host"),
        ("CORDIAL_PORT", "eighty"),
        ("CORDIAL_PORT", "0"),
        ("CORDIAL_PORT", "65536"),
        ("CORDIAL_PORT", ""),
        ("CORDIAL_RASA_PORT", "-1"),
        ("CORDIAL_RASA_URL", "localhost:5005"),
        ("CORDIAL_RASA_TIMEOUT", "0"),
        ("CORDIAL_RASA_TIMEOUT", "61"),
        ("CORDIAL_RASA_TIMEOUT", "nan"),
        ("CORDIAL_DATABASE_URL", "records.db"),
        ("CORDIAL_SESSION_DAYS", "0"),
        ("CORDIAL_SESSION_DAYS", "366"),
        ("CORDIAL_LIMITS", "none"),
        ("CORDIAL_LOG_LEVEL", "loud"),
        ("CORDIAL_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_refused_and_shown(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    said = refusal()
    assert name in said
    assert repr(value) in said or name == "CORDIAL_DATABASE_URL"


@pytest.mark.parametrize("name", ["CORDIAL_SECRET_KEY", "CORDIAL_DATABASE_URL", "CORDIAL_REDIS_URL"])
def test_a_wrong_secret_is_refused_and_not_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "hunter2")
    assert name in refusal()
    assert "hunter2" not in refusal()


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIAL_PORT", "eighty")
    monkeypatch.setenv("CORDIAL_LOG_LEVEL", "loud")
    said = refusal()
    assert "CORDIAL_PORT" in said
    assert "CORDIAL_LOG_LEVEL" in said


def test_a_name_that_is_no_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIAL_PROT", "8001")
    assert "CORDIAL_PROT" in refusal()


@pytest.mark.parametrize("line", ["CORDIAL_PROT=8001", "PORT=8001", "CORDAIL_PORT=8001", "CORDIAL_PORT 8001"])
def test_a_line_that_sets_nothing_we_know_is_refused(line: str, file: Path) -> None:
    file.write_text(f"# Ours\nCORDIAL_PORT=8001\n{line}\n", "utf-8")
    assert refusal().startswith(f"{file}, line 3: ")


def test_the_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("CORDIAL_PORT=8001\nCORDIAL_RASA_PORT=8002\n", "utf-8")
    monkeypatch.setenv("CORDIAL_PORT", "9001")
    assert (load_settings().port, load_settings().rasa_port) == (9001, 8002)


def test_a_settings_file_that_is_not_there_is_refused(file: Path) -> None:
    file.unlink()
    assert str(file) in refusal()


def test_a_settings_file_that_is_not_text_is_refused(file: Path) -> None:
    file.write_bytes(b"CORDIAL_PORT=\xff\xfe")
    assert "not UTF-8" in refusal()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "cordial.example"])
def test_limits_cannot_be_off_where_others_can_reach_us(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIAL_LIMITS", "off")
    monkeypatch.setenv("CORDIAL_HOST", host)
    assert "CORDIAL_LIMITS" in refusal()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_limits_can_be_off_on_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIAL_LIMITS", "off")
    monkeypatch.setenv("CORDIAL_HOST", host)
    assert load_settings().limits == "off"


def test_both_processes_cannot_have_one_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIAL_PORT", "5005")
    said = refusal()
    assert "CORDIAL_PORT" in said
    assert "CORDIAL_RASA_PORT" in said


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_rasa_reaches_web_on_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIAL_HOST", host)
    assert load_settings().web_url == "http://127.0.0.1:8000"


def test_every_setting_is_documented() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text("utf-8")
    names = [f"CORDIAL_{field.upper()}" for field in Settings.model_fields] + sorted(OUTSIDE_NAMES)
    assert [name for name in names if name not in page] == []
