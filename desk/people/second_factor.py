"""The second factor: a code from the person's phone (TOTP), and recovery codes for the day when the phone is lost."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy.orm import Session

from desk.audit import record
from desk.database import keyring_of
from desk.decisions import decide
from desk.models import User
from desk.sealed import SealError

_SECONDS = 30
_RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is misread; 31 letters, so 16 of them hold 79 bits
_RECOVERY_LENGTH = 16


def enrolled(user: User) -> bool:
    """Whether somebody has shown once that their phone gives the right codes."""
    return user.sealed_totp is not None


def new_secret() -> str:
    """What a phone is set up with. It is stored when the phone has given a right code."""
    return pyotp.random_base32()


def confirm_phone(session: Session, user: User, secret: str, code: str, now: datetime) -> bool:
    """Take a phone as the second factor, in the place of any other, if it gives a right code."""
    step = _step_of(secret, code, now)
    if step is None:
        return False
    another = enrolled(user)
    user.sealed_totp, user.totp_step = keyring_of(session).seal(secret), step
    record(session, user.id, "user.phone_set_up", user.id)
    if another:
        decide(session, "phone", user.id)
    return True


def forget_phone(user: User) -> None:
    """Take the second factor away; the next login sets up a new one."""
    user.sealed_totp, user.totp_step, user.recovery = None, 0, []


def setup_link(secret: str, email: str, clinic: str) -> str:
    """What the QR code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=clinic)


def phone_is_damaged(session: Session, user: User) -> bool:
    """Whether what somebody's phone was set up with cannot be read any more, so that no code of it is ever right."""
    return enrolled(user) and _secret_of(session, user) is None


def use_code(session: Session, user: User, code: str, now: datetime) -> bool:
    """Whether a code is right, now or half a minute to either side. A code is right only once, and none before it after it."""
    secret = _secret_of(session, user)
    step = None if secret is None else _step_of(secret, code, now)
    if step is None or step <= user.totp_step:
        return False
    user.totp_step = step
    return True


def new_recovery_codes(session: Session, user: User) -> list[str]:
    """Ten new codes in the place of the old ones. Only their hashes stay, so they are shown once."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH)) for _ in range(_RECOVERY_CODES)]
    user.recovery = [{"hash": _hashed(code)} for code in codes]
    record(session, user.id, "user.recovery_codes_made", user.id)
    decide(session, "recovery", user.id)
    return ["-".join(code[start : start + 4] for start in range(0, _RECOVERY_LENGTH, 4)) for code in codes]


def has_recovery_code(user: User, code: str) -> bool:
    """Whether a recovery code is one of those that are left."""
    given = _hashed(code)
    return any(hmac.compare_digest(given, str(kept["hash"])) for kept in user.recovery)


def use_recovery_code(user: User, code: str) -> bool:
    """Whether a recovery code is one of those that are left; then it is not any more."""
    given = _hashed(code)
    left = [kept for kept in user.recovery if not hmac.compare_digest(given, str(kept["hash"]))]
    used = len(left) < len(user.recovery)
    user.recovery = left
    return used


def _secret_of(session: Session, user: User) -> str | None:
    """What the phone was set up with; nothing if it is damaged, which costs this one person their codes and nobody else."""
    try:
        return str(keyring_of(session).open(user.sealed_totp or ""))
    except SealError:
        return None


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half-minute of which a code is."""
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // _SECONDS
    given = "".join(code.split()).encode()
    right = [
        step for step in (current - 1, current, current + 1) if hmac.compare_digest(totp.at(step * _SECONDS).encode(), given)
    ]
    return max(right, default=None)


def _hashed(code: str) -> str:
    # They are random and long, so a plain hash is as good as a slow one.
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
