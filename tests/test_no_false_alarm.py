"""Ordinary answers are not interrupted by an alarm, and each alarm rests on something that the message names."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from commands.cli import app
from cordial.bootstrap import PROJECT
from emergencies.every_language import read_every_language
from emergencies.other_languages import read_other_languages
from emergencies.red_flags import RedFlag, RedFlags, read_red_flags
from intake.clinic import read_clinic
from intake.fields import the_intake
from knowledge.encoder import Encoder
from language.spoken import text_file

CLINIC = read_clinic(PROJECT / "clinic.yml")
FIELDS = [field.name for field in the_intake().fields]

CALM_ANSWERS = [
    ("birth", "39"),
    ("birth", "40"),
    ("birth", "my daughter is 38 and a half"),
    ("full_name", "Ana, I am her daughter Ruta"),
    ("full_name", "she is my only daughter"),
    ("contact", "sorry my english is not so good"),
    ("contact", "call my son, he hands the phone to me"),
    ("guardian", "I have custody"),
    ("country", "Nigeria, but I am often in London"),
    ("condition", "he can't walk any more and I'm scared"),
    ("condition", "stroke in 2018, left side paralysed since"),
    ("condition", "epilepsy, a seizure every month"),
    ("condition", "COPD, I am breathless on the stairs"),
    ("treatments", "heart surgery after the infarct, then a pacemaker"),
    ("medicines", "eliquis and blood pressure pill and sugar pill"),
    ("medicines", "keine, nur Ramipril"),
    ("medicines", "morphine patches, and lithium"),
    ("immune_status", "yes, chemotherapy until March"),
    ("clots", "yes, a clot in 2018"),
    ("clots", "one of us had a stroke in 2018"),
    ("infection", "flu with a fever of 39 two weeks ago"),
    ("cancer", "yes, I nearly died of it in 2015"),
    ("pregnancy", "no, I lost a baby last year"),
    ("allergies", "penicillin (rash) and latex (hives)"),
    ("allergies", "peanuts, my throat closes, I carry a pen"),
    (
        "infection",
        "tooth abscess three weeks ago with 38.4, opened and rinsed, antibiotics until last week. Blood count now fine.",
    ),
    ("travel", "cannot sit in a car more than one hour"),
    ("hopes", "to breathe without pain and not to be a burden"),
    ("questions", "can it cause a stroke or a clot?"),
]
# A "now" that is about something else makes no news of an old story. That may be asked about, and never alarms.
OLD_STORIES = [
    ("allergies", "ketamine makes him aggressive and restless, now they use another one and he sleeps"),
    ("allergies", "Plasma! She shivered and itched the one time, now it is filtered first"),
    ("infection", "typhoid five weeks ago, fever 40 for a week, blood cells fell and are now normal"),
]
CALM_MESSAGES = [
    "slight headache since the infusion",
    "he can't walk any more and I'm scared",
    "penicillin (rash) and latex (hives)",
    "one of us had a stroke in 2018",
    "is anybody there?",
    "I have been waiting for an answer for two weeks",
    "the driver was so fast that I thought about the brakes all the way",
    "I am a nurse and see sepsis every day",
    "they stopped the drip, what happens now",
    "ok I told the nurse",
]
IN_THE_MIDDLE_OF_AN_INTAKE = [
    ("consent", "help she is unconscious", "unconscious_or_confused"),
    ("full_name", "my father is having a heart attack", "cardiac"),
    ("birth", "my baby is not breathing", "child_in_danger"),
    ("contact", "he is beating me", "violence_or_abuse"),
    ("condition", "my chest hurts and I cannot breathe", "cardiac"),
    ("condition", "since an hour my left arm is numb and my face hangs", "stroke"),
    ("medicines", "I have taken all my tablets", "overdose"),
    ("medicines", "she swallowed the whole box of sleeping pills", "overdose"),
    ("immune_status", "yes chemo, and I have 38.9 and chills now", "sepsis_or_high_fever"),
    ("clots", "my calf is swollen and hot since yesterday", "clot"),
    ("infection", "he has 40 fever and shivers and is confused now", "sepsis_or_high_fever"),
    ("pregnancy", "yes, 30 weeks, I am bleeding", "pregnancy_emergency"),
    ("allergies", "I just ate peanuts and my throat is closing", "anaphylaxis"),
    ("travel", "ambulance please", "other_emergency"),
    ("hopes", "I want to kill myself", "self_harm"),
]
UNCERTAIN = ["I feel tight in the chest when I think of the price", "my son is gone", "my leg is thicker in the evening"]
DESPAIR = [
    "I don't want to be a burden any more",
    "I can't cope",
    "what is the point of all this",
    "I have given up",
    "nobody cares about me",
    "I am so tired of fighting",
    "I don't know how to go on",
    "my life is over",
    "I feel so useless",
]
NO_DESPAIR = [
    "what is the point of the form",
    "the financial burden is high",
    "I gave up smoking",
    "I am hopeless with computers",
    "I am at the end of my tether with the billing department",
    "can I give up my place on the list",
    "I can't do this form on my phone",
    "my mother was in despair in 1990",
]


@pytest.fixture(scope="module")
def red_flags(encoder: Encoder) -> RedFlags:
    """The check as web uses it, with the examples."""
    rules = read_red_flags()
    rules.ask_examples(encoder.encode, encoder.name)
    return rules


@pytest.mark.parametrize(("field", "answer"), CALM_ANSWERS)
def test_an_ordinary_answer_to_a_question_of_the_intake_is_calm(field: str, answer: str, red_flags: RedFlags) -> None:
    assert red_flags.check(answer, CLINIC, asked=field) is None


@pytest.mark.parametrize(("field", "answer"), OLD_STORIES)
def test_an_old_story_is_at_most_asked_about(field: str, answer: str, red_flags: RedFlags) -> None:
    flag = red_flags.check(answer, CLINIC, asked=field)
    assert flag is None or flag.level == "check"


@pytest.mark.parametrize("text", ["help", "Help!", "yes", "stop", "why?", "back", "skip"])
def test_a_word_that_steers_the_chat_is_no_cry_in_another_language(text: str, encoder: Encoder) -> None:
    rules = read_every_language(read_other_languages())
    rules.ask_examples(encoder.encode, encoder.name)
    assert rules.check(text, CLINIC, chat="en") is None


@pytest.mark.parametrize("text", CALM_MESSAGES)
def test_an_ordinary_message_is_calm_whatever_was_asked(text: str, red_flags: RedFlags) -> None:
    assert red_flags.check(text, CLINIC) is None


@pytest.mark.parametrize(("field", "text", "group"), IN_THE_MIDDLE_OF_AN_INTAKE)
def test_an_emergency_in_the_middle_of_the_intake_raises_an_alarm_at_once(
    field: str, text: str, group: str, red_flags: RedFlags
) -> None:
    flag = red_flags.check(text, CLINIC, asked=field)
    assert flag is not None
    assert (flag.level, flag.group) == ("emergency", group)


@pytest.mark.parametrize("text", UNCERTAIN)
def test_what_is_uncertain_is_asked_about_first_and_a_yes_has_its_text_ready(text: str, red_flags: RedFlags) -> None:
    flag = red_flags.check(text, CLINIC)
    assert flag is not None
    assert flag.level == "check"
    assert CLINIC.emergency_number in flag.text
    assert flag.label == red_flags.label_of(flag.group)


def test_what_was_asked_can_only_make_the_check_calmer(red_flags: RedFlags) -> None:
    texts = [text for _, text, _ in IN_THE_MIDDLE_OF_AN_INTAKE] + [text for _, text in CALM_ANSWERS] + UNCERTAIN
    for text in texts:
        without = _loudness(red_flags.check(text, CLINIC))
        for field in ("birth", "condition", "allergies", "clots"):
            assert _loudness(red_flags.check(text, CLINIC, asked=field)) <= without, (field, text)


def test_a_field_that_nobody_knows_is_as_if_nothing_had_been_asked(red_flags: RedFlags) -> None:
    assert red_flags.check("my chest hurts", CLINIC, asked="review") == red_flags.check("my chest hurts", CLINIC)


def test_an_alarm_says_what_it_rests_on(red_flags: RedFlags) -> None:
    flag = red_flags.check("Since this morning my husband has a crushing pain in his chest, he is grey and sweating.", CLINIC)
    assert flag is not None
    assert any("chest" in words for words in flag.evidence)
    uncertain = red_flags.check(UNCERTAIN[0], CLINIC)
    assert uncertain is not None
    assert uncertain.evidence == ["tight in the chest"]


def test_what_names_nothing_is_calm_however_much_it_is_like_the_examples(tmp_path: Path, encoder: Encoder) -> None:
    data = yaml.safe_load(text_file("emergencies", "red_flags.yml").read_text("utf-8"))
    data["thresholds"] = dict.fromkeys(data["thresholds"], -100.0)
    eager_file = tmp_path / "red_flags.yml"
    eager_file.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    eager = read_red_flags(eager_file)
    eager.ask_examples(encoder.encode, encoder.name)
    for text in ("39", "40", "she is my only daughter", "sorry my english is not so good", "I have custody", "Maria Example"):
        assert eager.check(text, CLINIC) is None, text
    assert eager.check("my arm is sore", CLINIC) is not None


def test_words_about_the_heart_are_never_answered_with_crisis_lines(red_flags: RedFlags) -> None:
    for text in ("me duele mucho el pecho y no puedo respirar", "my chest is crushed and I cannot breathe"):
        flag = red_flags.check(text, CLINIC)
        assert flag is not None
        assert flag.group in {"cardiac", "breathing"}
    for text in ("I want to die", "I will hang myself tonight", "the pills are ready, goodbye"):
        flag = red_flags.check(text, CLINIC)
        assert flag is not None
        assert flag.group == "self_harm"


@pytest.mark.parametrize("text", DESPAIR)
def test_despair_without_a_word_of_dying_is_heard_and_a_crisis_line_named(text: str, red_flags: RedFlags) -> None:
    flag = red_flags.check(text, CLINIC)
    assert flag is None or flag.level == "check"
    said = red_flags.despair(text, CLINIC, "US")
    assert said is not None
    assert "988" in said
    assert "person" in said


@pytest.mark.parametrize("text", NO_DESPAIR)
def test_a_figure_of_speech_is_no_despair(text: str, red_flags: RedFlags) -> None:
    assert red_flags.despair(text, CLINIC) is None


def test_the_command_shows_the_level_and_what_it_rests_on(prepared: Path) -> None:
    def told(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["red-flags", "check", *arguments], env={"CORDIAL_DATA": str(prepared)})
        assert done.exit_code == 0, done.output
        return done.output

    assert "It rests on: chest hurts" in told("my chest hurts so much")
    assert "check" in told(UNCERTAIN[0])
    assert "despair is heard" in told("I can't cope")
    assert told("--asked", "allergies", "peanuts, my throat closes").strip() == "No alarm."


def _loudness(flag: RedFlag | None) -> int:
    return 0 if flag is None else {"check": 1, "urgent": 2, "emergency": 2}[flag.level]
