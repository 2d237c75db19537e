"""What is looked for and said in each other language, on the page for a physician."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel import Locale

from emergencies.calling import Where
from emergencies.concepts import FOLDER, WAYS, the_concepts
from emergencies.language_files import EXAMPLES, read_examples, the_texts, the_words, words_as_written
from emergencies.other_languages import read_thresholds
from emergencies.other_texts import POLICE, SaidIn, languages
from emergencies.sign_off_own_card import OwnCard, own_card
from emergencies.sign_off_texts import Paragraph, Section, one_line, the_sign_off_texts
from intake.clinic import Clinic
from language.spoken import spoken


@dataclass(frozen=True)
class FoundByWords:
    """In how many messages of a language its words tell of an emergency."""

    caught: int
    messages: int
    false_alarms: int
    calm: int


def count_by_words(language: str) -> FoundByWords:
    """Count on the examples of a language, from which the check learns."""
    tells = the_words(language).told
    read = [read_examples(file) for file in sorted((FOLDER / language).glob(f"{Path(EXAMPLES).stem}*.yml"))]
    emergencies = [text for each in read for texts in each.emergencies.values() for text in texts]
    calm = [text for each in read for text in (*each.calm, *each.near_miss)]
    caught, false_alarms = (sum(bool(tells(text).groups) for text in texts) for texts in (emergencies, calm))
    return FoundByWords(caught, len(emergencies), false_alarms, len(calm))


def language_called(language: str, said_in: str) -> str:
    """The name of a language."""
    return str(Locale.parse(said_in).languages.get(language, language))


def signed_off(own_cards: Mapping[str, OwnCard]) -> dict[str, bool]:
    """The other languages by their names, each with whether its texts and its card are signed off."""
    return {language_called(name, spoken()): _is_signed_off(name, own_cards.get(name)) for name in languages()}


def _is_signed_off(language: str, card: OwnCard | None) -> bool:
    return the_texts(language).sign_off == "done" and (card is None or card.signed_off)


def about_languages(clinic: Clinic, counted: Mapping[str, FoundByWords], own_cards: Mapping[str, OwnCard]) -> Iterator[Section]:
    """What is looked for in all of them, and then some by themselves, with what was counted."""
    said = the_sign_off_texts()
    about = said.languages_about.format(number=len(languages()))
    yield Section(said.languages, [Paragraph("", about), *_rules(), *_thresholds()])
    for language, found in counted.items():
        yield _section(language, clinic, found, own_cards.get(language))


def _rules() -> Iterator[Paragraph]:
    """What makes a group, by how it is told."""
    concepts, ways = the_concepts(), the_sign_off_texts().ways
    for group in concepts.groups:
        for way in WAYS:
            together = [" + ".join(rule.together) for rule in concepts.rules if (rule.group, rule.way) == (group, way)]
            if together:
                yield Paragraph(f"{group}, {ways[way]}", "; ".join(together))


def _thresholds() -> Iterator[Paragraph]:
    labels = the_sign_off_texts().language_thresholds_of
    for name, value in read_thresholds():
        shown = ", ".join(f"{key} {each:+g}" for key, each in value.items()) if isinstance(value, dict) else f"{value:g}"
        yield Paragraph(f"{name}: {labels[name]}", shown)


def _section(language: str, clinic: Clinic, counted: FoundByWords, card: OwnCard | None) -> Section:
    said, texts = the_sign_off_texts(), the_texts(language)
    heading = said.language.format(name=texts.name, english=language_called(language, spoken()), code=language)
    figures = said.found_by_words.format(
        caught=counted.caught, messages=counted.messages, false=counted.false_alarms, calm=counted.calm
    )
    paragraphs = [Paragraph(said.sign_off, said.sign_offs[texts.sign_off]), Paragraph(said.figures, figures)]
    return Section(
        heading,
        [*paragraphs, *_alarms(language, clinic), *_texts(language), *_words(language), *(own_card(card) if card else ())],
    )


def _alarms(language: str, clinic: Clinic) -> Iterator[Paragraph]:
    """What is said in an emergency, to somebody who lives in the clinic's country."""
    said, theirs, says = the_sign_off_texts(), SaidIn(language, clinic), the_concepts().says
    for kind, text in theirs.texts.emergency.items():
        groups = ", ".join(group for group, of_kind in says.items() if of_kind == kind)
        filled = theirs.filled(text, Where(lives=clinic.country), "police" if kind in POLICE else "ambulance")
        yield Paragraph(said.text_of_kind.format(kind=kind, groups=groups), filled)


def _texts(language: str) -> Iterator[Paragraph]:
    """Everything else that is said, as it stands in the file, and what is understood."""
    said, texts = the_sign_off_texts(), the_texts(language).model_dump(exclude={"emergency", "understood"})
    for name, text in _flat(texts):
        yield Paragraph(said.text_named.format(name=name), text)
    for name, words in the_texts(language).understood.model_dump().items():
        yield Paragraph(said.words_understood.format(name=name), one_line(words))


def _words(language: str) -> Iterator[Paragraph]:
    said, concepts = the_sign_off_texts(), the_concepts().by_name
    for concept, words in words_as_written(language).items():
        yield Paragraph(said.words_of.format(concept=concept, means=concepts[concept].means), one_line(words))


def _flat(texts: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    """Every text by its name, in which a point stands for what it belongs to."""
    for name, value in texts.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        elif isinstance(value, str) and name not in {"language", "name", "sign_off"}:
            yield f"{above}{name}", value
