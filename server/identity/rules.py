"""What identity decides: roles that exclude each other, what a password and a PIN must be, when a login is locked."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.identity.model import PERMISSIONS

# Five wrong passwords lock a login for a quarter of an hour, for whoever tries from there (IDN-02).
ATTEMPTS = 5
# So many, from wherever they come, lock it for every browser in which the person has not signed in before.
ATTEMPTS_EVERYWHERE = 25
LOCKED = timedelta(minutes=15)
# A tablet locks itself and opens with a PIN; its session, which delivers what was recorded, goes on for a shift.
TABLET_IDLE = timedelta(hours=8)
# How long somebody who was given a password by another decides nothing that is signed (IDN-08).
COOLING = timedelta(hours=24)
CODE_VALID = timedelta(minutes=15)
LEAST_PASSWORD = 10
# Passwords before the one of now that may not be chosen again, nor that one itself.
PAST_PASSWORDS = 5
# Each is tried for each signature of its holder.
PASSKEYS = 10
# Whoever holds the one must not hold the other: who releases does not produce.
_APART = ("batch.work", "batch.release")
# A browser in which nobody has signed in for so long is a stranger again.
BROWSER_KNOWN = timedelta(days=180)
# So long before a password ends its person is told.
WARNED = timedelta(days=14)
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


def locked_until(failures: int, last: datetime | None, most: int = ATTEMPTS) -> datetime | None:
    """When a login with so many failures in a row, the last at that time, may be tried again."""
    return last + LOCKED if last is not None and failures >= most else None


@dataclass(frozen=True, slots=True)
class Policy:
    """What a plant may set: how long a password holds (0 days: for ever), one that was given, and a session.

    `tablet_minutes`: after how long unused a shared tablet locks its glass; its session goes on for a shift.
    """

    password_days: int = 365
    one_time_hours: int = 72
    idle_minutes: int = 60
    tablet_minutes: int = 10
    absolute_hours: int = 12

    def password_ends(self, set_at: datetime, one_time: bool) -> datetime | None:
        if one_time:
            return set_at + timedelta(hours=self.one_time_hours)
        return set_at + timedelta(days=self.password_days) if self.password_days else None

    def session_ends(self, created: datetime, used: datetime, on_tablet: bool) -> datetime:
        """When a session ends that is not used again."""
        idle = TABLET_IDLE if on_tablet else timedelta(minutes=self.idle_minutes)
        return min(created + timedelta(hours=self.absolute_hours), used + idle)


def bar_ended(given: datetime, now: datetime) -> bool:
    return now >= given + COOLING
