"""A witness finds a server that sets a lot free of a supplier who is not approved for it, and whom nobody accepted."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest
from witness_support import Rig, Story

from server.identity.model import PERSON_ADDED
from server.materials.model import STATUS_CHANGED_V1
from server.materials.suppliers import model

pytestmark = pytest.mark.urs("PLT-18", "MAT-01")
PDF = b"%PDF-1.4 a certificate"
SHA = hashlib.sha256(PDF).hexdigest()


def sign(site: PlantUnderTest, path: str, **body: Any) -> None:
    answer = site.client("li").post(f"/api/{path}", json={"login": "li", "password": PASSWORD, "reason": "x", **body})
    assert answer.status_code == 201, answer.text


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """S-1 is approved for the material by now; lots of S-1, of S-2 and of nobody wait, and one that was accepted."""
    folder = tmp_path_factory.mktemp("suppliers")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    person = {"person": "ku", "login": "ku", "name": "库管", "name_en": "Keeper", "roles": ["keeper"]}
    site.state(PERSON_ADDED, "person/ku", person)
    said = {"material": "api-1", "name": {"zh": "料", "en": "M"}, "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", "material/api-1", said)
    for code in ("S-1", "S-2"):
        body = {"supplier": code, "name": {"zh": f"名{code}", "en": code}, "address": "Hefei", "contacts": []}
        assert site.client("ku").post("/api/suppliers", json=body).status_code == 201
    for lot, supplier in (("L-1", "名S-1"), ("L-2", "S-2"), ("L-3", None), ("L-4", "S-2")):
        given = {"material": "api-1", "lot": lot, "quantity": None, "supplier": supplier, "status": "quarantine"}
        given |= dict.fromkeys(("supplier_lot", "expiry", "containers"))
        assert site.state(model.RECEIVED, f"lot/api-1/{lot}", given).flags == (model.NOT_APPROVED,)
    site.client("li").put(f"/api/suppliers/S-1/files/{SHA}", data=PDF, content_type="application/pdf")
    evidence = [{"sha256": SHA, "name": "GMP.pdf"}]
    sign(site, "suppliers/S-1/decisions", status="qualified", valid_until="2099-01-01", evidence=evidence)
    sign(site, "suppliers/S-1/supplies", material="api-1", manufacturer="S-1", approved=True)
    sign(site, "lots/api-1/L-4/supplier")
    yield Story.of(site.plant)
    site.close()


def released(story: Story, lot: str, status: str = "released") -> Story:
    """The log with one more entry, as somebody with the server's key would write it."""
    said = {"material": "api-1", "lot": lot, "status": status, "reason": "tested"}
    pen = story.pen("server", story.signer)
    return story.then(pen.write(STATUS_CHANGED_V1, f"lot/api-1/{lot}", said, actor="P-0004"))


@pytest.mark.parametrize(("lot", "status"), [("L-1", "released"), ("L-4", "released"), ("L-2", "rejected")])
def test_what_qa_has_decided_or_refused_is_cosigned(rig: Rig, story: Story, lot: str, status: str) -> None:
    assert rig.show(released(story, lot, status)) == 200, rig.why


@pytest.mark.parametrize(("lot", "status"), [("L-2", "released"), ("L-3", "released"), ("L-2", "restricted")])
def test_a_lot_that_waits_is_not_set_free(rig: Rig, story: Story, lot: str, status: str) -> None:
    assert rig.show(released(story, lot, status)) == 422
    assert rig.found == ("lot_supplier_undecided", len(story.entries))
