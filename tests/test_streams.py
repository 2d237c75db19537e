"""A stream shows what any process has stored, stays alive in silence, and ends when it has to."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from cordial.keys import signing_key
from desk.conversations.log import Draft, append
from tests.support.people import Patient
from tests.support.small_web import NewWeb, SmallWeb
from turns import streams
from web.tokens import SKEW


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web as it is by default."""
    return new_web()


def token_that_ends_in(web: SmallWeb, session: str, seconds: float) -> str:
    """A token of ours that was made so long ago that it ends soon."""
    made = int(time.time() + seconds) - web.parts.settings.session_days * 24 * 60 * 60 - SKEW
    signer: Any = type("Signer", (TimestampSigner,), {"get_timestamp": lambda _self: made})
    serializer = URLSafeTimedSerializer(signing_key(web.parts.settings), salt="cordial patient session", signer=signer)
    return str(serializer.dumps(session))


def test_what_another_process_stores_is_shown(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        stream = patient.stream(after=1)
        with web.parts.database.write() as session:
            append(session, patient.session, [Draft("from elsewhere")])
        assert next(stream)["text"] == "from elsewhere"
        stream.close()


def test_a_stream_ends_with_its_token_and_shows_nothing_afterwards(web: SmallWeb) -> None:
    with Patient(web.url) as patient, Patient(web.url) as late:
        late.http.headers["Authorization"] = f"Bearer {token_that_ends_in(web, patient.session, 3)}"
        stream = late.stream()
        assert next(stream) == patient.greeting[0]
        time.sleep(4)
        patient.says("too late")
        assert list(stream) == []
        assert late.http.get("/api/chat/stream").status_code == 401


def test_in_silence_a_stream_shows_that_it_is_alive(web: SmallWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", streams.POLL_SECONDS)
    with Patient(web.url) as patient, patient.http.stream("GET", "/api/chat/stream", params={"after": 1}) as response:
        comments = (line for line in response.iter_lines() if line.startswith(":"))
        assert [next(comments), next(comments)] == [": hello", ": still here"]


def test_the_higher_of_both_numbers_counts(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says("hello")
        for header, after, first in (("2", 0, 3), ("0", 1, 2), ("no number", 2, 3), ("-1", 1, 2)):
            stream = patient.stream(headers={"Last-Event-ID": header}, after=after)
            assert next(stream)["seq"] == first
            stream.close()


def test_a_stream_of_nobody_is_refused_before_it_begins(web: SmallWeb) -> None:
    assert httpx.get(f"{web.url}/api/chat/stream", trust_env=False).status_code == 401
    with Patient(web.url) as patient:
        patient.http.delete("/api/chat/session")
        assert patient.http.get("/api/chat/stream").status_code == 401
