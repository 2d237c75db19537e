"""Names of people: by lists, by capitals, and by what stands around them. In doubt a word is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property

from desk.masking.reading import Reading, Word
from desk.masking.rules import listed, of_languages, one_of, plain, read_elsewhere_of_masking, the_rules
from desk.masking.spans import Detail
from language.family import read_family
from language.which_language import ENGLISH, OTHER

_SAME_NAME = re.compile(r"\s|\s?-\s?|\.\s?|\s?&\s?")
_AFTER_A_TITLE = re.compile(r"\.?\s|\.")
_INITIAL = re.compile(r"[^\W\d_]\.?")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_CAPITALS = re.compile(r"[\u0590-\u06ff\u0900-\u0dff]")
_AGE = re.compile(r"\s*,?\s*\(?\d")
_MOST_WORDS = 4  # of a name
_SHORTEST_RELATIVE = 3
_FEWEST = 3  # words of a text that somebody may have signed
_GERMAN = "de"  # in which each noun has a capital, and no list has all of them


def names_in(reading: Reading) -> Iterator[Detail]:
    """Every name of somebody."""
    yield from _unspaced(reading)
    people = _People(reading)
    for at in range(len(reading.words)):
        if people.is_name(at):
            yield people.whole(at)


def _unspaced(reading: Reading) -> Iterator[Detail]:
    """Names in languages in which spaces do not part words: what follows "is called" up to a word that ends it."""
    for language, words in read_elsewhere_of_masking().items():
        if words.stops and _UNSPACED.search(reading.text):
            end = rf"(?=[\s,，。、.!?？\d]|{one_of(words.stops)}|$)"
            for found in re.finditer(rf"{one_of(words.name_is)}\s?(?P<it>[^\s\d,.!?，。、？]{{1,20}}?){end}", reading.text):
                if reading.language in (language, OTHER) or _UNSPACED.search(found["it"]):
                    yield Detail(*found.span("it"), "name")


class _People:
    """Looks through the words of one text."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.words, self.vocabulary = reading, reading.words, reading.vocabulary

    def is_name(self, at: int) -> bool:
        """Whether a word is somebody's name."""
        word = self.words[at]
        if len(word.bare) < 2 or _UNSPACED.search(word.text):
            return False
        if self._has_title(at) or at in self._surely:
            return True
        if _is_a_title(word) or word.low in listed("not_names"):
            return False
        if self.vocabulary.is_of_medicine(word.bare):
            return self._is_name_and_country(at)
        return self._by_lists(at) if self.vocabulary.is_also_name(word.bare) else self._by_form(at)

    def _is_name_and_country(self, at: int) -> bool:
        """ "Asia is my friend", and an illness with a name that people have, too."""
        return self.words[at].low in listed("also_names") and (at in self._announced or self._is_spoken_of(at))

    def _by_lists(self, at: int) -> bool:
        """Whether a word that is a name, or a name and another word, is meant as a name."""
        word = self.words[at]
        if self.vocabulary.is_name(word.bare, self.reading.is_english):
            return not (word.is_acronym and len(word.bare) <= 3 and not self.reading.in_capitals)
        if at in self._announced or self._is_spoken_of(at) or self._signs(at):
            return not self._is_a_verb(at)
        if word.begins or not self.reading.tells_capital(at) or word.low in listed("months"):
            return False
        return not at or self.words[at - 1].low not in listed("before_a_word")

    def _by_form(self, at: int) -> bool:
        """Whether a word that is in no list is a name."""
        word, reading = self.words[at], self.reading
        if at in self._announced and reading.is_unknown(at, strictly=True) and (not word.is_acronym or word.text[0].isupper()):
            return not (_NO_CAPITALS.search(word.text) and word.low in _known_elsewhere())
        if word.is_acronym or reading.language == _GERMAN or (word.begins and reading.language != ENGLISH):
            return False
        if reading.tells_capital(at):
            return not reading.is_known(at) and not (word.begins and self.vocabulary.is_mistyped(word.bare))
        return reading.language == ENGLISH and reading.is_unknown(at)

    def _has_title(self, at: int) -> bool:
        """Whether a title stands before it: "doc Wu"."""
        word = self.words[at]
        if not at or _is_a_title(word) or word.low in listed("not_names") or not word.text[0].isalpha():
            return False
        before = self.words[at - 1]
        joined = _AFTER_A_TITLE.fullmatch(self.reading.text, before.end, word.start)
        if not joined or before.low not in _titles() or (before.low in listed("doubtful_titles") and not before.text.istitle()):
            return False
        if before.low in listed("surest_titles"):
            return True
        known = self.reading.is_known(at)
        return not known or (self.reading.tells_capital(at) and not self.vocabulary.is_of_medicine(word.bare))

    @cached_property
    def _announced(self) -> frozenset[int]:
        """The words right before which a relative, "I am" or the like stands."""
        found = set(self.reading.behind(_cues()))
        found |= {at + 1 for at in found if at + 1 < len(self.words) and _INITIAL.fullmatch(self.words[at].text)}
        return frozenset(at for at in found if self.words[at].low not in _people())

    @cached_property
    def _surely(self) -> frozenset[int]:
        """The words right behind "my name is"."""
        found = self.reading.behind(frozenset(the_rules().surely_names))
        medicine = self.vocabulary.is_of_medicine
        return frozenset(
            at for at in found if self.words[at].low not in listed("not_names") and not medicine(self.words[at].bare)
        )

    def _is_spoken_of(self, at: int) -> bool:
        """Whether it begins a sentence as somebody's name does: "Joy is 54", "Chip, 54", "will wants to"."""
        word = self.words[at]
        if not word.begins:
            return False
        following = self.words[at + 1].low if at + 1 < len(self.words) else ""
        if not word.has_capital:
            return word.low in listed("also_names") and following in listed("of_somebody")
        own = word.text != word.bare and word.low not in listed("eponyms")
        return own or bool(_AGE.match(self.reading.text, word.end)) or following in listed("after_a_name")

    def _signs(self, at: int) -> bool:
        """Whether nothing else stands in its sentence."""
        word = self.words[at]
        after = self.reading.text[word.end :].lstrip(" ")
        return word.has_capital and word.begins and after[:1] in {"", ".", ",", "!", "\n"} and len(self.words) > _FEWEST

    def _is_a_verb(self, at: int) -> bool:
        """ "my son will need" """
        word = self.words[at]
        if word.low not in listed("verbs") or self.reading.tells_capital(at) or at + 1 == len(self.words):
            return False
        following = self.words[at + 1]
        mark = self.reading.text[word.end : following.start].strip()
        return not mark and following.low not in listed("after_a_name") and not following.has_digit

    def whole(self, at: int) -> Detail:
        """A name with what belongs to it: more names, a family name, an initial."""
        first = last = at
        while last + 1 < len(self.words) and last - at < _MOST_WORDS and self._follows(last + 1):
            last += 1
        while first and at - first < _MOST_WORDS and self._leads(first - 1):
            first -= 1
        return Detail(self.words[first].start, self.words[last].bare_end, "name")

    def _follows(self, at: int) -> bool:
        word = self.words[at]
        if not self._stands_with(at - 1):
            return False
        if _INITIAL.fullmatch(word.text):
            return word.text.isupper() and (word.text != "I" or self.reading.text[word.end : word.end + 1] == ".")
        if self._is_none(at):
            return False
        if word.low in listed("particles"):
            return at + 1 < len(self.words) and not self.vocabulary.is_known(self.words[at + 1].bare)
        if self.reading.tells_capital(at):
            return not word.begins and self._is_family_name(at, at - 1)
        unknown = self.reading.is_unknown(at) and not word.is_acronym
        return unknown or self.vocabulary.is_name(word.bare) or self.vocabulary.may_go_on(word.bare)

    def _leads(self, at: int) -> bool:
        word = self.words[at]
        if not self._stands_with(at):
            return False
        if _INITIAL.fullmatch(word.text):
            return self.reading.text[word.end : word.end + 1] == "."
        return self.reading.tells_capital(at) and not self._is_none(at) and self._is_family_name(at, at)

    def _is_family_name(self, at: int, first: int) -> bool:
        """Whether a word with a capital is a name beside another one."""
        word = self.words[at]
        if not self.vocabulary.is_known(word.bare) or self.vocabulary.is_also_name(word.bare):
            return True
        return self.reading.language != _GERMAN and not self.words[first].begins

    def _is_none(self, at: int) -> bool:
        word = self.words[at]
        return word.low in listed("not_names") or _is_a_title(word) or self.vocabulary.is_of_medicine(word.bare)

    def _stands_with(self, at: int) -> bool:
        """Whether a word and the next may be one name."""
        one, two = self.words[at], self.words[at + 1]
        return one.text == one.bare and bool(_SAME_NAME.fullmatch(self.reading.text, one.end, two.start))


def _is_a_title(word: Word) -> bool:
    return word.low in _titles() or word.low in _people()


@cache
def _titles() -> frozenset[str]:
    return frozenset(map(plain, of_languages("titles")))


@cache
def _people() -> frozenset[str]:
    return frozenset(map(plain, _relatives()))


@cache
def _relatives() -> frozenset[str]:
    """Words for people in every language."""
    lists = [words for family in read_family().values() for words in (family.child, family.parent, family.adult)]
    elsewhere = [word.strip() for words in lists for word in words.split(",")]
    return frozenset([*the_rules().people, *(word for word in elsewhere if len(word) >= _SHORTEST_RELATIVE)])


@cache
def _known_elsewhere() -> frozenset[str]:
    """Words that follow one for a relative, in languages whose names have no capital."""
    return frozenset(map(plain, of_languages("known")))


@cache
def _cues() -> frozenset[str]:
    """Whatever a name follows directly."""
    return frozenset([*of_languages("name_is"), *_relatives()])
