"""The faults that can be put into a source file: one change of one operator or value on one line."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOMS = (
    "actions",
    "bot",
    "commands",
    "cordial",
    "desk",
    "emergencies",
    "exports",
    "intake",
    "knowledge",
    "language",
    "turns",
    "web",
)
_LEFT_OUT = ("desk/migrations/",)  # a released migration is never edited

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATIONS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
}
_LEVELS = {"debug", "info", "warning", "error", "exception"}
_TYPES = {"TypeVar", "NewType", "Literal", "cast", "dataclass", "NamedTuple"}
_SIGNALS = {"kill", "killpg", "send_signal"}  # with another number they could end what is not ours
_SIMPLE = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break, ast.Delete)


@dataclass(frozen=True)
class Fault:
    """A change of one place in one file; columns are counted in bytes of UTF-8, as Python's parser does."""

    file: str
    line: int
    start: tuple[int, int]
    end: tuple[int, int]
    new: str
    what: str

    def __str__(self) -> str:
        """Where it is and what it changes."""
        return f"{self.file}:{self.line}: {self.what}"

    def put_into(self, source: str) -> str:
        """The source with this fault, with as many lines as before."""
        lines = source.encode().splitlines(keepends=True)
        first, last = self.start[0] - 1, self.end[0] - 1
        head, tail = lines[first][: self.start[1]], lines[last][self.end[1] :]
        kept = b"\\\n" * (last - first)  # the lines after it keep their numbers
        return b"".join([*lines[:first], head, self.new.encode(), kept and b" " + kept, tail, *lines[last + 1 :]]).decode()


def draw(project: Path, seed: int, number: int) -> list[Fault]:
    """As many faults as asked for: lines drawn evenly over all code, then one of the faults possible on each."""
    by_line: dict[tuple[str, int], list[Fault]] = {}
    for room in ROOMS:
        for file in sorted((project / room).rglob("*.py")):
            name = file.relative_to(project).as_posix()
            if not name.startswith(_LEFT_OUT):
                for fault in faults_of(name, file.read_text("utf-8")):
                    by_line.setdefault((name, fault.line), []).append(fault)
    chance = random.Random(seed)  # noqa: S311  -- a draw that can be repeated
    return [chance.choice(by_line[line]) for line in chance.sample(sorted(by_line), number)]


def faults_of(name: str, source: str) -> list[Fault]:
    """Every fault that can be put into a file, in its order."""
    return [_fault(name, node, changed, source) for node, changed in _changes(ast.parse(source))]


def _fault(name: str, node: ast.AST, changed: ast.AST | str, source: str) -> Fault:
    assert isinstance(node, ast.expr | ast.stmt)
    new = changed if isinstance(changed, str) else ast.unparse(changed)
    if isinstance(node, ast.expr) and isinstance(changed, ast.AST):
        new = f"({new})"
    old = " ".join((ast.get_source_segment(source, node) or "").split())
    start, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
    return Fault(name, node.lineno, start, end, new, f"{old} → {new}")


def _changes(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST | str]]:
    """Nodes with what could stand in their place: a changed copy, or source text."""
    yield from _of_statement(node)
    yield from _of_expression(node)
    for child in _looked_at(node):
        yield from _changes(child)


def _of_statement(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    if (isinstance(node, _SIMPLE) and not _is_text(node)) or _is_stored_elsewhere(node):
        yield node, "pass"
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield node, "return None"
    elif isinstance(node, ast.Assign) and not isinstance(node.value, ast.Constant) and not _is_list_of_names(node):
        yield node.value, "None"


def _of_expression(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST | str]]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
        turned = [_COMPARISONS[type(node.ops[0])](), *node.ops[1:]]
        yield node, ast.Compare(node.left, turned, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        yield node, ast.BinOp(node.left, _OPERATIONS[type(node.op)](), node.right)
    elif isinstance(node, ast.JoinedStr):
        yield node, '""'
    elif isinstance(node, ast.Constant):
        yield from ((node, new) for new in _other_values(node.value))


def _other_values(value: object) -> Iterator[str]:
    if isinstance(value, bool):
        yield str(not value)
    elif isinstance(value, int | float):
        yield from (f"({value + 1})", f"({value - 1})")
    elif isinstance(value, str) and value:
        yield '""'


def _looked_at(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node in which a fault would be seen: not types, explanations, or the words of a log line."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr) or (isinstance(node, ast.stmt) and _is_text(node)):
        return
    if isinstance(node, ast.Call) and _name(node.func) in _TYPES | _SIGNALS:
        return
    if isinstance(node, ast.Subscript) and _name(node.value) in _TYPES:
        return
    if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
        return
    if _is_list_of_names(node):
        return
    unseen = _unseen(node)
    yield from (child for child in ast.iter_child_nodes(node) if id(child) not in unseen)


def _unseen(node: ast.AST) -> set[int]:
    parts: list[ast.AST | None] = []
    if isinstance(node, ast.AnnAssign | ast.arg):
        parts.append(node.annotation)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parts.append(node.returns)
    elif isinstance(node, ast.Assert):
        parts.append(node.msg)
    elif isinstance(node, ast.Call) and _is_logging(node):
        parts += node.args[:1]
    return {id(part) for part in parts}


def _is_stored_elsewhere(node: ast.AST) -> bool:
    """Whether something is assigned to more than local names, without which the next line would only break."""
    return isinstance(node, ast.Assign) and not all(isinstance(target, ast.Name) for target in node.targets)


def _is_list_of_names(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and "__all__" in map(_name, node.targets)


def _is_text(node: ast.AST) -> bool:
    """Whether a statement is a docstring or the dots of an empty body."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_logging(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in _LEVELS and _name(node.func.value) == "logger"


def _name(node: ast.AST) -> str:
    """The last part of a name: `dataclass` of `dataclasses.dataclass`."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
