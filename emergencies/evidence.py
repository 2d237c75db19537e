"""What an alarm rests on: the words of a message that name a symptom, an act, an intent or a danger.

Nearness to made-up examples is no evidence. Without a word that a physician would accept as a reason there is no alarm and no
question, whatever the examples say; and the reason is kept with the alarm, so that it can be reviewed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from emergencies.compiled_groups import without
from language.context import Sentence, Span, Text
from language.patterns import Pattern, Patterns

_NONE = Patterns()


@dataclass(frozen=True)
class Evidence:
    """What a message names."""

    by_group: Mapping[str, list[str]]  # the groups of emergencies that it speaks for, and the words
    hints: list[str]  # words that may belong to an emergency, and say little by themselves
    telling: list[str]  # of them, those that name something, and not only when, where or in what mood it is
    is_there: Callable[[str], bool] = lambda _: (
        True
    )  # whether a group has words that are not denied, long past, of others, slight or the like

    def words(self, group: str) -> list[str]:
        """The reasons for an alarm of one group, or else whatever there is."""
        return (
            self.by_group.get(group)
            or list(dict.fromkeys(word for words in self.by_group.values() for word in words))
            or self.hints
        )

    @cached_property
    def there(self) -> list[str]:
        """The groups of which something is there, as far as the sentences say."""
        return [group for group in self.by_group if self.is_there(group)]

    def __bool__(self) -> bool:
        """Whether it names anything at all."""
        return bool(self.by_group or self.hints)


class EvidenceLists:
    """The words that name something, for each group of emergencies."""

    def __init__(
        self,
        by_group: Mapping[str, Sequence[Pattern]],
        hints: Sequence[Pattern],
        circumstances: Sequence[Pattern] = (),
        not_meant: Mapping[str, Patterns] | None = None,
        acts: Collection[str] = (),
    ) -> None:
        """Look for these patterns; for those of a group, without its idioms.

        Args:
            by_group: of each group.
            hints: that belong to no group.
            circumstances: the same, of words that name nothing.
            not_meant: the idioms of each group.
            acts: the groups of which also counts what is only thought of: "if …" is a threat.
        """
        self._acts = frozenset(acts)
        self._by_group = {group: Patterns(patterns) for group, patterns in by_group.items()}
        self._not_meant = not_meant or {}
        self._telling, self._hints = Patterns(hints), Patterns([*hints, *circumstances])
        self.patterns = Patterns(chain(*self._by_group.values(), self._hints))

    def any_in(self, message: Text) -> bool:
        """Whether a message names anything, were it in an idiom."""
        return self.any_in_sentences(message, message.sentences)

    def any_in_sentences(self, message: Text, sentences: Sequence[Sentence]) -> bool:
        """Whether some sentences of a message name anything."""
        possible = message.only(self.patterns)
        return any(sentence.spans(pattern) for pattern in possible for sentence in sentences)

    def of(self, message: Text) -> Evidence:
        """What a message names."""
        found = {group: _mentions(message, each, self._not_meant.get(group, _NONE)) for group, each in self._by_group.items()}
        by_group = {group: _words(mentions) for group, mentions in found.items() if mentions}
        hints, telling = (_words(_mentions(message, some)) for some in (self._hints, self._telling))
        if not by_group:  # an idiom that was not meant as one is still worth a question
            idioms = list(chain(*(_words(_mentions(message, each)) for each in self._by_group.values())))
            hints, telling = (list(dict.fromkeys([*words, *idioms])) for words in (hints, telling))
        return Evidence(by_group, hints, telling, lambda group: self._any_there(group, found.get(group, ())))

    def _any_there(self, group: str, mentions: Sequence[_Mention]) -> bool:
        return any(
            each.sentence.is_there(each.span, "sign", thought_of=group in self._acts) and not each.sentence.is_mild(each.span)
            for each in mentions
        )


class _Mention(NamedTuple):
    sentence: Sentence
    span: Span

    @property
    def words(self) -> str:
        return self.sentence.line[slice(*self.span)].strip(" ,")


def _mentions(message: Text, patterns: Patterns, not_meant: Patterns = _NONE) -> list[_Mention]:
    """Where the patterns stand, in the order of the message; what overlaps or touches is one."""
    possible, idioms = message.only(patterns), message.only(not_meant)
    found = []
    for sentence in message.sentences if possible else ():
        line = without(sentence, idioms)
        spans = sorted(span for pattern in possible for span in sentence.spans(pattern, line))
        found += [_Mention(sentence, span) for span in joined(spans)]
    return found


def _words(mentions: Sequence[_Mention]) -> list[str]:
    return [mention.words for mention in mentions]


def joined(spans: Sequence[Span]) -> list[Span]:
    """Spans in their order; what overlaps or touches is one."""
    together: list[Span] = []
    for begin, end in spans:
        if together and begin <= together[-1][1]:
            together[-1] = (together[-1][0], max(end, together[-1][1]))
        else:
            together.append((begin, end))
    return together
