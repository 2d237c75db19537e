"""What the check for emergencies says: the texts of `red_flags.yml`, with the numbers of where somebody is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from emergencies.calling import Calling, Where, whereabouts_of
from emergencies.compiled_groups import RuleName
from emergencies.happening_now import HappeningNow
from emergencies.numbers import Service
from emergencies.red_flags_file import AfterAlarm, Group, Level, RedFlagsFile
from emergencies.whereabouts import the_places
from intake.clinic import Clinic
from language.normalise import normalised
from language.patterns import Lists, Pattern, read_patterns
from language.plain_words import LONGEST

logger = logging.getLogger(__name__)

_TOLD_SHORTLY = 20  # words; whoever is in the middle of it writes no more, and a longer message is about something else too


@dataclass(frozen=True)
class RedFlag:
    """An alarm; or, with the level "check", one that is raised if the patient says that it happens now.

    Attributes:
        group: of `red_flags.yml`.
        label: what a coordinator reads.
        level: how urgent it is.
        text: the answer.
        buttons: below it.
        evidence: what it rests on, in the words of the message.
        rule: what raised it; see `emergencies.compiled_groups.RuleName`.
        confirmed: whether the patient said so when they were asked, so that the message itself tells nothing.
        language: of the text and the buttons.
    """

    group: str
    label: str
    level: Level
    text: str
    buttons: list[str]
    evidence: list[str] = field(default_factory=list)
    rule: RuleName = "examples"
    confirmed: bool = False
    language: str = "en"


class RedFlagTexts:
    """The texts of the groups, of the question whether it happens now, and of what follows an alarm."""

    def __init__(self, file: RedFlagsFile, lists: Lists, lines: Callable[[str], list[str]]) -> None:
        """Compile what tells which text fits.

        Args:
            file: as it was read.
            lists: words that the patterns refer to.
            lines: gives the sentences of a message in plain words.

        Raises:
            PatternError: if a pattern is not in the notation.
        """
        self.file = file
        self._lines = lines
        self._by_name = {group.name: group for group in file.groups}
        self._read_by = read_patterns(file.acknowledged_by, lists)
        self._after_alarm = [
            (each, read_patterns(each.says, lists), read_patterns(each.unless, lists)) for each in file.after_alarm
        ]
        self.happening_now = HappeningNow(file.happening_now, lists, lines)

    def acknowledged(self, clinic: Clinic, country: str | None = None) -> str:
        """What is said once a patient has read the answer to an alarm."""
        return self._fill(self.file.acknowledged, clinic, Where(lives=country))

    def after_alarm(self, text: str, clinic: Clinic, country: str | None = None) -> str | None:
        """What is said to a message that tells how things stand after an alarm ("the ambulance is coming").

        Args:
            text: what the patient wrote; whether it is an emergency itself is asked first.
            clinic: whose numbers are shown.
            country: where the patient lives, if something is known.

        Returns:
            The approved answer; nothing to a message that is about something else.
        """
        lines = [line.replace(" ? ", " ") for line in self._lines(normalised(text[:LONGEST]))]
        if sum(len(line.split()) for line in lines) > _TOLD_SHORTLY:
            return None
        for each, says, unless in self._after_alarm:
            if any(_found(says, line) and not _found(unless, line) for line in lines):
                return self._fill(each.text, clinic, where_of(text, clinic, country))
        return None

    def number_for_anybody(self, clinic: Clinic) -> str:
        """What to call, for texts that everybody reads: the local number, and the clinic's with its place."""
        return Calling(self.file.calling, clinic, Where()).for_anybody()

    def says_it_was_read(self, text: str) -> bool:
        """Whether a patient says that they have read the answer to an alarm."""
        lines = self._lines(text)
        button = self._lines(self.file.acknowledge)
        return bool(lines) and (lines == button or any(pattern.spans(line) for line in lines for pattern in self._read_by))

    @property
    def alarm_buttons(self) -> list[str]:
        """What can be pressed under an alarm."""
        return [self.file.acknowledge, self.happening_now.texts.no_emergency]

    def waiting(self) -> str:
        """What is said while the intake waits for that."""
        return " ".join(self.file.waiting.format(acknowledge=self.file.acknowledge).split())

    def said(self, text: str, clinic: Clinic, country: str | None = None, about: str = "") -> str:
        """One of the texts of `happening_now`, with the numbers of where a message says that somebody is, or of a country."""
        return self._fill(text, clinic, where_of(about, clinic, country))

    def label_of(self, group: str) -> str:
        """What a coordinator reads for a group; its name if it is no longer in the file."""
        return self._by_name[group].label if group in self._by_name else group

    @property
    def group_names(self) -> list[str]:
        """The groups in their order."""
        return list(self._by_name)

    def group(self, name: str) -> Group:
        """A group as it stands in the file."""
        return self._by_name[name]

    def texts_of(self, name: str, clinic: Clinic, where: Where) -> tuple[str, str]:
        """What a group says in an emergency, and for the same day; the second may be empty."""
        group = self._by_name[name]
        emergency, urgent = (self._fill(text, clinic, where, group.service) for text in (group.text, group.urgent_text))
        return emergency, urgent

    def after_alarm_texts(self, clinic: Clinic, where: Where) -> list[tuple[AfterAlarm, str]]:
        """What is said to each kind of message after an alarm."""
        return [(each, self._fill(each.text, clinic, where)) for each in self.file.after_alarm]

    def flag_of(self, group: Group, level: Level, clinic: Clinic, where: Where) -> RedFlag:
        """An alarm, or what is asked first, with its text."""
        text = group.urgent_text if level == "urgent" else group.text
        filled = self._fill(text, clinic, where, group.service)
        return RedFlag(group.name, group.label, level, filled, self.alarm_buttons)

    def _fill(self, text: str, clinic: Clinic, where: Where, service: Service = "ambulance") -> str:
        """A text with the numbers of where somebody is; its line breaks stay."""
        calling = Calling(self.file.calling, clinic, where)
        values = {
            "clinic": clinic.name,
            "call": calling.how(service),
            "emergency_number": calling.number(service),
            "crisis_lines": calling.crisis_lines(),
        }
        whole = text.format(**self.file.phrases, **{name: f"{{{name}}}" for name in values}).format(**values)
        return "\n".join(" ".join(line.split()) for line in whole.splitlines() if line.strip())


def where_of(text: str, clinic: Clinic, country: str | None) -> Where:
    """Where somebody may be. A fault here must not keep an alarm from anybody."""
    try:
        return whereabouts_of(the_places().where(text), clinic, country)
    except Exception:
        logger.exception("where somebody is could not be read")
        return Where(lives=country)


def _found(patterns: Sequence[Pattern], line: str) -> bool:
    return any(pattern.spans(line) for pattern in patterns)
