"""Areas: a register of entries, roles that hold in some of them only, and what that permits where (IDN-01, IDN-08)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from plant import PlantUnderTest

from server.core.errors import PestleError
from server.core.rebuild import check
from server.identity import accounts, grants, queries
from server.identity.model import AREA_SET, AREA_WITHDRAWN, PERMISSIONS, ROLES, ROLES_CHANGED_V2, Grant

pytestmark = pytest.mark.urs("IDN-01")
PIECE = {"equipment": "BAL-9", "class": "balance", "name": {"zh": "秤", "en": "Scale"}}
DISPENSING = {
    "name": {"zh": "称量区", "en": "Dispensing"},
    "places": ["2-114", "2-115"],
    "reason": "zones of the plant",
}


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(PestleError) as caught:
        yield
    assert caught.value.code == code


@pytest.fixture
def admin(site: PlantUnderTest) -> FlaskClient:
    client = site.client("admin")
    for area, places in (("dispensing", ["2-114", "2-115"]), ("tabletting", ["2-121"])):
        assert client.post(f"/api/areas/{area}", json={**DISPENSING, "places": places}).status_code == 200
    return client


def limit(site: PlantUnderTest, person: str, role: str, *areas: str) -> None:
    accounts.change_roles(site.plant, person, [Grant(role, areas or None)], "moved", actor="P-0007")


def permitted(site: PlantUnderTest, person: str, permission: str, *places: str) -> bool:
    with site.reading() as connection:
        return queries.permitted_at(connection, person, permission, places)


def test_an_area_is_added_changed_and_withdrawn_as_entries(site: PlantUnderTest, admin: FlaskClient) -> None:
    renamed = {**DISPENSING, "name": {"zh": "称量中心", "en": "Weighing"}, "places": ["2-114"]}
    items = admin.post("/api/areas/dispensing", json=renamed).json["items"]
    assert items[0] == {"area": "dispensing", "name": renamed["name"], "places": ["2-114"]}
    left = admin.post("/api/areas/tabletting/withdraw", json={"reason": "closed"}).json["items"]
    assert [one["area"] for one in left] == ["dispensing"]
    assert len(site.entries(AREA_SET)) == 3
    assert site.payloads(AREA_WITHDRAWN) == [{"area": "tabletting", "reason": "closed"}]
    assert {entry.head.actor for entry in site.entries(AREA_SET)} == {"P-0007"}


@pytest.mark.parametrize("wrong", [{"name": {"zh": "x"}}, {"places": [5]}, {"places": [""]}, {"reason": ""}])
def test_what_is_no_area_is_refused_and_nothing_changes(
    site: PlantUnderTest, admin: FlaskClient, wrong: dict[str, Any]
) -> None:
    assert admin.post("/api/areas/packing", json={**DISPENSING, "places": [], **wrong}).status_code == 422
    assert admin.post("/api/areas/Packing Hall", json={**DISPENSING, "places": []}).status_code == 422
    assert len(site.entries(AREA_SET)) == 2


def test_a_room_is_in_one_area(admin: FlaskClient) -> None:
    taken = admin.post("/api/areas/packing", json={**DISPENSING, "places": ["2-121", "2-130"]})
    assert (taken.status_code, taken.json["code"]) == (409, "place_taken")
    assert taken.json["details"] == {"2-121": "tabletting"}


def test_a_room_moves_to_another_area_in_one_step(site: PlantUnderTest, admin: FlaskClient) -> None:
    """Or for a moment it would be of no area, and anybody's."""
    limit(site, "P-0001", "operator", "tabletting")
    moved = admin.post("/api/areas/packing", json={**DISPENSING, "places": ["2-121", "2-130"], "move": True})
    assert moved.status_code == 200, moved.text
    rooms = {one["area"]: one["places"] for one in moved.get_json()["items"]}
    assert rooms == {"dispensing": ["2-114", "2-115"], "packing": ["2-121", "2-130"], "tabletting": []}
    first, second = site.entries(AREA_SET)[-2:]
    assert (first.body["area"], second.body["area"], second.head.seq - first.head.seq) == ("tabletting", "packing", 1)
    with site.reading() as connection:
        assert not queries.permitted_at(connection, "P-0001", "batch.work", ["2-121"])


def test_an_area_that_is_renamed_keeps_its_rooms_and_whose_roles_hold_in_it(
    site: PlantUnderTest, admin: FlaskClient
) -> None:
    limit(site, "P-0001", "operator", "tabletting")
    renamed = {"name": {"zh": "压片一", "en": "Tabletting 1"}, "places": ["2-121"], "reason": "a second one comes"}
    assert admin.post("/api/areas/tabletting", json=renamed).status_code == 200
    with site.reading() as connection:
        assert queries.permitted_at(connection, "P-0001", "batch.work", ["2-121"])
        assert not queries.permitted_at(connection, "P-0001", "batch.work", ["2-114"])


def test_an_area_in_which_somebody_works_is_not_withdrawn(site: PlantUnderTest, admin: FlaskClient) -> None:
    limit(site, "P-0001", "operator", "tabletting")
    kept = admin.post("/api/areas/tabletting/withdraw", json={"reason": "closed"})
    assert (kept.status_code, kept.json["code"]) == (409, "area_in_use")
    assert admin.post("/api/areas/nowhere/withdraw", json={"reason": "x"}).json["code"] == "area_unknown"


@pytest.mark.usefixtures("admin")
def test_a_role_holds_where_it_was_granted_and_in_rooms_of_no_area(site: PlantUnderTest) -> None:
    limit(site, "P-0001", "operator", "dispensing")
    assert permitted(site, "P-0001", "batch.work")
    assert permitted(site, "P-0001", "batch.work", "2-114", "2-115")
    assert permitted(site, "P-0001", "batch.work", "9-999")
    assert not permitted(site, "P-0001", "batch.work", "2-121")
    assert not permitted(site, "P-0001", "batch.work", "2-114", "2-121")
    assert permitted(site, "P-0002", "batch.work", "2-121")
    limit(site, "P-0001", "operator", "tabletting")
    assert permitted(site, "P-0001", "batch.work", "2-121")
    assert not permitted(site, "P-0001", "batch.work", "2-114")


@pytest.mark.usefixtures("admin")
def test_grants_name_areas_that_there_are(site: PlantUnderTest) -> None:
    with refused("area_unknown"):
        limit(site, "P-0001", "operator", "dispensing", "elsewhere")
    assert site.entries(ROLES_CHANGED_V2) == []


@pytest.mark.urs("IDN-08")
@pytest.mark.usefixtures("admin")
def test_roles_that_exclude_each_other_do_so_across_areas(site: PlantUnderTest) -> None:
    both = [Grant("operator", ("dispensing",)), Grant("qa", ("tabletting",))]
    with refused("roles_conflict"):
        accounts.change_roles(site.plant, "P-0001", both, "helps out", actor="P-0007")


@pytest.mark.usefixtures("admin")
def test_a_decision_about_a_room_wants_the_permission_in_its_area(site: PlantUnderTest) -> None:
    limit(site, "P-0006", "engineer", "tabletting")
    piece = {**PIECE, "serial": None, "model": None, "calibration_due": None}
    with refused("area_not_permitted"):
        site.state("equipment.equipment_registered.v1", "equipment/BAL-9", {**piece, "location": "2-114"}, actor="zhou")
    site.state("equipment.equipment_registered.v1", "equipment/BAL-9", {**piece, "location": "2-121"}, actor="zhou")


def test_the_person_and_the_list_of_people_show_where_roles_hold(site: PlantUnderTest, admin: FlaskClient) -> None:
    given = {"grants": [{"role": "operator", "areas": ["dispensing"]}], "reason": "weighs only"}
    assert admin.post("/api/people/P-0001/roles", json=given).json["person"]["grants"] == given["grants"]
    line = admin.get("/api/people").json["items"][0]
    assert (line["roles"], line["grants"]) == (["operator"], given["grants"])


@pytest.mark.usefixtures("admin")
def test_tables_are_the_same_when_made_again_from_the_log_with_both_versions(site: PlantUnderTest) -> None:
    limit(site, "P-0001", "operator", "dispensing", "tabletting")
    old = {"person": "P-0002", "roles": ["planner"], "reason": "as before areas"}
    site.state("identity.roles_changed.v1", "person/P-0002", old, actor="admin")
    said = check(site.plant.engine, site.plant.log, site.plant.registry)
    assert said["differences"] == []
    with site.reading() as connection:
        person = queries.find_person(connection, "P-0002")
    assert person is not None
    assert person.grants == (Grant("planner"),)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_by_area_permits_there_what_it_permits_and_nothing_elsewhere(role: str) -> None:
    held = [Grant(role, ("a", "b"))]
    every = {permission for permissions in PERMISSIONS.values() for permission in permissions}
    for permission in every:
        has = permission in PERMISSIONS[role]
        assert grants.permits(held, permission, "a") is has
        assert grants.permits(held, permission) is has
        assert not grants.permits(held, permission, "c")
        assert grants.permits([Grant(role)], permission, "c") is has
        assert grants.limits(held, permission) == (["a", "b"] if has else [])
    assert grants.parse(grants.text([*held, Grant(role)])) == [*held, Grant(role)]


def test_only_who_manages_people_changes_areas(site: PlantUnderTest) -> None:
    for login in ("zhang", "chen", "li"):
        client = site.client(login)
        assert client.get("/api/areas").status_code == 200
        assert client.post("/api/areas/dispensing", json=DISPENSING).json["code"] == "not_permitted"
    assert site.entries(AREA_SET) == []
