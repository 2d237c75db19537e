"""The words of a language stand in its data files, so that a translation is files and no code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cordial.bootstrap import PROJECT
from emergencies.language_files import KINDS
from intake.judging.expressions import expression, read_expressions
from language.spoken import text_file

ROOMS = ("intake", "language", "emergencies", "actions", "turns")
FILES = [file for room in ROOMS for file in sorted((PROJECT / room).rglob("*.py"))]
_LETTERS = re.compile(r"[a-z]{2,}")
_NOTATION = re.compile(r"\\[a-zA-Z]|\(\?[a-zA-Z:<=!-]+\)?|\[[^\]]*\]|\{[^}]*\}")
_WORD = re.compile(r"[a-zß-ÿ]{3,}")
# Of markers, concepts, groups of an expression, files, choices, conditions, signals, parameters and addresses.
_OTHER_NAMES = (
    *("happening", "progressive", "ongoing", "negation", "but", "idiom", "sudden", "asked", "topic", "not"),
    *("day", "days", "weeks", "month", "months", "year", "years", "emergencies", "ordinary", "change"),
    *("treats", "coordinates", "closed", "sent", "begun", "settled", "alarm", "length", "mentions", "short", "http", "www"),
    *("benefit", "safety", "study", "funding", "internal", "forbidden", "other"),
)
_CALLS = {f"re.{call}" for call in ("compile", "match", "fullmatch", "search", "sub", "split", "finditer", "findall")}


def _function_words() -> set[str]:
    grammar = yaml.safe_load(text_file("language", "context.yml").read_text("utf-8"))["grammar"]
    lists = [words for name, words in grammar.items() if name != "greetings"]  # "question" and "help" name intents, too
    return {word.strip() for words in lists for word in words.split(",")} - {"no", "now"}


def _names() -> set[str]:
    """What things are called in code and data, and nobody says: values of `Literal`, fields of classes, intents and so on."""
    trees = [ast.parse(file.read_text("utf-8")) for file in FILES]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    values = {part.value for node in nodes if _is_literal(node) for part in ast.walk(node) if _is_text(part)}
    fields = {each.target.id for node in nodes if isinstance(node, ast.ClassDef) for each in node.body if _is_field(each)}
    intents = yaml.safe_load((PROJECT / "domain" / "domain.yml").read_text("utf-8"))["intents"]
    return {*values, *fields, *map(str, intents), *KINDS, *_OTHER_NAMES}


def _is_literal(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal"


def _is_field(node: ast.AST) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


FUNCTION_WORDS = _function_words()
NAMES = _names()


def english_in(code: str) -> list[str]:
    """The expressions with words in them, and the lists of a language's words, of a Python file."""
    tree = ast.parse(code)
    return [*_expressions(tree), *_lists(tree)]


def _expressions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in _CALLS:
            text = "".join(str(part.value) for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant))
            if _LETTERS.search(_NOTATION.sub(" ", text)):
                yield text


def _lists(tree: ast.Module) -> Iterator[str]:
    values = {id(node) for each in ast.walk(tree) if _is_literal(each) for node in ast.walk(each)}
    for node in ast.walk(tree):
        words = _words_of(node) if id(node) not in values else set()
        named = {word for word in words if _WORD.fullmatch(word)}
        if len(words & FUNCTION_WORDS) >= 2 or (len(named) >= 2 and named - NAMES):
            yield ", ".join(sorted(words))


def _words_of(node: ast.AST) -> set[str]:
    """The words of a list, however it is written."""
    if isinstance(node, ast.Set | ast.List | ast.Tuple):
        return {part.value for part in node.elts if _is_text(part)}
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "split"
        and _is_text(node.func.value)
    ):
        return set(node.func.value.value.split())
    return set()


# Expressions with words in them that are left in the rooms in which nothing else has any.
OTHER_ROOMS = ("knowledge", "desk", "exports")
KEPT = {
    "knowledge/check.py": "notation of links",
    "knowledge/claims.py": "names that hold digits, and how English puts a denial: of the articles, which are in English",
    "knowledge/figures.py": "how English gives figures: of the articles, which are in English",
    "knowledge/grade.py": "syllables of English, as the formula is for English",
    "desk/masking/reading.py": "titles of several languages that end in a full stop",
    "desk/masking/shaped.py": "addresses of the internet, and small words in addresses of several languages",
    "desk/masking/times.py": "how dates are put together in several languages",
    "desk/masking/vocabulary.py": "shortened words of English and elided ones of French",
    "desk/postgresql.py": "a message of the database",
}


def test_nowhere_else_is_there_more_english_than_is_known() -> None:
    files = [file for room in OTHER_ROOMS for file in sorted((PROJECT / room).rglob("*.py"))]
    found = [str(file.relative_to(PROJECT)) for file in files if [*_expressions(ast.parse(file.read_text("utf-8")))]]
    assert found == sorted(KEPT, key=lambda name: (OTHER_ROOMS.index(name.partition("/")[0]), name))


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
        'MISTYPED = ("agree", "agreed", "accept")',
        'MISTYPED = "agree agreed accept".split()',
        'word in ["toe", "finger"]',
    ],
)
def test_english_in_code_would_be_found(code: str) -> None:
    assert english_in(code)


@pytest.mark.parametrize(
    "code",
    [
        're.compile(r"[^\\W\\d_]{2}")',
        'MOVES = {"question", "skip"}',
        're.compile(r"(?:19|20)\\d\\d")',
        'KINDS: tuple[Kind, ...] = ("list", "history")',
    ],
)
def test_what_is_no_english_is_left_alone(code: str) -> None:
    assert english_in(code) == []


def test_every_expression_is_used() -> None:
    trees = [ast.parse(file.read_text("utf-8")) for file in FILES if file.is_relative_to(PROJECT / "intake")]
    said = {node.value for tree in trees for node in ast.walk(tree) if _is_text(node)}
    made = {
        node.value
        for tree in trees
        for each in ast.walk(tree)
        if isinstance(each, ast.JoinedStr)
        for node in each.values
        if _is_text(node)
    }

    def is_used(name: str) -> bool:
        """By its name, or by one that is made of two parts that stand in the code."""
        return name in said or any(
            name.startswith(part) and name.removeprefix(part) in said for part in made if part.endswith("_")
        )

    names = yaml.safe_load(text_file("intake", "expressions.yml").read_text("utf-8"))
    assert [name for name in names if not is_used(name)] == []


def test_every_expression_can_be_used() -> None:
    read_expressions()
    assert expression("history_starts_yes").match("YES, in 2015")
