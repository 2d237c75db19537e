"""What patients write: questions that neither system was made from, and the answers of an intake."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import numpy as np

from bench.replies.load import Queue, Work
from bench.replies.systems import Failed, OurPatient, Patient
from cordial.bootstrap import PROJECT

_SEED = 1906
_BEGIN = "Start the intake"
_FILES = ("unseen", "covered_and_not", "covered_fit", "not_covered_fit", "three_questions")
# Cordial remembers the embeddings of the newest texts. So every series has texts that were never sent before.
_GREETINGS = ("", "Hello. ", "Good morning. ", "Hi, ", "Excuse me, ", "One more thing: ")
ANSWERS = {
    "consent": "I agree",
    "for_whom": "Me",
    "full_name": "Maria Example",
    "contact": "maria@mail.example",
    "birth": "14 March 1961",
    "sex": "Female",
    "country": "Lithuania",
    "condition": "knee osteoarthritis, both knees, since 2019",
    "treatments": "physiotherapy",
    "medicines": "ramipril 5 mg and aspirin",
    "allergies": "penicillin",
    "hopes": "to climb the stairs without pain",
    "questions": "None",
}


def questions() -> Iterator[str]:
    """Questions in an order that is the same each time, none twice."""
    texts = list(dict.fromkeys(text for name in _FILES for text in _read(name)))
    order = np.random.default_rng(_SEED).permutation(len(texts))
    return (f"{greeting}{texts[at]}" for greeting in _GREETINGS for at in order)


def fill_in(queue: Queue) -> Work:
    """Patients who answer what the intake asks; the queue says how many answers they may give together."""

    def work(patient: Patient, took: list[float]) -> int:
        assert isinstance(patient, OurPatient)  # noqa: S101  -- the other system has no intake
        failed, text = 0, _BEGIN
        for _ in queue:
            began = time.perf_counter()
            try:
                replies = patient.ask(text)
                took.append((time.perf_counter() - began) * 1000)
            except Failed:
                failed, replies = failed + 1, []
            text = _next_answer([reply["question"]["field"] for reply in replies if reply.get("question")])
            if text == _BEGIN:
                patient.leave()
        return failed

    return work


def _next_answer(asked: list[str]) -> str:
    if not asked:
        return _BEGIN
    return ANSWERS.get(asked[-1], "Send it" if asked[-1] == "review" else "No")


def _read(name: str) -> list[str]:
    lines = (PROJECT / "tests" / "questions" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [str(json.loads(line)["text"]) for line in lines]
