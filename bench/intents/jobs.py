"""Has Rasa's Python train and judge one pipeline; the embeddings are made here and handed over."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.intents.sets import Example
from bench.retrieval.embeddings import Embeddings
from cordial.bootstrap import PROJECT, RASA


@dataclass(frozen=True)
class Job:
    """What one process does.

    Attributes:
        pipeline: which of `bench.intents.worker.parts`.
        examples: what it learns from.
        messages: sets of messages by name, whose intents it does not get to see.
        epochs: of DIET.
    """

    pipeline: str
    examples: Sequence[Example]
    messages: Mapping[str, Sequence[Example]]
    epochs: int


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        intents: of each message, by set.
        confidences: of each message, by set.
        seconds: processor time of training, which other work on the machine does not lengthen; without the embeddings and
            without importing Rasa.
        megabytes: peak memory of the process, with Rasa in it.
        milliseconds: median for a message, without its embedding.
    """

    intents: dict[str, list[str]]
    confidences: dict[str, list[float]]
    seconds: float
    megabytes: float
    milliseconds: float

    def right(self, name: str, messages: Sequence[Example]) -> int:
        """How many messages of a set got their own intent."""
        return sum(found == example.intent for found, example in zip(self.intents[name], messages, strict=True))


def run(job: Job, embeddings: Embeddings) -> Outcome:
    """Do a job in a process of its own.

    Raises:
        RuntimeError: with how the process ended and the last that it printed, if it failed.
    """
    texts = sorted({example.text for some in (job.examples, *job.messages.values()) for example in some})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(folder / "vectors.npz", vectors=embeddings.of(texts))
        (folder / "texts.json").write_text(json.dumps(texts), "utf-8")
        described = {
            "pipeline": job.pipeline,
            "epochs": job.epochs,
            "examples": [[example.text, example.intent] for example in job.examples],
            "messages": {name: [example.text for example in some] for name, some in job.messages.items()},
            "vectors": str(folder / "vectors.npz"),
            "texts": str(folder / "texts.json"),
        }
        (folder / "job.json").write_text(json.dumps(described), "utf-8")
        command = [str(RASA / "bin" / "python"), "-W", "ignore", "-m", "bench.intents.worker"]
        command += [str(folder / "job.json"), str(folder / "outcome.json")]
        quiet = {
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "RASA_TELEMETRY_ENABLED": "false",
            "LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(PROJECT),
        }
        done = subprocess.run(command, cwd=PROJECT, env={**os.environ, **quiet}, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"The process ended with {done.returncode}: {done.stderr[-2000:]}")
        outcome = json.loads((folder / "outcome.json").read_text("utf-8"))
    predictions = outcome.pop("predictions")
    return Outcome(
        {name: [intent for intent, _ in some] for name, some in predictions.items()},
        {name: [sure for _, sure in some] for name, some in predictions.items()},
        **outcome,
    )
