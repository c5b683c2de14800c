"""Roles that sign are granted by two: wanted by an administrator, confirmed by who signs as much (IDN-08)."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from plant import PASSWORD, PlantUnderTest

from server.core import rebuild
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import accounts, granting, granting_entries, queries
from server.identity.granting import Standing
from server.identity.model import (
    AREA_SET,
    GRANT_CONFIRMED,
    GRANT_DECLINED,
    PERMISSIONS,
    PERSON_ADDED,
    PERSON_ADDED_V2,
    ROLES,
    ROLES_CHANGED,
    ROLES_CHANGED_V2,
    ROLES_CHANGED_V3,
    SIGNS,
    Grant,
)

pytestmark = pytest.mark.urs("IDN-08")
QA = [{"role": "qa", "areas": None}]
GHOST = {"login": "ghost", "name": "鬼", "name_en": "Ghost", "grants": QA}
BOTH = {"login": "li", "password": PASSWORD}


@pytest.fixture
def admin(site: PlantUnderTest) -> FlaskClient:
    return site.client("admin")


def waits(client: FlaskClient) -> list[tuple[str, list[dict[str, Any]], str, bool]]:
    items = client.get("/api/people/waiting").get_json()["items"]
    return [(one["person"]["id"], one["grants"], one["by"]["id"], one["mine"]) for one in items]


def confirm(client: FlaskClient, person: str = "P-0008", grants: Any = None, **proof: Any) -> tuple[int, str | None]:
    body = {"grants": grants or QA, **BOTH, **proof}
    answer = client.post(f"/api/people/{person}/grants/confirm", json=body)
    return answer.status_code, (answer.get_json() or {}).get("code")


def test_whoever_an_administrator_makes_up_is_nobody_until_a_second_person_has_signed(
    site: PlantUnderTest, admin: FlaskClient
) -> None:
    added = admin.post("/api/people", json=GHOST)
    assert (added.status_code, added.get_json()["person"]["roles"], added.get_json()["waiting"]) == (201, [], QA)
    given = admin.post("/api/people/P-0008/password").get_json()["password"]
    # A day and more later, as one who waits for the bar of given passwords to end.
    site.advance(hours=25)
    thief = site.client()
    refusal = thief.post("/api/session", json={"login": "ghost", "password": given})
    assert (refusal.status_code, refusal.get_json()["code"]) == (401, "login_wrong")
    qa = site.client("li")
    assert waits(qa) == [("P-0008", QA, "P-0007", True)]
    assert waits(site.client("admin")) == [("P-0008", QA, "P-0007", False)]
    assert confirm(qa) == (204, None)
    assert waits(qa) == []
    with site.reading() as connection:
        assert queries.permitted(connection, "P-0008", "batch.release")
    [entry] = site.entries(GRANT_CONFIRMED)
    said = {"signer": {"id": "P-0004", "name": "李琳", "name_en": "Li Lin"}, "components": 2, "method": "password"}
    assert {name: entry.body[name] for name in said} == said
    assert (entry.head.actor, entry.body["person"], entry.body["grants"]) == ("P-0004", "P-0008", QA)


def test_none_but_a_second_person_who_signs_as_much_confirms(site: PlantUnderTest, admin: FlaskClient) -> None:
    admin.post("/api/people", json=GHOST)
    for login in ("admin", "chen", "zhang", "zhao"):
        assert confirm(site.client(login), **(BOTH | {"login": login})) == (403, "not_permitted"), login
    qa = site.client("li")
    assert confirm(qa, password="wrong wrong wrong") == (403, "password_wrong")
    assert confirm(qa, grants=[{"role": "qa", "areas": ["x"]}]) == (409, "grants_stale")
    assert confirm(qa, person="P-0001") == (409, "nothing_to_confirm")
    # Somebody whose own roles sign in one area only cannot hand on more than they have.
    site.state(AREA_SET, "site", {"area": "old", "name": {"zh": "o", "en": "o"}, "places": [], "reason": "plan"})
    accounts.add_person(site.plant, "half", "半", None, [Grant("qa", ("old",))])
    half = site.client()
    accounts.set_password(site.plant, "P-0009", PASSWORD)
    assert half.post("/api/session", json={"login": "half", "password": PASSWORD}).status_code == 200
    assert waits(half) == [("P-0008", QA, "P-0007", False)]
    assert confirm(half, login="half") == (403, "not_permitted")
    assert site.entries(GRANT_CONFIRMED) == []


def test_who_was_just_given_a_password_confirms_nobody(site: PlantUnderTest, admin: FlaskClient) -> None:
    """Else an administrator would confirm, in the name of the QA person whose password was reset."""
    admin.post("/api/people", json=GHOST)
    given = admin.post("/api/people/P-0004/password").get_json()["password"]
    thief = site.client()
    assert thief.post("/api/session", json={"login": "li", "password": given}).status_code == 200
    thief.post("/api/session/password", json={"password": given, "new": PASSWORD})
    assert confirm(thief) == (403, "signing_barred")


def test_a_role_that_is_widened_holds_meanwhile_where_it_did(site: PlantUnderTest, admin: FlaskClient) -> None:
    for area in ("old", "new"):
        site.state(AREA_SET, "site", {"area": area, "name": {"zh": area, "en": area}, "places": [], "reason": "plan"})
    accounts.add_person(site.plant, "half", "半", None, [Grant("qa", ("old",)), Grant("qc")])
    wanted = [{"role": "qa", "areas": ["new", "old"]}]
    given = admin.post("/api/people/P-0008/roles", json={"grants": wanted, "reason": "more rooms"}).get_json()
    assert (given["person"]["grants"], given["waiting"]) == ([{"role": "qa", "areas": ["old"]}], wanted)
    # Less than is held needs nobody else, and what waited for the person waits no longer.
    less = {"grants": [{"role": "qa", "areas": ["old"]}], "reason": "as before"}
    assert admin.post("/api/people/P-0008/roles", json=less).get_json()["waiting"] == []
    assert waits(admin) == []
    admin.post("/api/people/P-0008/roles", json={"grants": wanted, "reason": "more rooms"})
    assert confirm(site.client("li"), grants=wanted) == (204, None)
    with site.reading() as connection:
        assert granting_entries.standing(connection, "P-0008") == Standing((Grant("qa", ("new", "old")),))


def test_what_waits_is_declined_or_taken_back(site: PlantUnderTest, admin: FlaskClient) -> None:
    for login in ("li", "admin"):
        admin.post("/api/people", json={**GHOST, "login": f"ghost-{login}"})
        [(person, *_)] = waits(admin)
        answer = site.client(login).post(f"/api/people/{person}/grants/decline", json={"reason": "nobody knows them"})
        assert answer.status_code == 204
        again = site.client(login).post(f"/api/people/{person}/grants/decline", json={"reason": "again"})
        assert again.get_json()["code"] == "nothing_to_confirm"
        assert confirm(site.client("li"), person=person) == (409, "nothing_to_confirm")
    assert len(site.entries(GRANT_DECLINED)) == 2


def test_no_entry_of_an_administrator_grants_alone_what_signs(site: PlantUnderTest) -> None:
    """Neither as it is written today nor as it was before."""
    names = {"person": "P-0008", "login": "ghost", "name": "鬼", "name_en": None}
    changed = {"person": "P-0005", "reason": "more work"}
    for kind, person, payload in (
        (PERSON_ADDED, "P-0008", {**names, "roles": ["qa"]}),
        (PERSON_ADDED_V2, "P-0008", {**names, "grants": QA}),
        ("identity.person_added.v3", "P-0008", {**names, "grants": QA, "waiting": []}),
        (ROLES_CHANGED, "P-0005", {**changed, "roles": ["qa"]}),
        (ROLES_CHANGED_V2, "P-0005", {**changed, "grants": QA}),
        (ROLES_CHANGED_V3, "P-0005", {**changed, "grants": QA, "waiting": []}),
    ):
        with pytest.raises(PestleError) as caught:
            site.plant.recorder.state(Fact(kind, f"person/{person}", payload, actor="P-0007"))
        assert caught.value.code == "grant_needs_second", kind
    # What one holds already stays, whoever says it.
    accounts.change_roles(site.plant, "P-0004", ["qa", "qc"], "and tests", actor="P-0007")
    with site.reading() as connection:
        assert queries.permitted(connection, "P-0004", "results.record")


def test_the_console_grants_alone_and_says_so(site: PlantUnderTest) -> None:
    person = accounts.add_person(site.plant, "second", "二", None, ["qa"])
    assert (person.roles, site.entries("identity.person_added.v3")[-1].head.actor) == (("qa",), "server")


def test_roles_that_exclude_each_other_do_not_wait_together(site: PlantUnderTest, admin: FlaskClient) -> None:
    body = {"grants": [*QA, {"role": "operator", "areas": None}], "reason": "both"}
    assert admin.post("/api/people/P-0005/roles", json=body).get_json()["code"] == "roles_conflict"


def test_an_area_is_not_withdrawn_while_a_role_waits_for_it(site: PlantUnderTest, admin: FlaskClient) -> None:
    site.state(AREA_SET, "site", {"area": "old", "name": {"zh": "o", "en": "o"}, "places": [], "reason": "plan"})
    admin.post("/api/people", json={**GHOST, "grants": [{"role": "qa", "areas": ["old"]}]})
    with pytest.raises(PestleError) as caught:
        accounts.withdraw_area(site.plant, "old", "no more")
    assert (caught.value.code, caught.value.details) == ("area_in_use", {"people": ["P-0008"]})


def test_a_rebuild_tells_the_same_waiting_roles(site: PlantUnderTest, admin: FlaskClient) -> None:
    admin.post("/api/people", json=GHOST)
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_each_permission_is_known_to_sign_or_not_to() -> None:
    """A permission that is new to the table is to be thought of here: whoever signs with it is granted it by two."""
    quiet = {"batch.read", "batch.work", "lot.read", "lot.receive", "order.release", "results.record", "log.read"}
    quiet |= {"material.issue", "stock.move"}
    quiet |= {"device.enrol", "device.revoke", "people.manage", "quarantine.read", "material.manage"}
    quiet |= {"equipment.manage", "recipe.design", "training.read", "training.grant", "training.manage", "forms.fill"}
    quiet |= {"forms.design", "flows.design", "flows.manage", "flows.work", "specification.design"}
    quiet |= {"requisition.raise", "requisition.approve", "supplier.manage", "purchase.place", "purchase.approve"}
    quiet |= {"stock.manage", "stock.move", "stock.approve", "sample.take", "yield.explain", "environment.manage"}
    # Quality reviews what production has reviewed, and releases: that signature is granted by two.
    quiet |= {"production.review"}
    assert {one for role in ROLES for one in PERMISSIONS[role]} - quiet == set(SIGNS)
    assert [role for role in ROLES if granting.signing(role)] == ["qa"]
