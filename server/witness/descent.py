"""Whether batches came of batches as the door lets them, whole and nothing else, from the log alone (PRD-14).

The same rules as at the door (`server.production.descent.rules`), over orders, phases and leases as the entries tell
them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from server.handheld.model import batch_of
from server.production import model as production
from server.production.descent import model, rules
from server.production.descent.model import Origin, Refusal
from server.release import model as release
from server.witness.goods import Goods
from server.witness.leases import LeaseRules
from server.witness.lineage import Lineage
from server.witness.papers import PaperRules
from server.witness.recipes import RecipeRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import MISPLACED
from server.witness.yields import YieldRules
from sync.errors import SyncError
from sync.verify.rules import ERASED

_IMPORTED = "production.batch_imported.v1"
_OPENED = "quality.deviation_opened.v1"
_CLOSED = {
    release.RESOLVED_KIND: "conflict",
    release.ASSESSED_KIND: "exception",
    production.WITHDRAWN: "exception",
    "quality.deviation_closed.v1": "deviation",
    "quality.deviation_closed.v2": "deviation",
}
Body = Mapping[str, Any]
# The edition of the rules by which parts are scaled from the recipe, and a finished preparation is reworked one way.
EDITION = 2
# And from which on the same process is one of the same phases.
PROCESS_EDITION = 5
# And that from which on no copies of one number are merged while it is not known what became of both.
COPIES = 5


class DescentRules:
    """Orders, work and open items of each batch after the entries learnt so far. Of a batch of which an entry was
    erased nothing is judged."""

    def __init__(
        self,
        recipes: RecipeRules,
        leases: LeaseRules,
        yields: YieldRules,
        goods: Goods,
        lineage: Lineage,
        since: SinceRules,
        papers: PaperRules,
    ) -> None:
        self._recipes, self._leases, self._yields, self._goods = recipes, leases, yields, goods
        self._lineage, self._since, self._papers = lineage, since, papers
        self._orders: dict[str, Body] = {}
        self._work: dict[str, tuple[set[str], set[str]]] = {}
        self._closed: dict[str, str] = {}
        # Open items by id: of which batch, and the slot of a conflict.
        self._items: dict[str, tuple[str, str | None]] = {}
        # What the last decision must be followed by, each as one of these; None where it cannot be told.
        self._due: list[Sequence[dict[str, Any]]] | None = []
        self._streams: list[str] = []
        self._blind: set[str] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with; `batch_formed_wrong` where something else came of it."""
        kind, given = seen.head.kind, seen.body
        self._judge_formed(seen)
        if given is None or not seen.by_server:
            return
        if kind in model.DECISIONS:
            refusal = self._refusal(kind, given, seen.day) or self._held(kind, given, seen.stamp.recorded_at)
            if refusal is not None:
                raise SyncError(refusal.code, f"{kind} in {seen.head.stream} by {seen.head.actor}")
        elif kind in release.DISPOSITIONS:
            self._judge_disposition(kind, given["batch"])

    def _judge_formed(self, seen: Seen) -> None:
        """What comes of a decision stands right behind it."""
        formed = seen.by_server and seen.head.kind == production.FORMED
        if self._due is None or not (formed or self._due):
            return
        if not formed or not self._due or (seen.body is not None and dict(seen.body) not in self._due[0]):
            raise SyncError("batch_formed_wrong", f"{seen.head.kind} in {seen.head.stream} after what was decided")

    def _judge_disposition(self, kind: str, batch: str) -> None:
        if self._closed.get(batch) in production.GONE:
            raise SyncError("batch_gone", f"{batch} is whole in others")
        above = {*self._lineage.above(batch)} - self._blind
        if kind in release.RELEASES and any(one in above for one, _ in self._items.values()):
            raise SyncError("release_blocked", f"something is open of what {batch} came of")

    def _refusal(self, kind: str, given: Body, day: str) -> Refusal | None:
        parents = self._origins(kind, given)
        if parents is None:
            return None
        known, content = self._recipe(kind, given, day)
        if not known:
            return None
        found = [self._refused(kind, given, *one) for one in self._ways_to_scale(kind, parents, content)]
        return None if None in found else found[0]

    def _refused(self, kind: str, given: Body, parents: Sequence[Origin], content: Body | None) -> Refusal | None:
        if kind == model.SPLIT_KIND:
            return rules.split_refused(given, parents[0], content)
        if kind == model.MERGED_KIND:
            return rules.merge_refused(given, parents, content)
        found = rules.rework_refused(given, parents[0], content, self._ways(parents[0].order["product"]["code"]))
        if found is None and content is not None and self._since.has_reached(PROCESS_EDITION):
            found = rules.process_refused(given, parents[0], content)
        return found

    def _ways_to_scale(
        self, kind: str, parents: Sequence[Origin], content: Body | None
    ) -> list[tuple[Sequence[Origin], Body | None]]:
        """From what is scaled what comes of these: from the approved recipe; before the edition also from what a part
        said of itself, rounded."""
        found: list[tuple[Sequence[Origin], Body | None]] = [(parents, content)]
        if kind != model.REWORK_KIND and not self._since.has_reached(EDITION):
            found.append(([replace(one, first=None) for one in parents], None))
        return found

    def _ways(self, product: str) -> Sequence[str]:
        """How it may be reworked; all of it before the edition, or where not every entry about materials can be
        read."""
        asked = self._goods.is_whole and self._since.has_reached(EDITION)
        return model.ways(self._goods.types.get(product)) if asked else (model.SAME, model.OTHER)

    def _held(self, kind: str, given: Body, at: str) -> Refusal | None:
        held = (self._leases.holding(production.batch_stream(one), at) for one in model.parents(kind, given))
        return Refusal("batch_on_devices", {}) if any(held) else None

    def _recipe(self, kind: str, given: Body, day: str) -> tuple[bool, Body | None]:
        """Whether it can be told, and the recipe by which comes what comes of it."""
        if kind == model.REWORK_KIND:
            return self._recipes.in_force(given["recipe"], given["version"], given["recipe_hash"], day)
        by = self._orders[model.parents(kind, given)[0]]
        return self._recipes.approved(by["recipe"], by["version"], by["recipe_hash"])

    def _origins(self, kind: str, given: Body) -> list[Origin] | None:
        names = model.parents(kind, given)
        # From which phase something is reworked may stand in what it came of, and so does what a part is a part of.
        above = [one for name in names for one in self._lineage.above(name)]
        if any(one in self._blind or one not in self._orders for one in (*names, *above)):
            return None
        return [self._origin(one) for one in names]

    def _origin(self, batch: str) -> Origin:
        order = rules.third_form(self._orders[batch])
        phases = {one["id"] for one in order["phases"]}
        worked, ended = (frozenset(one & phases) for one in self._work.get(batch, (set(), set())))
        out, status = self._yields.unexplained(batch), self._closed.get(batch, production.IN_PROGRESS)
        known = (self._orders[one] for one in self._lineage.above(batch) if one in self._orders)
        above = [phase for one in known for phase in one["phases"]]
        typing = self._papers.typing(batch)
        copies, out_of = self._papers.copies(batch) if self._since.has_reached(COPIES) else (frozenset(), frozenset())
        first = self._first(batch)
        return Origin(
            batch, status, order, worked | ended, ended, out, above, first, typing, copies=copies, copies_out=out_of
        )

    def _first(self, batch: str) -> Body | None:
        """The order that was frozen before anything of the batch was split or merged; None where that is its own."""
        first = self._lineage.first(batch)
        return None if first == batch else rules.third_form(self._orders[first])

    def is_sealed_below(self, batch: str) -> bool:
        """Whether anything that certainly came of this batch, which is whole in others, was disposed of."""
        if self._closed.get(batch) not in production.GONE:
            return False
        below = self._lineage.below(batch)
        sealed = [one for one in below if self._closed.get(one) in (production.RELEASED, production.REJECTED)]
        return any(self._blind.isdisjoint({one, *self._lineage.above(one)}) for one in sealed)

    def learn(self, seen: Seen) -> None:
        head, given = seen.head, seen.body
        self._streams.append(head.stream)
        if not (seen.by_server and head.kind == production.FORMED):
            # What comes of a decision that was erased cannot be told, up to the next entry of another kind.
            self._due = None if given is None and seen.by_server and head.kind in model.DECISIONS else []
        elif self._due:
            self._due = self._due[1:]
        if given is None:
            self._lose(head.stream)
            # A device may have said it in the stream of another batch: then nobody knows of which it was.
            self._blind |= {*self._orders} if MISPLACED in seen.stamp.flags else set()
        elif seen.by_server:
            self._learn_own(seen, head.kind, given)
        elif not seen.is_strange:
            self._learn_work(seen, head.kind, given)

    def _lose(self, stream: str) -> None:
        batch = batch_of(stream)
        if batch is not None:
            self._blind.add(batch)

    def _learn_own(self, seen: Seen, kind: str, given: Body) -> None:
        if kind == ERASED:
            # Whether what it names is there at all is asked of every erasure elsewhere.
            for one in given["entries"]:
                if one["index"] < len(self._streams):
                    self._lose(self._streams[one["index"]])
        elif kind in production.RELEASES:
            self._orders.setdefault(given["batch"], given)
        elif kind in model.DECISIONS:
            self._decided(kind, given, seen.day)
        elif kind in (*release.DISPOSITIONS, _IMPORTED):
            status = production.RELEASED if kind in release.RELEASES else production.REJECTED
            self._closed[given["batch"]] = production.HISTORICAL if kind == _IMPORTED else status
        else:
            self._learn_items(seen, kind, given)

    def _decided(self, kind: str, given: Body, day: str) -> None:
        parents = self._origins(kind, given)
        known, recipe = (False, None) if parents is None else self._recipe(kind, given, day)
        self._due = None
        if parents is not None and known and self._refusal(kind, given, day) is None:
            ways = self._ways_to_scale(kind, parents, recipe)
            right = [one for one in ways if self._refused(kind, given, *one) is None]
            self._due = [*zip(*(rules.formed(kind, given, *one) for one in right), strict=True)]
        for one in model.parents(kind, given):
            self._closed[one] = model.GONE[kind]

    def _learn_work(self, seen: Seen, kind: str, given: Body) -> None:
        if kind in production.WORK or kind in production.ENDS:
            worked, ended = self._work.setdefault(given["batch"], (set(), set()))
            (ended if kind in production.ENDS else worked).add(given["phase"])
        self._learn_items(seen, kind, given)

    def _learn_items(self, seen: Seen, kind: str, given: Body) -> None:
        if kind == production.CONFLICT:
            same = [one for one, place in self._items.items() if place == (given["batch"], given["slot"])]
            for one in same:
                del self._items[one]
            self._items[seen.head.id] = given["batch"], given["slot"]
        elif kind in (production.EXCEPTION, production.REPORTED):
            self._items[seen.head.id] = given["batch"], None
        elif kind == _OPENED:
            self._items[given["deviation"]] = given["batch"], None
        elif kind in _CLOSED:
            self._items.pop(given[_CLOSED[kind]], None)
