"""Embeddings that are computed once and kept, because a set takes minutes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge.encoder import MAX_CHARACTERS, Encoder
from knowledge.onnx_model import Vectors

_AT_A_TIME = 512


class Embeddings:
    """An encoder with a memory on disk."""

    def __init__(self, encoder: Encoder, folder: Path | None) -> None:
        """Use an encoder; with a folder, keep what it gives there."""
        self.encoder = encoder
        self._file = folder / f"{encoder.name}.npz" if folder else None
        self._known: dict[bytes, Vectors] = {}
        if self._file and self._file.is_file():
            with np.load(self._file, allow_pickle=False) as stored:
                keys = stored["keys"]
                self._known = {key.tobytes(): vector for key, vector in zip(keys, stored["vectors"], strict=True)}

    def of(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (number of texts, dimension)."""
        keys = [_key(text) for text in texts]
        missing = sorted({text for key, text in zip(keys, texts, strict=True) if key not in self._known}, key=len)
        for start in range(0, len(missing), _AT_A_TIME):  # short ones together, so that little is padded
            some = missing[start : start + _AT_A_TIME]
            self._known.update(zip(map(_key, some), self.encoder.encode(some), strict=True))
            print(f"\rembedding {start + len(some):,} of {len(missing):,} texts", end="", flush=True)
        if missing:
            print()
            self._keep()
        return np.stack([self._known[key] for key in keys])

    def _keep(self) -> None:
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        keys = np.frombuffer(b"".join(self._known), dtype=np.uint8).reshape(len(self._known), -1)
        np.savez(self._file, keys=keys, vectors=np.stack(list(self._known.values())))


def _key(text: str) -> bytes:
    return hashlib.sha256(text[:MAX_CHARACTERS].encode()).digest()
