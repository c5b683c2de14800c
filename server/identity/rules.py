"""What identity decides: roles that exclude each other, what a password and a PIN must be, when a login is locked."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from server.identity.model import PERMISSIONS

# Five wrong passwords lock a login for a quarter of an hour (IDN-02).
ATTEMPTS = 5
LOCKED = timedelta(minutes=15)
IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(hours=12)
CODE_VALID = timedelta(minutes=15)
LEAST_PASSWORD = 10
# Passwords before the one of now that may not be chosen again, nor that one itself.
PAST_PASSWORDS = 5
# Each is tried for each signature of its holder.
PASSKEYS = 10
# Whoever holds the one must not hold the other: who releases does not produce.
_APART = ("batch.work", "batch.release")
_PIN = re.compile(r"[0-9]{6}")


def conflicting_roles(roles: Collection[str]) -> list[str]:
    """Those among the roles that one person must not hold together, sorted; empty when they go together (IDN-08)."""
    if "admin" in roles and len(set(roles)) > 1:
        return sorted(set(roles))
    produce, release = ({role for role in roles if may in PERMISSIONS[role]} for may in _APART)
    return sorted(produce | release) if produce and release else []


def password_weak(password: str, login: str) -> bool:
    return len(password) < LEAST_PASSWORD or len(set(password)) < 5 or login.lower() in password.lower()


def pin_weak(pin: str) -> bool:
    """Six digits, not all the same."""
    return not _PIN.fullmatch(pin) or len(set(pin)) == 1


def locked_until(failures: int, last: datetime | None) -> datetime | None:
    """When a login with so many failures in a row, the last at that time, may be tried again."""
    return last + LOCKED if last is not None and failures >= ATTEMPTS else None


def session_ended(created: datetime, used: datetime, now: datetime) -> bool:
    return now - used > IDLE or now - created > ABSOLUTE
