"""What a patient writes while a field is open: an answer to it, a question, or something else that comes first."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from intake.clinic import Clinic, ClinicError, read_clinic
from intake.fields import FIELDS, FieldsError, read_intake, the_intake
from intake.judge import judge
from intake.reading import MOVES, Move, Unusable, Value, read_message


def read(field: str, text: str, intent: str = "inform", confidence: float = 0.9) -> Value | Move | Unusable:
    """What a message means while a field is open."""
    return read_message(the_intake().field(field), text, intent, confidence, "LT")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Maria Example", "Maria Example"),
        ("my name is Maria Example.", "Maria Example"),
        ("Hi, I'm Maria", "Maria"),
        ("Seán O’Brien-Żółć", "Seán O’Brien-Żółć"),
        ("Will May", "Will May"),
        ("王小明", "王小明"),
        ("Dr. J. R. Example", "Dr. J. R. Example"),
    ],
)
def test_a_name_is_taken_however_it_is_put(text: str, name: str) -> None:
    assert read("full_name", text) == Value(name)


@pytest.mark.parametrize("text", ["why?", "no", "I don't want to say", "12345", "maria@mail.example", "???", "x" * 200])
def test_what_is_no_name_is_not_stored_as_one(text: str) -> None:
    assert not isinstance(read("full_name", text), Value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("maria@mail.example", {"by": "email", "value": "maria@mail.example"}),
        ("you can write to Maria@Mail.Example.", {"by": "email", "value": "Maria@mail.example"}),
        ("+370 612 34567", {"by": "phone", "value": "+37061234567"}),
        ("call me on 8 612 34567 please", {"by": "phone", "value": "+37061234567"}),
        ("+44 20 7946 0958", {"by": "phone", "value": "+442079460958"}),
    ],
)
def test_a_contact_is_an_address_or_a_number(text: str, value: object) -> None:
    assert read("contact", text) == Value(value)


@pytest.mark.parametrize("text", ["maria@", "@mail.example", "maria@mail..example", "12", "+999 1", "by pigeon"])
def test_what_is_no_contact_is_not_stored_as_one(text: str) -> None:
    assert read("contact", text) == Unusable()


@pytest.mark.parametrize("text", ["I agree", "i agree.", "Yes!", "YES", "ok, I agree"])
def test_a_plain_yes_is_consent(text: str) -> None:
    assert read("consent", text, "affirm") == Value(True)


@pytest.mark.parametrize("text", ["I do not agree", "No", "I don't agree", "no thanks"])
def test_a_plain_no_is_none(text: str) -> None:
    assert read("consent", text, "deny") == Value(False)


@pytest.mark.parametrize("text", ["maybe", "I guess", "yes but not my name", "sure why not", "👍", "I agree with my wife"])
def test_anything_else_is_not_taken_for_consent(text: str) -> None:
    assert not isinstance(read("consent", text, "affirm", 0.99), Value)


@pytest.mark.parametrize("text", ["does it hurt?", "What does it cost", "Will it help", "Will May?"])
def test_a_question_is_never_stored_as_a_condition(text: str) -> None:
    assert read("condition", text) == Move("question")
    assert read("condition", text, "question") == Move("question")


@pytest.mark.parametrize("text", ["MS", "knee osteoarthritis since 2019", "My daughter has Rett syndrome", "боль в спине"])
def test_a_condition_is_taken_in_the_patients_words(text: str) -> None:
    assert read("condition", text) == Value(text)


@pytest.mark.parametrize("intent", sorted(MOVES - {"question"}))
@pytest.mark.parametrize("field", ["full_name", "condition"])
def test_whatever_a_patient_wants_instead_is_noticed(field: str, intent: str) -> None:
    assert read(field, "you know what I mean", intent, 0.95) == Move(intent)


@given(st.text(max_size=300), st.sampled_from([field.name for field in the_intake().fields]))
def test_any_text_can_be_judged(text: str, field: str) -> None:
    value = judge(the_intake().field(field), text, "LT")
    assert value is None or text.strip()


def test_every_field_says_why_it_is_asked_and_gives_an_example_that_it_takes() -> None:
    for field in the_intake().fields:
        assert field.why
        for example in field.example.split(" or "):
            assert isinstance(read(field.name, example), Value), field.name


def changed(file: Path, source: Path, **changes: object) -> Path:
    """A copy of a settings file with some entries changed; None takes an entry out."""
    whole = {**yaml.safe_load(source.read_text("utf-8")), **changes}
    file.write_text(yaml.safe_dump({name: value for name, value in whole.items() if value is not None}), "utf-8")
    return file


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"fields": []}, "consent"), ({"closing": None}, "closing"), ({"colour": "red"}, "colour"), ({"version": "x"}, "version")],
)
def test_a_mistake_in_the_fields_is_named(changes: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(FieldsError, match=said):
        read_intake(changed(tmp_path / "fields.yml", FIELDS, **changes))


def test_nothing_is_asked_before_the_consent(tmp_path: Path) -> None:
    fields = yaml.safe_load(FIELDS.read_text("utf-8"))["fields"]
    with pytest.raises(FieldsError, match="consent"):
        read_intake(changed(tmp_path / "fields.yml", FIELDS, fields=fields[::-1]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": None}, "name"),
        ({"country": "Lithuania"}, "country"),
        ({"emergency_number": "call us"}, "emergency_number"),
        ({"booking_link": "javascript:alert(1)"}, "booking_link"),
        ({"fax": "1"}, "fax"),
    ],
)
def test_a_mistake_in_the_clinics_details_is_named(changes: dict[str, object], said: str, tmp_path: Path) -> None:
    shipped = Path(__file__).parent.parent / "clinic.yml"
    assert isinstance(read_clinic(shipped), Clinic)
    with pytest.raises(ClinicError, match=said):
        read_clinic(changed(tmp_path / "clinic.yml", shipped, **changes))


@pytest.mark.parametrize("content", [b"", b"- a list\n", b"name: [\n", b"\xff\xfe"])
def test_a_clinic_file_that_cannot_be_read_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "clinic.yml").write_bytes(content)
    with pytest.raises(ClinicError, match=r"clinic\.yml"):
        read_clinic(tmp_path / "clinic.yml")
