"""A case goes out as a valid FHIR bundle, and whoever reads it again has the same values for every field."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.case_file import Judged, Noted
from exports.fhir import NotABundle, bundle, read_bundle
from intake.fields import the_intake
from intake.record import FieldAnswer, IntakeRecord
from tests.support.case_files import ANSWER, AT, TRANSCRIPT, Spoken, answered, case_of, record_of
from tests.support.people import ANSWERS

Json = dict[str, Any]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "consent": st.fixed_dictionaries(
        {"agreed": st.booleans(), "version": st.integers(1, 99), "purpose": TEXTS, "wording": TEXTS}
    ),
    "name": TEXTS,
    "contact": st.fixed_dictionaries(
        {"by": st.sampled_from(["email", "phone"]), "value": TEXTS}, optional={"extension": st.sampled_from(["12", "345"])}
    ),
    "birth": st.one_of(
        st.fixed_dictionaries({"date": st.dates(date(1900, 1, 1), date(2026, 1, 1)).map(str), "age": st.integers(0, 120)}),
        st.fixed_dictionaries({"year": st.integers(1900, 2026), "age": st.integers(0, 120)}),
        st.fixed_dictionaries({"year": st.integers(1900, 2026), "month": st.integers(1, 12), "age": st.integers(0, 115)}),
        st.fixed_dictionaries({"age": st.integers(0, 120)}),
        st.fixed_dictionaries({"age": st.integers(0, 2), "months": st.integers(0, 35)}),
    ),
    "guardian": st.booleans(),
    "country": st.fixed_dictionaries({"code": st.sampled_from(["LT", "XK", "PL"]), "name": TEXTS}),
    "text": TEXTS,
    "choice": TEXTS,
    "list": st.lists(
        st.fixed_dictionaries(
            {"name": TEXTS, "said": TEXTS}, optional={"names": st.lists(TEXTS, max_size=3), "dose": TEXTS, "reaction": TEXTS}
        ),
        max_size=5,
    ),
    "history": st.fixed_dictionaries(
        {"answer": st.sampled_from(["yes", "no", "unsure", "not_applicable"]), "detail": st.none() | TEXTS}
    ),
}
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS | st.just(""),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=5,
)


def _answers(kind: str) -> st.SearchStrategy[FieldAnswer]:
    judged = st.builds(answered, said=TEXTS, value=VALUES[kind], to_check=st.booleans())
    return judged | st.builds(answered, said=TEXTS, skipped=st.just(True))


RECORDS = st.builds(
    lambda status, reference, answers: IntakeRecord(status=status, reference=reference, answers=answers),
    st.sampled_from(["in_progress", "completed", "amended", "stopped"]),
    st.none() | st.just("C-2345-6789"),
    st.fixed_dictionaries({}, optional={field.name: _answers(field.kind) for field in the_intake().fields}),
)


def resources(text: str, kind: str) -> list[Json]:
    """The resources of one kind in a bundle."""
    found = [entry["resource"] for entry in json.loads(text)["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(record=RECORDS)
def test_whatever_was_answered_is_read_again_the_same(record: IntakeRecord) -> None:
    assert read_bundle(bundle(case_of(record, ()), the_intake())) == record


NAMES = st.sampled_from([*(field.name for field in the_intake().fields), "of_another_clinic"])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(said=TEXTS | st.just(""), value=ODD, field=NAMES)
def test_an_answer_of_a_shape_that_nobody_gives_today_is_not_lost(said: str, value: Any, field: str) -> None:
    record = IntakeRecord(status="amended", answers={field: answered(said, value)})
    assert read_bundle(bundle(case_of(record, ()), the_intake())) == record


def test_a_real_intake_is_read_again_the_same() -> None:
    record = record_of(ANSWERS)
    assert len(record.answers) >= 16
    assert read_bundle(bundle(case_of(record), the_intake())).answers == record.answers


def test_a_bundle_is_valid_and_has_everything() -> None:
    text = bundle(case_of(record_of(ANSWERS)), the_intake())
    kinds = {entry.resource.get_resource_type() for entry in Bundle.model_validate_json(text).entry}
    assert kinds == {"Patient", "Questionnaire", "QuestionnaireResponse", "Consent", "Communication", "Task", "Provenance"}


def task(**changes: Any) -> Json:
    """What the clinic has to do about our patient, as it leaves."""
    [found] = resources(bundle(case_of(record_of(ANSWERS), **changes), the_intake()), "Task")
    return found


def test_who_has_the_case_and_how_it_ended_are_in_it() -> None:
    assert (task()["status"], task().get("owner")) == ("requested", None)
    has = task(holder="Ona Example", urgent_level="emergency")
    assert (has["status"], has["owner"], has["priority"]) == ("in-progress", {"display": "Ona Example"}, "stat")
    ended = task(holder="Ona Example", state="closed", closed_at=AT, outcome="appointment")
    assert (ended["status"], ended["executionPeriod"]["end"][:10]) == ("completed", "2026-11-22")
    assert ended["businessStatus"]["coding"][0]["code"] == "appointment"


def test_notes_of_colleagues_are_in_it_if_somebody_wants_them() -> None:
    assert "note" not in task()
    [note] = task(notes=(Noted("Ona Example", AT, "Sounds worried.\x00"),))["note"]
    assert (note["authorString"], note["text"]) == ("Ona Example", "Sounds worried.\ufffd")


def test_what_a_colleague_thinks_of_an_answer_belongs_to_that_answer() -> None:
    review = Judged(3, "Ona Example", AT, "wrong", "after-care", None)
    text = bundle(case_of(record_of(ANSWERS), reviews=(review,)), the_intake())
    [(payload, [note])] = [(c["payload"], c["note"]) for c in resources(text, "Communication") if "note" in c]
    assert payload[0]["contentString"] == "Here is what our articles say."
    assert note["authorString"] == "Ona Example"
    assert note["text"] == "This answer is wrong. The article that should answer: after-care."


def test_every_reference_leads_to_something_in_the_bundle() -> None:
    text = bundle(case_of(record_of(ANSWERS)), the_intake())
    there = {entry["fullUrl"] for entry in json.loads(text)["entry"]}
    assert len(there) == len(json.loads(text)["entry"])
    assert _references(json.loads(text)) <= there


def _references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_references, value))
    if isinstance(value, dict):
        own = {value["reference"]} if isinstance(value.get("reference"), str) else set()
        return own.union(*map(_references, value.values()))
    return set()


def test_who_imports_twice_has_it_once() -> None:
    first, second = (bundle(case_of(record_of(ANSWERS)), the_intake()) for _ in range(2))
    assert first == second
    puts = [entry["request"] for entry in json.loads(first)["entry"]]
    assert all(put["method"] == "PUT" for put in puts)
    assert len({put["url"] for put in puts}) == len(puts)


def test_two_patients_share_nothing_but_the_questions() -> None:
    def ids(conversation: str) -> set[str]:
        made = bundle(case_of(record_of(ANSWERS), conversation=conversation), the_intake())
        return {entry["fullUrl"] for entry in json.loads(made)["entry"]}

    assert len(ids("0" * 32) & ids("1" * 32)) == 1


def test_the_answers_are_those_that_the_questionnaire_asks() -> None:
    text = bundle(case_of(record_of(ANSWERS)), the_intake())
    [asked], [given] = resources(text, "Questionnaire"), resources(text, "QuestionnaireResponse")
    assert given["questionnaire"] == f"{asked['url']}|{asked['version']}"
    assert _links(given) <= _links(asked)


def test_every_answer_has_the_text_of_its_question() -> None:
    text = bundle(case_of(record_of(ANSWERS)), the_intake())
    [asked], [given] = resources(text, "Questionnaire"), resources(text, "QuestionnaireResponse")
    questions = {item["linkId"]: item["text"] for item in asked["item"]}
    assert {item["linkId"]: item["text"] for item in given["item"]} == {
        link: words for link, words in questions.items() if link in {item["linkId"] for item in given["item"]}
    }
    assert "Birchwood Example Clinic stores the health details" in questions["consent"]
    assert not any("{" in words for words in questions.values())


def test_what_a_person_has_to_check_says_so() -> None:
    record = IntakeRecord(
        status="completed",
        answers={
            "cancer": answered("polyps", {"answer": "unsure", "detail": "polyps"}, to_check=True),
            "birth": answered("around 1961", {"year": 1961, "age": 65}, to_check=True),
        },
    )
    text = bundle(case_of(record), the_intake())
    [given], [patient] = resources(text, "QuestionnaireResponse"), resources(text, "Patient")
    marks = {part["linkId"]: part for item in given["item"] for part in item["item"] if part["linkId"].endswith(".to_check")}
    assert set(marks) == {"cancer.to_check", "birth.to_check"}
    for part in marks.values():
        assert part["text"].startswith("To be checked by a person")
        assert part["answer"][0]["extension"][0]["url"].endswith("/data-absent-reason")
    assert "birthDate" not in patient
    assert patient["_birthDate"]["extension"][0]["valueCode"] == "unsupported"
    assert read_bundle(text).answers == record.answers


@pytest.mark.parametrize(
    ("value", "birth_date"),
    [
        ({"date": "1961-03-14", "age": 65}, "1961-03-14"),
        ({"year": 2008, "month": 12, "age": 17}, "2008-12"),
        ({"year": 1961, "age": 65}, "1961"),
        ({"age": 64}, None),
        ({"age": 0, "months": 8}, None),
    ],
)
def test_a_date_of_birth_is_no_more_exact_than_it_was_told(value: Json, birth_date: str | None) -> None:
    record = IntakeRecord(status="completed", answers={"birth": answered("as told", value)})
    [patient] = resources(bundle(case_of(record), the_intake()), "Patient")
    assert patient.get("birthDate") == birth_date


def test_a_second_way_to_reach_somebody_comes_second() -> None:
    also = [{"value": "+37061234567", "by": "phone", "extension": "12"}]
    value = {"by": "email", "value": "maria@mail.example", "also": also}
    record = IntakeRecord(status="completed", answers={"contact": answered("both", value)})
    text = bundle(case_of(record), the_intake())
    [patient] = resources(text, "Patient")
    assert [(way["value"], way["rank"]) for way in patient["telecom"]] == [
        ("maria@mail.example", 1),
        ("+37061234567 ext. 12", 2),
    ]
    assert read_bundle(text).answers == record.answers


def _links(item: Json) -> set[str]:
    inner = [_links(each) for each in item.get("item", [])]
    return {item["linkId"]}.union(*inner) if "linkId" in item else set().union(*inner)


def test_the_patient_is_as_the_intake_says() -> None:
    [patient] = resources(bundle(case_of(record_of(ANSWERS)), the_intake()), "Patient")
    assert patient["name"] == [{"text": "Maria Example"}]
    assert patient["telecom"] == [{"system": "email", "value": "maria@mail.example"}]
    assert patient["birthDate"] == "1961-03-14"
    assert patient["address"] == [{"country": "LT"}]


def test_consent_is_given_word_for_word() -> None:
    record = record_of(ANSWERS)
    [consent] = resources(bundle(case_of(record), the_intake()), "Consent")
    assert consent["status"] == "active"
    assert consent["policyRule"]["text"] == record.answers["consent"].value["wording"]


def test_who_did_not_agree_has_not() -> None:
    record = IntakeRecord(status="stopped", answers={"consent": answered("no", False)})
    [consent] = resources(bundle(case_of(record), the_intake()), "Consent")
    assert consent["status"] == "rejected"


def test_the_transcript_shows_what_was_quoted_and_from_where() -> None:
    messages = resources(bundle(case_of(record_of(ANSWERS)), the_intake()), "Communication")
    assert [message["payload"][0]["contentString"] for message in messages] == [spoken.text for spoken in TRANSCRIPT]
    _said, quote, source = messages[2]["payload"]
    assert quote["contentString"] == ANSWER.passages[0].quote
    place = {each["url"]: each.get("valueInteger", each.get("valueString")) for each in quote["extension"][0]["extension"]}
    assert place == {"article": "fever", "version": 4, "start": 12, "end": 45}
    assert source["contentReference"]["identifier"]["value"] == "https://doi.org/10.1234/example"
    assert messages[3]["sender"]["display"] == "Ona Example"


def test_each_message_has_its_number_time_author_receiver_and_what_it_replies_to() -> None:
    later = tuple(replace(spoken, at=AT + timedelta(minutes=spoken.seq)) for spoken in TRANSCRIPT)
    automatic = Spoken(5, AT + timedelta(minutes=5), "system", "text", "Ona Example has joined.")
    unnamed = Spoken(6, AT + timedelta(minutes=6), "coordinator", "text", "Good evening.")
    text = bundle(case_of(record_of(ANSWERS), (*later, automatic, unnamed)), the_intake())
    messages = resources(text, "Communication")
    assert [one["identifier"][0]["value"] for one in messages] == [f"C-2345-6789#{seq}" for seq in range(1, 7)]
    assert [one["sent"][:16] for one in messages] == [f"2026-11-22T09:3{minute}" for minute in range(1, 7)]
    [patient] = resources(text, "Patient")
    me = f"urn:uuid:{patient['id']}"
    assert [one["sender"].get("display", one["sender"].get("reference")) for one in messages] == [
        "Software assistant",
        me,
        "Software assistant",
        "Ona Example",
        "Software",
        "Birchwood Example Clinic",
    ]
    clinic = "Birchwood Example Clinic"
    assert [one["recipient"][0].get("display", one["recipient"][0].get("reference")) for one in messages] == [
        clinic if one["sender"].get("reference") == me else me for one in messages
    ]
    replies = {number: one["inResponseTo"] for number, one in enumerate(messages, start=1) if "inResponseTo" in one}
    assert list(replies) == [3], "only what was a reply is one"
    assert replies[3][0]["reference"] == f"urn:uuid:{messages[1]['id']}"


def test_a_case_without_an_intake_is_a_bundle_too() -> None:
    text = bundle(case_of(IntakeRecord()), the_intake())
    assert resources(text, "QuestionnaireResponse") == resources(text, "Consent") == []
    assert read_bundle(text) == IntakeRecord()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"resourceType": "Patient"}', '{"resourceType": "Bundle"'])
def test_what_is_no_bundle_is_refused(text: str) -> None:
    with pytest.raises(NotABundle):
        read_bundle(text)
