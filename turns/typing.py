"""Who is typing just now: kept in memory for some seconds, never what is typed, and never stored."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

LASTS = 6.0  # seconds after which somebody counts as having stopped; pages say it again before that


class Writer(NamedTuple):
    """A person of the clinic, as the patient sees them."""

    name: str
    role: str


class Typing:
    """The conversations in which somebody is typing, of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody is."""
        self._clock = clock
        self._patients: dict[str, float] = {}
        self._people: dict[str, tuple[float, Writer]] = {}

    def patient_types(self, conversation_id: str) -> None:
        """The patient has pressed a key."""
        self._forget_old()
        self._patients[conversation_id] = self._clock() + LASTS

    def person_types(self, conversation_id: str, person: Writer) -> None:
        """Somebody of the clinic has."""
        self._forget_old()
        self._people[conversation_id] = (self._clock() + LASTS, person)

    def stops(self, conversation_id: str) -> None:
        """What was typed by a person is there."""
        self._people.pop(conversation_id, None)

    def is_patient_typing(self, conversation_id: str) -> bool:
        """Whether the patient is."""
        return self._patients.get(conversation_id, 0.0) > self._clock()

    def person_typing(self, conversation_id: str) -> Writer | None:
        """Who of the clinic is, if anybody."""
        until, person = self._people.get(conversation_id, (0.0, None))
        return person if until > self._clock() else None

    def _forget_old(self) -> None:
        now = self._clock()
        self._patients = {key: until for key, until in self._patients.items() if until > now}
        self._people = {key: each for key, each in self._people.items() if each[0] > now}
