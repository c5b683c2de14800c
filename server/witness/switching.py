"""How severely lots of each material and supplier are inspected, and whether sampling of them has stopped: from the log
alone, by the door's own rule (QUA-02)."""

from collections.abc import Mapping
from typing import Any

from server.materials.model import DECIDED, NOT_PERMITTED, STATUS_CHANGES
from server.quality.inspection import model, plans, switching
from server.quality.inspection.switching import Event, Standing
from server.quality.usage import model as usage
from server.quality.usage import rules
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError

_RECEIVED, _RECEIVED_V2 = "materials.lot_received.v1", "materials.lot_received.v2"
Lot = tuple[str, str]
Body = Mapping[str, Any]


class SwitchingRules(Remembering):
    """After the entries learnt so far; nothing is judged where one of them was erased."""

    def __init__(self) -> None:
        super().__init__()
        self._suppliers: dict[Lot, str | None] = {}
        # Lots that were to be sampled by the standard, and the lots about which somebody has decided.
        self._iso: set[Lot] = set()
        self._decided: dict[Lot, Event] = {}
        self._resumed: dict[Lot, list[Event]] = {}

    def of_lot(self, material: str, lot: str) -> Standing | None:
        """As `server.quality.usage.outcomes.standing`; None where not everything can be read."""
        supplier = self._suppliers.get((material, lot))
        return self._standing(material, supplier)

    def _standing(self, material: str, supplier: str | None) -> Standing | None:
        if self._blind:
            return None
        if supplier is None:
            return Standing()
        ours = (key for key in self._decided if key[0] == material and self._suppliers.get(key) == supplier)
        events = [self._decided[key] for key in ours if key in self._iso]
        events += self._resumed.get((material, supplier), [])
        return switching.standing(sorted(events, key=lambda one: one.index))

    def judge(self, seen: Seen) -> None:
        """SyncError as the door refuses to let sampling go on."""
        given = seen.body
        if given is None or not seen.by_server or seen.head.kind != usage.RESUMED:
            return
        if seen.head.stream != usage.supply(given["material"], given["supplier"]):
            raise SyncError("stream_wrong", f"{given['material']} of {given['supplier']} in {seen.head.stream}")
        found = self._standing(given["material"], given["supplier"])
        code = None if found is None else rules.resuming_refused(found)
        if code is not None:
            raise SyncError(code, f"{seen.head.stream} by {seen.head.actor}")

    def learn(self, seen: Seen) -> None:
        """A receipt counts from whatever device it came."""
        if seen.head.kind in (_RECEIVED, _RECEIVED_V2) and not seen.is_strange:
            self._about[self._count] = None
            self._blind = self._blind or seen.body is None
            if seen.body is not None:
                self._receive(seen, seen.body)
        super().learn(seen)

    def _receive(self, seen: Seen, given: Body) -> None:
        """What was said first of who delivered a lot stands; of a delivery of v1 what the server says anew."""
        lot, named = (given["material"], given["lot"]), given["supplier"] or given.get("supplier_name")
        if lot not in self._suppliers:
            self._suppliers[lot] = named
        elif NOT_PERMITTED not in seen.stamp.flags and named is not None:
            anew = seen.head.kind == _RECEIVED and seen.by_server
            self._suppliers[lot] = named if anew or self._suppliers[lot] is None else self._suppliers[lot]

    def _learn_own(self, seen: Seen, index: int) -> None:
        kind, given = seen.head.kind, seen.body
        if kind not in (model.OPENED, usage.RESUMED, *STATUS_CHANGES):
            return
        self._about[index] = None
        if given is None:
            self._blind = True
        elif kind == usage.RESUMED:
            about = given["material"], given["supplier"]
            self._resumed.setdefault(about, []).append(Event(seen.stamp.index, "", None))
        else:
            self._learn_lot(kind, (given["material"], given["lot"]), given, seen.stamp.index)

    def _learn_lot(self, kind: str, lot: Lot, given: Body, index: int) -> None:
        if kind == model.OPENED:
            # What was decided before there was a plan of the standard is no original inspection.
            if given["plan"]["rule"] == plans.ISO2859 and lot not in self._decided:
                self._iso.add(lot)
        elif given["status"] in DECIDED:
            self._decided.setdefault(lot, Event(index, lot[1], given["status"] == "released"))
