"""Inspections over HTTP: a lot that came in with labelled containers, and who samples it."""

from pathlib import Path
from typing import Any

from plant import PlantUnderTest
from receiving_support import received
from support import YEAR

from server.core import rebuild
from server.identity.model import PERSON_ADDED
from server.quality.inspection import queries
from server.quality.inspection.model import Inspection

Json = dict[str, Any]
NUMBER = f"INS-{YEAR}-0001"


class Sampling(PlantUnderTest):
    """A material; a second analyst, and a keeper of the warehouse."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        for login, role in (("qian", "qc"), ("huang", "keeper")):
            person = {"person": login, "login": login, "name": login, "name_en": None, "roles": [role]}
            self.state(PERSON_ADDED, f"person/{login}", person)
        material = {"material": "api-1", "name": {"zh": "原料药", "en": "API"}, "type": "raw", "unit": "kg"}
        self.state("materials.material_defined.v1", "material/api-1", material)

    def receive(self, lot: str, containers: int | None = None, actor: str = "huang") -> None:
        given = received(lot, containers=containers)
        self.state("materials.lot_received.v2", f"lot/api-1/{lot}", given, actor=actor)

    def label(self, lot: str, *labels: str, actor: str = "huang") -> None:
        one = {"quantity": {"value": "25.00", "unit": "kg"}, "location": None, "damage": None}
        given = {"material": "api-1", "lot": lot, "containers": [{"container": label, **one} for label in labels]}
        self.state("materials.containers_received.v2", f"lot/api-1/{lot}", given, actor=actor)

    def inspection(self, lot: str = "A-5/2") -> Inspection:
        with self.reading() as connection:
            found = queries.of_lot(connection, "api-1", lot)
        assert found is not None
        return found

    def take(self, *labels: str, purpose: str = "test", by: str = "zhao", number: str = "", **more: Any) -> Any:
        """The answer to a sample of 20 g out of each container."""
        line = {"quantity": {"value": "0.020", "unit": "kg"}, "instead_of": None, "reason": None, **more}
        containers = [{"container": label, **line} for label in labels]
        body = {"purpose": purpose, "containers": containers, "comment": None}
        return self.client(by).post(f"/api/inspections/{number or self.inspection().inspection}/samples", json=body)

    def hand(self, sample: str, step: str, by: str = "zhao", **more: Any) -> Any:
        body = {"step": step, **dict.fromkeys(("place", "to", "until", "reason")), **more}
        return self.client(by).post(f"/api/samples/{sample}/steps", json=body)

    def rebuilds(self) -> bool:
        return bool(rebuild.check(self.plant.engine, self.plant.log, self.plant.registry)["ok"])
