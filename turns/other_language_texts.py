"""What stands around quotes, and in place of them, in the language of a patient: `languages/`, one file each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from cordial.data_files import DataFileError, Part, PlainText, Problem, Text, fills, read_data, shown
from language.word_lists import WordListError, WordLists

FOLDER = Path(__file__).parent / "languages"
_Of = Annotated[str, fills("clinic", "person_button", "emergency_number")]


class OtherTextsError(DataFileError):
    """A file of `languages/` cannot be used; the message names the text."""


class TextsOfALanguage(Part):
    """The fixed texts of one language."""

    language: str
    sign_off: Literal["pending", "done"]
    found: PlainText
    rationale: PlainText  # instead, before what the cells are thought to do
    again: PlainText
    nothing: _Of
    price: _Of
    personal: _Of
    off_topic: _Of
    greeting: _Of
    thanks: _Of
    goodbye: _Of
    contact: _Of
    address: PlainText
    hours: PlainText
    email: PlainText
    phone: PlainText
    start: _Of
    start_button: PlainText
    feeling: _Of
    person: _Of
    delete: Annotated[str, fills("delete_button", "clinic")]
    delete_button: PlainText
    delete_words: Text


def read_texts_of_a_language(file: Path) -> TextsOfALanguage:
    """Read the texts of a language.

    Raises:
        OtherTextsError: naming what is wrong.
    """
    texts = read_data(TextsOfALanguage, file, OtherTextsError)
    try:
        words_to_delete(texts)
    except WordListError as error:
        lines = file.read_text("utf-8").splitlines()
        at = next((number for number, line in enumerate(lines, 1) if line.startswith("delete_words:")), 1)
        raise OtherTextsError.about([Problem(shown(file), at, f"{error}.")]) from error
    return texts


def words_to_delete(texts: TextsOfALanguage) -> WordLists:
    """The words with which somebody asks to delete their data.

    Raises:
        WordListError: if one is not in the notation.
    """
    return WordLists(texts.language, {"delete": texts.delete_words})


@cache
def texts_in(language: str) -> TextsOfALanguage | None:
    """Those that ship, read once a process; nothing for a language without."""
    file = FOLDER / f"{language}.yml"
    return read_texts_of_a_language(file) if file.is_file() else None
