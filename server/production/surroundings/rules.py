"""Whether a phase ran in a room beyond its action limits. Pure; door and witness ask the same.

A phase ran from its first work to its last end, by the clocks that said so; while it has not ended nobody can tell how
long it ran, since a tablet may bring its end later: what was read meanwhile is asked of as it ends. So it does not
matter in what order readings and phases arrive.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from server.environment.model import BEYOND
from server.production import model
from server.production.model import Judgement

# What says that a phase runs, or has ended.
HEARD = frozenset({*model.WORK, *model.LEFT})
# (time, quantity, value) of a reading beyond action limits.
Out = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Span:
    """When a phase of a batch ran; `began` None of one that was left without work, `ended` of one that still runs."""

    batch: str
    phase: str
    began: str | None = None
    ended: str | None = None

    def after(self, kind: str, at: str) -> "Span":
        """With what another entry says of it."""
        began, ended = self.began, self.ended
        if kind in model.WORK:
            began = at if began is None else min(began, at)
        if kind in model.ENDS:
            ended = at if ended is None else max(ended, at)
        return Span(self.batch, self.phase, began, ended)

    def covers(self, at: str) -> bool:
        return self.began is not None and self.ended is not None and self.began <= at <= self.ended


def newly(before: Span, after: Span, out: Iterable[Out]) -> list[Out]:
    """Of the readings beyond action limits in the room of a phase those that turn out to be of it."""
    return [one for one in out if after.covers(one[0]) and not before.covers(one[0])]


def judgement(room: str, out: Sequence[Out]) -> Judgement:
    """QA assesses what that did to the product before release (ENV-03)."""
    said: dict[str, Any] = {"room": room, "since": out[0][0], "until": out[-1][0]}
    said["quantities"] = list(dict.fromkeys(quantity for _, quantity, _ in out))
    return Judgement(BEYOND, said | {"readings": len(out), "severity": model.MAJOR})
