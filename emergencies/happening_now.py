"""The step between an alarm and silence: "Is this happening now?", what may be answered, and what is said around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import Field

from cordial.data_files import Part, PlainText, fills
from language.patterns import Lists, Pattern, read_patterns, split_list

_READ = 300  # characters; who writes more says something else as well
_Filled = Annotated[str, fills("clinic", "call", "emergency_number", "crisis_lines")]


class HappeningNowTexts(Part):
    """What is said around the question, and which messages count as its answers."""

    ask: _Filled
    yes: PlainText
    no: PlainText = Field(alias="not")  # YAML reads a bare `no` as false
    yes_words: str
    yes_by: str
    no_by: str
    noted: _Filled
    beside_a_person: _Filled
    no_emergency: PlainText
    no_emergency_by: str
    no_emergency_thanks: _Filled
    no_after_alarm: _Filled
    yes_after_alarm: _Filled
    kept: _Filled
    again: _Filled


class HappeningNow:
    """Tells what a message says about an emergency: that it is one, that it is none."""

    def __init__(self, texts: HappeningNowTexts, lists: Lists, lines: Callable[[str], list[str]]) -> None:
        """Compile the patterns.

        Args:
            texts: as they stand in the file.
            lists: words that the patterns refer to.
            lines: gives the sentences of a message in plain words.

        Raises:
            PatternError: if a pattern is not in the notation.
        """
        self.texts = texts
        self._lines = lines
        self._yes_words = frozenset(split_list(texts.yes_words))
        self._yes = read_patterns(texts.yes_by, lists)
        self._no = read_patterns(texts.no_by, lists)
        self._no_emergency = read_patterns(texts.no_emergency_by, lists)
        self.says: Callable[[str, str], bool] = lambda what, text: False  # in another language; see `emergencies.other_texts`

    @property
    def buttons(self) -> list[str]:
        """The two answers."""
        return [self.texts.yes, self.texts.no]

    def is_yes(self, text: str) -> bool:
        """Whether a message says that it happens now, or may: one sentence is enough, or its first word."""
        lines = self._lines(text[:_READ])
        if self.says("yes_now", text[:_READ]):
            return True
        if lines == self._lines(self.texts.yes) or any(self._is(line, self._yes) for line in lines):
            return bool(lines)
        return bool(lines) and lines[0].split()[0] in self._yes_words and not self.is_no(text)

    def is_no(self, text: str) -> bool:
        """Whether a message says that it does not, and nothing else."""
        lines = self._lines(text) if len(text) <= _READ else []
        if len(text) <= _READ and self.says("no", text):
            return True
        known = [*self._no, *self._no_emergency]
        return bool(lines) and (lines == self._lines(self.texts.no) or all(self._is(line, known) for line in lines))

    def is_no_emergency(self, text: str) -> bool:
        """Whether a message says that an alarm was a false one, and nothing else."""
        lines = self._lines(text) if len(text) <= _READ else []
        button = self._lines(self.texts.no_emergency)
        if len(text) <= _READ and self.says("no_emergency", text):
            return True
        return bool(lines) and (lines == button or all(self._is(line, self._no_emergency) for line in lines))

    @staticmethod
    def _is(line: str, patterns: Sequence[Pattern]) -> bool:
        return any(pattern.spans(line) for pattern in patterns)
