"""Recipes of the third form, from a submission to the version in force, and by import."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from approval_support import approve
from plant import PlantUnderTest
from recipe_support import CODE, REVIEWERS, content, desk, in_force, master, stock, submit

from server.core import rebuild
from server.core.errors import PestleError
from server.recipes import model, queries
from server.recipes.model import has_slot, slots
from sync import canonical

pytestmark = pytest.mark.urs("PRD-02", "PRD-03")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    stock(made)
    yield made
    made.close()


def wrong(site: PlantUnderTest, given: Any) -> set[tuple[str, str]]:
    answer = desk(site, "zhou").post("/api/recipes/check", json={"content": given})
    assert answer.status_code == 200, answer.text
    return {(one["path"], one["code"]) for one in answer.json["findings"]}


def test_a_version_of_the_third_form_follows_one_of_the_old_and_the_other_way_round(site: PlantUnderTest) -> None:
    in_force(site)
    assert submit(site, master(2)).status_code == 201
    approve(site.plant, f"recipe/{CODE}/2", REVIEWERS, "P-0004")
    with site.reading() as connection:
        found = queries.find_recipe(connection, CODE, 2)
    assert found is not None
    assert (found.payload, found.hash) == (master(2), model.recipe_hash(master(2)))
    file = desk(site, "chen").get(f"/api/recipes/{CODE}/versions/2/file")
    assert file.data == canonical.encode(master(2))
    in_force(site, 3)
    states = [(one["version"], one["state"]) for one in desk(site, "zhou").get(f"/api/recipes/{CODE}").json["versions"]]
    assert states == [(3, "approved"), (2, "superseded"), (1, "superseded")]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_what_comes_by_import_stands_once_and_only_the_server_says_it(site: PlantUnderTest) -> None:
    signatures = [{"person": "P-0004", "meaning": "approved", "at": "2026-11-20T08:00:00.000Z"}]
    given = master() | {"signatures": signatures}
    with pytest.raises(PestleError) as refused:
        site.state(model.MASTER_APPROVED, model.recipe_stream(CODE), given, actor="li")
    assert refused.value.code in ("kind_superseded", "not_permitted")
    site.state(model.MASTER_APPROVED, model.recipe_stream(CODE), given)
    with pytest.raises(PestleError) as refused:
        site.state(model.MASTER_APPROVED, model.recipe_stream(CODE), given)
    assert refused.value.code == "recipe_version_exists"
    shown = desk(site, "zhang").get(f"/api/recipes/{CODE}/versions/1").json
    assert shown["content"] == master()
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_form_is_held_to_its_own_shape(site: PlantUnderTest) -> None:
    assert wrong(site, master()) == set()
    old = master() | {"procedure": None}
    del old["procedure"]
    assert {("formula", "unknown_field")} <= wrong(site, old)
    mixed = content() | {name: master()[name] for name in ("procedure", "formula")}
    assert ("phases/0", "malformed") in wrong(site, mixed) or ("phases/0/after", "missing") in wrong(site, mixed)


def test_the_new_phases_leave_their_slots() -> None:
    *_, instruction, checks, sum_ = master()["phases"]
    assert (slots(instruction), slots(checks), slots(sum_)) == ([], ["50/weight/1"], ["60/yield"])
    assert has_slot(checks, "50/weight/8")
    assert not has_slot(checks, "50/weight/9")
    assert slots(checks | {"schedule": None, "rounds": 2}) == ["50/weight/1", "50/weight/2"]


def test_where_a_material_and_a_balance_are_used(site: PlantUnderTest) -> None:
    in_force(site)
    in_force(site, 2)
    assert submit(site, master(3)).status_code == 201

    def used(what: str, code: str) -> list[tuple[int, str, list[tuple[str, str]]]]:
        answer = desk(site, "zhang").get(f"/api/recipes/used/{what}/{code}")
        assert answer.status_code == 200, answer.text
        items = answer.json["items"]
        return [(one["version"], one["state"], [(at["phase"], at["how"]) for at in one["places"]]) for one in items]

    assert used("material", "api-1") == [(3, "submitted", [("20", "weighed")]), (2, "approved", [("20", "weighed")])]
    assert used("material", "api-9") == []
    named = used("equipment", "BAL-07")
    assert named == [(3, "submitted", [("20", "candidate")]), (2, "approved", [("20", "class")])]
    assert (
        used("equipment", "balance") == [(2, "approved", [("20", "named")]), (3, "submitted", [("20", "named")])][::-1]
    )
    rooms = [[phase for phase, how in places if how == "room"] for *_, places in used("equipment", "2-114")]
    assert rooms == [["10", "20", "30", "40", "50", "60"], ["10", "20", "30"]]
    [first, _] = desk(site, "zhang").get("/api/recipes/used/material/api-1").json["items"]
    assert first["quantity"] == {"value": "12.640", "unit": "kg"}
    assert first["places"][0]["quantity"] == {"value": "12.640", "unit": "kg"}
    assert desk(site, "zhang").get("/api/recipes/used/person/P-0001").status_code == 404


def test_a_version_goes_out_as_batchml_and_comes_back_as_a_draft(site: PlantUnderTest) -> None:
    assert submit(site, master()).status_code == 201
    file = desk(site, "zhou").get(f"/api/recipes/{CODE}/1/batchml")
    assert (file.status_code, file.mimetype) == (200, "application/xml")
    assert f"{CODE}-1.xml" in file.headers["Content-Disposition"]
    back = desk(site, "zhou").post("/api/recipes/batchml", json={"text": file.text})
    assert back.json == {"content": master()}
    refused = desk(site, "zhou").post("/api/recipes/batchml", json={"text": "<x/>"})
    assert (refused.status_code, refused.json["code"]) == (422, "recipe_file_unreadable")
    assert desk(site, "zhang").post("/api/recipes/batchml", json={"text": file.text}).status_code == 403
    assert desk(site, "zhou").get(f"/api/recipes/{CODE}/9/batchml").status_code == 404
