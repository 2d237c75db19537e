"""Some patients write at the same time, each waiting for the reply before the next message."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock, Thread

import numpy as np

from bench.replies.processes import Memory, memory_of, processor_seconds
from bench.replies.systems import Failed, Patient, System

Work = Callable[[Patient, list[float]], int]


@dataclass(frozen=True)
class Series:
    """What came of one series.

    Attributes:
        system: whose replies.
        asked: what: "questions" or "intake".
        patients: how many wrote at once.
        milliseconds: from each message to its replies.
        failed: messages without proper replies.
        seconds: from the first message to the last reply.
        processor: seconds of processor time by role, the whole series.
        memory: at its end.
    """

    system: str
    asked: str
    patients: int
    milliseconds: list[float]
    failed: int
    seconds: float
    processor: dict[str, float]
    memory: Memory

    @property
    def a_second(self) -> float:
        """Messages a second."""
        return len(self.milliseconds) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the replies came, by the nearest rank."""
        return float(np.percentile(self.milliseconds, share, method="inverted_cdf")) if self.milliseconds else 0.0


class Queue:
    """Messages that several patients take one by one, until there are none or the time is over."""

    def __init__(self, messages: list[str], seconds: float) -> None:
        """Hold these messages."""
        self._messages = iter(messages)
        self._end = time.monotonic() + seconds
        self._lock = Lock()

    def __iter__(self) -> Iterator[str]:
        """The next messages that nobody else took."""
        while time.monotonic() < self._end:
            with self._lock:
                message = next(self._messages, None)
            if message is None:
                return
            yield message


def run(system: System, asked: str, patients: int, work: Work) -> Series:
    """Let patients work side by side and measure.

    Args:
        system: what they write to.
        asked: what is written, for the tables.
        patients: how many.
        work: what one patient does: it adds the milliseconds of each reply, and gives how many messages failed.
    """
    took: list[list[float]] = [[] for _ in range(patients)]
    failed = [0] * patients

    def one(number: int) -> None:
        failed[number] = work(system.patient(), took[number])

    threads = [Thread(target=one, args=(number,), daemon=True) for number in range(patients)]
    roles = system.processes()
    before = {number: processor_seconds(number) for number in roles}
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    processor: defaultdict[str, float] = defaultdict(float)
    for number, role in roles.items():
        processor[role] += processor_seconds(number) - before[number]
    times = [each for some in took for each in some]
    return Series(system.name, asked, patients, times, sum(failed), seconds, dict(processor), memory_of(list(roles)))


def ask_all(queue: Queue) -> Work:
    """Patients who take messages from a queue."""

    def work(patient: Patient, took: list[float]) -> int:
        failed = 0
        for message in queue:
            began = time.perf_counter()
            try:
                patient.ask(message)
                took.append((time.perf_counter() - began) * 1000)
            except Failed:
                failed += 1
        return failed

    return work
