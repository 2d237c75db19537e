"""Reads the YAML files in which people keep rules, texts and details, and says in one sentence what is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


def read_data(kind: type[T], file: Path, fails_with: type[Exception]) -> T:
    """Read a file as a model, or as anything else that Pydantic judges.

    Raises:
        Exception: the given one, naming the file, and the place in it that is wrong.
    """
    try:
        return TypeAdapter(kind).validate_python(yaml.safe_load(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise fails_with(f"{file} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ": ".join(filter(None, [file.name, ".".join(map(str, first["loc"])), first["msg"]]))
        raise fails_with(place) from error
