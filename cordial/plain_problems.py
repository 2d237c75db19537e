"""What Pydantic finds wrong with a data file, in English for the person who wrote the file."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from cordial.yaml_text import Lines

Way = tuple[str | int, ...]  # names and list positions that lead to a value
_NEAR = 60  # likeness from which a name may have been meant
_MOST_LISTED = 12


class Faults(ValueError):
    """Several things that are wrong within one part, each with the way to it from there; raised by a model's validator."""

    def __init__(self, faults: Iterable[tuple[Way, str]]) -> None:
        """Take the ways, and what is wrong there, each without a full stop."""
        self.faults = list(faults)
        super().__init__("; ".join(text for _, text in self.faults))


def problems_of(error: ValidationError, kind: Any, raw: Any, lines: Lines) -> Iterator[tuple[int, str]]:
    """Every problem, with its line.

    Args:
        error: what Pydantic found.
        kind: the type against which it was judged.
        raw: the value that was judged.
        lines: where it stands.
    """
    unknown = {found["loc"] for found in error.errors() if found["type"] == "extra_forbidden"}
    meant = {(*loc[:-1], near) for loc in unknown if (near := nearest(str(loc[-1]), _names(kind, loc[:-1])))}
    for found in error.errors():
        if found["type"] == "missing" and found["loc"] in meant:
            continue  # it is there, with a mistake in its name, which is told
        for path, text in _sentences(found, kind, lines):
            yield lines.of(*path), _told(path, text, raw)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that was most likely meant, if one is near enough."""
    match = process.extractOne(name, list(names), scorer=fuzz.ratio, score_cutoff=_NEAR, processor=str.lower)
    return str(match[0]) if match else None


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """The question after a name that is not known; nothing where none is near."""
    near = nearest(name, names)
    return f"; did you mean {near}?" if near else ""


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    kept = list(names[:_MOST_LISTED])
    if len(names) > _MOST_LISTED:
        return f"{', '.join(kept)} and {len(names) - _MOST_LISTED} more"
    return " and ".join(filter(None, [", ".join(kept[:-1]), *kept[-1:]]))


def _told(path: Way, text: str, raw: Any) -> str:
    place = " › ".join(_steps(path, raw))
    sentence = text if place else text[:1].upper() + text[1:]
    return f"{place + ': ' if place else ''}{sentence}{'' if text.endswith(('.', '?')) else '.'}"


def _steps(path: Way, raw: Any) -> Iterator[str]:
    """The way to a value as a person would tell it: an entry of a list by its name, if it has one."""
    for part in path:
        raw = _inside(raw, part)
        names = [raw.get(key) for key in ("name", "id", "title")] if isinstance(raw, dict) else []
        if isinstance(part, int):
            yield next((str(name) for name in names if isinstance(name, str)), f"number {part + 1}")
        else:
            yield str(part)


def _inside(raw: Any, part: str | int) -> Any:
    try:
        return raw[part]
    except (LookupError, TypeError):
        return None


def _sentences(found: ErrorDetails, kind: Any, lines: Lines) -> Iterator[tuple[Way, str]]:
    path, cause = _real_path(found["loc"], kind), found.get("ctx", {}).get("error")
    if isinstance(cause, Faults):
        for way, text in cause.faults:
            yield (*path, *way), text
    elif isinstance(cause, Exception):
        yield path, str(cause)
    elif found["type"] == "extra_forbidden":
        yield path, _unknown(path, kind)
    else:
        is_name, is_secret = found["loc"][-1:] == ("[key]",), _kind_at(kind, path) is SecretStr
        written = str(path[-1]) if is_name else lines.written(*path)
        yield path, _plainly(found, None if is_secret else written)


def _real_path(loc: Way, kind: Any) -> Way:
    """The way to a value without what Pydantic puts into it: the member of a union, the mark of a key."""
    path: Way = ()
    for part in loc:
        if part == "[key]" or (_is_union(_kind_at(kind, path)) and not _holds(kind, (*path, part))):
            continue
        path = (*path, part)
    return path


def _holds(kind: Any, path: Way) -> bool:
    return isinstance(path[-1], int) or _kind_at(kind, path) is not None


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in {Union, types.UnionType}


def _unknown(path: Way, kind: Any) -> str:
    names = _names(kind, path[:-1])
    hint = did_you_mean(str(path[-1]), names)
    return f"there is no such entry here{hint or f'. There is {listed(names)}'}"


def _plainly(found: ErrorDetails, written: str | None) -> str:  # noqa: PLR0911  -- one return for each kind of mistake
    name, limits, value = found["type"], found.get("ctx", {}), found["input"]
    if name == "missing":
        return "this entry is missing. Add it"
    if value is None:
        return "there is nothing after the colon. Write a value"
    if name == "literal_error":
        return _choices(limits["expected"], written if written is not None else value)
    if name == "string_type":
        return _no_text(value, written)
    if name.startswith(("greater_than", "less_than", "too_short", "too_long", "string_too")):
        return _out_of_bounds(name, limits, written)
    for beginning, needed in _NEEDED.items():
        if name.startswith(beginning):
            return f"{_quoted(written)}{needed}"
    return str(found["msg"])


_NEEDED = {
    "int": "here a whole number is needed, without quotes",
    "float": "here a number is needed, without quotes",
    "bool": "here yes or no is needed, without quotes",
    "date": "here a day is needed, written like 2026-12-25",
    "list": "here a list is needed: lines that begin with -, or [one, another]",
    "frozen_set": "here a list is needed: lines that begin with -, or [one, another]",
    "tuple": "here a list is needed: lines that begin with -, or [one, another]",
    "dict": "here lines such as “name: value” are needed",
    "model": "here lines such as “name: value” are needed",
}


def _quoted(written: str | None) -> str:
    return "" if written is None else f"it says {written[:60]}; "


def _choices(expected: str, given: object) -> str:
    names = expected.replace(" or ", ", ").replace("'", "").split(", ")
    return f"it says {given}{did_you_mean(str(given), names) or ';'} Possible are {listed(names)}"


def _no_text(value: object, written: str | None) -> str:
    if isinstance(value, list):
        return "here one text is needed, not a list. A text that begins with [ needs quotes"
    if isinstance(value, Mapping):
        return "here one text is needed. A text that begins with {, or has a colon and a space in it, needs quotes"
    what = {bool: "yes or no", int: "a number", float: "a number"}.get(type(value), "")
    what = "a day" if isinstance(value, date) else what or "something else"
    if written is None:
        return f"without quotes this is read as {what}, not as a text. Put it in quotes"
    return f'{written} without quotes is read as {what}, not as a text. Put it in quotes: "{written}"'


def _out_of_bounds(name: str, limits: Mapping[str, Any], written: str | None) -> str:
    bound = {key: value for key, value in limits.items() if key in {"ge", "gt", "le", "lt", "min_length", "max_length"}}
    number = next(iter(bound.values()), "")
    match name:
        case "string_too_short":
            return (
                f"this text is too short; it needs at least {number} characters" if written else "there is no text. Write one"
            )
        case "string_too_long":
            return f"this text is too long; it may have {number} characters"
        case "too_short":
            return f"there are too few; at least {number} {'is' if number == 1 else 'are'} needed"
        case "too_long":
            return f"there are too many; at most {number} {'is' if number == 1 else 'are'} possible"
    return f"{_quoted(written)}here {_BOUNDS[name]} {number} is needed"


_BOUNDS = {
    "greater_than": "more than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}


def _names(kind: Any, path: Way) -> list[str]:
    """The names that are known in the part to which a path leads."""
    here = _kind_at(kind, path)
    models = [each for each in (get_args(here) if _is_union(here) else [here]) if _is_model(each)]
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _kind_at(kind: Any, path: Way) -> Any:
    """The type of the value to which a path leads, or none if it leads nowhere."""
    kind = _bare(kind)
    if not path:
        return kind
    if _is_union(kind):
        return next((found for each in get_args(kind) if (found := _kind_at(each, path)) is not None), None)
    if _is_model(kind):
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return _kind_at(fields[str(path[0])], path[1:]) if path[0] in fields else None
    arguments = get_args(kind)
    if get_origin(kind) in {dict, list, tuple, frozenset, set} and arguments:
        inner = arguments[-1] if arguments[-1] is not ... else arguments[0]
        return _kind_at(inner, path[1:])
    return None


def _bare(kind: Any) -> Any:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind
