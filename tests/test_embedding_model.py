"""The embedding model that runs is the published one, only faster."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cordial.bootstrap import PROJECT
from knowledge.encoder import DEFAULT_WEIGHTS_SHA256, Encoder, installed_model, prepare_model
from knowledge.errors import EncoderError
from tests.support.system import prepare

TEXTS = ["Is fever after the infusion a bad sign?", "Does it work?", "😀", "   ", "ü" * 5_000]


def test_the_exported_model_gives_the_vectors_of_the_original(encoder: Encoder) -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    original = SentenceTransformer(str(installed_model()), device="cpu", local_files_only=True)
    wanted = original.encode(TEXTS, normalize_embeddings=True)
    assert np.allclose(encoder.encode(TEXTS), wanted, atol=1e-5)


def test_every_vector_has_length_one(encoder: Encoder) -> None:
    assert np.allclose(np.linalg.norm(encoder.encode(TEXTS), axis=1), 1, atol=1e-6)


def test_a_text_has_the_same_vector_alone_and_among_others(encoder: Encoder, prepared: Path) -> None:
    alone = encoder.encode(["one text among many"])[0]
    another = Encoder(prepared / "encoder")  # the first one remembers
    among = another.encode([*(f"text {number}" for number in range(40)), "one text among many"])[-1]
    assert np.allclose(alone, among, atol=1e-4)


def test_very_many_texts_of_unequal_length_have_the_vectors_that_they_have_alone(encoder: Encoder, prepared: Path) -> None:
    texts = [f"fever {'and pain ' * (number % 7)}{number}" for number in range(600)]
    among = Encoder(prepared / "encoder").encode(texts)  # the first one remembers
    for number in range(0, 600, 67):
        assert np.abs(encoder.encode([texts[number]])[0] - among[number]).max() < 1e-6


def test_running_it_imports_none_of_what_exports_it(prepared: Path) -> None:
    runs = (
        "import sys; from pathlib import Path; import web.app; from knowledge.encoder import Encoder;"
        f"Encoder(Path({str(prepared / 'encoder')!r})).encode(['hello']);"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", runs], cwd=PROJECT, capture_output=True, text=True, timeout=100, check=True)
    assert done.stdout.strip() == "[]"


def test_what_another_version_has_prepared_is_prepared_anew(tmp_path: Path) -> None:
    (tmp_path / "encoder").mkdir()
    (tmp_path / "encoder" / "NAME").write_text("all-MiniLM-L6-v2", "utf-8")
    prepare(tmp_path)
    assert Encoder(tmp_path / "encoder").name == "all-MiniLM-L6-v2"


@pytest.mark.slow
def test_a_damaged_model_is_noticed_and_prepared_anew(prepared: Path, tmp_path: Path) -> None:
    shutil.copytree(prepared / "encoder", tmp_path / "encoder")
    assert not prepare_model(tmp_path / "encoder", None), "it is as it was exported"
    network = next((tmp_path / "encoder").rglob("*.onnx"))
    whole = network.read_bytes()
    network.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    prepare(tmp_path)
    assert network.read_bytes() == whole


def test_no_text_gives_no_vector(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_a_prepared_model_is_not_prepared_again(prepared: Path) -> None:
    assert prepare_model(prepared / "encoder", None) is False


def test_a_folder_without_a_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="make setup"):
        Encoder(tmp_path)
    with pytest.raises(EncoderError, match="not a sentence-transformers model"):
        prepare_model(tmp_path / "target", tmp_path)
    assert not (tmp_path / "target").exists()


def test_the_pinned_weights_are_the_published_ones() -> None:
    assert DEFAULT_WEIGHTS_SHA256 == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    assert (installed_model() / "model.safetensors").is_file()
