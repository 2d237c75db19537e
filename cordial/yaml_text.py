"""YAML that people write: read without surprises, and with the line of every value."""

from __future__ import annotations

from typing import Any

import yaml

_DEEPEST = 50  # levels; ours have four
_TEXT, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"
# What PyYAML lets through from its own depths for input such as `!!bool perhaps` or ten thousand brackets.
_ITS_FAULTS = (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError)
# What libyaml says, and what it means to somebody who has the file open.
_PLAINLY = {
    "mapping values are not allowed": "there is a colon too many, or this line begins too far to the right or left. A text with"
    " a colon and a space in it needs quotes",
    "did not find expected key": "this line does not fit to those before it. Does it begin as far to the right as they do? A "
    "text that begins with { or [ or a quote, and goes on after it, needs quotes around the whole"
    ". Or is a quote before it not closed?",
    "did not find expected '-' indicator": "this line should begin with - as those before it, or begin further to the right",
    "did not find expected ',' or ']'": "a list that begins with [ has a comma missing, or is not closed with ]",
    "did not find expected ',' or '}'": "what begins with { has a comma missing, or is not closed with }. A text that begins "
    "with { needs quotes",
    "could not find expected ':'": "the colon after a name is missing, or a line of a longer text begins too far to the left",
    "found unexpected end of stream": "a quote is not closed",
    "found unexpected document indicator": "a quote is not closed before ---",
    "found character that cannot start any token": "nothing can begin with a tab, @, ` or % here. Use spaces to indent, and "
    "quotes around a text that begins so",
    "found a tab character": "there is a tab. Use spaces",
    "block sequence entries are not allowed": "there is a - where none can be. Is it on a line of its own?",
    "did not find expected node content": "there is nothing where a value should be; is there a comma too many?",
    "found undefined alias": "a text that begins with * needs quotes",
    "while scanning an alias": "a text that begins with * needs quotes",
    "did not find expected alphabetic or numeric character": "a text that begins with * or & needs quotes",
    "found unknown escape character": "after \\ in double quotes stands a letter that means nothing. Use single quotes",
    "could not determine a constructor": "a text that begins with ! needs quotes",
    "did not find expected comment or line break": "a text that begins with | or > needs quotes",
    "did not find expected <document start>": "this line does not fit to those before it; is it part of a list or of a name?",
}


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
    """On which line of a YAML text a value stands, and how it is written there."""

    def __init__(self, root: yaml.Node | None) -> None:
        """Keep the parsed text; use `read_yaml`."""
        self._root = root

    def of(self, *path: str | int) -> int:
        """The line, counted from 1, of the key or list item that a path leads to, or of the last part that exists."""
        node, line = self._root, self._root.start_mark.line + 1 if self._root else 1
        for part in path:
            found = _step(node, part)
            if found is None:
                return line
            node, line = found
        return line

    def under(self, *path: str | int) -> Lines:
        """The lines of the part to which a path leads, with ways that begin there."""
        node = self._root
        for part in path:
            found = _step(node, part)
            node = found[0] if found else None
        return Lines(node)

    def written(self, *path: str | int) -> str | None:
        """How a single value is written, such as ``NO`` for what YAML reads as false; none if it is no single value."""
        node = self.under(*path)._root
        return node.value if isinstance(node, yaml.ScalarNode) else None


def read_yaml(text: str, *, as_written: bool = False, aliases: bool = True) -> tuple[Any, Lines]:
    """Read a YAML text and where its values stand. Names are always texts: ``NO: "112"`` is about Norway.

    Args:
        text: the whole.
        as_written: whether values are texts, too, as in a list of words with ``no`` in it.
        aliases: whether a part may be written once (&) and repeated (*). A few lines of that can unfold to more than fits
            into memory, so not where strangers or many people write.

    Raises:
        YamlError: for anything that keeps it from being read, and for a name that stands twice, of which YAML would
            silently forget the first.
    """
    try:
        loader = (_Words if as_written else _Loader)(text)
        _refuse_depth(text, aliases)
        node = loader.get_single_node()
        return (None if node is None else loader.construct_document(node)), Lines(node)
    except yaml.reader.ReaderError as error:
        line = text.encode("utf-8", "surrogatepass")[: error.position].count(b"\n") + 1
        raise YamlError(line, "it holds a character that no text file may hold") from error
    except yaml.MarkedYAMLError as error:
        raise YamlError(_line_of(error, text), _plainly(error)) from error
    except yaml.YAMLError as error:
        raise YamlError(1, "it is not valid YAML") from error
    except _ITS_FAULTS as error:
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else "a value in it has no meaning"
        said = str(error) if isinstance(error, ValueError) and "'" not in str(error) else ""  # which would repeat the value
        raise YamlError(1, f"{problem}{': ' if said else ''}{said}") from error


def _line_of(error: yaml.MarkedYAMLError, text: str) -> int:
    """Where a mistake is; a quote or bracket that is never closed, where it was opened."""
    at_the_end = error.problem_mark and error.problem_mark.line >= len(text.splitlines())
    mark = (error.context_mark if at_the_end else error.problem_mark) or error.context_mark or error.problem_mark
    return mark.line + 1 if mark else 1


def _plainly(error: yaml.MarkedYAMLError) -> str:
    said = f"{error.problem or ''} {error.context or ''}"
    return next((plain for theirs, plain in _PLAINLY.items() if theirs in said), error.problem or "it is not valid YAML")


def _refuse_depth(text: str, aliases: bool) -> None:
    """libyaml calls itself for each level, and a text with enough of them would take the whole process down."""
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) and not aliases:
            raise YamlError(event.start_mark.line + 1 if event.start_mark else 1, _PLAINLY["found undefined alias"])
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
                problem = "a name must be one text. A text that begins with { or [ needs quotes"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            if key.value in seen:
                problem = f"'{key.value}' stands twice; keep one"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
            if key.tag != _MERGE:
                key.tag = _TEXT
        return super().construct_mapping(node, deep)


class _Words(_Loader):
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return node.value
        return super().construct_object(node, deep)


def _step(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item, item.start_mark.line + 1
    return None
