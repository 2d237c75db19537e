"""An emergency comes before everything else: fixed words with the number to call, and a coordinator sees it first."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from cordial.bootstrap import PROJECT
from emergencies.classifier import ClassifierError, read_classifier
from emergencies.red_flags import RedFlags, RedFlagsError, check, country_of, read_red_flags, the_red_flags
from intake.clinic import read_clinic
from intake.record import FieldAnswer, IntakeRecord
from knowledge.encoder import Encoder
from knowledge.onnx_model import Vectors
from language.spoken import text_file
from tests.red_flags.count import counted
from tests.support.people import Coordinator, Patient

CLINIC = read_clinic(PROJECT / "clinic.yml")
READ = the_red_flags().file.acknowledge
NO_EMERGENCY = the_red_flags().happening_now.texts.no_emergency
SETS = PROJECT / "tests" / "red_flags"

EMERGENCIES = [
    ("my father has chest pain and cannot breathe", "cardiac"),
    ("i cant catch my breath, lips are going blue", "breathing"),
    ("I think my mum is having a stroke", "stroke"),
    ("my tongue is swelling up", "anaphylaxis"),
    ("she has a fever of 39 and is confused after the infusion", "sepsis_or_high_fever"),
    ("my calf is swollen and hot since the flight", "clot"),
    ("he is vomiting blood", "bleeding"),
    ("she is having a seizure", "fits"),
    ("my husband collapsed and does not wake up", "unconscious_or_confused"),
    ("I want to kill myself", "self_harm"),
    ("I took the whole box of sleeping pills", "overdose"),
    ("he is hitting me, i am locked in the bathroom", "violence_or_abuse"),
    ("stiff neck, fever of 39.5 and light hurts", "meningitis"),
    ("worst pain of my life in my belly", "severe_pain"),
    ("suddenly blind in one eye", "sight_loss"),
    ("I am 30 weeks pregnant and bleeding", "pregnancy_emergency"),
    ("my baby is floppy and wont wake up", "child_in_danger"),
    ("an old man slid off his seat in your waiting room and nobody is here", "unconscious_or_confused"),
    ("my brother is lying in the yard and has not moved since noon", "unconscious_or_confused"),
    ("BP 72/40 and very dizzy", "other_emergency"),
    ("no tablet will matter after tomorrow", "self_harm"),
    ("I am coming to your office with a hammer, you took her money", "violence_or_abuse"),
]
# Capitals, no apostrophes, typing mistakes, stretched letters, emoji, English as a second language.
AS_PEOPLE_WRITE = [
    "MY CHEST HURTS SO BAD",
    "cant breath",
    "i can't breeathe 😭😭 heeelp",
    "husbnad has severe chset pain and swetting",
    "he haz a seizuure right now!!!",
    "my wife not wake up, what I must do",
    "I want too die",
    "she is unconcious",
]
BETWEEN_OTHER_THINGS = [
    "Thank you for the brochure. We would like to come in May, if the hotel is still free. My husband has pressure on his "
    "chest since this morning and is sweating. Could you also send the prices?",
    "What does the treatment cost? Do you take cheques? By the way, my left arm went numb an hour ago and I cannot lift it. "
    "We fly on Tuesday.",
    "I have arthritis in both knees. I take ibuprofen. I had no infections. I do not want to live any more. "
    "I hope to walk again.",
]
CALM = [
    "can it cause a stroke?",
    "he had a stroke two years ago",
    "is chest pain a side effect",
    "this waiting is killing me",
    "i take warfarin because of a clot",
    "what should I do if I get a fever after the infusion",
    "no chest pain and no fever",
    "in the film she has a heart attack",
    "my dog had a seizure",
    "I am very worried about the treatment",
]


@pytest.fixture(scope="module")
def red_flags(encoder: Encoder) -> RedFlags:
    """The check as web uses it, with the examples."""
    rules = read_red_flags()
    rules.ask_examples(encoder.encode, encoder.name)
    return rules


@pytest.mark.parametrize(("text", "group"), EMERGENCIES)
def test_an_emergency_of_each_kind_is_recognised_by_the_patterns_alone(text: str, group: str) -> None:
    flag = check(text, CLINIC)
    assert flag is not None
    assert (flag.group, flag.level) == (group, "emergency")
    assert CLINIC.emergency_number in flag.text


def test_every_kind_has_a_label_and_an_approved_text() -> None:
    tested = {group for _, group in EMERGENCIES}
    groups = {group.name: group for group in the_red_flags().file.groups}
    assert tested <= set(groups)
    assert all(group.label and group.text for group in groups.values())


@pytest.mark.parametrize("text", AS_PEOPLE_WRITE)
def test_an_emergency_is_recognised_however_it_is_written(text: str, red_flags: RedFlags) -> None:
    flag = red_flags.check(text, CLINIC)
    assert flag is not None
    assert flag.level == "emergency"


@pytest.mark.parametrize("text", CALM)
def test_a_worried_question_is_no_emergency(text: str, red_flags: RedFlags) -> None:
    assert check(text, CLINIC) is None
    assert red_flags.check(text, CLINIC) is None


# A little less than was measured; docs/red-flags.md tells what was measured on what, and how often each set was used.
@pytest.mark.parametrize(
    ("name", "caught", "at_once", "false"),
    [("dev", 0.99, 0.97, 0.01), ("held_out", 0.985, 0.94, 0.01), ("unseen", 0.98, 0.95, 0.018)],
)
def test_the_check_catches_what_it_was_measured_to_catch(
    name: str, caught: float, at_once: float, false: float, red_flags: RedFlags
) -> None:
    emergencies = counted(red_flags, f"emergencies_{name}")
    assert emergencies.caught >= caught
    assert emergencies.at_once >= at_once
    assert counted(red_flags, f"calm_{name}").false <= false


def test_greetings_names_and_answers_to_fields_hardly_ever_raise_an_alarm(red_flags: RedFlags) -> None:
    files = [yaml.safe_load((PROJECT / "tests" / "nlu" / name).read_text("utf-8")) for name in ("held_out.yml", "unseen.yml")]
    texts = [line[2:] for file in files for block in file["nlu"] for line in block["examples"].splitlines()]
    levels = Counter(flag.level for text in texts if (flag := red_flags.check(text, CLINIC)))
    assert set(levels) <= {"check"}
    assert levels["check"] / len(texts) <= 0.006


@pytest.mark.parametrize("text", BETWEEN_OTHER_THINGS)
def test_an_emergency_between_other_things_is_caught(text: str, red_flags: RedFlags) -> None:
    flag = red_flags.check(text, CLINIC)
    assert flag is not None
    assert flag.level == "emergency"


@pytest.mark.parametrize("when", ["ten minutes ago", "half an hour ago", "an hour ago", "two hours ago"])
def test_what_began_minutes_or_hours_ago_is_happening(when: str) -> None:
    for sign in ("My left arm went numb", "Her face went numb and crooked"):
        flag = check(f"{sign} {when}", CLINIC)
        assert flag is not None
        assert (flag.level, flag.group) == ("emergency", "stroke")


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("How long until 30 ibuprofen work? I have taken them", "overdose"),
        ("is 40 paracetamol dangerous? I took them", "overdose"),
        ("how do thirty aspirin feel, I've already had them", "overdose"),
        ("when do twenty tramadol kick in, I've already swallowed them", "overdose"),
        ("Silly me, the hedge trimmer, my thumb came off", "bleeding"),
        ("he chopped off two fingers with the axe, can we still come on Monday", "bleeding"),
    ],
)
def test_what_is_told_as_if_it_were_nothing_is_heard(text: str, group: str) -> None:
    flag = check(text, CLINIC)
    assert flag is not None
    assert (flag.level, flag.group) == ("emergency", group)


@pytest.mark.parametrize(
    "text",
    [
        "How long does ibuprofen take to work?",
        "Is 40 paracetamol dangerous?",
        "I take 12 tablets in the morning. I took them at eight today",
        "2 paracetamol and 1 aspirin, I had them at noon",
        "aspirin 75 mg and ramipril, I took them already",
        "how long do 40 million cells take to work, I've had them",
        "his foot brace came off",
        "the splint on my finger came off",
        "I took my hand off the wheel",
        "he lost a finger in 1985",
    ],
)
def test_words_alike_raise_no_alarm(text: str) -> None:
    assert check(text, CLINIC) is None


@pytest.mark.parametrize("when", ["two weeks ago", "three months ago", "a year ago", "years ago"])
def test_what_was_weeks_ago_is_not(when: str) -> None:
    assert check(f"My left arm went numb {when}", CLINIC) is None


def test_thoughts_of_suicide_are_answered_with_a_crisis_line_of_the_country() -> None:
    flag = check("I want to kill myself", CLINIC, "US")
    assert flag is not None
    assert "988" in flag.text
    assert "911" in flag.text


def test_the_number_is_that_of_the_country_that_the_message_names() -> None:
    flag = check("I am in Thailand and my chest hurts badly", CLINIC, "US")
    assert flag is not None
    assert "1669" in flag.text


def test_the_country_in_which_a_patient_lives_comes_before_that_of_their_phone() -> None:
    phone = FieldAnswer(said="+44 20 7946 0958", value={"by": "phone", "value": "+442079460958"})
    lives = FieldAnswer(said="USA", value={"code": "US", "name": "United States"})
    assert country_of(IntakeRecord()) is None
    assert country_of(IntakeRecord(answers={"contact": phone})) == "GB"
    assert country_of(IntakeRecord(answers={"contact": phone, "country": lives})) == "US"


def test_fever_alone_after_the_infusion_is_urgent_and_no_emergency(red_flags: RedFlags) -> None:
    flag = red_flags.check("I have a fever of 38.5 after the infusion", CLINIC)
    assert flag is not None
    assert flag.level == "urgent"


def test_without_an_embedding_the_patterns_stand_alone() -> None:
    def broken(texts: object) -> Vectors:
        raise RuntimeError("no model")

    rules = read_red_flags()
    rules.ask_examples(broken, "all-MiniLM-L6-v2")
    flag = rules.check("my tongue is swelling up", CLINIC)
    assert flag is not None
    assert rules.check("how much is it", CLINIC) is None


def test_without_the_multilingual_embedding_the_rest_decides(encoder: Encoder) -> None:
    rules = read_red_flags()
    rules.ask_examples(encoder.encode, encoder.name)
    rules.second_encode = None
    flag = rules.check("he is on the floor, jerking all over, for ten minutes now", CLINIC)
    assert flag is not None
    assert rules.check("how much is it", CLINIC) is None


@pytest.mark.parametrize("text", ["", " ", "?!?!", "😭" * 4000, "a" * 4000, "\n" * 4000, "\x00", "ا" * 4000, "{call} {0} %s"])
def test_no_message_breaks_the_check(text: str, red_flags: RedFlags) -> None:
    red_flags.check(text, CLINIC)


def test_a_long_message_takes_no_longer_than_a_blink() -> None:
    long = " ".join(_texts("calm_dev"))[:4000]
    check(long, CLINIC)  # patterns are compiled when they are first needed
    times = []
    for _ in range(5):
        begun = time.process_time()
        check(long, CLINIC)
        times.append(time.process_time() - begun)
    assert min(times) < 0.2  # the embedding is not in it; a pattern that runs away takes seconds


def watched(encoder: Encoder) -> tuple[RedFlags, list[str]]:
    """The rules, and the list of all that they have embedded since."""
    embedded: list[str] = []

    def encode(texts: Sequence[str]) -> Vectors:
        embedded.extend(texts)
        return encoder.encode(texts)

    rules = read_red_flags()
    rules.ask_examples(encode, encoder.name)
    return rules, embedded


def test_hardly_more_is_embedded_of_a_long_message_than_of_a_short_one(encoder: Encoder) -> None:
    rules, embedded = watched(encoder)
    flag = rules.check(" ".join(f"{text}. " for text in _texts("emergencies_dev"))[:4000], CLINIC)
    assert flag is not None
    assert 1 < len(embedded) <= 3
    assert sum(map(len, embedded)) <= 1500


def test_an_ordinary_question_is_not_embedded_for_the_check(encoder: Encoder) -> None:
    rules, embedded = watched(encoder)
    for text in (
        "what does an infusion cost?",
        "which blood test do you need before it?",
        "how long is the drip, and does it hurt?",
    ):
        assert rules.check(text, CLINIC) is None
    assert embedded == []


def test_an_emergency_at_the_end_of_a_long_letter_is_caught(red_flags: RedFlags) -> None:
    letter = "Thank you for the brochure. We read all of it. My wife likes the garden. The hotel has answered too. " * 30
    flag = red_flags.check(f"{letter} By the way, I cannot breathe and my lips are blue. Could you send the prices?", CLINIC)
    assert flag is not None
    assert flag.level == "emergency"


def test_examples_fitted_for_another_embedding_model_are_refused() -> None:
    rules = the_red_flags()
    with pytest.raises(ClassifierError, match=r"another-model.*cordial red-flags fit"):
        read_classifier("another-model", rules.signal_names, rules.found_names, [group.name for group in rules.file.groups])


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (("    label: Fit or seizure\n", ""), "label"),
        (("  - name: fits", "  - nome: fits"), "nome|name"),
        (("grand mal, status epilepticus", "(grand mal, status epilepticus"), "grand mal"),
        (("acknowledge: I have read this", "acknowledge: [a"), "cannot be read"),
    ],
)
def test_a_mistake_in_the_rules_stops_the_start_with_one_sentence(change: tuple[str, str], names: str, tmp_path: Path) -> None:
    text = text_file("emergencies", "red_flags.yml").read_text("utf-8")
    assert change[0] in text
    broken = tmp_path / "red_flags.yml"
    broken.write_text(text.replace(change[0], change[1], 1), "utf-8")
    with pytest.raises(RedFlagsError, match=names) as raised:
        read_red_flags(broken)
    assert "red_flags.yml" in str(raised.value)


def _texts(name: str) -> list[str]:
    return [json.loads(line)["text"] for line in (SETS / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.e2e
def test_the_number_to_call_comes_first_and_the_intake_waits_until_it_was_read(patient: Patient) -> None:
    patient.answers_until("full_name")
    [reply] = patient.says("my father has chest pain and cannot breathe")
    assert reply["kind"] == "emergency"
    assert CLINIC.emergency_number in reply["text"]
    assert [button["value"] for button in reply["buttons"]] == [READ, NO_EMERGENCY]
    assert not [message for message in patient.says("Maria Example") if message["question"]]
    assert "full_name" not in patient.intake()["answers"]
    [_, kept, question] = patient.says(READ)
    assert "Maria Example" in [button["value"] for button in kept["buttons"]]
    assert question["question"]["field"] == "full_name"
    assert patient.says("Maria Example")[-1]["question"]["field"] == "contact"


@pytest.mark.e2e
def test_while_the_intake_waits_questions_are_answered_and_a_new_emergency_is_caught(patient: Patient) -> None:
    patient.answers_until("contact")
    patient.says("i cant breathe")
    replies = patient.says("Is fever after the infusion a bad sign?")
    assert replies[0]["kind"] == "answer"
    assert [button["value"] for button in replies[-1]["buttons"]] == [READ]
    assert patient.says("now my tongue is swelling up")[0]["kind"] == "emergency"
    assert not [message for message in patient.says("Start the intake") if message["question"]]
    assert patient.says("ok, i have read it")[-1]["question"]["field"] == "contact"


@pytest.mark.e2e
def test_without_an_intake_the_chat_just_goes_on(patient: Patient) -> None:
    patient.says("i cant breathe")
    assert patient.says("Does it work?")[-1]["kind"] == "answer"
    [thanks] = patient.says(READ)
    assert CLINIC.emergency_number in thanks["text"]
    assert patient.says("Start the intake")[-1]["question"]["field"] == "consent"


@pytest.mark.e2e
def test_a_coordinator_sees_an_emergency_first(patient: Patient, coordinator: Coordinator) -> None:
    patient.says("I want to talk to a person")
    patient.says("i think my mum is having a stroke")
    [first, *_] = coordinator.reads("handoffs", "list")["handoffs"]
    assert first["urgent"]["level"] == "emergency"
    [mine] = [
        row for row in coordinator.reads("handoffs", "list")["handoffs"] if (row["urgent"] or {}).get("group") == "stroke"
    ]
    assert mine["reason"] == "asked"
    label = the_red_flags().label_of("stroke")
    assert f"EMERGENCY: {label}" in coordinator.runs("handoffs", "list").stdout
    assert f"EMERGENCY: {label}" in coordinator.runs("handoffs", "show", mine["reference"]).stdout
    assert coordinator.reads("handoffs", "show", mine["reference"])["urgent"]["group"] == "stroke"
