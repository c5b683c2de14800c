"""All tables of records come out of the log again, equal; a row that was touched is found."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from core_support import unguarded
from plant import PlantUnderTest
from sqlalchemy import delete, insert, select, update

from server.core import db, rebuild
from server.core.errors import PestleError
from server.identity.projection import person
from server.materials.projection import lot
from server.production.projection import batch
from sync.log.tables import log_entry, log_payload


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    names = {"zh": "原料", "en": "API"}
    defined = {"material": "api-1", "name": names, "type": "raw", "unit": "kg"}
    made.state("materials.material_defined.v1", "material/api-1", defined)
    tablet = made.tablet()
    for number in range(5):
        tablet.record("materials.lot_received.v1", f"lot/api-1/L{number}", received(f"L{number}"), actor="zhang")
    # These stand in the log and were never projected; a rebuild must not project them either.
    tablet.record("materials.lot_received.v1", "lot/api-1/L9", {"lot": "L9"}, actor="zhang")
    tablet.record("materials.lot_status_changed.v1", "lot/api-1/L0", released("L0"), actor="zhang")
    source = {"file": "x.csv", "sha256": "0" * 64, "line": 1, "mapping": "tablets"}
    product = {"code": "P", "name": names, "strength": "5 mg"}
    history = {"batch": "B9", "product": product, "size": None, "started": "2020-01", "lots": [], "yields": []}
    tablet.record("production.batch_imported.v1", "batch/B9", {**history, "source": source}, actor="zhang")
    made.state("materials.lot_status_changed.v1", "lot/api-1/L1", released("L1"))
    yield made
    made.close()


def received(number: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("supplier", "supplier_lot", "containers"))
    quantity = {"value": "25.000", "unit": "kg"}
    return {
        "material": "api-1",
        "lot": number,
        "quantity": quantity,
        "expiry": "2028-01-31",
        "status": "quarantine",
        **nothing,
    }


def released(number: str) -> dict[str, Any]:
    return {"material": "api-1", "lot": number, "status": "released", "reason": "tested"}


def check(site: PlantUnderTest) -> dict[str, Any]:
    return rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)


def rows(site: PlantUnderTest) -> dict[str, list[Any]]:
    with site.reading() as connection:
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in db.records.sorted_tables}


@pytest.mark.urs("PLT-05")
def test_the_rebuilt_tables_are_equal(site: PlantUnderTest) -> None:
    answer = check(site)
    assert answer["differences"] == []
    assert answer["ok"]
    assert answer["tables"] == len(db.records.tables)
    with site.reading() as connection:
        assert answer["entries"] == site.plant.log.head(connection).size
        assert len(connection.execute(select(lot)).all()) == 5
        assert connection.execute(select(batch)).first() is None


@pytest.mark.urs("PLT-05")
def test_a_changed_a_removed_and_an_invented_row_are_found(site: PlantUnderTest) -> None:
    with db.writing_records(), db.write(site.plant.engine) as connection:
        connection.execute(update(lot).where(lot.c.lot == "L1").values(status="rejected"))
        connection.execute(delete(lot).where(lot.c.lot == "L2"))
        row = connection.execute(select(lot).where(lot.c.lot == "L3")).one()._mapping
        connection.execute(insert(lot).values({**row, "lot": "L7"}))
    answer = check(site)
    assert not answer["ok"]
    found = {(item["key"][-1], item["column"]): (item["live"], item["rebuilt"]) for item in answer["differences"]}
    assert found == {
        ("L1", "status"): ("rejected", "released"),
        ("L2", None): ("missing", "present"),
        ("L7", None): ("present", "missing"),
    }


@pytest.mark.urs("PLT-05")
def test_differences_are_listed_up_to_a_limit(site: PlantUnderTest) -> None:
    with db.writing_records(), db.write(site.plant.engine) as connection:
        row = dict(connection.execute(select(lot).where(lot.c.lot == "L3")).one()._mapping)
        connection.execute(insert(lot), [{**row, "lot": f"X{n}"} for n in range(rebuild.SHOWN + 50)])
    assert len(check(site)["differences"]) == rebuild.SHOWN


@pytest.mark.urs("PLT-05")
def test_replacing_puts_right_what_was_touched_and_changes_nothing_else(site: PlantUnderTest) -> None:
    before = rows(site)
    with db.writing_records(), db.write(site.plant.engine) as connection:
        connection.execute(update(person).values(name="nobody"))
        connection.execute(delete(lot))
    rebuild.replace(site.plant.engine, site.plant.log, site.plant.registry)
    assert rows(site) == before
    assert check(site)["ok"]


@pytest.mark.urs("PLT-05", "PLT-06")
@pytest.mark.parametrize(
    ("column", "value"), [("kind", "x.y.v1"), ("stream", "batch/other"), ("seq", 4711), ("leaf_hash", b"\0" * 32)]
)
def test_a_column_of_the_log_that_is_not_what_the_entry_says_is_found(
    site: PlantUnderTest, column: str, value: object
) -> None:
    with unguarded(site.plant.engine) as connection:
        connection.execute(update(log_entry).where(log_entry.c.idx == 5).values({column: value}))
    answer = check(site)
    assert not answer["ok"]
    assert [(one["table"], one["key"], one["column"]) for one in answer["differences"]] == [
        ("log_entry", ["5"], column)
    ]


@pytest.mark.urs("PLT-05", "PLT-06")
@pytest.mark.parametrize("payload", [b"{", b"{}", None])
def test_a_changed_or_missing_payload_is_named_by_its_entry(site: PlantUnderTest, payload: bytes | None) -> None:
    with unguarded(site.plant.engine) as connection:
        connection.execute(update(log_payload).where(log_payload.c.idx == 5).values(payload=payload))
    [found] = check(site)["differences"]
    assert (found["table"], found["key"], found["column"]) == ("log_entry", ["5"], "payload")


@pytest.mark.urs("PLT-05", "PLT-06")
@pytest.mark.parametrize("missing", [5, -1])
def test_of_a_log_with_a_gap_nothing_is_rebuilt(site: PlantUnderTest, missing: int) -> None:
    with site.reading() as connection:
        index = missing % site.plant.log.head(connection).size
    before = rows(site)
    with unguarded(site.plant.engine) as connection:
        connection.execute(delete(log_entry).where(log_entry.c.idx == index))
    [found] = check(site)["differences"]
    assert (found["table"], found["key"], found["live"]) == ("log_entry", [str(index)], "missing")
    with pytest.raises(PestleError) as refused:
        rebuild.replace(site.plant.engine, site.plant.log, site.plant.registry)
    assert (refused.value.code, refused.value.details) == ("entry_missing", {"index": index})
    assert rows(site) == before
