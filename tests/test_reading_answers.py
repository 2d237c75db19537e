"""What a patient writes while a field is open: which texts are an answer to it, and what they are taken to say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.clinic import Clinic, ClinicError, read_clinic
from intake.fields import FieldsError, read_intake, the_intake
from intake.judge import judge
from intake.judging.results import Context, Doubt, Understood
from intake.reading import LEFT_TO_A_TEXT, MOVES, Heard, Reading, read_message
from language.spoken import text_file
from tests.support.talking import TODAY

FIELD_NAMES = [field.name for field in the_intake().fields]


def understand(field: str, text: str, attempts: int = 0, earlier: object = None) -> object:
    """What the field's judge makes of a text: the value, a Doubt, or nothing."""
    judged = judge(the_intake().field(field), text, Context("LT", TODAY, attempts=attempts, earlier=earlier))
    return judged.value if isinstance(judged, Understood) else judged


def read(field: str, text: str, intent: str = "inform", confidence: float = 0.9) -> Reading:
    """What a message means while a field is open."""
    return read_message(the_intake().field(field), Heard(text, intent, confidence), [], lambda _: Context("LT", TODAY))


def in_doubt(field: str, text: str) -> Doubt:
    """What the judge asks back."""
    judged = understand(field, text)
    assert isinstance(judged, Doubt), judged
    return judged


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Maria Example", "Maria Example"),
        ("my name is Maria Example.", "Maria Example"),
        ("Hi, I'm Maria", "Maria"),
        ("my mother is called Ona Pavyzdė", "Ona Pavyzdė"),
        ("Seán O’Brien-Żółć", "Seán O’Brien-Żółć"),
        ("Will May", "Will May"),
        ("王小明", "王小明"),
        ("Hello, my name is Maria Example, thank you", "Maria Example"),
        ("the patient is my son Lukas Example", "Lukas Example"),
        ("Dr. J. R. Example", "Dr. J. R. Example"),
    ],
)
def test_a_name_is_taken_however_it_is_put(text: str, name: str) -> None:
    assert understand("full_name", text) == name


@pytest.mark.parametrize(
    "text",
    [
        "why?",
        "no",
        "12345",
        "maria@mail.example",
        "???",
        "x" * 200,
        "why do you need my name",
        "hello",
        "this is rubbish",
        "I told you already",
        "from Spain",
    ],
)
def test_what_is_no_name_is_not_stored_as_one(text: str) -> None:
    assert understand("full_name", text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("maria@mail.example", {"by": "email", "value": "maria@mail.example"}),
        ("you can write to Maria@Mail.Example.", {"by": "email", "value": "Maria@mail.example"}),
        ("maria (at) mail.example", {"by": "email", "value": "maria@mail.example"}),
        ("+370 612 34567", {"by": "phone", "value": "+37061234567"}),
        ("call me on 8 612 34567 please", {"by": "phone", "value": "+37061234567"}),
        ("whatsapp 00370 612 34567, evenings only", {"by": "phone", "value": "+37061234567"}),
        ("+44 20 7946 0958", {"by": "phone", "value": "+442079460958"}),
    ],
)
def test_a_contact_is_an_address_or_a_number(text: str, value: object) -> None:
    assert understand("contact", text) == value


@pytest.mark.parametrize("text", ["12", "by pigeon", "I do not have one", "later"])
def test_what_is_no_contact_is_not_stored_as_one(text: str) -> None:
    assert understand("contact", text) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("maria@", "email_wrong"),
        ("maria@mail..example", "email_wrong"),
        ("+999 1234567", "phone_wrong"),
        ("612 345", "phone_wrong"),
        ("by phone", "contact_phone"),
        ("email please", "contact_email"),
    ],
)
def test_half_a_contact_is_asked_for_in_whole(text: str, says: str) -> None:
    assert in_doubt("contact", text).says == says


def test_a_likely_mistake_in_an_address_is_asked_about_once() -> None:
    assert in_doubt("contact", "maria@gmial.com").buttons == ["maria@gmail.com", "maria@gmial.com"]
    assert in_doubt("contact", "maria@mail.con").buttons[0] == "maria@mail.com"
    assert understand("contact", "maria@gmial.com", attempts=1) == {"by": "email", "value": "maria@gmial.com"}
    assert isinstance(understand("contact", "maria@mail.example"), dict)


@pytest.mark.parametrize("text", ["I agree", "i agree.", "Yes!", "YES", "ok, I agree"])
def test_a_plain_yes_is_consent(text: str) -> None:
    assert understand("consent", text) is True


@pytest.mark.parametrize("text", ["I do not agree", "No", "I don't agree", "no thanks"])
def test_a_plain_no_is_none(text: str) -> None:
    assert understand("consent", text) is False


@pytest.mark.parametrize("text", ["maybe", "I guess", "yes but not my name", "sure why not", "👍", "I agree with my wife"])
def test_anything_else_is_not_taken_for_consent(text: str) -> None:
    assert understand("consent", text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("14 March 1961", {"date": "1961-03-14", "age": 65}),
        ("I was born on the 3rd of August, 1963", {"date": "1963-08-03", "age": 63}),
        ("1986-11-30", {"date": "1986-11-30", "age": 39}),
        ("25/12/1970", {"date": "1970-12-25", "age": 55}),
        ("12.25.1970", {"date": "1970-12-25", "age": 55}),
        ("14 marzo 1961", {"date": "1961-03-14", "age": 65}),
        ("61", {"age": 61}),
        ("I'm 61 years old", {"age": 61}),
        ("sixty-one", {"age": 61}),
        ("she is 8 months old", {"age": 0, "months": 8}),
        ("my son is 9", {"age": 9}),
        ("born in 1949", {"year": 1949, "age": 77}),
        ("sorry, 14 March 1961", {"date": "1961-03-14", "age": 65}),
        ("I was born in March 1961", {"year": 1961, "month": 3, "age": 65}),
    ],
)
def test_a_date_of_birth_or_an_age_is_read_as_people_write_it(text: str, value: object) -> None:
    assert understand("birth", text) == value


@pytest.mark.parametrize("text", ["old", "in spring", "last week", "Maria", "64 kg and 170 cm"])
def test_what_is_no_date_is_not_stored_as_one(text: str) -> None:
    assert understand("birth", text) is None


def test_a_date_that_can_be_read_in_two_ways_is_asked_about() -> None:
    doubt = in_doubt("birth", "03/04/1961")
    assert doubt.buttons == ["3 April 1961", "4 March 1961"]
    assert [understand("birth", button) for button in doubt.buttons] == [
        {"date": "1961-04-03", "age": 65},
        {"date": "1961-03-04", "age": 65},
    ]


def test_a_year_of_the_buddhist_calendar_is_asked_about() -> None:
    assert in_doubt("birth", "14/03/2504").buttons == ["14 March 1961"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("14 March 2031", "birth_future"), ("2031", "birth_future"), ("150", "birth_too_old"), ("3 May 1850", "birth_too_old")],
)
def test_nobody_is_born_tomorrow_or_150_years_old(text: str, says: str) -> None:
    assert in_doubt("birth", text).says == says


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Lithuania", "LT"),
        ("i live in germany", "DE"),
        ("UK", "GB"),
        ("England, near Leeds", "GB"),
        ("the United States", "US"),
        ("we are in Spain, near Valencia", "ES"),
        ("Lithuenia", "LT"),
        ("Viet Nam", "VN"),
        ("DE", "DE"),
        ("Czech Republic", "CZ"),
        ("South Korea", "KR"),
        ("Lietuva", "LT"),
        ("Jordan", "JO"),
        ("Türkiye", "TR"),
    ],
)
def test_a_country_is_known_by_its_names(text: str, code: str) -> None:
    value = understand("country", text)
    assert isinstance(value, dict)
    assert value["code"] == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I'm from Ghana but live in Germany", "DE"),
        ("born in Chile, living in Germany for ages", "DE"),
        ("Originally from Iran, I live in Germany now", "DE"),
        ("I moved from Poland to Germany in 2015 and live there", "DE"),
        ("from Romania, currently based in Germany", "DE"),
        ("Vivo en Alemania pero soy de Perú", "DE"),
        ("ich komme aus Syrien und wohne in Deutschland", "DE"),
    ],
)
def test_of_two_countries_the_one_counts_in_which_somebody_says_to_live(text: str, code: str) -> None:
    value = understand("country", text)
    assert isinstance(value, dict)
    assert value["code"] == code


@pytest.mark.parametrize("text", ["I live in Spain and Norway", "I live in Norway but in winter I live in Spain"])
def test_of_two_countries_in_which_somebody_lives_they_choose(text: str) -> None:
    assert set(in_doubt("country", text).buttons) == {"Spain", "Norway"}


def test_of_two_countries_the_patient_chooses() -> None:
    assert set(in_doubt("country", "originally Iraq but now Sweden").buttons) == {"Iraq", "Sweden"}


def test_a_name_that_is_only_like_a_country_is_asked_about() -> None:
    assert in_doubt("country", "Slovania").says == "country_maybe"


@pytest.mark.parametrize("text", ["on the moon", "at home", "my knee"])
def test_what_is_no_country_is_not_stored_as_one(text: str) -> None:
    assert understand("country", text) is None


def names(value: object) -> list[str]:
    """The understood names of a list."""
    assert isinstance(value, list)
    return [item["name"] for item in value]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metformin", ["metformin"]),
        ("metformine 500, asprin and Ramiprill 5mg", ["metformin", "aspirin", "ramipril"]),
        ("I take eliquis twice a day\nand prednisolon 5 mg", ["Eliquis", "prednisolone"]),
        ("herbal drops from my aunt", ["herbal drops from my aunt"]),
    ],
)
def test_medicines_are_listed_also_misspelt_ones(text: str, expected: list[str]) -> None:
    assert names(understand("medicines", text)) == expected


def test_what_was_written_is_kept_beside_what_was_understood() -> None:
    [item] = understand("medicines", "metformine 500 mg")  # type: ignore[misc]
    assert item == {"name": "metformin", "said": "metformine 500 mg", "names": ["metformin"], "dose": "500 mg"}


@pytest.mark.parametrize("text", ["none", "No", "I don't take any", "no medicines"])
def test_no_medicines_is_an_answer(text: str) -> None:
    assert understand("medicines", text) == []


def test_the_same_as_before_takes_the_earlier_list_over() -> None:
    before = [{"name": "aspirin", "said": "aspirin"}]
    assert understand("medicines", "same as before", earlier=before) == before
    assert in_doubt("medicines", "same as before").says == "nothing_before"


@pytest.mark.parametrize(
    ("text", "answer", "detail"),
    [
        ("no", "no", None),
        ("never had one", "no", None),
        ("Not as far as I know", "no", None),
        ("yes", "yes", None),
        ("yes, in the left leg in 2015", "yes", "in the left leg in 2015"),
        ("a clot in the lung years ago", "yes", "a clot in the lung years ago"),
        ("not sure", "unsure", None),
        ("no clots", "no", "no clots"),
        ("I have never had a clot", "no", "I have never had a clot"),
        ("there were no clots", "no", "there were no clots"),
        ("I am not pregnant", "no", "I am not pregnant"),
        ("a clot that has not dissolved", "yes", "a clot that has not dissolved"),
        ("no major ones, a small one in 2010", "unsure", "no major ones, a small one in 2010"),
        ("not sure, maybe in 2010", "unsure", "not sure, maybe in 2010"),
        ("I am a man of 40", "not_applicable", "I am a man of 40"),
        ("never been diagnosed with anything like that", "no", "never been diagnosed with anything like that"),
        ("never, thank God", "no", "never, thank God"),
        ("never, because I am healthy", "no", "never, because I am healthy"),
        ("I might have had one", "unsure", "I might have had one"),
    ],
)
def test_a_history_is_yes_or_no_with_a_word_on_it(text: str, answer: str, detail: str | None) -> None:
    assert understand("clots", text) == {"answer": answer, "detail": detail}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("never, except one in 2010", "yes"),
        ("none apart from a small one", "yes"),
        ("No wait, yes", "yes"),
        ("I have never had a clot but I do have Factor V Leiden", "yes"),
        ("I have never had a clot. I do have Factor V Leiden", "yes"),
        ("No, but I had one as a child", "yes"),
        ("no clots since 2015", "unsure"),
    ],
)
def test_a_denial_at_the_start_does_not_decide_for_what_follows(text: str, answer: str) -> None:
    value = understand("clots", text)
    assert isinstance(value, dict)
    assert value["answer"] == answer
    assert value["detail"] in text


@pytest.mark.parametrize(
    "text",
    [
        "NKDA",
        "no known drug allergies",
        "I don't have any",
        "I'm not allergic to penicillin",
        "none currently",
        "none at the moment, thank you",
        "no allergies that I know of",
        "I am allergic to nothing",
        "I do not take any tablets",
    ],
)
@pytest.mark.parametrize("field", ["allergies", "medicines"])
def test_a_denial_is_listed_as_nothing(field: str, text: str) -> None:
    assert understand(field, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no medicines except aspirin", ["aspirin"]),
        ("not allergic to penicillin but to latex", ["latex"]),
        ("I'm allergic to penicillin but not to latex", ["penicillin"]),
        ("I must not take aspirin", ["aspirin"]),
        ("I don't take warfarin any more", ["warfarin"]),
        ("no penicillin", ["penicillin"]),
        ("ramipril but only in the morning", ["ramipril"]),
    ],
)
def test_what_is_named_in_spite_of_a_denial_stays_in_the_list(text: str, expected: list[str]) -> None:
    assert names(understand("allergies", text)) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("I am the parent or guardian", True),
        ("I'm his mother", True),
        ("yes", True),
        ("I am under 18 myself", False),
        ("no", False),
        ("a banana", None),
    ],
)
def test_only_a_parent_or_guardian_answers_for_a_child(text: str, value: object) -> None:
    assert understand("guardian", text) is value


@pytest.mark.parametrize("text", ["does it hurt?", "What does it cost", "Will it help", "Will May?"])
@pytest.mark.parametrize("field", [name for name in FIELD_NAMES if name != "questions"])
def test_a_question_is_never_stored_as_an_answer(text: str, field: str) -> None:
    for intent in ("inform", "question"):
        reading = read(field, text, intent)
        assert reading.taken == []
        assert reading.question == text


@pytest.mark.parametrize(("text", "taken"), [("will turner", "will turner"), ("Will", "Will")])
def test_a_name_that_begins_like_a_question_is_a_name(text: str, taken: str) -> None:
    reading = read("full_name", text, "question")
    assert (reading.question, [each.understood.value for each in reading.taken]) == (None, [taken])


@pytest.mark.parametrize("text", ["will it hurt", "can you call me", "May I ask something first"])
def test_what_asks_is_no_name(text: str) -> None:
    reading = read("full_name", text, "question")
    assert (reading.question, reading.taken) == (text, [])


def test_a_name_that_is_taken_back_in_part_is_not_taken_from_its_first_half() -> None:
    assert read("full_name", "Lena Maier, no, Meier with e").taken == []


@pytest.mark.parametrize("text", ["male as far as I know", "trans man, male in my passport", "a man, with this beard"])
def test_a_word_on_the_sex_is_none_on_pregnancy(text: str) -> None:
    intake = the_intake()
    heard = Heard(text, "inform", 0.9)
    reading = read_message(intake.field("sex"), heard, [intake.field("pregnancy")], lambda _: Context("LT", TODAY))
    assert [each.field.name for each in reading.taken if each.field.name == "pregnancy"] == []


@pytest.mark.parametrize(
    ("text", "whom", "asks"),
    [
        ("our boy is 3 and has spina bifida", "my_child", False),
        ("our son. he's 29, lives with me and my cats", "another_adult", False),
        ("my lad, he'll be 30, lives in my garage", "another_adult", False),
        ("my girl, she's 7. Is that too young?", "my_child", True),
    ],
)
def test_what_is_told_beside_whom_it_is_for_changes_nothing(text: str, whom: str, asks: bool) -> None:
    intake = the_intake()
    others = [intake.field("birth"), intake.field("condition")]
    reading = read_message(intake.field("for_whom"), Heard(text, "inform", 0.9), others, lambda _: Context("LT", TODAY))
    assert [each.understood.value for each in reading.taken if each.field.name == "for_whom"] == [whom]
    assert (reading.question is not None) == asks


@pytest.mark.parametrize(
    "text", ["Ilse Brandauer, people usually misspell it", "it is Ilse Brandauer, spelled I L S E", "I do not want to be named"]
)
def test_how_a_name_is_spelt_is_no_wish_to_change_something(text: str) -> None:
    assert read("full_name", text, "change_answer", 0.9).move in {None, "skip"}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("condition", "could be arthritis, they are not sure"),
        ("condition", "might be MS, two years now"),
        ("hopes", "would sleep again, a whole night"),
        ("treatments", "has had two operations and does not want a third"),
        ("clots", "may be, they never looked"),
        ("pregnancy", "might be, my period is late"),
    ],
)
def test_what_only_leaves_out_of_whom_it_tells_is_no_question(field: str, text: str) -> None:
    reading = read(field, text)
    assert reading.question is None
    assert reading.taken


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("hopes", "same as above"),
        ("hopes", "see above"),
        ("treatments", "as I said before"),
        ("condition", "siehe oben"),
        ("condition", "it hurts everywhere"),
        ("condition", "a long story"),
        ("condition", "me duele todo"),
        ("treatments", "oh dear, where do I even start"),
        ("treatments", "where to begin"),
        ("guardian", "who else would I be"),
        ("guardian", "isn't that obvious"),
    ],
)
def test_what_says_nothing_by_itself_is_asked_again(field: str, text: str) -> None:
    for intent in ("inform", "question"):
        reading = read(field, text, intent)
        assert (reading.taken, reading.question, reading.move) == ([], None, None), intent


def test_where_to_begin_is_no_wish_to_begin_in_the_middle() -> None:
    assert read("treatments", "oh my, where would I even begin", "how_to_begin") == Reading()


def test_an_illness_that_is_told_vaguely_twice_is_taken() -> None:
    assert understand("condition", "my whole body aches") is None
    assert understand("condition", "my whole body aches", attempts=1) == "my whole body aches"
    assert understand("condition", "my whole body aches since the accident") == "my whole body aches since the accident"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("condition", "can you even treat lupus? otherwise i'll save my breath"),
        ("condition", "do you take people with ALS? if no, goodbye"),
        ("hopes", "what can I realistically expect? you are the experts"),
        ("hopes", "what do others get out of it? just curious"),
        ("treatments", "does acupuncture count? I want to know first"),
    ],
)
def test_what_stands_around_a_question_is_no_answer(field: str, text: str) -> None:
    reading = read(field, text, "question")
    assert (reading.taken, reading.question) == ([], text)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("travel", "depends on the price"),
        ("travel", "don't know yet, it depends on my husband"),
        ("travel", "nous sommes libres en mai, sinon en juin"),
        ("travel", "im Herbst wäre es am besten, davor ist Ernte"),
        ("allergies", "no idea, nobody ever tested me"),
    ],
)
def test_what_is_open_or_in_another_language_is_no_question_by_itself(field: str, text: str) -> None:
    reading = read(field, text, "question")
    assert reading.question is None
    assert reading.taken


@pytest.mark.parametrize(
    "text",
    [
        "dónde están ustedes",
        "wie lange dauert das",
        "сколько стоит лечение",
        "kiek kainuoja gydymas",
        "要多少钱",
        "czy to boli",
    ],
)
@pytest.mark.parametrize("field", ["condition", "travel", "hopes"])
def test_a_question_in_another_language_is_no_answer_where_anything_may_be_written(field: str, text: str) -> None:
    reading = read(field, text, "inform", 0.4)
    assert (reading.taken, reading.question) == ([], text)


@pytest.mark.parametrize("text", ["cuando ustedes digan", "wann es Ihnen passt", "quand il fera moins chaud", "как вам удобно"])
def test_an_answer_in_another_language_that_begins_like_a_question_is_one(text: str) -> None:
    assert read("travel", text, "inform", 0.4).taken


def test_what_the_model_makes_of_another_language_is_no_move_where_it_is_not_sure() -> None:
    assert read("hopes", "que mi hijo pueda caminar solo algún día", "greet", 0.51).taken


@pytest.mark.parametrize("text", ["what does her age matter? We were sent away"])
def test_a_question_with_a_sad_word_in_it_is_answered(text: str) -> None:
    assert read("birth", text, "feel_grief", 0.6).question == text
    assert read("birth", text, "feel_grief", 0.9).move == "feel_grief"


@pytest.mark.parametrize(("text", "intent"), [("stop it getting worse", "stop_intake"), ("walk my dog again", "small_talk")])
def test_a_hope_is_taken_for_nothing_else(text: str, intent: str) -> None:
    assert read("hopes", text, intent, 0.55).taken
    assert read("hopes", text, intent, 0.95).move == intent


def test_a_guardian_in_another_language_who_is_not_understood_is_asked_again() -> None:
    reading = read("guardian", "Ja, ich bin die Betreuerin meiner Mutter", "question", 0.7)
    assert (reading.taken, reading.question, reading.move) == ([], None, None)


def test_us_is_no_country() -> None:
    intake = the_intake()
    reading = read_message(
        intake.field("for_whom"), Heard("us", "inform"), [intake.field("country")], lambda _: Context("LT", TODAY)
    )
    assert reading.taken == []


def test_an_address_right_behind_a_name_is_taken_with_it() -> None:
    intake = the_intake()
    others = [intake.field("contact")]
    heard = Heard("Omar Haddad omar@mail.example", "inform", 0.9)
    reading = read_message(intake.field("full_name"), heard, others, lambda _: Context("LT", TODAY))
    assert {each.field.name: each.said for each in reading.taken} == {
        "full_name": "Omar Haddad",
        "contact": "omar@mail.example",
    }


@pytest.mark.parametrize("text", ["not a man", "social services are"])
def test_a_sentence_is_no_name_of_a_country(text: str) -> None:
    intake = the_intake()
    reading = read_message(
        intake.field("guardian"), Heard(text, "inform"), [intake.field("country")], lambda _: Context("LT", TODAY)
    )
    assert [each for each in reading.taken if each.field.name == "country"] == []


def test_questions_for_the_physician_are_an_answer() -> None:
    assert read("questions", "Does it hurt?", "question").taken[0].understood == Understood("Does it hurt?")


@pytest.mark.parametrize("text", ["MS", "knee osteoarthritis since 2019", "My daughter has Rett syndrome", "боль в спине"])
def test_a_condition_is_taken_in_the_patients_words(text: str) -> None:
    assert read("condition", text).taken[0].understood == Understood(text)


@pytest.mark.parametrize("intent", sorted(MOVES - {"question"}))
@pytest.mark.parametrize("field", ["full_name", "condition", "medicines", "clots", "questions"])
def test_whatever_a_patient_wants_instead_is_noticed(field: str, intent: str) -> None:
    reading = read(field, "you know what I mean", intent, 0.95)
    if field == "questions" and intent in {"greet", "thanks", "small_talk"}:
        assert reading.taken  # "thank you, doctor" is for the physician
    elif field != "full_name" and intent in LEFT_TO_A_TEXT:
        assert reading.move is None  # "I was treated by you in 2022" is what was asked for
    else:
        assert (reading.move, reading.taken) == (intent, [])


@pytest.mark.parametrize(("text", "intent"), [("I'm scared", "feel_fear"), ("I was treated by you before", "former_patient")])
def test_what_somebody_feels_or_tells_is_heard_at_a_name_and_is_an_answer_where_anything_may_be_written(
    text: str, intent: str
) -> None:
    assert read("full_name", text, intent, 0.95).move == intent
    assert read("hopes", text, intent, 0.95).taken[0].understood == Understood(text)


@pytest.mark.parametrize("field", ["full_name", "condition", "treatments"])
def test_harm_that_is_told_of_is_noticed_whatever_is_asked(field: str) -> None:
    assert read(field, "my father died after your infusion", "report_harm", 0.95).move == "report_harm"


@settings(deadline=None)  # the first date takes a second
@given(st.text(max_size=300), st.sampled_from(FIELD_NAMES))
def test_any_text_can_be_judged(text: str, field: str) -> None:
    judged = judge(the_intake().field(field), text, Context("LT", TODAY))
    if not text.strip():
        assert judged is None
    elif isinstance(judged, Understood):
        assert json.loads(json.dumps(judged.value)) == judged.value, "it can be stored"
    elif judged is not None:
        assert judged.says.isidentifier(), "the patient is asked with a sentence of ours"


def test_every_field_says_why_it_is_asked_and_gives_an_example_that_it_takes() -> None:
    for field in the_intake().fields:
        assert field.why
        assert field.counts
        for example in field.example.split(" or ") if field.kind in {"contact"} else field.example.split(", or "):
            assert understand(field.name, example) is not None, field.name
            assert not isinstance(understand(field.name, example), Doubt), field.name


def test_every_button_of_a_field_is_an_answer_to_it() -> None:
    for field in the_intake().fields:
        for button in field.buttons:
            assert read(field.name, button, "deny").taken, (field.name, button)


def changed(file: Path, source: Path, **changes: object) -> Path:
    """A copy of a settings file with some entries changed; None takes an entry out."""
    whole = {**yaml.safe_load(source.read_text("utf-8")), **changes}
    file.write_text(yaml.safe_dump({name: value for name, value in whole.items() if value is not None}), "utf-8")
    return file


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"fields": []}, "consent"), ({"says": {}}, "closing"), ({"colour": "red"}, "colour"), ({"version": "x"}, "version")],
)
def test_a_mistake_in_the_fields_is_named(changes: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(FieldsError, match=said):
        read_intake(changed(tmp_path / "fields.yml", text_file("intake", "fields.yml"), **changes))


def test_nothing_is_asked_before_the_consent(tmp_path: Path) -> None:
    fields = yaml.safe_load(text_file("intake", "fields.yml").read_text("utf-8"))["fields"]
    with pytest.raises(FieldsError, match="consent"):
        read_intake(changed(tmp_path / "fields.yml", text_file("intake", "fields.yml"), fields=fields[::-1]))


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
