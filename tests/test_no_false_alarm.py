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
    "I'm his mom",
    "im his mum",
    "I will be at your reception at nine with my x-rays",
    "we have not moved since 2010, same address",
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
CALM_OF_EACH_KIND = [
    "He does not have any trouble breathing, he would only like a seat near the door",  # denied
    "no chest pain and no dizziness, the question is about my elbow",
    "I was suicidal after the army, but that was twenty years ago, and today I only want my hip done",  # past
    "My waters broke early with our first, but that was fourteen years ago. Would it matter for the cord?",
    "two winters ago I could not breathe and lay in a coma. All well since. Do I tell the nurse?",
    "a chap at our tennis club dropped dead of a heart attack last year, so now we all have ourselves checked",  # others
    "On the news a woman could not breathe after a drip in Tijuana, is that true?",
    "I am writing a detective story, the victim is poisoned and cannot breathe. May I ask your doctor?",  # fiction
    "our mare had a seizure on Sunday, the vet came at once. Are there cells for horses?",  # an animal
    "I practically fainted when I read how cheap the hotel is, thanks",  # figures of speech
    "your bill nearly gave me a heart attack",
    "dying to hear whether I am a candidate",
    "my sister would have a fit if she saw me writing to a robot",
    "I cannot see the screen",  # the page
    "cannot see the button to send this",
    "the page went black when I sent it",
    "I have a blue arm from the needle",  # mild
    "the bruise went blue",
    "arm hurts a bit since the drip",
    "slight itch under the plaster",
    "37.2 in the evening, I feel well",
    "in the scanner I feel as if I cannot breathe in there, is yours an open one?",  # long known
    "I take warfarin, digoxin and insulin, shall I stop any of them?",  # an answer of the intake
    "they will open my chest in June, should that come first?",  # planned
    "I am twelve weeks pregnant and want to keep the cord blood, what is the first step?",
    "what do you do when somebody stops breathing in the chair?",  # a question in general
    "as a midwife I see heavy bleeding every month. Who is on duty at night with you?",  # at work
    "you bleed people dry, I want my deposit back",  # anger about money
    "It will be ten years on Friday since my sister drowned, so I would rather not come on Friday",  # bereavement
    "my late brother overdosed, so please put in the notes that I take no opioids",
    "There was a suicide in my family, an uncle. I am not that way inclined.",
    "False alarm, my grandson was only pretending to choke on his dinner",  # over
    "I was married to a violent man. I got away in 2017. The scar you asked about is from then",
    "they kept my wife in casualty overnight with her chest, all tests clear, she is home and asleep",
    "My nephew was unconscious for three weeks after a fall in spring. He is awake, in rehab, and asks for pizza.",
    "I have had panic attacks since university and I know them well, they pass. Does it matter?",
    "our fern is dying but the pear tree is fine, how are you",  # other uses of the words
    "I nearly jumped out of the window when I saw the estimate, can we pay monthly?",
    "I cannot breathe through my nose, it is only a cold, is tomorrow still all right?",
    "I do not want to live like this, with two sticks, without asking about your treatment first",
    "the doctors told me that I would be dead by fifty, I am 67 and gardening",
    "Overdose: none. Fits: none. Faints: none. Beer: now and then.",  # lists
    "copying your list so you know I have read it: chest pain, trouble breathing, call 112",
    "Blood pressure 146 over 88 at breakfast, a little high, I had run for the bus",  # readings
    "the pain in my hip was 8, now it is 4, I walk to the shop",
]
# The same words beside what is happening now.
AND_THEIR_TWINS = [
    ("he had no trouble breathing yesterday, but now he cannot get any air", "breathing"),
    ("I had a stroke in 2016 and it is happening again, my arm is numb and my speech is slurred", "stroke"),
    ("I was suicidal ten years ago and now it is back, the pills are lined up in front of me", "self_harm"),
    ("my waters broke early with the first and now again, 29 weeks, and I am bleeding", "pregnancy_emergency"),
    ("I cannot see the screen, a black curtain came down over my left eye ten minutes ago", "sight_loss"),
    ("the bill is not what gives me a heart attack, I have a crushing pain in my chest and sweat", "cardiac"),
    ("my whole arm has gone blue and cold since they took the cannula out and it is twice as thick", "clot"),
    ("my daughter has had fits for years but this one has been going on for ten minutes", "fits"),
    ("I am a midwife and I am 36 weeks myself, blood is pouring out of me", "pregnancy_emergency"),
    ("they kept her in casualty with chest pain and sent her home, and now it is back and crushing and she is grey", "cardiac"),
    ("I left him in 2017 and he is outside my door with a knife now", "violence_or_abuse"),
    ("my late husband's tablets are here, I have swallowed all of them", "overdose"),
    ("I do not want to live like this any more, tonight I will end it", "self_harm"),
    ("I thought it was a false alarm, but he does not wake up, he is cold", "unconscious_or_confused"),
]
UNCERTAIN = ["I get tight in the chest when I walk", "my son is gone", "one leg is thicker than the other in the evening"]
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
    """The check of English, with the examples."""
    rules = read_red_flags()
    rules.ask_examples(encoder.encode, encoder.name)
    return rules


@pytest.fixture(scope="module")
def as_web(encoder: Encoder) -> RedFlags:
    """The check as web uses it: in every language."""
    rules = read_every_language(read_other_languages())
    rules.ask_examples(encoder.encode, encoder.name)
    return rules


@pytest.mark.parametrize(("field", "answer"), CALM_ANSWERS)
def test_an_ordinary_answer_to_a_question_of_the_intake_is_calm(
    field: str, answer: str, red_flags: RedFlags, as_web: RedFlags
) -> None:
    assert red_flags.check(answer, CLINIC, asked=field) is None
    assert as_web.check(answer, CLINIC, asked=field, chat="en") is None


@pytest.mark.parametrize(("field", "answer"), OLD_STORIES)
def test_an_old_story_is_at_most_asked_about(field: str, answer: str, red_flags: RedFlags) -> None:
    flag = red_flags.check(answer, CLINIC, asked=field)
    assert flag is None or flag.level == "check"


@pytest.mark.parametrize("text", ["help", "Help!", "yes", "stop", "why?", "back", "skip"])
def test_a_word_that_steers_the_chat_is_no_cry_in_another_language(text: str, as_web: RedFlags) -> None:
    assert as_web.check(text, CLINIC, chat="en") is None


@pytest.mark.parametrize("text", CALM_MESSAGES)
def test_an_ordinary_message_is_calm_whatever_was_asked(text: str, red_flags: RedFlags, as_web: RedFlags) -> None:
    assert red_flags.check(text, CLINIC) is None
    assert as_web.check(text, CLINIC, chat="en") is None


@pytest.mark.parametrize("text", ["epilepsy", "Epilepsy", "Condition: epilepsy", "epilepsy in my mother's family"])
def test_the_name_of_an_illness_is_no_fit(text: str, red_flags: RedFlags) -> None:
    assert red_flags.check(text, CLINIC) is None


@pytest.mark.parametrize(
    "text",
    [
        "I have a little headache and my legs are heavy",
        "he has a headache too, but he is eating and playing as usual",
        "I took paracetamol and it helps",
    ],
)
def test_what_is_slight_raises_no_alarm_without_a_question_before(text: str, red_flags: RedFlags) -> None:
    flag = red_flags.check(text, CLINIC)
    assert flag is None or flag.level == "check"


@pytest.mark.parametrize("text", CALM_OF_EACH_KIND)
def test_words_of_an_emergency_raise_no_alarm_where_none_is_told(text: str, red_flags: RedFlags, as_web: RedFlags) -> None:
    assert red_flags.check(text, CLINIC) is None
    assert as_web.check(text, CLINIC, chat="en") is None


@pytest.mark.parametrize(("text", "group"), AND_THEIR_TWINS)
def test_the_same_words_raise_one_where_it_is_happening(text: str, group: str, red_flags: RedFlags) -> None:
    flag = red_flags.check(text, CLINIC)
    assert flag is not None
    assert (flag.level, flag.group) == ("emergency", group)


def test_a_physician_finds_no_reason_in_words_of_every_day(red_flags: RedFlags) -> None:
    everyday = [
        "the dam is open",
        "by the time you answer",
        "another one",
        "all of them",
        "another three weeks",
        "I am going there",
    ]
    everyday += ["good suit", "no answer to my mail", "a stable job", "after the weekend", "on the left", "the last one"]
    assert [text for text in everyday if red_flags.evidence(text).by_group] == []


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("my chest hurts", True),
        ("no chest pain", False),
        ("I had chest pain, but that was ten years ago", False),
        ("I was suicidal. That was twenty years ago.", False),
        ("a stroke in 2016, and now my speech is slurred", True),
        ("is chest pain a side effect?", False),
        ("my dog had a seizure", False),
    ],
)
def test_evidence_knows_whether_what_it_names_is_there(text: str, is_there: bool, red_flags: RedFlags) -> None:
    evidence = red_flags.evidence(text)
    assert evidence.by_group
    assert bool(evidence.there) == is_there


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


def test_what_names_nothing_raises_no_alarm_however_much_it_is_like_the_examples(tmp_path: Path, encoder: Encoder) -> None:
    data = yaml.safe_load(text_file("emergencies", "red_flags.yml").read_text("utf-8"))
    data["thresholds"] = dict.fromkeys(data["thresholds"], -100.0)
    eager_file = tmp_path / "red_flags.yml"
    eager_file.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    eager = read_red_flags(eager_file)
    eager.ask_examples(encoder.encode, encoder.name)
    for text in ("39", "40", "I have custody", "Maria Example"):
        assert eager.check(text, CLINIC) is None, text
    for text in ("she is my only daughter", "sorry my english is not so good"):  # several words may at most be asked about,
        flag = eager.check(text, CLINIC)
        assert flag is None or (flag.level, flag.evidence) == ("check", []), text
        assert eager.check(text, CLINIC, asked="full_name") is None, text  # and not as a short answer
    flag = eager.check("I sit alone on the train at night, and am jealous of whoever sleeps at home", CLINIC)
    assert flag is not None
    assert flag.level == "check", "when, where, with whom and in what mood is no reason for an alarm"
    assert eager.check("my arm is sore", CLINIC) is not None


def test_what_names_nothing_and_is_much_like_an_emergency_is_asked_about(red_flags: RedFlags) -> None:
    text = "I've been practising not being here. Tonight's the real thing."
    assert not red_flags.evidence(text).by_group
    flag = red_flags.check(text, CLINIC)
    assert flag is not None
    assert flag.level == "check"


@pytest.mark.parametrize("text", ["cantbreathe", "chestpain", "heartattack my dad", "imdying"])
def test_words_that_were_run_together_in_haste_are_understood(text: str, red_flags: RedFlags) -> None:
    assert red_flags.evidence(text)
    assert red_flags.check(text, CLINIC) is not None


@pytest.mark.parametrize(
    "text",
    [
        "my daughter is missing two documents",
        "the pharmacist says warfarin is rat poison, may I take it that day?",
        "is my mother going to die of it one day?",
    ],
)
def test_an_idiom_is_no_reason_for_an_alarm(text: str, red_flags: RedFlags) -> None:
    flag = red_flags.check(text, CLINIC)
    assert flag is None or flag.level == "check"


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
