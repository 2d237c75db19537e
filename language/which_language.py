"""In which language is a message? For the check of emergencies, and for what is said in the patient's language.

The script decides where it can. For the rest a small model, fitted on messages as patients write them, knows pieces of words;
models for books and newspapers take "me duele el pecho" for Dutch. Names, medicines, numbers and addresses have no language:
they leave a conversation in the one that it had.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cordial.data_files import DataFileError, Text, read_data
from cordial.model_file import Arrays, ModelFileError, StoredModel, read_model, write_model
from language.folding import folded
from language.patterns import split_list
from language.tfidf import Tfidf

logger = logging.getLogger(__name__)

FILE = Path(__file__).with_name("which_language.npz")
OTHER_WORDS = Path(__file__).with_name("other_languages.yml")
VERSION = 1
ENGLISH = "en"
OTHER = "und"  # none of those that are known; the code of ISO 639 for "undetermined"
_FORM: Mapping[str, Any] = {"analyzer": "char_wb", "ngram_range": (1, 4)}
_RAREST = 3
_LEVELS = 127.0
_LONGEST = 600  # characters that are looked at; more tell nothing new
_SURE, _VERY_SURE = 0.8, 0.97
_SURE_OF_A_QUESTION = (
    0.5  # one in English has small words that tell: of 2,800, two of four words or more came out as another language
)
_WORDS_OF_A_QUESTION = 4
_SURE_OF_A_WORD = 0.95  # alone it tells little: "depression" and "sepsis" are nearly everybody's
_FEW_WORDS = 3  # of which little can be told
_ON_A_BUTTON = 4  # words; the page's own buttons send English, which tells nothing of whoever presses them
_MIXED = {"hi"}  # written with many English words, where it is written in Latin letters
_POSSIBLE = 0.05  # of a language whose words are worth looking for
_MOST_POSSIBLE = 4
_FEWEST_LETTERS = 3
_FEWEST_TO_CHANGE = 5  # letters that leave the language in which most write: "ah ok", "hmm" and "ah so" are nearly everybody's
_REMEMBERED = 256  # messages: each is asked about several times in its turn
_NO_LANGUAGE = re.compile(r"\S*@\S*|\S+://\S+|[^\W\d_]?\d[\d.,]*")
_NAME = re.compile(r"[^\W\d_][\w'’.-]*")
_NAME_WORDS = 3
# Scripts that only one of the languages is written in.
_SCRIPTS = {
    "th": re.compile("[\u0e00-\u0e7f]"),
    "ko": re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "ja": re.compile("[\u3040-\u30ff]"),
}
_HAN = re.compile("[\u4e00-\u9fff]")
_SHARED = {"ar": (re.compile("[\u0600-\u06ff]"), ("ar", "fa")), "ru": (re.compile("[\u0400-\u04ff]"), ("ru", "uk"))}
_NEVER_LATIN = {"th", "ko", "he", "ja", "zh", "ar", "fa", "ru", "uk"}  # many write Hindi in Latin letters
_LATIN = re.compile("[a-zA-Z\u00aa-\u02af\u1e00-\u1eff]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Language:
    """What is known of a message's language.

    Attributes:
        code: its language, or that of the conversation if the message has none of its own.
        sure: whether the message itself tells.
        possible: every language that it may be in, the likeliest first.
    """

    code: str
    sure: bool
    possible: tuple[str, ...]


class WhichLanguage:
    """The fitted model."""

    def __init__(self, languages: Sequence[str], pieces: Tfidf, weights: npt.NDArray[Any], constants: npt.NDArray[Any]) -> None:
        """Know the weight of each piece for each language, shape (pieces, languages)."""
        self.languages = list(languages)
        self._pieces = pieces
        self._weights = weights
        self._constants = constants
        self._latin = [name for name in languages if name not in _NEVER_LATIN]

    def shares(self, text: str, among: Sequence[str] | None = None) -> dict[str, float]:
        """How likely each language is, by the pieces of words."""
        scores = self._pieces.products([folded(text)], self._weights)[0] + self._constants
        names = [name for name in self.languages if among is None or name in among]
        at = [self.languages.index(name) for name in names]
        shares = np.exp(scores[at] - scores[at].max())
        return dict(zip(names, (shares / shares.sum()).tolist(), strict=True))

    def language_of(self, text: str, before: str | None = None, default: str = ENGLISH) -> Language:
        """Find the language of a message.

        Args:
            text: the message.
            before: the language of the conversation so far.
            default: the language where nothing tells.
        """
        told = _NO_LANGUAGE.sub(" ", text[:_LONGEST])
        kept = before or default
        if len(_LETTER.findall(told)) < _FEWEST_LETTERS and not _HAN.search(told):
            return Language(kept, False, (kept,))
        by_script = self._by_script(told)
        if by_script:
            return by_script
        shares = self.shares(told, self._latin)
        likeliest = sorted(shares, key=shares.__getitem__, reverse=True)
        short = len(told.split()) <= _FEW_WORDS and shares[likeliest[0]] < _VERY_SURE
        maybe = [name for name in likeliest[:_MOST_POSSIBLE] if shares[name] >= _POSSIBLE]
        possible = tuple(dict.fromkeys([*maybe, default] if short or likeliest[0] in _MIXED else maybe))
        pressed = likeliest[0] == default != kept and len(told.split()) <= _ON_A_BUTTON
        little = kept == default and len(_LETTER.findall(told)) < _FEWEST_TO_CHANGE
        stays = little or (short and likeliest[0] != default == kept and default in maybe)  # "fair enough", "and hair"
        if shares[likeliest[0]] >= _sure(told) and not _is_name(told) and not pressed and not stays:
            return Language(likeliest[0], True, possible)
        return Language(kept, False, tuple(dict.fromkeys([*possible, kept])))

    def _by_script(self, text: str) -> Language | None:
        letters = len(_LETTER.findall(text))
        for name, script in _SCRIPTS.items():
            if len(script.findall(text)) * 4 >= letters:
                return Language(name, True, (name,))
        if len(_HAN.findall(text)) * 4 >= letters:
            return Language("zh", True, ("zh", "ja"))
        for script, names in _SHARED.values():
            if len(script.findall(text)) * 2 >= letters:
                shares = self.shares(text, names)
                likeliest = tuple(sorted(shares, key=shares.__getitem__, reverse=True))
                return Language(likeliest[0], True, likeliest)
        known = len(_LATIN.findall(text)) * 2 >= letters
        return None if known else Language(OTHER, True, (OTHER,))

    def save(self, file: Path = FILE) -> None:
        """Store it, in the place of an older one."""
        arrays = {"weights": self._weights, "constants": self._constants, **self._pieces.arrays("pieces")}
        write_model(file, VERSION, StoredModel({"languages": self.languages}, arrays), smaller=True)

    @classmethod
    def load(cls, file: Path = FILE) -> WhichLanguage:
        """Read what `save` stored.

        Raises:
            ModelFileError: if it is not there, is broken or has another version.
        """
        stored = read_model(file, VERSION)
        try:
            arrays: Arrays = stored.arrays
            pieces = Tfidf.of_arrays("pieces", _FORM, arrays)
            return cls(stored.about["languages"], pieces, arrays["weights"], arrays["constants"])
        except (KeyError, ValueError) as error:
            raise ModelFileError(f"{file.name} is not what was stored there.") from error

    @classmethod
    def fit(cls, texts: Mapping[str, Sequence[str]]) -> WhichLanguage:
        """Learn from messages in each language."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 -- only for fitting

        names = sorted(texts)
        everything = [folded(text) for name in names for text in texts[name]]
        labels = [at for at, name in enumerate(names) for _ in texts[name]]
        pieces, values = Tfidf.fit(_FORM, everything, _RAREST)
        model = LogisticRegression(C=30.0, max_iter=150, tol=1e-3, class_weight="balanced")
        model.fit(values.astype(np.float32), labels)
        step = float(np.abs(model.coef_).max()) / _LEVELS
        weights = (np.round(model.coef_.T / step) * step).astype(np.float32)
        return cls(names, pieces, weights, model.intercept_.astype(np.float32))


class OtherWordsError(DataFileError):
    """`other_languages.yml` cannot be used; the message names the entry."""


def read_other_words(file: Path = OTHER_WORDS) -> list[list[str]]:
    """Small words of languages that are not spoken here, a list for each.

    Raises:
        OtherWordsError: naming what is wrong.
    """
    return [split_list(words) for words in read_data(dict[str, Text], file, OtherWordsError, as_written=True).values()]


def _sure(text: str) -> float:
    """The share from which the likeliest language of a text is believed."""
    words = len(text.split())
    if words == 1:
        return _SURE_OF_A_WORD
    return _SURE_OF_A_QUESTION if text.rstrip().endswith("?") and words >= _WORDS_OF_A_QUESTION else _SURE


def _is_name(text: str) -> bool:
    """Whether a text looks like the name of somebody or something: a few words, all with a capital."""
    words = _NAME.findall(text)
    return 0 < len(words) <= _NAME_WORDS and all(word[0].isupper() for word in words) and not text.isupper() and len(words) > 1


@cache
def which_language() -> WhichLanguage:
    """The one that ships, read once a process."""
    return WhichLanguage.load()


def language_or_english(text: str, before: str | None = None) -> Language:
    """As `language_of`; where that fails, English and what the conversation was in, since nothing may wait for it."""
    try:
        return language_of(text, before)
    except Exception:
        logger.exception("the language of a message could not be recognised")
        return Language(before or ENGLISH, False, tuple(dict.fromkeys([before or ENGLISH, ENGLISH])))


def may_be_in(text: str, language: str) -> bool:
    """Whether a text may be in a language, by its pieces of words; where that fails, it may."""
    try:
        return which_language().shares(text).get(language, 0.0) >= _POSSIBLE
    except Exception:
        logger.exception("the language of a message could not be recognised")
        return True


@lru_cache(maxsize=_REMEMBERED)
def language_of(text: str, before: str | None = None) -> Language:
    """Find the language of a message with the model that ships.

    Args:
        text: the message.
        before: the language of the conversation so far.
    """
    return which_language().language_of(text, before)
