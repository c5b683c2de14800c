"""What is typed in from paper is judged by how machines, lots and roles were when it was done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from paper_times_support import FROM, TO, Typed
from sqlalchemy import select, update

from server.core import db, rebuild
from server.core.config import Config
from server.equipment.alarms.model import IN_ALARM
from server.equipment.status import queries as status
from server.equipment.status.projection import use
from server.migrations import configured
from server.plant import open_plant

pytestmark = pytest.mark.urs("PRD-14")
PAPER = "from_paper"


@pytest.fixture
def typed(database_url: str, tmp_path: Path) -> Iterator[Typed]:
    typed = Typed(database_url, tmp_path)
    yield typed
    typed.close()


def same_after_rebuild(typed: Typed) -> None:
    plant = typed.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["differences"] == []


@pytest.mark.urs("EQP-03", "EQP-05")
def test_a_machine_that_was_in_order_then_is_none_that_was_used_against_the_rules(typed: Typed) -> None:
    typed.set_status("PR-1", "clean")
    typed.next_day()
    typed.set_status("PR-1", "out_of_service")
    typed.raise_alarm("PR-1")
    typed.made.wait(30)
    typed.begin("M1", "20")
    assert typed.made.identify("20", "PR-1").flags == (PAPER,)
    assert typed.made.start("20").flags == (PAPER,)
    assert typed.made.end("20").flags == (PAPER,)
    with typed.site.plant.engine.connect() as connection:
        [(at, left)] = connection.execute(select(use.c.at, use.c.left_at)).all()
        [line] = [one for one in status.history(connection, "PR-1", 9) if one["what"] == "used"]
    assert (at, left) == (FROM, TO)
    assert line["at"] == FROM
    same_after_rebuild(typed)


@pytest.mark.urs("EQP-03", "PLT-05", "OPS-04")
def test_an_older_database_is_opened_with_uses_as_of_the_time_on_paper(
    typed: Typed, database_url: str, tmp_path: Path
) -> None:
    typed.begin("M1", "20")
    typed.made.identify("20", "PR-1")
    typed.made.end("20")
    typed.site.plant.close()
    engine = db.open_engine(database_url)
    with db.writing_records(), db.write(engine) as connection:
        connection.execute(update(use).values(at="2026-11-23T10:00:00.000Z", left_at="2026-11-23T10:00:00.000Z"))
        command.downgrade(configured(connection), "0077")
    engine.dispose()
    typed.site.plant = open_plant(Config(tmp_path / "data", database_url))
    with typed.site.plant.engine.connect() as connection:
        assert connection.execute(select(use.c.at, use.c.left_at)).all() == [(FROM, TO)]
    same_after_rebuild(typed)


@pytest.mark.urs("EQP-03", "EQP-05")
def test_a_machine_that_was_not_in_order_then_is_told_of_though_it_is_by_now(typed: Typed) -> None:
    typed.set_status("PR-1", "out_of_service")
    standing = typed.raise_alarm("PR-2")
    typed.made.wait(90)
    # The work on paper was in between.
    typed.set_status("PR-1", "clean")
    typed.clear_alarm("PR-2", standing)
    typed.begin("M1", "20")
    assert "equipment_barred" in typed.made.identify("20", "PR-1").flags
    assert IN_ALARM in typed.made.identify("20", "PR-2").flags
    same_after_rebuild(typed)


@pytest.mark.urs("EQP-05")
def test_an_alarm_that_comes_late_finds_what_was_done_on_paper_while_it_stood(typed: Typed) -> None:
    typed.next_day()
    typed.begin("M1", "20")
    typed.made.identify("20", "PR-2")
    typed.made.start("20")
    # As of after the work, whenever that was typed in.
    said = _alarm("PR-2") | {"source": "manual"}
    assert typed.site.state("equipment.alarm_raised.v1", "equipment/PR-2", said, "P-1").flags == ()
    typed.site.now_ms -= 24 * 3_600_000
    late = typed.site.writers["bridge-1"].write(
        "equipment.alarm_raised.v1", "equipment/PR-2", _alarm("PR-2"), actor="bridge-1"
    )
    typed.site.now_ms += 24 * 3_600_000
    assert typed.site.submit(late).flags == (IN_ALARM,)


def _alarm(code: str) -> dict[str, str]:
    return {"equipment": code, "what": "E42", "severity": "major", "source": "machine"}


@pytest.mark.urs("MAT-07")
def test_a_lot_that_was_fit_for_use_on_that_day_is_none_that_had_expired(typed: Typed) -> None:
    typed.next_day()
    typed.begin("B1", "20")
    assert "lot_not_released" not in typed.weigh().flags
    # What is recorded of today goes by today.
    typed.site.put("paper_ended", {"batch": "B1", "phase": "20", "verified_by": "P-2"}, cosigner="P-2")
    assert "lot_not_released" in typed.weigh().flags


@pytest.mark.urs("IDN-01")
def test_whoever_did_it_had_roles_in_that_area_then_and_who_types_need_have_none(typed: Typed) -> None:
    typed.set_areas()
    typed.move("P-1", "old")
    typed.next_day()
    typed.move("P-2", "old")
    assert typed.begin("B1", "10").flags == ()
    assert typed.clear().flags == (PAPER,)
    # Whose roles did not hold there then.
    assert typed.begin("B1", "30", by="P-3").flags == ()
    typed.move("P-3", "dispensing")
    begun = typed.begin("M1", "20", by="P-3")
    assert begun.flags == ()
    same_after_rebuild(typed)


@pytest.mark.urs("IDN-01")
def test_work_on_paper_in_an_area_where_ones_roles_did_not_hold_is_told(typed: Typed) -> None:
    typed.set_areas()
    typed.move("P-2", "old")
    typed.site.now_ms += 90 * 60_000
    typed.move("P-2", "dispensing")
    assert typed.begin("B1", "10").flags == ("area_not_permitted",)
    item = typed.site.item("B1", "area_not_permitted")
    assert item.details == {"person": "P-2", "room": "2-114", "area": "dispensing"}
