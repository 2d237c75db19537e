"""Messages in one plain form, so that patterns can be looked for: lower case, short forms in full, mistakes put right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from cordial.data_files import DataFileError, Part, read_data
from language.normalise import normalised, straight
from language.sentences import HASTE, sentence_spans
from language.spelling import Vocabulary
from language.spoken import text_file

LONGEST = 4_000  # characters; the chat takes no more, and no check may take long

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|[.!?;:,()\n…–—-]+")
_AT_THE_END = ".!?;:,()\n…–—-\"'"
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_SPELT_LETTERS = re.compile(r"\b([a-z])\.([a-z])\.(?=\W|$)")
_LONGEST_SHORT_FORM = 3  # words
_LONGEST_LINE = 50  # words
_SHORTEST_CORRECTED = 6  # letters; shorter words have too many neighbours
_SHORTEST_RUN_TOGETHER = 7  # letters; shorter ones are words of their own too often
_SHORTEST_SECOND = 4  # letters of the second of two words that were written as one
_SHORTEST_SWAPPED = 5  # such short ones are only corrected if two neighbours have changed places


class PlainWordsError(DataFileError):
    """`plain_words.yml` or `real_words.txt` cannot be used; the message names the entry."""


class _File(Part):
    spelling: dict[str, str]
    endings: dict[str, str]
    run_together: tuple[str, ...]
    s_is_is_after: frozenset[str]
    s_is_is_before: frozenset[str]
    s_is_is_before_endings: tuple[str, ...]


class PlainWords:
    """Brings messages into the plain form."""

    def __init__(self, words: _File, vocabulary: Iterable[str], real_words: Iterable[str]) -> None:
        """Learn the words.

        Args:
            words: the short forms and what they stand for.
            vocabulary: words that are also found with one mistake in them.
            real_words: words that look like a mistake in one of those and are none.
        """
        self._forms = words
        self._spelling = {tuple(short.split()): full.split() for short, full in words.spelling.items()}
        self._first = frozenset(short[0] for short in self._spelling)
        known = frozenset(vocabulary)
        correctable = {word for word in known if len(word) >= _SHORTEST_SWAPPED and word.isalpha()}
        self._known = known | frozenset(real_words)
        self._vocabulary = Vocabulary(sorted(correctable), same_beginning=True)

    def lines(self, text: str) -> list[str]:
        """The sentences, each as words and commas between single spaces, with a space at both ends.

        A question ends with a question mark of its own.
        """
        plain = _prepared(text)
        sentences = [self._marked(plain[begin:end]) for begin, end in sentence_spans(plain, HASTE)]
        lines = [self._line(part) for words in sentences for part in _parts(words)]
        return [line for line in lines if line.strip(" ,?")]

    def _marked(self, sentence: str) -> list[str]:
        """The words and commas of a sentence; a question mark, if it ends with one."""
        words: list[str] = []
        for token in _TOKEN.findall(sentence):
            words += self._in_full(token.replace(",", ".")) if token[0].isalnum() else [","]
        if words[-1:] != [","]:
            return words
        end = sentence[len(sentence.rstrip(_AT_THE_END)) :]
        # A new line or an ellipsis is no sure end of a sentence; in chats it often stands for a comma.
        return [*words[:-1], *(["?"] if "?" in end else [] if end[:1] in {".", "!"} and ".." not in end else [","])]

    def _line(self, words: list[str]) -> str:
        plain = self._short_forms([part for word in self._parted(words) for part in self._cut(self._corrected(word))])
        return f" {' '.join(plain)} "

    def _in_full(self, token: str) -> list[str]:
        """A word without its apostrophe."""
        stem, quote, ending = token.rpartition("'")
        if not quote:
            return [token]
        if f"'{ending}" in self._forms.endings:
            return f"{stem} {self._forms.endings[f'{quote}{ending}']}".replace("'", "").split()
        if ending == "s":
            return [stem.replace("'", ""), "is" if stem in self._forms.s_is_is_after else "'s"]
        return [token.replace("'", "")]

    def _parted(self, words: list[str]) -> list[str]:
        """With every ``'s`` read as "is" or left out, whichever fits the next word."""
        out = []
        for word, following in zip(words, [*words[1:], ""], strict=False):
            if word != "'s":
                out.append(word)
            elif following.endswith(self._forms.s_is_is_before_endings) or following in self._forms.s_is_is_before:
                out.append("is")
        return out

    def _short_forms(self, words: list[str]) -> list[str]:
        out: list[str] = []
        at = 0
        while at < len(words):
            if words[at] in self._first:
                for length in range(_LONGEST_SHORT_FORM, 0, -1):
                    full = self._spelling.get(tuple(words[at : at + length]))
                    if full is not None:
                        out += full
                        at += length
                        break
                else:
                    out.append(words[at])
                    at += 1
            else:
                out.append(words[at])
                at += 1
        return out

    def _cut(self, word: str) -> list[str]:
        """Two words that were written as one in haste; else the word as it is."""
        if len(word) >= _SHORTEST_RUN_TOGETHER and word not in self._known and word.startswith(self._forms.run_together):
            for first in self._forms.run_together:
                rest = self._corrected(word.removeprefix(first))
                if rest != word and len(rest) >= _SHORTEST_SECOND and rest in self._known:
                    return [first, rest]
        return [word]

    def _corrected(self, word: str) -> str:
        if len(word) < _SHORTEST_CORRECTED - 1 or word in self._known or not word.isalpha():
            return word
        near = [found for found, _ in self._vocabulary.near(word, 1)]
        return min(
            (found for found in near if len(found) >= _SHORTEST_CORRECTED or sorted(found) == sorted(word)), default=word
        )


def read_plain_words(vocabulary: Iterable[str] = (), file: Path | None = None) -> PlainWords:
    """Read the short forms; by default those of the language that is spoken.

    Args:
        vocabulary: words that are also found with one mistake in them.
        file: where the short forms are.

    Raises:
        PlainWordsError: naming what is wrong.
    """
    words = read_data(_File, file or text_file("language", "plain_words.yml"), PlainWordsError)
    real = text_file("language", "real_words.txt")
    try:
        return PlainWords(words, vocabulary, real.read_text("utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        raise PlainWordsError(f"{real.name} cannot be read: {error}") from error


def _parts(words: list[str]) -> list[list[str]]:
    """A sentence; one that never ends is cut, at a comma if there is one, so that no pattern is looked for everywhere in it."""
    parts = []
    while len(words) > _LONGEST_LINE:
        commas = [at for at in range(_LONGEST_LINE // 2, _LONGEST_LINE) if words[at] == ","]
        cut = commas[-1] + 1 if commas else _LONGEST_LINE
        parts.append(words[:cut])
        words = words[cut:]
    return [*parts, words]


def _prepared(text: str) -> str:
    plain = straight(normalised(text[:LONGEST])).lower()
    return _SPELT_LETTERS.sub(r"\1\2", _STRETCHED.sub(r"\1", plain))
