"""Lists of words of one language, and where their words stand in a sentence. Native writers write them, in this notation:

    word            this word; capitals and accents do not matter
    stem*           every word that begins so; *ending: that ends so; *part*: that has it inside
    two words       these words in this order, with at most two others between; a_b: right after each other
    a .. b          with at most six others between
    a + b           both in the sentence, in any order

Commas and new lines part the entries of a list. In languages that are written without spaces (or with spaces as people like),
an entry is found wherever its letters stand, spaces left out; ``a .. b`` allows twelve letters between.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from language.folding import ACCENTED, ASKED, END, PAUSE, UNSPACED, folded

Span = tuple[int, int]  # of words; of letters where words are not parted

_PARTED = re.compile(r"[,،、，\n]+")
_CLOSE, _NEAR, _FAR = 0, 2, 6  # words between
_FAR_LETTERS = 12
_SHORTEST_STEM = 2
_ENOUGH = 6  # places of one word in a sentence that are looked at
_PREFIXES = {
    "ar": [a + b + c for a, b, c in product(("", "و", "ف"), ("", "ب", "ك", "ل", "س"), ("", "ال", "ل")) if a + b + c],
    "he": ["ו", "ה", "ב", "ל", "מ", "ש", "כ", "וה", "וב", "ול", "ומ", "וש", "כש", "שה", "שב", "מה", "בה", "לכ"],
}


class WordListError(ValueError):
    """An entry is not in the notation; the message quotes it.

    Attributes:
        name: of its list.
    """

    name: str = ""


@dataclass(frozen=True)
class _Part:
    """One word of an entry."""

    text: str
    starts: bool  # whether a word begins here
    ends: bool
    gap: int  # how many words may stand before it


@dataclass(frozen=True)
class _Entry:
    name: str  # of its list
    sides: tuple[tuple[_Part, ...], ...]


@dataclass(frozen=True)
class Line:
    """A sentence, ready to be looked through.

    Attributes:
        text: the sentence, folded.
        words: its words, or its letters where words are not parted.
        pauses: where a pause stands, as the number of words before it.
        asked: whether a question mark ends it.
    """

    text: str
    words: Sequence[str]
    pauses: tuple[int, ...]
    asked: bool

    def clause(self, at: int) -> int:
        """The number of the clause in which a word stands."""
        return sum(at >= pause for pause in self.pauses)


class WordLists:
    """The lists of one language, ready to be looked for together: a message is read once, however many words there are."""

    def __init__(self, language: str, lists: Mapping[str, str], accents: bool = False) -> None:
        """Compile them.

        Args:
            language: their language.
            lists: the entries of each list, by its name.
            accents: whether they are looked for as they are accented.

        Raises:
            WordListError: if an entry is not in the notation.
        """
        self.language = language
        self._accents = accents
        self._accented = WordLists(language, lists, accents=True) if language in ACCENTED and not accents else None
        self.unspaced = language in UNSPACED
        self._prefixes = _PREFIXES.get(language, [])
        self._whole: dict[str, list[int]] = defaultdict(list)
        self._begins: dict[str, list[int]] = defaultdict(list)
        self._ends: dict[str, list[int]] = defaultdict(list)
        self._inside: dict[str, list[int]] = defaultdict(list)
        self._numbers: dict[_Part, int] = {}
        self._by_first: dict[int, list[_Entry]] = defaultdict(list)
        for name, text in lists.items():
            for entry in parted(text):
                try:
                    self._add(name, entry)
                except WordListError as error:
                    error.name = name
                    raise
        self._longest = max((len(word) for kind in self._kinds for word in kind), default=0)

    @property
    def _kinds(self) -> tuple[dict[str, list[int]], ...]:
        return self._whole, self._begins, self._ends, self._inside

    def lines(self, text: str) -> list[Line]:
        """The sentences of a message."""
        parted = re.split(rf"([{re.escape(END + ASKED)}])", folded(text, accents=self._accented is not None))
        both = zip(parted[::2], [*parted[1::2], ""], strict=True)
        return [self._line(part, mark == ASKED) for part, mark in both if part.strip(f" {PAUSE}") or mark == ASKED]

    def find(self, line: Line) -> dict[str, list[Span]]:
        """Where the words of each list stand in a sentence."""
        if self._accented is not None and not line.text.isascii():
            return self._accented.find(line)
        places = self._places(line)
        found: dict[str, list[Span]] = defaultdict(list)
        for first in list(places):
            for entry in self._by_first.get(first, ()):
                self._find_entry(entry, places, found)
        return found

    def _find_entry(self, entry: _Entry, places: Mapping[int, list[Span]], found: dict[str, list[Span]]) -> None:
        sides = []
        for side in entry.sides:
            spans = list(self._spans(side, places))
            if not spans:
                return
            sides.append(spans)
        if len(sides) == 1:
            found[entry.name] += sides[0]
        else:
            found[entry.name].append((min(spans[0][0] for spans in sides), max(spans[0][1] for spans in sides)))

    def _spans(self, side: tuple[_Part, ...], places: Mapping[int, list[Span]]) -> Iterator[Span]:
        for start, end in places.get(self._numbers[side[0]], ())[:_ENOUGH]:
            last = end
            for part in side[1:]:
                following = [e for s, e in places.get(self._numbers[part], ()) if 0 <= s - last <= part.gap]
                if not following:
                    break
                last = following[0]
            else:
                yield start, last

    def _places(self, line: Line) -> dict[int, list[Span]]:
        places: dict[int, list[Span]] = defaultdict(list)
        if self.unspaced:
            self._letters(line.words, places)
            return places
        for at, word in enumerate(line.words):
            for part in set(self._parts_of(word)):
                places[part].append((at, at + 1))
        return places

    def _letters(self, letters: Sequence[str], places: dict[int, list[Span]]) -> None:
        text = "".join(letters)
        for start in range(len(text)):
            for end in range(start + 1, min(start + self._longest, len(text)) + 1):
                for part in self._inside.get(text[start:end], ()):
                    places[part].append((start, end))

    def _parts_of(self, word: str) -> Iterator[int]:
        for form in self._forms(word):
            yield from self._whole.get(form, ())
            for end in range(_SHORTEST_STEM, len(form) + 1):
                yield from self._begins.get(form[:end], ())
        if self._ends:
            for start in range(len(word) - 1):
                yield from self._ends.get(word[start:], ())
        if self._inside:
            for start in range(len(word) - 1):
                for end in range(start + 2, min(start + self._longest, len(word)) + 1):
                    yield from self._inside.get(word[start:end], ())

    def _forms(self, word: str) -> Iterator[str]:
        """The word, and without what Arabic and Hebrew write in front of it."""
        yield word
        for prefix in self._prefixes:
            if word.startswith(prefix) and len(word) - len(prefix) >= 2:
                yield word[len(prefix) :]

    def _line(self, text: str, asked: bool) -> Line:
        words: list[str] = []
        pauses = []
        for at, part in enumerate(text.split(PAUSE)):
            if at:
                pauses.append(len(words))
            words += list(part.replace(" ", "")) if self.unspaced else part.split()
        return Line(text, words, tuple(pauses), asked)

    def _add(self, name: str, text: str) -> None:
        sides = tuple(tuple(self._side(side.strip(), text)) for side in text.split("+"))
        if not all(sides):
            raise WordListError(f"“{text}” has a side without words")
        entry = _Entry(name, sides)
        for side in sides:
            for part in side:
                self._number(part)
        self._by_first[self._numbers[sides[0][0]]].append(entry)

    def _number(self, part: _Part) -> None:
        key = _Part(part.text, part.starts, part.ends, 0)
        if key not in self._numbers:
            number = len(self._numbers)
            self._numbers[key] = number
            kind = self._inside if self.unspaced else self._kinds[2 * (not part.starts) + (not part.ends)]
            kind[part.text].append(number)
        self._numbers[part] = self._numbers[key]

    def _side(self, side: str, entry: str) -> Iterator[_Part]:
        gap = _CLOSE
        words = re.sub(r"_", " _ ", side).split()
        if self.unspaced:
            for at, piece in enumerate(side.split("..")):
                letters = _plain(piece.replace("*", "").replace("_", ""), entry, self._accents).replace(" ", "")
                yield _Part(letters, True, True, _FAR_LETTERS if at else 0)
            return
        for word in words:
            if not word.strip("*"):  # any word: two may stand between as it is
                continue
            if word in {"..", "_"}:
                gap = _FAR if word == ".." else _CLOSE
                continue
            starts, ends = not word.startswith("*"), not word.endswith("*")
            pieces = _plain(word.strip("*"), entry, self._accents).split()
            for at, piece in enumerate(pieces):
                first, last = at == 0, at == len(pieces) - 1
                yield _Part(piece, starts or not first, ends or not last, gap if first else _CLOSE)
            gap = _NEAR


def _plain(word: str, entry: str, accents: bool) -> str:
    plain = folded(word, accents).replace(END, " ").replace(PAUSE, " ").replace(ASKED, " ").strip()
    if not plain or "*" in word:
        raise WordListError(f"“{entry}”: `{word}` is no word")
    return plain


def parted(text: str) -> Iterator[str]:
    """The entries of a list."""
    return (entry.strip() for entry in _PARTED.split(text) if entry.strip())
