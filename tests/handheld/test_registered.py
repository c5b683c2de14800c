"""What is filled into a form is asked of the registers: people, lots, equipment; kept and told (ENG-01)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import t
from form_support import field, form, section, table
from record_support import RECORD, RecordSite, value

from server.core.kinds import Fact
from server.handheld.registered import lent

pytestmark = pytest.mark.urs("ENG-01")
DAY = "2026-11-22"


class Site(RecordSite):
    def form(self) -> dict[str, Any]:
        return form(
            section(
                "s",
                field("any_lot", "lot", material=None),
                field("api_lot", "lot", material="api-1"),
                field("other_lot", "lot", material="exc-1"),
                field("machine", "equipment", **{"class": None}),
                field("scale", "equipment", **{"class": "balance"}),
                field("mixer", "equipment", **{"class": "blender"}),
                field("who", "person", permission=None),
                field("reviewer", "person", permission="batch.review"),
                table("rows", field("row_lot", "lot", material="api-1")),
            )
        )

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        self.receive("A-7", None)
        self.receive("A-8", "released", "2026-11-21")
        old = {"equipment": "BAL-08", "class": "balance", "name": t("scale"), "serial": "7", "model": None}
        old |= {"location": None, "calibration_due": "2026-11-21"}
        self.plant.recorder.state(Fact("equipment.equipment_registered.v1", "equipment/BAL-08", old))


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(database_url, tmp_path)
    made.open()
    yield made
    made.plant.close()


@pytest.mark.parametrize(
    ("path", "given", "code"),
    [
        ("any_lot", "A-5", None),
        ("any_lot", "api-1/A-5/2", None),
        ("any_lot", "A-99", "lot_unknown"),
        ("any_lot", "api-1/A-99", "lot_unknown"),
        ("any_lot", "A-7", "lot_not_usable"),
        ("any_lot", "A-8", "lot_not_usable"),
        ("api_lot", "A-5/2", None),
        ("api_lot", "api-1/A-5", None),
        ("api_lot", "A-99", "lot_unknown"),
        ("other_lot", "A-5", "lot_other_material"),
        ("other_lot", "api-1/A-5/2", "lot_other_material"),
        ("rows/2/row_lot", "A-7", "lot_not_usable"),
        ("machine", "BAL-07", None),
        ("machine", "X-1", "equipment_unknown"),
        ("scale", "BAL-07", None),
        ("scale", "BAL-08", "calibration_overdue"),
        ("mixer", "BAL-07", "equipment_other_class"),
        ("who", "P-2", None),
        ("who", "P-99", "person_unknown"),
        ("reviewer", "P-5", None),
        ("reviewer", "P-1", "person_lacks"),
        ("reviewer", None, None),
    ],
)
def test_what_is_named_is_asked_of_the_register(site: Site, path: str, given: Any, code: str | None) -> None:
    done = site.fill(value(path, given, comment="as it lay there"))
    assert done.flags == (() if code is None else (code,))
    assert site.codes() == ([] if code is None else [(code, path)])
    # Nothing is refused: it stands, and somebody looks at it.
    assert site.stands().get(path) == given
    for item in site.found():
        assert (item.details["value"], item.comment) == (given, "as it lay there")


def test_a_desk_is_asked_the_same(site: Site) -> None:
    payload = {"record": RECORD, "values": [value("mixer", "BAL-08"), value("any_lot", "A-99")]}
    site.plant.recorder.state(Fact("forms.values_recorded.v1", f"record/{RECORD}", payload, actor="P-1"))
    assert sorted(site.codes()) == [("equipment_other_class", "mixer"), ("lot_unknown", "any_lot")]


def test_what_a_form_is_filled_in_with_is_lent(site: Site) -> None:
    with site.plant.engine.connect() as connection:
        found = lent(connection, site.definition, DAY)
    assert found["permitted"]["batch.review"] == ["P-5", "P-6"]
    lots = {one["lot"]: one["status"] for one in found["lots"]["api-1"]}
    assert (lots["A-5"], lots["A-7"], lots["A-8"]) == ("released", "quarantine", "expired")
    assert found["lots"]["exc-1"] == []
    assert [one["equipment"] for one in found["equipment"]] == ["BAL-07", "BAL-08"]
    assert {one["id"] for one in found["people"]} >= {"P-1", "P-5"}
