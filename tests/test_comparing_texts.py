"""A comparison shows which words are others, and shows as text whatever they hold."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from web.console.comparing import compared

LINES = st.lists(st.text("ab <&'\"é", max_size=12), max_size=12).map("\n".join)


def without(tag: str, html: str) -> str:
    """The text that is left if what one tag marks is taken out."""
    return unescape(re.sub(r"</?(ins|del)>", "", re.sub(rf"<{tag}>.*?</{tag}>", "", html, flags=re.DOTALL)))


def test_of_a_changed_sentence_only_the_other_words_are_marked() -> None:
    [line] = compared("Fever passes by itself.", "Fever mostly passes by itself.")
    assert line.kind == "changed"
    assert str(line.html) == "Fever<ins> mostly</ins> passes by itself."


def test_html_is_shown_and_not_run() -> None:
    lines = compared("", "<script>alert(1)</script> & <b onload=x>")
    assert "&lt;script&gt;" in str(lines[0].html)
    assert "<script" not in str(lines[0].html)


@settings(max_examples=150, deadline=None)
@given(LINES, LINES)
def test_both_texts_can_be_read_out_of_it(before: str, after: str) -> None:
    shown = [line for line in compared(before, after) if line.kind != "left_out"]
    new = [without("del", str(line.html)) for line in shown if line.kind != "removed"]
    old = [without("ins", str(line.html)) for line in shown if line.kind != "added"]
    assert is_within(new, after.split("\n"))
    assert is_within(old, before.split("\n"))
    assert (before == after) == all(line.kind == "same" for line in shown)


def is_within(some: list[str], lines: list[str]) -> bool:
    """Whether the lines stand in the text, in their order."""
    rest = iter(lines)
    return all(any(line == other for other in rest) for line in some)


def test_what_is_the_same_is_left_out_but_for_a_little_around_the_change() -> None:
    before = "\n".join(f"line {number}" for number in range(40))
    lines = compared(before, before.replace("line 20", "line twenty"))
    assert [line.kind for line in lines] == ["left_out", "same", "same", "changed", "same", "same", "left_out"]
    assert (lines[0].left_out, lines[-1].left_out) == (18, 17)


def test_endless_lines_and_lines_without_end_are_compared_all_the_same() -> None:
    words, others = " ".join(f"a{n}" for n in range(9_000)), " ".join(f"b{n}" for n in range(9_000))
    [line] = compared(words, others)
    assert str(line.html) == f"<del>{words}</del><ins>{others}</ins>"
    assert compared("\n" * 48_000, "x\n" * 24_000)
