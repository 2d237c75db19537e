"""A wish, in another language, to have one's data deleted or to take the consent back; Rasa hears it in English only."""

from __future__ import annotations

from functools import cache

from desk.conversations.log import Draft
from emergencies.calling import Where
from emergencies.other_texts import SaidIn
from intake.clinic import Clinic
from intake.meanings import the_meanings
from language.spoken import spoken
from language.which_language import language_or_english
from language.word_lists import WordLists
from turns.other_language_texts import texts_in, words_to_delete

_LONGEST = 300  # characters; who tells more than that tells of something else


def wants_deletion_in(text: str, language: str) -> str | None:
    """The other language in which a message asks to delete what was said, or takes the consent back; nothing, if it does not.

    Args:
        text: the message.
        language: of the conversation.
    """
    found = language_or_english(text, language)
    if len(text) > _LONGEST or (found.sure and found.code == spoken()):
        return None
    possible = dict.fromkeys([*found.possible, language])
    return next((name for name in possible if texts_in(name) is not None and _says_so(text, name)), None)


def how_to_delete(language: str, clinic: Clinic) -> Draft:
    """What deleting means, in a language, with the button that asks for it; what follows is in the language that is spoken."""
    texts = texts_in(language)
    assert texts is not None  # noqa: S101  -- see `wants_deletion_in`
    said = SaidIn(language, clinic).filled(texts.delete, Where(), values={"delete_button": texts.delete_button})
    button = {"title": texts.delete_button, "value": the_meanings().meanings["delete_data"]}
    return Draft(said, kind="notice", buttons=[button], language=language)


def _says_so(text: str, language: str) -> bool:
    words = _words(language)
    return any("delete" in words.find(line) for line in words.lines(text))


@cache
def _words(language: str) -> WordLists:
    texts = texts_in(language)
    assert texts is not None  # noqa: S101  -- see `wants_deletion_in`
    return words_to_delete(texts)
