"""The intake as a conversation: any order, any interruption, every answer as it was last said."""

from __future__ import annotations

import pytest

from intake.fields import REVIEW, the_intake
from intake.reading import INTERRUPTIONS, LEFT_TO_A_TEXT, MOVES
from intake.record import IntakeRecord, after
from tests.support.talking import REFERENCE, Talk

SAYS = the_intake().says
OPENABLE = [field.name for field in the_intake().fields if field.kind != "guardian" and field.name != "guardian_name"]


def test_several_details_in_one_message_are_all_taken() -> None:
    talk = Talk().until("full_name")
    talk.says("Maria Example, maria@mail.example, 61, Lithuania")
    assert talk.value("full_name") == "Maria Example"
    assert talk.value("contact") == {"by": "email", "value": "maria@mail.example"}
    assert talk.value("birth") == {"age": 61}
    assert talk.value("country")["code"] == "LT"
    assert talk.next == "condition"


def test_a_detail_that_is_in_doubt_is_asked_about_when_its_turn_comes() -> None:
    talk = Talk().until("full_name")
    talk.says("Maria Example, maria@gmial.com, 61")
    assert (talk.value("full_name"), talk.value("birth")) == ("Maria Example", {"age": 61})
    assert talk.open == "contact"
    assert talk.buttons == ["maria@gmail.com", "maria@gmial.com"]
    talk.says("maria@gmail.com")
    assert talk.value("contact")["value"] == "maria@gmail.com"


def test_details_that_were_not_asked_for_yet_are_read_back() -> None:
    talk = Talk().until("contact")
    said = talk.says("maria@mail.example, allergic to penicillin and latex, no cancer")
    assert [item["name"] for item in talk.value("allergies")] == ["penicillin", "latex"]
    assert talk.value("cancer") == {"answer": "no", "detail": "no cancer"}
    assert "Allergies: allergic to penicillin and latex" in said
    assert talk.open == "birth"


def test_details_may_come_with_the_agreement_and_none_without_it() -> None:
    talk = Talk().until("consent")
    talk.says("my name is Maria Example and I have MS")
    assert talk.record.answers == {}
    talk.says("I agree, my name is Maria Example")
    assert talk.value("full_name") == "Maria Example"
    assert talk.next == "contact"


def test_a_condition_that_names_other_fields_stays_a_condition() -> None:
    talk = Talk().until("condition")
    talk.says("asthma and allergies since childhood, after an infection")
    assert talk.value("condition") == "asthma and allergies since childhood, after an infection"
    assert talk.value("allergies") is None


def test_a_value_and_a_question_in_one_message_are_both_dealt_with() -> None:
    talk = Talk().until("full_name")
    talk.says("My name is Maria Example. Is fever a bad sign?", "question")
    assert talk.value("full_name") == "Maria Example"
    assert talk.looked_up == ["Is fever a bad sign?"]
    assert talk.open == "contact"


@pytest.mark.parametrize("field", OPENABLE)
def test_any_interruption_leaves_the_field_open_and_stores_nothing(field: str) -> None:
    free = the_intake().field(field).kind in {"text", "list", "history"} if field != REVIEW else False
    left = LEFT_TO_A_TEXT if free else set()
    for intent in sorted(MOVES - {"skip", "go_back", "stop_intake", "change_answer", "question"} - left):
        talk = Talk().until(field)
        before = talk.record.answers
        talk.says("you know what I mean", intent, 0.95)
        if field == "questions" and intent in {"greet", "thanks", "small_talk"}:
            continue  # what is said there is for the physician
        assert talk.open == field, intent
        assert talk.record.answers == before, intent


@pytest.mark.parametrize("field", ["consent", "full_name", REVIEW])
def test_what_needs_nothing_of_the_record_is_left_to_rasas_rules(field: str) -> None:
    for intent in sorted(INTERRUPTIONS):
        talk = Talk().until(field)
        assert talk.says("you know what I mean", intent, 0.95) == ""
        assert (talk.left_to_rasa, talk.responded, talk.looked_up) == (True, [], []), intent


@pytest.mark.parametrize("intent", sorted(MOVES - INTERRUPTIONS))
def test_what_needs_the_record_is_not(intent: str) -> None:
    talk = Talk().until("condition")
    talk.says("you know what I mean", intent, 0.95)
    assert not talk.left_to_rasa


@pytest.mark.parametrize(("text", "intent"), [("thanks, Lithuania", "thanks"), ("Lithuania. Is fever a bad sign?", "question")])
def test_an_answer_that_comes_with_something_else_is_taken(text: str, intent: str) -> None:
    talk = Talk().until("country")
    talk.says(text, intent)
    assert (talk.value("country")["code"], talk.open, talk.left_to_rasa) == ("LT", "condition", False)


def test_a_question_that_rasa_takes_for_something_else_is_looked_up_all_the_same() -> None:
    talk = Talk().until("condition")
    talk.says("is fever a bad sign?", "inform")
    assert (talk.looked_up, talk.left_to_rasa) == (["is fever a bad sign?"], False)


def test_what_is_to_be_repeated_while_nothing_is_open_is_the_last_message() -> None:
    talk = Talk()
    talk.says("delete my data", "delete_data")
    talk.says("sorry, what?", "repeat")
    assert (talk.responded, talk.left_to_rasa) == (["utter_repeat"], False)


@pytest.mark.parametrize(
    "text", ["hello", "thanks", "why do you need that", "this is useless", "what about fever?", "?", "..."]
)
@pytest.mark.parametrize("field", [name for name in OPENABLE if name != "questions"])
def test_no_value_is_taken_from_a_greeting_a_question_or_a_complaint(field: str, text: str) -> None:
    intents = {"hello": "greet", "thanks": "thanks", "this is useless": "complaint", "why do you need that": "why_ask"}
    talk = Talk().until(field)
    talk.says(text, intents.get(text, "question" if "fever" in text else "inform"))
    assert field not in talk.record.answers


def test_a_bare_yes_is_asked_for_more_once() -> None:
    talk = Talk().until("clots")
    talk.says("yes", "affirm")
    assert talk.asked == the_intake().field("clots").more
    talk.says("left leg, 2015")
    assert talk.value("clots") == {"answer": "yes", "detail": "left leg, 2015"}
    assert talk.record.answers["clots"].said == "yes; left leg, 2015"
    assert talk.open == "infection"


@pytest.mark.parametrize(("text", "intent"), [("skip", "skip"), ("yes", "affirm"), ("I don't know", "skip")])
def test_a_bare_yes_stands_when_there_is_no_more_to_say(text: str, intent: str) -> None:
    talk = Talk().until("clots")
    talk.says("yes", "affirm")
    talk.says(text, intent)
    assert talk.value("clots") == {"answer": "yes", "detail": None}
    assert talk.open == "infection"


def test_a_doubt_is_asked_with_buttons_and_settled_by_one() -> None:
    talk = Talk().until("birth")
    assert talk.says("03/04/1961") == SAYS.date_two_ways
    assert talk.buttons == ["3 April 1961", "4 March 1961"]
    assert talk.record.asking == "doubt", "the field's own question would bury it"
    talk.says("4 March 1961")
    assert talk.value("birth")["date"] == "1961-03-04"


def test_a_question_instead_of_settling_a_doubt_leaves_the_field_open() -> None:
    talk = Talk().until("birth")
    talk.says("03/04/1961")
    talk.says("Is fever a bad sign?", "question")
    assert (talk.open, talk.record.asking) == ("birth", None)


def test_going_back_and_keeping_what_was_said() -> None:
    talk = Talk().until("condition")
    talk.says("knees")
    talk.says("go back", "go_back")
    assert talk.open == "condition"
    assert "knees" in talk.asked
    assert SAYS.kept in talk.says("Keep it")
    assert (talk.value("condition"), talk.open) == ("knees", "treatments")


def test_going_back_several_times_and_answering_anew() -> None:
    talk = Talk().until("sex")
    talk.says("go back", "go_back")
    talk.says("go back", "go_back")
    assert talk.open == "contact"
    talk.says("+370 612 34567")
    assert talk.value("contact")["by"] == "phone"
    assert talk.open == "sex", "it goes on where it was"


def test_going_back_leads_to_what_was_answered_last_whatever_its_place_among_the_questions() -> None:
    talk = Talk().until("full_name")
    talk.chooses({"full_name": "Maria Example", "birth": {"age": 61}, "sex": "female", "country": "LT"})
    talk.says("maria@mail.example")
    assert talk.open == "condition"
    talk.says("go back", "go_back")
    assert talk.open == "contact"


def test_there_is_nothing_before_the_first_question() -> None:
    talk = Talk().until("for_whom")
    assert talk.says("go back", "go_back") == SAYS.first_already


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("change my phone number to +370 612 34567", "contact", {"by": "phone", "value": "+37061234567"}),
        ("my e-mail was wrong, it's other@mail.example", "contact", {"by": "email", "value": "other@mail.example"}),
        ("please correct my name to Marija Example", "full_name", "Marija Example"),
        ("my name should be Marija Example, not Maria", "full_name", "Marija Example"),
        ("change my age to 62", "birth", {"age": 62}),
        ("correct my age, I am 62 years old", "birth", {"age": 62}),
        ("fix the country, we live in Latvia now", "country", {"code": "LV", "name": "Latvia"}),
    ],
)
def test_a_change_in_one_message_is_made_at_once_and_read_back(text: str, field: str, value: object) -> None:
    talk = Talk().until("condition")
    said = talk.says(text, "change_answer")
    assert talk.value(field) == value
    assert SAYS.changed in said
    assert talk.open == "condition"


def test_a_change_without_a_value_asks_for_it_and_goes_on_where_it_was() -> None:
    talk = Talk().until("condition")
    talk.says("I want to change my name", "change_answer")
    assert talk.open == "full_name"
    assert "Maria Example" in talk.asked
    talk.says("Marija Example")
    assert (talk.value("full_name"), talk.open) == ("Marija Example", "condition")


def test_a_change_of_something_unnamed_asks_which() -> None:
    talk = Talk().until("condition")
    assert talk.says("I made a mistake", "change_answer") == SAYS.which_field
    assert "Change: Contact" in talk.buttons
    talk.says("Change: Contact")
    assert talk.open == "contact"


def test_what_is_said_by_the_way_about_an_earlier_answer_corrects_it() -> None:
    talk = Talk().until("clots")
    talk.says("actually I was born in 1949")
    assert talk.value("birth") == {"year": 1949, "age": 77}
    assert talk.open == "clots"


def test_a_child_needs_a_parent_or_guardian() -> None:
    talk = Talk().until("birth")
    talk.says("he is 9 years old")
    assert talk.open == "guardian"
    talk.says("I am the parent or guardian")
    assert talk.open == "guardian_name"
    talk.says("Jonas Example")
    assert talk.next == "country"
    assert "pregnancy" not in [field.name for field in the_intake().asked_of(9)]


def test_a_child_alone_is_asked_nothing_further() -> None:
    talk = Talk().until("birth")
    talk.says("15")
    said = talk.says("I am under 18 myself")
    assert "adult whom you trust" in said
    assert (talk.open, talk.record.status) == ("", "stopped")
    assert talk.buttons == [the_intake().person_button]


def test_a_parent_is_no_longer_asked_for_when_the_age_was_a_mistake() -> None:
    talk = Talk().until("birth")
    talk.says("6")
    said = talk.says("sorry, I am 60 years old")
    assert "side of 18" in said
    assert talk.value("birth") == {"age": 6}, "it is asked before an age crosses 18 by the way"
    talk.says(talk.buttons[0], "change_answer")
    assert (talk.value("birth"), talk.next) == ({"age": 60}, "country")


@pytest.mark.parametrize("text", ["Keep it", "no", "none of these"])
def test_an_age_that_would_cross_18_by_the_way_stays_if_it_is_not_confirmed(text: str) -> None:
    talk = Talk().until("birth")
    talk.says("17")
    talk.says("I was born in 1950")
    talk.says(text, "deny")
    assert (talk.value("birth"), talk.open) == ({"age": 17}, "guardian")


def test_an_age_is_corrected_by_the_way_on_the_same_side_of_18() -> None:
    talk = Talk().until("condition")
    talk.says("I was born in 1950")
    assert talk.value("birth")["year"] == 1950


def test_almost_eighteen_is_not_eighteen() -> None:
    talk = Talk().until("birth")
    talk.says("17")
    talk.says("I'm almost 18")
    assert (talk.value("birth"), talk.open) == ({"age": 17}, "guardian")


def test_what_takes_a_clear_yes_is_not_settled_by_a_maybe() -> None:
    talk = Talk().until("consent")
    assert talk.says("maybe", "stop_intake", 0.6) == the_intake().field("consent").retry
    assert (talk.open, talk.record.status) == ("consent", "in_progress")


def test_a_name_that_sounds_like_a_wish_for_a_call_is_a_name() -> None:
    talk = Talk().until("full_name")
    talk.says("call me Maria", "talk_to_person", 0.9)
    assert (talk.value("full_name"), talk.open) == ("Maria", "contact")
    talk = Talk().until("full_name")
    talk.says("call me tomorrow", "talk_to_person", 0.9)
    assert talk.open == "full_name"


def test_the_same_as_before_without_a_before_is_asked_for_whatever_it_was_taken_for() -> None:
    talk = Talk().until("medicines")
    assert talk.says("same as before", "go_back", 0.6) == SAYS.nothing_before
    assert talk.open == "medicines"


@pytest.mark.parametrize(("age", "asked"), [("30", True), ("70", False), ("9", False)])
def test_pregnancy_is_asked_where_it_may_apply(age: str, asked: bool) -> None:
    talk = Talk().until("birth")
    talk.says(age)
    assert ("pregnancy" in [field.name for field in the_intake().asked_of(int(age))]) is asked


def test_two_failed_attempts_bring_the_reason_and_an_example_and_a_third_the_way_out() -> None:
    talk = Talk().until("contact")
    field = the_intake().field("contact")
    assert talk.says("by pigeon post") == field.retry
    assert field.why in talk.says("over the fence")
    assert talk.says("through the window") == SAYS.give_up_required
    assert talk.buttons == [the_intake().person_button]


def test_everything_is_read_back_before_it_is_sent() -> None:
    talk = Talk().until(REVIEW)
    assert "Name: Maria Example" in talk.asked
    assert "Condition: left out" in talk.asked
    assert talk.record.status == "in_progress"
    talk.says("Send it")
    assert (talk.record.status, talk.record.reference) == ("completed", REFERENCE)


def test_any_line_can_be_changed_at_the_review() -> None:
    talk = Talk().until(REVIEW)
    assert talk.says("no", "deny") == SAYS.which_field
    talk.says("condition")
    assert talk.open == "condition"
    talk.says("knee osteoarthritis")
    assert talk.open == REVIEW
    assert "Condition: knee osteoarthritis" in talk.asked


@pytest.mark.parametrize(("text", "intent"), [("hmm", "inform"), ("well", "affirm"), ("why?", "why_ask"), ("skip", "skip")])
def test_an_unclear_word_at_the_review_sends_nothing(text: str, intent: str) -> None:
    talk = Talk().until(REVIEW)
    assert talk.says(text, intent, 0.7) == the_intake().review.wait
    assert (talk.open, talk.record.status) == (REVIEW, "in_progress")


def test_a_yes_in_other_words_sends_where_it_is_certain() -> None:
    talk = Talk().until(REVIEW)
    talk.says("all correct, off you go", "affirm", 0.97)
    assert talk.record.status == "completed"


def test_a_question_at_the_review_is_answered_and_the_review_stays() -> None:
    talk = Talk().until(REVIEW)
    talk.says("Is fever a bad sign?", "question")
    assert (talk.left_to_rasa, talk.open) == (True, REVIEW)


def test_a_change_after_sending_amends_the_same_record() -> None:
    talk = Talk().until(REVIEW)
    talk.says("Send it")
    said = talk.says("change my e-mail to other@mail.example", "change_answer")
    assert REFERENCE in said
    assert talk.value("contact")["value"] == "other@mail.example"
    assert (talk.record.status, talk.record.reference, talk.open) == ("amended", REFERENCE, "")


def test_a_change_after_sending_can_take_two_messages_and_be_left() -> None:
    talk = Talk().until(REVIEW)
    talk.says("Send it")
    talk.says("change my phone number", "change_answer")
    assert (talk.open, talk.record.status) == ("contact", "completed")
    talk.says("stop", "stop_intake")
    assert (talk.open, talk.record.status) == ("", "completed")


def test_starting_over_needs_a_yes_and_forgets_every_answer() -> None:
    talk = Talk().until("condition")
    assert talk.says("start over", "start_over") == SAYS.start_over
    talk.says("No, keep my answers", "deny")
    assert (talk.open, talk.value("full_name")) == ("condition", "Maria Example")
    talk.says("start over", "start_over")
    talk.says("Yes, start over", "affirm")
    assert (talk.record.answers, talk.open) == ({}, "consent")


def test_what_was_sent_cannot_be_taken_back_by_starting_over() -> None:
    talk = Talk().until(REVIEW)
    talk.says("Send it")
    assert REFERENCE in talk.says("start over", "start_over")
    assert talk.value("full_name") == "Maria Example"


@pytest.mark.parametrize("field", ["consent", "condition", REVIEW])
def test_deleting_needs_a_yes(field: str) -> None:
    talk = Talk().until(field)
    talk.says("delete my data", "delete_data")
    assert talk.record.asking == "delete"
    assert talk.says("no", "deny") == SAYS.not_deleted
    assert talk.open == field
    talk.says("withdraw my consent", "delete_data")
    assert talk.says("Yes, delete everything", "inform") == SAYS.deleted
    assert talk.effects[-1].effect == "conversation_deleted"
    assert talk.record == IntakeRecord()


@pytest.mark.parametrize("wish", ["delete_data", "start_over"])
def test_a_doubtful_yes_deletes_and_forgets_nothing_and_a_yes_in_other_words_does(wish: str) -> None:
    talk = Talk().until("clots")
    talk.says("please do that", wish)
    talk.says("hmm", "affirm", 0.7)
    assert talk.value("full_name") == "Maria Example"
    talk.says("please do that", wish)
    talk.says("yes do that please", wish)
    assert talk.record.answers == {}


def test_a_yes_to_something_else_in_between_deletes_nothing() -> None:
    talk = Talk().until("clots")
    talk.says("delete my data", "delete_data")
    talk.says("is fever a bad sign?", "question")
    talk.says("yes", "affirm")
    assert not [effect for effect in talk.effects if effect.effect == "conversation_deleted"]


def test_stopping_keeps_the_answers_and_going_on_asks_the_same_field() -> None:
    talk = Talk().until("contact")
    talk.says("stop", "stop_intake")
    assert (talk.open, talk.record.status, talk.value("full_name")) == ("", "stopped", "Maria Example")
    talk.says("start intake", "start_intake")
    assert talk.open == "contact"


@pytest.mark.parametrize("intent", ["affirm", "deny", "skip", "why_ask", "stop_intake", "go_back"])
def test_outside_the_intake_an_answer_is_no_answer(intent: str) -> None:
    talk = Talk()
    talk.says("hm", intent)
    assert talk.responded == ["utter_nothing_open"]
    assert talk.record == IntakeRecord()


def test_the_agreement_is_stored_word_for_word_and_is_not_changed_by_the_way() -> None:
    talk = Talk().until("contact")
    assert talk.value("consent")["wording"] in Talk().until("consent").asked
    assert talk.says("change my consent", "change_answer") == SAYS.consent_stays


def test_a_number_without_country_code_is_read_in_the_patients_country() -> None:
    talk = Talk().until("condition")
    talk.says("change my country to Germany", "change_answer")
    talk.says("change my phone number to 030 901820", "change_answer")
    assert talk.value("contact") == {"by": "phone", "value": "+4930901820"}


def test_what_a_message_changed_is_what_its_effects_say() -> None:
    talk = Talk().until("clots")
    for text, intent in [("yes", "affirm"), ("2015", "inform"), ("go back", "go_back"), ("no", "deny"), ("3", "inform")]:
        talk.says(text, intent)
    rebuilt = IntakeRecord()
    for effect in talk.effects:
        rebuilt = after(rebuilt, effect)
    assert rebuilt.model_copy(update={"asking": None}) == talk.record.model_copy(update={"asking": None})


@pytest.mark.parametrize("text", ["none of these", "no", "neither"])
def test_nobody_has_to_take_one_of_what_was_asked_back(text: str) -> None:
    talk = Talk().until("birth")
    talk.says("03/04/1961")
    said = talk.says(text, "deny")
    assert (said, talk.open, talk.value("birth")) == (SAYS.none_of_these, "birth", None)


@pytest.mark.parametrize("intent", ["abuse", "deny", "skip", "complaint"])
def test_who_would_rather_not_say_leaves_the_field_out_whatever_it_sounds_like(intent: str) -> None:
    talk = Talk().until("clots")
    talk.says("none of your business", intent)
    assert (talk.record.answers["clots"].skipped, talk.open) == (True, "infection")


def test_a_refusal_of_what_is_needed_is_told_why_it_is() -> None:
    talk = Talk().until("full_name")
    assert SAYS.cannot_skip in talk.says("I'd rather not say", "deny")
    assert talk.open == "full_name"


@pytest.mark.parametrize(
    ("field", "text", "intent", "expected"),
    [
        ("clots", "no, except the one in my calf in 2019", "question", "yes"),
        ("infection", "nada, gracias a Dios", "thanks", "no"),
        ("clots", "neither the one nor the other", "greet", "no"),
        ("immune_status", "yes, I take cortisone for my asthma", "change_answer", "yes"),
        ("cancer", "I don't know, it was never looked for", "question", "unsure"),
    ],
)
def test_what_begins_with_its_answer_is_one_whatever_it_sounds_like(field: str, text: str, intent: str, expected: str) -> None:
    talk = Talk().until(field)
    talk.says(text, intent)
    assert talk.value(field)["answer"] == expected
    assert (talk.looked_up, talk.left_to_rasa) == ([], False)


@pytest.mark.parametrize("text", ["people with cancer get this treatment too", "my brother swears by it"])
def test_what_only_sounds_like_an_answer_stays_a_question(text: str) -> None:
    talk = Talk().until("cancer")
    talk.says(text, "question")
    assert talk.value("cancer") is None


def test_something_that_is_not_certain_stays_in_a_list_and_is_no_question() -> None:
    talk = Talk().until("allergies")
    talk.says("perhaps aspirin? My face went red once")
    answer = talk.record.answers["allergies"]
    assert (answer.value[0]["names"], answer.to_check, talk.looked_up) == (["aspirin"], True, [])


def test_a_dose_in_a_list_is_no_phone_number() -> None:
    talk = Talk().until("medicines")
    talk.says("tacrolimus 1-0-1, MMF 500 1-0-1, cotrim")
    assert [item["names"] for item in talk.value("medicines")] == [["tacrolimus"], ["mycophenolate"], ["co-trimoxazole"]]
