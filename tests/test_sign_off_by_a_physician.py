"""A physician reviews the check on one page: every group with its texts, patterns and figures, and the numbers; also as PDF."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.cli import app
from cordial.bootstrap import PROJECT
from emergencies.calling import Where
from emergencies.language_files import the_texts, words_as_written
from emergencies.numbers import the_numbers
from emergencies.other_texts import languages
from emergencies.red_flags import the_red_flags
from emergencies.sign_off import Counted, GroupFigures, count, sign_off_page
from emergencies.sign_off_languages import FoundByWords, count_by_words, signed_off
from emergencies.sign_off_texts import Section
from exports.sign_off_pdf import sign_off_pdf
from intake.clinic import read_clinic
from tests.support.pdf_words import words
from web.own_cards import STRINGS, own_cards, page_card
from web.their_words import OwnTextsError, own_texts

CLINIC = read_clinic(PROJECT / "clinic.yml")
RULES = the_red_flags()
AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


def page(*others: str) -> list[Section]:
    """The page, without figures, and of the other languages with these."""
    counted = Counted(None, {"fits": 12}, dict.fromkeys(others, FoundByWords(3, 4, 1, 2)))
    return sign_off_page(RULES, CLINIC, counted, own_cards(CLINIC))


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
    for patterns in (
        group.evidence,
        group.now,
        group.signs,
        group.illnesses,
        group.together,
        group.urgent,
        group.not_meant,
        group.background,
    ):
        assert patterns.strip().replace("|", " | ") in said


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


def test_it_begins_with_what_waits_for_sign_off() -> None:
    waits = page()[1]
    assert waits.heading == "What waits for sign-off"
    groups = len(RULES.group_names)
    assert f"English: {groups} of {groups} groups" in text_of(waits)
    assert f"{len(languages())} of {len(languages())} other languages" in text_of(waits)
    assert "no physician has read their texts, and no native speaker either" in text_of(waits)


def test_what_leads_to_a_question_and_what_is_said_around_it_stand_there() -> None:
    sections = {section.heading: text_of(section) for section in page()}
    now = sections["Is this happening now?"]
    assert "Is this happening now? If it is, or if you are not sure, do not wait for this chat." in now
    assert "Button for a no\nNo" in now
    assert "false alarm" in now
    despair = sections["Despair without a word of ending it"]
    assert "You do not have to carry this alone." in despair
    assert "116 123" in despair
    assert "at the end of my" in despair
    assert "crushing" in sections["Words that may belong to an emergency, and say little by themselves"]
    thresholds = sections["When the examples are believed"]
    assert all(f"{name}: " in thresholds for name, _ in RULES.file.thresholds)


def test_the_numbers_and_crisis_lines_of_every_country_stand_there() -> None:
    sections = {section.heading: section for section in page()}
    numbers, lines = sections["Emergency numbers in all countries"], sections["Crisis lines in all countries"]
    assert len(numbers.paragraphs) == len(the_numbers().emergency)
    assert "Thailand (TH)\n1669" in text_of(numbers)
    assert len(lines.paragraphs) == len(the_numbers().crisis_lines)
    assert "United States (US)\n" in text_of(lines)
    assert "988" in text_of(lines)


@pytest.mark.parametrize("language", languages())
def test_every_other_language_stands_there_with_its_texts_its_words_and_its_sign_off(language: str) -> None:
    section = page(language)[-1]
    said, texts = text_of(section), the_texts(language)
    assert texts.name in section.heading
    assert section.heading.endswith(f", {language})")
    assert "Nobody yet: sign-off pending" in said
    assert "in 3 of 4 made-up emergencies, and in 1 of 2" in said
    assert texts.check.question in said
    assert texts.acknowledged in said
    assert texts.phrases.say in said
    for concept, words_for_it in words_as_written(language).items():
        assert f"Words for {concept}: " in said
        assert " ".join(words_for_it.split()) in said


def test_an_alarm_in_another_language_stands_there_as_a_patient_reads_it() -> None:
    [stroke] = [each for each in page("de")[-1].paragraphs if each.label.startswith("What is said, stroke (")]
    assert stroke.text.startswith("Rufen Sie jetzt 112 an.")
    assert "{" not in stroke.text


def test_the_pages_own_card_stands_there_as_a_patient_reads_it_with_all_that_raises_it() -> None:
    [section] = [section for section in page() if section.heading == "The chat page's own card"]
    said = text_of(section)
    assert "web/static/chat/strings.en.js" in said
    assert "sign-off pending" in said
    assert "Call your local emergency number (at the clinic in Lithuania: 112) now." in said
    assert "If somebody is in danger or you need help now, call your local emergency number (at the clinic in " in said
    for pattern in (
        "cannot breathe, can not breathe, cant breathe",
        "call an ambulance",
        "no, never, without",
        "what if, my dog",
    ):
        assert pattern in said


@pytest.mark.parametrize("language", languages())
def test_the_card_of_every_other_language_stands_there(language: str) -> None:
    said, own = text_of(page(language)[-1]), own_texts(language)
    assert f"web/languages/{language}.yml" in said
    for text in (own.alarm, own.alarm_after, own.danger):
        assert text in said
    for patterns in (own.cries, own.unless_before, own.unless_in):
        assert ", ".join(" ".join(each.split()) for each in patterns.split(",")) in said


def test_a_language_waits_also_for_the_sign_off_of_its_card(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = own_cards(CLINIC)
    signed = {name: replace(card, signed_off=True) for name, card in cards.items()}
    done = type("Done", (), {"sign_off": "done"})
    monkeypatch.setattr("emergencies.sign_off_languages.the_texts", lambda language: done)
    assert all(signed_off(signed).values())
    assert not signed_off(signed | {"de": cards["de"]})["German"]


def test_strings_of_the_page_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    for before, said in (("    unless_in: [", "ownAlarm › unless_in"), ("  localNumber: '", "localNumber")):
        file = tmp_path / "strings.en.js"
        file.write_text(STRINGS.read_text("utf-8").replace(before, "//"), "utf-8")
        with pytest.raises(OwnTextsError, match=f"strings.en.js, line 1: {said} is not found"):
            page_card(CLINIC, file)


def test_what_other_languages_are_looked_for_by_stands_there() -> None:
    [rules] = [section for section in page() if section.heading == "Other languages"]
    assert "self_harm, happens now" in text_of(rules)
    assert "ask_alone: the same, where the words name none\n-0.1" in text_of(rules)


def test_words_of_a_language_are_counted_in_its_examples() -> None:
    found = count_by_words("de")
    assert found.messages > 200
    assert found.caught / found.messages > 0.8
    assert found.false_alarms / found.calm < 0.2


def test_figures_are_counted_on_the_development_set(tmp_path: Path) -> None:
    figures = count(lambda text: RULES.check(text, CLINIC), a_set(tmp_path), with_examples=False)
    assert figures is not None
    assert figures.groups == {"fits": GroupFigures(2, 1, 2), "child_in_danger": GroupFigures(0, 0, 1)}
    assert (figures.false_alarms, figures.calm) == (1, 2)
    sections = {section.heading: text_of(section) for section in sign_off_page(RULES, CLINIC, Counted(figures, {}, {}), {})}
    assert "2 of 3 made-up emergencies raised an alarm, and 1 of 2 calm messages." in sections["Figures of all groups"]
    assert "by the patterns alone" in sections["Figures of all groups"]
    assert "2 of 2 made-up emergencies of this group" in sections["Fit or seizure (fits)"]
    assert "No message of the development set is of this group." in sections["Chest pain or other heart emergency (cardiac)"]


def test_without_the_sets_it_says_where_figures_are(tmp_path: Path) -> None:
    assert count(lambda text: None, tmp_path, with_examples=False) is None
    sections = {section.heading: text_of(section) for section in page()}
    assert "docs/red-flags.md" in sections["Figures of all groups"]
    assert "12 made-up messages of this group" in sections["Fit or seizure (fits)"]


def test_the_pdf_says_the_same() -> None:
    said = words(sign_off_pdf(page(), CLINIC.name, AT, "Europe/Vilnius", [Path("/nowhere")]))
    assert "For review by a physician" in said
    assert "made on 2026-11-28 11:30" in said
    for name in RULES.group_names:
        assert f"{RULES.group(name).label} ({name})" in said
    assert "put nothing in the mouth" in said
    assert "The chat page's own card" in said
    assert "Emergency numbers in all countries" in said


def test_the_command_prints_the_page_or_writes_the_pdf(tmp_path: Path) -> None:
    settings = {"CORDIAL_DATA": str(tmp_path)}
    printed = CliRunner().invoke(app, ["red-flags", "review", "--sets", str(a_set(tmp_path)), "--language", "de"], env=settings)
    assert printed.exit_code == 0, printed.output
    assert "Fit or seizure (fits)\n=====" in printed.output
    assert "put nothing in the mouth" in printed.output
    assert "Rufen Sie jetzt 112 an." in printed.output
    assert "Nobody yet: sign-off pending" in printed.output
    assert "cannot breathe, can not breathe" in printed.output
    assert "kann nicht atmen, kann nicht mehr atmen" in printed.output
    assert "by the patterns alone, because the embedding model is not set up here" in " ".join(printed.output.split())
    assert max(len(line) for line in printed.output.splitlines()) <= 110
    pdf = tmp_path / "review.pdf"
    only = ["--sets", str(tmp_path), "--language", "none"]
    written = CliRunner().invoke(app, ["red-flags", "review", *only, "--pdf", str(pdf)], env=settings)
    assert written.exit_code == 0, written.output
    assert pdf.read_bytes().startswith(b"%PDF-")
