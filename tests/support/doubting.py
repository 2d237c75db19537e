"""A check for emergencies that is in doubt about the messages of a test, beside what it finds by itself."""

from __future__ import annotations

from emergencies.red_flags import RedFlag, RedFlags, the_red_flags
from intake.clinic import Clinic
from language.context_rules import read_rules

DOUBTED = "it feels a bit tight"  # in a message: it may tell of an emergency, and may as well not
WEARY = "so tired of it all"  # somebody is at the end of their strength
BETTER = "the nurse is here"  # how it went on after an alarm
TOLD = "Good that somebody is with you."
HEARD = "I am sorry that it is so hard just now."


class Doubting(RedFlags):
    """The shipped rules, with three messages of its own; it keeps what it was told beside each message."""

    def __init__(self) -> None:
        """Read the rules."""
        super().__init__(the_red_flags().file, read_rules())
        self.asked: dict[str, str | None] = {}  # the open field, by message

    def check(
        self, text: str, clinic: Clinic, country: str | None = None, asked: str | None = None, chat: str | None = None
    ) -> RedFlag | None:
        """What the shipped rules say; in doubt, the alarm that a yes raises."""
        self.asked[text] = asked
        if DOUBTED not in text:
            return super().check(text, clinic, country)
        alarm = super().check("my chest hurts so bad", clinic, country)
        assert alarm is not None
        return RedFlag(alarm.group, alarm.label, "check", alarm.text, alarm.buttons, [DOUBTED])

    def despair(self, text: str, clinic: Clinic, country: str | None = None) -> str | None:
        """The reply to somebody at the end of their strength."""
        return HEARD if WEARY in text else None

    def after_alarm(self, text: str, clinic: Clinic, country: str | None = None) -> str | None:
        """The reply to how it went on."""
        return TOLD if BETTER in text else None
