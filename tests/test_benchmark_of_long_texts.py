"""What the benchmark does with long public texts is right: passages, the centre taken away, the fitted weight."""

from __future__ import annotations

import numpy as np
import pytest

from bench.retrieval.long_texts import away_from, best_and_first, centre_of, fit_weight, passages_of


def as_array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


class TestLongTexts:
    def test_passages_hold_whole_sentences_and_every_word(self) -> None:
        text = "\n\n".join(f"This is sentence number {number} of a text. It goes on." for number in range(40))
        passages = passages_of(text, words=30)
        assert " ".join(passages).split() == text.split()
        assert all(len(passage.split()) <= 30 and passage.endswith(".") for passage in passages)

    def test_a_short_text_is_one_passage(self) -> None:
        assert passages_of("One sentence only.") == ["One sentence only."]

    @pytest.mark.parametrize("text", ["", " \n "])
    def test_an_empty_text_is_one_empty_passage(self, text: str) -> None:
        assert passages_of(text) == [""]

    def test_a_sentence_that_is_too_long_stays_whole(self) -> None:
        assert passages_of("word " * 300 + "end.", words=50) == ["word " * 300 + "end."]

    def test_a_text_counts_by_its_best_passage_and_its_first(self) -> None:
        scores = best_and_first(as_array(0.2, 0.8, 0.5, 0.1, 0.3), np.array([0, 2, 3]))
        assert np.allclose(scores, [0.5, 0.5, 0.2])

    def test_no_texts_have_no_scores(self) -> None:
        assert best_and_first(as_array(), np.array([], dtype=np.intp)).shape == (0,)


class TestWeights:
    def test_a_text_that_is_near_to_everything_loses(self) -> None:
        general, particular = as_array(1, 0), as_array(0.6, 0.8)
        question = as_array(0.9, 0.436)
        centre = centre_of(np.stack([general, general, general, particular]))
        before = np.stack([general, particular]) @ question
        after = np.stack([general, particular]) @ away_from(centre, question)
        assert before.argmax() == 0
        assert after.argmax() == 1

    def test_words_get_weight_where_they_help(self) -> None:
        dense, lexical = [as_array(0.60, 0.65)], [as_array(5, 0)]
        assert fit_weight(dense, lexical, [{0}]) > 0

    def test_words_get_no_weight_where_they_mislead(self) -> None:
        dense, lexical = [as_array(0.60, 0.65)], [as_array(5, 0)]
        assert fit_weight(dense, lexical, [{1}]) == 0
