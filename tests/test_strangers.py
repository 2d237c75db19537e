"""A stranger gets nothing: not with a wrong key, not with an old one, not with somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from tests.support.people import Patient, error_of
from tests.support.system import System

pytestmark = pytest.mark.e2e

# Everything that anybody may use. A new route is closed unless it is written down here.
OPEN = {
    ("POST", "/api/chat/check"),  # for words that cannot be sent; it stores nothing
    *(("POST", "/api/chat/sessions"), ("GET", "/api/chat/suggestions/{name}"), ("GET", "/api/chat/words/{language}")),
    *(("POST", "/api/chat/back"), ("POST", "/api/chat/back/code")),  # what opens there is the secret of a link, and an answer
    *(("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")),
}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/chat/messages"): {"json": {"id": "7d444840-9dc0-11d1-b245-5ffdce74fad2", "text": "Let me in"}},
    ("POST", "/api/chat/feedback"): {"json": {"seq": 1, "helpful": True}},
    ("POST", "/api/chat/seen"): {"json": {"seq": 1}},
    ("PUT", "/api/chat/language"): {"json": {"language": "de"}},
}


class LongAgo(TimestampSigner):
    """Signs as if it were a year ago."""

    def get_timestamp(self) -> int:
        """The time, a year ago."""
        return super().get_timestamp() - 366 * 24 * 60 * 60


@pytest.fixture
def closed_routes(cordial: System) -> list[tuple[str, str]]:
    """Every route of the published description that is not open to everybody."""
    paths = httpx.get(f"{cordial.url}/api/openapi.json", trust_env=False).json()["paths"]
    routes = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert routes > OPEN
    return sorted(routes - OPEN)


def refusals(cordial: System, routes: list[tuple[str, str]], token: str | None) -> set[tuple[int, str]]:
    """How all those routes refuse a token."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    found = set()
    with httpx.Client(base_url=cordial.url, headers=headers, trust_env=False) as stranger:
        for method, path in routes:
            response = stranger.request(method, path, **BODIES.get((method, path), {}))
            found.add((response.status_code, error_of(response)))
    return found


def test_without_a_token_every_closed_route_refuses(cordial: System, closed_routes: list[tuple[str, str]]) -> None:
    assert refusals(cordial, closed_routes, None) == {(401, "token_required")}


def test_a_forged_token_opens_nothing(cordial: System, closed_routes: list[tuple[str, str]], patient: Patient) -> None:
    forged = URLSafeTimedSerializer("a key of my own " * 3, salt="cordial patient session").dumps(patient.session)
    for token in (patient.session, str(forged), patient.token[:-2] + "xx", patient.token + "x"):
        assert refusals(cordial, closed_routes, token) == {(401, "token_invalid")}


def test_an_old_token_opens_nothing(cordial: System, closed_routes: list[tuple[str, str]], patient: Patient) -> None:
    key = (cordial.data / "secret_key").read_text("ascii").strip()
    serializer = URLSafeTimedSerializer(key, salt="cordial patient session", signer=LongAgo)
    assert refusals(cordial, closed_routes, str(serializer.dumps(patient.session))) == {(401, "token_expired")}


def test_a_token_of_a_deleted_chat_opens_nothing(
    cordial: System, closed_routes: list[tuple[str, str]], patient: Patient
) -> None:
    assert patient.http.delete("/api/chat/session").status_code == 204
    routes = [route for route in closed_routes if route != ("DELETE", "/api/chat/session")]
    assert refusals(cordial, routes, patient.token) == {(401, "token_invalid")}


def test_a_token_opens_nothing_of_another_patient(new_patient: Callable[[], Patient]) -> None:
    one, stranger = new_patient(), new_patient()
    one.answers_until("contact")
    one.says("marzipan@mail.example")
    for path in ("messages", "intake", "export"):
        assert "marzipan" in one.http.get(f"/api/chat/{path}").text
        for address in (f"/api/chat/{path}", f"/api/chat/{path}?session={one.session}&conversation_id={one.session}"):
            assert "marzipan" not in stranger.http.get(address).text


def test_deleting_ones_own_chat_leaves_the_others(new_patient: Callable[[], Patient]) -> None:
    one, stranger = new_patient(), new_patient()
    one.says("hello")
    before = one.log()
    stranger.http.delete("/api/chat/session", params={"session": one.session})
    assert one.log() == before


@pytest.mark.parametrize("path", ["/encode", "/webhook"])
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_the_inner_doors_are_closed_to_everything_that_came_through_a_proxy(cordial: System, path: str, header: str) -> None:
    body = {"texts": ["hello"], "next_action": "action_answer"}
    refused = httpx.post(f"{cordial.url}{path}", json=body, headers={header: "127.0.0.1"}, trust_env=False)
    assert (refused.status_code, error_of(refused)) == (403, "forbidden")


def test_the_inner_doors_are_open_to_this_machine(cordial: System) -> None:
    encoded = httpx.post(f"{cordial.url}/encode", json={"texts": ["hello", "hello", "bye"]}, trust_env=False).json()
    one, again, other = encoded["vectors"]
    assert one == again != other
    assert sum(value * value for value in one) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/encode", {"texts": "marzipan"}, 422),
        ("/encode", {"texts": ["marzipan"] * 513}, 422),
        ("/encode", {"marzipan": 1}, 422),
        ("/webhook", {"next_action": "action_nosuch", "tracker": {}}, 404),
        ("/webhook", {}, 200),
        ("/webhook", {"next_action": "action_answer", "domain": {}, "tracker": "marzipan"}, 422),
        ("/webhook", ["marzipan"], 422),
    ],
)
def test_a_strange_call_at_an_inner_door_is_an_error_that_repeats_nothing(
    cordial: System, path: str, body: object, status: int
) -> None:
    response = httpx.post(f"{cordial.url}{path}", json=body, trust_env=False)
    assert response.status_code == status
    assert status == 200 or error_of(response)
    assert "marzipan" not in response.text


def test_nobody_on_this_machine_can_take_the_model_from_rasa(cordial: System, patient: Patient) -> None:
    for method, path in (("DELETE", "/model"), ("PUT", "/model"), ("GET", "/status"), ("POST", "/model/train")):
        assert httpx.request(method, f"{cordial.rasa_url}{path}", json={}, trust_env=False).status_code == 404
    assert patient.says("Does it work?")[0]["kind"] == "answer"


def test_rasa_listens_on_this_machine_only(cordial: System) -> None:
    lines = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()]
    listening = {line[1] for line in lines if line[3] == "0A"}
    assert f"0100007F:{cordial.rasa_port:04X}" in listening
    assert f"00000000:{cordial.rasa_port:04X}" not in listening


def test_a_page_of_another_site_may_not_read_or_frame_us(patient: Patient) -> None:
    response = patient.http.get("/api/chat/export", headers={"Origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in response.headers
    assert "frame-ancestors 'self'" in response.headers["content-security-policy"]
