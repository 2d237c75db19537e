"""Runs an exported sentence-transformers model with ONNX Runtime alone: the library that exported it takes seconds to import.

It does what that library does with a transformer and a pooling layer (Reimers & Gurevych, Sentence-BERT, 2019): words to
numbers, the network, the mean of the vectors of a text's tokens or the vector of its first one, length 1.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

Vectors = npt.NDArray[np.float32]

NETWORK, MARKER = Path("onnx") / "model.onnx", "MODEL.json"
_BATCH = 16  # texts; more at once gain nothing
_PADDING = 8  # tokens for each text of a batch: to run the network once more costs about as much as eight tokens
_MANY = 32  # batches; from here on they are worked off side by side


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
        self._tokenizer.no_padding()  # only to the longest of a batch, below
        options = onnxruntime.SessionOptions()
        # Threads that share a text wait for one another, which costs a tenth of the processors. Who has many texts, or many
        # patients, works on several at a time instead.
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / NETWORK), options, providers=["CPUExecutionProvider"])
        self._inputs = [given.name for given in self._session.get_inputs()]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts.

        Returns:
            Shape (number of texts, dimension), each row of length 1.
        """
        encoded = self._tokenizer.encode_batch_fast([text.strip() for text in texts])
        batches = _batches([len(text) for text in encoded])
        vectors = np.zeros((len(texts), self.described.dimension), dtype=np.float32)
        for batch, found in zip(batches, self._run_all([[encoded[at] for at in batch] for batch in batches]), strict=True):
            vectors[batch] = found
        return vectors

    def _run_all(self, batches: list[list[Any]]) -> Iterator[Vectors]:
        if len(batches) < _MANY:
            yield from map(self._run, batches)
            return
        with ThreadPoolExecutor(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None) as threads:
            yield from threads.map(self._run, batches)

    def _run(self, batch: list[Any]) -> Vectors:
        shape = len(batch), max(len(text) for text in batch)
        told: dict[str, Any] = {
            "input_ids": np.full(shape, self.described.padding_id, dtype=np.int64),
            "attention_mask": np.zeros(shape, dtype=np.int64),
            "token_type_ids": np.zeros(shape, dtype=np.int64),
        }
        for row, text in enumerate(batch):
            told["input_ids"][row, : len(text)] = text.ids
            told["attention_mask"][row, : len(text)] = 1
            told["token_type_ids"][row, : len(text)] = text.type_ids
        tokens = self._session.run(None, {name: told[name] for name in self._inputs})[0]
        if self.described.pooling == "cls":
            pooled = tokens[:, 0]
        else:
            mask = told["attention_mask"][:, :, None].astype(np.float32)
            pooled = (tokens * mask).sum(axis=1) / mask.sum(axis=1).clip(1e-9)
        return np.asarray(pooled / np.linalg.norm(pooled, axis=1, keepdims=True).clip(1e-12), dtype=np.float32)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Which texts go through the network together: those next to one another in length, which need hardly any padding."""
    batches: list[list[int]] = []
    for at in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        if batches and len(batches[-1]) < _BATCH and lengths[batches[-1][0]] - lengths[at] <= _PADDING:
            batches[-1].append(at)
        else:
            batches.append([at])
    return batches
