"""A witness finds a server that prints labels uncounted, says something else on one, or by a design nobody approved."""

from collections.abc import Iterator
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest
from witness_support import Rig, Story

from server.materials.labels import model, queries

pytestmark = pytest.mark.urs("PLT-18", "MAT-11")
DESIGN, ABOUT = "container-100x70", "C-1"


def submit(site: PlantUnderTest, width: str) -> None:
    client, design = site.client("zhou"), queries.delivered()[DESIGN].design() | {"width": width}
    seen = client.post("/api/labels/templates/check", json={"template": DESIGN, **design}).json
    body = {**design, "version": seen["version"], "sha256": seen["sha256"], "reason": "x", "login": "zhou"}
    answer = client.post(f"/api/labels/templates/{DESIGN}/versions", json={**body, "password": PASSWORD})
    assert answer.status_code == 201, answer.text


def print_(site: PlantUnderTest, request: int, reason: str | None) -> None:
    body = {"request": f"0193f5f0-0000-7000-8000-{request:012d}", "what": "container", "names": [ABOUT]}
    body |= {"template": None, "format": "pdf", "reason": reason}
    answer = site.client("li").post("/api/labels/prints", json=body)
    assert answer.status_code == 201, answer.text


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A label by the delivered design, another by the first of the plant's own; its second version waits."""
    folder = tmp_path_factory.mktemp("labels")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    known = {"material": "M-1", "name": {"zh": "料", "en": "M"}, "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", "material/M-1", known)
    lot = {"material": "M-1", "lot": "L-1", "quantity": None, "status": "quarantine"}
    lot |= dict.fromkeys(("supplier", "supplier_lot", "expiry", "containers"))
    site.state("materials.lot_received.v1", "lot/M-1/L-1", lot)
    held = [{"container": ABOUT, "quantity": {"value": "25", "unit": "kg"}}]
    came = {"material": "M-1", "lot": "L-1", "containers": held}
    site.state("materials.containers_received.v1", "lot/M-1/L-1", came)
    print_(site, 1, None)
    submit(site, "101")
    version = site.client("li").get(f"/api/labels/templates/{DESIGN}").json["versions"][0]
    body = {"sha256": version["sha256"], "approved": True, "reason": "x", "login": "li", "password": PASSWORD}
    decided = site.client("li").post(f"/api/labels/templates/{DESIGN}/versions/1/decision", json=body)
    assert decided.status_code == 201, decided.text
    print_(site, 2, "Torn")
    submit(site, "102")
    yield Story.of(site.plant)
    site.close()


def test_labels_that_were_counted_are_cosigned_and_so_is_the_next(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why
    last = story.payloads(model.PRINTED_KIND)[1]
    following = {**last, "copy": 3, "request": "0193f5f0-0000-7000-8000-000000000003"}
    stream = model.stream("container", ABOUT)
    assert rig.show(story.stated(model.PRINTED_KIND, stream, following, "P-0004")) == 200, rig.why


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"copy": 2}, "label_copy_wrong"),
        ({"copy": 4}, "label_copy_wrong"),
        ({"reason": None}, "label_reason_missing"),
        ({"version": 2}, "label_template_stale"),
        ({"design": "0" * 64}, "label_template_stale"),
        ({"says": [{"name": "lot", "value": "L-2"}]}, "label_faulty"),
    ],
)
def test_a_print_that_cannot_be_is_found(rig: Rig, story: Story, change: dict[str, Any], code: str) -> None:
    last = {**story.payloads(model.PRINTED_KIND)[1], "copy": 3, **change}
    assert rig.show(story.stated(model.PRINTED_KIND, model.stream("container", ABOUT), last, "P-0004")) == 422
    assert rig.found == (code, len(story.entries))


def test_a_label_that_is_counted_where_nobody_counts_it_is_found(rig: Rig, story: Story) -> None:
    again = story.payloads(model.PRINTED_KIND)[1] | {"copy": 3, "request": "0193f5f0-0000-7000-8000-000000000003"}
    aside = story.stated(model.PRINTED_KIND, model.stream("container", "C-2"), again, "P-0004")
    assert rig.show(aside) == 422
    assert rig.found == ("stream_wrong", len(story.entries))


@pytest.mark.parametrize(
    ("change", "actor", "code"),
    [
        ({}, "P-0006", "label_template_own"),
        ({"sha256": "0" * 64}, "P-0004", "label_template_stale"),
        ({"version": 1}, "P-0004", "label_template_stale"),
        ({"approved": False}, "P-0004", "label_template_stale"),
    ],
)
def test_a_decision_on_a_design_that_cannot_be_is_found(
    rig: Rig, story: Story, change: dict[str, Any], actor: str, code: str
) -> None:
    [decided] = story.payloads(model.DECIDED_KIND)
    waiting = story.payloads(model.SUBMITTED_KIND)[1]
    payload = {**decided, "version": 2, "sha256": waiting["sha256"], **change}
    payload["signer"] = payload["signer"] | {"id": actor}
    assert rig.show(story.stated(model.DECIDED_KIND, model.template_stream(DESIGN), payload, actor)) == 422
    assert rig.found == (code, len(story.entries))
