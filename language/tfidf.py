"""Texts as the words in them, or pieces of words, each weighted by how rare it is (tf-idf; Spärck Jones, 1972)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from cordial.model_file import Arrays, text_as_array, text_of_array

Form = Mapping[str, Any]  # what scikit-learn's vectorisers take: analyzer, ngram_range, token_pattern, …


class Tfidf:
    """A fitted vectoriser of scikit-learn: sublinear counts by inverse document frequency, rows of length 1.

    `TfidfVectorizer` learns the terms and how rare they are, `CountVectorizer` cuts texts into them. The counts are weighted
    here, to the figures that `TfidfVectorizer` gives, and a single text is counted here as well: each message passes through
    several of these, and the checks and matrices that are meant for many texts took ten times as long.
    """

    def __init__(self, form: Form, terms: Sequence[str], rarity: npt.NDArray[Any]) -> None:
        """Know the terms, one for each column, and the inverse document frequency of each."""
        self.terms = list(terms)
        self.rarity = np.asarray(rarity, dtype=np.float64)
        if len(self.rarity) != len(self.terms):
            raise ValueError("lists of unequal length")
        self._vocabulary = {term: column for column, term in enumerate(self.terms)}
        self._counts = CountVectorizer(vocabulary=self._vocabulary, **form)
        self._terms_in: Callable[[str], list[str]] = self._counts.build_analyzer()

    @classmethod
    def fit(cls, form: Form, texts: Sequence[str], fewest: int) -> tuple[Tfidf, sparse.csr_matrix]:
        """Learn from texts; gives what `transform` gives for them as well, without reading them twice.

        Args:
            form: how texts are cut.
            texts: what to learn from.
            fewest: texts that a term has to stand in.
        """
        learned = TfidfVectorizer(min_df=fewest, sublinear_tf=True, **form)
        weighted = learned.fit_transform(texts).sorted_indices()
        return cls(form, learned.get_feature_names_out().tolist(), learned.idf_), weighted

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Shape (texts, terms)."""
        counts = self._counts.transform(texts)
        row = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
        values = (1 + np.log(counts.data)) * self.rarity[counts.indices]
        lengths = np.sqrt(np.bincount(row, weights=values**2, minlength=len(texts)))
        return sparse.csr_matrix((values / lengths[row], counts.indices, counts.indptr), shape=counts.shape)

    def products(self, texts: Sequence[str], weights: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The rows of the texts times a weight for each term, shape (terms,) or (terms, columns); a row for each text.

        No matrix is made, and only the weights of a text's own terms are touched.
        """
        rows = (self.row(text) for text in texts)
        return np.asarray([values @ weights[columns] for columns, values in rows])

    def row(self, text: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """The columns of one text that are not zero, and their values, as `transform` gives them."""
        of_terms = Counter(self._terms_in(text))
        counted = {self._vocabulary[term]: count for term, count in of_terms.items() if term in self._vocabulary}
        columns = np.array(sorted(counted), dtype=np.intp)
        counts = np.array([counted[column] for column in columns.tolist()], dtype=np.float64)
        values = (1 + np.log(counts)) * self.rarity[columns]
        return columns, values / np.sqrt(np.sum(values**2)) if len(values) else values

    def arrays(self, name: str) -> Arrays:
        """To be stored in a model file, under this name."""
        return {f"{name}_terms": text_as_array(self.terms), f"{name}_rarity": self.rarity}

    @classmethod
    def of_arrays(cls, name: str, form: Form, arrays: Arrays) -> Tfidf:
        """What `arrays` gave, with the same form.

        Raises:
            KeyError, ValueError: if it is not there or not whole.
        """
        return cls(form, text_of_array(arrays[f"{name}_terms"]), arrays[f"{name}_rarity"])
