"""Splits, merges and rework over HTTP, by whom they may be, with the signature of quality (PRD-14)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest
from recipe_support import content, imported, stock

from server.core import rebuild
from server.production.descent.model import REWORK_KIND
from server.production.model import FORMED
from server.recipes.model import APPROVED_V1, recipe_stream

pytestmark = pytest.mark.urs("PRD-14")
Json = dict[str, Any]
UNIT = "tablets"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    """2612001 is ordered: 2,500,000 tablets; MR-RW is an approved recipe of rework of its product."""
    made = PlantUnderTest(database_url, tmp_path)
    stock(made)
    imported(made)
    signatures = [{"person": "P-0004", "meaning": "approved", "at": "2026-11-20T08:00:00.000Z"}]
    made.state(APPROVED_V1, recipe_stream("MR-RW"), content(recipe="MR-RW") | {"signatures": signatures})
    body: Json = {"batch": None, "recipe": "MR-TAB", "version": 1, "planned_start": "2026-12-01"}
    body |= {"size": {"value": "2500000", "unit": UNIT}, "lots": [{"material": "api-1", "lot": "A-5/2"}]}
    planned = made.client("zhang").post("/api/orders", json=body)
    assert planned.status_code == 201, planned.text
    assert made.client("zhang").post("/api/orders/2612001/release").status_code == 200
    yield made
    made.close()


def split(site: PlantUnderTest, *values: str, batch: str = "2612001", login: str = "zhang") -> Any:
    parts = [{"value": one, "unit": UNIT} for one in values]
    return site.client(login).post(f"/api/batches/{batch}/split", json={"parts": parts, "reason": "Two coaters"})


def rework(site: PlantUnderTest, batch: str, into: str, login: str = "li", **changes: Any) -> Any:
    body: Json = {"into": into, "way": "same", "stage": "30", "reason": "Too hard", "risk": "RA-26-014", "lots": []}
    body |= {"recipe": "MR-RW", "version": 1, "login": login, "password": PASSWORD} | changes
    return site.client(login).post(f"/api/batches/{batch}/rework", json=body)


def test_a_batch_is_split_merged_and_reworked(site: PlantUnderTest) -> None:
    made = split(site, "1000000", "1500000")
    assert made.status_code == 201, made.text
    assert made.json["batch"]["status"] == "split"
    first, second = (one["number"] for one in made.json["children"])
    assert [one["size"]["value"] for one in made.json["children"]] == ["1000000", "1500000"]
    weighing = site.payloads(FORMED)[0]["phases"][1]
    assert (weighing["target"], weighing["low"], weighing["high"]) == ("5.056", "5.040", "5.072")
    merged = site.client("chen").post(f"/api/batches/{first}/merge", json={"others": [second], "reason": "One order"})
    assert merged.status_code == 201, merged.text
    shown = site.client("zhang").get(f"/api/batches/{first}/descent").json["phases"]
    assert len(shown) == len({one["id"] for one in shown})
    [whole] = [one for one in merged.json["children"] if one["status"] == "ordered"]
    assert whole["size"] == {"value": "2500000", "unit": UNIT}
    shown = site.client("li").get(f"/api/batches/{whole['number']}/descent").json
    into = shown["next"]
    assert shown["ways"] == ["same"]
    done = rework(site, whole["number"], into)
    assert done.status_code == 201, done.text
    assert [(one["number"], one["status"]) for one in done.json["children"]] == [(into, "ordered")]
    [signed] = site.payloads(REWORK_KIND)
    assert (signed["signer"]["id"], signed["meaning"]["code"]) == ("P-0004", "rework_approved")
    shown = site.client("wang").get(f"/api/batches/{into}/descent").json
    assert {one["number"] for one in shown["parents"]} == {"2612001", first, second, whole["number"]}
    assert {edge["how"] for edge in shown["edges"]} == {"split", "merge", "rework"}
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_who_may_not_is_refused_and_nothing_is_left_behind(site: PlantUnderTest) -> None:
    assert split(site, "1000000", "1500000", login="wang").status_code == 403
    assert rework(site, "2612001", "2611001", login="zhang").status_code == 403
    assert split(site, "1000000", "1500001").json["code"] == "batch_quantities_differ"
    assert split(site, "1000000", "1500000", batch="X").json["code"] == "batch_unknown"
    into = site.client("li").get("/api/batches/2612001/descent").json["next"]
    for changes, code in (
        ({"password": "wrong"}, "password_wrong"),
        ({"way": "other"}, "rework_way_forbidden"),
        ({"stage": "99"}, "rework_stage_unknown"),
        ({"into": "X-1"}, "batch_number_wrong"),
        ({"version": 9}, "recipe_unknown"),
    ):
        assert rework(site, "2612001", **{"into": into, **changes}).json["code"] == code
    bulk = {"material": "AMT-5", "name": {"zh": "AMT-5", "en": "AMT-5"}, "type": "bulk", "unit": UNIT}
    site.state("materials.material_defined.v1", "material/AMT-5", bulk)
    by_its_own = rework(site, "2612001", into, way="other", recipe="MR-TAB")
    assert by_its_own.json["code"] == "rework_recipe_unfit"
    assert site.payloads(FORMED) == []
    shown = site.client("li").get("/api/batches/2612001/descent").json
    assert (shown["next"], shown["ways"]) == (into, ["same", "other"])
    assert site.client("li").get("/api/batches/X/descent").status_code == 404


def test_a_batch_that_is_gone_is_not_rejected_either(site: PlantUnderTest) -> None:
    split(site, "1000000", "1500000")
    seen = site.client("li").get("/api/batches/2612001/review").json
    body = {"digest": seen["digest"], "meaning": "reviewed_and_rejected", "reason": "x", "login": "li"}
    refused = site.client("li").post("/api/batches/2612001/reject", json=body | {"password": PASSWORD, "size": None})
    assert refused.json["code"] == "batch_gone"
