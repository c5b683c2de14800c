"""Logs of earlier versions verify, load and rebuild with this one; a plant that ran an earlier version is opened."""

from pathlib import Path
from typing import Any

import pytest
from core_support import reader
from kept_logs import KeptLog, all_kept, digest

from server.core import db, rebuild
from server.core.config import Config
from server.core.kinds import Fact, Registry
from server.plant import ROOMS, open_plant
from sync.trust import Policy
from sync.verify import verify_log, verify_pdf

KEPT = pytest.mark.parametrize("kept", all_kept(), ids=lambda kept: kept.folder.name)
MATERIAL = {"material": "m-1", "name": {"zh": "原料", "en": "Material"}, "type": "raw", "unit": "kg"}


def policy(kept: KeptLog) -> Policy:
    return Policy.parse((kept.folder / "log" / "policy").read_bytes())


def tables(engine: Any, kept: KeptLog) -> dict[str, Any]:
    """The same digests of the same columns, of the tables as they are now."""
    found = {}
    with engine.connect() as connection:
        for name, before in kept.tables.items():
            found[name] = digest(connection, db.records.tables[name], before["columns"])
    return found


@pytest.mark.urs("CMP-05", "PLT-04")
@KEPT
@pytest.mark.parametrize("full", [True, False])
def test_a_kept_log_still_verifies(kept: KeptLog, full: bool) -> None:
    result = verify_log(kept.folder / "log", trusted=policy(kept), full=full)
    assert (result.ok, result.size, result.root) == (True, kept.checkpoint.size, kept.checkpoint.root.hex()), result
    assert result.withheld == 0


@pytest.mark.urs("CMP-05", "PLT-04", "PRD-12")
@KEPT
def test_a_kept_dossier_still_verifies(kept: KeptLog) -> None:
    result = verify_pdf(kept.folder / "dossier.pdf", trusted=policy(kept))
    assert (result.ok, result.stream) == (True, "batch/B1"), result
    assert result.sealed_at is not None


@pytest.mark.urs("CMP-05", "PLT-05")
@KEPT
def test_a_kept_log_goes_into_an_empty_database_as_stored_and_gives_the_same_tables(
    kept: KeptLog, database_url: str
) -> None:
    engine = db.open_engine(database_url)
    log, registry = kept.restore(engine), Registry(ROOMS)
    rebuild.replace(engine, log, registry)
    assert tables(engine, kept) == kept.tables
    assert rebuild.check(engine, log, registry)["ok"]
    with engine.connect() as connection:
        stored = list(log.entries(connection, 0, 1 << 30))
    assert [entry.leaf for entry in stored] == kept.leaves()
    assert [(entry.salt, entry.payload) for entry in stored] == kept.payloads()
    assert verify_log(reader(engine, log), trusted=policy(kept), full=True).ok
    engine.dispose()


@pytest.mark.urs("CMP-05", "PLT-05", "OPS-05")
@KEPT
def test_a_plant_of_an_earlier_version_is_opened_and_goes_on(kept: KeptLog, tmp_path: Path) -> None:
    data = kept.unpack(tmp_path)
    plant = open_plant(Config(data, f"sqlite:///{data}/pestle.db"))
    try:
        assert tables(plant.engine, kept) == kept.tables
        plant.recorder.state(Fact("materials.material_defined.v1", "material/m-1", MATERIAL))
        with plant.engine.connect() as connection:
            stored = list(plant.log.entries(connection, 0, 1 << 30))
        assert [entry.leaf for entry in stored[: kept.checkpoint.size]] == kept.leaves()
        assert stored[-1].head.kind == "materials.material_defined.v1"
        assert verify_log(reader(plant.engine, plant.log), trusted=plant.log.policy, full=True).ok
        assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]
    finally:
        plant.close()
