"""Suppliers: registered, qualified on evidence, approved for materials; what others deliver waits for QA."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest
from usage_support import decide

from server.alerts import sweeps
from server.core import clock, rebuild
from server.core.errors import PestleError
from server.identity.model import PERSON_ADDED
from server.materials import queries as materials

pytestmark = pytest.mark.urs("MAT-01")
Json = dict[str, Any]
PDF = b"%PDF-1.4 a certificate"
SHA = hashlib.sha256(PDF).hexdigest()
TODAY = clock.now_text()[:10]
LATER = (clock.now() + timedelta(days=400)).date().isoformat()


class Store(PlantUnderTest):
    """A site whose keeper registers suppliers and receives their goods."""

    def register(self, code: str = "S-HY", zh: str = "华原药业") -> Any:
        contact = {"name": "Zhou", "phone": "+86 551 1", "email": None}
        body = {"supplier": code, "name": {"zh": zh, "en": f"{code} Ltd"}, "address": "Hefei", "contacts": [contact]}
        return self.client("ku").post("/api/suppliers", json=body)

    def sign(self, path: str, body: Json, login: str = "li") -> Any:
        return self.client(login).post(f"/api/{path}", json={"login": login, "password": PASSWORD, **body})

    def qualify(self, code: str = "S-HY", until: str | None = LATER, **more: Any) -> Any:
        self.client("li").put(f"/api/suppliers/{code}/files/{SHA}", data=PDF, content_type="application/pdf")
        body = {"status": "qualified", "valid_until": until, "evidence": [{"sha256": SHA, "name": "GMP.pdf"}]}
        return self.sign(f"suppliers/{code}/decisions", {**body, "reason": "Audit", **more})

    def suspend(self, code: str = "S-HY") -> Any:
        return self.qualify(code, None, status="suspended", evidence=[])

    def allow(self, approved: bool = True, code: str = "S-HY", maker: str = "S-HY", material: str = "api-1") -> Any:
        body = {"material": material, "manufacturer": maker, "approved": approved, "reason": "Three lots"}
        return self.sign(f"suppliers/{code}/supplies", body)

    def receive(self, lot: str, supplier: str | None, material: str = "api-1", status: str = "quarantine") -> Any:
        given = {"material": material, "lot": lot, "quantity": {"value": "5", "unit": "kg"}, "supplier": supplier}
        given |= dict.fromkeys(("supplier_lot", "expiry", "containers"))
        return self.state("materials.lot_received.v1", f"lot/{material}/{lot}", {**given, "status": status}).flags

    def release(self, lot: str) -> str | None:
        """The code with which it was refused."""
        said = {"material": "api-1", "lot": lot, "status": "released", "reason": "tested"}
        try:
            self.state("materials.lot_status_changed.v1", f"lot/api-1/{lot}", said)
        except PestleError as error:
            return error.code
        return None


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Store]:
    made = Store(database_url, tmp_path)
    person = {"person": "ku", "login": "ku", "name": "库管", "name_en": "Keeper", "roles": ["keeper"]}
    made.state(PERSON_ADDED, "person/ku", person)
    for code, kind in (("api-1", "raw"), ("mix-1", "intermediate")):
        said = {"material": code, "name": {"zh": "料", "en": "M"}, "type": kind, "unit": "kg"}
        made.state("materials.material_defined.v1", f"material/{code}", said)
    yield made
    clock.use_system()
    made.close()


FLAGGED = ("supplier_not_approved",)


def test_a_supplier_is_registered_qualified_and_approved_for_a_material(site: Store) -> None:
    assert site.register().status_code == 201
    assert site.qualify().status_code == 201
    answer = site.allow()
    assert answer.status_code == 201, answer.text
    assert (answer.json["status"], answer.json["valid_until"]) == ("qualified", LATER)
    [pair] = answer.json["supplies"]
    assert (pair["material"], pair["manufacturer"], pair["approved"]) == ("api-1", "S-HY", True)
    assert pair["decided_by"]["id"] == "P-0004"
    [line] = site.client("zhang").get("/api/suppliers").json["items"]
    assert (line["supplier"], line["materials"], line["status"]) == ("S-HY", 1, "qualified")
    file = site.client("zhang").get(f"/api/suppliers/S-HY/files/{SHA}")
    assert (file.data, file.mimetype) == (PDF, "application/pdf")
    # What somebody else made is saved, and opened by no browser of the plant's own accord.
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert (file.headers["X-Content-Type-Options"], file.headers["Cache-Control"]) == ("nosniff", "private, no-store")
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert site.register(zh="华原").json["name"]["zh"] == "华原"
    assert site.register(zh="华原").json["status"] == "qualified"
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_site_without_a_register_takes_from_anybody(site: Store) -> None:
    assert site.receive("L-1", "anybody") == ()
    assert site.release("L-1") is None


def test_what_comes_from_others_is_flagged_and_stays_in_quarantine_until_qa_has_decided(site: Store) -> None:
    site.register()
    site.qualify()
    site.allow()
    assert site.receive("L-1", "S-HY") == ()
    assert site.receive("L-2", "华原药业") == ()
    assert site.receive("L-3", "Nobody") == FLAGGED
    assert site.receive("L-4", None) == FLAGGED
    assert site.receive("L-5", None, "mix-1") == ()
    assert site.receive("L-6", "Nobody", status="historical") == ()
    assert [site.release(lot) for lot in ("L-1", "L-3")] == [None, "lot_supplier_undecided"]
    view = site.client("li").get("/api/lots/api-1/L-3/supplier").json
    assert (view["waits"], view["accepted"], view["code"]) == (True, False, None)
    accepted = site.sign("lots/api-1/L-3/supplier", {"reason": "Shortage, fully tested"})
    assert accepted.status_code == 201, accepted.text
    assert (accepted.json["waits"], accepted.json["decided_by"]["id"]) == (False, "P-0004")
    assert site.release("L-3") is None
    assert site.sign("lots/api-1/L-1/supplier", {"reason": "x"}).json["code"] == "delivery_not_waiting"
    with site.reading() as connection:
        found = materials.find_lot(connection, "api-1", "L-4")
    assert found is not None
    assert found.status == "quarantine"
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_rejected_lot_needs_no_word_about_its_supplier(site: Store) -> None:
    site.register()
    assert site.receive("L-1", "S-HY") == FLAGGED
    decide(site.plant, "api-1", "L-1", "rejected", "P-0004")
    assert site.receive("L-2", "S-HY") == FLAGGED


def test_approving_the_supplier_later_sets_its_lots_free(site: Store) -> None:
    site.register()
    assert site.receive("L-1", "S-HY") == FLAGGED
    assert site.release("L-1") == "lot_supplier_undecided"
    site.qualify()
    assert site.release("L-1") == "lot_supplier_undecided"
    site.allow()
    assert site.client("li").get("/api/lots/api-1/L-1/supplier").json["waits"] is False
    assert site.release("L-1") is None


def test_who_is_suspended_or_whose_maker_is_delivers_no_more(site: Store) -> None:
    for code in ("S-HY", "M-1"):
        site.register(code, f"名{code}")
        site.qualify(code)
    assert site.allow(maker="M-1").status_code == 201
    assert site.receive("L-1", "S-HY") == ()
    assert site.receive("L-2", "M-1") == FLAGGED
    assert site.suspend("M-1").json["status"] == "suspended"
    assert site.receive("L-3", "S-HY") == FLAGGED
    assert site.allow(maker="M-1").json["code"] == "supplier_not_qualified"
    assert site.allow(False, maker="M-1").json["supplies"][0]["approved"] is False


def test_a_qualification_ends_by_itself(site: Store) -> None:
    site.register()
    site.qualify(until=TODAY)
    site.allow()
    assert site.receive("L-1", "S-HY") == ()
    site.advance(days=2)
    assert site.receive("L-2", "S-HY") == FLAGGED
    assert site.client("ku").get("/api/suppliers/S-HY").json["status"] == "expired"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"until": "2020-01-01"}, "supplier_end_wrong"),
        ({"until": None}, "supplier_end_wrong"),
        ({"evidence": []}, "supplier_evidence_missing"),
        ({"evidence": [{"sha256": "0" * 64, "name": "x"}]}, "not_found"),
        ({"password": "wrong"}, "password_wrong"),
        ({"code": "S-NO"}, "supplier_unknown"),
    ],
)
def test_a_qualification_that_cannot_be_is_refused(site: Store, change: Json, code: str) -> None:
    site.register()
    site.qualify(until="2020-01-01")
    assert site.qualify(**change).json["code"] == code
    assert site.client("li").get("/api/suppliers/S-HY").json["status"] == "new"


def test_only_qa_decides_and_only_store_and_planning_register(site: Store) -> None:
    site.register()
    assert site.client("li").post("/api/suppliers", json={}).status_code == 403
    for login in ("zhou", "ku"):
        assert site.sign("suppliers/S-HY/decisions", {}, login).status_code == 403
        assert site.sign("suppliers/S-HY/supplies", {}, login).status_code == 403
    assert site.allow(material="none").json["code"] == "material_not_known"
    assert site.allow(maker="S-NO").json["code"] == "supplier_unknown"


def test_qa_is_told_at_home_and_by_an_alert_before_a_qualification_ends_and_of_lots_that_wait(site: Store) -> None:
    site.register()
    site.qualify(until=(clock.now() + timedelta(days=30)).date().isoformat())
    site.receive("L-1", "Nobody")
    items = site.client("li").get("/api/home/tasks").json["items"]
    told = {(one["code"], one["about"], one["state"]) for one in items}
    assert {("lot_supplier", "L-1", "blocked"), ("supplier_ends", "S-HY", "due")} <= told
    with site.reading() as connection:
        [raised] = sweeps.SWEEPS["supplier_expiring"](connection, site.plant, clock.now())
    assert (raised.link, raised.details["name"]["zh"]) == ("/suppliers/S-HY", "华原药业")
    with site.reading() as connection:
        assert [*sweeps.SWEEPS["supplier_expiring"](connection, site.plant, clock.now() - timedelta(days=40))] == []
