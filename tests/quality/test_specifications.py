"""Specifications: prepared and signed by the laboratory, approved by others in a flow, and what judges results."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alerts_support import inbox, listen
from plant import PASSWORD, PlantUnderTest
from specification_support import CODE, Json, approve, choice, conform, definition, numeric, say, submit, version
from support import ROOT

from server.core import clock, rebuild
from server.core.record import Recorded
from server.quality import queries
from server.quality.inspection import plans
from server.quality.specifications import model, rules
from server.quality.specifications import queries as specified
from server.quality.specifications.model import Test as SpecifiedTest
from server.recipes import queries as recipes
from server.release import queries as release

pytestmark = pytest.mark.urs("QUA-01")
LOT = "lot/api-1/A-5/2"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    material = {"material": "api-1", "name": {"zh": "原料药", "en": "API"}, "type": "raw", "unit": "kg"}
    made.state("materials.material_defined.v1", "material/api-1", material)
    lot = {"material": "api-1", "lot": "A-5/2", "quantity": None, "supplier": None, "supplier_lot": None}
    made.state("materials.lot_received.v1", LOT, {**lot, "expiry": None, "containers": None, "status": "quarantine"})
    yield made
    made.close()


def of(given: Json) -> SpecifiedTest:
    return SpecifiedTest.of(given)


def record(site: PlantUnderTest, *lines: Json, login: str = "zhao", number: int = 1, stage: str = "incoming") -> Any:
    body = {"about": LOT, "stage": stage, "specification": CODE, "version": number, "results": [*lines]}
    return site.client(login).post("/api/results", json=body)


def answer(test: str, value: str | None = None, text: str | None = None, conforms: bool | None = None) -> Json:
    return {"test": test, "value": value, "text": text, "conforms": conforms}


def results(site: PlantUnderTest) -> list[tuple[str, str, str | None, str]]:
    with site.reading() as connection:
        found = queries.results_of_lot(connection, "api-1", "A-5/2")
    return [(one.test, one.value, one.reported, one.verdict) for one in found]


def approved_entry(site: PlantUnderTest) -> str:
    """The identifier of an entry that records no results."""
    [entry] = site.entries(model.APPROVED_KIND)
    return str(entry.head.id)


def stated(site: PlantUnderTest, value: str, low: str, high: str, verdict: str, unit: str = "%") -> Any:
    """A result as a tablet states it, with its own limits."""
    line = {"test": "assay", "name": None, "value": {"value": value, "unit": unit}, "low": low, "high": high}
    payload = {"stage": "incoming", "results": [{**line, "verdict": verdict}], "source": None}
    return site.state("quality.results_recorded.v1", LOT, payload, actor="zhao").flags


def test_a_specification_is_in_force_once_others_have_reviewed_and_approved_it(site: PlantUnderTest) -> None:
    made = submit(site, definition())
    assert made.status_code == 201, made.text
    assert (made.json["subject"], version(site)["state"]) == ({"zh": "原料药", "en": "API"}, "submitted")
    assert site.client("zhao").get("/api/specifications").json["items"][0]["effective"] is None
    # Who has prepared it neither reviews nor approves it, whatever roles they hold.
    assert say(site, "zhao", "agree").json["code"] == "flow_not_by_same"
    assert say(site, "zhou", "agree").status_code == 200
    assert say(site, "li", "approve").status_code == 200
    found = version(site)
    assert (found["state"], found["decided_by"]["id"], found["first_day"]) == (
        "effective",
        "P-0004",
        clock.now_text()[:10],
    )
    assert site.client("zhao").get("/api/specifications").json["items"][0]["effective"] == 1
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_what_is_sent_back_says_why_and_the_next_version_is_the_way_on(site: PlantUnderTest) -> None:
    submit(site, definition())
    assert submit(site, definition()).json["code"] == "specification_waiting"
    assert say(site, "zhou", "return", comment="Limits are too wide").status_code == 200
    found = version(site)
    assert (found["state"], found["decided_reason"]) == ("returned", "Limits are too wide")
    assert submit(site, definition(numeric(low="99.0"))).json["versions"][0]["version"] == 2


def test_a_flow_that_is_cancelled_gives_the_version_back(site: PlantUnderTest) -> None:
    submit(site, definition())
    instance = version(site)["instance"]
    done = site.client("li").post(f"/api/instances/{instance}/cancel", json={"reason": "Wrong material"})
    assert done.status_code == 200, done.text
    assert (version(site)["state"], version(site)["decided_by"]["id"]) == ("returned", "server")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"material": "none"}, "specification_material_unknown"),
        ({"sha256": "0" * 64}, "specification_faulty"),
        ({"version": 2}, "specification_version_wrong"),
        ({"password": "wrong"}, "password_wrong"),
        ({"login": "li"}, "signer_other"),
    ],
)
def test_a_submission_that_cannot_be_is_refused_whole(site: PlantUnderTest, change: Json, code: str) -> None:
    given = definition(**{name: value for name, value in change.items() if name == "material"})
    refused = submit(site, given, **change)
    assert refused.json["code"] == code
    assert site.entries(model.SUBMITTED_KIND) == []
    assert site.entries("flows.instance_started.v1") == []


def test_one_specification_of_a_material_at_a_stage(site: PlantUnderTest) -> None:
    approve(site)
    assert submit(site, definition(), "QS-OTHER").json["code"] == "specification_taken"
    assert submit(site, definition(stage="release"), CODE).json["code"] == "specification_of_other"
    assert submit(site, definition(stage="release"), "QS-OTHER").status_code == 201


@pytest.mark.urs("MAT-12")
def test_recipes_may_go_by_the_tests_that_give_a_number_at_receipt(site: PlantUnderTest) -> None:
    with site.reading() as connection:
        assert specified.numbers_at_receipt(connection, "api-1") is None
    assert submit(site, definition()).status_code == 201
    with site.reading() as connection:
        assert specified.numbers_at_receipt(connection, "api-1") == {"assay"}
        assert recipes.registers(connection, {"phases": [{"lines": [{"material": "api-1"}]}]}).tests == {
            "api-1": frozenset({"assay"})
        }


def test_who_designs_no_specifications_submits_none_and_nobody_decides_by_hand(site: PlantUnderTest) -> None:
    client = site.client("zhang")
    assert client.post("/api/specifications/check", json={}).status_code == 403
    started = {"subject": f"specification/{CODE}/1", "values": []}
    by_hand = site.client("li").post("/api/flows/specification-approval/instances", json=started)
    assert by_hand.json["code"] == "flow_started_by_product"
    assert client.get("/api/specifications/none").json["code"] == "specification_unknown"


@pytest.mark.parametrize(
    ("tests", "found"),
    [
        ([numeric(), numeric()], [("test_twice", "tests/1/code")]),
        ([numeric(low="103.0")], [("limits_crossed", "tests/0/high")]),
        ([numeric(low="98")], [("limit_decimals", "tests/0/low")]),
        ([numeric(unit=None)], [("needed", "tests/0/unit")]),
        ([conform() | {"high": "1.0"}], [("not_here", "tests/0/high")]),
        ([choice() | {"options": []}], [("options_missing", "tests/0/options")]),
        ([choice() | {"options": choice()["options"][1:]}], [("option_conforming_missing", "tests/0/options")]),
        ([choice() | {"options": choice()["options"][:1] * 2}], [("option_twice", "tests/0/options")]),
        ([numeric(low=None, high=None), choice(), conform()], []),
    ],
)
def test_what_stands_against_a_definition_is_named_with_its_place(tests: list[Json], found: list[Any]) -> None:
    assert [(one.code, one.path) for one in rules.findings(definition(*tests))] == found


@pytest.mark.urs("QUA-02")
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"sampling": None}, [("sampling_missing", "sampling")]),
        ({"stage": "release", "sampling": dict(plans.DEFAULT)}, [("sampling_not_here", "sampling")]),
        ({"stage": "release"}, []),
        ({"sampling": {**plans.DEFAULT, "rule": "fixed"}}, [("sampling_unfit", "sampling/number")]),
        ({"sampling": {**plans.DEFAULT, "number": 3}}, [("sampling_unfit", "sampling/number")]),
        (
            {"sampling": {**plans.DEFAULT, "rule": "iso2859", "level": "II", "severity": "normal"}},
            [("sampling_unfit", "sampling/aql")],
        ),
        (
            {"sampling": {**plans.DEFAULT, "quantity": {"value": "0", "unit": "kg"}}},
            [("sampling_unfit", "sampling/quantity")],
        ),
    ],
)
def test_a_plan_of_sampling_has_what_its_rule_needs(change: Json, found: list[Any]) -> None:
    assert [(one.code, one.path) for one in rules.findings(definition(**change))] == found


@pytest.mark.urs("QUA-02")
def test_the_plan_of_sampling_is_signed_with_the_version_and_shown_with_examples(site: PlantUnderTest) -> None:
    plan = {**plans.DEFAULT, "rule": "iso2859", "level": "II", "aql": "0.65", "severity": "normal"}
    other = definition(sampling={**plan, "aql": "1.0"})
    refused = submit(site, definition(sampling=plan), sampling=other["sampling"])
    assert refused.json["code"] == "specification_faulty"
    found = approve(site, definition(sampling=plan))
    assert found["sampling"] == plan
    assert found["opened"][2] == {"containers": 50, "number": 20, "letter": "F", "accept": 0, "reject": 1}
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_version_from_before_there_were_plans_of_sampling_is_judged_as_it_was(site: PlantUnderTest) -> None:
    given = {"specification": CODE, "version": 1, **definition()}
    given.pop("sampling")
    assert rules.findings(given) == []
    old, new = model.digest(given), model.digest({**given, "sampling": None})
    assert old != new


@pytest.mark.urs("QUA-03")
@pytest.mark.parametrize(
    ("value", "reported", "verdict"),
    [
        ("97.949", "97.9", "fail"),
        ("97.95", "98.0", "pass"),
        ("97.85", "97.8", "fail"),
        ("102.05", "102.0", "pass"),
        ("102.051", "102.1", "fail"),
        ("102.15", "102.2", "fail"),
        ("100", "100.0", "pass"),
    ],
)
def test_a_number_is_rounded_once_by_the_even_rule_and_then_judged(value: str, reported: str, verdict: str) -> None:
    assert rules.reported(of(numeric()), value) == reported
    assert rules.judged(of(numeric()), answer("assay", value)) == verdict


@pytest.mark.urs("QUA-03")
def test_half_up_where_a_specification_says_so() -> None:
    test = of(numeric(rounding="half_up"))
    assert (rules.reported(test, "102.05"), rules.judged(test, answer("assay", "102.05"))) == ("102.1", "fail")


@pytest.mark.urs("QUA-03")
def test_results_answer_the_specification_in_force_and_are_judged_by_it(site: PlantUnderTest) -> None:
    approve(site)
    asked = site.client("zhao").get(f"/api/results/specification?about={LOT}&stage=incoming").json["specification"]
    assert (asked["version"], [one["code"] for one in asked["tests"]]) == (1, ["assay", "appearance", "identification"])
    kept = record(
        site, answer("assay", "102.05"), answer("appearance", text="other"), answer("identification", None, "IR", True)
    )
    assert (kept.status_code, kept.json["flags"]) == (201, ["out_of_limits"])
    assert results(site) == [
        ("assay", "102.05", "102.0", "pass"),
        ("appearance", "其他 / Other", None, "fail"),
        ("identification", "IR", None, "pass"),
    ]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


@pytest.mark.urs("QUA-03", "PLT-07")
def test_a_typing_error_is_corrected_with_its_reason_and_a_retest_stands_beside(site: PlantUnderTest) -> None:
    approve(site)
    first = record(site, answer("assay", "9.946")).json["entry"]
    body = {
        "about": LOT,
        "stage": "incoming",
        "specification": CODE,
        "version": 1,
        "results": [answer("assay", "99.46")],
    }
    client, why = site.client("zhao"), {"reason": "Typing error"}
    assert client.post("/api/results", json={**body, "corrects": first}).status_code == 422
    assert client.post("/api/results", json={**body, **why}).status_code == 422
    for nothing in ("0" * 36, approved_entry(site)):
        assert client.post("/api/results", json={**body, **why, "corrects": nothing}).json["code"] == "results_unfit"
    assert client.post("/api/results", json={**body, **why, "corrects": first}).json["flags"] == []
    assert results(site) == [("assay", "99.46", "99.5", "pass")]
    # What has been corrected is not corrected again; another test of the same stands beside.
    assert client.post("/api/results", json={**body, **why, "corrects": first}).json["code"] == "results_unfit"
    record(site, answer("assay", "97.0"))
    assert [verdict for *_, verdict in results(site)] == ["pass", "fail"]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


@pytest.mark.urs("QUA-03", "HMI-04")
def test_a_result_that_fails_after_rounding_is_told_with_its_tests(site: PlantUnderTest) -> None:
    approve(site)
    record(site, answer("assay", "102.05"), answer("appearance", text="other"))
    listen(site)
    [told] = [one for one in inbox(site.client("li")) if one["code"] == "results_out_of_limits"]
    assert (told["text"]["en"], told["link"]) == ("api-1 A-5/2: appearance", "/lot/api-1/A-5%2F2")


@pytest.mark.urs("QUA-03")
@pytest.mark.parametrize(
    "lines",
    [
        [answer("made-up", "1")],
        [answer("assay", text="white")],
        [answer("assay", "100.0"), answer("assay", "99.0")],
        [answer("appearance", text="green")],
        [answer("identification", text="IR")],
    ],
)
def test_what_does_not_answer_it_is_not_recorded_at_the_desk(site: PlantUnderTest, lines: list[Json]) -> None:
    approve(site)
    assert record(site, *lines).json["code"] == "results_unfit"
    assert record(site, answer("assay", "100.0"), number=2).json["code"] == "results_unfit"
    assert record(site, answer("assay", "100.0"), login="zhang").status_code == 403
    assert results(site) == []


@pytest.mark.urs("QUA-03")
def test_what_a_device_says_of_another_specification_is_kept_flagged_and_is_no_result(site: PlantUnderTest) -> None:
    approve(site)
    tablet = site.tablet()
    given = {"stage": "incoming", "specification": CODE, "version": 2, "results": [answer("assay", "100.0")]}
    said = tablet.record("quality.results_recorded.v2", LOT, given, actor="zhao")
    assert said.flags == ("specification_differs",)
    half = {**given, "version": 1, "results": [answer("assay", "100.0"), answer("appearance", "3")]}
    assert tablet.record("quality.results_recorded.v2", LOT, half, actor="zhao").flags == ("results_unfit",)
    assert results(site) == [("assay", "100.0", "100.0", "pass")]


@pytest.mark.urs("QUA-03", "PLT-16")
def test_a_result_that_says_it_is_older_than_the_version_in_force_is_flagged(site: PlantUnderTest) -> None:
    tablet, before = site.tablet(), clock.now() - timedelta(days=3)
    line = {"test": "assay", "name": None, "value": {"value": "97.0", "unit": "%"}, "low": "95.0", "high": "105.0"}
    payload = {"stage": "incoming", "results": [{**line, "verdict": "pass"}], "source": None}
    clock.use(lambda: before)
    written = tablet.write("quality.results_recorded.v1", LOT, payload, actor="zhao")
    clock.use_system()
    approve(site)
    [outcome] = tablet.submit(written)
    assert isinstance(outcome, Recorded)
    assert outcome.flags == ("specification_differs",)


@pytest.mark.urs("QUA-03")
def test_limits_that_are_not_those_of_the_specification_are_flagged_and_do_not_count(site: PlantUnderTest) -> None:
    assert stated(site, "97.95", "98.0", "102.0", "fail") == ("out_of_limits",)
    approve(site)
    assert stated(site, "97.95", "98.0", "102.0", "pass") == ()
    assert stated(site, "97.95", "95.0", "105.0", "pass") == ("limits_differ",)
    assert stated(site, "96.0", "95.0", "105.0", "pass") == ("limits_differ", "verdict_differs", "out_of_limits")
    # In another unit it is judged by its own limits, since there are no others.
    assert stated(site, "0.98", "0.95", "1.05", "pass", "g/g") == ("limits_differ",)
    assert [line[2:] for line in results(site)] == [
        (None, "fail"),
        ("98.0", "pass"),
        ("98.0", "pass"),
        ("96.0", "fail"),
        (None, "pass"),
    ]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


@pytest.mark.urs("QUA-03")
def test_a_version_judges_from_its_day_and_the_one_before_until_then(site: PlantUnderTest) -> None:
    approve(site)
    approve(site, definition(numeric(low="99.0"), day="2999-01-01"))
    assert version(site)["state"] == "approved"
    assert record(site, answer("assay", "98.4"), number=1).json["flags"] == []
    approve(site, definition(numeric(low="99.0")))
    assert record(site, answer("assay", "98.4"), number=1).json["code"] == "results_unfit"
    assert record(site, answer("assay", "98.4"), number=3).json["flags"] == ["out_of_limits"]
    states = [one["state"] for one in site.client("li").get(f"/api/specifications/{CODE}").json["versions"]]
    assert states == ["effective", "superseded", "superseded"]


def test_a_batch_is_not_released_of_which_a_test_of_its_specification_is_missing(site: PlantUnderTest) -> None:
    kinds = json.loads((ROOT / "tests" / "vectors" / "kinds.json").read_text())
    recipe, order = kinds["recipes.recipe_approved.v1"], kinds["production.order_released.v1"]
    site.state("recipes.recipe_approved.v1", f"recipe/{recipe['recipe']}", recipe)
    batch, product = order["batch"], order["product"]["code"]

    def gate() -> tuple[bool, tuple[str, ...]] | None:
        with site.reading() as connection:
            found = [one for one in release.gates(connection, batch) if one.code == "specification"]
        return (found[0].met, found[0].details) if found else None

    site.state("production.order_released.v1", f"batch/{batch}", order, actor="server")
    assert gate() is None
    approve(site, definition(numeric(), conform(), material=product, stage="release"))
    assert gate() == (False, ("assay", "identification"))
    body = {"about": f"batch/{batch}", "stage": "release", "specification": CODE, "version": 1}
    for line, left in (
        (answer("assay", "99.3"), ("identification",)),
        (answer("identification", None, "IR", True), ()),
    ):
        recorded = site.client("zhao").post("/api/results", json={**body, "results": [line]})
        assert recorded.status_code == 201, recorded.text
        assert gate() == (not left, left)


def test_the_password_is_not_in_the_log(site: PlantUnderTest) -> None:
    submit(site, definition())
    assert PASSWORD not in str(site.payloads(model.SUBMITTED_KIND))
