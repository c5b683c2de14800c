"""Recipes from a file to the version in force: checked, submitted by an engineer, decided on by a flow."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from approval_support import approval_of, approve, sign
from dispensing_support import API, DISPENSING
from plant import PlantUnderTest
from recipe_support import CODE, REVIEWERS, content, desk, in_force, stock, submit

from server.core import rebuild
from server.core.errors import PestleError
from server.recipes import model, queries
from server.recipes.checking import check
from server.recipes.findings import Registers
from sync import canonical

pytestmark = pytest.mark.urs("PRD-03", "ENG-02")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    stock(made)
    yield made
    made.close()


def versions(site: PlantUnderTest) -> list[tuple[int, str]]:
    found = desk(site, "zhou").get(f"/api/recipes/{CODE}").json["versions"]
    return [(one["version"], one["state"]) for one in found]


def test_a_version_is_submitted_reviewed_by_two_and_approved_by_a_third(site: PlantUnderTest) -> None:
    given = content()
    answer = submit(site, given)
    assert answer.status_code == 201, answer.text
    [line] = answer.json["versions"]
    assert (line["state"], line["by"]["id"]) == ("submitted", "P-0006")
    assert line["instance"] == approval_of(site.plant, "recipe-approval", f"recipe/{CODE}/1")
    with site.reading() as connection:
        assert queries.find_recipe(connection, CODE, 1) is None

    approve(site.plant, f"recipe/{CODE}/1", REVIEWERS, "P-0004", comment="as validated")
    [line] = desk(site, "zhang").get(f"/api/recipes/{CODE}").json["versions"]
    assert (line["state"], line["decided_by"]["id"], line["reason"]) == ("approved", "P-0004", "as validated")
    with site.reading() as connection:
        found = queries.find_recipe(connection, CODE, 1)
    assert found is not None
    assert (found.payload, found.hash) == (given, model.recipe_hash(given))
    [approved] = site.payloads(model.APPROVED)
    assert approved["sha256"] == found.hash
    signed = [(one["person"], one["meaning"]) for one in approved["signatures"]]
    reviews = [("P-0003", "reviewed"), ("P-0002", "reviewed")]
    assert signed == [("P-0006", "prepared"), *reviews, ("P-0004", "approved")]
    assert site.entries(model.APPROVED)[0].head.actor == "P-0004"
    file = desk(site, "chen").get(f"/api/recipes/{CODE}/versions/1/file")
    assert file.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{CODE}-1.json"
    assert file.data == canonical.encode(given)
    assert f"{CODE}-1.json" in file.headers["Content-Disposition"]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_what_is_sent_back_is_not_in_force_and_the_next_version_may_follow(site: PlantUnderTest) -> None:
    submit(site, content())
    again = submit(site, content(2))
    assert (again.status_code, again.json["code"]) == (409, "recipe_waiting")
    instance = approval_of(site.plant, "recipe-approval", f"recipe/{CODE}/1")
    sign(site.plant, instance, "review_engineer", "P-0002", "agree", "reviewed")
    sign(site.plant, instance, "review_supervisor", "P-0003", "return", "reviewed", comment="10 rpm is too slow")
    [line] = desk(site, "zhou").get(f"/api/recipes/{CODE}").json["versions"]
    assert (line["state"], line["reason"], line["instance"]) == ("returned", "10 rpm is too slow", instance)
    in_force(site, 2)
    assert versions(site) == [(2, "approved"), (1, "returned")]
    in_force(site, 3)
    assert versions(site) == [(3, "approved"), (2, "superseded"), (1, "returned")]
    [listed] = desk(site, "zhang").get("/api/recipes").json["items"]
    assert (listed["recipe"], listed["newest"], listed["version"], listed["state"]) == (CODE, 3, 3, "approved")
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_nobody_approves_what_they_prepared_and_nobody_without_the_flow(site: PlantUnderTest) -> None:
    submit(site, content())
    instance = approval_of(site.plant, "recipe-approval", f"recipe/{CODE}/1")
    with pytest.raises(PestleError) as refused:
        sign(site.plant, instance, "review_engineer", "P-0006", "agree", "reviewed")
    assert refused.value.code == "flow_not_by_same"
    digest = model.recipe_hash(content())
    said = {"recipe": CODE, "version": 1, "sha256": digest, "reason": None, "instance": instance}
    said |= {"signatures": [{"person": "P-0004", "meaning": "approved", "at": "2026-11-26T08:00:00.000Z"}] * 2}
    with pytest.raises(PestleError) as refused:
        site.state(model.APPROVED, model.recipe_stream(CODE), said, actor="li")
    assert refused.value.code == "flow_approval_missing"
    by_hand = content(1, recipe="MR-X") | {"signatures": said["signatures"]}
    with pytest.raises(PestleError) as refused:
        site.state(model.APPROVED_V1, model.recipe_stream("MR-X"), by_hand, actor="li")
    assert refused.value.code == "kind_superseded"
    with pytest.raises(PestleError) as refused:
        site.state(model.APPROVED_V1, model.recipe_stream(CODE), content() | {"signatures": said["signatures"]})
    assert refused.value.code == "recipe_version_exists"
    assert versions(site) == [(1, "submitted")]


def test_an_import_stands_beside_what_was_submitted_and_the_next_number_follows_it(site: PlantUnderTest) -> None:
    signatures = [{"person": "P-0004", "meaning": "approved", "at": "2026-11-20T08:00:00.000Z"}]
    site.state(model.APPROVED_V1, model.recipe_stream(CODE), content(4) | {"signatures": signatures})
    assert versions(site) == [(4, "approved")]
    assert desk(site, "zhou").post("/api/recipes/check", json={"content": content(4)}).json["next"] == 5
    in_force(site, 5)
    assert versions(site) == [(5, "approved"), (4, "superseded")]


def wrong(site: PlantUnderTest, given: Any) -> set[tuple[str, str]]:
    answer = desk(site, "zhou").post("/api/recipes/check", json={"content": given})
    assert answer.status_code == 200, answer.text
    assert all(one["what"]["zh"] and one["what"]["en"] for one in answer.json["findings"])
    return {(one["path"], one["code"]) for one in answer.json["findings"]}


@pytest.mark.urs("PRD-02")
def test_a_check_names_each_finding_by_its_place(site: PlantUnderTest) -> None:
    assert wrong(site, content()) == set()
    assert wrong(site, content(2)) == {("version", "version_wrong")}
    bare = {"recipe": CODE}
    assert {("phases", "missing"), ("size", "missing"), ("product", "missing")} <= wrong(site, bare)
    other = content() | {"more": 1}
    assert wrong(site, other) == {("more", "unknown_field")}
    assert wrong(site, content(size={"value": "0", "unit": "tablets"})) == {("size/value", "not_positive")}
    reversed_ = content()
    reversed_["phases"][1] |= {"low": "12.7", "target": 12.64}
    assert wrong(site, reversed_) == {("phases/1/target", "malformed")}
    twice = content()
    twice["phases"][2]["id"] = "10"
    assert wrong(site, twice) == {("phases", "id_twice")}
    strange = content(materials=[{"material": "api-1", "name": content()["product"]["name"]}] * 2)
    strange["phases"][0] |= {"room": "9-999", "equipment": "BAL-07"}
    strange["phases"][1] |= {"unit": "L", "target": "12.7", "low": "12.6001", "equipment": "PR-99"}
    strange["phases"][2] |= {"room": None, "equipment": "BAL-07"}
    assert wrong(site, strange) == {
        ("materials/1/material", "material_twice"),
        ("phases/0/room", "room_unknown"),
        ("phases/0/equipment", "equipment_elsewhere"),
        ("phases/1/equipment", "equipment_unknown"),
        ("phases/1/unit", "unit_differs"),
        ("phases/1/target", "target_outside"),
        ("phases/1/low", "too_fine"),
    }
    unknown = content(materials=[])
    unknown["phases"][1]["material"] = "api-9"
    found = {("phases/1/material", "material_unknown"), ("phases/1/material", "material_not_listed")}
    assert wrong(site, unknown) == found


@pytest.mark.urs("PRD-02")
def test_a_phase_weighs_in_any_unit_that_its_material_converts_to(site: PlantUnderTest) -> None:
    grams = content()
    grams["phases"][1] |= {"unit": "g", "low": "12600", "high": "12680", "target": "12640", "decimals": 0}
    assert wrong(site, grams) == set()
    litres = content()
    litres["phases"][1]["unit"] = "L"
    assert wrong(site, litres) == {("phases/1/unit", "unit_differs")}
    known = Registers({"api-1": "kg"}, {"api-1": [("L", "kg", Fraction("0.789"))]}, {}, frozenset({"balance"}))
    assert [one.code for one in check(litres, known) if one.path == "phases/1/unit"] == []
    for odd in ({"phases": "no"}, {"phases": [1, {"material": []}]}):
        assert ("recipe", "missing") in wrong(site, odd)


@pytest.mark.urs("PRD-02", "MAT-12")
def test_a_line_is_dispensed_in_any_unit_that_its_material_converts_to_and_by_tests_that_there_are(
    site: PlantUnderTest,
) -> None:
    line = API | {"unit": "g", "low": "4975", "high": "5025", "target": "5000", "decimals": 0}
    given = content(phases=[DISPENSING | {"lines": [line]}])
    assert wrong(site, given) == set()
    given["phases"][0]["lines"][0]["unit"] = "L"
    assert wrong(site, given) == {("phases/0/lines/0/unit", "unit_differs")}
    assert wrong(site, {"phases": [{"lines": [1, {"material": 2}]}, {"lines": "no"}]}) >= {("recipe", "missing")}


def test_the_door_asks_the_same_again_and_keeps_nothing_of_what_is_refused(site: PlantUnderTest) -> None:
    faulty = content()
    faulty["phases"][1]["unit"] = "L"
    answer = submit(site, faulty)
    assert (answer.status_code, answer.json["code"]) == (422, "recipe_faulty")
    given = content()
    signed: dict[str, Any] = {"sha256": model.recipe_hash(given), "reason": None, "meaning": dict(model.MEANING)}
    signer = {"id": "P-0006", "name": "周伟", "name_en": None}
    signed |= {"signer": signer, "signed_at": "2026-11-26T08:00:00.000Z", "offset": 480, "method": "password"}
    signed |= {"components": 2, "passkey": None}
    for change, code in (
        (faulty | {"sha256": model.recipe_hash(faulty)}, "recipe_faulty"),
        ({"sha256": "0" * 64}, "recipe_version_wrong"),
        ({"version": 2}, "recipe_version_wrong"),
        ({"signer": signer | {"id": "P-0002"}}, "signer_other"),
    ):
        with pytest.raises(PestleError) as refused:
            site.state(model.VERSION_SUBMITTED, model.recipe_stream(CODE), given | signed | change, actor="zhou")
        assert refused.value.code == code
    assert submit(site, given, "chen").status_code == 403
    assert submit(site, given, password="wrong").status_code == 403
    assert desk(site, "zhou").get(f"/api/recipes/{CODE}").status_code == 404


def test_an_approval_that_is_called_off_gives_the_version_back(site: PlantUnderTest) -> None:
    submit(site, content())
    instance = approval_of(site.plant, "recipe-approval", f"recipe/{CODE}/1")
    answer = desk(site, "li").post(f"/api/instances/{instance}/cancel", json={"reason": "wrong file"})
    assert answer.status_code == 200, answer.text
    assert versions(site) == [(1, "returned")]
    assert site.payloads(model.VERSION_RETURNED)[0]["reason"] == "wrong file"
