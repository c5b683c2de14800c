"""A site with a lot of labelled containers, for tests of stock."""

from pathlib import Path
from typing import Any

import batch_support
from batch_support import lot_facts
from witness_support import Story

from server.core import clock, rebuild
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.materials.stock import queries
from server.materials.stock.book import Book
from server.materials.stock.model import Standing
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.stock import StockRules

DAY = "2026-11-26"
LABELS = ["A-5/2-1", "A-5/2-2", "A-5/2-3"]


def now_ms() -> int:
    return int(clock.now().timestamp() * 1000)


class Store(batch_support.Site):
    """Three containers of 25.00 kg of the released lot A-5/2 of api-1."""

    PEOPLE = batch_support.Site.PEOPLE | {"P-8": ("huang", ["keeper"])}

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        # Tablets and the server know one time: what is captured later stands.
        self.now_ms = now_ms()
        self.area("w1")
        self.fill("A-5/2", *LABELS)

    def area(self, code: str) -> None:
        area = {"area": code, "name": {"zh": code, "en": code}, "places": [], "reason": "store"}
        self.state("identity.area_set.v1", f"area/{code}", area)

    def fill(self, lot: str, *labels: str, held: str = "25.00", unit: str = "kg", **more: Any) -> tuple[str, ...]:
        """Containers of a lot that is known."""
        rows = [{"container": label, "quantity": {"value": held, "unit": unit}} for label in labels]
        payload = {"material": "api-1", "lot": lot, "containers": rows}
        flags: tuple[str, ...] = self.state(
            "materials.containers_received.v1", f"lot/api-1/{lot}", payload, **more
        ).flags
        return flags

    def bring(self, lot: str, *labels: str, status: str | None = "released", expiry: str = "2098-09-30") -> None:
        """A delivery with its containers."""
        self.plant.recorder.state(*lot_facts(lot, status, expiry))
        self.fill(lot, *labels)

    def allocate(self, batch: str, *labels: str) -> None:
        payload = {"batch": batch, "containers": [{"container": label, "reason": "at hand"} for label in labels]}
        self.plant.recorder.state(Fact("production.containers_allocated.v2", f"batch/{batch}", payload, actor="P-3"))

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

    def do(self, kind: str, /, actor: str = "P-8", device: str | None = None, **given: Any) -> tuple[str, ...]:
        """The flags of what a keeper states at the desk, or on a tablet of the warehouse; `from_` is `from`."""
        payload = {name.rstrip("_"): value for name, value in given.items()}
        label = payload.get("container", payload.get("into", payload.get("location")))
        payload |= {} if "reason" in payload or kind == "location_defined" else {"reason": None}
        if kind == "container_moved":
            payload.setdefault("from", None)
        name, stream = f"materials.{kind}.v1", f"container/{label}"
        if device is None:
            return self.state(name, stream, payload, actor).flags
        self.now_ms = now_ms()
        flags = self.submit(self.writers[device].write(name, stream, payload, actor=actor)).flags
        # These tablets have no lease: `tests/handheld` has those that do.
        return tuple(one for one in flags if one != "lease_unknown")

    def place(self, location: str, kind: str = "storage", **more: Any) -> None:
        given = {"name": {"zh": location, "en": location}, "warehouse": "w1", "storage": None, "active": True} | more
        self.do("location_defined", location=location, kind=kind, **given)

    def split(self, label: str, *parts: tuple[str, str], unit: str = "kg", **more: Any) -> tuple[str, ...]:
        into = [{"container": one, "quantity": {"value": value, "unit": unit}} for one, value in parts]
        return self.do("container_split", container=label, into=into, **more)

    def merge(self, into: str, *labels: str, **more: Any) -> tuple[str, ...]:
        return self.do("containers_merged", into=into, from_=list(labels), **more)

    def scrap(self, label: str, value: str, witness: str | None = None, unit: str = "kg", **more: Any) -> str | None:
        """The code with which it was refused."""
        said = {"quantity": {"value": value, "unit": unit}, "witness": witness, "reason": "spilt"}
        return self.refused("container_scrapped", container=label, **said, **more)

    def refused(self, kind: str, /, **given: Any) -> str | None:
        try:
            self.do(kind, **given)
        except PestleError as error:
            return error.code
        return None

    def book(self) -> Book:
        """What the log alone says, by the rules without tables."""
        rules = StockRules(SinceRules())
        for entry in Story.of(self.plant).entries:
            seen = Seen(entry.head, entry.stamp, entry.envelope.body, b"", entry.signatures)
            rules.judge(seen)
            rules.learn(seen)
        return rules._book
