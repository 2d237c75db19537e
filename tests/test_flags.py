"""A physician sees at once what matters in a case, with the patient's own words; and nothing that the patient denied."""

from __future__ import annotations

from datetime import date

import pytest

from desk.cases.flags import Flag, flags_of
from intake.fields import the_intake
from intake.judge import judge
from intake.judging.results import Context, Understood
from intake.record import FieldAnswer, IntakeRecord

TODAY = date(2026, 11, 22)


def flags(**said: str) -> dict[str, Flag]:
    """The flags of an intake in which somebody wrote this, by their names."""
    answers = {}
    for name, text in said.items():
        judged = judge(the_intake().field(name), text, Context(region="LT", today=TODAY))
        assert isinstance(judged, Understood), f"not understood: {text}"
        answers[name] = FieldAnswer(said=text, value=judged.value, to_check=judged.to_check)
    return {flag.name: flag for flag in flags_of(IntakeRecord(answers=answers), TODAY)}


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"medicines": "ramipril and warfarin 5 mg"}, "blood_thinner"),
        ({"medicines": "metformin 500mg warfarin 5mg ramipril 5mg"}, "blood_thinner"),
        ({"medicines": "metformin with warfarin"}, "blood_thinner"),
        ({"medicines": "1. metformin 2. warfarin"}, "blood_thinner"),
        ({"medicines": "metformin - warfarin"}, "blood_thinner"),
        ({"medicines": "metformin|aspirin"}, "antiplatelet"),
        ({"medicines": "metformin/Coumadin 5 mg"}, "blood_thinner"),
        ({"infection": "no fever, but a chest infection"}, "infection"),
        ({"infection": "No, only a flu"}, "infection"),
        ({"cancer": "I do not have cancer but had leukaemia as a child"}, "cancer"),
        ({"pregnancy": "I'm not pregnant, but I am breastfeeding"}, "pregnancy"),
        ({"pregnancy": "not pregnant; I breastfeed"}, "pregnancy"),
        ({"medicines": "I take Eliquis"}, "blood_thinner"),
        ({"medicines": "blood thinners"}, "blood_thinner"),
        ({"medicines": "rivaroxabn 20 mg"}, "blood_thinner"),
        ({"medicines": "aspirin"}, "antiplatelet"),
        ({"medicines": "methotrexate 15 mg weekly"}, "immune_medicine"),
        ({"medicines": "tamoxifen"}, "cancer_medicine"),
        ({"medicines": "doxycycline"}, "antibiotic"),
        ({"infection": "yes, a cold with fever last week"}, "infection"),
        ({"infection": "I had a flu two weeks ago"}, "infection"),
        ({"immune_status": "yes, methotrexate"}, "immune"),
        ({"immune_status": "I have no spleen"}, "immune"),
        ({"clots": "in the left leg in 2015"}, "clots"),
        ({"clots": "never, except one in 2010"}, "clots"),
        ({"medicines": "warfarin since 2015, not missed one"}, "blood_thinner"),
        ({"cancer": "breast cancer in 2016, treated"}, "cancer"),
        ({"pregnancy": "yes"}, "pregnancy"),
        ({"birth": "12"}, "minor"),
        ({"guardian": "I am under 18 myself"}, "no_guardian"),
        ({"allergies": "penicillin"}, "allergy"),
    ],
)
def test_what_matters_is_shown_with_the_words_that_say_so(said: dict[str, str], name: str) -> None:
    found = flags(**said)
    assert set(found) == {name}
    assert found[name].sure
    assert found[name].words in next(iter(said.values()))
    assert found[name].because


@pytest.mark.parametrize(
    "said",
    [
        {"medicines": "no blood thinners"},
        {"medicines": "None"},
        {"medicines": "metformin, no aspirin"},
        {"medicines": "never took warfarin"},
        {"medicines": "metformin 500 mg and vitamin D"},
        {"infection": "No"},
        {"infection": "no infection, no fever"},
        {"clots": "I have never had clots"},
        {"cancer": "No, never had cancer"},
        {"immune_status": "not weakened"},
        {"pregnancy": "I am a man"},
        {"pregnancy": "No"},
        {"birth": "14 March 1961"},
        {"birth": "18"},
        {"guardian": "I am the parent or guardian"},
        {"allergies": "no known allergies"},
        {"allergies": "NKDA"},
        {"allergies": "I'm not allergic to penicillin"},
        {"medicines": "metformin; my doctor says I don't need warfarin"},
    ],
)
def test_what_was_denied_raises_nothing(said: dict[str, str]) -> None:
    assert flags(**said) == {}


@pytest.mark.parametrize(
    ("said", "name", "label"),
    [
        ({"cancer": "I do not know"}, "cancer", "Perhaps has or had cancer"),
        ({"infection": "No. Only tired"}, "infection", "Perhaps an infection in the last four weeks"),
        ({"medicines": "warfarin until last year"}, "blood_thinner", "Names a blood thinner"),
        ({"medicines": "I was on warfarin"}, "blood_thinner", "Names a blood thinner"),
        ({"medicines": "maybe warfarin"}, "blood_thinner", "Names a blood thinner"),
        ({"cancer": "my mother had breast cancer, and they are checking me now"}, "cancer", "Perhaps has or had cancer"),
        ({"infection": "no fever. a bladder infection though"}, "infection", "Perhaps an infection in the last four weeks"),
        ({"pregnancy": "not at present, an embryo transfer in May"}, "pregnancy", "May be pregnant or breastfeeding"),
        ({"medicines": "warfarin or something like that"}, "blood_thinner", "Names a blood thinner"),
    ],
)
def test_what_may_be_so_is_shown_as_something_to_check(said: dict[str, str], name: str, label: str) -> None:
    found = flags(**said)[name]
    assert (found.sure, found.label) == (False, label)


def test_a_child_who_turned_18_since_is_no_minor() -> None:
    answer = FieldAnswer(said="21 November 2008", value={"date": "2008-11-21", "age": 17})
    record = IntakeRecord(answers={"birth": answer})
    assert [flag.name for flag in flags_of(record, date(2026, 11, 20))] == ["minor"]
    assert flags_of(record, date(2026, 11, 21)) == []


def test_what_was_left_out_raises_nothing() -> None:
    skipped = FieldAnswer(said="skip", skipped=True)
    answers = {name: skipped for name in ("medicines", "clots", "birth", "allergies", "cancer")}
    assert flags_of(IntakeRecord(answers=answers), TODAY) == []


def test_no_flag_decides_anything() -> None:
    everything = flags(
        medicines="warfarin, aspirin, methotrexate", cancer="yes, 2016", clots="yes", birth="12", allergies="latex"
    )
    told = " ".join(f"{flag.label} {flag.because}".lower() for flag in everything.values())
    assert not any(
        word in told for word in ("eligible", "suitable", "excluded", "not allowed", "contraindicat", "cannot be treated")
    )
