"""What a person typed, without what only looks like something else: for reading it, never for keeping it.

A message may come from a phone's keyboard, another script, or a page that it was copied from, with signs that nobody sees.
Whatever is looked for in a message is looked for in its normalised form; what is stored are the patient's own words.
"""

from __future__ import annotations

import re
import unicodedata

# NFKC makes ordinary letters of wide and decorated ones. Of these it would make other text: 5½ is not 51/2, Mª is a name, and
# people write an acute accent for an apostrophe.
_COMPATIBLE = re.compile(r"[^´¨¯¸ªº²³¹¼-¾⁰-ₜ⅐-⅞↉]+")
_SPACES = re.compile(r"[^\S\n\t]")
_LINES = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_JOINERS = "\u200c\u200d"
# Inside Persian or Hindi words and emoji, a joiner means something; beside an ordinary letter it is a stray.
_STRAY_JOINER = re.compile(rf"(?<![^\x00-\x7f])[{_JOINERS}]+|[{_JOINERS}]+(?![^\x00-\x7f])")
_FILLERS = "\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5\u2800"  # letters and marks that show nothing
_HYPHENS = re.compile("[\u2010\u2011\u2212]|(?<=\\d)[\u2012-\u2015](?=\\d)")
_UNUSUAL = re.compile(r"[^\x20-\x7e\n\t]")
_MARKS = str.maketrans({"؟": "?", "،": ",", "؛": ";", "٫": ".", "。": ".", "、": ","})
_STRAIGHT = str.maketrans(
    {**dict.fromkeys("\u2018\u2019\u201a\u201b`\u00b4\u02bc\u02b9\u2032", "'"), **dict.fromkeys("“”„‟«»″", '"')}
)


def normalised(text: str) -> str:
    """A text in the form in which it is read.

    Signs that nobody sees are gone; wide, small and decorated letters are ordinary ones, digits of every script are 0 to 9,
    odd spaces and hyphens are plain ones. Quotation marks and capitals stay: a name is written with them.
    """
    if text.isascii() and text.isprintable():
        return text
    plain = _UNUSUAL.sub(_seen, _STRAY_JOINER.sub("", _LINES.sub("\n", text)))
    plain = _COMPATIBLE.sub(lambda found: unicodedata.normalize("NFKC", found.group()), plain)
    return _HYPHENS.sub("-", _SPACES.sub(" ", plain).translate(_MARKS))


def straight(text: str) -> str:
    """A text with straight quotation marks and apostrophes, each letter where it was."""
    return text if text.isascii() else text.translate(_STRAIGHT)


def without_accents(text: str) -> str:
    """A text whose letters have lost their accents, and every ligature and other form that is written for plain ones."""
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _seen(found: re.Match[str]) -> str:
    """A letter; nothing for a sign that shows nothing; a digit of another script as ours."""
    letter = found.group()
    match unicodedata.category(letter):
        case "Nd":
            return str(unicodedata.decimal(letter))
        case "Cf" | "Cc":
            return letter if letter in _JOINERS else ""
    return "" if letter in _FILLERS else letter
