"""A witness finds a server that releases a lot which its results do not let go, or that anybody decides unsigned."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from plant import PASSWORD, PlantUnderTest
from specification_support import CODE, Json, approve, definition, numeric
from usage_support import decide, decision, signature
from witness_support import Rig, Story

from server.core import clock
from server.core.plant import Plant
from server.materials.model import STATUS_CHANGED, STATUS_CHANGED_V1
from server.quality.usage import model, queries
from server.site.model import UPGRADED_V1

pytestmark = pytest.mark.urs("PLT-18", "MAT-05")


def record(site: PlantUnderTest, lot: str, value: str) -> str:
    answer = {"test": "assay", "value": value, "text": None, "conforms": None}
    body = {"about": f"lot/api-1/{lot}", "stage": "incoming", "specification": CODE, "version": 1}
    done = site.client("zhao").post("/api/results", json={**body, "results": [answer]})
    assert done.status_code == 201, done.text
    return str(done.json["entry"])


def check(site: PlantUnderTest, lot: str, entry: str) -> None:
    page = site.client("li").get(f"/api/lots/api-1/{lot}/usage").json
    digest = next(one["digest"] for one in page["results"] if one["entry"] == entry)
    body = {"entry": entry, "digest": digest, "comment": None, "login": "qian", "password": PASSWORD}
    assert site.client("qian").post(f"/api/lots/api-1/{lot}/checks", json=body).status_code == 201


def answers(test: str, version: int) -> Json:
    line = {"test": test, "value": "99.0", "text": None, "conforms": None}
    return {"stage": "incoming", "specification": CODE, "version": version, "results": [line]}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Plant, Story]]:
    """L-1 may be released, L-2 was tested and not checked, L-3 fails, of L-4 a failed result was set aside;
    L-5 is, and L-6; of L-7 a failed result stands beside one that does not."""
    folder = tmp_path_factory.mktemp("usage")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    person = {"person": "qian", "login": "qian", "name": "钱", "name_en": None, "roles": ["qc"]}
    site.state("identity.person_added.v1", "person/qian", person)
    material = {"material": "api-1", "name": {"zh": "原料药", "en": "API"}, "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", "material/api-1", material)
    for lot in ("L-1", "L-2", "L-3", "L-4", "L-5", "L-6", "L-7"):
        given = {"material": "api-1", "lot": lot, "status": "quarantine"}
        given |= dict.fromkeys(("quantity", "supplier", "supplier_lot", "expiry", "containers"))
        site.state("materials.lot_received.v1", f"lot/api-1/{lot}", given)
    approve(site, definition(numeric()))
    for lot in ("L-1", "L-5"):
        check(site, lot, record(site, lot, "99.5"))
    record(site, "L-2", "99.5")
    check(site, "L-3", record(site, "L-3", "90.0"))
    first, later = record(site, "L-4", "90.0"), record(site, "L-4", "99.0")
    check(site, "L-4", later)
    aside = {"entry": first, "test": "assay", "instead": later, "reason": "OOS-7", "login": "li", "password": PASSWORD}
    assert site.client("li").post("/api/lots/api-1/L-4/set-aside", json=aside).status_code == 201
    decide(site.plant, "api-1", "L-5", "released", "P-0004")
    # What answers another version than the one in force corrects nothing, so that L-6 is what it was.
    good = record(site, "L-6", "99.5")
    check(site, "L-6", good)
    why = {"corrects": good, "reason": "typing error"}
    said = site.tablet().record(
        "quality.results_recorded.v2", "lot/api-1/L-6", answers("assay", 2), actor="zhao", **why
    )
    assert said.flags == ("specification_differs",)
    decide(site.plant, "api-1", "L-6", "released", "P-0004")
    for value in ("90.0", "99.0"):
        check(site, "L-7", record(site, "L-7", value))
    yield site.plant, Story.of(site.plant)
    site.close()


@pytest.fixture
def rig(tmp_path: Path, told: tuple[Plant, Story]) -> Iterator[Rig]:
    made = Rig(tmp_path / "witness", told[1])
    yield made
    made.folder.close()


def then(story: Story, kind: str, lot: str, payload: Json, actor: str) -> Story:
    """The log with one more entry, as somebody with the server's key would write it."""
    pen = story.pen("server", story.signer)
    return story.then(pen.write(kind, f"lot/api-1/{lot}", payload, actor=actor))


@pytest.mark.parametrize(
    ("lot", "status"), [("L-1", "released"), ("L-4", "released"), ("L-3", "rejected"), ("L-2", "restricted")]
)
def test_what_stands_there_and_lets_a_lot_go_is_cosigned(
    rig: Rig, told: tuple[Plant, Story], lot: str, status: str
) -> None:
    payload = decision(told[0], "api-1", lot, status, "P-0004")
    assert rig.show(then(told[1], STATUS_CHANGED, lot, payload, "P-0004")) == 200, rig.why


@pytest.mark.parametrize(
    ("lot", "person", "changes", "code"),
    [
        ("L-2", "P-0004", {}, "usage_blocked"),
        ("L-3", "P-0004", {}, "usage_blocked"),
        ("L-1", "P-0004", {"digest": "0" * 64}, "digest_stale"),
        ("L-1", "P-0004", {"version": None}, "digest_stale"),
        ("L-1", "P-0004", {"lot": "L-9"}, "stream_wrong"),
    ],
)
def test_a_release_that_something_stood_against_is_found(
    rig: Rig, told: tuple[Plant, Story], lot: str, person: str, changes: Json, code: str
) -> None:
    payload = decision(told[0], "api-1", lot, "released", person) | changes
    assert rig.show(then(told[1], STATUS_CHANGED, lot, payload, person)) == 422
    assert rig.found == (code, len(told[1].entries))


def test_an_unsigned_decision_by_a_person_is_found(rig: Rig, told: tuple[Plant, Story]) -> None:
    payload = {"material": "api-1", "lot": "L-1", "status": "released", "reason": "tested"}
    assert rig.show(then(told[1], STATUS_CHANGED_V1, "L-1", payload, "P-0004")) == 422
    assert rig.found == ("lot_decision_unsigned", len(told[1].entries))


@pytest.mark.parametrize("lot", ["L-3", "L-2", "L-7", "L-1"])
def test_a_lot_that_the_server_itself_sets_free_is_found(rig: Rig, told: tuple[Plant, Story], lot: str) -> None:
    payload = {"material": "api-1", "lot": lot, "status": "released", "reason": "decided elsewhere"}
    assert rig.show(then(told[1], STATUS_CHANGED_V1, lot, payload, "server")) == 422
    assert rig.found == ("lot_decision_unsigned", len(told[1].entries))


@pytest.mark.parametrize("status", ["rejected", "restricted", "expired"])
def test_the_server_may_stop_a_lot_unsigned(rig: Rig, told: tuple[Plant, Story], status: str) -> None:
    payload = {"material": "api-1", "lot": "L-1", "status": status, "reason": "decided elsewhere"}
    assert rig.show(then(told[1], STATUS_CHANGED_V1, "L-1", payload, "server")) == 200, rig.why


def test_an_earlier_version_set_lots_free_itself(rig: Rig, told: tuple[Plant, Story]) -> None:
    payload = {"material": "api-1", "lot": "L-1", "status": "released", "reason": "decided elsewhere"}
    story = told[1].upgraded(UPGRADED_V1)
    assert rig.show(then(story, STATUS_CHANGED_V1, "L-1", payload, "server")) == 200, rig.why


@pytest.mark.urs("QUA-03")
def test_a_release_after_a_correction_that_left_out_what_failed_is_found(rig: Rig, told: tuple[Plant, Story]) -> None:
    plant, story = told
    results = [entry for entry in story.entries if entry.head.kind == "quality.results_recorded.v3"]
    failed = next(one.head.id for one in results if one.head.stream == "lot/api-1/L-7")
    why = {"corrects": failed, "reason": "typing error", "actor": "P-0005"}
    pen = story.pen("server", story.signer)
    hidden = story.then(pen.write("quality.results_recorded.v2", "lot/api-1/L-7", answers("x", 1), **why))
    with plant.engine.connect() as connection:
        facts = queries.facts(connection, "api-1", "L-7", clock.now_text()[:10])
    assert facts is not None
    stamp = hidden.entries[-1].stamp
    digest = replace(facts, size=stamp.stream_seq, hash=stamp.stream_hash).digest
    payload = decision(plant, "api-1", "L-7", "released", "P-0004", digest=digest)
    assert rig.show(then(hidden, STATUS_CHANGED, "L-7", payload, "P-0004")) == 422
    assert rig.found == ("usage_blocked", len(story.entries) + 1)


@pytest.mark.urs("QUA-03")
def test_a_check_by_who_recorded_it_is_found(rig: Rig, told: tuple[Plant, Story]) -> None:
    plant, story = told
    results = [entry for entry in story.entries if entry.head.kind == "quality.results_recorded.v3"]
    [entry] = [one.head.id for one in results if one.head.stream == "lot/api-1/L-2"]
    checked = {"entry": entry, "digest": "0" * 64, "comment": None, "meaning": model.CHECK_MEANING}
    forged = then(story, model.CHECKED, "L-2", checked | signature(plant, "P-0005"), "P-0005")
    assert rig.show(forged) == 422
    assert rig.found == ("usage_own_work", len(story.entries))


@pytest.mark.urs("QUA-03")
def test_a_result_put_aside_without_a_retest_is_found(rig: Rig, told: tuple[Plant, Story]) -> None:
    plant, story = told
    results = [entry for entry in story.entries if entry.head.kind == "quality.results_recorded.v3"]
    [failed] = [one.head.id for one in results if one.head.stream == "lot/api-1/L-3"]
    aside = {"entry": failed, "test": "assay", "instead": failed, "reason": "x", "meaning": model.ASIDE_MEANING}
    forged = then(story, model.SET_ASIDE, "L-3", aside | signature(plant, "P-0004"), "P-0004")
    assert rig.show(forged) == 422
    assert rig.found == ("result_not_replaceable", len(story.entries))
