"""How long a message may take: Rasa's time limit and a little more, whatever else waits."""

from __future__ import annotations

import time
from dataclasses import dataclass

# The promise is a reply within ten seconds, of which Rasa may take eight by default.
BESIDE_RASA = 1.5  # seconds for everything else, waiting for the turn included
LEAST_FOR_RASA = 2.0  # seconds; with less left, a message is not begun any more
LEAST_FOR_US = 0.5  # seconds, for storing the outcome


@dataclass(frozen=True)
class Deadline:
    """When the reply to a message has to be there.

    Attributes:
        ends: on the monotonic clock, in seconds.
    """

    ends: float

    @classmethod
    def of_a_message(cls, rasa_timeout: float) -> Deadline:
        """That of a message that comes now.

        Args:
            rasa_timeout: seconds that Rasa may take.
        """
        return cls(time.monotonic() + rasa_timeout + BESIDE_RASA)

    @property
    def last_begin(self) -> Deadline:
        """Until when a message can be begun; afterwards there is not enough time for Rasa."""
        return Deadline(self.ends - LEAST_FOR_RASA)

    @property
    def has_passed(self) -> bool:
        """Whether it is too late."""
        return time.monotonic() >= self.ends

    @property
    def seconds_left(self) -> float:
        """Until then; not below 0."""
        return max(self.ends - time.monotonic(), 0)

    @property
    def seconds_for_rasa(self) -> float:
        """What is left for Rasa when the time to store the outcome is kept."""
        return max(self.ends - time.monotonic() - LEAST_FOR_US, LEAST_FOR_US)


def longest_turn(rasa_timeout: float) -> float:
    """Seconds after which a message without an outcome has been left by its process."""
    return rasa_timeout + BESIDE_RASA + LEAST_FOR_US
