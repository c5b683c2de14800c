"""What held when a device captured something, and not when it synced: people's keys and grants, with their histories.

Pure, so that the door and a witness, who has nothing but the log, judge alike (IDN-05).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from server.core.steps import SLACK
from server.identity.model import SERVER
from sync import canonical
from sync.entry import Header

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Since(Generic[T]):
    """From an entry of the log on: its place, and when it was recorded (UTC text)."""

    index: int
    at: str
    value: T


@dataclass(frozen=True, slots=True)
class UserKey:
    """The raw Ed25519 key that a PIN unlocks. `lost`: the console set it in place of the one before, which is what is
    done when that was lost or is known to somebody else; people change their own themselves."""

    key: bytes
    lost: bool


@dataclass(frozen=True, slots=True)
class Capture:
    """When a device says that it made an entry, and how many entries of the log it had seen by then."""

    at: str
    seen: int


def capture_of(header: Header) -> Capture:
    return Capture(header.captured_at, 0 if header.seen is None else header.seen.size)


def user_key(body: Mapping[str, Any], actor: str) -> UserKey:
    """Of a credential entry for a PIN."""
    return UserKey(canonical.decode_base64(body["public_key"]), actor == SERVER)


def in_force(history: Sequence[Since[T]], capture: Capture) -> list[T]:
    """What held at the time of capture, give or take what a device's clock may be off; `history` in the order of the
    log. A device that has seen an entry made what it made after that, whatever its clock says. The first holds from
    ever: before it there was nothing that it could be mistaken for."""
    return [one.value for place, one in enumerate(history) if _held(history, place, capture)]


def keys(history: Sequence[Since[UserKey]], capture: Capture) -> list[bytes]:
    """The keys with which a signature that was captured then is the person's own. One that was given up as lost signs
    nothing more from when that was recorded: what comes afterwards could be by whoever found it, and be dated back."""
    lost = max((place for place, one in enumerate(history) if one.value.lost), default=0)
    return [one.value.key for place, one in enumerate(history) if place >= lost and _held(history, place, capture)]


def _held(history: Sequence[Since[Any]], place: int, capture: Capture) -> bool:
    made, one = datetime.fromisoformat(capture.at), history[place]
    begun = place == 0 or one.index < capture.seen or datetime.fromisoformat(one.at) <= made + SLACK
    if place + 1 == len(history):
        return begun
    after = history[place + 1]
    return begun and after.index >= capture.seen and made - SLACK <= datetime.fromisoformat(after.at)
