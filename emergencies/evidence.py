"""What an alarm rests on: the words of a message that name a symptom, an act, an intent or a danger.

Nearness to made-up examples is no evidence. Without a word that a physician would accept as a reason there is no alarm and no
question, whatever the examples say; and the reason is kept with the alarm, so that it can be reviewed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from language.context import Sentence, Text
from language.patterns import Pattern, Patterns


@dataclass(frozen=True)
class Evidence:
    """What a message names."""

    by_group: Mapping[str, list[str]]  # the groups of emergencies that it speaks for, and the words
    hints: list[str]  # words that may belong to an emergency, and say little by themselves

    def words(self, group: str) -> list[str]:
        """The reasons for an alarm of one group, or else whatever there is."""
        return (
            self.by_group.get(group)
            or list(dict.fromkeys(word for words in self.by_group.values() for word in words))
            or self.hints
        )

    def __bool__(self) -> bool:
        """Whether it names anything at all."""
        return bool(self.by_group or self.hints)


class EvidenceLists:
    """The words that name something, for each group of emergencies."""

    def __init__(self, by_group: Mapping[str, Sequence[Pattern]], hints: Sequence[Pattern]) -> None:
        """Look for these patterns."""
        self._by_group = {group: Patterns(patterns) for group, patterns in by_group.items()}
        self._hints = Patterns(hints)
        self.patterns = Patterns(chain(*self._by_group.values(), self._hints))

    def any_in(self, message: Text) -> bool:
        """Whether a message names anything."""
        return self.any_in_sentences(message, message.sentences)

    def any_in_sentences(self, message: Text, sentences: Sequence[Sentence]) -> bool:
        """Whether some sentences of a message name anything."""
        possible = message.only(self.patterns)
        return any(sentence.spans(pattern) for pattern in possible for sentence in sentences)

    def of(self, message: Text) -> Evidence:
        """What a message names."""
        found = {group: _words(message, patterns) for group, patterns in self._by_group.items()}
        return Evidence({group: words for group, words in found.items() if words}, _words(message, self._hints))


def _words(message: Text, patterns: Patterns) -> list[str]:
    """The words that the patterns cover, in the order of the message; what overlaps or touches is one."""
    possible = message.only(patterns)
    return [
        sentence.line[begin:end].strip(" ,")
        for sentence in message.sentences
        for begin, end in _joined(sorted(span for pattern in possible for span in sentence.spans(pattern)))
    ]


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in spans:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
