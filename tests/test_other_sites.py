"""A clinic's own website may show the chat if it is configured; no other site may use it, and no browser gets a cookie."""

from __future__ import annotations

import httpx
import pytest

from cordial.settings import SettingsError, load_settings
from tests.support.people import Patient
from tests.support.small_web import NewWeb, SmallWeb

CLINIC, OTHER = "https://www.birchwood.example", "https://elsewhere.example"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web whose chat is shown on one site."""
    return new_web(sites=f"{CLINIC}, http://localhost:8080")


def test_a_configured_site_may_call_the_chat_and_load_the_widget(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.http.headers["Origin"] = CLINIC
        for path in ("/api/chat/messages", "/api/chat/export", "/static/chat/chat.js", "/api/chat/feedback"):
            response = patient.http.get(path)
            assert response.headers["access-control-allow-origin"] == CLINIC
            assert response.headers["vary"] == "Origin"
        assert patient.http.get("/static/chat/chat.js").headers["cross-origin-resource-policy"] == "cross-origin"


def test_its_browser_is_told_what_it_may_send(web: SmallWeb) -> None:
    for path in ("/api/chat/messages", "/api/chat/stream", "/api/chat/session"):
        asked = httpx.options(f"{web.url}{path}", headers={"Origin": CLINIC, **ASKS}, trust_env=False)
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == CLINIC
        assert "Authorization" in asked.headers["access-control-allow-headers"]
        assert {"GET", "POST", "DELETE"} <= set(asked.headers["access-control-allow-methods"].split(", "))


def test_an_error_can_be_read_by_the_site_as_well(web: SmallWeb) -> None:
    refused = httpx.get(f"{web.url}/api/chat/messages", headers={"Origin": CLINIC}, trust_env=False)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == CLINIC
    assert refused.headers["access-control-expose-headers"] == "Retry-After"


@pytest.mark.parametrize(
    "origin",
    [OTHER, "null", "*", "", f"{CLINIC}.elsewhere.example", CLINIC.upper(), f"{CLINIC}:8443", CLINIC[:-1], f"{CLINIC}/"],
)
def test_no_other_site_may(web: SmallWeb, origin: str) -> None:
    with Patient(web.url) as patient:
        patient.http.headers["Origin"] = origin
        for method, path in (("GET", "/api/chat/export"), ("OPTIONS", "/api/chat/messages"), ("GET", "/static/chat/chat.js")):
            answer = patient.http.request(method, path, headers=ASKS)
            assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_configured_site_may_not_read_anything_but_the_chat(web: SmallWeb) -> None:
    for path in ("/library", "/metrics", "/readyz", "/desk/queue", "/api/openapi.json", "/webhook"):
        answer = httpx.get(f"{web.url}{path}", headers={"Origin": CLINIC}, trust_env=False)
        assert "access-control-allow-origin" not in answer.headers


def test_a_configured_site_may_make_every_call_of_the_chat(web: SmallWeb) -> None:
    asked = httpx.options(f"{web.url}/api/chat/language", headers={"Origin": CLINIC, **ASKS}, trust_env=False)
    allowed = asked.headers["access-control-allow-methods"].split(", ")
    calls = httpx.get(f"{web.url}/api/openapi.json", trust_env=False).json()["paths"]
    methods = {method.upper() for path, each in calls.items() if path.startswith("/api/chat/") for method in each}
    assert methods == set(allowed)


def test_only_configured_sites_may_frame_the_chat_and_nobody_the_console(web: SmallWeb, new_web: NewWeb) -> None:
    def ancestors(url: str) -> str:
        policy = httpx.get(url, trust_env=False).headers["content-security-policy"]
        return policy.split("frame-ancestors ")[1].split(";")[0]

    assert ancestors(f"{web.url}/chat") == f"'self' http://localhost:8080 {CLINIC}"
    assert ancestors(f"{web.url}/desk/queue") == "'none'"


def test_by_default_no_site_may(new_web: NewWeb) -> None:
    url = new_web().url
    asked = httpx.options(f"{url}/api/chat/messages", headers={"Origin": CLINIC, **ASKS}, trust_env=False)
    assert "access-control-allow-origin" not in asked.headers
    assert "frame-ancestors 'self'" in httpx.get(f"{url}/chat", trust_env=False).headers["content-security-policy"].split("; ")


def test_a_patient_gets_no_cookie_and_a_cookie_opens_nothing(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        for path in (
            "/chat",
            "/library",
            "/api/chat/messages",
            "/api/chat/export",
            "/api/chat/export.html",
            "/static/chat/chat.js",
        ):
            assert "set-cookie" not in patient.http.get(path).headers
        cookies = {"Cookie": f"token={patient.token}; session={patient.session}; Authorization=Bearer {patient.token}"}
        assert httpx.get(f"{web.url}/api/chat/export", headers=cookies, trust_env=False).status_code == 401


def test_every_answer_has_the_headers_that_protect(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        for path in ("/chat", "/api/chat/messages", "/static/chat/chat.js", "/nowhere", "/api/chat/stream"):
            with patient.http.stream("GET", path) as answer:
                policy = answer.headers["content-security-policy"]
                assert "default-src 'self'" in policy
                assert "unsafe" not in policy
                assert answer.headers["x-content-type-options"] == "nosniff"
                assert answer.headers["referrer-policy"] == "no-referrer"
        assert patient.http.get("/api/chat/messages").headers["cache-control"] == "no-store"


def test_a_browser_is_told_to_stay_with_tls_where_there_is_tls(web: SmallWeb, new_web: NewWeb) -> None:
    by_tls = {"X-Forwarded-Proto": "https"}
    assert "strict-transport-security" not in httpx.get(f"{web.url}/healthz", headers=by_tls, trust_env=False).headers
    behind_a_proxy = new_web(trusted_proxies=1).url
    assert "strict-transport-security" in httpx.get(f"{behind_a_proxy}/healthz", headers=by_tls, trust_env=False).headers
    assert "strict-transport-security" not in httpx.get(f"{behind_a_proxy}/healthz", trust_env=False).headers


@pytest.mark.parametrize(
    "sites",
    [
        "*",
        "birchwood.example",
        "https://birchwood.example/",
        "https://*.birchwood.example",
        "http://birchwood.example",
        "https://birchwood.example:443",
        "https://Birchwood.example",
        "https://a.example https://b.example",
        "null",
        "https://user@birchwood.example",
        "javascript:alert(1)",
        "https://a.example;script-src",
    ],
)
def test_what_is_no_origin_stops_the_start(monkeypatch: pytest.MonkeyPatch, sites: str) -> None:
    monkeypatch.setenv("CORDIAL_SITES", sites)
    with pytest.raises(SettingsError, match="CORDIAL_SITES"):
        load_settings()


def test_origins_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORDIAL_SITES", " https://a.example , https://b.example:8443,http://127.0.0.1:9000,,https://a.example")
    assert load_settings().site_origins == {"https://a.example", "https://b.example:8443", "http://127.0.0.1:9000"}
