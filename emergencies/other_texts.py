"""What is said in another language: the fixed texts of `languages/`, with the numbers of where somebody is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from emergencies.calling import Calling, CallingTexts, Where
from emergencies.concepts import the_concepts
from emergencies.language_files import TextsFile, shipped, the_texts, the_words
from emergencies.numbers import Service, numbers_in
from emergencies.other_languages import Finding
from emergencies.whereabouts import country_called
from intake.clinic import Clinic
from language.folding import folded
from language.spoken import spoken
from language.word_lists import WordLists

# Words; in a longer message something else is said as well.
_MOST = {
    "wants_person": 15,
    "read_it": 10,
    "yes_now": 5,
    "no": 5,
    "no_emergency": 10,
    "worse": 20,
    "better": 20,
    "how_it_goes_on": 20,
}
# Of the words that say it: "no puedo" is no no.
_LEAST = {"wants_person": 0.0, "read_it": 0.3, "yes_now": 0.6, "no": 0.6, "no_emergency": 0.2}
_NEWS = {"worse": "worse", "better": "better", "how_it_goes_on": "looked_after"}  # what is said after an alarm, and its answer
_LONGEST_BUTTON = 200  # characters; whatever is longer is the text of none
_LETTERS = 3  # that count as a word, where words are not parted
_UNSURE = "?"
_ENDS = " .。।"  # of a sentence; a button has none
_NO_VALUES: Mapping[str, str] = MappingProxyType({})
POLICE = frozenset({"violence"})  # kinds of text that call the police


class SaidIn:
    """The texts of one language for one clinic."""

    def __init__(self, language: str, clinic: Clinic) -> None:
        """Read them; see `language_files.the_texts`."""
        self.language = language
        self.texts = the_texts(language)
        self._clinic = clinic

    def alarm(self, finding: Finding, where: Where) -> str:
        """The answer to an emergency."""
        kind = the_concepts().says[finding.group]
        texts = self.texts.same_day if finding.level == "urgent" else self.texts.emergency
        return self.filled(texts[kind], where, "police" if kind in POLICE else "ambulance")

    def filled(self, text: str, where: Where, service: Service = "ambulance", values: Mapping[str, str] = _NO_VALUES) -> str:
        """A text with the numbers of where somebody is, each on a line of its own, and with other values."""
        calling = Calling(calling_texts(self.texts), self._clinic, where, self.language)
        phrases = self.texts.phrases
        filled = text.format(
            **dict(values),
            call=f"\n{calling.how(service)}\n",
            say=phrases.say,
            chat=phrases.chat,
            emergency_number=self._number(calling, where, service),
            crisis_lines=f"\n{calling.crisis_lines()}\n",
            clinic=self._clinic.name,
            person_button=self.texts.person_button,
            acknowledge=self.texts.acknowledge,
        )
        return "\n".join(" ".join(line.split()) for line in filled.splitlines() if line.strip())

    def _number(self, calling: Calling, where: Where, service: Service) -> str:
        """The number inside a sentence; where it is not sure, the local one, with those that are known and their places."""
        number = calling.number(service)
        if number != _UNSURE:
            return number
        places = dict.fromkeys(filter(None, [where.here, where.lives, self._clinic.country]))
        known = [(place, numbers_in(place, self._clinic, service)) for place in places]
        with_places = " / ".join(
            inside_a_sentence(self.texts).format(place=country_called(place, self.language), number=numbers[0])
            for place, numbers in known
            if numbers
        )
        return f"{self.texts.phrases.local_number} ({with_places})" if with_places else self.texts.phrases.local_number

    @property
    def buttons(self) -> list[str]:
        """What can be pressed under an alarm."""
        return [self.texts.acknowledge, self.texts.no_emergency]


def inside_a_sentence(texts: TextsFile) -> str:
    """How a number stands with its place inside a sentence."""
    return texts.phrases.in_country.replace("{country}", "{place}").strip(_ENDS)


def calling_texts(texts: TextsFile) -> CallingTexts:
    """How it is said whom to call, from the phrases of a language. A number that may be wrong stands with its place."""
    phrases = texts.phrases
    call = phrases.call.replace("{emergency_number}", "{number}")
    in_place = phrases.in_country.replace("{country}", "{place}")
    return CallingTexts(
        one=f"{call} {phrases.other_country}",
        named=f"{call} {in_place} {phrases.other_country}",
        several=f"{phrases.call_local} {{places}}",
        local=f"{phrases.call_local} {{places}}",
        call_now=call.rstrip(_ENDS),
        at_clinic=phrases.at_clinic.replace("{country}", "{place}"),
        in_place=in_place,
        either=" / ",
        local_number=_UNSURE,
        for_anybody="{number} ({place})",
        crisis_line="☎",
        crisis_line_texts="{line}",
        crisis_line_language="{line} ({languages})",
        crisis_line_always="{line} (24/7)",
        crisis_lines_in="{place}: {lines}",
        no_crisis_line="findahelpline.com",
    )


def says(what: str, text: str, language: str | None = None) -> str | None:
    """Whether a message says something that every language has words for.

    Args:
        what: one of the lists of `understood` in `texts.yml`.
        text: the message.
        language: in which it may be; by default any.

    Returns:
        The language in which it says so; nothing, if it does not.
    """
    for name in [language] if language else languages():
        if name in languages() and (_is_button(what, text, name) or _has_words(what, text, name)):
            return name
    return None


def news_in(text: str, language: str) -> str | None:
    """Which text of `after_alarm` answers a message that tells how things stand; nothing, if it tells nothing of that.

    A question ("will it get better?") tells at most of what goes on ("what happens now?").
    """
    if language not in languages():
        return None
    asks = any(line.asked for line in _understood(language).lines(text))
    told = (
        answer for says, answer in _NEWS.items() if not (asks and says != "how_it_goes_on") and _has_words(says, text, language)
    )
    return next(told, None)


def asks_something(text: str, language: str) -> bool:
    """Whether a message in another language asks something, by its mark or a word with which questions begin."""
    teller = the_words(language)
    lines = teller.words.lines(text)
    return any(line.asked or "question" in teller.words.find(line) for line in lines)


def pressed(what: str, text: str) -> str | None:
    """The language of whose button a message is the text, if it is of one; a button needs no guess of the language."""
    return _buttons(what).get(_as_button(text))


def chat_languages() -> list[str]:
    """Every language in which a patient may be spoken to: the one that is spoken, and those with texts."""
    return [spoken(), *languages()]


@cache
def languages() -> list[str]:
    """The other languages that have texts."""
    return [name for name in shipped() if name != spoken()]


def _is_button(what: str, text: str, language: str) -> bool:
    return _as_button(text) == _as_button(_button(what, language))


@cache
def _buttons(what: str) -> dict[str, str]:
    """The languages by their text of a button; the first one, where two have the same."""
    return {_as_button(_button(what, name)): name for name in reversed(languages())}


def _button(what: str, language: str) -> str:
    texts = the_texts(language)
    buttons = {
        "wants_person": texts.person_button,
        "yes_now": texts.check.yes_now,
        "no": texts.check.no,
        "read_it": texts.acknowledge,
        "no_emergency": texts.no_emergency,
    }
    return buttons[what]


def _as_button(text: str) -> str:
    return folded(text[:_LONGEST_BUTTON]).strip("|,? ")


def _has_words(what: str, text: str, language: str) -> bool:
    words = _understood(language)
    lines = words.lines(text)
    length = sum(len(line.words) for line in lines)
    if not length or length > _MOST[what] * (_LETTERS if words.unspaced else 1):
        return False
    said = {(at, word) for at, line in enumerate(lines) for span in words.find(line).get(what, ()) for word in range(*span)}
    return len(said) >= _LEAST.get(what, 0.0) * length and bool(said)


@cache
def _understood(language: str) -> WordLists:
    return WordLists(language, the_texts(language).understood.model_dump())
