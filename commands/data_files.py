"""Every file that people write, in one list: read at the start, before anything slow, and by `cordial check`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel

from commands.demo_filling import CASES, read_cases
from cordial.bootstrap import PROJECT
from cordial.data_files import CLINIC, DataFileError, Problem, fills, read_data, shown
from cordial.settings import Settings, SettingsError
from desk.cases.canned import read_canned_replies
from desk.cases.flags import read_flags
from desk.cases.taking_over import read_said
from desk.conversations.withdrawing import read_withdrawn
from desk.keeping.retention import RULES, read_rules
from desk.people.passwords import read_tried_first
from desk.post.notices import read_notices
from desk.tables.words import read_unreadable
from emergencies.concepts import FOLDER, read_concepts
from emergencies.language_files import TEXTS, WORDS, read_words
from emergencies.language_files import read_texts as read_texts_of_language
from emergencies.numbers import FILE as NUMBERS
from emergencies.numbers import read_numbers
from emergencies.other_languages import read_thresholds
from emergencies.red_flags import read_red_flags
from emergencies.review import read_review_texts
from emergencies.whereabouts import read_places
from exports.pdf import read_pdf_texts
from intake.clinic import read_clinic
from intake.fields import read_intake
from intake.judging.expressions import read_expressions
from intake.judging.histories import read_histories
from intake.judging.phrases import read_phrases
from intake.judging.vocabulary import BRANDS, MEDICINES, read_brands, read_medicines
from intake.meanings import read_meanings
from intake.offers import read_offers
from intake.service import read_service
from knowledge import phrases, research
from knowledge.claims import load_promises
from knowledge.countries import read_countries
from knowledge.questions import read_question_words
from knowledge.sources import read_other_sources, read_studies
from knowledge.synonyms import read_synonyms
from knowledge.topic import read_topic_words
from knowledge.wordings import read_wordings
from language.context_rules import read_rules as read_rules_of_context
from language.family import FILE as FAMILY
from language.family import read_family
from language.patterns import read_pattern_words
from language.plain_words import read_plain_words
from language.questions import read_question_words as read_question_forms
from language.sentences import read_sentence_words
from language.spoken import speak, text_file
from language.which_language import OTHER_WORDS, read_other_words
from language.yes_and_no import FILE as YES_AND_NO
from language.yes_and_no import read_yes_and_no
from turns.texts import read_texts_of_turns
from web.console.texts import read_audit_texts, read_console_texts
from web.library_texts import read_library_texts
from web.post import post_of
from web.privacy import read_privacy

RESPONSES = PROJECT / "domain" / "responses"  # Rasa's own files: it knows their form, and we what is filled in


class ResponsesError(DataFileError):
    """A file of responses cannot be used; the message names the response."""


class _Response(BaseModel):
    text: Annotated[str, fills("reference", "incident", *CLINIC)]


class _Responses(BaseModel):
    responses: dict[str, list[_Response]]


def read_responses(file: Path) -> object:
    """Read what the assistant says by itself in Rasa's form.

    Raises:
        ResponsesError: naming what is wrong.
    """
    return read_data(_Responses, file, ResponsesError)


@dataclass(frozen=True)
class DataFile:
    """A file, and what reads it and says what is wrong with it."""

    file: Path
    read: Callable[[Path], object]
    needed: bool = True  # whether nothing starts without it; the others only help the search


@dataclass(frozen=True)
class Checked:
    """What was looked at, and what is wrong."""

    files: int
    problems: list[Problem]
    others: list[str]  # what is wrong and stands in no line of a file

    def as_text(self) -> str:
        """For a person."""
        return "\n".join([*map(str, self.problems), *self.others])


def data_files(settings: Settings) -> list[DataFile]:
    """Every file, in the language that is spoken."""
    content = settings.articles_folder.parent
    return [
        DataFile(settings.clinic_file, read_clinic),
        DataFile(text_file("intake", "fields.yml"), read_intake),
        DataFile(text_file("intake", "phrases.yml"), read_phrases),
        DataFile(text_file("intake", "expressions.yml"), read_expressions),
        DataFile(text_file("intake", "meanings.yml"), read_meanings),
        DataFile(text_file("intake", "offers.yml"), read_offers),
        DataFile(text_file("intake", "service.yml"), read_service),
        DataFile(MEDICINES, read_medicines),
        DataFile(BRANDS, read_brands),
        DataFile(text_file("intake", "histories.yml"), read_histories),
        DataFile(text_file("emergencies", "red_flags.yml"), read_red_flags),
        DataFile(text_file("emergencies", "places.yml"), read_places),
        DataFile(text_file("emergencies", "review.yml"), read_review_texts),
        DataFile(NUMBERS, read_numbers),
        DataFile(FOLDER / "concepts.yml", read_concepts),
        DataFile(FOLDER / "thresholds.yml", read_thresholds),
        *(DataFile(file, partial(read_words, file.parent.name)) for file in sorted(FOLDER.glob(f"*/{WORDS}"))),
        *(DataFile(file, read_texts_of_language) for file in sorted(FOLDER.glob(f"*/{TEXTS}"))),
        DataFile(OTHER_WORDS, read_other_words),
        DataFile(YES_AND_NO, read_yes_and_no),
        DataFile(FAMILY, read_family),
        DataFile(text_file("language", "context.yml"), read_rules_of_context),
        DataFile(text_file("language", "patterns.yml"), read_pattern_words),
        DataFile(text_file("language", "plain_words.yml"), lambda file: read_plain_words(file=file)),
        DataFile(text_file("language", "sentences.yml"), read_sentence_words),
        DataFile(text_file("language", "questions.yml"), read_question_forms),
        DataFile(text_file("turns", "texts.yml"), read_texts_of_turns),
        *(DataFile(file, read_responses) for file in sorted(RESPONSES.glob("*.yml"))),
        DataFile(text_file("desk/cases", "flags.yml"), read_flags),
        DataFile(text_file("desk/cases", "canned.yml"), read_canned_replies),
        DataFile(text_file("desk/cases", "said.yml"), read_said),
        DataFile(text_file("desk/conversations", "withdrawn.yml"), read_withdrawn),
        DataFile(text_file("desk/tables", "unreadable.yml"), read_unreadable),
        DataFile(text_file("desk/people", "passwords.yml"), read_tried_first),
        DataFile(text_file("desk/post", "notices.yml"), read_notices),
        DataFile(RULES, read_rules),
        DataFile(text_file("exports", "pdf.yml"), read_pdf_texts),
        DataFile(text_file("web", "console.yml"), read_console_texts),
        DataFile(text_file("web", "audit.yml"), read_audit_texts),
        DataFile(text_file("web", "privacy.yml"), read_privacy),
        DataFile(text_file("web", "library.yml"), read_library_texts),
        DataFile(text_file("knowledge", "phrases.yml"), phrases.read_phrases),
        DataFile(text_file("knowledge", "questions.yml"), read_question_words),
        DataFile(text_file("knowledge", "topic.yml"), read_topic_words),
        DataFile(text_file("knowledge", "countries.yml"), read_countries),
        DataFile(text_file("knowledge", "promises.yml"), load_promises),
        DataFile(research.RULES, research.read_rules),
        DataFile(content / "studies.yml", read_studies),
        DataFile(content / "sources.yml", read_other_sources),
        DataFile(content / "synonyms.yml", read_synonyms, needed=False),
        DataFile(content / "declined.yml", read_wordings, needed=False),
        *(DataFile(file, read_wordings, needed=False) for file in sorted((content / "wordings").glob("*.yml"))),
        DataFile(CASES, read_cases, needed=False),
    ]


def check_data_files(settings: Settings, *, needed_only: bool = False) -> Checked:
    """Read every file and gather what is wrong; from then on the process speaks the clinic's language.

    Args:
        settings: which of the files name some of them.
        needed_only: whether to leave out the files that nothing waits for.
    """
    problems: list[Problem] = []
    others: list[str] = []
    try:
        clinic = read_clinic(settings.clinic_file)
        speak(clinic.language)
        post_of(settings, clinic.hours.zone)
    except SettingsError as error:
        others.append(str(error))
    except DataFileError:
        pass  # it is told below
    files = [each for each in data_files(settings) if each.needed or not needed_only]
    for each in files:
        try:
            each.read(each.file)
        except DataFileError as error:
            problems += error.problems
            others += [] if error.problems else [f"{shown(each.file)}: {error}"]
    return Checked(len(files), list(dict.fromkeys(problems)), list(dict.fromkeys(others)))


def refuse_wrong_files(settings: Settings) -> None:
    """Let nothing slow begin as long as a file is wrong that is needed.

    Raises:
        DataFileError: naming everything that is wrong.
    """
    checked = check_data_files(settings, needed_only=True)
    if checked.problems or checked.others:
        raise DataFileError(checked.as_text())
