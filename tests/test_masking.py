"""What could tell who a patient is gives way to a word in brackets, and what is asked stays readable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from cordial.data_files import DataFileError
from desk.masking.masking import MOST, Masker
from desk.masking.rules import read_rules_of_masking
from knowledge.spelling import Speller

WORDS = "knee hip infusion stem cells treatment fever safe drip clinic injection pain arthritis autism disease"


@pytest.fixture(scope="module")
def masker() -> Masker:
    """One that knows the words of our articles and of English, without an index."""
    files = [*(PROJECT / "knowledge" / "articles").glob("*.md"), *(PROJECT / "knowledge" / "wordings").glob("*.yml")]
    return Masker(Speller([*(file.read_text("utf-8") for file in files), WORDS], frozenset(WORDS.split())))


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("My name is Farid Example, is it safe?", "My name is [name], is it safe?"),
        ("my husband zbigniew has parkinson's", "my husband [name] has parkinson's"),
        ("Dr Abernathy gave me the infusion", "Dr [name] gave me the infusion"),
        ("doc Wu says it is not safe", "doc [name] says it is not safe"),
        ("our nurse Philippa said three drips", "our nurse [name] said three drips"),
        ("my son will was treated, is it safe for him", "my son [name] was treated, is it safe for him"),
        ("my friend hope has autism", "my friend [name] has autism"),
        ("Joy is 54 and has arthritis", "[name] is 54 and has arthritis"),
        ("Is it safe? Thanks, Lucy H.", "Is it safe? Thanks, [name]."),
        ("I am Zeynep's mother", "I am [name]'s mother"),
        ("Valentina Morozova-Klein asked about the drip", "[name] asked about the drip"),
        ("this is siobhan o'dwyer, my knee hurts", "this is [name], my knee hurts"),
        ("Mein Mann Jürgen hat Parkinson", "Mein Mann [name] hat Parkinson"),
        ("Je m'appelle Thérèse et j'ai la maladie de Crohn", "Je m'appelle [name] et j'ai la maladie de Crohn"),
        ("mój mąż zbyszek ma stwardnienie rozsiane", "mój mąż [name] ma stwardnienie rozsiane"),
        ("Сын Тимур болен", "Сын [name] болен"),
        ("คุณแม่ชื่อสมศรี", "คุณแม่ชื่อ[name]"),
    ],
)
def test_names(masker: Masker, asked: str, shown: str) -> None:
    assert masker.mask(asked) == shown


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("call me on 07700 900142 please", "call me on [phone] please"),
        ("my number is (555) 555-0134, thanks", "my number is [phone], thanks"),
        ("my number is zero seven seven zero zero nine", "my number is [phone]"),
        ("mail me at w.example@mail.example", "mail me at [email]"),
        ("mail anna dot k at example dot org please", "mail [email] please"),
        ("my telegram is @knee_77, write me", "my telegram is [account], write me"),
        ("skype live:.cid.example-m is ok", "skype [account] is ok"),
        ("read https://www.example.com/u/knee-blog please", "read [account] please"),
        ("my passport is X1234567, do I need a visa", "my passport is [number], do I need a visa"),
        ("patient ID HN 00-45-6789 had fever", "patient ID [number] had fever"),
        ("plate AB12 CDE hit me", "plate [number] hit me"),
        ("card 4111 1111 1111 1111 please", "card [number] please"),
    ],
)
def test_numbers_and_addresses_of_somebody(masker: Masker, asked: str, shown: str) -> None:
    assert masker.mask(asked) == shown


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("we live at 27 Larkspur Close, Reading, RG4 7QT and come by car", "we live at [address] and come by car"),
        ("i live at 9 maple street, bristol", "i live at [address]"),
        ("Wir wohnen in der Lindenstraße 14b, 99999 Musterhausen.", "Wir wohnen in der [address]."),
        ("my postcode is M20 9ZZ", "my postcode is [address]"),
        ("i live in gdynia and have arthritis", "i live in [place] and have arthritis"),
        ("I am from Thailand and have arthritis", "I am from Thailand and have arthritis"),
        ("i work at Hartwell & Sons Brewery and have knee pain", "i work at [work or school] and have knee pain"),
        ("a thesis at Lakemont University on stem cells", "a thesis at [work or school] on stem cells"),
    ],
)
def test_homes_work_and_schools(masker: Masker, asked: str, shown: str) -> None:
    assert masker.mask(asked) == shown


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("I was born 12th of October 1949, too old?", "I was born [date], too old?"),
        ("born 03/09/2018", "born [date]"),
        ("my infusion on 14.06. is it safe", "my infusion on [date]. is it safe"),
        ("treated on 5 Jan 2024 and june 14th", "treated on [date] and [date]"),
        ("mi hijo nació el 14 de febrero de 2019", "mi hijo nació el [date]"),
        ("my 95-year-old dad", "my [over 89]-year-old dad"),
        ("mother 92, father 89", "mother [over 89], father 89"),
        ("my ninety two year old mother", "my [over 89] year old mother"),
        ("mi madre tiene 94 años", "mi madre tiene [over 89] años"),
    ],
)
def test_days_of_somebodys_life_and_ages_over_89(masker: Masker, asked: str, shown: str) -> None:
    assert masker.mask(asked) == shown


@pytest.mark.parametrize(
    "asked",
    [
        "Is there any hope for Parkinson's patients after 10 years?",
        "Baker's cyst, Bell's palsy, Lou Gehrig's disease or Charcot-Marie-Tooth: is it safe?",
        "my dad has Alzheimer's and takes Ozempic, Humira and 2 x 500 mg paracetamol",
        "pain 8/10, 12 weeks after 5-10 mg prednisone",
        "is 1x10^6/kg a low dose, or 50 million cells?",
        "I was quoted €4,500, or 4 500 € for one knee, in 2019",
        "what does CD34+ mean, and HLA-B27, L4/L5 and GLP-1?",
        "my potassium is 5.9 and I weigh 92 kg",
        "will it help, may I fly, and can I mark it?",
        "my little boy will talk if we come?",
        "does it work for people in Germany, in May or in summer?",
        "La maladie de Crohn de grade 3 peut elle être traitée pour 4 500 € ?",
        "what did the Duke trial find in 2019-2023?",
    ],
)
def test_illnesses_medicines_countries_doses_prices_and_counts_stay(masker: Masker, asked: str) -> None:
    assert masker.mask(asked) == asked


def test_names_that_are_known_are_masked_even_where_they_are_words(masker: Masker) -> None:
    assert masker.mask("is it plain to Rūta? Plain yes", ["Ruta Plain"]) == "is it [name] to [name]? [name] yes"
    assert masker.mask("is it plain to see", ["Al To"]) == "is it plain to see"


def test_of_a_long_text_the_beginning_is_shown(masker: Masker) -> None:
    assert len(masker.mask("knee " * MOST)) == MOST


@pytest.mark.parametrize("again", ["dot a ", "12 Abc, ", "1", "a@", "id ", "a.b-c"])
def test_no_text_takes_for_ever(masker: Masker, again: str) -> None:
    assert masker.mask(again * MOST)


def test_our_own_questions_stay_nearly_whole(masker: Masker) -> None:
    file = PROJECT / "tests" / "questions" / "three_questions.jsonl"
    questions = [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()]
    changed = [text for text in questions if masker.mask(text) != text]
    assert len(changed) <= 0.15 * len(questions), changed


def test_a_word_in_brackets_is_needed(tmp_path: Path) -> None:
    whole = (PROJECT / "desk" / "masking" / "en" / "masking.yml").read_text("utf-8")
    file = tmp_path / "masking.yml"
    file.write_text(whole.replace('"[name]"', '"name"'), "utf-8")
    with pytest.raises(DataFileError, match="in brackets"):
        read_rules_of_masking(file)
