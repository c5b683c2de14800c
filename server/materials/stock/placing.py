"""Where a container stands, by when it was put there and not by when the log heard of it: pure.

A handheld without a network says today what it did yesterday. What was carried on since stands where it was carried.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from server.core.outcomes import SERVER
from server.materials.stock.model import Made
from sync.entry import Header

# What a placing is: how a container came to be where it is.
CAME, FILLED, CARRIED, COUNTED = "came", "filled", "carried", "counted"
# Flags of entries whose time of capture is not to be relied on: they count from when they were received.
DOUBTED = frozenset({"clock_skew", "captured_outside"})


@dataclass(frozen=True, slots=True)
class Placing:
    """`at`: when it was put there, UTC text; `index`: its place in the log; `seen`: how many entries of the log whoever
    carried it knew of; `origin`: where it was picked up, as far as that was said."""

    entry: str
    index: int
    at: str
    what: str
    to: str
    origin: str | None
    device: str
    seen: int


def made_at(captured_at: str, recorded_at: str, flags: Collection[str] = ()) -> str:
    """When something was done: as its device says, never after it was received; where its clock was off, when it was
    received."""
    return recorded_at if not DOUBTED.isdisjoint(flags) else min(captured_at, recorded_at)


def made(header: Header, recorded_at: str, flags: Collection[str], index: int) -> Made:
    """When the entry at this place of the log was made, and how much of the log its device knew: the server all before
    it, others as much as they say that they had seen."""
    known = 0 if header.seen is None else header.seen.size
    at = made_at(header.captured_at, recorded_at, flags)
    return Made(header.id, at, index, index if header.device == SERVER else known, header.device)


def last(placings: Iterable[Placing]) -> Placing | None:
    """The one that stands: the latest by capture, of two of one moment the later in the log."""
    return max(placings, key=lambda one: (one.at, one.index), default=None)


def stood(placings: Iterable[Placing], moment: str) -> str | None:
    """Where a container stood at a time by all that is known now; None where nobody had put it anywhere. Where a
    counting found it is no news of the time before that."""
    found = last(one for one in placings if one.at < moment or (one.at == moment and one.what != COUNTED))
    return None if found is None else found.to


def clash(new: Placing, known: Sequence[Placing]) -> Placing | None:
    """The move of another device that this one contradicts: next to it by capture, made without knowledge of the
    other, to another place, and not on from where the other had put it. None where the story fits together."""
    before = last(one for one in known if one.at <= new.at)
    after = min((one for one in known if one.at > new.at), key=lambda one: (one.at, one.index), default=None)
    pairs = ((before, before, new), (after, new, after))
    return next((other for other, first, then in pairs if other and first and then and _contradict(first, then)), None)


def _contradict(first: Placing, then: Placing) -> bool:
    carried = first.what == then.what == CARRIED and first.device != then.device
    # What has no place in the log yet (an index below nothing) nobody can have seen.
    unseen = first.index < 0 or then.seen <= first.index
    return carried and unseen and then.to != first.to and then.origin != first.to


def settles(new: Placing, at: int, known: Sequence[Placing]) -> bool:
    """Whether this placing ends a conflict whose later entry stands at a place of the log: it was made in knowledge of
    it, and it says where the container stands now."""
    return new.seen > at and all((one.at, one.index) <= (new.at, new.index) for one in known)
