"""Setting up a phone: what the QR code holds, kept in a sealed cookie until the phone has given a right code."""

from __future__ import annotations

import segno
from fastapi import Request, Response

from desk.people.second_factor import new_secret, setup_link
from desk.sealed import SealError
from web.console.access import Person
from web.console.cookies import PHONE, cookies_of
from web.console.page import render
from web.parts import parts_of

_SECONDS = 30 * 60


def secret_of(request: Request, user_id: str) -> str | None:
    """The secret that this browser was shown for this person."""
    kept = cookies_of(request).read_signed(request, PHONE, _SECONDS)
    if not kept:
        return None
    try:
        owner, secret = parts_of(request).database.keyring.open(kept)
    except SealError:
        return None
    return str(secret) if owner == user_id else None


def phone_page(request: Request, person: Person | None, user: tuple[str, str], status: int = 200, **context: str) -> Response:
    """Show what a phone is set up with.

    Args:
        request: what it answers.
        person: whoever is logged in already.
        user: id and address of the person whose phone it is.
        status: of the answer.
        context: `form`, where the code is sent; `next`; `problem`, if the code was wrong.
    """
    user_id, email = user
    secret = secret_of(request, user_id) or new_secret()
    link = setup_link(secret, email, parts_of(request).clinic.name)
    picture = segno.make(link, error="m").svg_data_uri(scale=5, border=4, light="#fff", dark="#000")
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    shown = {"picture": picture, "secret": groups, "email": email, "problem": None, **context}
    response = render(request, person, "phone.html", status, **shown)
    cookies = cookies_of(request)
    sealed = parts_of(request).database.keyring.seal([user_id, secret])
    cookies.set(response, PHONE, cookies.sign(PHONE, sealed), _SECONDS)
    return response


def codes_page(request: Request, person: Person | None, codes: list[str], following: str) -> Response:
    """Show recovery codes, this once."""
    response = render(request, person, "recovery_codes.html", codes=codes, next=following)
    cookies_of(request).delete(response, PHONE)
    return response
