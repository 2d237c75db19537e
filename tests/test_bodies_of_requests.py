"""A body is read up to its limit to the byte, however it comes; what cannot be read is refused for what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.people import error_of
from tests.support.small_web import NewWeb
from web.guards import MAX_BODY


@pytest.fixture
def reader(new_web: NewWeb) -> Iterator[httpx.Client]:
    """Somebody who reads the library."""
    with httpx.Client(base_url=new_web(limits="off").url, trust_env=False) as client:
        yield client


def search_of(size: int) -> bytes:
    """A search in so many bytes."""
    return b"q=knees&of=".ljust(size, b"x")


@pytest.mark.parametrize("announced", [True, False], ids=["with its length", "in pieces"])
@pytest.mark.parametrize(("size", "status"), [(MAX_BODY, 200), (MAX_BODY + 1, 413)])
def test_a_body_is_read_up_to_its_limit(reader: httpx.Client, announced: bool, size: int, status: int) -> None:
    whole = search_of(size)
    pieces = [whole[at : at + 1_000] for at in range(0, size, 1_000)]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = reader.post("/library", content=whole if announced else iter(pieces), headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"texts": ["caf\xe9"]}', "invalid_encoding"),
        (b'{"texts": ["caf', "not_json"),
        (b"", "invalid_request"),
        (b"null", "invalid_request"),
    ],
)
def test_what_cannot_be_read_is_refused_for_what_is_wrong_with_it(reader: httpx.Client, body: bytes, why: str) -> None:
    answer = reader.post("/encode", content=body, headers={"Content-Type": "application/json"})
    assert error_of(answer) == why
    assert answer.status_code == (422 if why == "invalid_request" else 400)
