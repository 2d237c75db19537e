"""Whether what a patient mentions is there, or denied, in doubt, past, only thought of or of somebody else."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest
import yaml

from language.context import assertion_of, read_clauses
from language.context_rules import ContextError, read_rules
from language.spoken import text_file

SENTENCES = Path(__file__).parent / "language" / "context.yml"


@cache
def sentences() -> list[tuple[str, str]]:
    """What is said, and the sentences with the mention between asterisks."""
    groups = yaml.safe_load(SENTENCES.read_text("utf-8"))
    return [(value, text) for value, texts in groups.items() for text in texts]


def said_of(marked: str) -> set[str]:
    """What a sentence is taken to say of the words between asterisks."""
    before, mention, after = marked.replace("*", "\0", 2).split("\0")
    assertion = assertion_of(f"{before}{mention}{after}", (len(before), len(before) + len(mention)))
    return {name for name, is_so in asdict(assertion).items() if is_so}


def test_most_sentences_are_understood_and_hardly_anything_that_is_there_is_denied() -> None:
    right = [value in (said_of(text) or {"there"}) for value, text in sentences()]
    assert sum(right) / len(right) >= 0.9
    assert sum(value == "there" and "denied" in said_of(text) for value, text in sentences()) <= 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("*warfarin* since 2015", set()),
        ("*warfarin*, not missed one", set()),
        ("my wife doesn't take *warfarin*", {"denied"}),
        ("I was on *warfarin*", {"past"}),
        ("I stopped *warfarin* last year", {"past"}),
        ("no longer on *warfarin*", {"past"}),
        ("the *cortisone* was paused", {"past"}),
        ("I had *warfarin* this morning", set()),
        ("there was a *clot*, but that is ten years back", {"past"}),
        ("I take *methotrexate*, that was decided ten years ago", set()),
        ("my dog had a *clot*", {"past", "of_somebody_else"}),
    ],
)
def test_a_mention_is_seen_in_its_clause(text: str, says: set[str]) -> None:
    assert said_of(text) == says


@pytest.mark.parametrize(
    ("text", "denies"),
    [
        ("no fever, but a cough", [True, False]),
        ("never, except one in 2010", [True, False]),
        ("none apart from penicillin", [True, False]),
        ("I do not have cancer. I had leukaemia as a child", [True, False]),
        ("no clots, no cancer", [True]),
    ],
)
def test_a_denial_ends_with_its_clause(text: str, denies: list[bool]) -> None:
    assert [clause.denies for clause in read_clauses(text) if clause.words != ","] == denies


def test_a_mistake_in_the_rules_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "context.yml"
    broken.write_text(
        text_file("language", "context.yml").read_text("utf-8").replace("phrases: had, was", "phrases: (had, was"), "utf-8"
    )
    with pytest.raises(ContextError, match=r"context.yml.*had, was"):
        read_rules(broken)
    broken.write_text("grammar: {}\nlists: {}\nrules: {}\n", "utf-8")
    with pytest.raises(ContextError, match=r"context.yml.*articles"):
        read_rules(broken)


def test_every_rule_says_what_it_does() -> None:
    rules = yaml.safe_load(text_file("language", "context.yml").read_text("utf-8"))["rules"]
    assert all(len(rule["does"]) > 10 for rule in rules.values())
    assert set(rules) == set(read_rules().markers)
