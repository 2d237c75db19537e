"""Run by Rasa's Python: trains all rules, then all but one, each in turn, and plays the stories. Prints JSON for the test."""

import asyncio
import json
import logging
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

import rasa.core.test
import structlog
import yaml
from rasa.core.agent import Agent
from rasa.model_training import train_core

STORIES = Path("tests/stories")

logging.disable(logging.ERROR)  # a story that fails is what we are after
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


async def failing(rules: list[dict]) -> int:
    """How many stories are not predicted as they are written, by a model of these rules."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "rules.yml"
        data.write_text(yaml.safe_dump({"version": "3.1", "rules": rules}, sort_keys=False), "utf-8")
        model = train_core("domain", "config.yml", str(data), folder)
        await rasa.core.test.test(str(STORIES), Agent.load(model), out_directory=folder, disable_plotting=True)
        told = json.loads((Path(folder) / "story_report.json").read_text("utf-8"))["conversation_accuracy"]
        return int(told["total"] - told["correct"])


async def main() -> dict[str, int]:
    rules = [rule for file in Path("data/rules").glob("*.yml") for rule in yaml.safe_load(file.read_text("utf-8"))["rules"]]
    without = {left_out["rule"]: [rule for rule in rules if rule is not left_out] for left_out in rules}
    return {name: await failing(kept) for name, kept in {"all": rules, **without}.items()}


with redirect_stdout(sys.stderr):  # Rasa tells of its training there
    found = asyncio.run(main())
json.dump(found, sys.stdout)
