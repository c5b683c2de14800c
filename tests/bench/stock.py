"""A million containers in 200,000 lots on PostgreSQL: what to take first, a scan, a material, a delivery. No network.

Their rows are written into the tables of records at once, past the log, which would take hours: for measuring only.
"""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from bench.flow_instances import _figures
from plant import PlantUnderTest
from support import PostgresCluster

from server.core.kinds import Fact
from server.identity.model import PERSON_ADDED
from server.materials.stock import queries

LOTS, EACH, OF_A_MATERIAL, ASKED, DELIVERIES, DELIVERED = 200_000, 5, 200, 200, 10, 100
DAY = "2026-11-26"
# A tenth waits, a tenth was rejected; expiries over three years, some in the past; every fifth container is used up.
_LOTS = """
INSERT INTO materials_lot (material, lot, status, expiry, retest, received_at)
SELECT 'M-' || n / %(of)s, 'L-' || n, CASE n %% 10 WHEN 0 THEN 'quarantine' WHEN 1 THEN 'rejected' ELSE 'released' END,
  to_char(date '2026-10-01' + (n * 37 %% 1100), 'YYYY-MM-DD'), NULL,
  to_char(timestamp '2026-01-01' + n * interval '2 minutes', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')
FROM generate_series(0, %(lots)s - 1) AS n
"""
_CONTAINERS = """
INSERT INTO materials_container (container, material, lot, quantity_value, quantity_unit, held, gone, opened, location)
SELECT 'C-' || n, 'M-' || n / (%(of)s * %(each)s), 'L-' || n / %(each)s, '25.000', 'kg',
  CASE n %% 5 WHEN 0 THEN '0.000' ELSE '25.000' END, CASE n %% 5 WHEN 0 THEN 'empty' END, 0, 'A-' || n %% 500
FROM generate_series(0, %(lots)s * %(each)s - 1) AS n
"""
_MATERIALS = """
INSERT INTO materials_material (code, name_zh, name_en, type, unit)
SELECT 'M-' || n, '物料 ' || n, 'Material ' || n, 'raw', 'kg' FROM generate_series(0, %(lots)s / %(of)s - 1) AS n
"""


def stock(folder: Path, lots: int = LOTS, asked: int = ASKED, deliveries: int = DELIVERIES) -> dict[str, Any]:
    """Milliseconds; a delivery is of 100 containers."""
    cluster = PostgresCluster(durable=True)
    url = cluster.create()
    site = PlantUnderTest(url, folder)
    chance = Random(20261126)
    materials = lots // OF_A_MATERIAL
    try:
        keeper = {"person": "ku", "login": "ku", "name": "库管", "name_en": "Keeper", "roles": ["keeper"]}
        site.state(PERSON_ADDED, "person/ku", keeper)
        _fill(url, lots)
        client = site.client("ku")

        def get(path: str) -> None:
            answer = client.get(path)
            assert answer.status_code == 200, answer.text

        def scan() -> None:
            answer = client.post(
                "/api/scan", json={"text": f"PESTLE-CONTAINER:1:C-{chance.randrange(lots * EACH)}", "symbology": "]d2"}
            )
            assert answer.json["what"] == "container", answer.text

        def propose() -> None:
            with site.reading() as connection:
                wanted = {"value": "300.000", "unit": "kg"}
                assert queries.propose(connection, f"M-{chance.randrange(materials)}", wanted, DAY)

        return {
            "containers": lots * EACH,
            "lots": lots,
            "proposal_ms": _times(propose, asked),
            "scan_ms": _times(scan, asked),
            "container_page_ms": _times(lambda: get(f"/api/containers/C-{chance.randrange(lots * EACH)}"), asked),
            "material_ms": _times(lambda: get(f"/api/stock/M-{chance.randrange(materials)}"), asked),
            "delivery_of_100_ms": _times(_delivering(site), deliveries),
        }
    finally:
        site.close()
        cluster.close()


def _fill(url: str, lots: int) -> None:
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        for statement in (_MATERIALS, _LOTS, _CONTAINERS):
            connection.execute(statement, {"lots": lots, "of": OF_A_MATERIAL, "each": EACH})
        connection.execute("ANALYZE")


def _delivering(site: PlantUnderTest) -> Callable[[], None]:
    """A lot with 100 labelled containers, as a keeper takes it in."""
    client, number = site.client("ku"), 0

    def deliver() -> None:
        nonlocal number
        number += 1
        lot = f"NEW-{number}"
        given = {"material": "M-1", "lot": lot, "status": "quarantine", "containers": DELIVERED}
        given |= dict.fromkeys(("quantity", "supplier", "supplier_lot", "expiry"))
        site.plant.recorder.state(Fact("materials.lot_received.v1", f"lot/M-1/{lot}", given, actor="ku"))
        quantity = {"value": "25.000", "unit": "kg"}
        lines = [{"container": f"{lot}-{n:03d}", "quantity": quantity} for n in range(DELIVERED)]
        answer = client.post(f"/api/lots/M-1/{lot}/containers", json={"containers": lines})
        assert answer.status_code == 201, answer.text

    return deliver


def _times(act: Callable[[], None], times: int) -> dict[str, float]:
    act()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return _figures(took)
