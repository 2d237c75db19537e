"""Whole dialogues with the running assistant, one for each thing that a patient may do; also with a restart in the middle."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.dialogues import Dialogue, DialogueError, Player, read_dialogues, recorded
from tests.support.people import Patient
from tests.support.system import System

DIALOGUES = read_dialogues()


@pytest.mark.e2e
@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.dialogue)
def test_a_dialogue_goes_as_it_is_written(dialogue: Dialogue, patient: Patient) -> None:
    Player(dialogue, patient).plays(dialogue.turns)


@pytest.fixture
def restartable(new_data_folder: Callable[[str], Path]) -> Iterator[System]:
    """A system of its own, which may be stopped."""
    system = System(new_data_folder("restarted"))
    try:
        yield system.start()
    finally:
        system.close()


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_every_dialogue_goes_on_after_both_processes_were_restarted_in_its_middle(restartable: System) -> None:
    with ExitStack() as open_chats:
        players = [Player(each, open_chats.enter_context(Patient(restartable.url))) for each in DIALOGUES]
        for player in players:
            player.plays(player.dialogue.halves[0])
        before = {pid for pid in restartable.processes()}
        assert restartable.send(signal.SIGTERM) == 0
        assert restartable.nothing_left()
        restartable.start()
        assert not before & set(restartable.processes())
        for player in players:
            player.plays(player.dialogue.halves[1])


def test_there_are_many_and_each_has_a_title_of_its_own() -> None:
    titles = [dialogue.dialogue for dialogue in DIALOGUES]
    assert len(titles) >= 66
    assert sorted(set(titles)) == sorted(titles)


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        ("{patient: Hello, say: Hello}", "turn 1, “say”"),
        ("{says: Hello}", "turn 1, “patient”"),
        ("{patient: Hello, asks: shoe_size}", "turn 1: no such field: shoe_size"),
        ("{patient: Hello, record: {shoe_size: 42}}", "turn 1: no such field: shoe_size"),
        ("{patient: Hello, status: finished}", "turn 1, “status”"),
    ],
)
def test_what_nobody_can_check_is_refused_with_its_place(turn: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "odd.yml").write_text(
        f"- dialogue: An odd dialogue\n  turns: [{turn}, {{patient: a}}, {{patient: b}}]\n", "utf-8"
    )
    with pytest.raises(DialogueError, match=f"odd.yml, 'An odd dialogue', {said}"):
        read_dialogues(tmp_path)


@pytest.mark.parametrize(
    ("expected", "value", "holds"),
    [
        ("maria@mail.example", {"by": "email", "value": "maria@mail.example"}, True),
        ("other@mail.example", {"by": "email", "value": "maria@mail.example"}, False),
        ({"answer": "yes", "detail": "nothing"}, {"answer": "yes", "detail": None}, True),
        ({"answer": "yes", "detail": "in 2015"}, {"answer": "yes", "detail": "in 2016"}, False),
        (["latex"], [{"name": "latex", "said": "latex"}], True),
        (["latex"], [{"name": "latex", "said": "latex"}, {"name": "nuts", "said": "nuts"}], False),
        ([], [], True),
        ([], None, False),
        ("left out", None, True),
        ("left out", "left out, she said", False),
        ("no answer", None, False),
        ("Maria Example", "Maria Example", True),
        ("Maria", "Maria Example", False),
        ({"agreed": "true"}, {"agreed": True}, True),
    ],
)
def test_a_record_is_compared_strictly(expected: object, value: object, holds: bool) -> None:
    assert recorded(expected, {"full_name": value}, "full_name") is holds
