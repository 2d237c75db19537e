"""The page on what Rasa's limits keep old says what is installed and leaves nothing out, nor does it of known weaknesses."""

from __future__ import annotations

import re
from datetime import date

from cordial.bootstrap import LOCKS, PROJECT, RASA

PAGE = (PROJECT / "docs" / "dependencies.md").read_text("utf-8")
ACCEPTED = (LOCKS / "accepted.txt").read_text("utf-8")
LISTED = re.compile(r"`([a-z0-9-]+)` ([0-9][\w.]*)(?=[,| ])")
WEAKNESS = re.compile(r"\b(?:CVE-\d{4}|PYSEC-\d{4}|GHSA(?:-\w{4}){2})-\w+\b")
REASON = re.compile(r"(\S+) +# (\d{4}-\d{2}-\d{2}), (\S+) (\S+): \S.+")  # the Makefile takes what stands before the first #


def listed() -> set[tuple[str, str]]:
    """What the page names, with its versions."""
    return set(LISTED.findall(PAGE))


def locked(*names: str) -> set[tuple[str, str]]:
    """What environments are made of; of a build such as ``2.13.0+cpu`` the version alone."""
    return {
        found
        for name in names
        for found in re.findall(r"^([a-z0-9.-]+)==([^\s+]+)", (PROJECT / name).read_text("utf-8"), re.MULTILINE)
    }


def accepted() -> list[re.Match[str]]:
    """The lines of the list; each is a weakness with its date, its package and the reason."""
    lines = [line for line in ACCEPTED.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not REASON.fullmatch(line)] == []
    return [found for line in lines if (found := REASON.fullmatch(line))]


def test_each_version_on_the_page_is_the_one_in_a_lock() -> None:
    assert len(listed()) > 40
    assert listed() - locked("requirements/web.txt", "bot/requirements.txt") == set()


def test_what_rasa_keeps_at_a_version_or_below_a_minor_one_is_on_the_page() -> None:
    [about] = (RASA / "lib" / "python3.10" / "site-packages").glob("rasa-3.6.21.dist-info/METADATA")
    asked = re.findall(r"^Requires-Dist: ([\w.-]+)\S* \(([^)]*)\)", about.read_text("utf-8"), re.MULTILINE)
    held = {name.lower().replace("_", "-") for name, limits in asked if re.search(r"==|<\d+\.[1-9]", limits)}
    assert (
        sorted(name for name, version in locked("bot/requirements.txt") if name in held and (name, version) not in listed())
        == []
    )


def test_a_weakness_is_accepted_once_with_a_date_and_only_for_what_is_in_a_lock() -> None:
    ids = [line[1] for line in accepted()]
    assert len(ids) == len(set(ids)) > 0
    assert all(date.fromisoformat(line[2]) for line in accepted())
    assert {(line[3], line[4]) for line in accepted()} - locked("requirements/web.txt", "bot/requirements.txt") == set()


def test_the_page_says_of_each_accepted_weakness_why_it_is_not_reached() -> None:
    table = PAGE.split("### What is accepted")[1].split("\n## ")[0]
    assert set(WEAKNESS.findall(table)) == {line[1] for line in accepted()}
