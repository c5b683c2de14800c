"""The material master: prepared and signed, approved by others in a flow, and then what the register says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from master_support import CODE, DENSITY, Json, approve, definition, material, say, submit
from plant import PlantUnderTest

from server.core import rebuild
from server.core.errors import PestleError
from server.materials import queries
from server.materials.masters import model

pytestmark = pytest.mark.urs("MAT-02")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def unit(site: PlantUnderTest) -> str | None:
    with site.reading() as connection:
        return queries.material_unit(connection, CODE)


def test_a_material_is_in_the_register_once_others_have_reviewed_and_approved_it(site: PlantUnderTest) -> None:
    made = submit(site, definition())
    assert made.status_code == 201, made.text
    assert (made.json["known"], made.json["state"], unit(site)) == (False, "submitted", None)
    assert say(site, "zhou", "agree").status_code == 403
    assert say(site, "zhao", "agree").status_code == 200
    assert say(site, "li", "approve").status_code == 200
    found = material(site)
    assert (found["known"], found["version"], unit(site)) == (True, 1, "kg")
    assert (found["versions"][0]["state"], found["versions"][0]["decided_by"]["id"]) == ("effective", "P-0004")
    [line] = [one for one in site.client("zhao").get("/api/masters").json["items"] if one["material"] == CODE]
    assert (line["type"], line["storage"], line["newest"]) == ("raw", "cool", 1)
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_the_next_version_takes_the_place_of_the_last(site: PlantUnderTest) -> None:
    approve(site)
    submit(site, definition(name={"zh": "无水乙醇", "en": "Ethanol, anhydrous"}, unit="L"))
    assert submit(site, definition()).json["code"] == "master_waiting"
    with site.reading() as connection:
        assert queries.all_names(connection)[CODE]["en"] == "Ethanol"
    say(site, "zhao", "agree")
    say(site, "li", "approve")
    with site.reading() as connection:
        assert queries.all_names(connection)[CODE]["en"] == "Ethanol, anhydrous"
    assert [one["state"] for one in material(site)["versions"]] == ["effective", "superseded"]
    assert unit(site) == "L"


def test_what_is_sent_back_changes_nothing_and_says_why(site: PlantUnderTest) -> None:
    approve(site)
    submit(site, definition(type="packaging"))
    assert say(site, "zhao", "return", comment="It is no packaging").status_code == 200
    newest = material(site)["versions"][0]
    assert (newest["state"], newest["decided_reason"]) == ("returned", "It is no packaging")
    assert (material(site)["type"], material(site)["version"]) == ("raw", 1)


def test_stock_can_still_be_counted_after_a_new_version(site: PlantUnderTest) -> None:
    approve(site)
    refused = submit(site, definition(unit="{drum}", conversions=[]))
    assert refused.json["code"] == "master_unit_other"
    assert submit(site, definition(unit="mL")).status_code == 201


def test_the_unit_of_an_imported_material_holds_too_but_a_word_may_be_left(site: PlantUnderTest) -> None:
    for code, counted in (("M-1", "kg"), ("M-2", "tablets")):
        said = {"material": code, "name": {"zh": "料", "en": "M"}, "type": "raw", "unit": counted}
        site.state("materials.material_defined.v1", f"material/{code}", said)
    assert submit(site, definition(unit="{tablet}", conversions=[]), "M-1").json["code"] == "master_unit_other"
    assert submit(site, definition(unit="{tablet}", conversions=[]), "M-2").status_code == 201


def test_an_import_does_not_change_what_was_approved(site: PlantUnderTest) -> None:
    approve(site)
    said = {"material": CODE, "name": {"zh": "水", "en": "Water"}, "type": "raw", "unit": "L"}
    with pytest.raises(PestleError) as refused:
        site.state("materials.material_defined.v1", f"material/{CODE}", said, actor="P-0006")
    assert refused.value.code == "material_has_versions"
    assert unit(site) == "kg"


MASS = {"given": {"value": "1000", "unit": "mL"}, "equals": {"value": "789", "unit": "g"}}
NOWHERE = {"given": {"value": "1", "unit": "{box}"}, "equals": {"value": "24", "unit": "{tablet}"}}
NOTHING = {"given": {"value": "0", "unit": "L"}, "equals": {"value": "0.789", "unit": "kg"}}


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"unit": "drums", "conversions": []}, ("unit_unknown", "unit")),
        ({"conversions": [DENSITY, MASS]}, ("conversion_twice", "conversions/1")),
        ({"conversions": [DENSITY, NOWHERE]}, ("conversion_leads_nowhere", "conversions/1")),
        ({"conversions": [NOTHING]}, ("conversion_nothing", "conversions/0")),
        ({"storage": "special"}, ("storage_note_missing", "storage_note")),
        ({"retest": 48}, ("retest_after_shelf_life", "retest")),
    ],
)
def test_what_stands_against_a_version_is_named_and_refused(
    site: PlantUnderTest, change: Json, finding: tuple[str, str]
) -> None:
    given = definition(**change)
    seen = site.client("zhou").post("/api/masters/check", json={"material": CODE, **given}).json
    assert [(one["code"], one["path"]) for one in seen["findings"]] == [finding]
    assert submit(site, given).json["code"] == "master_faulty"
    assert site.entries(model.SUBMITTED_KIND) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sha256": "0" * 64}, "master_faulty"),
        ({"version": 2}, "master_version_wrong"),
        ({"password": "wrong"}, "password_wrong"),
    ],
)
def test_a_submission_that_cannot_be_is_refused_whole(site: PlantUnderTest, change: Json, code: str) -> None:
    assert submit(site, definition(), **change).json["code"] == code
    assert site.entries("flows.instance_started.v1") == []
    assert site.client("li").get(f"/api/masters/{CODE}").json["code"] == "material_not_known"
