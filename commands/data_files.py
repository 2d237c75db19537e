"""Every file that people write, in one list: read at the start, before anything slow, and by `cordial check`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from commands.demo_filling import CASES, read_cases
from commands.rasa_files import CONVERSATIONS, RESPONSES, read_conversations, read_responses
from cordial.data_files import DataFileError, Problem, shown
from cordial.settings import Settings, SettingsError
from desk.cases.alarms import read_alarm_texts
from desk.cases.canned import read_canned_replies
from desk.cases.emergencies import read_reasons
from desk.cases.flags import read_flags
from desk.cases.taking_over import read_said
from desk.conversations.withdrawing import read_withdrawn
from desk.keeping.retention import RULES, read_rules
from desk.masking.rules import ELSEWHERE as MASKING_ELSEWHERE
from desk.masking.rules import NAMES, read_elsewhere_of_masking, read_names, read_rules_of_masking
from desk.people.passwords import read_tried_first
from desk.post.notices import read_notices
from desk.reaching.letters import read_letters
from desk.tables.words import read_unreadable
from emergencies.concepts import FOLDER, read_concepts
from emergencies.language_files import TEXTS, WORDS, read_words
from emergencies.language_files import read_texts as read_texts_of_language
from emergencies.numbers import FILE as NUMBERS
from emergencies.numbers import read_numbers
from emergencies.other_languages import read_thresholds
from emergencies.other_whereabouts import PLACES, read_other_places
from emergencies.red_flags import read_red_flags
from emergencies.sign_off_texts import read_sign_off_texts
from emergencies.whereabouts import read_places
from exports.opinions import read_opinions
from exports.pdf import read_pdf_texts
from intake.clinic import read_clinic
from intake.fields import read_intake
from intake.judging.elsewhere import FILE as ELSEWHERE
from intake.judging.elsewhere import read_elsewhere
from intake.judging.expressions import read_expressions
from intake.judging.histories import read_histories
from intake.judging.phrases import read_phrases
from intake.judging.vocabulary import BRANDS, MEDICINES, read_brands, read_medicines
from intake.meanings import read_meanings
from intake.offers import read_offers
from intake.replies import read_replies
from intake.service import read_service
from intake.suggesting import read_common
from knowledge import phrases, research
from knowledge.aftercare import read_aftercare
from knowledge.asked import read_asked_words
from knowledge.claims import load_promises
from knowledge.countries import read_countries
from knowledge.other_illnesses import FILE as ILLNESSES
from knowledge.other_illnesses import read_illnesses
from knowledge.other_questions import FOLDER as QUESTIONS
from knowledge.other_questions import read_questions
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
from language.plurals import read_plurals
from language.questions import read_question_words as read_question_forms
from language.sentences import read_sentence_words
from language.spoken import speak, text_file
from language.which_language import OTHER_WORDS, read_other_words
from language.yes_and_no import FILE as YES_AND_NO
from language.yes_and_no import read_yes_and_no
from turns.other_language_texts import FOLDER as OTHER_TEXTS
from turns.other_language_texts import read_texts_of_a_language
from turns.texts import read_texts_of_turns
from web.back import read_back
from web.console.texts import read_audit_texts, read_console_texts
from web.library_texts import read_library_texts
from web.post import post_of, reaches_patients
from web.privacy import read_privacy
from web.their_words import FOLDER as OWN_TEXTS
from web.their_words import read_own_texts


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
        DataFile(text_file("intake", "replies.yml"), read_replies),
        DataFile(text_file("intake", "service.yml"), read_service),
        DataFile(MEDICINES, read_medicines),
        DataFile(BRANDS, read_brands),
        DataFile(text_file("intake", "histories.yml"), read_histories),
        DataFile(text_file("intake", "common.yml"), read_common),
        DataFile(ELSEWHERE, read_elsewhere),
        DataFile(text_file("emergencies", "red_flags.yml"), read_red_flags),
        DataFile(text_file("emergencies", "places.yml"), read_places),
        DataFile(text_file("emergencies", "sign_off.yml"), read_sign_off_texts),
        DataFile(NUMBERS, read_numbers),
        DataFile(FOLDER / "concepts.yml", read_concepts),
        DataFile(FOLDER / "thresholds.yml", read_thresholds),
        *(DataFile(file, partial(read_words, file.parent.name)) for file in sorted(FOLDER.glob(f"*/{WORDS}"))),
        *(DataFile(file, read_texts_of_language) for file in sorted(FOLDER.glob(f"*/{TEXTS}"))),
        *(DataFile(file, read_other_places) for file in sorted(FOLDER.glob(f"*/{PLACES}"))),
        DataFile(OTHER_WORDS, read_other_words),
        DataFile(ILLNESSES, read_illnesses),
        DataFile(YES_AND_NO, read_yes_and_no),
        DataFile(FAMILY, read_family),
        DataFile(text_file("language", "context.yml"), read_rules_of_context),
        DataFile(text_file("language", "patterns.yml"), read_pattern_words),
        DataFile(text_file("language", "plain_words.yml"), lambda file: read_plain_words(file=file)),
        DataFile(text_file("language", "plurals.yml"), read_plurals),
        DataFile(text_file("language", "sentences.yml"), read_sentence_words),
        DataFile(text_file("language", "questions.yml"), read_question_forms),
        DataFile(text_file("turns", "texts.yml"), read_texts_of_turns),
        *(DataFile(file, read_responses) for file in sorted(RESPONSES.glob("*.yml"))),
        *(DataFile(file, read_conversations) for file in sorted(CONVERSATIONS.glob("*.yml"))),
        DataFile(text_file("desk/cases", "flags.yml"), read_flags),
        DataFile(text_file("desk/cases", "canned.yml"), read_canned_replies),
        DataFile(text_file("desk/cases", "said.yml"), read_said),
        DataFile(text_file("desk/cases", "reasons.yml"), read_reasons),
        DataFile(text_file("desk/cases", "alarms.yml"), read_alarm_texts),
        DataFile(text_file("desk/conversations", "withdrawn.yml"), read_withdrawn),
        DataFile(text_file("desk/tables", "unreadable.yml"), read_unreadable),
        DataFile(text_file("desk/masking", "masking.yml"), read_rules_of_masking),
        DataFile(MASKING_ELSEWHERE, read_elsewhere_of_masking),
        DataFile(NAMES, read_names),
        DataFile(text_file("desk/people", "passwords.yml"), read_tried_first),
        DataFile(text_file("desk/post", "notices.yml"), read_notices),
        DataFile(text_file("desk/reaching", "letters.yml"), read_letters),
        DataFile(RULES, read_rules),
        DataFile(text_file("exports", "pdf.yml"), read_pdf_texts),
        DataFile(text_file("exports", "opinions.yml"), read_opinions),
        DataFile(text_file("web", "console.yml"), read_console_texts),
        DataFile(text_file("web", "audit.yml"), read_audit_texts),
        DataFile(text_file("web", "privacy.yml"), read_privacy),
        DataFile(text_file("web", "back.yml"), read_back),
        DataFile(text_file("web", "library.yml"), read_library_texts),
        *(DataFile(file, read_own_texts) for file in sorted(OWN_TEXTS.glob("*.yml"))),
        DataFile(text_file("knowledge", "aftercare.yml"), read_aftercare),
        DataFile(text_file("knowledge", "asked.yml"), read_asked_words),
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
        *(DataFile(file, read_questions, needed=False) for file in sorted(QUESTIONS.glob("*.yml"))),
        *(DataFile(file, read_texts_of_a_language) for file in sorted(OTHER_TEXTS.glob("*.yml"))),
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
        reaches_patients(settings, clinic)
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
