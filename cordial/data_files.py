"""Reads the YAML files that people write, and says what is wrong with one: where, what it is, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError

from cordial.plain_problems import Faults, Way, did_you_mean, listed, nearest, problems_of
from cordial.yaml_text import Lines, YamlError, read_yaml

T = TypeVar("T")
MAX_BYTES = 5_000_000  # far above any of ours; a larger file is a mistake and would only slow everything down
# What a text may name of the clinic's details, in braces; whoever fills it gives all of them.
CLINIC = ("clinic", "coordinator", "opening_hours", "reply_within", "emergency_number", "prices_policy")
_HOUSE = Path(__file__).parent.parent


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with a file, in a sentence that says what to do."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        """As the person reads it who has to mend it."""
        return f"{self.file}, line {self.line}: {self.text}"


class DataFileError(Exception):
    """A file that people write cannot be used. Every room's own error for its files is one of these."""

    problems: Sequence[Problem] = ()  # none where it is not about a place in a file

    @classmethod
    def about(cls, problems: Iterable[Problem]) -> Self:
        """The error that tells of problems, one on a line, in their order in the file."""
        ordered = sorted(dict.fromkeys(problems))
        error = cls("\n".join(map(str, ordered)))
        error.problems = ordered
        return error


class Part(BaseModel):
    """A part of a data file: what is not known in it is refused, and what was read does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_data(
    kind: type[T], file: Path, fails_with: type[DataFileError], *, as_written: bool = False, also: AfterValidator | None = None
) -> T:
    """Read a file as a model, or as anything else that Pydantic judges.

    Args:
        kind: what the file holds.
        file: the file.
        fails_with: what is raised.
        as_written: whether every value is a text, as in a list of words with ``no`` in it.
        also: what else must hold.

    Raises:
        DataFileError: of the given class, with every problem that can be found at once.
    """
    raw, lines = read_raw(file, fails_with, as_written=as_written)
    if raw is None:
        raise fails_with.about([Problem(shown(file), 1, "The file is empty.")])
    whole: Any = Annotated[kind, also] if also else kind
    judged: T = judge_data(whole, raw, lines, file, fails_with)
    return judged


def judge_data(kind: type[T], raw: Any, lines: Lines, file: Path, fails_with: type[DataFileError]) -> T:
    """What `read_raw` gave, as a model, or as anything else that Pydantic judges.

    Raises:
        DataFileError: of the given class, with every problem that can be found at once.
    """
    try:
        return TypeAdapter(kind).validate_python(raw)
    except ValidationError as error:
        found = problems_of(error, kind, raw, lines)
        raise fails_with.about(Problem(shown(file), line, text) for line, text in found) from error


def read_raw(file: Path, fails_with: type[DataFileError], *, as_written: bool = False) -> tuple[Any, Lines]:
    """Read a file without judging what it holds, and where everything stands in it.

    Raises:
        DataFileError: of the given class, if it cannot be read as YAML.
    """

    def refused(line: int, text: str) -> DataFileError:
        return fails_with.about([Problem(shown(file), line, text)])

    try:
        if file.stat().st_size > MAX_BYTES:
            raise refused(1, f"The file is larger than {MAX_BYTES:,} bytes; something else must have got into it.")
        return read_yaml(file.read_bytes().decode("utf-8-sig"), as_written=as_written)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise refused(line, "The file cannot be read, because it is not UTF-8 text. Save it as UTF-8.") from error
    except OSError as error:
        raise refused(1, f"The file cannot be read: {(error.strerror or 'unknown reason').lower()}.") from error
    except YamlError as error:
        raise refused(error.line, f"The file cannot be read: {error.problem}.") from error


def read_texts(file: Path, known: Mapping[str, Sequence[str]], fails_with: type[DataFileError]) -> dict[str, str]:
    """Read a file of texts by name.

    Args:
        file: the file.
        known: the name of every text, and what is filled into it.
        fails_with: what is raised.

    Raises:
        DataFileError: of the given class, also for a text that is missing or that nobody asks for.
    """
    return read_data(dict[str, str], file, fails_with, also=by_name(known))


def shown(file: Path) -> str:
    """A file as the person who runs this knows it: from the project's folder on."""
    return str(file.relative_to(_HOUSE)) if file.is_relative_to(_HOUSE) else str(file)


def fills(*names: str) -> AfterValidator:
    """Says of a text what is filled into it: ``Annotated[str, fills("clinic")]`` takes ``{clinic}`` and no other braces."""

    return AfterValidator(lambda text: filled_with(text, names))


def filled_with(text: str, names: Sequence[str]) -> str:
    """The text, if nothing but these is filled into it; for names that are only known once the file is read.

    Raises:
        ValueError: saying what is wrong.
    """
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise ValueError("a { or } stands alone; write it twice if it should be read") from None
    for _, name, form, conversion in parts:
        if name is not None and (name not in names or form or conversion):
            raise ValueError(_unknown_placeholder(name, names))
    return _not_blank(text)


def by_name(known: Mapping[str, Sequence[str]]) -> AfterValidator:
    """Says of texts by name which there must be: no other and none missing.

    Args:
        known: the name of each, and what is filled into it.
    """

    def judged(texts: Mapping[str, str]) -> Mapping[str, str]:
        wrong: dict[Way, str] = {}
        meant = {name: nearest(name, known.keys() - texts.keys()) for name in texts.keys() - known.keys()}
        for name, near in meant.items():
            wrong[(name,)] = (
                f"nothing asks for this text; did you mean {near}?" if near else "nothing asks for this text. Take it out"
            )
        missing = sorted(known.keys() - texts.keys() - set(meant.values()))
        if missing:
            wrong[()] = f"here {listed(missing)} {'is' if len(missing) == 1 else 'are'} missing. Every text is needed"
        for name in known.keys() & texts.keys():
            try:
                filled_with(texts[name], known[name])
            except ValueError as error:
                wrong[(name,)] = str(error)
        if wrong:
            raise Faults(wrong.items())
        return texts

    return AfterValidator(judged)


def like(pattern: str, otherwise: str) -> AfterValidator:
    """Says of a text which form it has.

    Args:
        pattern: the form of the whole text.
        otherwise: what to say if it has another one, without a full stop.
    """

    def judged(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(otherwise)
        return text

    return AfterValidator(judged)


def no_yes(value: object) -> object:
    """Before a number: yes and no would be taken for 1 and 0.

    Raises:
        ValueError: if the value is one of them.
    """
    if isinstance(value, bool):
        raise ValueError("here a whole number is needed")
    return value


def _unknown_placeholder(name: str, names: Sequence[str]) -> str:
    braced = [f"{{{each}}}" for each in names]
    if not names:
        return f"nothing is filled into this text, so {{{name}}} would be shown as it stands. Take it out"
    return f"nothing is called {{{name}}} here{did_you_mean(f'{{{name}}}', braced) or '.'} There is {listed(braced)}"


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("there is no text. Write one")
    return text


def _plain_text(text: str) -> str:
    found = re.search(r"\{(\w+)\}", text)
    if found:
        raise ValueError(_unknown_placeholder(found.group(1), ()))
    return _not_blank(text)


Text = Annotated[str, AfterValidator(_not_blank)]
PlainText = Annotated[str, AfterValidator(_plain_text)]  # shown as it stands
Name = Annotated[str, like(r"[a-z][a-z0-9_]*", "a name has only small letters, digits and _, and begins with a letter")]

__all__ = [
    "CLINIC",
    "DataFileError",
    "Faults",
    "Name",
    "Part",
    "PlainText",
    "Problem",
    "Text",
    "Way",
    "by_name",
    "did_you_mean",
    "filled_with",
    "fills",
    "judge_data",
    "like",
    "nearest",
    "no_yes",
    "read_data",
    "read_raw",
    "read_texts",
    "shown",
]
