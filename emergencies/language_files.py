"""The files of one language: its words for each concept, its examples, and its fixed texts. Native writers write them.

`cordial languages report de` reads them and tells what is wrong or missing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import field_validator

from cordial.data_files import DataFileError, Faults, Part, PlainText, Problem, Text, Way, did_you_mean, fills, read_data, shown
from emergencies.concepts import FOLDER, Concepts, the_concepts
from emergencies.told import RuleMet, Teller
from language.word_lists import WordListError, WordLists

WORDS, EXAMPLES, TEXTS = "words.yml", "examples.yml", "texts.yml"
KINDS = (
    "general",
    "chest",
    "breathing",
    "allergy",
    "stroke",
    "spinal",
    "unconscious",
    "fits",
    "bleeding",
    "fever",
    "pain",
    "poisoning",
    "child",
    "pregnancy",
    "suicide",
    "violence",
)


class LanguageFilesError(DataFileError):
    """A file of a language cannot be used; the message names the entry."""


class _WordsFile(Part):
    words: dict[str, str]

    @field_validator("words")
    @classmethod
    def _are_known(cls, words: dict[str, str]) -> dict[str, str]:
        known = the_concepts().by_name
        wrong: list[tuple[Way, str]] = [
            ((name,), f"there is no concept {name}{did_you_mean(name, known) or '.'}") for name in words if name not in known
        ]
        wrong += [((), f"there are no words for {name}") for name in known if not words.get(name, "").strip()]
        if wrong:
            raise Faults(wrong)
        return words


class ExamplesFile(Part):
    """Made-up messages in one language."""

    emergencies: dict[str, list[Text]]
    calm: list[Text]
    near_miss: list[Text]

    @field_validator("emergencies")
    @classmethod
    def _groups_are_known(cls, groups: dict[str, list[str]]) -> dict[str, list[str]]:
        wrong: list[tuple[Way, str]] = [
            ((name,), f"there is no group {name}") for name in groups if name not in the_concepts().groups
        ]
        if wrong:
            raise Faults(wrong)
        return groups


_Number = Annotated[str, fills("emergency_number")]


class _Phrases(Part):
    call: Annotated[str, fills("emergency_number")]
    call_local: Text
    local_number: Text  # the same inside a sentence, as it follows the verb where {emergency_number} stands
    other_country: Text
    at_clinic: Annotated[str, fills("country", "number")]
    in_country: Annotated[str, fills("country", "number")]
    say: Text
    chat: Text


class _Check(Part):
    question: Annotated[str, fills("emergency_number")]
    yes_now: PlainText
    no: PlainText
    after_no: Text


class _AroundAnAlarm(Part):
    """What is said of messages that were kept back because of an alarm, or of the question whether it happens now."""

    no_emergency_thanks: Annotated[str, fills("call")]
    waiting: Annotated[str, fills("acknowledge")]
    kept: Text
    noted: Text
    again: Annotated[str, fills("call")]
    beside_a_person: Annotated[str, fills("call")]


class _AfterAlarm(Part):
    """What is said to a message that tells how things stand after an alarm."""

    worse: Annotated[str, fills("call")]
    better: Annotated[str, fills("call")]
    looked_after: Annotated[str, fills("call")]


class _Understood(Part):
    """Lists of words, in the notation of the words of a concept."""

    wants_person: str
    yes_now: str
    no: str
    read_it: str
    no_emergency: str
    worse: str
    better: str
    how_it_goes_on: str


_Emergency = Annotated[str, fills("call", "say", "chat", "emergency_number", "crisis_lines", "clinic")]


class TextsFile(Part):
    """What is said in one language. Nothing else is."""

    language: str
    name: PlainText
    right_to_left: bool
    sign_off: Literal["pending", "done"]
    phrases: _Phrases
    emergency: dict[str, _Emergency]
    same_day: dict[str, Annotated[str, fills("call", "say", "clinic")]]
    distress: Annotated[str, fills("emergency_number", "crisis_lines", "clinic")]
    check: _Check
    acknowledge: PlainText
    acknowledged: Annotated[str, fills("emergency_number", "clinic")]
    no_emergency: PlainText
    around_an_alarm: _AroundAnAlarm
    after_alarm: _AfterAlarm
    person_button: PlainText
    person_called: Annotated[str, fills("reference", "clinic", "emergency_number")]
    articles_in_english: Text
    reach_clinic: Annotated[str, fills("clinic", "contact")]
    uncertain: Annotated[str, fills("emergency_number", "person_button")]
    understood: _Understood

    @field_validator("emergency")
    @classmethod
    def _every_kind(cls, texts: dict[str, str]) -> dict[str, str]:
        wrong: list[tuple[Way, str]] = [((), f"there is no text for {kind}") for kind in KINDS if kind not in texts]
        wrong += [((kind,), f"there is no kind {kind}") for kind in texts if kind not in KINDS]
        if wrong:
            raise Faults(wrong)
        return texts

    @field_validator("same_day")
    @classmethod
    def _every_kind_of_the_same_day(cls, texts: dict[str, str]) -> dict[str, str]:
        kinds = {the_concepts().says[group] for group in the_concepts().same_day}
        wrong: list[tuple[Way, str]] = [((), f"there is no text for {kind}") for kind in sorted(kinds - texts.keys())]
        wrong += [((kind,), f"there is no kind {kind} for the same day") for kind in texts if kind not in kinds]
        if wrong:
            raise Faults(wrong)
        return texts


def shipped() -> list[str]:
    """The languages that have words."""
    return sorted(file.parent.name for file in FOLDER.glob(f"*/{WORDS}"))


def read_words(language: str, file: Path, concepts: Concepts | None = None) -> Teller:
    """Read the words of a language.

    Raises:
        LanguageFilesError: naming what is wrong.
    """
    read = read_data(_WordsFile, file, LanguageFilesError, as_written=True)
    try:
        return Teller(concepts or the_concepts(), WordLists(language, read.words))
    except WordListError as error:
        raise _wrong_words(file, error) from error


def read_examples(file: Path) -> ExamplesFile:
    """Read the examples of a language.

    Raises:
        LanguageFilesError: naming what is wrong.
    """
    return read_data(ExamplesFile, file, LanguageFilesError)


def read_texts(file: Path) -> TextsFile:
    """Read the texts of a language.

    Raises:
        LanguageFilesError: naming what is wrong.
    """
    texts = read_data(TextsFile, file, LanguageFilesError)
    try:
        WordLists(texts.language, texts.understood.model_dump())
    except WordListError as error:
        raise _wrong_words(file, error) from error
    return texts


def _wrong_words(file: Path, error: WordListError) -> LanguageFilesError:
    lines = file.read_text("utf-8").splitlines()
    at = next((number for number, line in enumerate(lines, 1) if line.strip().startswith(f"{error.name}:")), 1)
    return LanguageFilesError.about([Problem(shown(file), at, f"{error}.")])


@cache
def the_words(language: str) -> Teller:
    """Those of a language that ships, read once a process."""
    return read_words(language, FOLDER / language / WORDS)


def words_as_written(language: str) -> dict[str, str]:
    """The words of a language that ships for each concept, as they stand in its file."""
    return read_data(_WordsFile, FOLDER / language / WORDS, LanguageFilesError, as_written=True).words


@cache
def the_texts(language: str) -> TextsFile:
    """Those of a language that ships, read once a process."""
    return read_texts(FOLDER / language / TEXTS)


def report(language: str, folder: Path) -> Iterator[str]:
    """What a writer of a language should know of its files, line by line: what is not found, and what is found wrongly.

    Args:
        language: its code.
        folder: where its files are; those that are missing are left out.

    Raises:
        LanguageFilesError: naming what is wrong with a file.
    """
    if (folder / TEXTS).exists():
        read_texts(folder / TEXTS)
        yield f"{TEXTS} is in order."
    if not (folder / WORDS).exists():
        yield f"There is no {WORDS} yet."
        return
    teller = read_words(language, folder / WORDS)
    yield f"{WORDS} is in order."
    if not (folder / EXAMPLES).exists():
        yield f"There is no {EXAMPLES} yet."
        return
    examples = read_examples(folder / EXAMPLES)
    emergencies = [(text, teller.told(text)) for texts in examples.emergencies.values() for text in texts]
    calm = [(text, teller.told(text)) for text in [*examples.calm, *examples.near_miss]]
    counts = f"{len(emergencies)} emergencies, {len(examples.calm)} calm, {len(examples.near_miss)} near misses"
    yield f"{EXAMPLES} is in order: {counts}."
    none = [f"  {text}\n      concepts: {', '.join(sorted(told.concepts))}" for text, told in emergencies if not told.evidence]
    yield from _listed("EMERGENCIES IN WHICH NO RULE FINDS ANYTHING", none, "what words are missing?")
    back = [_seen(text, told.evidence[0]) for text, told in emergencies if told.evidence and not told.groups]
    yield from _listed("EMERGENCIES WHOSE EVIDENCE IS TAKEN BACK", back, "is a word of “how it is told” too wide?")
    raised = [_seen(text, next(each for each in told.evidence if each.counts)) for text, told in calm if told.groups]
    yield from _listed("CALM ONES IN WHICH EVIDENCE COUNTS", raised, "is a word too wide, or one of “how it is told” missing?")


def _listed(title: str, lines: list[str], asks: str) -> Iterator[str]:
    yield f"\n{title} ({len(lines)}): {asks}"
    yield from lines


def _seen(text: str, evidence: RuleMet) -> str:
    rule = evidence.rule
    return f"  {text}\n      {rule.group}: {' + '.join(rule.together)}; told: {', '.join(sorted(evidence.how))}"


if __name__ == "__main__":
    try:
        sys.stdout.writelines(f"{line}\n" for line in report(sys.argv[1], Path(sys.argv[2])))
    except DataFileError as error:
        sys.exit(str(error))
