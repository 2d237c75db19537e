"""Run by Rasa's Python: whether Rasa notices that what the act classifier learns from has changed, and what starts something.

Prints JSON for the test.
"""

import json
import sys
import tempfile
from pathlib import Path

from bot.acts import ActClassifier

with tempfile.TemporaryDirectory() as folder:
    mine = {"conversations": folder}
    empty = ActClassifier.fingerprint_addon(mine)
    (Path(folder) / "first.yml").write_text("conversations: []", "utf-8")
    result = {
        "nothing_set": ActClassifier.fingerprint_addon({}),
        "as_shipped": ActClassifier.fingerprint_addon(ActClassifier.get_default_config()),
        "empty": empty,
        "with_a_file": ActClassifier.fingerprint_addon(mine),
    }
acts = object.__new__(ActClassifier)
acts.component_config = {"acts": {"start": ["how_to_begin"]}, "clear": {"start": ["start_intake"]}, "clear_from": 0.5}
result["started"] = [acts._intent("start", ["start_intake", "how_to_begin"], sure) for sure in (0.3, 0.7)]
json.dump(result, sys.stdout)
