"""Which language this installation speaks: the folder of each room from which its texts, phrases and rules are read.

A reviewed translation is one more folder beside each `en`, and its name in `clinic.yml`. A process speaks one language.
"""

from __future__ import annotations

from pathlib import Path

DEFAULT = "en"
_HOUSE = Path(__file__).parent.parent


class LanguageError(Exception):
    """There are no texts in a language, or it was chosen too late."""


class _Spoken:
    language = DEFAULT
    was_read = False


def languages() -> list[str]:
    """The languages that ship."""
    return sorted(file.parent.name for file in (_HOUSE / "intake").glob("*/fields.yml"))


def spoken() -> str:
    """The code of the language of this process."""
    _Spoken.was_read = True
    return _Spoken.language


def speak(language: str) -> None:
    """Choose the language of this process, before the first text is read.

    Raises:
        LanguageError: if there are no texts in it, or texts in another one were read before.
    """
    if language not in languages():
        raise LanguageError(f"There are no texts in the language {language!r}; there are: {', '.join(languages())}.")
    if _Spoken.was_read and language != _Spoken.language:
        raise LanguageError(f"This process speaks {_Spoken.language} already.")
    _Spoken.language = language


def text_file(room: str, name: str) -> Path:
    """Where a room's file of the spoken language is.

    Args:
        room: the room's folder, such as ``intake`` or ``desk/post``.
        name: the file in the folder of the language.
    """
    return _HOUSE / room / spoken() / name
