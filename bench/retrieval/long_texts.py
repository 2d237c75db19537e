"""What a library of long texts needs beside `knowledge.fusion`: passages, a centre to take away, and a fitted weight.

Our own articles are short paragraphs with editors' wordings, where none of this was worth its place; public answers are pages
long. Docstrings name what each step brought on the development questions of MedQuAD, as nDCG@10.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knowledge.fusion import Scores, fuse
from knowledge.lexical import best_rows
from knowledge.onnx_model import Vectors
from language.sentences import sentence_spans

Rows = npt.NDArray[np.intp]

WORDS_A_PASSAGE = 100  # the model reads 256 tokens, some 150 to 190 words of medical English
CENTRE_WEIGHT = 0.5
LEXICAL_WEIGHT = 0.1  # shared words brought 0.008
_PLACES = 10


def passages_of(text: str, words: int = WORDS_A_PASSAGE) -> list[str]:
    """Split a long text into passages of whole sentences.

    Args:
        text: any text; line breaks, and white space of three characters or more, end a sentence.
        words: how many words a passage has at most. A longer sentence is a passage by itself.

    Returns:
        At least one passage, in order, with single spaces between words. An empty text is one empty passage.
    """
    passages: list[list[str]] = [[]]
    for sentence in _sentences(text):
        length = len(sentence.split())
        if passages[-1] and sum(len(part.split()) for part in passages[-1]) + length > words:
            passages.append([])
        passages[-1].append(sentence)
    return [" ".join(parts) for parts in passages]


def centre_of(vectors: Vectors) -> Vectors:
    """The mean of embeddings of shape (n, dimension), as shape (dimension,): where every text of a library lies a little."""
    return np.asarray(vectors.mean(axis=0), dtype=np.float32)


def away_from(centre: Vectors, question: Vectors, weight: float = CENTRE_WEIGHT) -> Vectors:
    """A question without part of what all texts have in common.

    With it, a text loses as much as it is near to every question alike: general texts ("What is …?") no longer stand before
    particular ones. It is the mean removal of Mu & Viswanath ("All-but-the-top", 2018), on the side of the question only, so
    that an index stays as it is. It brought 0.005.

    Args:
        centre: from `centre_of`, of shape (dimension,).
        question: unit vectors of shape (dimension,) or (n, dimension).
        weight: how much is taken away.

    Returns:
        Vectors of the same shape, no longer of length 1: inner products with texts are still comparable with each other.
    """
    return np.asarray(question - weight * centre, dtype=np.float32)


def best_and_first(scores: Scores, starts: Rows) -> Scores:
    """From passages to texts: the mean of a text's best passage and its first.

    The best passage finds what a long text says further down (0.018 over the first 256 tokens alone); the first says what the
    text is about (0.010 more).

    Args:
        scores: of all passages, in the order of their texts, of shape (passages,).
        starts: the position of each text's first passage, rising, of shape (texts,).

    Returns:
        Of shape (texts,).
    """
    if len(starts) == 0:
        return np.zeros(0, dtype=np.float32)
    return np.asarray((np.maximum.reduceat(scores, starts) + scores[starts]) / 2, dtype=np.float32)


def fit_weight(
    dense: Sequence[Scores],
    lexical: Sequence[Scores],
    right: Sequence[set[int]],
    weights: Sequence[float] = (0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5),
) -> float:
    """The weight of shared words that serves a library best: fusion has to be earned.

    Args:
        dense: for each development question the cosines of all texts.
        lexical: for each the BM25 of all texts.
        right: for each the positions of the texts that answer; not empty.
        weights: what is tried.

    Returns:
        The weight with the highest mean nDCG@10; of equal ones the smallest. Weight 0, the embedding alone, is one of those
        tried.
    """
    asked = list(zip(dense, lexical, right, strict=True))

    def quality(weight: float) -> float:
        return float(np.mean([_gain(fuse(near, words, weight), rows) for near, words, rows in asked]))

    return max(sorted(weights), key=quality)


def _gain(scores: Scores, right: set[int]) -> float:
    """Discounted cumulative gain at 10, normalised (Järvelin & Kekäläinen, 2002)."""
    discounts = 1 / np.log2(np.arange(2, 2 + _PLACES))
    hits = np.isin(best_rows(scores, _PLACES), list(right))
    return float(discounts[: len(hits)][hits].sum() / discounts[: len(right)].sum())


def _sentences(text: str) -> list[str]:
    lines = re.split(r"\n+|\s{3,}", text)
    return [" ".join(line[start:end].split()) for line in lines for start, end in sentence_spans(line)]
