"""What people ask of the clinic itself has a fixed reply, in whatever words; what is medical is left to the articles."""

from __future__ import annotations

import pytest
import yaml

from cordial.bootstrap import PROJECT
from intake.clinic import read_clinic
from intake.fields import the_intake
from intake.record import IntakeRecord
from intake.service import DELETING, Standing, all_surely_wanted, asks_about_deleting, reply_to, the_service

CLINIC = read_clinic(PROJECT / "clinic.yml")
FILLED = {**CLINIC.model_dump(), "clinic": CLINIC.name, "emergency_number": "112"}
ASKED = yaml.safe_load((PROJECT / "tests" / "questions" / "asked_of_the_clinic.yml").read_text("utf-8"))

# The reply to which a fact of clinic.yml belongs, a message that asks for it, and what is said where it is not given.
FACTS = [
    ("appointments", "walk_in", "can I just come by", "without an appointment is not written down here"),
    ("appointments", "change_appointment", "I have to reschedule", "tell a person"),
    ("deposit", "deposit", "is the deposit refundable", "deposits"),
    ("payment", "pay", "can I pay in instalments", "in instalments, monthly, by card"),
    ("medical_director", "people_here", "who is your boss", "no name written down"),
    ("doctors", "people_here", "who is your boss", "what they are trained in"),
    ("staff_languages", "languages", "do you speak Finnish", "Which languages"),
    ("messenger", "channels", "do you have whatsapp", "WhatsApp"),
    ("documents", "what_to_send", "which papers should I send", "reports, scans or laboratory results"),
    ("referral_letter", "referral_letter", "do I need a referral", "letter from your doctor"),
    ("decision_within", "decision_when", "how soon do you decide", "How long a physician takes"),
    ("conditions", "what_treated", "what illnesses do you treat", "For which illnesses"),
    ("ages", "ages", "do you treat children", "From which age"),
    ("own_results", "own_numbers", "what is your success rate", "no figures of"),
    ("access", "getting_here", "is there a lift", "wheelchair"),
    ("parking", "getting_here", "is there parking nearby", "Where one can park"),
    ("hotels", "getting_here", "do you help with hotels", "a place to stay"),
    ("pick_up", "getting_here", "can you pick us up at the airport", "picked up"),
    ("other_places", "elsewhere", "any branch in Dubai", "another place"),
    ("brochure", "brochure", "do you have a brochure", "a brochure"),
]


def replies_to(message: str) -> list[str | None]:
    """The fixed replies that a message surely wants."""
    return [each.reply for each, _ in all_surely_wanted(message)]


@pytest.mark.parametrize("reply", sorted(ASKED))
def test_whatever_the_words_the_reply_is_the_one_for_what_is_asked(reply: str) -> None:
    assert {message: replies_to(message) for message in ASKED[reply]} == {message: [reply] for message in ASKED[reply]}


@pytest.mark.parametrize(
    "message",
    [
        "how many patients were in the study",
        "what was the success rate in the trial",
        "who was in charge of the study",
        "do the cells stay in the body",
        "where do the cells go after a drip",
        "where would the needle go",
        "when can he walk again",
        "will he be able to walk in the snow",
        "can I drive home afterwards",
        "how soon can I fly",
        "how long does it take to work",
        "how quick do they perish once inside",
        "should I postpone my surgery for this",
        "can she speak again after a stroke",
        "is there a study in German hospitals",
        "my father is in a wheelchair since the stroke, would it help",
        "can problems turn up years later",
        "does it work in children",
        "is it safe for a child of five",
        "what should I keep for my records",
        "who do I ring if I feel awful at the weekend",
        "which blood tests do I need before an infusion",
        "I am on the waiting list for a kidney",
        "by how much did it improve",
        "do I have to stop my tablets",
        "do you think it can help my mother",
        "is a private clinic better than a public one",
        "do the testimonials prove anything",
        "what did the safety review find",
        "can I call an ambulance from the hotel",
        "the infusion hurt, is that normal",
        "how do the doctors give it",
    ],
)
def test_what_is_asked_of_medicine_is_left_to_the_articles(message: str) -> None:
    assert replies_to(message) == []


@pytest.mark.parametrize(("fact", "reply", "message", "missing"), FACTS)
def test_a_fact_of_the_clinic_is_said_and_one_that_is_missing_is_named(
    fact: str, reply: str, message: str, missing: str
) -> None:
    told = f"This is what we say of {fact.replace('_', ' ')}."
    given = Standing(CLINIC.model_copy(update={fact: told}), IntakeRecord())
    assert told in reply_to(reply, given, FILLED, message)[0]
    without, _ = reply_to(reply, Standing(CLINIC, IntakeRecord()), FILLED, message)
    assert missing in without


def test_each_of_several_questions_to_the_clinic_has_its_reply() -> None:
    message = "We come from Winnipeg, my wife has MS. Do you speak French and is the deposit refundable?"
    assert replies_to(message) == ["languages", "deposit"]


def test_a_question_of_medicine_beside_one_to_the_clinic_leaves_both_to_be_answered_together() -> None:
    assert replies_to("do you speak French and does it help with lupus?") == []
    assert replies_to("nobody called me back. does it help with lupus?") == []


def test_an_illness_that_is_named_beside_it_does_not_hide_what_is_asked_of_the_clinic() -> None:
    assert replies_to("my father has Parkinson's, is your building accessible for wheelchairs?") == ["getting_here"]


def test_a_word_that_only_closes_a_question_is_no_other_one() -> None:
    assert replies_to("i fill for her because she not have english. can?") == ["for_another"]


@pytest.mark.parametrize(
    ("message", "reply"),
    [("not approved, and you charge people for it", "why_offered"), ("so why would yours be any better", "any_different")],
)
def test_who_doubts_the_clinic_gets_an_honest_word(message: str, reply: str) -> None:
    assert replies_to(message) == [reply]


def test_harm_or_grief_beside_it_is_heard_first() -> None:
    assert replies_to("my husband died last week. can I cancel his appointment") == []


def test_who_should_be_called_by_a_person_gets_one() -> None:
    [(wanted, _)] = all_surely_wanted("bell just went, could someone ring me after three")
    assert wanted.instead == "talk_to_person"


def test_who_wrote_the_answers_is_answered_by_the_article_on_it() -> None:
    [(wanted, _)] = all_surely_wanted("and who checks what you tell people")
    article = (PROJECT / "knowledge" / "articles" / "how-this-service-works.md").read_text("utf-8")
    assert f"### {wanted.ask}" in article


@pytest.mark.parametrize("message", ["how do I know it is done?", "and how long does that take", "is it gone for good?"])
def test_a_question_about_the_deleting_that_waits_for_a_yes_is_known(message: str) -> None:
    assert asks_about_deleting(message)


@pytest.mark.parametrize("message", ["yes", "no, keep it", "does it help the knee?"])
def test_an_answer_to_it_is_no_such_question(message: str) -> None:
    assert not asks_about_deleting(message)


def test_the_buttons_under_it_are_those_with_which_it_was_asked() -> None:
    assert the_service().replies[DELETING].buttons == [the_intake().says.delete_yes, the_intake().says.delete_no]


@pytest.mark.parametrize(
    "message",
    [
        "Hello, I would like to start the intake",
        "I want to begin the intake please",
        "I want to do the intake for my son",
        "lets start the questions",
        "i'd like to fill in the form",
    ],
)
def test_who_wants_to_start_starts_and_is_not_told_how(message: str) -> None:
    assert all_surely_wanted(message) == []


@pytest.mark.parametrize(
    "message",
    [
        "can my guide dog come with me",
        "is this tested on animals",
        "my dog died last week and I am so sad",
        "if the tumour comes back do I have to start over",
        "when I come back from the hospital will the pain be gone",
        "I had two infusions last week and nothing happened",
        "I asked my doctor last week and he never heard of it",
        "no answer",
        "please use email not phone, my hearing is poor",
    ],
)
def test_the_same_words_about_something_else_are_not_taken_for_it(message: str) -> None:
    assert replies_to(message) == []
