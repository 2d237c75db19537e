"""Runs an exported sentence-transformers model with ONNX Runtime alone: the library that exported it takes seconds to import.

It does what that library does with a transformer and a pooling layer (Reimers & Gurevych, Sentence-BERT, 2019): words to
numbers, the network, the mean of the vectors of a text's tokens or the vector of its first one, length 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

Vectors = npt.NDArray[np.float32]

NETWORK, MARKER = Path("onnx") / "model.onnx", "MODEL.json"
_BATCH = 16  # texts are of unequal length, and a smaller batch has less padding


class Described(BaseModel):
    """What has to be known to run a model; written when it is exported, as the last of its files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    pooling: Literal["mean", "cls"]
    dimension: int
    most_tokens: int
    padding: str  # the token that fills up shorter texts
    padding_id: int


class OnnxModel:
    """Turns texts into unit vectors."""

    def __init__(self, folder: Path) -> None:
        """Load a model that was exported into a folder.

        Raises:
            Exception: whatever the libraries raise for files that are broken.
        """
        import onnxruntime  # noqa: PLC0415  -- whoever only exports does not need it
        from tokenizers import Tokenizer  # noqa: PLC0415

        self.described = described = Described.model_validate_json((folder / MARKER).read_text("utf-8"))
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(described.most_tokens)
        self._tokenizer.enable_padding(pad_id=described.padding_id, pad_token=described.padding)
        options = onnxruntime.SessionOptions()
        # Threads that wait do so asleep: there are other processes, and texts are short.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(folder / NETWORK), options, providers=["CPUExecutionProvider"])
        self._inputs = [given.name for given in self._session.get_inputs()]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts.

        Returns:
            Shape (number of texts, dimension), each row of length 1.
        """
        vectors = np.zeros((len(texts), self.described.dimension), dtype=np.float32)
        longest_first = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        for start in range(0, len(texts), _BATCH):
            batch = longest_first[start : start + _BATCH]
            vectors[batch] = self._run([texts[at].strip() for at in batch])
        return vectors

    def _run(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        told: dict[str, Any] = {
            "input_ids": np.array([text.ids for text in encoded], dtype=np.int64),
            "attention_mask": np.array([text.attention_mask for text in encoded], dtype=np.int64),
            "token_type_ids": np.array([text.type_ids for text in encoded], dtype=np.int64),
        }
        tokens = self._session.run(None, {name: told[name] for name in self._inputs})[0]
        if self.described.pooling == "cls":
            pooled = tokens[:, 0]
        else:
            mask = told["attention_mask"][:, :, None].astype(np.float32)
            pooled = (tokens * mask).sum(axis=1) / mask.sum(axis=1).clip(1e-9)
        return np.asarray(pooled / np.linalg.norm(pooled, axis=1, keepdims=True).clip(1e-12), dtype=np.float32)
