"""Whoever writes clinic.yml or fields.yml is told of a mistake before the start: the line, what is wrong, and what to do."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from cordial.data_files import DataFileError
from desk.working_hours import due_at, is_open, overdue_before
from intake.clinic import Hours, read_clinic
from intake.fields import read_intake
from intake.judge import judge
from intake.judging.results import Context

CLINIC = (PROJECT / "clinic.yml").read_text("utf-8")
FIELDS = (PROJECT / "intake" / "en" / "fields.yml").read_text("utf-8")


def problems(error: DataFileError) -> list[tuple[int, str]]:
    """The lines, and what is said of each."""
    for theirs in ("Input should", "Value error", "pydantic", "ISO format", "invalid character"):
        assert theirs not in str(error)
    return [(problem.line, problem.text) for problem in error.problems]


def line_of(text: str, part: str) -> int:
    """On which line a text begins."""
    return text[: text.index(part)].count("\n") + 1


def field_of(name: str) -> str:
    """The whole entry of a field."""
    begin = FIELDS.index(f"  - name: {name}\n")
    return FIELDS[begin : FIELDS.index("  - name: ", begin + 5)]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("email: hello@birchwood.example", "email: null", "neither an e-mail address nor a phone number"),
        ("email: hello@birchwood.example", "email: hello@birchwood", "no e-mail address"),
        ("phone: null", 'phone: "061234567"', "with its country code"),
        ("phone: null", "phone: +37061234567", 'Put it in quotes: "+37061234567"'),
        ("country: LT", "country: ZZ", "no country with the code ZZ"),
        ("country: LT", "country: NO", 'Put it in quotes: "NO"'),
        ("country: LT", "country: UK", "did you mean GB?"),
        ("country: LT", "country: EN", "did you mean GB?"),
        ("country: LT", "country: EL", "did you mean GR?"),
        ("country: LT", "country: USA", "did you mean US?"),
        ("country: LT", "country: lt", "did you mean LT?"),
        ("country: LT", "country: Lithuania", "did you mean LT?"),
        ("country: LT", "country:", "nothing after the colon"),
        ("country: LT", "contry: LT", "did you mean country?"),
        ("zone: Europe/Vilnius", "zone: Europe/Vilnus", "did you mean Europe/Vilnius?"),
        ('monday: ["09:00-17:00"]', 'monday: ["9-17"]', 'Write it like "09:00-17:00"'),
        ('monday: ["09:00-17:00"]', 'monday: ["17:00-09:00"]', "written on both days"),
        ('monday: ["09:00-17:00"]', 'monday: ["20:00-24:30"]', "24:00 for midnight"),
        ('monday: ["09:00-17:00"]', 'monday: ["09:00-12:00", "11:00-17:00"]', "overlaps"),
        ('monday: ["09:00-17:00"]', 'monday: ["00:00-24:00", "09:00-17:00"]', "overlaps"),
        ('monday: ["09:00-17:00"]', "monday: 09:00-17:00", "a list is needed"),
        ('monday: ["09:00-17:00"]', 'mon: ["09:00-17:00"]', "did you mean monday?"),
        ("closed_on: []", "closed_on: [25.12.2026]", "written like 2026-12-25"),
        ("target_minutes: 480", "target_minutes: yes", "a whole number is needed"),
        ('emergency_number: "112"', "emergency_number: 112", 'Put it in quotes: "112"'),
        ('emergency_number: "112"', 'emergency_number: "call 112"', "two to six digits"),
        ('# emergency_numbers: {GB: "999"}', 'emergency_numbers: {UK: "999"}', "did you mean GB?"),
        (
            "# crisis_lines: {GB: [",
            'crisis_lines: {US: [{name: "988 Lifeline", number: 988}], GB: [',
            'Put it in quotes: "988"',
        ),
        ("booking_link: null", "booking_link: www.book.example", "begins with https://"),
        ("name: Birchwood Example Clinic", 'name: ""', "there is no text"),
        ("coordinator: a coordinator of", "coordinator: a {role} of", "{role} would be shown as it stands"),
        ("opening_hours: Monday to Friday,", "opening_hours: Monday to Friday:", "colon and a space"),
    ],
)
def test_a_mistake_in_the_clinics_details_is_told_on_its_line(before: str, after: str, said: str, tmp_path: Path) -> None:
    assert before in CLINIC
    changed = CLINIC.replace(before, after, 1)
    (tmp_path / "clinic.yml").write_text(changed, "utf-8")
    with pytest.raises(DataFileError) as refused:
        read_clinic(tmp_path / "clinic.yml")
    [(line, text)] = problems(refused.value)
    assert line == line_of(changed, after)
    assert said in text


def test_a_clinic_without_opening_hours_is_told(tmp_path: Path) -> None:
    begin, end = CLINIC.index("hours:   #"), CLINIC.index("reply_within: one")
    (tmp_path / "clinic.yml").write_text(CLINIC[:begin] + CLINIC[end:], "utf-8")
    with pytest.raises(DataFileError, match="hours: this entry is missing"):
        read_clinic(tmp_path / "clinic.yml")
    (tmp_path / "clinic.yml").write_text(f"{CLINIC[:begin]}hours: {{zone: UTC, open: {{}}}}\n{CLINIC[end:]}", "utf-8")
    with pytest.raises(DataFileError, match="00:00-24:00"):
        read_clinic(tmp_path / "clinic.yml")


def test_norway_needs_no_quotes_as_a_name(tmp_path: Path) -> None:
    (tmp_path / "clinic.yml").write_text(
        CLINIC.replace('# emergency_numbers: {GB: "999"}', 'emergency_numbers:\n  NO: "112"'), "utf-8"
    )
    assert read_clinic(tmp_path / "clinic.yml").emergency_numbers["NO"] == "112"


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALWAYS = Hours(zone="Europe/Vilnius", open={day: ["00:00-24:00"] for day in DAYS}, target_minutes=90)  # type: ignore[misc]


@pytest.mark.parametrize("at", ["2026-11-27T21:59", "2026-11-27T22:00", "2026-11-28T12:00", "2026-10-25T00:30"])
def test_who_is_open_all_day_is_open_at_midnight_and_when_the_clocks_change(at: str) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert is_open(ALWAYS, now)
    assert (due_at(ALWAYS, now) - now).total_seconds() == 90 * 60
    assert (now - overdue_before(ALWAYS, now)).total_seconds() == 90 * 60


def test_the_last_minute_of_a_day_counts() -> None:
    evenings = Hours(zone="UTC", open={"friday": ["22:00-24:00"]})
    assert is_open(evenings, datetime(2026, 11, 27, 23, 59, 30, tzinfo=UTC))
    assert not is_open(evenings, datetime(2026, 11, 28, 0, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"{consent}" Do you', '"{consnet}" Do you', "did you mean {consent}?"),
        ('"{consent}" Do you', "Do you", "must show {consent}"),
        ("agree that {clinic} stores", "agree that {clinc} stores", "did you mean {clinic}?"),
        ("agree that {clinic} stores", "agree that {clinic stores", "stands alone"),
        ("  - name: birth\n", "  - name: contact\n", "already the name of the field “Contact”"),
        ("    kind: birth\n", "    kind: brith\n", "did you mean birth?"),
        ('    buttons: ["No", "Yes", I do', '    buttons: ["No", Yes, I do', 'Put it in quotes: "Yes"'),
        ("    ages: [0, 17]\n", "    ages: [17, 0]\n", "the younger first"),
        ("    label: Country\n", "    labl: Country\n", "did you mean label?"),
        ("    label: Country\n", "    label: Contact\n", "also means the field contact"),
        ("called: [illness,", "called: [country,", "also means the field country"),
        ("  buttons: [Send it, Change something]\n", "  buttons: [Send it]\n", "at least 2 are needed"),
        ("reference number is {reference}", "reference number is {ref}", "nothing is called {ref}"),
        ("retry: I could not read that as a name.", "retry: I could not read {name}.", "as it stands"),
        ("    counts: the name of a country\n", "    counts: land: a country\n", "colon and a space"),
        ("    skippable: true\n", "    skippable: maybe\n", "yes or no is needed"),
    ],
)
def test_a_mistake_in_the_fields_is_told_on_its_line(before: str, after: str, said: str, tmp_path: Path) -> None:
    assert before in FIELDS
    changed = FIELDS.replace(before, after, 1)
    (tmp_path / "fields.yml").write_text(changed, "utf-8")
    with pytest.raises(DataFileError) as refused:
        read_intake(tmp_path / "fields.yml")
    (line, text), *_ = problems(refused.value)
    assert said in text
    assert 0 <= line_of(FIELDS, before) - line <= 3  # of a longer text, the line of its name


RENAMED = {"full_name": "patient", "contact": "reach", "birth": "born", "country": "lives_in", "condition": "illness"}


def renamed() -> str:
    """The fields under other names, as a clinic may want them in its record."""
    text = FIELDS
    for old, new in RENAMED.items():
        text = text.replace(f"  - name: {old}\n", f"  - name: {new}\n    formerly: [{old}]\n")
    return text


@pytest.mark.parametrize(
    ("name", "otherwise"),
    [
        ("full_name", "whom to address"),
        ("contact", "nobody could reach the patient"),
        ("birth", "who is under 18"),
        ("guardian", "without a parent or guardian"),
    ],
)
def test_a_field_that_something_needs_cannot_be_left_out(name: str, otherwise: str, tmp_path: Path) -> None:
    (tmp_path / "fields.yml").write_text(FIELDS.replace(field_of(name), ""), "utf-8")
    with pytest.raises(DataFileError, match=otherwise):
        read_intake(tmp_path / "fields.yml")


def what_is_told(fields: str, folder: Path) -> str:
    """All that is told of a fields.yml that is refused."""
    (folder / "fields.yml").write_text(fields, "utf-8")
    with pytest.raises(DataFileError) as refused:
        read_intake(folder / "fields.yml")
    return "\n".join(text for _, text in problems(refused.value))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("    role: name\n", "    role: nmae\n", "did you mean name?"),
        ("    role: medicines\n", "    role: country\n", "is for a field of kind country"),
        ("    role: hopes\n", "    role: questions\n", "has the role questions already"),
    ],
)
def test_a_role_that_does_not_fit_is_told(before: str, after: str, said: str, tmp_path: Path) -> None:
    assert said in what_is_told(FIELDS.replace(before, after, 1), tmp_path)


@pytest.mark.parametrize(
    ("pattern", "instead", "said"),
    [
        (r"    options:\n(?:      .*\n)+", "", "at least two options"),
        (r'- value: "yes"', "- value: parent", "one option must have the value “yes”"),
    ],
)
def test_who_is_the_guardian_is_chosen_from_options(pattern: str, instead: str, said: str, tmp_path: Path) -> None:
    guardian = field_of("guardian")
    assert said in what_is_told(FIELDS.replace(guardian, re.sub(pattern, instead, guardian)), tmp_path)


def test_a_renamed_field_keeps_its_role_and_the_answers_under_its_old_name(tmp_path: Path) -> None:
    (tmp_path / "fields.yml").write_text(renamed(), "utf-8")
    intake = read_intake(tmp_path / "fields.yml")
    assert intake.by_role({"full_name": 1, "born": 2, "lives_in": 3}) == {"name": 1, "birth": 2, "country": 3}
    assert set(intake.stored_as("condition")) == {"illness", "condition"}
    assert intake.name_now("contact") == "reach"


@pytest.mark.parametrize("known_by", ["    formerly: [clots]\n", "    about: clots\n"])
@pytest.mark.parametrize("said", ["a DVT in my left leg, 2015", "nie miałam zakrzepicy", "no, never", "Thrombose 2012"])
def test_answers_to_a_renamed_history_are_understood_as_before(known_by: str, said: str, tmp_path: Path) -> None:
    text = FIELDS.replace("  - name: clots\n", f"  - name: blood_clots\n{known_by}")
    (tmp_path / "fields.yml").write_text(text, "utf-8")
    renamed_field, shipped = read_intake(tmp_path / "fields.yml").field("blood_clots"), read_intake().field("clots")
    context = Context("LT", date(2026, 11, 29))
    assert judge(renamed_field, said, context) == judge(shipped, said, context)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("  - name: clots\n", "  - name: blood_clots\n    about: clotts\n", "did you mean clots?"),
        ("  - name: allergies\n", "  - name: allergies\n    about: clots\n", "only a field of kind history"),
    ],
)
def test_a_history_about_something_unknown_is_told(before: str, after: str, said: str, tmp_path: Path) -> None:
    assert said in what_is_told(FIELDS.replace(before, after, 1), tmp_path)


def test_what_ships_is_known_without_being_named_as_former(tmp_path: Path) -> None:
    (tmp_path / "fields.yml").write_text(FIELDS.replace("  - name: full_name\n", "  - name: patient\n"), "utf-8")
    assert read_intake(tmp_path / "fields.yml").by_role({"full_name": "Maria"}) == {"name": "Maria"}
