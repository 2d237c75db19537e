"""Fitted models as files: arrays in NumPy's npz form, and a header that tells what was fitted. Reading one runs no code."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[Any]]
_HEADER = "header"


class ModelFileError(ValueError):
    """A file does not hold a model, or one of another version; the message names the file."""


@dataclass(frozen=True)
class StoredModel:
    """What a file holds.

    Attributes:
        about: what it is and what it was fitted for, as JSON has it.
        arrays: the numbers, by name.
    """

    about: dict[str, Any]
    arrays: Arrays


def write_model(file: Path, version: int, model: StoredModel, smaller: bool = False) -> None:
    """Store a model, in the place of an older one at once or not at all. The same model gives the same bytes.

    Args:
        file: where.
        version: of the form in which it is stored.
        model: what to store.
        smaller: compress it, which takes longer.
    """
    header = np.frombuffer(json.dumps({"version": version, **model.about}, ensure_ascii=False).encode(), dtype=np.uint8)
    aside = file.with_name(f".{file.name}.part")
    arrays: dict[str, Any] = {_HEADER: header, **model.arrays}
    with aside.open("wb") as written:
        (np.savez_compressed if smaller else np.savez)(written, **arrays)
    aside.replace(file)


def read_model(file: Path, version: int) -> StoredModel:
    """Read what `write_model` stored.

    Raises:
        ModelFileError: if it is not there, is broken or has another version.
    """
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        about = dict(json.loads(arrays.pop(_HEADER).tobytes()))
        stored_version = about.pop("version")
    except OSError as error:
        raise ModelFileError(f"{file.name} cannot be read: {error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelFileError(f"{file.name} is not what was stored there.") from error
    if stored_version != version:
        raise ModelFileError(f"{file.name} has version {stored_version}, and this program reads {version}.")
    return StoredModel(about, arrays)


def text_as_array(lines: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Texts without line breaks as an array of bytes."""
    return np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)


def text_of_array(array: npt.NDArray[Any]) -> list[str]:
    """The texts that `text_as_array` was given."""
    return array.tobytes().decode().split("\n") if len(array) else []
