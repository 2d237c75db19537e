"""A patient's token opens one chat, for a limited time; a session id opens nothing."""

from __future__ import annotations

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from cordial.keys import encryption_keys, signing_key
from cordial.settings import Settings, load_settings
from desk.sealed import Keyring, new_key
from web.errors import ApiError
from web.tokens import Tokens

KEY = "k" * 40
TOKENS = Tokens(KEY, days=30)


class _Earlier(TimestampSigner):
    days: float

    def get_timestamp(self) -> int:
        return super().get_timestamp() - int(self.days * 24 * 60 * 60)


def made_earlier(days: float) -> str:
    """A token of ours that was made some days ago."""
    signer = type("Signer", (_Earlier,), {"days": days})
    return str(URLSafeTimedSerializer(KEY, salt="cordial patient session", signer=signer).dumps("abc"))


def refusal(header: str | None) -> str:
    """The code with which a header is refused."""
    with pytest.raises(ApiError) as refused:
        TOKENS.read(header)
    assert refused.value.status == 401
    return refused.value.code


def test_a_token_opens_its_own_chat() -> None:
    assert TOKENS.read(f"Bearer {TOKENS.make('abc')}") == "abc"
    assert TOKENS.read(f"bearer  {TOKENS.make('abc')} ") == "abc"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YWJj", "abc"])
def test_without_a_token_nothing_opens(header: str | None) -> None:
    assert refusal(header) == "token_required"


@pytest.mark.parametrize(
    "token",
    ["abc", "a.b.c", ".", "ÿ", "\x00", Tokens("x" * 40, 30).make("abc"), TOKENS.make("abc")[:-1], TOKENS.make("abc") + "x"],
    ids=["word", "three words", "dot", "letter", "nothing", "of another key", "cut", "longer"],
)
def test_a_forged_token_opens_nothing(token: str) -> None:
    assert refusal(f"Bearer {token}") == "token_invalid"


def test_a_token_signed_for_something_else_opens_nothing() -> None:
    other = URLSafeTimedSerializer(KEY, salt="something else").dumps("abc")
    assert refusal(f"Bearer {other}") == "token_invalid"


@pytest.mark.parametrize("minutes", [2, 60 * 24 * 60])
def test_a_clock_that_was_set_back_closes_no_chat(minutes: float) -> None:
    token = made_earlier(-minutes / (24 * 60))
    assert TOKENS.read(f"Bearer {token}") == "abc"
    assert TOKENS.seconds_left(f"Bearer {token}") > 30 * 24 * 60 * 60


def test_a_clock_that_is_a_little_ahead_closes_no_chat() -> None:
    token = made_earlier(30 + 0.9 / 24)
    assert TOKENS.read(f"Bearer {token}") == "abc"
    assert TOKENS.seconds_left(f"Bearer {token}") > 0


def test_a_token_ends_after_its_days_however_often_it_was_used() -> None:
    token = made_earlier(29.9)
    assert TOKENS.read(f"Bearer {token}") == "abc"
    assert refusal(f"Bearer {made_earlier(30.1)}") == "token_expired"


@pytest.fixture
def settings(tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with a data folder of their own."""
    monkeypatch.setenv("CORDIAL_DATA", str(tmp_path))
    return load_settings()


def test_keys_are_made_once_and_only_their_owner_reads_them(settings: Settings) -> None:
    assert signing_key(settings) == signing_key(settings)
    assert encryption_keys(settings, new_key) == encryption_keys(settings, new_key)
    for name in ("secret_key", "encryption_key"):
        assert (settings.data / name).stat().st_mode & 0o077 == 0


def test_configured_keys_are_used_and_not_written_down(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIAL_SECRET_KEY", KEY)
    one, two = new_key(), new_key()
    monkeypatch.setenv("CORDIAL_ENCRYPTION_KEYS", f"{one}, {two}")
    configured = load_settings()
    assert signing_key(configured) == KEY
    assert Keyring(encryption_keys(configured, new_key)).open(Keyring([two]).seal(1)) == 1
    assert list(settings.data.iterdir()) == []


def test_a_token_says_how_long_it_opens_its_chat() -> None:
    assert TOKENS.seconds_left(f"Bearer {made_earlier(29)}") == pytest.approx(25 * 60 * 60, abs=2)  # clocks may differ by one
