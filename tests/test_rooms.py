"""The house is as its plan says: every room has its row, the rows follow the import rules, and the rules hold."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cordial.bootstrap import PROJECT

PLAN = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
BESIDE = {"bot", "tests"}  # rooms beside the house: on another Python, or looking at it from outside


def rows() -> list[str]:
    """The rooms of the table, from the roof to the ground."""
    page = (PROJECT / "docs" / "architecture.md").read_text("utf-8").partition("\n## Rooms\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)/` \|", page, re.MULTILINE)


def contract(begins: str) -> dict[str, Any]:
    """An import rule by the beginning of its name."""
    [found] = [each for each in PLAN["tool"]["importlinter"]["contracts"] if each["name"].startswith(begins)]
    return dict(found)


def layers(begins: str) -> list[str]:
    """What stands on what, the roof first; neighbours that share a floor in the order of the alphabet."""
    return [room for layer in contract(begins)["layers"] for room in sorted(re.findall(r"\w+", layer))]


def packages(folder: Path) -> set[str]:
    """The folders in which there is Python of ours."""
    return {file.parent.name for file in folder.glob("*/__init__.py")}


def test_every_room_has_exactly_one_row_in_the_order_of_the_import_rules() -> None:
    house = [room for room in rows() if room not in BESIDE]
    assert house == layers("Rooms")
    assert sorted(rows()) == sorted(packages(PROJECT))


def test_no_room_is_missing_from_the_rules_the_types_or_the_build() -> None:
    ours = packages(PROJECT) - BESIDE
    assert set(PLAN["tool"]["importlinter"]["root_packages"]) == ours | {"bot"}
    assert set(PLAN["tool"]["mypy"]["packages"]) >= ours - {"bench"}
    built = {name.partition(".")[0] for name in PLAN["tool"]["setuptools"]["packages"]}
    assert built == ours - {"bench"}


def test_every_subject_of_the_desk_has_its_place_in_the_rules_and_in_the_table() -> None:
    desk = PROJECT / "desk"
    files = {file.stem for file in desk.glob("*.py")} - {"__init__"}
    assert set(layers("Subjects")) == (files | packages(desk)) - {"migrations"}
    row = next(
        line for line in (PROJECT / "docs" / "architecture.md").read_text("utf-8").splitlines() if line.startswith("| `desk/`")
    )
    assert set(re.findall(r"`(\w+)/`", row)) == {"desk", *packages(desk)} - {"migrations", "tables"}


def test_rasas_part_and_the_rooms_keep_apart() -> None:
    ours = packages(PROJECT) - BESIDE
    assert set(contract("What runs inside Rasa")["forbidden_modules"]) == ours
    assert set(contract("Nothing but the measurements")["source_modules"]) == ours - {"bench"}


@pytest.mark.parametrize("contract_of", ["Rooms", "Subjects"])
def test_no_rule_has_an_exception(contract_of: str) -> None:
    assert contract(contract_of).keys() <= {"name", "type", "layers", "containers"}


# Names that two classes of one room have. Each belongs to its own subject there, and no file uses both.
TWICE = {
    "desk": {"Asked", "Refused", "Rule", "Rules", "Said", "State", "Word", "Words"},
    "intake": {"Asked"},
    "knowledge": {"Asked", "Candidate", "Example"},
    "web": {"Asked"},
}


@pytest.mark.parametrize("room", sorted(packages(PROJECT) - {"tests"}))
def test_a_name_is_that_of_one_class_in_a_room(room: str) -> None:
    files = [ast.parse(file.read_text("utf-8")) for file in (PROJECT / room).rglob("*.py")]
    names = Counter(node.name for file in files for node in file.body if isinstance(node, ast.ClassDef))
    assert {name for name, times in names.items() if times > 1 and name[0] != "_"} == TWICE.get(room, set())


def test_no_import_goes_back_up_or_in_a_circle() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    seen = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [command, "--no-cache"], cwd=PROJECT, env=seen, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout
