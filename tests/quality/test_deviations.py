"""Deviations through the door and over HTTP: numbers without gaps, what joins them, who closes them, and when not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from flask.testing import FlaskClient
from release_support import close, finish, refused, review, sign
from support import YEAR

from server.app import create_app
from server.core import rebuild
from server.core.errors import PestleError
from server.identity import accounts
from server.quality import rules
from server.quality.model import Deviation, number_text, parse_number

PASSWORD = "correct horse battery"
BY = {"by": "P-5", "at": "2026-11-22T09:30:00.000Z", "conclusion": "c", "reason": "r"}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    yield site
    site.plant.close()


def client(site: Site, person: str) -> FlaskClient:
    made = create_app(site.plant).test_client()
    made.environ_base["HTTP_ORIGIN"] = "http://localhost"
    if person not in site.with_password:
        accounts.set_password(site.plant, person, PASSWORD)
        site.with_password.add(person)
    login = {"login": site.PEOPLE[person][0], "password": PASSWORD}
    assert made.post("/api/session", json=login).status_code == 200
    return made


def opened(number: str, **changes: Any) -> dict[str, Any]:
    given = {"deviation": number, "batch": "B1", "code": "reported", "entry": None, "device": None, "summary": "spill"}
    return given | changes


def open_(site: Site, number: str, person: str = "P-1") -> None:
    site.state("quality.deviation_opened.v1", "batch/B1", opened(number), person)


@pytest.mark.urs("QUA-05")
def test_a_number_has_one_spelling() -> None:
    assert [number_text(2026, 1), number_text(2026, 12345)] == ["DEV-2026-0001", "DEV-2026-12345"]
    assert parse_number("DEV-2026-0042") == (2026, 42)
    assert parse_number("DEV-2026-12345") == (2026, 12345)
    for wrong in (
        "DEV-2026-0000",
        "DEV-2026-00042",
        "DEV-26-0001",
        "DEV-2026-1",
        "dev-2026-0001",
        "DEV-2026-0001 ",
    ):
        assert parse_number(wrong) is None, wrong


@pytest.mark.urs("QUA-05")
@pytest.mark.parametrize(
    ("number", "at", "last", "fits"),
    [
        ("DEV-2026-0008", "2026-11-22T09:30:00.000Z", 7, True),
        ("DEV-2026-0007", "2026-11-22T09:30:00.000Z", 7, False),
        ("DEV-2026-0009", "2026-11-22T09:30:00.000Z", 7, False),
        ("DEV-2025-0008", "2026-11-22T09:30:00.000Z", 7, False),
        ("DEV-2026-0008", "2026-12-31T23:59:59.999Z", 7, True),
        ("DEV-2027-0001", "2026-12-31T23:59:59.999Z", 0, True),
        ("DEV-2026-0008", "2027-01-01T00:00:00.001Z", 7, True),
    ],
)
def test_the_next_number_of_the_year_is_the_only_one(number: str, at: str, last: int, fits: bool) -> None:
    assert rules.number_is_next(number, at, last) is fits


@pytest.mark.urs("QUA-05")
def test_why_a_deviation_cannot_be_closed() -> None:
    found = Deviation(f"DEV-{YEAR}-0001", "B1", "reported", "s", None, None, "E0", "P-1", "t", ("E1",), None)
    closed = Deviation(f"DEV-{YEAR}-0001", "B1", "reported", "s", None, None, "E0", "P-1", "t", ("E1",), BY)
    assert rules.closing_refused(None, "B1", 1) == "not_found"
    assert rules.closing_refused(found, "B2", 1) == "not_found"
    assert rules.closing_refused(closed, "B1", 1) == "item_closed"
    assert rules.closing_refused(found, "B1", 0) == "deviation_changed"
    assert rules.closing_refused(found, "B1", 1) is None
    assert (found.state, closed.state) == ("open", "closed")


@pytest.mark.urs("QUA-05", "PLT-16")
def test_numbers_have_no_gap_and_are_given_once(site: Site) -> None:
    for number in (f"DEV-{YEAR}-0002", "DEV-2025-0001", "DEV-1999-0001"):
        with pytest.raises(PestleError, match="deviation_number_wrong"):
            open_(site, number)
    open_(site, f"DEV-{YEAR}-0001")
    with pytest.raises(PestleError, match="deviation_number_wrong"):
        open_(site, f"DEV-{YEAR}-0001")
    open_(site, f"DEV-{YEAR}-0002", "P-5")
    for person in ("P-7", "P-9"):
        with pytest.raises(PestleError, match="not_permitted"):
            open_(site, f"DEV-{YEAR}-0003", person)


@pytest.mark.urs("QUA-05", "WHS-02", "PRD-13")
def test_an_open_deviation_blocks_the_release_until_qa_has_closed_it(site: Site) -> None:
    finish(site)
    open_(site, f"DEV-{YEAR}-0001")
    (gate,) = refused(site, "released").details["open"]
    assert (gate["code"], gate["details"]) == ("deviations", [f"DEV-{YEAR}-0001"])
    (item,) = review(site)["open"]
    assert (item["type"], item["code"], item["comment"]) == ("deviation", "reported", "spill")
    for person, code in (("P-1", "not_permitted"), ("P-7", "not_permitted")):
        payload = {"deviation": f"DEV-{YEAR}-0001", "batch": "B1", "entries": 0, "conclusion": "c", "reason": "r"}
        with pytest.raises(PestleError, match=code):
            site.state("quality.deviation_closed.v1", "batch/B1", payload, person)
    close(site, f"DEV-{YEAR}-0001", 0)
    (item,) = review(site)["notable"]
    assert (item["state"], item["decision"]["text"], item["decision"]["by"]["id"]) == ("closed", "no effect", "P-5")
    with pytest.raises(PestleError, match="item_closed"):
        close(site, f"DEV-{YEAR}-0001", 0)
    sign(site, "released")


@pytest.mark.urs("QUA-05", "PLT-09", "PLT-05")
def test_late_entries_join_the_open_deviation_of_their_device_and_after_its_end_open_another(site: Site) -> None:
    finish(site)
    sign(site, "released")

    def late(text: str, device: str) -> str:
        return site.put("remark_added", {"batch": "B1", "phase": None, "text": text}, device=device).id

    first, other, second = late("a", "tablet-a"), late("b", "tablet-b"), late("c", "tablet-a")
    listed = client(site, "P-5").get("/api/deviations").json["items"]
    assert [(one["number"], one["device"]["id"], one["entries"]) for one in listed] == [
        (f"DEV-{YEAR}-0002", "tablet-b", 1),
        (f"DEV-{YEAR}-0001", "tablet-a", 2),
    ]
    with pytest.raises(PestleError, match="deviation_changed"):
        close(site, f"DEV-{YEAR}-0001", 1)
    close(site, f"DEV-{YEAR}-0001", 2)
    third = late("d", "tablet-a")
    shown = {item["id"]: [e["id"] for e in item["entries"]] for item in review(site)["open"] + review(site)["notable"]}
    assert shown[f"DEV-{YEAR}-0001"] == [first, second]
    assert (shown[f"DEV-{YEAR}-0002"], shown[f"DEV-{YEAR}-0003"]) == ([other], [third])
    checked = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert checked["differences"] == []


@pytest.mark.urs("QUA-05", "PLT-09")
@pytest.mark.parametrize(("batch", "stream"), [("B1", "batch/B2"), ("B2", "batch/B1")])
def test_an_entry_that_names_another_batch_than_its_stream_is_a_deviation_of_both_if_one_is_sealed(
    site: Site, batch: str, stream: str
) -> None:
    site.order("B2")
    finish(site)
    sign(site, "released")
    late = site.put("remark_added", {"batch": batch, "phase": None, "text": "misfiled"}, stream=stream)
    assert {"post_seal", "subject_mismatch"} <= set(late.flags)
    listed = client(site, "P-5").get("/api/deviations").json["items"]
    assert {(one["number"], one["entries"]) for one in listed} == {(f"DEV-{YEAR}-0001", 1), (f"DEV-{YEAR}-0002", 1)}
    assert {one["batch"] for one in listed} == {"B1", "B2"}


@pytest.mark.urs("QUA-05", "QUA-03")
def test_results_that_come_after_the_seal_open_a_deviation_too(site: Site) -> None:
    finish(site)
    sign(site, "released")
    line = {"test": "assay", "name": None, "value": {"value": "99.3", "unit": "%"}, "low": None, "high": None}
    given = {"stage": "release", "results": [line | {"verdict": "none"}], "source": None}
    recorded = site.state("quality.results_recorded.v1", "batch/B1", given, "P-7")
    assert recorded.flags == ("post_seal",)
    (item,) = review(site)["open"]
    assert (item["type"], item["id"], [entry["id"] for entry in item["entries"]]) == (
        "deviation",
        f"DEV-{YEAR}-0001",
        [recorded.id],
    )
    site.state("quality.results_recorded.v1", "lot/api-1/A-5/2", given, "P-7")
    assert client(site, "P-5").get(f"/api/deviations/DEV-{YEAR}-0001").json["deviation"]["entries"] == 1


@pytest.mark.urs("QUA-05", "INT-01")
def test_a_deviation_is_opened_found_shown_and_closed_over_http(site: Site) -> None:
    operator, qa = client(site, "P-1"), client(site, "P-5")
    remark = site.put("remark_added", {"batch": "B1", "phase": None, "text": "spill"})
    body = {"summary": "洒落约 5 g", "entry": remark.id}
    made = operator.post("/api/batches/B1/deviations", json=body)
    assert made.status_code == 201, made.text
    assert (made.json["deviation"]["number"], made.json["deviation"]["state"]) == (f"DEV-{YEAR}-0001", "open")
    assert [entry["id"] for entry in made.json["entries"]] == [remark.id]
    assert made.json["deviation"]["opened_by"]["id"] == "P-1"
    assert made.json["batch"]["number"] == "B1"
    second = operator.post("/api/batches/B1/deviations", json={"summary": "noise"})
    assert second.json["deviation"]["number"] == f"DEV-{YEAR}-0002"
    for query, numbers in {
        "": [f"DEV-{YEAR}-0002", f"DEV-{YEAR}-0001"],
        "?q=洒落": [f"DEV-{YEAR}-0001"],
        "?state=closed": [],
        "?limit=1&offset=1": [f"DEV-{YEAR}-0001"],
    }.items():
        listed = operator.get(f"/api/deviations{query}").json
        assert [one["number"] for one in listed["items"]] == numbers, query
    said = {"entries": 1, "conclusion": "不影响质量", "reason": "清洁后复核"}
    assert operator.post(f"/api/deviations/DEV-{YEAR}-0001/close", json=said).json["code"] == "not_permitted"
    assert qa.post(f"/api/deviations/DEV-{YEAR}-0001/close", json=said | {"entries": 0}).status_code == 409
    closed = qa.post(f"/api/deviations/DEV-{YEAR}-0001/close", json=said).json["deviation"]
    assert (closed["state"], closed["closing"]["conclusion"], closed["closing"]["by"]["id"]) == (
        "closed",
        "不影响质量",
        "P-5",
    )
    assert [one["number"] for one in qa.get("/api/deviations").json["items"]] == [
        f"DEV-{YEAR}-0002",
        f"DEV-{YEAR}-0001",
    ]


@pytest.mark.urs("QUA-05", "PLT-17")
def test_deviations_that_are_opened_at_the_same_moment_get_numbers_one_after_the_other(site: Site) -> None:
    people = [client(site, person) for person in ("P-1", "P-2", "P-3", "P-5")]

    def opening(one: FlaskClient) -> str:
        made = one.post("/api/batches/B1/deviations", json={"summary": "at once"})
        assert made.status_code == 201, made.text
        return str(made.json["deviation"]["number"])

    with ThreadPoolExecutor(len(people)) as pool:
        numbers = list(pool.map(opening, people))
    assert sorted(numbers) == [f"DEV-{YEAR}-000{n}" for n in (1, 2, 3, 4)]


@pytest.mark.urs("OPS-05", "IDN-01")
def test_what_is_not_there_or_not_allowed_is_said_so(site: Site) -> None:
    qa, qc, admin = client(site, "P-5"), client(site, "P-7"), client(site, "P-9")
    nobody = create_app(site.plant).test_client()
    nobody.environ_base["HTTP_ORIGIN"] = "http://localhost"
    said = {"entries": 0, "conclusion": "c", "reason": "r"}
    assert qa.get(f"/api/deviations/DEV-{YEAR}-0001").json["code"] == "not_found"
    assert qa.post(f"/api/deviations/DEV-{YEAR}-0001/close", json=said).json["code"] == "not_found"
    assert qa.post("/api/batches/B404/deviations", json={"summary": "x"}).json["code"] == "not_found"
    entry = site.put("remark_added", {"batch": "B404", "phase": None, "text": "x"}).id
    assert qa.post("/api/batches/B1/deviations", json={"summary": "x", "entry": entry}).json["code"] == "not_found"
    assert qa.post("/api/batches/B1/deviations", json={"summary": " "}).status_code == 422
    assert qc.post("/api/batches/B1/deviations", json={"summary": "x"}).json["code"] == "not_permitted"
    assert admin.get("/api/deviations").json["code"] == "not_permitted"
    assert nobody.get("/api/deviations").json["code"] == "session_missing"
