"""A fitted model is stored so that it can be read again and only read: the same numbers, and no code."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from cordial.model_file import ModelFileError, StoredModel, read_model, write_model
from language.tfidf import Tfidf

MODEL = StoredModel({"encoder": "a model", "names": ["ä", "日本"]}, {"weights": np.arange(6, dtype=np.float32).reshape(2, 3)})
SENTENCES = [
    "Does it hurt, does it?",
    "It does not hurt.",
    "What does it cost?",
    "How are you?",
    "Fever after it: does it matter?",
]
FORMS = [{"analyzer": "char_wb", "ngram_range": (2, 4)}, {"ngram_range": (1, 2), "token_pattern": r"\w+|\?"}]


@pytest.mark.parametrize("smaller", [False, True])
def test_what_was_stored_is_read_again(smaller: bool, tmp_path: Path) -> None:
    write_model(tmp_path / "model.npz", 3, MODEL, smaller)
    stored = read_model(tmp_path / "model.npz", 3)
    assert stored.about == MODEL.about
    assert stored.arrays.keys() == {"weights"}
    assert stored.arrays["weights"].dtype == np.float32
    assert stored.arrays["weights"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_the_same_model_gives_the_same_bytes_and_leaves_nothing_beside_them(tmp_path: Path) -> None:
    for name in ("one.npz", "other.npz", "one.npz"):
        write_model(tmp_path / name, 1, MODEL)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()
    assert {file.name for file in tmp_path.iterdir()} == {"one.npz", "other.npz"}


def test_a_file_of_another_version_is_refused_with_its_name(tmp_path: Path) -> None:
    write_model(tmp_path / "model.npz", 1, MODEL)
    with pytest.raises(ModelFileError, match=r"model\.npz has version 1, and this program reads 2"):
        read_model(tmp_path / "model.npz", 2)


class _Harm:
    """Something that leaves a trace when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.trace,)


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "cut off", "no header", "one array", "pickle", "pickled array"])
def test_what_is_no_stored_model_is_refused_with_its_name_and_never_run(kind: str, tmp_path: Path) -> None:
    file, trace = tmp_path / "model.npz", tmp_path / "trace"
    write_model(tmp_path / "whole.npz", 1, MODEL)
    harm = np.array([_Harm(trace)], dtype=object)
    match kind:
        case "empty":
            file.write_bytes(b"")
        case "text":
            file.write_text("a model")
        case "cut off":
            file.write_bytes((tmp_path / "whole.npz").read_bytes()[:-40])
        case "no header":
            np.savez(file, weights=MODEL.arrays["weights"])
        case "one array":
            with file.open("wb") as written:
                np.save(written, MODEL.arrays["weights"])
        case "pickle":
            file.write_bytes(pickle.dumps(harm))
        case "pickled array":
            np.savez(file, header=harm)
    with pytest.raises(ModelFileError, match=r"model\.npz"):
        read_model(file, 1)
    assert not trace.exists()


@pytest.mark.parametrize("form", FORMS)
def test_texts_get_the_figures_of_scikit_learn_alone_together_and_from_a_file(form: dict[str, object], tmp_path: Path) -> None:
    theirs = TfidfVectorizer(sublinear_tf=True, min_df=2, **form).fit(SENTENCES)
    ours, _ = Tfidf.fit(form, SENTENCES, fewest=2)
    write_model(tmp_path / "model.npz", 1, StoredModel({}, ours.arrays("letters")))
    stored = Tfidf.of_arrays("letters", form, read_model(tmp_path / "model.npz", 1).arrays)
    texts = [*SENTENCES, "", "xyz", "DOES it, does it, does it hurt???"]
    expected = theirs.transform(texts).toarray()
    assert expected.any()
    for each in (ours, stored):
        np.testing.assert_allclose(each.transform(texts).toarray(), expected, atol=1e-12)
        np.testing.assert_allclose(each.transform(texts[-1:]).toarray(), expected[-1:], atol=1e-12)
        weights = np.linspace(-1, 1, len(each.terms))
        np.testing.assert_allclose(each.products(texts, weights), expected @ weights, atol=1e-12)
