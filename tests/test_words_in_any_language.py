"""Lists of words find what people write, in any script, whatever accents, capitals, digits and spaces they use."""

from __future__ import annotations

import pytest

from language.folding import folded
from language.word_lists import WordListError, WordLists


def found(language: str, entries: str, text: str) -> bool:
    """Whether a list finds something in a text."""
    words = WordLists(language, {"it": entries})
    return any("it" in words.find(line) for line in words.lines(text))


@pytest.mark.parametrize(
    ("language", "entry", "text"),
    [
        ("de", "brust", "Meine BRUST!"),
        ("de", "*schmerz*", "starke Brustschmerzen"),
        ("de", "krieg* keine luft", "ich kriege einfach keine Luft"),
        ("de", "tut .. weh", "der Kopf tut mir seit gestern so arg weh"),
        ("fr", "j'étouffe", "j’etouffe"),
        ("fr", "à l'aide", "A L'AIDE"),
        ("pl", "duszę się", "dusze sie"),
        ("lt", "krūtin*", "skauda krutine"),
        ("tr", "göğsü*", "GÖĞSÜM AĞRIYOR"),
        ("tr", "ısır*", "köpek ısırdı"),
        ("ru", "ещё", "еще"),
        ("uk", "п'ять", "п’ять таблеток"),
        ("ar", "صدر*", "ألم في الصَّدر"),
        ("ar", "قلب*", "وبقلبي وجع"),
        ("he", "חזה", "כאבים בחזה"),
        ("fa", "نمی‌توانم", "نميتوانم نفس بکشم"),
        ("hi", "साँस", "सांस नहीं आ रही"),
        ("th", "หายใจไม่ออก", "แม่หายใจ ไม่ออกค่ะ"),
        ("zh", "胸口..痛", "我胸口突然很痛"),
        ("ja", "息ができ", "息 が できない"),
        ("ko", "숨을 못", "숨을못쉬겠어요"),
        ("vi", "khó thở", "kho tho qua"),
        ("en", "chest + pain", "a pain that comes from my chest"),
        ("de", "hilfe", "hilfeeeee"),
    ],
)
def test_words_are_found_as_people_write_them(language: str, entry: str, text: str) -> None:
    assert found(language, entry, text)


@pytest.mark.parametrize(
    ("language", "entry", "text"),
    [
        ("de", "brust", "Brustkorb"),
        ("de", "keine luft", "Luft habe ich keine"),
        ("de", "keine luft", "keine Zeit. Luft ist genug da"),
        ("de", "auf_einmal", "auf nur einmal"),
        ("vi", "sốt", "sót lại"),
        ("de", "keine luft", "keine Angst vor dem Flug in der Luft"),
    ],
)
def test_other_words_are_not_taken_for_them(language: str, entry: str, text: str) -> None:
    assert not found(language, entry, text)


@pytest.mark.parametrize(("written", "read"), [("38,5", "38_5"), ("٣٩٫٥", "39_5"), ("४०", "40"), ("３８．９", "38_9")])
def test_a_number_stays_one_word_in_the_digits_of_every_script(written: str, read: str) -> None:
    assert folded(written) == read


@pytest.mark.parametrize("entry", ["*", "!", "chest +"])
def test_an_entry_without_words_is_refused_and_quoted(entry: str) -> None:
    with pytest.raises(WordListError, match="“") as refused:
        WordLists("en", {"it": entry})
    assert refused.value.name == "it"
