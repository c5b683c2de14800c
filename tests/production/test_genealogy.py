"""Trace forward and backward over stages, and over a million lots in under a second."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, insert

from server.core import db
from server.production import projection
from server.production.queries import trace_lot, use_counts

Edge = tuple[str, str, str]


@contextmanager
def plant_with(url: str, products: dict[str, str], edges: Iterable[Edge]) -> Iterator[Connection]:
    """A connection to a database with batches (number to product) and (batch, material, lot) edges."""
    engine = db.open_engine(url)
    db.create_tables(engine)
    head = {"product_zh": "x", "product_en": "x", "strength": "x", "status": "historical", "phases": "[]"}
    rest = {"phases_total": 0, "phases_done": 0, "open_items": 0, "updated_at": "2026-11-22T09:30:00.000Z"}
    batches = [{"number": number, "product_code": code, **head, **rest} for number, code in products.items()]
    lots = [{"batch": b, "material": m, "lot": name, "allocated": 0, "used": 1} for b, m, name in edges]
    with db.writing_records(), db.write(engine) as connection:
        connection.execute(insert(projection.batch), batches)
        connection.execute(insert(projection.lot), lots)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


STAGES = {"G1": "granulate", "G2": "granulate", "T1": "tablets", "T2": "tablets"}
EDGES = [
    ("G1", "api", "A1"),
    ("G1", "lactose", "L1"),
    ("G2", "api", "A2"),
    ("T1", "granulate", "G1"),
    ("T2", "granulate", "G1"),
    ("T2", "granulate", "G2"),
]


@pytest.mark.urs("WHS-04")
def test_a_lot_is_followed_through_the_intermediates_it_went_into(database_url: str) -> None:
    with plant_with(database_url, STAGES, EDGES) as connection:
        assert trace_lot(connection, "api", "A1", "forward") == {
            "batches": ["G1", "T1", "T2"],
            "lots": ["granulate/G1", "tablets/T1", "tablets/T2"],
        }
        assert trace_lot(connection, "api", "A2", "forward")["batches"] == ["G2", "T2"]


@pytest.mark.urs("WHS-04")
def test_a_batch_is_followed_back_to_everything_that_went_into_it(database_url: str) -> None:
    with plant_with(database_url, STAGES, EDGES) as connection:
        found = trace_lot(connection, "tablets", "T2", "backward")
        assert found["batches"] == ["G1", "G2", "T2"]
        assert found["lots"] == ["api/A1", "api/A2", "granulate/G1", "granulate/G2", "lactose/L1"]
        assert trace_lot(connection, "tablets", "G1", "backward") == {"batches": [], "lots": []}


@pytest.mark.urs("PRD-14", "WHS-04")
def test_rework_that_puts_a_batch_into_itself_ends(database_url: str) -> None:
    with plant_with(database_url, {"R1": "tablets"}, [("R1", "tablets", "R1")]) as connection:
        assert trace_lot(connection, "tablets", "R1", "forward") == {"batches": ["R1"], "lots": []}


@pytest.mark.urs("MAT-06")
def test_uses_are_counted_for_many_lots_at_once(database_url: str) -> None:
    with plant_with(database_url, STAGES, EDGES) as connection:
        found = use_counts(connection, [("api", "A1"), ("granulate", "G1"), ("api", "none")])
        assert found == {("api", "A1"): 1, ("granulate", "G1"): 2}


@pytest.mark.slow
@pytest.mark.urs("WHS-04")
def test_a_million_lots_answer_in_under_a_second(database_url: str) -> None:
    products = {f"B{number}": "tablets" for number in range(50_000)}
    edges = (
        (f"B{number}", f"m{kind}", f"L{kind}-{number if kind else number // 2000}")
        for number in range(50_000)
        for kind in range(20)
    )
    with plant_with(database_url, products, edges) as connection:
        for start, direction, batches in ((("m0", "L0-7"), "forward", 2000), (("tablets", "B777"), "backward", 1)):
            begun = time.perf_counter()
            found = trace_lot(connection, *start, direction)
            assert time.perf_counter() - begun < 1
            assert len(found["batches"]) == batches
