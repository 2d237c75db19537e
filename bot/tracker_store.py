"""A tracker store that forgets: dialogue state lives for one turn, in memory, and never on a disk."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Dict, Iterable, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class ForgetfulTrackerStore(InMemoryTrackerStore):
    """Keeps the newest trackers only.

    Web sends every message under a new sender id and passes the state along, so an old tracker is never asked for again.
    Rasa's own memory store would keep all of them until it is restarted.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: Optional[EventBroker] = None,
        host: Optional[Text] = None,
        keep: int = 256,
        **kwargs: Any,
    ) -> None:
        """Make an empty store that keeps ``keep`` trackers."""
        super().__init__(domain, event_broker, **kwargs)
        self.keep = int(keep)
        self.store: Dict[Text, Text] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep this tracker and forget the oldest beyond the limit."""
        await super().save(tracker)
        assert isinstance(self.store, OrderedDict)  # noqa: S101  -- Rasa's own class calls it a dictionary
        self.store.move_to_end(tracker.sender_id)
        while len(self.store) > self.keep:
            self.store.popitem(last=False)

    async def keys(self) -> Iterable[Text]:
        """The sender ids that are still known."""
        return list(self.store)
