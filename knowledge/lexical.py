"""The lexical index: texts by the words that they share with a question, ranked by BM25."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import bm25s
import numpy as np
import numpy.typing as npt

from knowledge.errors import GenerationError
from language.normalise import without_accents
from language.plurals import singular

Scores = npt.NDArray[np.float32]

_FORMAT = 1  # raised when words or fields change, so that an old file is refused and built anew
_REMEMBERED = 20_000  # words whose singular is not looked for again
_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """The words that the index counts: lower case, without accents, plurals made singular.

    Plurals go by Harman's S stemmer ("How effective is suffixing?", JASIS 42, 1991): on MedQuAD it found more than Porter's
    stemmer, which takes "infusion" and "infused" for the same. No word is left out for being common: BM25 gives such words
    little weight by itself, and "what causes" and "who has" tell questions apart.
    """
    return [_singular(word) for word in _WORD.findall(without_accents(text).casefold())]


class LexicalIndex:
    """BM25 over texts, computed when the index is built (Robertson & Zaragoza, "The probabilistic relevance framework", 2009).

    Weights are those of Lucene, so no score is negative. Pairs of neighbouring words count as words of their own, with less
    weight (the ordered part of Metzler & Croft, "A Markov random field model for term dependencies", 2005): they tell "long QT"
    from "short QT". The sparse matrix of ready scores is that of bm25s (Lù, 2024). Safe to search from several threads.
    """

    def __init__(self, index: bm25s.BM25, size: int, pairs: float) -> None:
        """Wrap a bm25s index; use `build` or `load`."""
        self._index = index
        self._size = size
        self._pairs = pairs

    @classmethod
    def build(cls, texts: Sequence[str], k1: float = 1.2, b: float = 0.75, pairs: float = 0.4) -> LexicalIndex:
        """Index texts; their positions are their ids.

        Args:
            texts: may be empty, and so may each text.
            k1: how much a second occurrence of a word adds, at least 0.
            b: how far a long text is discounted, from 0 (not at all) to 1.
            pairs: what a shared pair of words counts, as a share of what a word of its rarity counts; 0 leaves pairs out.
        """
        words = [[*found, *(_pairs_of(found) if pairs else ())] for found in map(words_of, texts)]
        # In alphabetical order, so that the same texts always give the same file.
        numbers = {word: number for number, word in enumerate(sorted({word for text in words for word in text}))}
        if not numbers:  # bm25s would divide by the mean length
            nothing = np.zeros(0, dtype=np.int32)
            scores = {"data": nothing.astype(np.float32), "indices": nothing, "indptr": np.zeros(1, dtype=np.int64)}
            return cls(_ready([], {**scores, "num_docs": len(texts)}), len(texts), pairs)
        index = bm25s.BM25(k1=k1, b=b, method="lucene")
        index.index(([[numbers[word] for word in text] for text in words], numbers), show_progress=False)
        return cls(index, len(texts), pairs)

    @classmethod
    def load(cls, file: Path) -> LexicalIndex:
        """Read an index from disk.

        Raises:
            GenerationError: if the file is missing, damaged or of another format.
        """
        try:
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
                if int(stored["format"]) != _FORMAT:
                    raise GenerationError(f"The index {file} has another format. Build it again.")
                words = stored["words"].tobytes().decode("utf-8").splitlines()
                data, indices, indptr = stored["data"], stored["indices"], stored["indptr"]
                size, pairs = int(stored["size"]), float(stored["pairs"])
        except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
            raise GenerationError(f"The index {file} cannot be read.") from error
        whole = len(indptr) == len(words) + 1 and indptr[-1] == len(data) == len(indices) and indices.max(initial=-1) < size
        if not whole:
            raise GenerationError(f"The index {file} is damaged. Build it again.")
        return cls(_ready(words, {"data": data, "indices": indices, "indptr": indptr, "num_docs": size}), size, pairs)

    def save(self, file: Path) -> None:
        """Write the index to disk: arrays only, nothing that is executed when it is read."""
        scores = self._index.scores
        words = sorted((number, word) for word, number in self._index.vocab_dict.items() if word)
        with file.open("wb") as stream:  # a name alone would get the ending .npz
            np.savez(
                stream,
                format=np.int64(_FORMAT),
                size=np.int64(self._size),
                pairs=np.float64(self._pairs),
                words=np.frombuffer("\n".join(word for _, word in words).encode(), dtype=np.uint8),
                data=scores["data"].astype(np.float32),
                indices=scores["indices"].astype(np.int32),
                indptr=scores["indptr"].astype(np.int64),
            )

    def __len__(self) -> int:
        """How many texts there are."""
        return self._size

    def scores(self, query: str) -> Scores:
        """BM25 of each text for a question, of shape (number of texts,), at least 0; 0 where no word is shared."""
        words = words_of(query)
        scores = self._sum(words)
        if self._pairs:
            scores += np.float32(self._pairs) * self._sum(_pairs_of(words))
        return scores

    def search(self, query: str, count: int) -> list[tuple[int, float]]:
        """The texts that share most with a question, best first, as (position, BM25). Texts that share nothing are left out."""
        scores = self.scores(query)
        return [(int(row), float(scores[row])) for row in best_rows(scores, count) if scores[row] > 0]

    def _sum(self, words: list[str]) -> Scores:
        numbers = self._index.get_tokens_ids(words)
        if not numbers:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._index.get_scores_from_ids(numbers), dtype=np.float32)


def best_rows(scores: Scores, count: int) -> npt.NDArray[np.intp]:
    """Positions of the highest scores, best first, and of equal ones the earlier first; at most ``count``."""
    count = min(count, len(scores))
    if count <= 0:
        return np.zeros(0, dtype=np.intp)
    # All that reach the last place, so that a tie across it is decided by position as well.
    last = np.partition(scores, len(scores) - count)[len(scores) - count]
    rows = np.flatnonzero(scores >= last)
    return rows[np.argsort(-scores[rows], kind="stable")][:count]


def _pairs_of(words: list[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(words)]


@lru_cache(_REMEMBERED)
def _singular(word: str) -> str:
    return singular(word, "careful")


def _ready(words: Sequence[str], scores: Mapping[str, Any]) -> bm25s.BM25:
    """A bm25s index with scores that were computed before. Its own way to save makes several files."""
    index = bm25s.BM25(method="lucene")
    index.scores = scores
    index.vocab_dict = {word: number for number, word in enumerate(words)}
    index.unique_token_ids_set = set(index.vocab_dict.values())
    index.nonoccurrence_array = None
    return index
