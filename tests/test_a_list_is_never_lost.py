"""Medicines and allergies that were told stay told: only a list takes the place of a list, and what it leaves out is named."""

from __future__ import annotations

import pytest

from tests.support.talking import Talk

THREE = "Eliquis 2.5, furosemide 40 mg, Alvedon"


def talk(medicines: str = THREE, sent: bool = True) -> Talk:
    """Somebody whose answers are read back, or were sent."""
    talk = Talk().until("medicines")
    talk.says(medicines)
    talk.until("review")
    if sent:
        talk.says("send it", "affirm", 0.99)
    return talk


def names(talk: Talk, field: str = "medicines") -> list[str]:
    return [item["name"] for item in talk.value(field) or []]


@pytest.mark.parametrize(
    "said",
    [
        "wrong, I meant the other thing",
        "It's a little spring in the heart. Take that off",
        "You have thrown my tablets away, that was not what I meant",
        "to france last week, Lille",
        "I misread it",
    ],
)
@pytest.mark.parametrize("sent", [True, False])
def test_words_that_are_no_list_leave_the_one_that_was_told(said: str, sent: bool) -> None:
    patient = talk(sent=sent)
    patient.says("change my medicines", "change_answer")
    assert patient.open == "medicines"
    said_back = patient.says(said)
    assert names(patient) == ["Eliquis", "furosemide", "Alvedon"]
    assert 'I have changed nothing in "Medicines"' in said_back
    assert patient.open == ("" if sent else "review"), "what comes next is no answer to it"


@pytest.mark.parametrize(
    "said",
    [
        "change medicines no wait leave it, just the country, I moved to France",
        "change my medicines, never mind, it is the country: France",
    ],
)
def test_a_wish_that_is_taken_back_changes_nothing_of_what_it_named(said: str) -> None:
    patient = talk()
    patient.says(said, "change_answer")
    assert names(patient) == ["Eliquis", "furosemide", "Alvedon"]
    assert patient.value("country") == {"code": "FR", "name": "France"}


def test_what_shall_stay_is_not_what_is_changed() -> None:
    patient = talk()
    patient.says("No, keep the medicines. The TIA in 2018 belongs to the clots", "change_answer")
    assert patient.open == "clots"
    assert names(patient) == ["Eliquis", "furosemide", "Alvedon"]


def test_a_new_list_names_what_it_leaves_out_and_is_undone_with_one_touch() -> None:
    patient = talk()
    said_back = patient.says("change my medicines to ramipril 5 mg, aspirin", "change_answer")
    assert names(patient) == ["ramipril", "aspirin"]
    assert f"No longer in the list: {THREE}." in said_back
    [back] = patient.buttons
    patient.says(back, "change_answer")
    assert names(patient) == ["Eliquis", "furosemide", "Alvedon"]


@pytest.mark.parametrize(
    "said", ["I want to correct the dose of a medicine: furosemide, 20 mg", "change medicines to furosemide 20 mg"]
)
def test_one_medicine_stands_beside_the_others_and_is_looked_at(said: str) -> None:
    patient = talk()
    patient.says("change my medicines", "change_answer")
    patient.says(said, "change_answer")
    assert names(patient)[:3] == ["Eliquis", "furosemide", "Alvedon"]
    answer = patient.record.answers["medicines"]
    assert answer.to_check
    assert "20 mg" in answer.said


def test_one_medicine_that_is_all_takes_the_place_of_the_others() -> None:
    patient = talk()
    patient.says("change my medicines", "change_answer")
    patient.says("only furosemide 20 mg now")
    assert names(patient) == ["furosemide"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("fyi: also metformin 500 bd since Oct", "metformin"),
        ("btw I also take metformin 500", "metformin"),
        ("I have also drops for the glaucoma, Xalatan, one drop in each eye at night", "latanoprost"),
        ("I forgot the spray for my nose, mometasone once a day", "mometasone"),
    ],
)
def test_what_is_added_is_the_medicine_and_no_other_word(said: str, name: str) -> None:
    patient = talk()
    patient.says(said)
    first, second, third, *added = names(patient)
    assert [first, second, third] == ["Eliquis", "furosemide", "Alvedon"]
    assert name in added
    assert not {"fyi", "btw"} & set(added)


@pytest.mark.parametrize(
    "said",
    [
        "Put them back!",
        "put my medicines back like they were",
        "You forgot I had a stent in the heart, 2021",
        "please add that I am tired of all of this and nobody has ever listened",
    ],
)
def test_a_sentence_in_which_nothing_is_known_is_no_medicine(said: str) -> None:
    patient = talk()
    patient.says(said)
    assert names(patient) == ["Eliquis", "furosemide", "Alvedon"]


@pytest.mark.parametrize(
    "said", ["also allergic vancomycin - red man", "pls add latex allergy, suspected", "I forgot: allergy to kiwi"]
)
def test_what_somebody_is_allergic_to_is_no_medicine(said: str) -> None:
    patient = talk()
    patient.says(said)
    assert names(patient) == ["Eliquis", "furosemide", "Alvedon"]
    assert any(name in names(patient, "allergies")[0] for name in ("vancomycin", "latex", "kiwi"))


@pytest.mark.parametrize("word", ["stent", "vertigo", "fluid", "primary", "relief", "parent", "pancreas", "retina", "panel"])
def test_an_ordinary_word_is_no_mistyped_medicine(word: str) -> None:
    patient = Talk().until("medicines")
    patient.says(f"ramipril 5 mg, {word}")
    assert {name for item in patient.value("medicines") for name in item["names"]} == {"ramipril"}


@pytest.mark.parametrize(
    ("said", "items"),
    [
        ("Peanuts, badly, he has an EpiPen", 1),
        ("penicillin, but who doesn't", 1),
        ("latex, I suppose", 1),
        ("none. jesus", 0),
        ("peanuts, kiwi", 2),
    ],
)
def test_a_remark_beside_an_allergy_is_no_other_allergy(said: str, items: int) -> None:
    patient = Talk().until("allergies")
    patient.says(said)
    assert len(patient.value("allergies")) == items


def test_an_allergy_with_a_question_mark_is_kept_to_be_looked_at() -> None:
    patient = Talk().until("allergies")
    patient.says("pen - anaphylaxis 1999. latex ?")
    assert names(patient, "allergies") == ["pen", "latex ?"]
    assert patient.record.answers["allergies"].to_check
    assert patient.looked_up == []


@pytest.mark.parametrize(
    "said", ["Sinemet Plus 25/100 one and a half tablets five times a day", "bisoprolol two and a half in the morning"]
)
def test_half_a_tablet_is_part_of_its_dose(said: str) -> None:
    patient = Talk().until("medicines")
    patient.says(said)
    [item] = patient.value("medicines")
    assert item["said"] == said


def test_medicines_of_before_are_treatments_where_these_are_asked_for() -> None:
    patient = Talk().until("treatments")
    said = "I take before cyclophosphamide 6 times in 2022, after that mycophenolate. also rituximab one time but I stopped"
    patient.says(said)
    assert patient.value("treatments") == said
    assert patient.value("medicines") is None
    assert patient.open == "medicines", "and those of now are asked for"


def test_what_is_told_by_the_way_stands_beside_the_list() -> None:
    patient = talk(sent=False)
    patient.says("I also take a white tablet for my stomach that the hospital in the next town gave me")
    assert names(patient)[:3] == ["Eliquis", "furosemide", "Alvedon"]
    assert "white tablet for my stomach" in patient.record.answers["medicines"].said


@pytest.mark.parametrize("before", ["Eliquis", "homeopathic drops, aspirin", "Eliquis, not sure of the dose, furosemide"])
def test_the_button_puts_any_list_back(before: str) -> None:
    patient = talk(before)
    told = names(patient)
    patient.says("change my medicines to ramipril, metformin", "change_answer")
    [back] = patient.buttons
    patient.says(back, "change_answer")
    assert names(patient) == told


@pytest.mark.parametrize("said", ["my tablets are making me dizzy", "my meds are at home"])
def test_what_is_said_of_the_tablets_is_no_tablet(said: str) -> None:
    patient = talk()
    patient.says(said)
    assert names(patient) == ["Eliquis", "furosemide", "Alvedon"]


def test_a_medicine_for_an_allergy_is_a_medicine() -> None:
    patient = talk()
    patient.says("I also use hydrocortisone cream for an allergic rash")
    assert "hydrocortisone" in " ".join(names(patient))


@pytest.mark.parametrize(
    ("said", "items"),
    [("aspirin, my water tablets, that brown inhaler", 3), ("No tablets. I get an infusion every 8 weeks", 1)],
)
def test_what_may_be_a_medicine_is_no_remark(said: str, items: int) -> None:
    patient = Talk().until("medicines")
    patient.says(said)
    assert len(patient.value("medicines")) == items


def test_what_shall_stay_among_the_new_ones_stays() -> None:
    patient = talk("ramipril, metformin")
    patient.says("change my medicines to aspirin and apixaban, keep the ramipril", "change_answer")
    assert "ramipril" in patient.record.answers["medicines"].said


@pytest.mark.parametrize("intent", ["change_answer", "inform"])
@pytest.mark.parametrize("sent", [True, False])
def test_a_change_to_what_it_is_already_is_said_all_the_same(sent: bool, intent: str) -> None:
    patient = Talk().until("contact")
    patient.says("maria@mail.example")
    patient.until("review")
    if sent:
        patient.says("send it", "affirm", 0.99)
        intent = "change_answer"  # after sending, Rasa says what a message is
    assert "maria@mail.example" in patient.says("change my email to maria@mail.example", intent)


def test_a_wish_that_is_taken_back_at_the_read_back_is_left_too() -> None:
    patient = talk(sent=False)
    patient.says("change medicines no wait leave it, just the country, I moved to France")
    assert names(patient) == ["Eliquis", "furosemide", "Alvedon"]
    assert patient.value("country") == {"code": "FR", "name": "France"}
