"""Annotated conversations: each message with its act, and what was said before it. It knows nothing of Rasa.

The files stand in ``data/conversations``. `bot.acts` learns from them what a message is at its place in a conversation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional, Sequence

import yaml

START = "start"  # before the first message of a conversation nothing was said but the greeting
KINDS = (START, "quotes", "no_answer", "choices", "offer", "text", "handoff")  # what may have been said last
SAID_BEFORE = "said before"
IN_VAIN = " in vain"  # a question that nothing here answers
_WORD = re.compile(r"\w+")
_LENGTHS = ((1, "one"), (2, "two"), (3, "three"), (6, "few"), (12, "some"))
_ENDS = {"?": "asked", "!": "called", ".": "stopped"}


class ConversationsError(ValueError):
    """A file of conversations cannot be used. The message names it and says what to do."""


@dataclass(frozen=True)
class Told:
    """A message of a conversation.

    Attributes:
        text: what the patient wrote.
        act: what they did with it.
        before: what was said last before it; none where nothing is known of that.
    """

    text: str
    act: str
    before: Optional[str] = None


def read_conversations(folder: Path, after: Mapping[str, str]) -> list[Told]:
    """All messages of the files in a folder.

    Args:
        folder: with the files.
        after: what is said after each act; the acts that there are.

    Raises:
        ConversationsError: if a file is not in that form.
    """
    return [told for file in sorted(folder.glob("*.yml")) for told in _in_file(file, after)]


def _in_file(file: Path, after: Mapping[str, str]) -> Iterator[Told]:
    try:
        conversations = yaml.safe_load(file.read_text("utf-8"))["conversations"]
        turns = [[next(iter(turn.items())) for turn in conversation] for conversation in conversations]
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise ConversationsError(f"{file.name}: it is not a list of conversations. See docs/rasa.md.") from error
    for conversation in turns:
        before = START
        for act, text in conversation:
            if act == SAID_BEFORE:
                before = _known(file, text, KINDS)
                continue
            yield Told(" ".join(str(text).split()), act.removesuffix(IN_VAIN), before)
            before = after[_known(file, act, after)]


def _known(file: Path, name: str, names: Any) -> str:
    if name not in names:
        raise ConversationsError(f"{file.name}: nothing is called {name!r} here. There is {', '.join(sorted(set(names)))}.")
    return name


def signs(text: str, before: Optional[str]) -> str:
    """What stands beside a message: what was said before it, how long it is, how it ends, and its first word at that place."""
    words = _WORD.findall(text.lower())
    length = next((name for most, name in _LENGTHS if len(words) <= most), "many")
    end = _ENDS.get(text.rstrip()[-1:], "open")
    place = (before or "").replace(" ", "_")
    found = [f"length={length}", f"end={end}"]
    if "?" in text:
        found.append("asks")
    if place:
        found += [f"before={place}", f"before={place},first={words[0] if words else ''}", f"before={place},end={end}"]
    return " ".join(found)


def signs_of(told: Sequence[Told]) -> list[str]:
    """What stands beside each of some messages."""
    return [signs(each.text, each.before) for each in told]
