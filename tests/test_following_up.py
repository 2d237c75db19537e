"""A message that leaves something out is understood from what the conversation is about; others are not mixed up with it."""

from __future__ import annotations

import pytest

from knowledge.library import Library
from knowledge.questions import goes_on, without_closing
from knowledge.topic import Topic, about_the_passage, names_in, topic_of
from tests.support.people import Patient, answers_in

GOES_ON = [
    ("Can I get a fever after the infusion?", "and how long does that last?", "fever-and-infusion-reactions"),
    ("Does it help with diabetes?", "and what about type 1?", "evidence-diabetes"),
    ("Is it safe to have cord cells by drip?", "what about clots?", "clots-infection-and-tumour-risk"),
    ("Does it work for MS?", "and for ALS", "evidence-multiple-sclerosis-and-als"),
    ("Is it approved in Germany?", "in Japan?", "law-in-japan-and-korea"),
    ("My mother has COPD, does it help?", "and for asthma?", "evidence-lungs-covid-and-sepsis"),
    ("Does it help for knee arthritis?", "how long would that last", "evidence-knee-osteoarthritis"),
    ("Where do the cells come from?", "are they tested", "product-quality-and-testing"),
]


def after(library: Library, *messages: str) -> Topic:
    """What a conversation is about after some questions."""
    turns: list[tuple[str, list[object]]] = []
    topic: Topic | None = None
    for message in messages:
        turns.append((message, list(library.ask(message, topic))))
        topic = topic_of(turns)  # type: ignore[arg-type]
    assert topic is not None
    return topic


@pytest.mark.parametrize(("before", "message", "article"), GOES_ON)
def test_it_is_understood_from_the_questions_before(library: Library, before: str, message: str, article: str) -> None:
    topic = after(library, before)
    [answer] = library.ask(message, topic)
    assert answer.status == "answered"
    assert answer.passages[0].article == article
    assert not topic.has_shown(answer.passages[0])


@pytest.mark.parametrize("message", ["Who pays if something goes wrong?", "does it hurt"])
def test_a_question_that_stands_alone_has_the_same_answer_after_another(library: Library, message: str) -> None:
    assert library.ask(message, after(library, "Does it help with autism?")) == library.ask(message)


def test_an_illness_of_its_own_is_not_taken_for_the_one_before(library: Library) -> None:
    [answer] = library.ask("Is there a trial for lupus?", after(library, "Does it help with autism?"))
    assert answer.passages[0].article == "evidence-crohns-disease-and-lupus"


@pytest.mark.parametrize(
    ("before", "message", "article"),
    [
        (
            "heart attack 6 weeks ago, stent placed. too soon for cells?",
            "when did the studies give it",
            "evidence-heart-attack",
        ),
        ("does this stuff work for rheumatoid arthritis", "compared to biologics?", "evidence-rheumatoid-arthritis"),
        ("can stem cells give blood clots", "why does that happen", "clots-infection-and-tumour-risk"),
        ("Does it help people with heart failure?", "death or just feeling better", "evidence-heart-failure"),
    ],
)
def test_what_names_nothing_is_answered_from_the_article_in_hand(
    library: Library, before: str, message: str, article: str
) -> None:
    [answer] = library.ask(message, after(library, before))
    assert answer.passages[0].article == article


def test_what_was_told_before_the_first_question_is_what_it_is_about(library: Library) -> None:
    told = topic_of([("My husband was told last week that it is motor neurone disease.", [])])
    [answer] = library.ask("Has this ever been tested for it, properly?", told)
    assert answer.passages[0].article == "evidence-multiple-sclerosis-and-als"
    assert topic_of([("hello there", [])]) is None


def test_a_long_message_says_by_itself_what_it_is_about() -> None:
    assert not goes_on("and then my sister asked whether those cells would be tested for infections before they come to us")


@pytest.mark.parametrize(
    "message", ["how many people was that", "and how many were in it?", "How many patients were in that study please"]
)
def test_how_many_people_it_was_is_told_by_a_paragraph_of_the_same_article_that_counts_them(
    library: Library, message: str
) -> None:
    [explanation] = library.explain(message, after(library, "does it lower hba1c"))
    quote = explanation.answer.passages[0]
    assert explanation.counts
    assert (quote.article, "91 people" in quote.quote) == ("evidence-diabetes", True)


def test_where_no_paragraph_counts_people_the_question_is_looked_up(library: Library) -> None:
    [explanation] = library.explain("how many people", after(library, "Is it approved in Germany?"))
    assert not explanation.counts


@pytest.mark.parametrize(
    "message", ["what should a clinic be able to tell me about how its earlier patients did", "is it legal in germany"]
)
def test_a_question_that_says_enough_is_answered_after_another_as_if_it_came_first(library: Library, message: str) -> None:
    assert library.ask(message, after(library, "Does it help for knee arthritis?")) == library.ask(message)


@pytest.mark.parametrize("message", ["are oats ok for coeliacs", "blorp zint fenadoodle"])
def test_what_the_library_knows_nothing_of_is_not_answered_from_the_conversation(library: Library, message: str) -> None:
    [answer] = library.ask(message, after(library, "Does it help for knee arthritis?"))
    assert answer.status != "answered"


@pytest.mark.parametrize("message", ["by how much", "do you offer it", "so how much less"])
def test_a_short_message_without_a_word_of_it_is_not_declined_as_one_about_a_price(library: Library, message: str) -> None:
    assert library.explain(message, after(library, "does it lower hba1c"))[0].declined != "price"


def test_what_stands_at_the_end_of_a_question_is_no_part_of_it() -> None:
    assert without_closing("Will it help shoulders, yes or no?") == "Will it help shoulders"
    assert without_closing("really, please") == "really, please"


def test_what_was_quoted_last_is_in_hand_and_whether_something_came_between_is_known(library: Library) -> None:
    answered = [("Does it help with autism?", library.ask("Does it help with autism?"))]
    topic = topic_of(answered)
    assert topic is not None
    assert topic.just
    assert topic.in_hand == answered[0][1][0].passages[0]
    later = topic_of([*answered, ("thanks", []), ("what is the weather", library.ask("what is the weather"))])
    assert later is not None
    assert (later.in_hand, later.just) == (topic.in_hand, False)
    assert topic_of([("thanks", [])]) is None


def test_a_passage_that_was_quoted_before_is_said_to_be_the_same(library: Library) -> None:
    [explanation] = library.explain(
        "Does it help with autism?", after(library, "Does it help with autism?", "is it safe for kids")
    )
    assert explanation.again
    [explanation] = library.explain("Does it help with lupus?", after(library, "Does it help with autism?"))
    assert not explanation.again


def test_another_passage_is_given_until_the_article_has_no_more_to_say(library: Library) -> None:
    messages = ["Does it help with COPD?"]
    seen: set[tuple[str, int]] = set()
    topic = after(library, *messages)
    turns = [(messages[0], library.ask(messages[0]))]
    while (answer := library.further(topic)) is not None:
        place = (answer.passages[0].article, answer.passages[0].start)
        assert place not in {*topic.shown, *seen}
        assert place[0] == topic.in_hand.article if topic.in_hand else False
        seen.add(place)
        turns.append(("tell me more", [answer]))
        topic = topic_of(turns) or topic
    assert seen


def test_what_the_article_does_not_speak_of_is_not_answered_with_the_passage_of_something_else(library: Library) -> None:
    topic = after(library, "Does it work for MS?")
    explanations = library.explain("and for hair loss?", topic)
    for each in explanations:
        assert each.answer.status != "answered" or not topic.has_shown(each.answer.passages[0])


def test_a_question_about_something_else_lets_go_of_the_condition_and_keeps_the_person(library: Library) -> None:
    topic = after(library, "Does it help my son with autism?", "How are the cells tested?")
    assert topic.names == {"person": "son"}
    assert after(library, "Does it help my son with autism?", "and for cerebral palsy?").names["condition"] == "cerebral palsy"


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("which study is that?", "study"),
        ("ok and who says that", "study"),
        ("How sure is that?", "certainty"),
        ("so yes or no", "verdict"),
        ("why", "why"),
        ("Tell me more please", "more"),
        ("which study had the most people with knee pain", None),
        ("why is it so expensive", None),
        ("so no.", "verdict"),
        ("ok so it doesn't work then", "verdict"),
        ("no", None),
        ("Who paid for that study?", "funding"),
        ("who pays if something goes wrong", None),
        ("is fever a bad sign", None),
    ],
)
def test_a_question_about_the_passage_in_hand_is_told_from_one_about_something_else(message: str, asked: str | None) -> None:
    assert about_the_passage(message) == asked


def test_the_longest_name_of_a_kind_counts_and_the_last_one() -> None:
    assert names_in("Is it safe for my mother with type 2 diabetes, in Germany or in Turkey?") == {
        "person": "mother",
        "condition": "type 2 diabetes",
        "country": "turkey",
    }


def test_every_question_of_a_message_is_answered_or_named_as_not_answered(library: Library) -> None:
    first, second = library.explain("does it work and can you fix my roof as well?")
    assert first.answer.status == "answered"
    assert (second.answer.status, second.part) == ("abstained", True)
    assert "roof" in second.question
    *_, price = library.explain("does it help knees, and is it painful, and what do you charge?")
    assert (price.declined, price.part) == ("price", False)  # which has a reason of its own


@pytest.mark.e2e
def test_the_chat_remembers_what_was_answered(patient: Patient) -> None:
    patient.says("Can I get a fever after the infusion?")
    [answer] = answers_in(patient.says("and how long does that last?"))
    assert answer["passages"][0]["article"] == "fever-and-infusion-reactions"


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("That's only 30 people though?", "certainty"),
        ("hm, 19 people is not a lot", "certainty"),
        ("not many people", "certainty"),
        ("how sure is that?", "certainty"),
        ("is that a lot", None),
        ("and how many people?", None),
        ("30 people in our family have it", None),
    ],
)
def test_who_finds_a_study_small_asks_how_sure_it_is(message: str, asked: str | None) -> None:
    assert about_the_passage(message) == asked


@pytest.mark.e2e
def test_the_chat_tells_which_study_and_how_sure_and_goes_on_to_another_illness(patient: Patient) -> None:
    [first] = answers_in(patient.says("Does it work for MS?"))
    told = patient.says("which study is that?")
    assert first["passages"][0]["title"] in told[-1]["text"]
    assert any(source["title"] in told[-1]["text"] for source in first["sources"])
    assert "rests on" in patient.says("how sure is that?")[-1]["text"]
    assert "honest yes or no" in patient.says("so yes or no")[-1]["text"]
    [other] = answers_in(patient.says("and for ALS?"))
    assert other["passages"][0]["quote"] != first["passages"][0]["quote"]
    assert patient.says("Does it work for MS?")[-1]["text"] == "This is the same passage as before:"
