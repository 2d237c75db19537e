"""The ranker sees one question as scikit-learn saw the texts from which it was fitted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from knowledge.ranker import Ranker

TEXTS = [
    "Does it hurt?",
    "does it work for knees",
    "What does it cost?",
    "Is it safe for children",
    "it it it does",
    "Is it safe?",
]
DRAWN = np.random.default_rng(7)


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    vectors = DRAWN.normal(size=(len(TEXTS) * 4, 8)).astype(np.float32)
    return Ranker.fit(TEXTS * 4, vectors, ["pain", "knees", "declined:price", "children", "pain", "safety"] * 4)


@pytest.mark.parametrize("text", [*TEXTS, "", "Ärzte?", "does does it hurt", "something else altogether", "I"])
def test_a_single_question_is_scored_as_one_of_many_texts(ranker: Ranker, text: str) -> None:
    vector = DRAWN.normal(size=8).astype(np.float32)
    lexical = [ranker._views._letters.transform([text]), ranker._views._words.transform([text])]
    features = sparse.hstack([sparse.csr_matrix(vector[None]), *lexical], format="csr", dtype=np.float32)
    expected = (features @ ranker._weights.T + ranker._bias)[0]
    assert ranker.scores(text, vector) == pytest.approx(expected, abs=1e-6)
