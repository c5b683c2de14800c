"""Whether lots of one material from one supplier are inspected normally or tightened, and when sampling stops: pure.

The switching rules of ISO 2859-1:1999, 9.3.1, 9.3.2 and 9.4, which are those of GB/T 2828.1-2012. Door and witness ask
them of the log alone. Reduced inspection (9.3.3) is left out, see `plans`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.quality.inspection import plans

# Two of five lots that follow each other; five in a row; five altogether.
_WINDOW, _TIGHTENS, _RELAXES, _STOPS = 5, 2, 5, 5


@dataclass(frozen=True, slots=True)
class Event:
    """The first decision about a lot that was inspected by a plan of the standard; with `accepted` None, that sampling
    goes on after it was stopped. `index`: its place in the log."""

    index: int
    lot: str
    accepted: bool | None


@dataclass(frozen=True, slots=True)
class Standing:
    """`cause`: the lots that were not accepted and because of which inspection is tightened; `recent`: what became of
    the last lots since it is so, each True where it was accepted; `rejected`: lots not accepted since it is tightened.

    `discontinued`: nothing of this supplier is released by sampling until QA has agreed to the supplier's measures.
    """

    severity: str = plans.NORMAL
    cause: tuple[str, ...] = ()
    recent: tuple[tuple[str, bool], ...] = ()
    rejected: tuple[str, ...] = ()
    discontinued: bool = False

    @property
    def in_a_row(self) -> int:
        """How many lots were accepted one after the other since the last change."""
        row = 0
        for _, accepted in reversed(self.recent):
            if not accepted:
                break
            row += 1
        return row

    def payload(self) -> dict[str, Any]:
        same = {"severity": self.severity, "discontinued": self.discontinued, "accepted": self.in_a_row}
        return same | {"cause": [*self.cause], "rejected": [*self.rejected]}


def standing(events: Iterable[Event]) -> Standing:
    """After these, in the order of the log; inspection begins normal (9.1)."""
    found = Standing()
    for one in events:
        found = _after(found, one)
    return found


def _after(now: Standing, event: Event) -> Standing:
    if event.accepted is None:
        # 9.4: as if 9.3.1 had just been invoked.
        return replace(now, discontinued=False, recent=(), rejected=()) if now.discontinued else now
    if now.discontinued:
        return now
    recent = (*now.recent, (event.lot, event.accepted))[-_WINDOW:]
    if now.severity == plans.NORMAL:
        against = tuple(lot for lot, accepted in recent if not accepted)
        tightened = len(against) >= _TIGHTENS
        return Standing(plans.TIGHTENED, cause=against) if tightened else replace(now, recent=recent)
    return _after_tightened(replace(now, recent=recent), event)


def _after_tightened(now: Standing, event: Event) -> Standing:
    if event.accepted:
        return Standing() if now.in_a_row >= _RELAXES else now
    rejected = (*now.rejected, event.lot)
    return replace(now, rejected=rejected, discontinued=len(rejected) >= _STOPS)


def switches(sampling: Mapping[str, Any] | None) -> bool:
    """Whether a specification leaves it to these rules how severe inspection is."""
    return sampling is not None and sampling["severity"] == plans.SWITCHING


def resolved(sampling: Mapping[str, Any], found: Standing) -> dict[str, Any]:
    """The plan that a lot is drawn by: of a specification that leaves it to the rules, as they stand."""
    return {**sampling, "severity": found.severity} if switches(sampling) else dict(sampling)
