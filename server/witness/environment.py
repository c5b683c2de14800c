"""Whether the server has told of phases that ran in rooms beyond their action limits, counted no reading that it must
not, and set no limits that are none (ENV-01, ENV-03): the same questions as its own rules ask, from the log alone.

Of all readings only those beyond action limits are kept: what else a sensor says, nobody asks about again. A log of
before any limits owes nothing, so that no edition is needed.
"""

from bisect import bisect_left, insort
from sys import intern

from server.environment import model
from server.environment import rules as air
from server.environment.model import Limits, Place
from server.equipment.model import REGISTERED
from server.identity.model import DEVICE_ENROLLED
from server.production.model import EXCEPTION, PAPER_BEGUN, PAPER_ENDED, batch_stream
from server.production.surroundings import rules
from server.production.surroundings.rules import Out, Span
from server.recipes.model import find_phase
from server.release.model import RELEASED_KIND
from server.witness.papers import PaperRules
from server.witness.seen import Seen
from server.witness.standing import Body, StandingRules
from sync.errors import SyncError

_Place = tuple[str, str]


class EnvironmentRules(StandingRules):
    """Where sensors stand, the limits of rooms, what was beyond them, and when phases ran, as learnt so far."""

    # Without what was begun and ended on paper nobody can say when a phase ran: such a batch is not judged.
    _paper = (PAPER_BEGUN, PAPER_ENDED)
    kinds = (model.POINT_READ, model.LIMITS_SET, REGISTERED, DEVICE_ENROLLED, RELEASED_KIND, *rules.HEARD, *_paper)

    def __init__(self, papers: PaperRules) -> None:
        super().__init__()
        self._papers = papers
        self._places: dict[str, list[Place]] = {}
        self._occupied: dict[str, str | None] = {}
        self._bridges: set[str] = set()
        self._limits: dict[str, list[Limits]] = {}
        # By room, in the order of time.
        self._out: dict[str, list[Out]] = {}
        self._spans: dict[_Place, Span] = {}
        # Phases that were found to have run beyond limits, and those of which the server has made an exception.
        self._found: dict[str, set[str]] = {}
        self._told: dict[str, set[str]] = {}
        # When phases have ended, in the order of time: of a reading of now only the last are asked about.
        self._ended: list[tuple[str, _Place]] = []

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with; `flag_missing` or `flag_wrong` of a reading, or of work."""
        head, body = seen.head, seen.body
        # Of what was erased nobody can say any more what was owed.
        if body is None or self._blind_of - {"batch"}:
            return
        if head.kind == model.LIMITS_SET:
            self._judge_limits(seen, body)
        elif head.kind == RELEASED_KIND and seen.by_server:
            self._judge_release(body["batch"])
        elif head.kind == model.POINT_READ:
            self.compare(seen, self._of_source(seen, body), model.OF_SOURCE)
            # A batch that was erased may have had a phase in that room.
            if not self._blind:
                self.compare(seen, {model.BEYOND} if self._ran(seen, body) else (), (model.BEYOND,))
        elif self._is_work(seen, body):
            self.compare(seen, {model.BEYOND} if self._ends(seen, body) else (), (model.BEYOND,))

    def _judge_release(self, batch: str) -> None:
        """Every phase that was found to have run beyond limits is an exception first; that it was assessed is asked
        with all other items. Of a batch of which something was erased nobody can say what was told."""
        if batch_stream(batch) in self._blind:
            return
        kept_quiet = self._found.get(batch, set()) - self._told.get(batch, set())
        if kept_quiet:
            raise SyncError("release_blocked", f"{batch} was released, and nobody was told of phase {min(kept_quiet)}")

    def _is_work(self, seen: Seen, body: Body) -> bool:
        if seen.by_server or seen.head.kind not in rules.HEARD or "batch_unknown" in seen.stamp.flags:
            return False
        return bool(self.phases_of(body["batch"]))

    def _judge_limits(self, seen: Seen, body: Body) -> None:
        code = air.judge_limits(body, body["room"] in self._occupied.values())
        if code is not None:
            raise SyncError(code, f"{body['room']} by {seen.head.actor}")

    def _of_source(self, seen: Seen, body: Body) -> list[str]:
        place = air.held_at(self._places.get(body["sensor"], ()), seen.head.captured_at)
        return air.judge_source(place, body["serial"], seen.head.device in self._bridges)

    def _beyond(self, seen: Seen, body: Body) -> tuple[str, list[Out]]:
        """The room of a reading, and what of it is beyond action limits; nothing of one that counts for nothing."""
        at = seen.head.captured_at
        place = air.held_at(self._places.get(body["sensor"], ()), at)
        if place is None or place.room is None or not model.COUNTS_NOT.isdisjoint(seen.stamp.flags):
            return "", []
        stated = self._limits.get(place.room, ())
        values = model.figures(body["values"]).items()
        return place.room, [(at, name, value) for name, value in values if air.beyond_action(stated, at, name, value)]

    def _ran(self, seen: Seen, body: Body) -> list[_Place]:
        """The phases that have ended and that turn out, by a reading, to have run beyond limits."""
        room, out = self._beyond(seen, body)
        if not out:
            return []
        later = self._ended[bisect_left(self._ended, (seen.head.captured_at, ("", ""))) :]
        over = (one for _, place in later if (one := self._spans[place]).covers(seen.head.captured_at))
        return [(one.batch, one.phase) for one in over if self._room(one) == room]

    def _ends(self, seen: Seen, body: Body) -> list[_Place]:
        """The phase of a piece of work, where that turns out to have run beyond limits."""
        before = self._span(body)
        after = before.after(seen.head.kind, self._papers.made_at(seen))
        room = self._room(after)
        if room is None or after == before or after.began is None or after.ended is None:
            return []
        out = self._out.get(room, [])
        # What was read at that very moment is of the phase as well.
        first, last = bisect_left(out, (after.began,)), bisect_left(out, (f"{after.ended}~",))
        newly = rules.newly(before, after, out[first:last])
        return [(after.batch, after.phase)] if newly else []

    def _span(self, body: Body) -> Span:
        return self._spans.get((body["batch"], body["phase"]), Span(body["batch"], body["phase"]))

    def _room(self, one: Span) -> str | None:
        phase = find_phase(self.phases_of(one.batch), one.phase)
        return None if phase is None else phase.get("room")

    def _find(self, places: list[_Place]) -> None:
        for batch, phase in places:
            self._found.setdefault(batch, set()).add(phase)

    def _keep(self, before: Span, after: Span) -> None:
        place = after.batch, after.phase
        self._spans[place] = after
        if before.ended == after.ended or after.ended is None:
            return
        if before.ended is not None:
            del self._ended[bisect_left(self._ended, (before.ended, place))]
        insort(self._ended, (after.ended, place))

    def take(self, seen: Seen, body: Body) -> None:
        head = seen.head
        if head.kind == model.POINT_READ:
            room, out = self._beyond(seen, body)
            self._find(self._ran(seen, body))
            if out:
                for at, name, value in out:
                    insort(self._out.setdefault(room, []), (at, intern(name), value))
        elif head.kind in rules.HEARD:
            if not seen.by_server:
                self._find(self._ends(seen, body))
                self._keep(self._span(body), self._span(body).after(head.kind, self._papers.made_at(seen)))
        elif not seen.by_server:
            return
        elif head.kind == EXCEPTION:
            if body["code"] == model.BEYOND:
                self._told.setdefault(body["batch"], set()).add(body["phase"])
        elif head.kind == model.LIMITS_SET:
            self._limits.setdefault(body["room"], []).append(Limits.of(body, head.captured_at))
        elif head.kind == REGISTERED:
            self._occupied[body["equipment"]] = body["location"]
            if body["class"] == model.SENSOR or body["equipment"] in self._places:
                self._places.setdefault(body["equipment"], []).append(Place.of(body, head.captured_at))
        elif head.kind == DEVICE_ENROLLED and body["role"] == "bridge":
            self._bridges.add(body["device"])
