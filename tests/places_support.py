"""A site with places in two areas, keepers of each, and handhelds that say later what they did before."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from plant import PlantUnderTest, VirtualTablet

from server.core import clock, rebuild
from server.identity.model import PERSON_ADDED, PERSON_ADDED_V2
from server.materials.stock import placed
from server.materials.stock import queries as stock
from sync.entry import Seen
from sync.log import reading

MOVED, COUNTED = "materials.container_moved.v1", "materials.container_counted.v1"
RECEIVED, SPLIT = "materials.containers_received.v2", "materials.container_split.v1"
MINUTE = 60_000


class Places(PlantUnderTest):
    """Two areas, each with a keeper of its own and one of both; three containers of 25 kg at R-01 of the first, since
    an hour: what handhelds did meanwhile comes now."""

    def __init__(self, database_url: str, folder: Path) -> None:
        clock.use(lambda: datetime.now(UTC) - timedelta(hours=1))
        super().__init__(database_url, folder)
        for area in ("raw", "cold"):
            said = {"area": area, "name": {"zh": area, "en": area}, "places": [], "reason": "store"}
            self.state("identity.area_set.v1", "site", said)
            who = {"person": f"ku-{area}", "login": f"ku-{area}", "name": area, "name_en": None}
            grants = [{"role": "keeper", "areas": [area]}]
            self.state(PERSON_ADDED_V2, f"person/ku-{area}", who | {"grants": grants})
        self.state(
            PERSON_ADDED,
            "person/ku",
            {"person": "ku", "login": "ku", "name": "ku", "name_en": None, "roles": ["keeper"]},
        )
        defined = {"material": "LAC", "name": {"zh": "乳糖", "en": "Lactose"}, "type": "raw", "unit": "kg"}
        self.state("materials.material_defined.v1", "material/LAC", defined)
        for code in ("R-01", "R-02", "R-03"):
            self.place(code)
        self.place("K-01", warehouse="cold")
        self.place("P-01", "production")
        self.place("X-01", "rejected")
        self.one, self.other = self.tablet("T-1"), self.tablet("T-2")
        self.receive("L-1", "C-1", "C-2", "C-3")
        self.start = int(clock.now().timestamp() * 1000) + 1
        clock.use_system()

    def place(self, code: str, kind: str = "storage", warehouse: str = "raw", **more: Any) -> None:
        about = {"location": code, "name": {"zh": code, "en": code}, "warehouse": warehouse, "kind": kind}
        self.state("materials.location_defined.v1", "locations", about | {"storage": None, "active": True} | more)

    def receive(self, lot: str, *labels: str, to: str = "R-01", by: VirtualTablet | None = None) -> tuple[str, ...]:
        none = ("order", "line", "supplier", "manufacturer", "supplier_name", "supplier_lot", "made", "retest")
        said: dict[str, Any] = dict.fromkeys((*none, "expiry", "delivery_note", "quantity", "comment", "damage"))
        said |= {"material": "LAC", "lot": lot, "containers": len(labels)}
        kg = {"value": "25.000", "unit": "kg"}
        rows = [{"container": one, "quantity": kg, "location": to, "damage": None} for one in labels]
        given = {"material": "LAC", "lot": lot, "containers": rows}
        if by is None:
            self.state("materials.lot_received.v2", f"lot/LAC/{lot}", said, actor="ku")
            return self.state(RECEIVED, f"lot/LAC/{lot}", given, actor="ku").flags
        return told(by.record(RECEIVED, f"lot/LAC/{lot}", given, actor="ku-raw").flags)

    def move(
        self,
        label: str,
        to: str,
        by: VirtualTablet | None = None,
        at: int = 0,
        origin: str | None = None,
        actor: str = "ku",
        seen: bool = False,
    ) -> tuple[str, ...]:
        """By a handheld so many minutes after the start; `seen`: it knows the whole log."""
        said = {"container": label, "from": origin, "to": to, "reason": None}
        if by is None:
            return self.state(MOVED, f"container/{label}", said, actor=actor).flags
        by.writer.clock = lambda: self.start + at * MINUTE
        with self.plant.engine.connect() as connection:
            size = self.plant.log.head(connection).size
            by.writer.seen = Seen(size, reading.root_at(connection, size).hex()) if seen else None
        return told(by.record(MOVED, f"container/{label}", said, actor=actor).flags)

    def stands(self, label: str) -> str | None:
        with self.reading() as connection:
            found = stock.find_standing(connection, label, clock.now_text()[:10])
        assert found is not None
        return found.location

    def conflicts(self, label: str) -> int:
        with self.reading() as connection:
            return len(placed.of_container(connection, label))

    def rebuilds(self) -> bool:
        found = rebuild.check(self.plant.engine, self.plant.log, self.plant.registry)
        assert found["ok"], found["differences"]
        return True


def told(flags: tuple[str, ...]) -> tuple[str, ...]:
    """These handhelds have no lease, and say afterwards what they did before: that is told elsewhere."""
    return tuple(one for one in flags if one not in ("lease_unknown", "captured_outside"))
