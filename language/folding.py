"""A message of any language in the one form in which words are looked for: small letters, without accents, and few marks.

People leave accents out, write Persian with Arabic letters, and use digits of their own script. Both the words that are looked
for and the messages are brought into this form, so that it may be coarse; nobody reads it.
"""

from __future__ import annotations

import re
import unicodedata

from language.normalise import normalised

END, PAUSE, ASKED = "|", ",", "?"  # the marks that stay: the end of a sentence, a pause in it, the end of a question
ACCENTED = frozenset({"vi"})  # whoever writes accents means them: without them words are too much alike
UNSPACED = frozenset({"th", "zh", "ja", "ko"})  # spaces do not part the words, or people set them as they like
_ENDS = dict.fromkeys(".!;…\n。！;।॥۔", END)
_ASKS = dict.fromkeys("?？؟", ASKED)
_PAUSES = dict.fromkeys(",:()[]，、،：（）–—؛", PAUSE)
_ALONE = {
    "ł": "l",
    "đ": "d",
    "ø": "o",
    "ı": "i",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ى": "ي",
    "ة": "ه",
    "ی": "ي",
    "ې": "ي",
    "ک": "ك",
}
_ALONE |= {
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ؤ": "و",
    "ئ": "ي",
    "ـ": "",
    "ँ": "ं",
    "़": "",
    "\u200c": "",
    "\u200d": "",
    "'": " ",
}
_ALONE |= {"°": " ° ", "º": " ° ", "ء": "", "ё": "е", "ґ": "г", "ъ": "ь", "ʼ": ""}
_POINT = "\ue000"  # stands for the point of a number meanwhile
_ALONE |= {"״": "", "׳": "", _POINT: "_"}
_WITH_ACCENTS = ("LATIN", "CYRILLIC", "GREEK")
_MARKS_LEFT_OUT = ("HEBREW", "ARABIC")
_NUMBER = re.compile(r"(?<=\d)[.,٫](?=\d)")
_INSIDE_WORD = re.compile(r"(?<=[а-яіїєґ])['’ʼ`](?=[а-яіїєґ])", re.IGNORECASE)
_REPEATED = re.compile(r"([^\W\d])\1{2,}")
_SPACES = re.compile(r" +")


class _Letters(dict[int, str]):
    """What each letter becomes, found out when it is first seen."""

    def __init__(self, accents: bool) -> None:
        super().__init__()
        self._accents = accents

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        accented = self._accents and unicodedata.name(letter, "").startswith("LATIN") and letter.isalpha()
        self[code] = letter if accented else _folded(letter)
        return self[code]


def _folded(letter: str) -> str:
    for marks in (_ENDS, _ASKS, _PAUSES, _ALONE):
        if letter in marks:
            return marks[letter]
    kind, name = unicodedata.category(letter), unicodedata.name(letter, "")
    if kind == "Mn" and name.startswith((*_MARKS_LEFT_OUT, "COMBINING")):
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(letter))
    if kind[0] not in "LMN":
        return " "
    if name.startswith(_WITH_ACCENTS):
        return "".join(one for one in unicodedata.normalize("NFD", letter) if unicodedata.category(one) != "Mn")
    return letter


_LETTERS = {accents: _Letters(accents) for accents in (False, True)}


def folded(text: str, accents: bool = False) -> str:
    """A text as it is looked through: small letters, digits, single spaces, `END`, `PAUSE` and `ASKED`.

    A decimal point or comma becomes ``_``, so that a number stays one word.

    Args:
        text: as it was typed.
        accents: whether Latin letters keep them.
    """
    text = _NUMBER.sub(_POINT, _INSIDE_WORD.sub("", normalised(text))).replace("İ", "i")
    plain = text.lower().translate(_LETTERS[accents])
    return _SPACES.sub(" ", _REPEATED.sub(r"\1", plain)).strip()
