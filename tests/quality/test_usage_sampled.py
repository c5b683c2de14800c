"""From a receipt to a released lot: sampled by the plan, received by the laboratory, tested, checked, signed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inspection_support import Sampling
from plant import PASSWORD
from specification_support import CODE, Json, approve, definition, numeric
from witness_support import Rig, Story

pytestmark = pytest.mark.urs("MAT-05", "QUA-02")
LOT = "lots/api-1/A-5/2"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Sampling]:
    made = Sampling(database_url, tmp_path)
    yield made
    made.close()


def page(site: Sampling) -> Json:
    found: Json = site.client("li").get(f"/api/{LOT}/usage").json
    return found


def unmet(site: Sampling) -> list[str]:
    return [gate["code"] for gate in page(site)["gates"] if not gate["met"]]


def sign(site: Sampling, login: str, path: str, body: Json) -> int:
    signed = {"login": login, "password": PASSWORD, **body}
    return int(site.client(login).post(f"/api/{LOT}/{path}", json=signed).status_code)


def test_a_lot_that_was_sampled_received_tested_and_checked_is_released_and_witnessed(
    site: Sampling, tmp_path: Path
) -> None:
    approve(site, definition(numeric()))
    site.receive("A-5/2", 2)
    site.label("A-5/2", "A-01", "A-02")
    assert unmet(site) == ["sampling", "results_complete"]
    sample = site.take("A-01", "A-02").json["sample"]
    assert unmet(site) == ["sampling", "results_complete"]
    assert site.hand(sample, "handed", to="qian").status_code == 201
    assert site.hand(sample, "received", by="qian").status_code == 201
    assert unmet(site) == ["results_complete"]
    answer = {"test": "assay", "value": "99.64", "text": None, "conforms": None}
    body = {"about": "lot/api-1/A-5/2", "stage": "incoming", "specification": CODE, "version": 1, "sample": sample}
    entry = site.client("zhao").post("/api/results", json={**body, "results": [answer]}).json["entry"]
    digest = page(site)["results"][0]["digest"]
    assert sign(site, "qian", "checks", {"entry": entry, "digest": digest, "comment": None}) == 201
    seen = page(site)
    said = {name: seen[name] for name in ("digest", "specification", "version", "inspection")}
    assert said["inspection"] is not None
    said |= {"status": "released", "conditions": None, "retest": "2099-01-31", "reason": None}
    assert sign(site, "li", "usage", said) == 201
    assert (page(site)["lot"]["status"], page(site)["lot"]["retest"]) == ("released", "2099-01-31")
    assert site.rebuilds()
    story = Story.of(site.plant)
    rig = Rig(tmp_path / "witness", story)
    assert rig.show(story) == 200, rig.why
    rig.folder.close()
