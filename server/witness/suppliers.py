"""Whether a lot was set free that came from somebody who was not approved for it, from the log alone (MAT-01)."""

from typing import Any

from server.materials.model import STATUS_CHANGES
from server.materials.suppliers import model, rules
from server.materials.suppliers.model import Supplier, Supply
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError

_OWN = (model.REGISTERED, model.DECIDED, model.SUPPLY_DECIDED, model.ACCEPTED)


class SupplierRules(Remembering):
    """Suppliers, what they may deliver, and the lots that wait, after the entries learnt so far."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, Supplier] = {}
        self._supplies: dict[tuple[str, str, str], Supply] = {}
        # Of lots that wait: who delivered them, who made them, and the flags that hold them.
        self._waiting: dict[tuple[str, str], tuple[str | None, str | None, frozenset[str]]] = {}

    @property
    def is_whole(self) -> bool:
        """Whether every entry about suppliers could be read."""
        return not self._blind

    def is_known(self, code: str) -> bool:
        return code in self._known

    def may_deliver(self, material: str, named: str | None, day: str, maker: str | None = None) -> bool:
        """Whether somebody who is named by code or name may deliver this material on a day, made by `maker`."""
        found = next((one for one in self._known.values() if named is not None and one.is_named(named)), None)
        supplies = [one for one in self._supplies.values() if one.material == material]
        return rules.approved(found, supplies, self._known, day, maker)

    def judge(self, seen: Seen) -> None:
        """SyncError `lot_supplier_undecided`, as the door refuses it."""
        given = seen.body
        if self._blind or given is None or not seen.by_server or seen.head.kind not in STATUS_CHANGES:
            return
        lot = given["material"], given["lot"]
        if given["status"] not in ("released", "restricted") or lot not in self._waiting:
            return
        named, maker, flags = self._waiting[lot]
        fit = self.may_deliver(lot[0], named, seen.day, maker)
        if rules.still_held(flags, fit):
            raise SyncError("lot_supplier_undecided", f"{'/'.join(lot)} of {named}")

    def learn(self, seen: Seen) -> None:
        """A receipt counts from whatever device it came."""
        if seen.head.kind in (model.RECEIVED, model.RECEIVED_V2) and not seen.is_strange:
            flags = model.held_by(seen.head.kind, seen.stamp.flags)
            if flags:
                self._hold(seen, frozenset(flags))
        super().learn(seen)

    def _hold(self, seen: Seen, flags: frozenset[str]) -> None:
        self._about[self._count] = None
        if seen.body is None:
            self._blind = True
            return
        lot, named = (seen.body["material"], seen.body["lot"]), seen.body["supplier"] or seen.body.get("supplier_name")
        before = self._waiting[lot][2] if lot in self._waiting else frozenset()
        self._waiting[lot] = named, seen.body.get("manufacturer"), before | flags

    def _learn_own(self, seen: Seen, index: int) -> None:
        if seen.head.kind not in _OWN:
            return
        self._about[index] = None
        if seen.body is None:
            self._blind = True
        elif seen.head.kind == model.ACCEPTED:
            self._waiting.pop((seen.body["material"], seen.body["lot"]), None)
        elif seen.head.kind == model.SUPPLY_DECIDED:
            said = {name: seen.body[name] for name in ("material", "supplier", "manufacturer", "approved", "reason")}
            supply = Supply(**said, decided_by=seen.head.actor, decided_at=seen.head.captured_at)
            self._supplies[supply.material, supply.supplier, supply.manufacturer] = supply
        else:
            self._learn_supplier(seen.head.kind, seen.body)

    def _learn_supplier(self, kind: str, given: Any) -> None:
        old = self._known.get(given["supplier"])
        if kind == model.REGISTERED:
            status, until = (model.NEW, None) if old is None else (old.status, old.valid_until)
            name = given["name"]
        else:
            status, until = given["status"], given["valid_until"]
            name = {"zh": "", "en": ""} if old is None else old.name
        self._known[given["supplier"]] = Supplier(given["supplier"], name, "", (), status, until, (), None, None, None)
