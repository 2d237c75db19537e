"""Run by Rasa's Python: the tracker store forgets. Prints JSON for the test."""

import asyncio
import json
import sys

from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.tracker_store import ForgetfulTrackerStore


async def main() -> dict[str, object]:
    store = ForgetfulTrackerStore(Domain.empty(), keep=3)
    for number in range(10):
        await store.save(DialogueStateTracker.from_events(f"sender-{number}", []))
        if number == 8:
            await store.save(DialogueStateTracker.from_events("sender-6", []))  # spoken to again
    return {
        "kept": list(await store.keys()),
        "old": await store.retrieve("sender-1") is not None,
        "new": await store.retrieve("sender-9") is not None,
    }


json.dump(asyncio.run(main()), sys.stdout)
