"""A physician reviews the check on one page: every group with its texts, wordings and figures, and the numbers; also as PDF."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.cli import app
from cordial.bootstrap import PROJECT
from emergencies.calling import Where
from emergencies.red_flags import the_red_flags
from emergencies.review import Found, Section, count, review
from exports.review_pdf import review_pdf
from intake.clinic import read_clinic
from tests.support.pdf_words import words

CLINIC = read_clinic(PROJECT / "clinic.yml")
RULES = the_red_flags()
AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


def page() -> list[Section]:
    """The page, without figures."""
    return review(RULES, CLINIC, None, {"fits": 12})


def text_of(section: Section) -> str:
    """All that stands in a section."""
    return "\n".join(f"{each.label}\n{each.text}" for each in section.paragraphs)


@pytest.mark.parametrize("name", RULES.group_names)
def test_every_group_stands_there_with_its_texts_its_wordings_and_who_approved_it(name: str) -> None:
    group = RULES.group(name)
    [section] = [section for section in page() if section.heading == f"{group.label} ({name})"]
    said = text_of(section)
    emergency, urgent = RULES.texts_of(name, CLINIC, Where(lives="LT"))
    assert emergency in said
    assert urgent in said
    assert "sign-off pending" in said
    for wordings in (group.now, group.signs, group.illnesses, group.together, group.urgent, group.not_meant, group.background):
        assert wordings.strip().replace("|", " | ") in said


def test_the_numbers_of_the_clinics_country_stand_there_with_their_sources() -> None:
    [numbers] = [section for section in page() if section.heading == "Numbers in Lithuania"]
    said = text_of(numbers)
    for words_there in ("Ambulance\n112", "Police\n112", "Vilties linija 116 123", "read on 2026-11-28"):
        assert words_there in said


def test_it_says_whom_patients_are_told_to_call_by_what_is_known() -> None:
    [calling] = [section for section in page() if section.heading.startswith("Whom to call")]
    assert "At the clinic in Lithuania: 112. In the United States: 911." in text_of(calling)
    assert "Call your local emergency number now." in text_of(calling)


def test_what_is_said_after_an_alarm_stands_there() -> None:
    [after] = [section for section in page() if section.heading == "After an alarm"]
    assert all(text in text_of(after) for _, text in RULES.after_alarm_texts(CLINIC, Where(lives="LT")))


def a_set(folder: Path) -> Path:
    """A small development set."""
    emergencies = [("she is having a seizure", "fits"), ("my tongue is swelling up", "fits"), ("the sky is blue", "child")]
    lines = [json.dumps({"text": text, "group": group}) for text, group in emergencies]
    (folder / "emergencies_dev.jsonl").write_text("\n".join(lines), "utf-8")
    calm = [json.dumps({"text": text, "group": None}) for text in ("how much is it", "he is having a stroke")]
    (folder / "calm_dev.jsonl").write_text("\n".join(calm), "utf-8")
    return folder


def test_figures_are_counted_on_the_development_set(tmp_path: Path) -> None:
    figures = count(lambda text: RULES.check(text, CLINIC), a_set(tmp_path), with_examples=False)
    assert figures is not None
    assert figures.groups == {"fits": Found(2, 1, 2), "child_in_danger": Found(0, 0, 1)}
    assert (figures.false_alarms, figures.calm) == (1, 2)
    sections = {section.heading: text_of(section) for section in review(RULES, CLINIC, figures, {})}
    assert "2 of 3 made-up emergencies raised an alarm, and 1 of 2 calm messages." in sections["Figures of all groups"]
    assert "by the wordings alone" in sections["Figures of all groups"]
    assert "2 of 2 made-up emergencies of this group" in sections["Fit or seizure (fits)"]
    assert "No message of the development set is of this group." in sections["Chest pain or other heart emergency (cardiac)"]


def test_without_the_sets_it_says_where_figures_are(tmp_path: Path) -> None:
    assert count(lambda text: None, tmp_path, with_examples=False) is None
    sections = {section.heading: text_of(section) for section in page()}
    assert "docs/red-flags.md" in sections["Figures of all groups"]
    assert "12 made-up messages of this group" in sections["Fit or seizure (fits)"]


def test_the_pdf_says_the_same() -> None:
    said = words(review_pdf(page(), CLINIC.name, AT, "Europe/Vilnius", [Path("/nowhere")]))
    assert "For review by a physician" in said
    assert "made on 2026-11-28 11:30" in said
    for name in RULES.group_names:
        assert f"{RULES.group(name).label} ({name})" in said
    assert "put nothing in the mouth" in said


def test_the_command_prints_the_page_or_writes_the_pdf(tmp_path: Path) -> None:
    settings = {"CORDIAL_DATA": str(tmp_path)}
    printed = CliRunner().invoke(app, ["red-flags", "review", "--sets", str(a_set(tmp_path))], env=settings)
    assert printed.exit_code == 0, printed.output
    assert "Fit or seizure (fits)\n=====" in printed.output
    assert "put nothing in the mouth" in printed.output
    assert "by the wordings alone, because the embedding model is not set up here" in " ".join(printed.output.split())
    assert max(len(line) for line in printed.output.splitlines()) <= 110
    pdf = tmp_path / "review.pdf"
    written = CliRunner().invoke(app, ["red-flags", "review", "--sets", str(tmp_path), "--pdf", str(pdf)], env=settings)
    assert written.exit_code == 0, written.output
    assert pdf.read_bytes().startswith(b"%PDF-")
