"""Whether what a sentence mentions is there, now, in the person it is about; or denied, doubtful, long past, only thought of.

The rules are those of the ConText algorithm (Harkema, Dowling, Thornblade & Chapman 2009: ConText: an algorithm for determining
negation, experiencer, and temporal status from clinical reports. Journal of Biomedical Informatics 42(5), 839-851): phrases
that say something about a mention, look-alikes that say nothing, and limits of what they reach. A sentence is cut into clauses,
and only what stands in the clause of a mention says something about it. The phrases are in `context.yml`. In doubt a mention
counts.

`assertion_of` tells of one mention, `read_clauses` what each clause of a text says. The check for emergencies looks for many
thousand mentions at once, and uses `Text` and `Sentence` by itself.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

from language.context_rules import Rules, read_rules
from language.patterns import Pattern, PatternIndex, Patterns
from language.plain_words import PlainWords, read_plain_words

Span = tuple[int, int]
# now: says by itself that it happens now. sign: what somebody feels or sees. illness: the name of one.
# fact: only said of somebody.
Kind = Literal["now", "sign", "illness", "fact"]

_MASKS = {"now": ["not_now"], "just_now": ["not_now"], "long_ago": ["not_long_ago"]}
_DENIALS = ("none_of", "not", "not_believed", "none_after", "denies_all")
_MENTION = "xmention"  # stands for a mention whose own words do not matter


@dataclass(frozen=True)
class Assertion:
    """What is said of a mention."""

    denied: bool = False
    doubtful: bool = False
    past: bool = False
    hypothetical: bool = False
    of_somebody_else: bool = False


@dataclass(frozen=True)
class Clause:
    """What a clause says of the things in it."""

    words: str
    denies: bool
    denies_for_now: bool  # and implies that it was so before
    doubtful: bool
    hypothetical: bool
    of_somebody_else: bool
    takes_back: bool  # it begins with "but" or the like
    excepts: bool  # it begins with "except" or the like
    tells: bool  # it has a word in it that could name something


class Known(NamedTuple):
    """What was found in lines, which depends on nothing else in their text."""

    possible: dict[str, set[int]]  # the identities of the patterns that can stand in a line
    spans: dict[tuple[int, str], list[Span]]  # where a pattern stands in a line


@dataclass(frozen=True)
class Text:
    """A whole message, as far as its sentences need to know of one another.

    Attributes:
        rules: what phrases say of a mention.
        index: every pattern that may be looked for.
        lines: its sentences in the plain form.
        known: what was found in lines before; a text of some of its sentences may begin with it.
    """

    rules: Rules
    index: PatternIndex
    lines: list[str]
    known: Known = field(default_factory=lambda: Known({}, {}))

    @cached_property
    def possible(self) -> set[int]:
        """The identities of the patterns that can stand in it."""
        return set().union(*(sentence.possible for sentence in self.sentences))

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Its sentences."""
        return [Sentence(line, self) for line in self.lines]

    @cached_property
    def _markers(self) -> dict[str, Patterns]:
        """The patterns of those markers that were looked for, as far as they can stand in it."""
        return {}

    def only(self, patterns: Patterns) -> Patterns:
        """Those patterns that can stand in it."""
        return patterns.among(self.possible)

    def of_marker(self, marker: str) -> Patterns:
        """Those patterns of a marker that can stand in it; every sentence asks for them."""
        if marker not in self._markers:
            self._markers[marker] = self.only(self.rules.markers[marker])
        return self._markers[marker]

    def says(self, marker: str) -> bool:
        """Whether a marker stands anywhere in it."""
        return bool(self.of_marker(marker)) and any(sentence.marks(marker) for sentence in self.sentences)


class Sentence:
    """One sentence."""

    def __init__(self, line: str, message: Text) -> None:
        """Take a line in the plain form."""
        self.line, self._message, self._grammar = line, message, message.rules.grammar
        self._words = line.split()
        self._starts = []  # of each word, at the space before it
        at = 0
        for word in self._words:
            self._starts.append(at)
            at += len(word) + 1
        self._marks: dict[str, list[Span]] = {}
        self._numbers: dict[str, list[Span]] = {}
        self._spans = message.known.spans

    @cached_property
    def possible(self) -> set[int]:
        """The identities of the patterns that can stand in it."""
        known = self._message.known.possible
        if self.line not in known:
            known[self.line] = self._message.index.possible(set(self._words))
        return known[self.line]

    def spans(self, pattern: Pattern, line: str | None = None) -> list[Span]:
        """Where a pattern stands in it, or in a form of its line that has fewer words."""
        if id(pattern) not in self.possible:
            return []
        key = (id(pattern), line or self.line)
        if key not in self._spans:
            self._spans[key] = pattern.spans(key[1])
        return self._spans[key]

    @cached_property
    def _cuts(self) -> list[int]:
        """The numbers of the words with which a clause begins."""
        return [0, *(at for at in range(1, len(self._words)) if self._is_cut(at))]

    def _is_cut(self, at: int) -> bool:
        word, grammar = self._words[at], self._grammar
        if word in grammar.breaks:
            return True
        if word in grammar.at_once:
            following = set(self._words[at + 1 : at + 2])
            return bool(following & (grammar.somebody | grammar.whose))
        joins = word == "," or word in grammar.joins
        return joins and self._words[at - 1] != "," and self._begins_after(at)  # after a comma, the comma decided

    def _begins_after(self, at: int) -> bool:
        """Whether a clause begins after the comma or the joining word at a place."""
        word, grammar = self._words[at], self._grammar
        rest = at + 1
        while rest < len(self._words) - 1 and rest < at + 4 and self._words[rest] in grammar.fillers:
            rest += 1
        if (word == "," or word in grammar.joins_list) and grammar.at_once & set(self._words[at + 1 : rest]):
            return True
        begins = self._words[rest] if rest < len(self._words) else ""
        if begins in grammar.somebody or begins in grammar.whose:
            return True
        if (word == "," or word in grammar.joins_list) and begins in grammar.present_verbs:
            return True
        return word == "," and (begins in grammar.question_words or begins in grammar.the)

    def marks(self, marker: str) -> list[Span]:
        """Where a marker stands."""
        if marker not in self._marks:
            patterns = self._message.of_marker(marker)
            spans = [span for pattern in patterns for span in self.spans(pattern)]
            for mask in _MASKS.get(marker, ()):
                spans = [span for span in spans if not _inside(span, self.marks(mask))]
            self._marks[marker] = spans
        return self._marks[marker]

    def is_there(self, span: Span, kind: Kind, thought_of: bool = False) -> bool:
        """Whether the mention says that it is there, now; with `thought_of`, also what is only thought of."""
        mention = Mention(self, span)
        is_thought_of = not thought_of and mention.is_only_thought_of()
        if is_thought_of or self.marks("fiction") or mention.is_of_an_animal() or mention.is_denied():
            return False
        if kind == "fact":
            return not mention.is_about_others()
        if mention.is_long_past() or mention.is_about_others():
            return False
        if kind == "illness":
            return not mention.is_over() and not mention.is_in_general() and mention.is_said_to_happen()
        if kind == "now":
            return not mention.is_in_general(2)
        return not (mention.is_over() or mention.is_habit() or mention.was() or mention.is_in_general())

    def is_fresh(self, span: Span) -> bool:
        """Whether the mention is said to be new or worse than before."""
        mention = Mention(self, span)
        return mention.has("after_treatment") or bool(self.marks("just_now") or self.marks("fresh"))

    def is_mild(self, span: Span) -> bool:
        """Whether the mention is said to be slight, or that all else is well."""
        return Mention(self, span).has("mild") or bool(self.marks("all_is_well"))

    def number_of(self, offset: int) -> int:
        """The number of the word that begins at an offset."""
        return bisect_left(self._starts, offset)

    def clause_of(self, span: Span) -> Span:
        """Where the clause of a mention begins and ends, as numbers of words."""
        first, last = self.number_of(span[0]), self.number_of(span[1])
        begin = self._cuts[bisect_right(self._cuts, first) - 1]
        end = next((cut for cut in self._cuts if cut >= last and cut > first), len(self._words))
        return begin, end

    def offset(self, number: int) -> int:
        """The offset at which a word begins."""
        return self._starts[number] if number < len(self._starts) else len(self.line)

    def words(self, begin: int, end: int) -> list[str]:
        """Some of its words."""
        return self._words[begin:end]

    def clauses(self) -> list[Clause]:
        """What each of its clauses says; an exception is a clause of its own."""
        openers = {name: {self._after_comma(first) for first, _ in self.numbered(name)} for name in ("takes_back", "excepts")}
        cuts = sorted({*self._cuts, *openers["takes_back"], *openers["excepts"]})
        parts = [(begin, end) for begin, end in pairwise([*cuts, len(self._words)]) if begin < end]
        return [self._clause(begin, end, *(begin in openers[name] for name in openers)) for begin, end in parts]

    def _after_comma(self, number: int) -> int:
        return number + (self._words[number] == ",")

    def _clause(self, begin: int, end: int, takes_back: bool, excepts: bool) -> Clause:
        def says(*markers: str) -> bool:
            return any(begin <= first and last <= end for name in markers for first, last in self.numbered(name))

        no_denials = self.numbered("no_denial")
        denials = [
            (first, last)
            for name in _DENIALS
            for first, last in self.numbered(name)
            if begin <= first and last <= end and not any(start <= first < stop for start, stop in no_denials)
        ]
        words = self._words[begin:end]
        spans = [*denials, *(span for name in ("doubt", "takes_back", "excepts") for span in self.numbered(name))]
        ruled_out = {at for span in spans for at in range(*span)}
        tells = any(
            word not in self._grammar.small_words and word not in {",", "?"}
            for at, word in enumerate(words, begin)
            if at not in ruled_out
        )
        return Clause(
            words=" ".join(words),
            denies=bool(denials),
            denies_for_now=bool(denials) and says("only_since"),
            doubtful=says("doubt"),
            hypothetical=says("what_if"),
            of_somebody_else=says("relatives", "people", "far_people", "animals"),
            takes_back=takes_back,
            excepts=excepts,
            tells=tells,
        )

    def numbered(self, marker: str) -> list[Span]:
        """Where a marker stands, as numbers of words."""
        if marker not in self._numbers:
            self._numbers[marker] = [(self.number_of(first), self.number_of(last)) for first, last in self.marks(marker)]
        return self._numbers[marker]

    @property
    def message(self) -> Text:
        """The message that it belongs to."""
        return self._message

    def following(self) -> Sentence | None:
        """The next sentence of the message."""
        others = self._message.sentences
        return next((after for each, after in pairwise(others) if each is self), None)


class Mention:
    """A mention in its clause."""

    def __init__(self, sentence: Sentence, span: Span) -> None:
        self._sentence, self._grammar = sentence, sentence.message.rules.grammar
        self._first, self._last = sentence.number_of(span[0]), sentence.number_of(span[1])
        if sentence.words(self._first, self._first + 1) == [","]:
            self._first += 1
        self._begin, self._end = sentence.clause_of((sentence.offset(self._first), span[1]))

    def has(self, marker: str) -> bool:
        """Whether a marker stands anywhere in the clause, or in a short part beside it that tells of nobody else."""
        begin, end = self._wider()
        return any(begin <= first and last <= end for first, last in self._numbered(marker))

    def _wider(self) -> tuple[int, int]:
        """The clause with a part before it like "two years ago," that has nobody in it."""
        if self._begin > 0:
            earlier, _ = self._sentence.clause_of((self._sentence.offset(self._begin - 1), self._sentence.offset(self._begin)))
            if not self._somebody_in(earlier, self._begin) and self._begin - earlier <= 6:
                return earlier, self._end
        return self._begin, self._end

    def is_denied(self, unless: str = "not_a_no") -> bool:
        """No …, never …, not …; unless it is one of the look-alikes of that name."""
        for first, last in self._before("none_of"):
            between = self._between(last)
            joined = any(
                (word == "," or word in self._grammar.joins_list) and after in self._grammar.articles
                for word, after in pairwise(between)
            )
            cut_off = between[:1] == [","] or joined or bool(set(between) & self._grammar.verbs)
            if not cut_off and not self._is_inside(unless, first) and not self._somebody_between(last):
                return True
        for first, last in self._before("not"):
            between = self._between(last)
            near = len(between) <= self._reach("not") and "," not in between
            if near and not self._is_inside(unless, first) and not self._somebody_between(last):
                return True
        if any(len(self._between(last)) <= self._reach("not_believed") for _, last in self._before("not_believed")):
            return True
        after = [word for word in self._sentence.words(self._last, self._last + 3) if word != "?"]
        alone = after[1:] if after[:1] == [","] else after[:2]
        said_no = any(0 <= first - self._last <= 1 for first, _ in self._after("none_after"))
        return said_no and (len(alone) == 1 or alone[1:2] == [","])

    def is_only_thought_of(self) -> bool:
        """If …, I am afraid of …"""
        progressive = self._before("progressive")
        if any(len(self._between(last)) <= self._reach("progressive") for _, last in progressive):
            return False
        whether = self._numbered("whether")
        for first, last in self._before("what_if", 1):
            if any(start <= first < stop for start, stop in whether):
                continue
            if self._people_between(last) <= 1 and not self._comma_and_somebody(last):
                return True
        return not self._is_mine(the_too=True) and any(
            len(self._between(last)) <= self._reach("fear") for _, last in self._before("fear")
        )

    def is_long_past(self) -> bool:
        """… years ago, once, in 2019."""
        if self.has("just_now") or self.has("fresh"):
            return False
        if self.has("long_ago") or (self._is_told_as_past() and self._said_before("long_ago")) or self._is_put_into_the_past():
            return True
        begin, end = self._wider()
        treatment, reach = self._numbered("belongs_to_treatment"), self._reach("belongs_to_treatment")
        for first, last in self._numbered("weeks_ago"):
            if not (begin <= first and last <= end):
                continue
            next_to = self._first - last in {0, 1} or first - self._last in {0, 1}
            if next_to or not any(first - stop <= reach and start - last <= reach for start, stop in treatment):
                return True
        return False

    def _is_told_as_past(self) -> bool:
        if self._sentence.marks("now"):
            return False
        return any(
            word in self._grammar.past or (len(word) > 4 and word.endswith("ed"))
            for word in self._sentence.words(self._first, self._last)
        )

    def _is_put_into_the_past(self) -> bool:
        """…, but that was ten years ago; also as the beginning of the next sentence."""
        following = self._sentence.following()
        begins = following.numbered("was_long_ago") if following else []
        return bool(self._after("was_long_ago")) or any(first <= 1 for first, _ in begins)

    def _said_before(self, marker: str) -> bool:
        return any(last <= self._begin for _, last in self._numbered(marker))

    def is_about_others(self) -> bool:
        """People, patients, a woman in Florida."""
        if self.has("just_now") or self._before("progressive"):
            return False
        if self.has("in_a_study"):
            return True
        people = self._before("people")
        if not self._sentence.marks("now"):
            people = [*people, *self._before("far_people")]
        return any(not self._somebody_between(last, of_them=True) for _, last in people)

    def is_of_an_animal(self) -> bool:
        """My dog …"""
        return any(not self._somebody_between(last, of_them=True) for _, last in self._before("animals"))

    def is_over(self) -> bool:
        """… went away."""
        return any(first - self._last <= 3 for first, _ in self._after("over")) and not self.has("just_now")

    def is_habit(self) -> bool:
        """For years, every month."""
        return self.has("habit") and not self.has("just_now") and not self.has("fresh")

    def was(self) -> bool:
        """I had …, and nothing says that it was today."""
        have = {last for _, last in self._before("have")}
        for first, last in self._before("was"):
            near = len(self._between(last)) <= self._reach("was") and not self._somebody_between(last)
            if (
                near
                and first not in have
                and not set(self._between(last)) & self._grammar.present
                and not self._sentence.marks("now")
                and not self._sentence.message.says("help")
            ):
                return True
        return False

    def is_in_general(self, reach: int | None = None) -> bool:
        """Is … a side effect, can it cause …"""
        widely = reach is None
        reach = self._reach("general") if reach is None else reach
        if self._asks_for_help() or self._is_mine() or self.has("recent"):
            return False
        for _, last in self._before("general"):
            between = self._between(last)
            if len(between) <= reach and not self._somebody_between(last) and not set(between) & self._grammar.verbs:
                return True
        if self._is_asked() and not self._somebody_between(self._begin):
            return True
        is_asked = self._sentence.words(self._begin, self._first)[:1] in [[word] for word in self._grammar.be_now]
        longest = 6 if is_asked else 3 if widely else 0
        if self._last - self._first > longest or self._somebody_between(self._begin):
            return False
        return any(first == self._last for first, _ in self._after("general_after"))

    def is_said_to_happen(self) -> bool:
        """I think …, he is having …, just now."""
        if any(first == self._last for first, _ in self._after("general_after")):
            return False
        for marker in ("happening", "progressive"):
            if any(len(self._between(last)) <= self._reach(marker) for _, last in self._before(marker)):
                return True
        if self.has("just_now") or any(first == self._last for first, _ in self._after("happening_after")):
            return True
        message = self._sentence.message
        return message.says("help") and not message.says("wants_treatment")

    def _is_asked(self) -> bool:
        words = self._sentence.words(self._begin, self._first)
        while words and (words[0] in self._grammar.greetings or words[0] == ","):
            words = words[1:]
        if not words or words[0] not in self._grammar.question_words or bool(self._grammar.nobody_asked & set(words[1:2])):
            return False
        return words[0] not in self._grammar.be or self._sentence.line.endswith(" ? ")

    def _asks_for_help(self) -> bool:
        if any(self._begin <= first and last <= self._last for first, last in self._numbered("asks_for_help")):
            return True
        begin = self._begin
        while begin < self._first and set(self._sentence.words(begin, begin + 1)) & (self._grammar.greetings | {","}):
            begin += 1
        return any(first == begin for first, _ in self._numbered("asks_about_it"))

    def _is_mine(self, the_too: bool = False) -> bool:
        before = self._sentence.words(max(self._begin, self._first - 2), self._first)
        return (
            bool(set(before) & self._grammar.whose)
            or bool(self._grammar.this & set(before[-1:]))
            or (the_too and bool(self._grammar.the & set(before[-1:])))
        )

    def assertion(self) -> Assertion:
        """All that is said of it. In doubt it is there."""
        return Assertion(
            denied=self.is_denied(unless="no_denial") and not self._is_an_exception(),
            doubtful=self.has("doubt"),
            past=self.has("ended") or self.was() or self._has_passed() or (self.is_long_past() and not self.is_habit()),
            hypothetical=self.is_only_thought_of(),
            of_somebody_else=self.has("relatives") or self.is_about_others() or self.is_of_an_animal(),
        )

    def _is_an_exception(self) -> bool:
        """No …, except it."""
        openers = [first for first, _ in (*self._before("excepts"), *self._before("takes_back"))]
        denials = [first for marker in _DENIALS for first, _ in self._before(marker)]
        return bool(openers) and not any(first > max(openers) for first in denials)

    def _has_passed(self) -> bool:
        """It went away, and not "has not gone away"."""
        return self.is_over() and not any(first - self._last <= 2 for first, _ in self._after("not"))

    def _reach(self, marker: str) -> int:
        return self._sentence.message.rules.reach[marker]

    def _is_inside(self, marker: str, number: int) -> bool:
        return any(first <= number < last for first, last in self._numbered(marker))

    def _numbered(self, marker: str) -> list[Span]:
        return self._sentence.numbered(marker)

    def _before(self, marker: str, into: int = 0) -> list[Span]:
        return [
            span for span in self._numbered(marker) if self._begin <= span[0] < self._first and span[1] <= self._first + into
        ]

    def _after(self, marker: str) -> list[Span]:
        return [span for span in self._numbered(marker) if self._last <= span[0]]

    def _between(self, number: int) -> list[str]:
        return self._sentence.words(number, self._first)

    def _somebody_in(self, begin: int, end: int) -> bool:
        return self._people_in(begin, end) > 0

    def _people_in(self, begin: int, end: int) -> int:
        words = self._sentence.words(begin, end)
        return sum(word in self._grammar.somebody for word in words)

    def _people_between(self, number: int) -> int:
        words = self._between(number)
        whose = bool(set(words[-2:]) & self._grammar.whose)
        return sum(word in self._grammar.somebody for word in words) + whose

    def _somebody_between(self, number: int, of_them: bool = False) -> bool:
        """Whether somebody new comes between a marker and the mention; he, she or they may be `of_them`."""
        if of_them:
            words = set(self._sentence.words(number, self._first + 1)) - self._grammar.they
            return bool(words & (self._grammar.somebody | self._grammar.ours))
        begins = self._sentence.words(self._first, self._first + 1)
        return self._people_between(number) > 0 or begins[0] in self._grammar.somebody or begins[0] in self._grammar.whose

    def _comma_and_somebody(self, number: int) -> bool:
        words = self._between(number)
        return "," in words and any(word in self._grammar.somebody for word in words[words.index(",") :])


def assertion_of(text: str, span: Span) -> Assertion:
    """What a text says of something that it mentions.

    Args:
        text: as somebody wrote it.
        span: where the mention begins and ends in it.
    """
    read = _read(f"{text[: span[0]]} {_MENTION} {text[span[1] :]}")
    for sentence in read.sentences:
        at = sentence.line.find(f" {_MENTION} ")
        if at >= 0:
            return Mention(sentence, (at, at + len(_MENTION) + 1)).assertion()
    return Assertion()  # it stands so far behind that nobody reads it


def read_clauses(text: str) -> list[Clause]:
    """What each clause of a text says, in their order."""
    return [clause for sentence in _read(text).sentences for clause in sentence.clauses()]


@cache
def _shipped() -> tuple[Rules, PatternIndex, PlainWords]:
    rules = read_rules()
    return rules, PatternIndex(rules.patterns), read_plain_words()


def _read(text: str) -> Text:
    rules, index, plain = _shipped()
    return Text(rules, index, plain.lines(text))


def _inside(span: Span, others: list[Span]) -> bool:
    return any(begin <= span[0] and span[1] <= end for begin, end in others)
