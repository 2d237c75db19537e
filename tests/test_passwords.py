"""A password is long and not common; and a wrong address takes as long to refuse as a wrong password."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from desk.people.passwords import WeakPassword, hash_password, matches, refuse_weak

GOOD = "violet kettle on a roof"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("eleven char", "password_short"),
        ("x" * 257, "password_long"),
        ("aaaaaaaaaaaaaaaa", "password_common"),
        ("abababababababab", "password_common"),
        ("Password1234", "password_common"),
        ("P@ssw0rd2026!!", "password_common"),
        ("qwertyuiop1234567890", "password_common"),
        ("WelcomeClinic1", "password_common"),
        ("Dana.Example.2026", "password_common"),
        ("dana@birchwood!", "password_common"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password: str, why: str) -> None:
    with pytest.raises(WeakPassword, match=why):
        refuse_weak(password, "Dana Example", "dana@birchwood.example")


@pytest.mark.parametrize(
    "password", [GOOD, "k7#mQ2vX9pLt", "žuvis šoka per tvorą", "twelvetrombones", "昨日公園で青い鳥を見たよね"]
)
def test_any_other_password_will_do_whatever_it_is_made_of(password: str) -> None:
    refuse_weak(password, "Dana Example", "dana@birchwood.example")


def test_what_is_kept_is_an_argon2id_hash_with_its_own_salt() -> None:
    one, other = hash_password(GOOD), hash_password(GOOD)
    assert one.startswith("$argon2id$")
    assert one != other
    assert matches(one, GOOD)
    assert not matches(one, GOOD + " ")


@pytest.mark.parametrize("kept", [None, "", "no hash at all"])
def test_where_there_is_no_password_none_is_right(kept: str | None) -> None:
    assert not matches(kept, "")
    assert not matches(kept, "the password of nobody")


def quickest(what: Callable[[], object]) -> float:
    """The shortest of several runs: what else the machine does can only lengthen one."""
    times = []
    for _ in range(4):
        begun = time.perf_counter()
        what()
        times.append(time.perf_counter() - begun)
    return min(times)


def test_a_wrong_address_is_refused_no_faster_than_a_wrong_password() -> None:
    kept = hash_password(GOOD)
    known = quickest(lambda: matches(kept, "wrong wrong wrong"))
    unknown = quickest(lambda: matches(None, "wrong wrong wrong"))
    assert unknown > known / 2
