"""Whether the server has said what is wrong with where containers were put, and by whom, from the log alone (MAT-06,
IDN-01).

The same questions as its own rules ask (`server.materials.stock.judging`). What a material asks of its place stands in
its master data and is not asked here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from server.core.kinds import Registry
from server.core.outcomes import SERVER
from server.identity import grants
from server.identity.model import AREA_SET, AREA_WITHDRAWN
from server.materials.counts import model as counts
from server.materials.model import STATUS_CHANGES
from server.materials.stock import model, placing
from server.materials.stock.placing import Placing
from server.witness.granting import GrantRules
from server.witness.remembering import Remembering
from server.witness.seen import Seen, misflagged, unflagged
from server.witness.since import SinceRules
from server.witness.stock import StockRules, made, named
from sync.errors import SyncError

Body = Mapping[str, Any]
_ABOUT: tuple[str, ...] = (
    *model.RECEIVED,
    *STATUS_CHANGES,
    model.LOT_RECEIVED[0],
    model.LOCATION,
    model.MOVED,
    model.SPLIT,
)
_KINDS: tuple[str, ...] = (*_ABOUT, model.ISSUED, model.RETURNED, counts.ORDERED, counts.COUNTED, counts.CLOSED)
_KINDS += (AREA_SET, AREA_WITHDRAWN)
# Who may do what of it is asked of the permission that it takes.
_WORK = {model.MOVED: model.MOVES, model.SPLIT: model.MOVES, model.MERGED: model.MOVES}
_WORK |= {model.LABELLED: model.RECEIVES, counts.COUNTED: counts.COUNTS}
_DECISIONS = (model.LOCATION, model.SCRAPPED, model.ISSUED, model.RETURNED, counts.ORDERED, counts.CLOSED)
# Of work, what is asked of each kind; what was flagged otherwise is not for these rules.
_OF_PLACES = (model.NO_PLACE, model.UNFIT)
_FLAGS: Mapping[str, tuple[str, ...]] = {
    model.MOVED: (model.UNKNOWN, model.ELSEWHERE, *_OF_PLACES, model.PLACE_CONFLICT, model.OTHER_AREA),
    model.LABELLED: (*_OF_PLACES, model.OTHER_AREA),
    counts.COUNTED: (*_OF_PLACES, model.OTHER_AREA),
    counts.CLOSED: _OF_PLACES,
    model.SPLIT: (model.OTHER_AREA,),
    model.MERGED: (model.OTHER_AREA,),
}


class PlaceRules(Remembering):
    """Which places there are, where every container was put and when, after the entries learnt so far; `granted` knows
    whose roles hold where, `stock` what each container is. Nothing of it was asked of a server before `since`."""

    def __init__(self, registry: Registry, stock: StockRules, granted: GrantRules, since: SinceRules) -> None:
        super().__init__()
        self._registry, self._stock, self._granted, self._since = registry, stock, granted, since
        self._areas: set[str] = set()
        self._locations: dict[str, Body] = {}
        self._placings: dict[str, list[Placing]] = {}
        self._registered: set[str] = set()
        self._status: dict[tuple[str, str], str] = {}
        self._counts: dict[str, list[str]] = {}
        self._counted_at: dict[str, str] = {}

    def stood(self, label: str, moment: str) -> str | None:
        """Where a container stood at a time (UTC text)."""
        return placing.stood(self._placings.get(label, ()), moment)

    def standing_at(self, places: Iterable[str]) -> list[str]:
        """The labels of what was put there last, ours or not."""
        wanted = {*places}
        last = ((label, placing.last(known)) for label, known in self._placings.items())
        return [label for label, one in last if one is not None and one.to in wanted]

    def counted_at(self, entry: str) -> str | None:
        """When a counting was made, as far as its clock is to be relied on."""
        return self._counted_at.get(entry)

    @property
    def is_whole(self) -> bool:
        """Whether every entry about places could be read."""
        return not self._blind

    def judge(self, seen: Seen) -> None:
        """SyncError of what the server should have refused, or said."""
        kind, given = seen.head.kind, seen.body
        if self._blind or given is None or not self._stock.is_whole or not self._since.asked:
            return
        if kind in (*_FLAGS, *_DECISIONS) and self._stock.is_blind(named(kind, given)):
            # What was filled over in a unit that only its material knows is none of the ledger's, and stands somewhere.
            return
        if seen.by_server and kind in _DECISIONS:
            self._judge_decision(seen, given)
        if kind in _FLAGS:
            self._judge_flags(seen, kind, given)

    def _judge_decision(self, seen: Seen, given: Body) -> None:
        kind, actor = seen.head.kind, seen.head.actor
        if kind == model.LOCATION and given["active"] and given["warehouse"] not in self._areas:
            raise SyncError("area_unknown", f"{given['location']} in {given['warehouse']}")
        if kind in (model.ISSUED, model.RETURNED) and given["to"] is not None:
            place, one = self._locations.get(given["to"]), self._stock.find(given["container"])
            if place is not None and one is not None and model.is_unfit(place["kind"], self._of_lot(one)):
                raise SyncError("place_unfit", f"{given['container']} to {given['to']}")
        held = None if actor == SERVER else self._granted.held(actor)
        by, areas = self._registry.kinds[kind].by, self._decided_in(kind, given)
        if held is not None and not any(all(grants.permits(held, one, area) for area in areas) for one in by):
            raise SyncError(model.OTHER_AREA, f"{kind} by {actor} in {', '.join(sorted(areas))}")

    def _decided_in(self, kind: str, given: Body) -> set[str]:
        if kind == model.LOCATION:
            before = self._locations.get(given["location"])
            return {given["warehouse"], *([] if before is None else [before["warehouse"]])}
        if kind in (model.SCRAPPED, model.ISSUED):
            found = placing.last(self._placings.get(given["container"], ()))
            return self._areas_of([] if found is None else [found.to])
        if kind == counts.CLOSED:
            return self._areas_of(self._counts.get(given["count"], ()))
        return self._areas_of([given["to"]] if kind == model.RETURNED else given["locations"])

    def _judge_flags(self, seen: Seen, kind: str, given: Body) -> None:
        owed, actor = self._owed(seen, kind, given), seen.head.actor
        # Where they may work of whom something was erased nobody can say.
        lost = kind in _WORK and actor != SERVER and self._granted.held(actor) is None
        for flag in _FLAGS[kind]:
            if lost and flag == model.OTHER_AREA:
                continue
            if flag in owed and flag not in seen.stamp.flags:
                raise unflagged(flag, f"{kind} by {seen.head.actor}")
            if flag in seen.stamp.flags and flag not in owed:
                raise misflagged(flag, f"nothing of the kind is wrong with {kind} by {seen.head.actor}")

    def _owed(self, seen: Seen, kind: str, given: Body) -> set[str]:
        at = placing.made_at(seen.head.captured_at, seen.stamp.recorded_at)
        owed: set[str] = set()
        if kind in _WORK and seen.head.actor != SERVER:
            owed |= self._outside(seen.head.actor, _WORK[kind], self._worked_at(kind, given, at))
        if kind == model.MOVED:
            return owed | self._of_move(seen, given, at)
        if kind == model.LABELLED:
            status = self._status.get((given["material"], given["lot"]), "quarantine")
            places = {one["location"] for one in given["containers"]} - {None}
            return owed | {flag for place in places for flag in self._of_place(place, status)}
        if kind == counts.CLOSED:
            lines = [one for one in given["lines"] if one["to"] not in (None, one["from"])]
            return {flag for one in lines for flag in self._of_container(one["container"], one["to"])}
        if kind == counts.COUNTED and given["seen"]:
            owed |= self._of_container(given["container"], given["location"])
        return owed

    def _of_move(self, seen: Seen, given: Body, at: str) -> set[str]:
        label, known = given["container"], self._placings.get(given["container"], [])
        owed = {model.UNKNOWN} if self._stock.find(label) is None else self._of_container(label, given["to"])
        stood = placing.stood(known, at)
        if model.UNKNOWN not in owed and given["from"] is not None and stood not in (None, given["from"]):
            owed.add(model.ELSEWHERE)
        if seen.by_server or not model.VOID.isdisjoint(seen.stamp.flags):
            return owed
        # Nothing of the log after it can have been seen.
        one = _placing(seen, placing.CARRIED, given["to"], given["from"], at)
        return owed if placing.clash(one, known) is None else owed | {model.PLACE_CONFLICT}

    def _of_container(self, label: str, place: str) -> set[str]:
        one = self._stock.find(label)
        return set() if one is None else self._of_place(place, self._of_lot(one))

    def _of_lot(self, one: model.Held) -> str:
        return self._status.get((one.material, one.lot), "quarantine")

    def _of_place(self, place: str, status: str) -> set[str]:
        known = self._locations.get(place)
        if known is None or not known["active"]:
            return {model.NO_PLACE}
        return {model.UNFIT} if model.is_unfit(known["kind"], status) else set()

    def _worked_at(self, kind: str, given: Body, at: str) -> list[str | None]:
        if kind == model.MOVED:
            return [given["from"], given["to"]]
        if kind == model.LABELLED:
            return [one["location"] for one in given["containers"]]
        if kind == counts.COUNTED:
            return [given["location"]]
        labels = [given["container"]] if kind == model.SPLIT else [given["into"], *given["from"]]
        return [self.stood(label, at) for label in labels]

    def _outside(self, person: str, permission: str, places: Iterable[str | None]) -> set[str]:
        held = self._granted.held(person)
        if held is None or not grants.permits(held, permission):
            return set()
        areas = self._areas_of(places)
        return set() if all(grants.permits(held, permission, one) for one in areas) else {model.OTHER_AREA}

    def _areas_of(self, places: Iterable[str | None]) -> set[str]:
        return {self._locations[one]["warehouse"] for one in places if one is not None and one in self._locations}

    def learn(self, seen: Seen) -> None:
        """After the rules of stock have: what they know now and did not know here is new."""
        kind = seen.head.kind
        if kind in _KINDS and not seen.is_strange:
            self._about[self._count] = None
            if seen.body is None:
                self._blind = True
            elif model.VOID.isdisjoint(seen.stamp.flags):
                self._take(seen, kind, seen.body)
        super().learn(seen)

    def _learn_own(self, seen: Seen, index: int) -> None:
        """All is learnt above, also what devices say."""

    def _take(self, seen: Seen, kind: str, body: Body) -> None:
        if kind in (*model.RECEIVED, model.SPLIT):
            self._register(seen, kind, body)
        elif kind in (model.MOVED, model.ISSUED, model.RETURNED):
            if body["to"] is not None:
                self._put(body["container"], _placing(seen, placing.CARRIED, body["to"], body.get("from")))
        elif kind == counts.COUNTED:
            self._counted_at[seen.head.id] = made(seen).at
        elif kind == counts.CLOSED:
            for one in body["lines"]:
                if one["to"] is not None:
                    at = self._counted_at.get(one["entry"])
                    self._put(one["container"], _placing(seen, placing.COUNTED, one["to"], None, at))
        elif kind == counts.ORDERED:
            self._counts[body["count"]] = body["locations"]
        elif seen.by_server:
            self._define(kind, body)
        if kind == model.LOT_RECEIVED[0]:
            self._status.setdefault((body["material"], body["lot"]), body["status"])

    def _define(self, kind: str, body: Body) -> None:
        if kind in STATUS_CHANGES:
            self._status[body["material"], body["lot"]] = body["status"]
        elif kind == model.LOCATION:
            self._locations[body["location"]] = body
        elif kind == AREA_SET:
            self._areas.add(body["area"])
        elif kind == AREA_WITHDRAWN:
            self._areas.discard(body["area"])

    def _register(self, seen: Seen, kind: str, body: Body) -> None:
        """Containers that begin with this entry."""
        rows = body["into"] if kind == model.SPLIT else body["containers"]
        for one in rows:
            label = one["container"]
            if label in self._registered or self._stock.find(label) is None:
                continue
            self._registered.add(label)
            filled = kind == model.SPLIT
            to = self.stood(body["container"], made(seen).at) if filled else one.get("location")
            if to is not None:
                self._put(label, _placing(seen, placing.FILLED if filled else placing.CAME, to))

    def _put(self, label: str, one: Placing) -> None:
        self._placings.setdefault(label, []).append(one)


def _placing(seen: Seen, what: str, to: str, origin: str | None = None, at: str | None = None) -> Placing:
    done = made(seen)
    return Placing(done.entry, done.index, at or done.at, what, to, origin, done.device, done.seen)
