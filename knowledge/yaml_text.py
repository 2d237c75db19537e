"""YAML that people write: read without surprises, and with the line of every value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from knowledge.errors import SourcesError

_DEEPEST = 50  # levels; ours have four
# What PyYAML lets through from its own depths for input such as `!!bool perhaps` or ten thousand brackets.
_ITS_FAULTS = (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError)


class YamlError(Exception):
    """The text is no YAML that can be used; says on which line."""

    def __init__(self, line: int, problem: str) -> None:
        """Name the place and the problem.

        Args:
            line: line in the text, counted from 1.
            problem: what is wrong, without a full stop.
        """
        super().__init__(problem)
        self.line = line
        self.problem = problem


class Lines:
    """On which line of a YAML text a value stands."""

    def __init__(self, root: yaml.Node | None) -> None:
        """Keep the parsed text; use `read_yaml`."""
        self._root = root

    def of(self, *path: str | int) -> int:
        """The line, counted from 1, of the key or list item that a path leads to, or of the last part that exists."""
        node, line = self._root, 1
        for part in path:
            found = _step(node, part)
            if found is None:
                return line
            node, line = found
        return line


def read_yaml(text: str) -> tuple[Any, Lines]:
    """Read a YAML text and where its values stand.

    Raises:
        YamlError: for anything that keeps it from being read, and for a name that stands twice, of which YAML would
            silently forget the first.
    """
    try:
        loader = _Loader(text)
        _refuse_depth(text)
        node = loader.get_single_node()
        return (None if node is None else loader.construct_document(node)), Lines(node)
    except yaml.reader.ReaderError as error:
        line = text.encode("utf-8", "surrogatepass")[: error.position].count(b"\n") + 1
        raise YamlError(line, "it holds a character that no text file may hold") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(mark.line + 1 if mark else 1, error.problem or "it is not valid YAML") from error
    except yaml.YAMLError as error:
        raise YamlError(1, "it is not valid YAML") from error
    except _ITS_FAULTS as error:
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else "a value in it has no meaning"
        said = str(error) if isinstance(error, ValueError) else ""
        raise YamlError(1, f"{problem}{': ' if said else ''}{said}") from error


def read_yaml_file(file: Path) -> tuple[Any, Lines]:
    """Read a YAML file of the knowledge base and where its values stand.

    Raises:
        SourcesError: naming the file, and the line if it can be told.
    """
    try:
        return read_yaml(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SourcesError(f"{file.name} cannot be read: {error}") from error
    except YamlError as error:
        raise SourcesError(f"{file.name}:{error.line}: it cannot be read: {error.problem}.") from error


def _refuse_depth(text: str) -> None:
    """libyaml calls itself for each level, and a text with enough of them would take the whole process down."""
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise YamlError(event.start_mark.line + 1 if event.start_mark else 1, "it is nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _Loader(yaml.CSafeLoader):  # twenty times as fast as the one in Python
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                problem = f"'{key.value}' stands twice; keep one"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _step(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item, item.start_mark.line + 1
    return None
