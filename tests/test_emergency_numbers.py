"""The numbers to call are those of a patient's country, each with its source, and a clinic may overrule them."""

from __future__ import annotations

import re
from pathlib import Path

import phonenumbers
import pytest
from babel import Locale

from cordial.bootstrap import PROJECT
from cordial.data_files import DataFileError
from emergencies.calling import Calling, Where
from emergencies.numbers import FILE, crisis_lines_in, numbers_in, read_numbers, the_numbers
from emergencies.red_flags import the_red_flags
from emergencies.whereabouts import country_called
from intake.clinic import Clinic, read_clinic

CLINIC = read_clinic(PROJECT / "clinic.yml")
UNSETTLED = ["AM", "DZ", "GH", "IQ", "JM", "LB", "LK", "MA", "PE", "PK", "UZ"]
ON_PAGES_ALONE = {"FO", "IM", "LI", "MC", "SM", "VA"}  # the file of phones does not have them


def clinic_with(tmp_path: Path, lines: str, before: str = "", after: str = "") -> Clinic:
    """The clinic's details with more lines, and something replaced."""
    file = tmp_path / "clinic.yml"
    file.write_text((PROJECT / "clinic.yml").read_text("utf-8").replace(before, after, 1) + lines, "utf-8")
    return read_clinic(file)


def calling(where: Where, clinic: Clinic = CLINIC) -> Calling:
    """What is said of whom to call."""
    return Calling(the_red_flags().file.calling, clinic, where)


def test_there_are_numbers_for_at_least_sixty_countries_each_with_its_source() -> None:
    numbers = the_numbers()
    assert len(numbers.emergency) >= 60
    assert all(each.sources for each in numbers.emergency.values())
    assert all(source.what and source.read.year >= 2026 for source in numbers.sources.values())


@pytest.mark.parametrize("code", [code for code, each in the_numbers().emergency.items() if not each.disagree])
def test_a_number_on_which_sources_agree_is_also_known_to_the_library_of_phone_numbers(code: str) -> None:
    known = the_numbers().emergency[code]
    for number in [*known.ambulance, *(known.police or [])]:
        assert phonenumbers.is_emergency_number(number, code) or code in ON_PAGES_ALONE, (code, number)


@pytest.mark.parametrize("code", UNSETTLED)
def test_a_country_whose_number_is_not_settled_is_left_out(code: str) -> None:
    assert numbers_in(code, CLINIC) == []
    said = calling(Where(lives=code)).how()
    assert said.startswith("Call your local emergency number now.")
    assert "At the clinic in Lithuania: 112" in said


@pytest.mark.parametrize(
    ("code", "ambulance"),
    [("US", "911"), ("GB", "999"), ("AU", "000"), ("TH", "1669"), ("KR", "119"), ("TR", "112"), ("BR", "192"), ("UA", "103")],
)
def test_the_number_is_that_of_the_ambulance(code: str, ambulance: str) -> None:
    assert numbers_in(code, CLINIC) == [ambulance]


def test_where_the_police_have_another_number_it_is_theirs() -> None:
    assert numbers_in("TH", CLINIC, "police") == ["191"]
    assert numbers_in("US", CLINIC, "police") == ["911"]


@pytest.mark.parametrize("code", list(the_numbers().crisis_lines))
def test_a_crisis_line_is_offered_in_its_own_country_only(code: str) -> None:
    said = calling(Where(lives=code)).crisis_lines()
    assert re.findall(r": (\*?[\d ]*\d)", said) == [line.number for line in the_numbers().crisis_lines[code]]


@pytest.mark.parametrize("country", ["DE", "IE", "PE", "TR"])
def test_a_lithuanian_crisis_line_is_not_offered_elsewhere(country: str) -> None:
    assert "Vilties" not in calling(Where(lives=country)).crisis_lines()
    assert "Vilties" not in calling(Where(here=country, lives="LT")).crisis_lines()


def test_a_line_in_another_language_says_so_and_a_way_to_others_is_named() -> None:
    in_lithuania = calling(Where(here="LT")).crisis_lines()
    assert "Vilties linija: 116 123 (in Lithuanian), day and night." in in_lithuania
    assert "findahelpline.com" in in_lithuania
    assert calling(Where(here="US")).crisis_lines() == "988 Lifeline: 988 (call or text), day and night."


def test_all_languages_of_a_line_are_named_where_ours_is_not_among_them(tmp_path: Path) -> None:
    line = 'crisis_lines: {DE: [{name: Ours, number: "123 456", languages: [%s]}]}\n'
    said = calling(Where(lives="DE"), clinic_with(tmp_path, line % "de, tr")).crisis_lines()
    assert said.startswith("Ours: 123 456 (in German, Turkish).")
    assert calling(Where(lives="DE"), clinic_with(tmp_path, line % "de, en")).crisis_lines() == "Ours: 123 456."


def test_where_nothing_is_known_a_crisis_line_stands_with_its_country() -> None:
    assert calling(Where()).crisis_lines().startswith("In Lithuania: Vilties linija")


def test_a_clinic_may_add_and_overrule(tmp_path: Path) -> None:
    own = 'emergency_numbers: {PE: "117", US: "912"}\ncrisis_lines: {DE: [{name: Ours, number: "123 456"}]}\n'
    clinic = clinic_with(tmp_path, own)
    assert numbers_in("PE", clinic) == ["117"]
    assert numbers_in("US", clinic) == ["912"]
    assert numbers_in("AU", clinic) == ["000"]
    assert [line.name for line in crisis_lines_in("DE", clinic)] == ["Ours"]
    assert "Ours: 123 456." in calling(Where(lives="DE"), clinic).crisis_lines()


def test_a_file_of_a_clinic_with_the_numbers_of_all_its_countries_is_still_read(tmp_path: Path) -> None:
    own = """
emergency_numbers:
  GB: "999"
  US: "911"
  LT: "112"
crisis_lines:
  US: [{name: Call or text the 988 Lifeline, number: "988"}]
  LT: [{name: Vilties linija, number: "116 123"}]
"""
    clinic = clinic_with(tmp_path, own)
    assert "Call or text the 988 Lifeline: 988." in calling(Where(lives="US"), clinic).crisis_lines()
    assert calling(Where(lives="LT"), clinic).how().startswith("Call 112 now.")


def test_a_clinic_elsewhere_has_its_own_numbers_and_place(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, "", "country: LT", "country: TH")
    clinic = clinic.model_copy(update={"emergency_number": "1669"})
    assert "At the clinic in Thailand: 1669. In Lithuania: 112." in calling(Where(lives="LT"), clinic).how()
    assert calling(Where(), clinic).how() == "Call your local emergency number now. At the clinic in Thailand: 1669."


def test_a_number_inside_a_sentence_is_named_only_if_it_is_the_one() -> None:
    assert calling(Where(lives="LT")).number() == "112"
    assert calling(Where(lives="DE")).number() == "112"
    assert calling(Where(here="TH", lives="US")).number() == "1669"
    for where in (Where(), Where(lives="US"), Where(lives="PE"), Where(here="PE")):
        assert calling(where).number() == "your local emergency number"


def test_a_text_for_everybody_names_the_local_number_and_the_clinics_with_its_place() -> None:
    said = the_red_flags().number_for_anybody(CLINIC)
    assert said == "your local emergency number (at the clinic in Lithuania: 112)"


def test_every_country_has_a_name_that_fits_into_a_sentence() -> None:
    assert country_called("US") == "the United States"
    assert country_called("LT") == "Lithuania"
    assert all(country_called(code) != code for code in the_numbers().emergency)
    assert country_called("US", "de") == str(Locale("de").territories["US"])


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('ambulance: ["998"]', "ambulance: [998]", 'Put it in quotes: "998"'),
        ('ambulance: ["998"]', 'ambulance: ["call"]', "two to six digits"),
        ('ambulance: ["998"]', "ambulance: []", "1"),
        ("  AE: {ambulance", "  XX: {ambulance", "there is no country with the code XX"),
        ("source: comparison", "source: comparisn", "did you mean comparison?"),
        ("read: 2026-11-28", "read: yesterday", "written like"),
    ],
)
def test_a_mistake_in_the_numbers_is_refused(before: str, after: str, said: str, tmp_path: Path) -> None:
    text = FILE.read_text("utf-8")
    assert before in text
    (tmp_path / "numbers.yml").write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(DataFileError, match=r"numbers\.yml, line") as refused:
        read_numbers(tmp_path / "numbers.yml")
    assert said in str(refused.value)
