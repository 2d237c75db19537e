"""A password is long and hard to guess; and a wrong address takes as long to refuse as a wrong password."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator
from html import unescape

import pytest

from desk.people.invitations import invite
from desk.people.passwords import WeakPassword, hash_password, matches, refuse_weak
from desk.people.roles import Role
from desk.people.users import Newcomer, get_user
from tests.support.console_alone import ConsoleAlone
from tests.support.staff import Staff, console_client
from web.console.texts import console_texts

GOOD = "violet kettle on a roof"


KNOWN = ("Dana Example", "dana@birchwood.example", "Alder Clinic for Joints")


def why_refused(password: str) -> str | None:
    """The key of what is said about a password of Dana's; nothing, if it is taken."""
    try:
        refuse_weak(password, *KNOWN)
    except WeakPassword as weak:
        return str(weak)
    return None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("eleven char", "password_short"),
        ("x" * 257, "password_long"),
        ("1q2w3e4r5t6y", "password_known"),
        ("1qaz2wsx3edc", "password_known"),
        ("Password1234", "password_known"),
        ("P@ssw0rd2026!!", "password_known"),
        ("qwertyuiop1234567890", "password_known"),
        ("WelcomeClinic1", "password_known"),
        ("passwort12345", "password_known"),
        ("correct horse battery staple", "password_known"),
        ("jennifer1990", "password_words"),
        ("lithuania1990!", "password_words"),
        ("twelvetrombones", "password_words"),
        ("abc123abc123", "password_repeat"),
        ("aaaaaaaaaaaaaaaa", "password_repeat"),
        ("abababababababab", "password_repeat"),
        ("a" * 256, "password_repeat"),
        ("abcdefghijklmnop", "password_row"),
        ("qwertzuiopü+", "password_row"),
        ("йцукенгшщзхъ", "password_row"),
        ("14.03.1961-14", "password_date"),
        ("Dana.Example.2026", "password_own"),
        ("D4n4.Ex4mpl3", "password_own"),
        ("dana@birchwood!", "password_own"),
        ("AlderClinic-2026", "password_own"),
        ("cordialclinic", "password_own"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_for_what_makes_it_so(password: str, why: str) -> None:
    assert why_refused(password) == why


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "k7#mQ2vX9pLt",
        "žuvis šoka per tvorą",
        "my dog eats roses",
        "昨日公園で青い鳥を見たよね",
        "Dana's otter sells lamps",
        "violet kettle on a roof " * 10,
    ],
)
def test_any_other_password_will_do_whatever_it_is_made_of(password: str) -> None:
    assert why_refused(password) is None


def test_whoever_is_called_otherwise_may_have_a_word_that_is_anothers_name() -> None:
    refuse_weak("birchwood kettles", "Robin Sample", "robin@clinic.example")
    assert why_refused("birchwood kettles") == "password_own"


def test_a_name_of_three_letters_may_stand_in_a_longer_word_and_one_of_four_may_not() -> None:
    refuse_weak("my bandana 4", "Ana Sample")
    assert why_refused("my bandana 4") == "password_own"


def test_what_is_said_about_a_weak_password_says_what_helps() -> None:
    texts = {name: text for name, text in console_texts().items() if name.startswith("password_")}
    for why in ("known", "own", "words", "row", "repeat", "date", "weak"):
        assert "easy to guess" in texts[f"password_{why}"]
        assert re.search("make (it )?a good one", texts[f"password_{why}"])


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleAlone]:
    """The console, with nobody in it yet."""
    alone = ConsoleAlone(tmp_path_factory.mktemp("console"))
    yield alone
    alone.closes()


@pytest.mark.parametrize(
    ("password", "said"), [("1q2w3e4r5t6y", "many people have"), ("birchwood12345", "the clinic"), (GOOD, None)]
)
def test_who_comes_by_a_link_is_told_what_is_wrong_with_their_password(
    console: ConsoleAlone, password: str, said: str | None
) -> None:
    with console.database.write() as session:
        newcomer = Newcomer(f"robin-{secrets.token_hex(4)}@elsewhere.example", "Robin Sample", Role.EDITOR)
        token = invite(session, newcomer, "command line")
    with console_client(console.url) as browser:
        answer = browser.post(f"/desk/invitation/{token}", data={"password": password, "again": password})
    assert (answer.status_code, answer.url.path) == ((422, f"/desk/invitation/{token}") if said else (200, "/desk/login/phone"))
    assert said is None or said in unescape(answer.text)
    assert password not in answer.text


def test_who_changes_a_password_is_told_so_too_and_keeps_the_old_one(console: ConsoleAlone) -> None:
    with Staff(console.url, console.database) as person:
        person.prove()
        for password in ("abc123abc123", f"{person.name.split()[0]}-2026-2026"):
            refused = person.http.post("/desk/account/password", data={"password": password, "again": password})
            assert refused.status_code == 422
            assert "easy to guess" in refused.text
        changed = person.http.post("/desk/account/password", data={"password": GOOD, "again": GOOD})
        assert "Your password is changed" in changed.text
        person.http.cookies.clear()
        person.password = GOOD
        person.log_in()


def test_a_password_of_before_goes_on_working(console: ConsoleAlone) -> None:
    with Staff(console.url, console.database) as person:
        with console.database.write() as session:
            get_user(session, person.user_id).password = hash_password("1q2w3e4r5t6y")
        person.http.cookies.clear()
        person.password = "1q2w3e4r5t6y"
        person.log_in()


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
