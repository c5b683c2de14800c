"""A site with a lot of labelled containers, for tests of stock."""

from pathlib import Path
from typing import Any

import batch_support
from batch_support import lot_facts

from server.core import rebuild
from server.core.kinds import Fact
from server.materials.stock import queries
from server.materials.stock.model import Standing

DAY = "2026-11-26"
LABELS = ["A-5/2-1", "A-5/2-2", "A-5/2-3"]


class Store(batch_support.Site):
    """Three containers of 25.00 kg of the released lot A-5/2 of api-1."""

    PEOPLE = batch_support.Site.PEOPLE | {"P-8": ("huang", ["keeper"])}

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        self.fill("A-5/2", *LABELS)

    def fill(self, lot: str, *labels: str, held: str = "25.00", unit: str = "kg", **more: Any) -> tuple[str, ...]:
        """Containers of a lot that is known."""
        rows = [{"container": label, "quantity": {"value": held, "unit": unit}} for label in labels]
        payload = {"material": "api-1", "lot": lot, "containers": rows}
        flags: tuple[str, ...] = self.state(
            "materials.containers_received.v1", f"lot/api-1/{lot}", payload, **more
        ).flags
        return flags

    def bring(self, lot: str, *labels: str, status: str | None = "released", expiry: str = "2028-09-30") -> None:
        """A delivery with its containers."""
        self.plant.recorder.state(*lot_facts(lot, status, expiry))
        self.fill(lot, *labels)

    def allocate(self, batch: str, *labels: str) -> None:
        payload = {"batch": batch, "containers": list(labels)}
        self.plant.recorder.state(Fact("production.containers_allocated.v1", f"batch/{batch}", payload, actor="P-3"))

    def give_back(self, batch: str, *labels: str) -> None:
        payload = {"batch": batch, "containers": list(labels), "reason": "not needed"}
        self.plant.recorder.state(Fact("production.allocation_released.v1", f"batch/{batch}", payload, actor="P-3"))

    def stands(self, label: str, day: str = DAY) -> Standing:
        with self.plant.engine.connect() as connection:
            found = queries.find_standing(connection, label, day)
        assert found is not None
        return found

    def held(self, label: str) -> str:
        return self.stands(label).held["value"]

    def proposed(self, quantity: str | None = None, day: str = DAY, limit: int = 20) -> list[str]:
        wanted = None if quantity is None else {"value": quantity, "unit": "kg"}
        with self.plant.engine.connect() as connection:
            return [one.container for one in queries.propose(connection, "api-1", wanted, day, limit)]

    def rebuilds(self) -> bool:
        """Whether the log alone makes the same tables."""
        site = self.plant
        found = rebuild.check(site.engine, site.log, site.registry)
        assert found["ok"], found["differences"]
        return True
