"""A physician gets a case as a PDF that can be read whatever letters the patient wrote in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.case_file import Judged, Noted
from exports.fonts import Fitting, font_folder, font_folders, western
from exports.pdf import Style, case_pdf, style_for
from intake.fields import the_intake
from intake.record import IntakeRecord
from knowledge.answer import ABSTAINED
from tests.support.case_files import ANSWER, AT, TRANSCRIPT, Spoken, case_of, record_of
from tests.support.pdf_words import first_page, words
from tests.support.people import ANSWERS

WITHOUT_FONTS = Style(font_folders=[Path("/nowhere")])
EVERYTHING = "Žydrūnė Wójcik Ελένη Мария שלום مرحبا 中文 ไทย 😀👩‍⚕️ \x00\x07 \u202egnol\u202c e\u0301"


def made(style: Style = WITHOUT_FONTS, **changes: object) -> bytes:
    """The PDF of our patient."""
    return case_pdf(case_of(record_of(ANSWERS), **changes), the_intake(), style)


def test_the_intake_is_in_it_as_said_and_as_understood() -> None:
    said = words(made())
    for answer in (*ANSWERS.values(), "14 March 1961 (65)"):
        if answer != ANSWERS["consent"]:
            assert answer in said, answer


def test_the_transcript_is_in_it_with_quotes_and_sources() -> None:
    said = words(made())
    for each in (*(message.text for message in TRANSCRIPT), ANSWER.passages[0].quote, "fever, version 4", "10.1234/example"):
        assert each in said


def test_every_page_names_the_case_and_is_marked_confidential() -> None:
    many = tuple(Spoken(seq, AT, "patient", "text", "It has been like this for years. " * 8) for seq in range(1, 60))
    pdf = made(messages=many)
    pages = len(re.findall(rb"/Type /Page\b", pdf))
    assert pages > 3
    said = words(pdf)
    assert said.count("Confidential medical information") == pages
    assert said.count("C-2345-6789") >= pages
    assert f"Page {pages} of {pages}" in said


def test_an_alarm_is_the_first_thing_to_be_seen() -> None:
    said = words(made(urgent_level="emergency", reason="red_flag"))
    assert 0 < said.index("EMERGENCY TEXT SHOWN") < said.index("At a glance")


def test_what_was_declined_is_named() -> None:
    declined = Spoken(6, AT, "assistant", "answer", "I have no reviewed answer.", None, ABSTAINED, 5)
    said = words(made(messages=(*TRANSCRIPT, Spoken(5, AT, "patient", "text", "What does it cost?"), declined)))
    assert said.index("had no reviewed answer to") < said.index("What does it cost?") < said.index("Intake:")


def test_flags_are_shown_with_the_words_that_raised_them() -> None:
    said = words(made(Style(font_folders=[Path("/nowhere")], flags=[("Blood thinner", "Medicines: aspirin")])))
    assert "Blood thinner" in said
    assert "Medicines: aspirin" in said


def test_a_blood_thinner_stands_on_the_first_page_in_the_patients_words() -> None:
    long = {name: "It has been like this for years. " * 30 for name in ("hopes", "questions", "treatments")}
    case = case_of(record_of({**ANSWERS, **long, "medicines": "warfarin 5 mg, vitamin D"}))
    said = first_page(case_pdf(case, the_intake(), style_for(case, "Europe/Vilnius", [Path("/nowhere")])))
    assert "Takes a blood thinner" in said
    assert "warfarin 5 mg" in said


def test_what_has_to_be_checked_stands_on_the_first_page_and_beside_its_answer() -> None:
    case = case_of(record_of({**ANSWERS, "cancer": "polyps, they said"}))
    pdf = case_pdf(case, the_intake(), WITHOUT_FONTS)
    assert "To be checked with the patient Cancer: polyps, they said" in first_page(pdf)
    assert "polyps, they said to be checked" in words(pdf)


def test_times_are_those_of_the_clinic() -> None:
    case = case_of(record_of(ANSWERS))
    pdf = case_pdf(case, the_intake(), style_for(case, "Europe/Vilnius", [Path("/nowhere")]))
    assert "2026-11-22 11:30" in first_page(pdf), "half past nine in UTC"


def test_who_has_the_case_and_how_it_ended_stand_on_the_first_page() -> None:
    assert "Nobody has the case yet." in first_page(made())
    assert "Ona Example has the case." in first_page(made(holder="Ona Example"))
    ended = first_page(made(holder="Ona Example", closed_at=AT, outcome="appointment", state="closed"))
    assert "Ona Example had the case. Closed on 2026-11-22 09:30 UTC: appointment made." in ended


def test_what_colleagues_think_of_an_answer_stands_under_it() -> None:
    review = Judged(3, "Ona Example", AT, "incomplete", "after-care", "Is fever usual?")
    said = words(made(reviews=(review,)))
    opinion = (
        "Ona Example, 2026-11-22 09:30 UTC: This answer is incomplete. The article that should answer: after-care."
        " The question, as the reviewer put it:"
    )
    assert said.index("Fever was more common with cells.") < said.index(opinion) < said.index("Good morning")


def test_notes_are_in_it_if_somebody_wants_them() -> None:
    note = Noted("Ona Example", AT, "Sounds worried about the price.")
    assert "Notes of colleagues" not in words(made())
    assert "Notes of colleagues There are none." in words(made(notes=()))
    said = words(made(notes=(note,)))
    assert "Ona Example 2026-11-22 09:30 UTC Sounds worried about the price." in said


def test_consent_is_shown_word_for_word() -> None:
    wording = record_of(ANSWERS).answers["consent"].value["wording"]
    assert wording[:40] in words(made())


def test_a_case_without_an_intake_has_a_pdf_too() -> None:
    assert "No questions were answered." in words(case_pdf(case_of(IntakeRecord()), the_intake(), WITHOUT_FONTS))


def test_a_heading_stands_only_over_what_there_is() -> None:
    full, empty = words(made()), words(case_pdf(case_of(IntakeRecord(), ()), the_intake(), WITHOUT_FONTS))
    for heading in ("At a glance", "Conversation", "Consent, version"):
        assert heading in full, heading
        assert heading not in empty, heading
    for heading in ("To look at", "had no reviewed answer to", "EMERGENCY TEXT SHOWN", "TO BE LOOKED AT TODAY"):
        assert heading not in full, heading
    assert "No questions were answered." not in full
    assert "No consent is stored." in empty
    assert "TO BE LOOKED AT TODAY" in words(made(urgent_level="urgent"))


def test_what_was_declined_without_a_question_is_not_listed() -> None:
    declined = Spoken(5, AT, "assistant", "answer", "I have no reviewed answer.", None, ABSTAINED, 1)
    assert "had no reviewed answer to" not in words(made(messages=(*TRANSCRIPT, declined))), "it was no patient's question"


@pytest.mark.parametrize("folders", [[Path("/nowhere")], font_folders()])
def test_no_letters_make_it_fail(folders: list[Path]) -> None:
    record = record_of({**ANSWERS, "questions": EVERYTHING * 3})
    messages = (Spoken(1, AT, "patient", "text", EVERYTHING), Spoken(2, AT, "coordinator", "text", "", EVERYTHING))
    pdf = case_pdf(case_of(record, messages, clinic=EVERYTHING), the_intake(), Style(font_folders=folders))
    assert pdf.startswith(b"%PDF-")


@pytest.mark.skipif(font_folder(font_folders()) is None, reason="there is no DejaVu on this machine")
def test_lithuanian_polish_greek_and_cyrillic_letters_are_embedded() -> None:
    record = record_of({**ANSWERS, "full_name": "Žydrūnė Wójcik", "questions": "Μπορώ; Можно?"})
    mapped = case_pdf(case_of(record), the_intake(), Style(font_folders=font_folders()))
    for letter in "ŽūėóΜώМж":
        assert f"<{ord(letter):04X}>".encode() in mapped, letter


def test_what_cannot_be_shown_is_marked_and_said() -> None:
    pdf = words(made(messages=(Spoken(1, AT, "patient", "text", "Μπορώ 😀 now"),)))
    assert "[?] [grinning face] now" in pdf
    assert "cannot be shown here" in pdf
    assert "cannot be shown here" not in words(made(messages=TRANSCRIPT))


def test_invisible_signs_cannot_turn_the_text_around() -> None:
    assert Fitting(western)("safe \u202eelbisrever\u202c \x1b[31m") == "safe elbisrever [31m"


@settings(deadline=None, max_examples=60, derandomize=True)
@given(text=st.text())
def test_any_text_can_be_fitted(text: str) -> None:
    assert all(western(character) for character in Fitting(western)(text))
