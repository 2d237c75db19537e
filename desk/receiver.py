"""Who is told about handoffs. Notices are written for them in the transaction of what they tell of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Channel = Literal["email", "webhook", "patient"]


@dataclass(frozen=True)
class Receiver:
    """One place that notices go to."""

    channel: Channel
    name: str  # an e-mail address, the name of a webhook, or the id of a patient's conversation
