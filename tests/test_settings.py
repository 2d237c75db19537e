"""Whoever runs Cordial gets a sentence that names the wrong setting, and never a silent default."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT, data_folder
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


PATHS = ["CORDIAL_DATA", "CORDIAL_CLINIC_FILE", "CORDIAL_WEBHOOKS", "CORDIAL_ENCODER"]


def path_of(name: str) -> str:
    """What a path is taken for."""
    return str(getattr(load_settings(), name.removeprefix("CORDIAL_").lower()))


@pytest.mark.parametrize("name", PATHS)
def test_a_path_counts_from_the_project_wherever_a_command_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, "ours/here")
    assert path_of(name) == str(PROJECT / "ours" / "here")


@pytest.mark.parametrize("name", PATHS)
def test_a_path_in_the_settings_file_counts_from_its_folder(name: str, file: Path) -> None:
    file.write_text(f"{name}=../here\n", "utf-8")
    assert path_of(name) == str(file.parent.parent / "here")


@pytest.mark.parametrize("name", PATHS)
def test_the_home_folder_is_understood_in_the_environment_and_in_the_file(
    name: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    file.write_text(f"{name}=~/in the file\n", "utf-8")
    assert path_of(name) == str(tmp_path / "home" / "in the file")
    monkeypatch.setenv(name, "~/here")
    assert path_of(name) == str(tmp_path / "home" / "here")


@pytest.mark.parametrize("name", PATHS)
def test_an_absolute_path_stays_as_it_is(name: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(f"{name}=/srv/in-the-file\n", "utf-8")
    assert path_of(name) == "/srv/in-the-file"
    monkeypatch.setenv(name, "/srv/../here")
    assert path_of(name) == "/srv/../here"


@pytest.mark.parametrize("name", ["CORDIAL_DATA", "CORDIAL_CLINIC_FILE", "CORDIAL_WEBHOOKS"])
def test_an_empty_path_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "")
    assert name in refusal()
    assert "empty" in refusal()


@pytest.mark.parametrize("name", [*PATHS, "CORDIAL_SETTINGS_FILE"])
def test_the_home_folder_of_nobody_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "~nobody-of-that-name/here")
    assert "~nobody-of-that-name/here: there is no such home folder" in refusal()


def test_the_file_of_an_sqlite_database_is_a_path_like_any_other(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    file.write_text("CORDIAL_DATABASE_URL=sqlite:///records.db?timeout=5\n", "utf-8")
    assert load_settings().database_address == f"sqlite:///{file.parent}/records.db?timeout=5"
    for given, meant in {
        "sqlite:///records.db": f"sqlite:///{PROJECT}/records.db",
        "sqlite+pysqlite:///~/records.db": f"sqlite+pysqlite:///{tmp_path}/home/records.db",
        "sqlite:////srv/records.db": "sqlite:////srv/records.db",
        "sqlite://": "sqlite://",
        "sqlite:///:memory:": "sqlite:///:memory:",
        "postgresql://records.example/~cordial": "postgresql://records.example/~cordial",
    }.items():
        monkeypatch.setenv("CORDIAL_DATABASE_URL", given)
        assert load_settings().database_address == meant


def test_the_name_of_the_settings_file_counts_from_the_project_too(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("CORDIAL_PORT=8001\n", "utf-8")
    monkeypatch.chdir("/")
    monkeypatch.setenv("CORDIAL_SETTINGS_FILE", os.path.relpath(file, PROJECT))
    assert load_settings().port == 8001
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CORDIAL_SETTINGS_FILE", f"~/{file.name}")
    assert load_settings().port == 8001


def test_set_up_and_the_settings_mean_the_same_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for given in ("ours", "~/ours", str(tmp_path / "ours")):
        monkeypatch.setenv("CORDIAL_DATA", given)
        assert data_folder() == load_settings().data
