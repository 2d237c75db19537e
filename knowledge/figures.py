"""Numbers that two places give differently for the same study and the same measure.

The rule is careful: it would rather miss a contradiction than report one that is none. A figure is read only

- from a paragraph that cites exactly one source, and from the study's own entry in ``studies.yml``,
- if it is one of the five kinds below, each with a wording that leaves no doubt what is counted,
- for all but the first two kinds, if exactly one known outcome (fever, clots, response …) is named with it.

The kinds: how many people a study had ("a trial of 480 people"); how many trials a review pooled ("a review of 42
trials"); a relative risk, odds ratio, hazard ratio or rate ratio; a pair of shares or points with and without the cells
("60 in 100 with cells and 50 in 100 without"); and the p-value of such a pair. Two figures of one kind, study and
outcome contradict each other if they still differ after rounding the finer one as the coarser one is written (82.8 and
"about 83" agree), unless the sentences name different times ("at 6 months", "at two years"). Words such as "over" or
"at least" before a number take it out of the comparison.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = rf"(?P<about>about |around )?(?P<n>\d[\d,]*(?:\.\d+)?|{'|'.join(_WORDS)})"
_PLAIN = r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)"
_N_PEOPLE = rf"{_NUMBER} (?:\w+ ){{0,2}}(?:people|adults|children|patients|participants|volunteers|men|women)\b"
_STUDY = r"(?:trials?|stud(?:y|ies)|reviews?|series|report|abstract|data)"
# Words before a number that make it a bound or another number than the study's.
_VAGUE = re.compile(
    r"\b(?:over|more than|at least|nearly|almost|under|fewer than|less than|up to|another|other|of the)\s*$", re.I
)
# Words after a number of people that make it one arm of the study.
_ONE_ARM = re.compile(
    r"\s*(?:,? and \d|given\b|who (?:got|had|were)\b|with (?:cord |the )?cells\b|in (?:the|one|each) \w+ (?:group|arm))"
)

_COUNTS = {
    "people in the study": [
        # "a trial of 480 people", "the main trial that we read, with 144 people", "the trial had 18 people in all"
        rf"\b{_STUDY}(?: that we read)?[^.,;\d]{{0,40}},? (?:of|in|with|on|had|has|covers?) (?:only )?{_N_PEOPLE}",
        # "42 trials and 2,280 adults", "62 studies of stem cells with 2,439 people"
        rf"\d (?:\w+ ){{0,2}}(?:trials|studies)(?: [^.,;\d]{{0,50}})?,? (?:and|with|of|in) {_N_PEOPLE}",
        rf"(?<!of ){_N_PEOPLE} (?:took part|in all\b|were randomised(?! to))",
        rf"\bthere were {_N_PEOPLE} in the {_STUDY}",
    ],
    "trials in the review": [
        rf"\b(?:pooled|review of|reviewed|data from|found|covers|the|in) {_NUMBER} "
        r"(?:(?!of\b|from\b|in\b)[\w-]+ ){0,3}(?:trials|studies)\b",
        rf"\b(?:data|review) \({_NUMBER} (?:trials|studies)\b",
    ],
}
_COUNT_PATTERNS = {name: [re.compile(pattern, re.I) for pattern in patterns] for name, patterns in _COUNTS.items()}
_RATIO = re.compile(
    rf"\b(relative risk|odds ratio|hazard ratio|rate ratio|RR|OR|HR)(?: of| was| is|:| =|,)? {_PLAIN}(?![\d%]| %)"
)
_LONG = {"RR": "relative risk", "OR": "odds ratio", "HR": "hazard ratio"}
_P_VALUE = re.compile(rf"\bp ?= ?{_PLAIN}")
_SHARE = re.compile(rf"{_PLAIN}(?: ?%| in 100\b| per cent\b)")
_POINTS = re.compile(rf"{_PLAIN} points\b")
_COMPARED = re.compile(r"\b(?:without|against|versus|vs|comparison|placebo|sham|salt water)\b", re.I)
_TIME = re.compile(rf"\bday \d+|\b(?:\d+|an?|one|{'|'.join(_WORDS)})[ -](?:hour|day|week|month|year)", re.I)
_OUTCOMES = {
    "fever": r"fever",
    "clots": r"clots?\b|thromb\w+",
    "infection": r"infections?\b",
    "deaths": r"deaths?\b|die[sd]?\b|dying|mortality",
    "survival": r"surviv\w+",
    "cancer": r"cancers?\b|tumours?\b",
    "serious events": r"serious (?:\w+ )?(?:events?|harms?)",
    "pain": r"pain\b",
    "complete response": r"(?:complete|full) response|cleared fully",
    "response": r"(?<!complete )(?<!full )(?<!immune )(?<!antibody )respon(?:ses?|d|ded|ders?)\b",
    "remission": r"remission",
    "chronic disease": r"chronic (?:GVHD|graft)",
    "walking": r"walk\w*",
    "grip": r"grip\b",
    "pumping": r"ejection fraction|pump\w*",
    "antibodies": r"antibod\w+",
    "movement": r"movement|motor|GMFM",
    "constipation": r"constipation",
    "tiredness": r"tired\w*|fatigue",
    "sleep": r"sleep\w*",
    "the main goal": r"main (?:goal|result|outcome|measure)",
}
_OUTCOME_PATTERNS = {name: re.compile(rf"\b(?:{pattern})", re.I) for name, pattern in _OUTCOMES.items()}
_PART_END = re.compile(r"[,;:](?![^()]*\))|\b(?:while|whereas|but)\b")


@dataclass(frozen=True)
class Statement:
    """A sentence about one study, and where it stands."""

    study: str
    text: str
    file: str
    line: int


@dataclass(frozen=True)
class Figure:
    """A number, or a pair of them, that a statement gives for one measure of one study."""

    measure: str
    values: tuple[Value, ...]
    times: frozenset[str]
    said: Statement


@dataclass(frozen=True)
class Value:
    """A number as it is written: how many decimals it has says how exactly it is meant."""

    number: Decimal
    about: bool = False

    def agrees_with(self, other: Value) -> bool:
        """Whether both can be the same number, written more and less exactly."""
        coarse, fine = sorted((self, other), key=lambda value: -value._step)
        ways = (ROUND_HALF_UP, ROUND_HALF_DOWN)
        return any(fine.number.quantize(coarse._step, way) == coarse.number for way in ways)

    @property
    def _step(self) -> Decimal:
        exponent = int(self.number.as_tuple().exponent)
        if self.about and exponent >= 0 and self.number:
            digits = str(int(self.number))
            exponent = len(digits) - len(digits.rstrip("0"))
        return Decimal(1).scaleb(exponent)


def contradictions(statements: Iterable[Statement], known: Iterable[Figure] = ()) -> list[tuple[Figure, Figure]]:
    """The pairs of figures that cannot both be right: the one that stands alone, then the one that it differs from.

    Args:
        statements: what the articles say, one sentence each.
        known: figures of the list of studies, such as ``people_in_study`` makes.
    """
    groups: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in known:
        groups[figure.said.study, figure.measure].append(figure)
    for statement in statements:
        for figure in figures_of(statement):
            groups[statement.study, figure.measure].append(figure)
    return [pair for figures in groups.values() for pair in _differing(figures)]


def figures_of(statement: Statement) -> Iterator[Figure]:
    """The figures of one sentence that can be compared."""
    for measure, values in _counts(statement.text):
        yield Figure(measure, values, frozenset(), statement)
    times = frozenset(_time(found) for found in _TIME.findall(statement.text))
    for measure, values in [*_ratios(statement.text), *_pairs(statement.text)]:
        yield Figure(measure, values, times, statement)


def people_in_study(study: str, number: int, file: str, line: int) -> Figure:
    """How many people a study had, from the list of studies."""
    return _known("people in the study", study, number, file, line)


def trials_in_review(study: str, number: int, file: str, line: int) -> Figure:
    """How many trials a review pooled, from the list of studies."""
    return _known("trials in the review", study, number, file, line)


def _known(measure: str, study: str, number: int, file: str, line: int) -> Figure:
    return Figure(measure, (Value(Decimal(number)),), frozenset(), Statement(study, f"{number}", file, line))


def _differing(figures: list[Figure]) -> Iterator[tuple[Figure, Figure]]:
    def support(figure: Figure) -> int:
        return sum(_agree(figure, other) for other in figures)

    reference = max(figures, key=support)  # the first of the most frequent; the list of studies comes first
    for figure in figures:
        if not _agree(figure, reference):
            yield figure, reference


def _agree(one: Figure, other: Figure) -> bool:
    if one.times and other.times and one.times != other.times:
        return True
    return all(a.agrees_with(b) for a, b in zip(one.values, other.values, strict=True))


def _counts(text: str) -> Iterator[tuple[str, tuple[Value, ...]]]:
    for measure, patterns in _COUNT_PATTERNS.items():
        found = {
            match.start("n"): Value(_number(match["n"]), match["about"] is not None)
            for pattern in patterns
            for match in pattern.finditer(text)
            if not _VAGUE.search(text[: match.start("n")]) and not _ONE_ARM.match(text, match.end())
        }
        if len({value.number for value in found.values()}) == 1:
            yield measure, (next(iter(found.values())),)


def _ratios(text: str) -> Iterator[tuple[str, tuple[Value, ...]]]:
    found = list(_RATIO.finditer(text))
    if len(found) != 1:
        return
    name, number = found[0].groups()
    outcome = _outcome_of(_part_of(text, found[0].start()))
    if outcome is None and text.startswith("For "):
        outcome = _outcome_of(_part_of(text, 0))
    if outcome:
        yield f"{_LONG.get(name, name)} for {outcome}", (Value(_number(number)),)


def _pairs(text: str) -> Iterator[tuple[str, tuple[Value, ...]]]:
    outcome = _outcome_of(text)
    if not outcome or not _COMPARED.search(text):
        return
    for unit, pattern in (("share", _SHARE), ("points", _POINTS)):
        found = pattern.findall(text)
        if len(found) == 2:
            values = tuple(Value(number) for number in sorted(map(_number, found)))
            yield f"{unit} with and without, for {outcome}", values
            chances = _P_VALUE.findall(text)
            if len(chances) == 1:
                yield f"p-value of the {unit}, for {outcome}", (Value(_number(chances[0])),)


def _part_of(text: str, position: int) -> str:
    ends = [match.start() for match in _PART_END.finditer(text)]
    start = max((end for end in ends if end < position), default=0)
    return text[start : min((end for end in ends if end >= position), default=len(text))]


def _outcome_of(text: str) -> str | None:
    found = [name for name, pattern in _OUTCOME_PATTERNS.items() if pattern.search(text)]
    return found[0] if len(found) == 1 else None


def _time(written: str) -> str:
    first, second = re.split("[ -]", written.lower())
    number = str(_WORDS.index(first) + 2) if first in _WORDS else {"a": "1", "an": "1", "one": "1"}.get(first, first)
    return f"{number} {second}"


def _number(written: str) -> Decimal:
    if written.lower() in _WORDS:
        return Decimal(_WORDS.index(written.lower()) + 2)
    return Decimal(written.replace(",", ""))
