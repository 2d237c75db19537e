"""A reviewed translation is one more folder; a language without texts is refused by name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cordial.bootstrap import PROJECT
from intake.clinic import ClinicError, read_clinic
from intake.fields import read_intake
from language import spoken as language
from language.spoken import LanguageError, languages, speak, text_file

SHIPPED = PROJECT / "intake" / "en"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A room with English and an invented language, whose process has read nothing yet."""
    room = tmp_path / "intake"
    for code in ("en", "xx"):
        (room / code).mkdir(parents=True)
        for file in ("fields.yml", "meanings.yml"):
            shutil.copy(SHIPPED / file, room / code / file)
    monkeypatch.setattr(language, "_HOUSE", tmp_path)
    monkeypatch.setattr(language._Spoken, "language", "en")
    monkeypatch.setattr(language._Spoken, "was_read", False)
    return room


def test_a_folder_beside_english_is_a_language(room: Path) -> None:
    fields = yaml.safe_load((room / "xx" / "fields.yml").read_text("utf-8"))
    fields["fields"][0]["ask"] = "Whatever this is in that language: {consent}?"
    (room / "xx" / "fields.yml").write_text(yaml.safe_dump(fields), "utf-8")
    assert languages() == ["en", "xx"]
    speak("xx")
    assert read_intake().fields[0].ask == "Whatever this is in that language: {consent}?"


def test_a_language_without_texts_is_refused_by_name(room: Path) -> None:
    with pytest.raises(LanguageError, match="'yy'; there are: en, xx"):
        speak("yy")


def test_a_process_does_not_change_its_language_halfway(room: Path) -> None:
    text_file("intake", "fields.yml")
    speak("en")
    with pytest.raises(LanguageError, match="speaks en already"):
        speak("xx")


def test_a_clinic_without_texts_in_its_language_does_not_open(tmp_path: Path) -> None:
    file = tmp_path / "clinic.yml"
    file.write_text((PROJECT / "clinic.yml").read_text("utf-8").replace("language: en", "language: yy"), "utf-8")
    with pytest.raises(ClinicError, match="no texts in 'yy'"):
        read_clinic(file)
