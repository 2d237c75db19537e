"""What answers the open question is taken at once, however it is put: said again, beside a remark, or in a long sentence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.talking import Talk


def heard(field: str, said: str, intent: str = "inform", confidence: float = 0.9) -> Talk:
    patient = Talk().until(field)
    patient.says(said, intent, confidence)
    return patient


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        ("country", "Ireland, I just said", {"code": "IE", "name": "Ireland"}),
        ("country", "as I said, Portugal", {"code": "PT", "name": "Portugal"}),
        ("birth", "I told you, 23 April 1938", {"date": "1938-04-23", "age": 88}),
    ],
)
def test_an_answer_that_was_given_before_is_no_wish_to_change(field: str, said: str, value: Any) -> None:
    assert heard(field, said, "change_answer").value(field) == value


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        ("birth", "i born on day 14 month 9 year 1990", {"date": "1990-09-14", "age": 36}),
        (
            "birth",
            "The twenty-third of April 1938. So I shall be 89 next spring, God willing.",
            {"date": "1938-04-23", "age": 88},
        ),
        ("full_name", "It used to be Petronella Haver but since I got married it's Petronella Sund", "Petronella Sund"),
        ("full_name", "I was called Ines Moreau but now I am Ines Keller", "Ines Keller"),
    ],
)
def test_an_answer_with_a_remark_is_that_answer_alone(field: str, said: str, value: Any) -> None:
    patient = heard(field, said)
    assert patient.value(field) == value
    assert patient.buttons == [], "nothing is left to be placed"


def test_of_two_years_the_day_is_no_third_choice() -> None:
    patient = heard("birth", "12 February 1941, or 1942, he never had a proper certificate")
    assert patient.buttons == ["1941", "1942"]


@pytest.mark.parametrize(
    "said",
    [
        "for him to keep up with his sister, that's it. And fewer injections",
        "to walk to the shop without stopping",
        "less pain at night and maybe my garden again",
        "that she sleeps through",
    ],
)
def test_a_hope_is_no_question_whatever_it_sounds_like(said: str) -> None:
    assert heard("hopes", said, "question", 0.6).value("hopes") == said


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("They say no, but his white cells were a bit low in June", "unsure"),
        ("well I had prednisone for a year but now I'm off it so I don't really know", "yes"),
    ],
)
def test_what_is_not_certain_is_looked_at(said: str, answer: str) -> None:
    patient = heard("immune_status", said, "question" if said.startswith("They") else "inform", 0.6)
    assert patient.value("immune_status") == {"answer": answer, "detail": said}
    assert patient.record.answers["immune_status"].to_check


def test_the_illness_that_only_the_question_names_is_kept() -> None:
    said = "Is a borderline ovarian tumour a cancer? They removed one in 2019, the left side"
    patient = heard("cancer", said, "question", 0.6)
    assert patient.value("cancer")["detail"] == said
    assert patient.record.answers["cancer"].to_check


@pytest.mark.parametrize(
    "said",
    [
        "Donepezil (Aricept), first 5 and then 10 mg, stopped in 2023.",
        "physio, forty years now",
        "we came to Duisburg in 1996, before the first operation",
        "an operation, that was in May 2009",
        "Botox twice, which did precious little, which makes me see cats",
    ],
)
def test_a_year_beside_an_answer_is_no_birth_and_no_phone_number(said: str) -> None:
    patient = Talk().until("treatments")
    before = {name: patient.value(name) for name in ("birth", "contact")}
    patient.says(said)
    assert {name: patient.value(name) for name in ("birth", "contact")} == before
    assert patient.value("treatments") == said


def test_details_in_one_line_are_all_placed() -> None:
    patient = heard("full_name", "Kasper Lind, email kasper.lind@mail.example, born 3/11/1979, living in Sweden")
    assert patient.value("full_name") == "Kasper Lind"
    assert patient.value("contact") == {"by": "email", "value": "kasper.lind@mail.example"}
    assert patient.value("country") == {"code": "SE", "name": "Sweden"}
    assert patient.buttons == ["3 November 1979", "11 March 1979"]


@pytest.mark.parametrize(
    "said",
    [
        "Then you may send it, thank you.",
        "that'll do, send it off",
        "Shall I press send? Send it",
        "Now send it please",
        "whatever. send",
        "ok all good, you can submit it now",
    ],
)
def test_what_says_to_send_it_and_nothing_else_sends_it(said: str) -> None:
    assert heard("review", said).record.sent


@pytest.mark.parametrize(
    "said",
    [
        "don't send it yet",
        "send it when I have asked my wife",
        "Send it, and tell them that the allergy is wrong",
        "All correct. Oh and the latex isn't in there properly",
        "can you send it to my doctor too?",
    ],
)
def test_what_says_more_than_that_does_not(said: str) -> None:
    patient = heard("review", said)
    assert not patient.record.sent
    assert "Add to Condition: don't send" not in " ".join(patient.buttons)


@pytest.mark.parametrize(
    ("said", "intent"), [("I told you, I want to talk to a person", "talk_to_person"), ("I said delete my data", "delete_data")]
)
@pytest.mark.parametrize("field", ["country", "full_name", "condition", "clots"])
def test_a_wish_that_was_told_before_is_no_answer(field: str, said: str, intent: str) -> None:
    patient = heard(field, said, intent, 0.95)
    assert patient.value(field) is None
    assert patient.left_to_rasa or patient.record.asking == "delete"


def test_what_shall_still_be_changed_is_changed_before_it_is_sent() -> None:
    for said in ("Could you add ibuprofen? Then send it.", "can you change my phone number, then send it"):
        assert not heard("review", said).record.sent


def test_an_illness_beside_a_name_is_not_dropped() -> None:
    patient = heard("full_name", "Maria Example, thrombosis, 61")
    assert any("thrombosis" in button for button in patient.buttons) or "thrombosis" in str(patient.value("clots"))


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("contact", "t.wierzbek@exampel.com oh typo, @example.com"),
        ("contact", "number is +1 303 555 0119 no sorry 0191 at the end"),
    ],
)
def test_an_address_that_is_taken_back_is_asked_for_again(field: str, said: str) -> None:
    patient = heard(field, said)
    assert patient.value(field) is None
    assert patient.open == field


@pytest.mark.parametrize(
    "said",
    [
        "I'm his mother, but I don't agree yet, I just want information",
        "Yes I am. Agree to what exactly?",
        "yes but no, I mean I'm the mother but the guardian is my own mother since I was ill",
    ],
)
def test_who_does_not_agree_for_a_child_is_no_guardian_yet(said: str) -> None:
    patient = Talk()
    patient.says("start the intake", "start_intake")
    for given in ("I agree", "my child", "Maria Example", "maria@mail.example", "9"):
        patient.says(given)
    assert patient.open == "guardian"
    patient.says(said)
    assert patient.value("guardian") is None
    patient.says("Yes, and I agree")
    assert patient.value("guardian") is True
    patient.says("the childs name is Maria Example")
    assert patient.value("guardian_name") is None


@pytest.mark.parametrize(
    ("field", "said", "answer"),
    [
        ("immune_status", "Hopefully not", "unsure"),
        ("cancer", "let's hope not", "unsure"),
        ("clots", "my twin sister has factor five, i was never tested", "no"),
        ("immune_status", "it was, during chemo in 2017. not any more", "yes"),
    ],
)
def test_what_is_hoped_not_tested_or_over_is_looked_at_by_a_person(field: str, said: str, answer: str) -> None:
    patient = heard(field, said)
    assert patient.value(field)["answer"] == answer
    assert patient.record.answers[field].to_check


@pytest.mark.parametrize(
    ("said", "name"),
    [("HOLLOWMERE, Frances Anne", "Frances Anne HOLLOWMERE"), ("Katie Price", "Katie Price"), ("Janet Oduyale-Price",) * 2],
)
def test_a_name_is_no_country_and_no_question_on_the_price(said: str, name: str) -> None:
    patient = heard("full_name", said)
    assert patient.value("full_name") == name
    assert patient.value("country") is None


def test_more_than_female_or_male_is_looked_at_by_a_person() -> None:
    patient = heard("sex", "trans man, registered female at birth, on testosterone")
    assert patient.record.answers["sex"].to_check


def test_who_wants_to_go_back_to_work_hopes_for_it() -> None:
    assert heard("hopes", "I want to go back to work", "go_back").value("hopes") == "I want to go back to work"


@pytest.mark.parametrize(
    ("field", "said", "value"),
    [
        ("contact", "anna@example.com, no calls after 20:00 please", {"by": "email", "value": "anna@example.com"}),
        ("contact", "+49 171 3920011, sorry for the delay, after 18:00", {"by": "phone", "value": "+491713920011"}),
        ("contact", "anna@example.com, please wait with calls until 1800 h", {"by": "email", "value": "anna@example.com"}),
    ],
)
def test_a_time_beside_an_address_takes_nothing_back(field: str, said: str, value: Any) -> None:
    assert heard(field, said).value(field) == value


@pytest.mark.parametrize(("field", "said"), [("infection", "no, not now"), ("cancer", "no, never")])
def test_a_plain_no_is_not_looked_at_by_a_person(field: str, said: str) -> None:
    patient = heard(field, said)
    assert patient.value(field)["answer"] == "no"
    assert not patient.record.answers[field].to_check


def test_whoever_cannot_sign_alone_has_a_guardian_all_the_same() -> None:
    patient = Talk()
    patient.says("start the intake", "start_intake")
    for given in (
        "I agree",
        "my child",
        "Maria Example",
        "maria@mail.example",
        "9",
        "I'm her mother and she cannot sign herself",
    ):
        patient.says(given)
    assert patient.value("guardian") is True


def test_back_to_a_question_is_no_answer_to_another() -> None:
    patient = heard("hopes", "go back to the one about cancer", "go_back")
    assert patient.value("hopes") is None
