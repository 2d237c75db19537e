"""The page on what Rasa's limits keep old says what is installed, and leaves nothing out."""

from __future__ import annotations

import re

from cordial.bootstrap import PROJECT, RASA

LISTED = re.compile(r"`([a-z0-9-]+)` ([0-9][\w.]*)(?=[,| ])")


def listed() -> dict[str, str]:
    """What the page names, with its versions."""
    return dict(LISTED.findall((PROJECT / "docs" / "dependencies.md").read_text("utf-8")))


def locked() -> dict[str, str]:
    """What Rasa's environment is made of."""
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (PROJECT / "bot" / "requirements.txt").read_text("utf-8"), re.MULTILINE))


def test_each_version_on_the_page_is_the_one_in_the_lock() -> None:
    lock = locked()
    assert len(listed()) > 40
    assert {name: version for name, version in listed().items() if lock.get(name) != version} == {}


def test_what_rasa_keeps_at_a_version_or_below_a_minor_one_is_on_the_page() -> None:
    [about] = (RASA / "lib" / "python3.10" / "site-packages").glob("rasa-3.6.21.dist-info/METADATA")
    asked = re.findall(r"^Requires-Dist: ([\w.-]+)\S* \(([^)]*)\)", about.read_text("utf-8"), re.MULTILINE)
    lock, page = locked(), listed()
    held = {name.lower().replace("_", "-") for name, limits in asked if re.search(r"==|<\d+\.[1-9]", limits)}
    assert sorted(name for name in held if name in lock and name not in page) == []
