"""The words of a language stand in its data files, so that a translation is files and no code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cordial.bootstrap import PROJECT
from intake.judging.expressions import expression, read_expressions
from language.spoken import text_file

ROOMS = ("intake", "language", "emergencies")
FILES = [file for room in ROOMS for file in sorted((PROJECT / room).rglob("*.py"))]
_LETTERS = re.compile(r"[a-z]{2,}")
_NOTATION = re.compile(r"\\[a-zA-Z]|\(\?[a-zA-Z:<=!-]+\)?|\[[^\]]*\]|\{[^}]*\}")
_CALLS = {f"re.{call}" for call in ("compile", "match", "fullmatch", "search", "sub", "split", "finditer", "findall")}


def _function_words() -> set[str]:
    grammar = yaml.safe_load(text_file("language", "context.yml").read_text("utf-8"))["grammar"]
    lists = [words for name, words in grammar.items() if name != "greetings"]  # "question" and "help" name intents, too
    return {word.strip() for words in lists for word in words.split(",")} - {"no", "now"}


FUNCTION_WORDS = _function_words()


def english_in(code: str) -> list[str]:
    """The expressions with words in them, and the lists of a language's small words, of a Python file."""
    tree = ast.parse(code)
    return [*_expressions(tree), *_lists(tree)]


def _expressions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in _CALLS:
            text = "".join(str(part.value) for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant))
            if _LETTERS.search(_NOTATION.sub(" ", text)):
                yield text


def _lists(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Set | ast.List | ast.Tuple):
            words = {part.value for part in node.elts if _is_text(part)}
            if len(words & FUNCTION_WORDS) >= 2:
                yield ", ".join(sorted(words))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PROJECT)))
def test_no_english_stands_in_the_code(file: Path) -> None:
    assert english_in(file.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        'X = re.compile(r"(?i)\\b(?:yes|no)\\b")',
        'X = re.compile(rf"born {year}")',
        'X = frozenset(["he", "she"])',
        'X = frozenset({"was", "were", "bled"})',
        're.sub("from", "", text)',
    ],
)
def test_english_in_code_would_be_found(code: str) -> None:
    assert english_in(code)


@pytest.mark.parametrize(
    "code", ['re.compile(r"[^\\W\\d_]{2}")', 'MOVES = {"question", "skip"}', 're.compile(r"(?:19|20)\\d\\d")']
)
def test_what_is_no_english_is_left_alone(code: str) -> None:
    assert english_in(code) == []


def test_every_expression_can_be_used() -> None:
    read_expressions()
    assert expression("history_starts_yes").match("YES, in 2015")
