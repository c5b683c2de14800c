"""The usage decision: what must stand before a lot is released, who may sign that, and that a lot can be stopped."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest
from receiving_support import received
from specification_support import CODE, Json, approve, choice, conform, definition, numeric
from usage_support import decide

from server.core import clock, rebuild
from server.core.errors import PestleError
from server.identity.model import PERSON_ADDED
from server.materials import queries as materials
from server.materials.model import STATUS_CHANGED, STATUS_CHANGED_V1
from server.materials.stock import queries as stock
from server.quality.usage import queries

pytestmark = pytest.mark.urs("MAT-05", "QUA-03")
LOT = "lots/api-1/A-5/2"
SAID = {"material": "api-1", "reason": "as found"}
TODAY = clock.now_text()[:10]
GOOD = [("assay", "99.64"), ("appearance", "white"), ("identification", "blue")]


class Laboratory(PlantUnderTest):
    """A lot in quarantine, a specification in force, a second analyst, and one who holds both roles."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        for login, roles in (("qian", ["qc"]), ("both", ["qa", "qc"]), ("he", ["qa"])):
            person = {"person": login, "login": login, "name": login, "name_en": None, "roles": roles}
            self.state(PERSON_ADDED, f"person/{login}", person)
        material = {"material": "api-1", "name": {"zh": "原料药", "en": "API"}, "type": "raw", "unit": "kg"}
        self.state("materials.material_defined.v1", "material/api-1", material)
        self.receive("A-5/2")

    def receive(self, lot: str, **more: Any) -> None:
        given = {"material": "api-1", "lot": lot, "status": "quarantine"}
        given |= dict.fromkeys(("quantity", "supplier", "supplier_lot", "expiry", "containers"))
        self.state("materials.lot_received.v1", f"lot/api-1/{lot}", given | more)

    def record(self, *lines: tuple[str, str], by: str = "zhao", path: str = LOT) -> str:
        about = path.replace("lots/", "lot/", 1)
        body = {"about": about, "stage": "incoming", "specification": CODE, "version": 1}
        answer = self.client(by).post("/api/results", json={**body, "results": [_line(*one) for one in lines]})
        assert answer.status_code == 201, answer.text
        return str(answer.json["entry"])

    def page(self, by: str = "li", path: str = LOT) -> Json:
        found: Json = self.client(by).get(f"/api/{path}/usage").json
        return found

    def sign(self, path: str, by: str, body: Json) -> Any:
        return self.client(by).post(f"/api/{path}", json={"login": by, "password": PASSWORD, **body})

    def check(self, entry: str, by: str = "qian", **more: Any) -> Any:
        digest = next(one["digest"] for one in self.page()["results"] if one["entry"] == entry)
        return self.sign(f"{LOT}/checks", by, {"entry": entry, "digest": digest, "comment": None, **more})

    def decide(self, status: str = "released", by: str = "li", path: str = LOT, **more: Any) -> Any:
        page = self.page(by, path)
        body = {name: page[name] for name in ("specification", "version", "inspection", "digest")}
        body |= {"status": status, "conditions": None, "retest": None, "reason": None}
        return self.sign(f"{path}/usage", by, body | more)

    def tested(self) -> None:
        assert self.check(self.record(*GOOD)).status_code == 201

    def status(self, lot: str = "A-5/2") -> str:
        with self.reading() as connection:
            found = materials.find_lot(connection, "api-1", lot)
        assert found is not None
        return found.status


def _line(test: str, found: str) -> Json:
    if test in ("assay", "water"):
        return {"test": test, "value": found, "text": None, "conforms": None}
    return {"test": test, "value": None, "text": found, "conforms": True if test == "identification" else None}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Laboratory]:
    made = Laboratory(database_url, tmp_path)
    yield made
    made.close()


def open_gates(page: Json) -> list[str]:
    return [gate["code"] for gate in page["gates"] if not gate["met"]]


def test_a_lot_whose_tests_are_all_recorded_checked_and_within_limits_is_released(site: Laboratory) -> None:
    assert open_gates(site.page()) == ["specification"]
    approve(site)
    assert open_gates(site.page()) == ["results_complete"]
    entry = site.record(*GOOD)
    assert open_gates(site.page()) == ["results_checked"]
    assert site.check(entry).status_code == 201
    page = site.page()
    assert open_gates(page) == []
    assert [(one["test"], one["by"]["id"], one["checked"]["by"]["id"]) for one in page["results"]] == [
        ("assay", "P-0005", "qian"),
        ("appearance", "P-0005", "qian"),
        ("identification", "P-0005", "qian"),
    ]
    answer = site.decide()
    assert answer.status_code == 201, answer.text
    assert (answer.json["lot"]["status"], site.status()) == ("released", "released")
    [decision] = answer.json["decisions"]
    assert (decision["by"]["id"], decision["signed"]) == ("P-0004", True)
    [said] = site.payloads(STATUS_CHANGED)
    assert (said["meaning"]["code"], said["specification"], said["components"]) == ("released", CODE, 2)
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_nothing_is_released_that_something_stands_against(site: Laboratory) -> None:
    def refused() -> list[str]:
        answer = site.decide()
        assert (answer.status_code, answer.json["code"]) == (409, "usage_blocked"), answer.text
        return [gate["code"] for gate in answer.json["details"]["open"]]

    assert refused() == ["specification"]
    approve(site)
    assert refused() == ["results_complete"]
    entry = site.record(("assay", "97.9"), *GOOD[1:])
    assert refused() == ["results_pass", "results_checked"]
    site.check(entry)
    assert refused() == ["results_pass"]
    assert site.status() == "quarantine"
    assert site.entries(STATUS_CHANGED) == []


def test_a_lot_that_failed_is_rejected_stays_so_and_is_offered_nowhere(site: Laboratory) -> None:
    approve(site)
    rows = [{"container": f"C-{n}", "quantity": {"value": "5.000", "unit": "kg"}} for n in (1, 2)]
    for lot, row in zip(("A-5/2", "A-5/3"), rows, strict=True):
        if lot == "A-5/3":
            site.receive(lot)
        said = {"material": "api-1", "lot": lot, "containers": [row]}
        site.state("materials.containers_received.v1", f"lot/api-1/{lot}", said)

    def offered() -> list[str]:
        with site.reading() as connection:
            return [one.container for one in stock.propose(connection, "api-1", None, TODAY)]

    site.state(STATUS_CHANGED_V1, "lot/api-1/A-5/3", {**SAID, "lot": "A-5/3", "status": "released"})
    assert offered() == ["C-2"]
    site.record(("assay", "97.9"))
    assert site.decide("rejected", reason="Assay too low").status_code == 201
    assert site.status() == "rejected"
    assert site.decide("released").json["code"] == "lot_status_refused"
    assert offered() == ["C-2"]
    assert site.decide("rejected", path="lots/api-1/A-5/3", reason="Complaint").status_code == 201
    assert offered() == []


def test_a_lot_can_be_stopped_at_once_whatever_its_results_say(site: Laboratory) -> None:
    approve(site)
    site.tested()
    site.decide()
    assert site.decide("restricted").json["code"] == "lot_decision_wrong"
    answer = site.decide("restricted", conditions="Only for trials", reason="Complaint")
    assert answer.status_code == 201, answer.text
    assert answer.json["decisions"][0]["conditions"] == "Only for trials"
    assert site.decide("rejected", by="both", reason="Confirmed").status_code == 201


@pytest.mark.urs("IDN-08")
def test_who_tested_or_checked_releases_nothing_of_it(site: Laboratory) -> None:
    approve(site)
    entry = site.record(*GOOD)
    assert site.check(entry, "zhao").json["code"] == "usage_own_work"
    assert site.check(entry, "both").status_code == 201
    answer = site.decide(by="both")
    assert [gate["code"] for gate in answer.json["details"]["open"]] == ["independent"]
    assert site.decide(by="li").status_code == 201


def test_what_has_changed_since_it_was_shown_is_signed_by_nobody(site: Laboratory) -> None:
    approve(site)
    site.tested()
    shown = site.page()["digest"]
    site.record(("assay", "99.7"))
    assert site.decide(digest=shown).json["code"] == "digest_stale"
    assert site.decide(version=None).json["code"] == "digest_stale"
    # A result that a tablet recorded, which nobody may, counts against a lot and never for it.
    entry = site.record(("assay", "99.7"))
    wrong = site.check(entry, digest="0" * 64)
    assert wrong.json["code"] == "digest_stale"
    assert site.check(entry).status_code == 201
    assert site.check(entry).json["code"] == "results_not_unchecked"


def test_what_somebody_recorded_who_may_not_stands_for_nothing_and_against_the_lot(site: Laboratory) -> None:
    approve(site)
    answer = {"test": "assay", "value": "99.0", "text": None, "conforms": None}
    given = {"stage": "incoming", "specification": CODE, "version": 1, "results": [answer]}
    tablet = site.tablet()
    tablet.record("quality.results_recorded.v2", "lot/api-1/A-5/2", given, actor="zhang")
    assert site.page()["gates"][1]["details"] == ["assay", "appearance", "identification"]
    failed = {**given, "results": [{**answer, "value": "90.0"}]}
    tablet.record("quality.results_recorded.v2", "lot/api-1/A-5/2", failed, actor="zhang")
    assert site.page()["gates"][2]["details"] == ["assay"]


def test_a_retest_does_not_outdo_the_original_until_qa_says_what_was_found(site: Laboratory) -> None:
    approve(site)
    first = site.record(("assay", "97.9"), *GOOD[1:])
    aside = {"entry": first, "test": "assay", "instead": first, "reason": "Injector leaked, OOS-7"}
    assert site.sign(f"{LOT}/set-aside", "li", aside).json["code"] == "result_not_replaceable"
    again = site.record(("assay", "99.4"))
    for entry in (first, again):
        site.check(entry)
    assert open_gates(site.page()) == ["results_pass"]
    assert site.sign(f"{LOT}/set-aside", "both", aside | {"instead": again}).status_code == 201
    page = site.page()
    assert (open_gates(page), page["results"][0]["aside"]["reason"]) == ([], "Injector leaked, OOS-7")
    assert len(page["results"]) == 4
    assert site.sign(f"{LOT}/set-aside", "li", aside | {"instead": again}).json["code"] == "result_not_replaceable"
    assert site.decide().status_code == 201
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_of_one_test_twice_in_an_entry_the_one_that_fails_is_set_aside(site: Laboratory) -> None:
    numbers = {"name": None, "low": "95.0", "high": "105.0"}
    found = [("99.0", "pass"), ("94.0", "fail")]
    lines = [
        {"test": "assay", "value": {"value": value, "unit": "%"}, "verdict": verdict, **numbers}
        for value, verdict in found
    ]
    given = {"stage": "incoming", "results": lines, "source": None}
    first = site.state("quality.results_recorded.v1", "lot/api-1/A-5/2", given, actor="zhao").id
    approve(site)
    aside = {"entry": first, "test": "assay", "instead": site.record(("assay", "99.4")), "reason": "OOS-7"}
    assert site.sign(f"{LOT}/set-aside", "li", aside).status_code == 201


@pytest.mark.urs("MAT-07")
def test_a_released_lot_is_tested_again_before_its_retest_day_moves(site: Laboratory) -> None:
    approve(site)
    site.tested()
    assert site.decide(retest="2020-01-01").json["code"] == "lot_retest_wrong"
    assert site.decide(retest="2099-01-01").status_code == 201
    assert site.decide().json["code"] == "lot_status_refused"
    assert site.decide(retest="2099-06-01").json["code"] == "usage_blocked"
    site.tested()
    assert site.decide(retest="2099-06-01").status_code == 201
    assert [one["retest"] for one in site.page()["decisions"]] == ["2099-06-01", "2099-01-01"]


def test_nor_does_its_retest_day_move_by_restricting_it_in_between(site: Laboratory) -> None:
    approve(site)
    site.tested()
    assert site.decide(retest="2099-01-01").status_code == 201
    assert site.decide("restricted", conditions="for trials only", reason="x").status_code == 201
    assert site.decide(retest="2099-06-01").json["code"] == "usage_blocked"
    assert site.decide().status_code == 201
    with site.reading() as connection:
        found = materials.find_lot(connection, "api-1", "A-5/2")
    assert found is not None
    assert (found.status, found.retest) == ("released", "2099-01-01")


def test_a_failed_result_does_not_leave_by_a_correction_that_says_nothing_of_it(site: Laboratory) -> None:
    approve(site)
    failed = site.record(("assay", "97.9"), *GOOD[1:])
    body = {"about": "lot/api-1/A-5/2", "stage": "incoming", "specification": CODE, "version": 1}
    body |= {"results": [_line(*one) for one in GOOD[1:]], "corrects": failed, "reason": "Typing error"}
    answer = site.client("zhao").post("/api/results", json=body)
    assert (answer.status_code, answer.json["code"]) == (409, "result_left_out")
    # Nor by one that a device states, and that answers no test at all.
    empty = dict.fromkeys(("value", "text", "conforms"))
    given = {name: body[name] for name in ("stage", "specification", "version")} | {"results": [{"test": "x", **empty}]}
    why = {"corrects": failed, "reason": "Typing error"}
    stated = site.tablet().record("quality.results_recorded.v2", "lot/api-1/A-5/2", given, actor="zhao", **why)
    assert "correction_unknown" in stated.flags
    assert site.check(site.record(*GOOD)).status_code == 201
    assert "results_pass" in open_gates(site.page())


def test_an_older_kind_in_another_unit_answers_nothing_of_the_specification(site: Laboratory) -> None:
    approve(site)
    numbers = {"name": None, "value": {"value": "1", "unit": "g/g"}, "low": None, "high": None, "verdict": "none"}
    results = [{"test": test, **numbers} for test, _ in GOOD]
    given = {"stage": "incoming", "results": results, "source": None}
    site.state("quality.results_recorded.v1", "lot/api-1/A-5/2", given, actor="zhao")
    assert open_gates(site.page()) == ["results_complete"]


def test_what_waits_for_a_check_is_not_hidden_behind_lots_without_results(site: Laboratory) -> None:
    approve(site)
    site.receive("A-5/3")
    site.record(*GOOD, path="lots/api-1/A-5/3")
    with site.reading() as connection:
        assert [lot.lot for lot, _ in queries.unchecked(connection, "qian", 1)] == ["A-5/3"]


def test_people_no_longer_decide_without_signing(site: Laboratory) -> None:
    said = {"material": "api-1", "lot": "A-5/2", "status": "released", "reason": "tested"}
    with pytest.raises(PestleError) as refused:
        site.state(STATUS_CHANGED_V1, "lot/api-1/A-5/2", said, actor="li")
    assert refused.value.code == "lot_decision_unsigned"
    site.state(STATUS_CHANGED_V1, "lot/api-1/A-5/2", said)
    assert site.status() == "released"


def test_once_anybody_signed_one_the_server_itself_stops_lots_and_sets_none_free(site: Laboratory) -> None:
    approve(site)
    site.tested()
    assert site.decide().status_code == 201
    site.receive("A-5/3")
    said = {"material": "api-1", "lot": "A-5/3", "status": "released", "reason": "tested"}
    with pytest.raises(PestleError) as refused:
        site.state(STATUS_CHANGED_V1, "lot/api-1/A-5/3", said)
    assert refused.value.code == "lot_decision_unsigned"
    site.state(STATUS_CHANGED_V1, "lot/api-1/A-5/3", said | {"status": "rejected"})
    assert site.status("A-5/3") == "rejected"


def test_a_version_that_came_later_asks_for_results_by_it(site: Laboratory) -> None:
    approve(site)
    site.tested()
    approve(site, definition(numeric(low="99.0"), choice(), conform()))
    assert open_gates(site.page()) == ["results_complete"]


def test_who_may_not_decide_signs_nothing(site: Laboratory) -> None:
    assert site.decide(by="zhao").status_code == 403
    with pytest.raises(PestleError) as refused:
        decide(site.plant, "api-1", "A-5/2", "rejected", "P-0005")
    assert refused.value.code == "not_permitted"
    assert site.decide("rejected", password="wrong").json["code"] == "password_wrong"
    assert site.client("li").get("/api/lots/api-1/none/usage").json["code"] == "not_found"


def analysed(value: str, **more: Any) -> Json:
    body = {"about": "lot/api-1/A-5/2", "stage": "incoming", "specification": CODE, "version": 1}
    line = {"test": "assay", "value": value, "text": None, "conforms": None}
    used = {name: more.pop(name) for name in ("instrument", "reagents") if name in more}
    return {**body, "results": [line | used], **more}


def test_a_result_says_with_what_it_was_found_and_what_was_not_fit_for_it_is_flagged(site: Laboratory) -> None:
    approve(site)
    said = {"equipment": "HPLC-02", "class": "hplc", "name": {"zh": "液相", "en": "HPLC"}, "serial": None}
    said |= {"model": None, "location": None, "calibration_due": "2020-01-31"}
    site.state("equipment.equipment_registered.v1", "equipment/HPLC-02", said)
    standard = {"kind": "standard", "name": "RS", "lot": "RS-3", "expiry": "2019-12-31"}
    client = site.client("zhao")
    used = {"instrument": "HPLC-02", "reagents": [standard]}
    first = client.post("/api/results", json=analysed("97.9", **used, sample="SMP-1"))
    assert first.json["flags"] == ["out_of_limits", "instrument_overdue", "reagent_expired"]
    again = client.post("/api/results", json=analysed("99.1", instrument="HPLC-9", retest_of=first.json["entry"]))
    assert again.json["flags"] == ["equipment_unknown"]
    none = client.post("/api/results", json=analysed("99.1", retest_of="0" * 36))
    assert none.json["code"] == "results_unfit"
    page = site.page()
    found = [(one["instrument"], one["sample"], one["retest_of"]) for one in page["results"]]
    assert found == [("HPLC-02", "SMP-1", None), ("HPLC-9", None, first.json["entry"])]
    assert page["results"][0]["reagents"] == [standard]
    # The original stands beside what tested it again, and counts.
    assert page["gates"][2]["details"] == ["assay"]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


@pytest.mark.urs("MAT-04")
def test_certificates_stand_beside_our_results_and_contradictions_are_named(site: Laboratory) -> None:
    approve(site)
    site.tested()
    client, data = site.client("zhao"), b"%PDF-1.4 a certificate"
    name = hashlib.sha256(data).hexdigest()
    body = {"number": "COA-1", "issued": "2026-10-31", "file": {"sha256": name, "name": "COA.pdf"}}

    def line(test: str, value: str | None, text: str | None = None) -> Json:
        return {"test": test, "name": None, "value": value, "unit": None if value is None else "%", "text": text}

    first = body | {"lines": [line("assay", "99.6"), line("water", "0.2"), line("appearance", None, "White")]}
    assert client.post(f"/api/{LOT}/certificates", json=first).json["code"] == "not_found"
    assert client.put(f"/api/{LOT}/certificates/{name}", data=data, content_type="application/pdf").status_code == 201
    answer = client.post(f"/api/{LOT}/certificates", json=first)
    assert answer.status_code == 201, answer.text
    file = site.client("li").get(f"/api/{LOT}/certificates/{name}")
    assert (file.data, "attachment" in file.headers["Content-Disposition"]) == (data, True)

    def found() -> dict[str, list[str]]:
        return {one["test"]: one["contradictions"] for one in site.page()["claims"] if one["contradictions"]}

    assert found() == {}
    second = body | {"number": "COA-2", "file": None, "lines": [line("assay", "97.9"), line("water", "0.20")]}
    assert client.post(f"/api/{LOT}/certificates", json=second).status_code == 201
    assert found() == {"assay": ["certificates_differ", "certificate_outside", "verdicts_opposite"]}
    assert len(site.page()["certificates"]) == 2
    assert client.post(f"/api/{LOT}/certificates", json=second | {"lines": [line("assay", None)]}).status_code == 422
    assert client.post("/api/lots/api-1/none/certificates", json=second).json["code"] == "lot_unknown"
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


@pytest.mark.urs("QUA-02")
def test_a_lot_is_not_released_before_its_sampling_is_complete_nor_by_who_sampled_it(site: Laboratory) -> None:
    approve(site)
    given = received("L-9", quantity={"value": "5.000", "unit": "kg"}, containers=1)
    site.state("materials.lot_received.v2", "lot/api-1/L-9", given)
    row = {"container": "L-9-001", "quantity": {"value": "5.000", "unit": "kg"}, "location": None, "damage": None}
    said = {"material": "api-1", "lot": "L-9", "containers": [row]}
    site.state("materials.containers_received.v2", "lot/api-1/L-9", said)
    path = "lots/api-1/L-9"
    page = site.page(path=path)
    assert page["inspection"] is not None
    assert open_gates(page)[0] == "sampling"
    refused = site.decide(path=path)
    assert "sampling" in [gate["code"] for gate in refused.json["details"]["open"]]
    assert site.decide("rejected", path=path, inspection=None, reason="x").json["code"] == "digest_stale"
    assert site.decide("rejected", path=path, reason="Broken in transit").status_code == 201


def test_who_checks_sees_what_waits_for_them_and_not_what_is_their_own(site: Laboratory) -> None:
    def waits(login: str) -> list[str]:
        items = site.client(login).get("/api/home/tasks").json["items"]
        return [one["about"] for one in items if one["code"] == "lot_check"]

    approve(site)
    entry = site.record(*GOOD)
    assert (waits("zhao"), waits("qian")) == ([], ["A-5/2"])
    site.check(entry)
    assert waits("qian") == []
