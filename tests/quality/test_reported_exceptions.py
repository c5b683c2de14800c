"""What people report on a tablet: how grave it is, a photo of it, and a deviation that opens as it arrives (QUA-05)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from release_support import close, finish, refused, review, sign
from support import YEAR
from witness_support import Story, upgrade, witnessed

from server.alerts import sources
from server.app import create_app
from server.core import rebuild
from server.core.kinds import Entry
from server.identity import accounts
from server.quality import queries as quality
from server.site.model import UPGRADED
from sync.log import reading

pytestmark = pytest.mark.urs("QUA-05", "PLT-08")
KIND = "production.exception_reported.v1"
PHOTO: dict[str, Any] = {"batch": "B1", "phase": "10", "blob": "ab" * 32, "type": "image/jpeg", "bytes": 9}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    yield site
    site.plant.close()


def report(**changes: Any) -> dict[str, Any]:
    given = {"batch": "B1", "phase": "10", "severity": "minor", "comment": "oil on the floor", "photo": None}
    return given | {"deviation": False} | changes


def deviations(site: Site, batch: str = "B1") -> list[Any]:
    with site.plant.engine.connect() as connection:
        return quality.deviations_of_batch(connection, batch)


def unchanged(site: Site) -> None:
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


def test_it_says_how_grave_it_is_and_shows_a_photo(site: Site) -> None:
    photo = site.put("photo_attached", PHOTO | {"caption": "floor"})
    recorded = site.put("exception_reported", report(severity="critical", photo=photo.id))
    assert recorded.flags == ()
    (shown,) = review(site)["open"]
    assert (shown["code"], shown["details"], shown["comment"]) == (
        "reported",
        {"severity": "critical"},
        "oil on the floor",
    )
    assert {one["id"] for one in shown["entries"]} == {recorded.id, photo.id}
    assert shown["deviations"] == []
    assert deviations(site) == []
    unchanged(site)


def test_a_photo_that_is_none_of_this_batch_is_an_exception(site: Site) -> None:
    site.order("B2")
    other = site.put("photo_attached", PHOTO | {"batch": "B2", "caption": "x"}).id
    remark = site.put("remark_added", {"batch": "B1", "phase": None, "text": "x"}).id
    for named in (other, remark, "019ab3c4-5d6e-7f80-9a0b-1c2d3e4f5061"):
        assert site.put("exception_reported", report(photo=named)).flags == ("photo_unknown",)


def test_it_opens_a_deviation_as_it_arrives_whoever_may_by_then(site: Site) -> None:
    first = site.put("exception_reported", report(deviation=True))
    # Who may do nothing here has seen it all the same.
    second = site.put("exception_reported", report(deviation=True, phase=None, comment="smoke"), actor="P-9")
    assert second.flags == ("person_not_permitted",)
    found = deviations(site)
    assert [(one.number, one.code, one.entry, one.summary, one.device) for one in found] == [
        (f"DEV-{YEAR}-0001", "reported", first.id, "oil on the floor", "tablet-a"),
        (f"DEV-{YEAR}-0002", "reported", second.id, "smoke", "tablet-a"),
    ]
    shown = {one["id"]: one["deviations"] for one in review(site)["open"]}
    assert (shown[first.id], shown[second.id]) == ([f"DEV-{YEAR}-0001"], [f"DEV-{YEAR}-0002"])
    unchanged(site)


def test_it_holds_the_release_like_any_deviation(site: Site) -> None:
    recorded = site.put("exception_reported", report(deviation=True))
    finish(site)
    site.state(
        "release.exception_assessed.v1",
        "batch/B1",
        {"batch": "B1", "exception": recorded.id, "assessment": "see the deviation"},
        "P-5",
    )
    assert [one["code"] for one in refused(site, "released").details["open"]] == ["deviations"]
    close(site, f"DEV-{YEAR}-0001", 1)
    sign(site, "released")


def test_after_the_seal_it_opens_both(site: Site) -> None:
    finish(site)
    sign(site, "released")
    recorded = site.put("exception_reported", report(deviation=True))
    assert "post_seal" in recorded.flags
    assert [(one.number, one.code, one.entries) for one in deviations(site)] == [
        (f"DEV-{YEAR}-0001", "post_seal", (recorded.id,)),
        (f"DEV-{YEAR}-0002", "reported", (recorded.id,)),
    ]
    site.put("exception_reported", report(deviation=True))
    assert [one.code for one in deviations(site)] == ["post_seal", "reported", "reported"]
    unchanged(site)


def test_of_no_batch_it_opens_none_and_what_it_corrects_no_second_one(site: Site, tmp_path: Path) -> None:
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    site.put("exception_reported", report(batch="NOPE", deviation=True), stream="batch/NOPE")
    assert deviations(site, "NOPE") == []
    first = site.put("exception_reported", report(severity="critical", deviation=True))
    lower = site.put("exception_reported", report(deviation=True), corrects=first.id, reason="one drop")
    site.put("exception_reported", report(deviation=True), corrects=lower.id, reason="of water")
    # Of what had none a correction opens the first.
    plain = site.put("exception_reported", report(phase="20"))
    asked = site.put("exception_reported", report(phase="20", deviation=True), corrects=plain.id, reason="it spreads")
    # What corrects nothing that is known is a report of its own.
    stray = site.put("exception_reported", report(deviation=True), corrects="019ab3c4-5d6e-7f80-9a0b-1c2d3e4f5061")
    assert [one.entry for one in deviations(site)] == [first.id, asked.id, stray.id]
    unchanged(site)
    assert witnessed(tmp_path / "witness", Story.of(site.plant)) == (200, None)


@pytest.mark.parametrize(("severity", "told"), [("minor", []), ("major", ["exception_raised"])])
def test_what_is_no_small_thing_wakes_somebody(site: Site, severity: str, told: list[str]) -> None:
    site.put("exception_reported", report(severity=severity))
    with site.plant.engine.connect() as connection:
        [found] = reading.of_kind(connection, KIND)
        entry = Entry(found.head, found.envelope.body, found.index, found.stamp.recorded_at)
        assert [one.code for one in sources.SOURCES[KIND](connection, entry)] == told


def test_an_exception_that_a_rule_found_gets_its_deviation_by_one_request(site: Site) -> None:
    site.put("line_cleared", {"batch": "B1", "phase": "10", "items": [{"id": "labels", "ok": False}], "comment": "x"})
    item = site.item("B1", "out_of_limits")
    made = _client(site).post("/api/batches/B1/deviations", json={"summary": "not clear", "entry": item.id})
    assert made.status_code == 201, made.text
    shown = next(one for one in review(site)["open"] if one["id"] == item.id)
    assert shown["deviations"] == [f"DEV-{YEAR}-0001"]


def _client(site: Site) -> Any:
    accounts.set_password(site.plant, "P-5", "correct horse battery")
    made = create_app(site.plant).test_client()
    made.environ_base["HTTP_ORIGIN"] = "http://localhost"
    assert made.post("/api/session", json={"login": "zhao", "password": "correct horse battery"}).status_code == 200
    return made
