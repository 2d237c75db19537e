"""Texts are found by their words and by meaning: the indexes, what holds for all of them, and how scores become one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from knowledge.dense import DenseIndex
from knowledge.errors import GenerationError
from knowledge.fusion import fuse
from knowledge.lexical import LexicalIndex, best_rows, words_of
from knowledge.onnx_model import Vectors

TEXTS = [
    "Fever after an infusion is common and mild.",
    "Clots in a vein are rare.",
    "The clinic tests each batch of cells for germs.",
    "Short QT syndrome changes the heart beat.",
    "Long QT syndrome changes the heart beat.",
    "Long ago, QT was not measured. A syndrome had no name, and short was the list of changes in the heart beat.",
]


def as_array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


class TestWords:
    def test_plurals_and_case_and_accents_do_not_matter(self) -> None:
        assert words_of("Sjögren's DISEASES, studies & cells") == words_of("sjogren s disease study cell")

    @pytest.mark.parametrize("word", ["virus", "abscess", "gas", "toes", "is"])
    def test_a_word_that_is_no_plural_stays(self, word: str) -> None:
        assert words_of(word) == [word]

    def test_the_text_with_the_words_comes_first(self) -> None:
        index = LexicalIndex.build(TEXTS)
        assert index.search("Do I get a fever from the infusions?", 3)[0][0] == 0
        assert index.search("how do you test a batch", 3)[0][0] == 2

    def test_the_order_of_words_tells_texts_apart(self) -> None:
        assert LexicalIndex.build(TEXTS).search("long QT syndrome", 1)[0][0] == 4
        assert LexicalIndex.build(TEXTS).search("short QT syndrome", 1)[0][0] == 3

    def test_without_pairs_only_words_count(self) -> None:
        scores = LexicalIndex.build(["heart beat", "beat heart"], pairs=0).scores("heart beat")
        assert scores[0] == scores[1] > 0

    @pytest.mark.parametrize("question", ["", "   ", "?!", "xyzzy plugh", "\0", "🙂"])
    def test_a_question_without_a_known_word_finds_nothing(self, question: str) -> None:
        index = LexicalIndex.build(TEXTS)
        assert index.search(question, 3) == []
        assert not index.scores(question).any()

    def test_scores_are_for_every_text_and_never_negative(self) -> None:
        scores = LexicalIndex.build([*TEXTS, ""]).scores("the heart beat of the cells")
        assert scores.shape == (7,)
        assert scores.dtype == np.float32
        assert scores.min() >= 0
        assert scores[6] == 0

    @pytest.mark.parametrize("texts", [[], [""], ["", "..."]])
    def test_a_library_without_words_can_be_asked(self, texts: list[str], tmp_path: Path) -> None:
        LexicalIndex.build(texts).save(tmp_path / "index")
        index = LexicalIndex.load(tmp_path / "index")
        assert len(index) == len(texts)
        assert index.search("fever", 3) == []
        assert index.scores("fever").shape == (len(texts),)

    def test_the_same_texts_give_the_same_file(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            LexicalIndex.build(TEXTS).save(tmp_path / name)
        one, two = (np.load(tmp_path / name) for name in ("one", "two"))
        assert all(np.array_equal(one[field], two[field]) for field in one.files)

    def test_a_file_with_objects_in_it_is_not_opened(self, tmp_path: Path) -> None:
        with (tmp_path / "index").open("wb") as stream:
            np.savez(stream, format=np.array([{"code": "anything"}], dtype=object))
        with pytest.raises(GenerationError):
            LexicalIndex.load(tmp_path / "index")

    def test_a_file_of_another_format_is_refused(self, tmp_path: Path) -> None:
        with (tmp_path / "index").open("wb") as stream:
            np.savez(stream, format=np.int64(99))
        with pytest.raises(GenerationError, match="Build it again"):
            LexicalIndex.load(tmp_path / "index")

    def test_equal_scores_keep_the_order_of_the_texts(self) -> None:
        assert best_rows(as_array(1, 3, 1, 3, 1), 3).tolist() == [1, 3, 0]
        assert best_rows(as_array(1, 1), 9).tolist() == [0, 1]
        assert best_rows(as_array(1, 1), 0).tolist() == []


@dataclass
class Kind:
    """One kind of index over the same 600 things, and a question for each."""

    build: Callable[[], DenseIndex | LexicalIndex]
    load: Callable[[Path], DenseIndex | LexicalIndex]
    question: Callable[[int], Vectors | str]


SIZE = 600


def unit_vectors() -> Vectors:
    drawn = np.random.default_rng(5).standard_normal((SIZE, 12)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)


def numbered_texts() -> list[str]:
    return [f"place{number} row{number % 7} all" for number in range(SIZE)]


# Built once: an index never changes.
KINDS = {
    "exact": Kind(cache(lambda: DenseIndex.build(unit_vectors())), DenseIndex.load, lambda n: unit_vectors()[n]),
    "approximate": Kind(
        cache(lambda: DenseIndex.build(unit_vectors(), exact_up_to=100)), DenseIndex.load, lambda n: unit_vectors()[n]
    ),
    "lexical": Kind(cache(lambda: LexicalIndex.build(numbered_texts())), LexicalIndex.load, lambda n: numbered_texts()[n]),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


class TestEveryIndex:
    """What any index has to do, whatever it compares."""

    def test_each_text_finds_itself_first(self, kind: Kind) -> None:
        index = kind.build()
        assert [index.search(kind.question(number), 1)[0][0] for number in range(0, SIZE, 37)] == list(range(0, SIZE, 37))

    def test_it_knows_its_size(self, kind: Kind) -> None:
        assert len(kind.build()) == SIZE

    def test_scores_fall_and_rows_are_different(self, kind: Kind) -> None:
        found = kind.build().search(kind.question(3), 50)
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
        assert len({row for row, _ in found}) == 50

    @pytest.mark.parametrize(("asked", "given"), [(0, 0), (1, 1), (SIZE, SIZE), (SIZE * 9, SIZE)])
    def test_it_gives_as_many_as_asked_for_if_there_are_as_many(self, kind: Kind, asked: int, given: int) -> None:
        assert len(kind.build().search(kind.question(3), asked)) == given

    def test_it_is_the_same_after_it_was_stored(self, kind: Kind, tmp_path: Path) -> None:
        index = kind.build()
        index.save(tmp_path / "index")
        again = kind.load(tmp_path / "index")
        assert len(again) == SIZE
        for number in range(0, SIZE, 61):
            assert again.search(kind.question(number), 20) == index.search(kind.question(number), 20)

    def test_it_is_stored_under_the_name_that_was_given(self, kind: Kind, tmp_path: Path) -> None:
        kind.build().save(tmp_path / "index.part")
        assert [file.name for file in tmp_path.iterdir()] == ["index.part"]

    @pytest.mark.parametrize("content", [b"", b"no index", None])
    def test_a_file_that_is_none_is_refused(self, kind: Kind, tmp_path: Path, content: bytes | None) -> None:
        if content is not None:
            (tmp_path / "index").write_bytes(content)
        with pytest.raises(GenerationError, match="cannot be read"):
            kind.load(tmp_path / "index")

    def test_a_file_that_ends_early_is_refused(self, kind: Kind, tmp_path: Path) -> None:
        kind.build().save(tmp_path / "index")
        whole = (tmp_path / "index").read_bytes()
        (tmp_path / "index").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(GenerationError):
            kind.load(tmp_path / "index")


class TestManyTexts:
    def test_an_approximate_index_finds_nearly_what_an_exact_one_finds(self) -> None:
        exact, approximate = KINDS["exact"].build(), KINDS["approximate"].build()
        assert isinstance(exact, DenseIndex)
        assert isinstance(approximate, DenseIndex)
        assert (exact.is_exact, approximate.is_exact) == (True, False)
        questions = np.random.default_rng(6).standard_normal((50, 12)).astype(np.float32)
        shared = [
            len({row for row, _ in exact.search(question, 10)} & {row for row, _ in approximate.search(question, 10)})
            for question in questions
        ]
        assert np.mean(shared) >= 9.5

    def test_it_gives_its_vectors_back(self, tmp_path: Path) -> None:
        KINDS["approximate"].build().save(tmp_path / "index")
        assert np.allclose(DenseIndex.load(tmp_path / "index").row(17), unit_vectors()[17])


class TestFusion:
    def test_words_decide_between_texts_of_near_meaning(self) -> None:
        assert fuse(as_array(0.60, 0.61), as_array(9, 2), 0.1).argmax() == 0

    def test_words_alone_do_not_outweigh_meaning(self) -> None:
        assert fuse(as_array(0.3, 0.7), as_array(40, 0), 0.1).argmax() == 1

    def test_without_shared_words_meaning_stays_as_it_is(self) -> None:
        dense = as_array(0.3, 0.7)
        assert np.array_equal(fuse(dense, as_array(0, 0), 0.1), dense)

    def test_scores_for_different_texts_are_refused(self) -> None:
        with pytest.raises(ValueError, match="by meaning"):
            fuse(as_array(0.1, 0.2), as_array(1), 0.1)

    def test_no_texts(self) -> None:
        assert fuse(as_array(), as_array(), 0.1).shape == (0,)

    def test_the_order_of_the_embedding_alone_can_be_had(self) -> None:
        assert fuse(as_array(0.60, 0.61), as_array(9, 2), 0).argmax() == 1
