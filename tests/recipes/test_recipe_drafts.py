"""Drafts of recipes: what an engineer works on, kept beside the log until it is submitted (PRD-03)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from approval_support import approve
from plant import PlantUnderTest
from recipe_support import CODE, REVIEWERS, content, desk, imported, master, stock, submit

from server.core import rebuild
from server.recipes import model, queries, skeleton
from server.recipes.upgrading import upgraded

pytestmark = pytest.mark.urs("PRD-03")
DRAFT = f"/api/recipe-drafts/{CODE}"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    stock(made)
    yield made
    made.close()


def save(site: PlantUnderTest, given: Any, revision: int | None = None, login: str = "zhou") -> Any:
    return desk(site, login).post(DRAFT, json={"revision": revision, "content": given})


def test_who_saves_second_is_told_by_whom_and_loses_nothing(site: PlantUnderTest) -> None:
    assert save(site, master()).json == {"revision": 1}
    again = save(site, master(minutes=1), login="wang")
    assert (again.status_code, again.json["code"]) == (409, "recipe_draft_changed")
    assert again.json["details"] == {"recipe": CODE, "revision": 1, "by": "P-0006"}
    assert save(site, master(), 1, "wang").json == {"revision": 2}
    assert save(site, master(), 1).json["details"]["by"] == "P-0002"
    found = desk(site, "zhou").get(DRAFT).json
    assert (found["revision"], found["by"]["id"], found["next"]) == (2, "P-0002", 1)
    assert found["content"] == master()
    [line] = desk(site, "zhou").get("/api/recipe-drafts").json["items"]
    assert (line["recipe"], line["product"]["code"], line["revision"]) == (CODE, "AMT-5", 2)
    # A draft is no record: the log has nothing of it, and a rebuild leaves it.
    assert not site.entries(model.MASTER_SUBMITTED)
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]
    stale = desk(site, "zhou").delete(f"{DRAFT}/1")
    assert stale.json["code"] == "recipe_draft_changed"
    assert desk(site, "zhou").delete(f"{DRAFT}/2").status_code == 204
    assert desk(site, "zhou").get(DRAFT).json["code"] == "recipe_draft_unknown"


def test_only_who_designs_recipes_sees_and_saves_drafts(site: PlantUnderTest) -> None:
    assert save(site, master(), login="zhang").status_code == 403
    save(site, master())
    for address in (DRAFT, "/api/recipe-drafts", "/api/recipe-choices"):
        assert desk(site, "zhang").get(address).status_code == 403
        assert desk(site, "zhou").get(address).status_code == 200


def test_an_unfinished_draft_is_kept_and_what_is_none_is_not(site: PlantUnderTest) -> None:
    empty: Any = master(phases=[], procedure=[], materials=[]) | {"product": {"code": "", "name": {}, "strength": ""}}
    assert save(site, empty).status_code == 200
    for wrong in ({"phases": None}, {"procedure": [{"id": "A"}]}, {"phases": [{"id": 1, "type": "weighing"}]}):
        answer = save(site, empty | wrong, 1)
        assert (answer.status_code, answer.json["code"]) == (422, "recipe_faulty"), wrong
        assert answer.json["details"]["findings"]
    assert save(site, master(recipe="OTHER"), 1).json["code"] == "recipe_faulty"
    large = [{"material": "x" * 100, "name": {}}] * (skeleton.MOST_BYTES // 100)
    assert save(site, master(materials=large), 1).json["details"]["findings"][0]["code"] == "too_large"


def test_a_version_of_before_becomes_a_draft_of_the_third_form(site: PlantUnderTest) -> None:
    imported(site)
    given = content(2)
    save(site, given)
    found = desk(site, "zhou").get(DRAFT).json
    assert (found["content"], found["next"]) == (upgraded(given), 2)


def test_a_phase_of_before_that_says_nothing_of_its_checks_yet_is_kept(site: PlantUnderTest) -> None:
    bare: Any = content() | {"phases": [{"id": "1", "type": "in_process"}], "materials": []}
    assert save(site, bare).json == {"revision": 1}
    [phase] = desk(site, "zhou").get(DRAFT).json["content"]["phases"]
    assert (phase["checks"], phase["schedule"], phase["after"]) == ([], None, [])


def _phases(*changes: Any) -> Any:
    return {"phases": [{"id": str(number), "type": "instruction"} | one for number, one in enumerate(changes)]}


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"recipe": "X" * 81}, "malformed", "recipe"),
        ({"recipe": "A/B"}, "malformed", "recipe"),
        ({"product": {"name": 3}}, "malformed", "product/name"),
        (_phases({"after": "zz"}), "malformed", "phases/0/after"),
        (_phases({"after": [1]}), "malformed", "phases/0/after"),
        (_phases({"name": 3}), "malformed", "phases/0/name"),
        (_phases({"instruction": "Mix"}), "malformed", "phases/0/instruction"),
        (_phases({}, {"id": "0"}), "id_twice", "phases/1/id"),
        (_phases({"candidates": "BAL-07"}), "malformed", "phases/0/candidates"),
        (_phases({"needs": [1]}), "malformed", "phases/0/needs"),
        (_phases({"times": {"since": "0"}}), "malformed", "phases/0/times"),
        (_phases({"times": ["0"]}), "malformed", "phases/0/times/0"),
        (_phases({"times": [{"since": 0, "from": "end", "to": "start"}]}), "malformed", "phases/0/times/0/since"),
        (_phases({"times": [{"since": "0", "from": None, "to": "start"}]}), "malformed", "phases/0/times/0/from"),
        (_phases({"times": [{"since": "0", "from": "end"}]}), "malformed", "phases/0/times/0/to"),
        (_phases({"inputs": [{"id": "a", "from": "20/net"}]}), "malformed", "phases/0/inputs/0/from"),
        (_phases({"inputs": [{"id": "a", "from": [20]}]}), "malformed", "phases/0/inputs/0/from"),
        ({"procedure": [{"id": "P", "name": 3, "operations": []}]}, "malformed", "procedure/0/name"),
        ({"materials": [{"material": "a", "name": 3}]}, "malformed", "materials/0/name"),
    ],
)
def test_what_no_editor_can_open_is_no_draft(wrong: Any, code: str, path: str) -> None:
    [found] = skeleton.look(master() | wrong)
    assert (found.code, found.path) == (code, path)
    assert not skeleton.look(master())
    # Who has said nothing of them yet has a draft all the same.
    assert not skeleton.look(content() | _phases({}, {"name": {}, "after": []}) | {"product": {}})


def test_what_is_submitted_out_of_it_is_what_is_saved_and_the_draft_is_gone(site: PlantUnderTest) -> None:
    save(site, master())
    other = submit(site, master(minutes=3), draft=1)
    assert other.json["code"] in ("recipe_draft_changed", "recipe_faulty")
    changed = submit(site, master(), draft=2)
    assert (changed.status_code, changed.json["code"]) == (409, "recipe_draft_changed")
    assert submit(site, master(), draft=1).status_code == 201
    assert desk(site, "zhou").get(DRAFT).status_code == 404
    approve(site.plant, f"recipe/{CODE}/1", REVIEWERS, "P-0004")
    with site.reading() as connection:
        found = queries.find_recipe(connection, CODE, 1)
    assert found is not None
    assert found.hash == model.recipe_hash(master())


def test_what_may_be_named_comes_from_the_registers(site: PlantUnderTest) -> None:
    found = desk(site, "zhou").get("/api/recipe-choices").json
    assert {"code": "api-1", "name": {"zh": "中API", "en": "API"}, "unit": "kg"} in found["materials"]
    assert {"code": "BAL-07", "class": "balance", "room": "2-114"}.items() <= found["equipment"][0].items()
    assert "2-114" in found["rooms"]
