"""A device that never comes back: it blocks the release until QA has waived it by name, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from release_support import finish, refused, review, review_production, sign, waive

from server.core import rebuild
from server.core.errors import PestleError
from server.core.outcomes import Held, Recorded


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The batch is done and reviewed by production; tablet-a has handed it back, tablet-b is gone."""
    site = Site(database_url, tmp_path)
    site.order("B1")
    site.work("B1")
    hand_back(site, "tablet-a")
    review_production(site)
    yield site
    site.plant.close()


def hand_back(site: Site, device: str, last_seq: int | None = None) -> None:
    seq = site.writers[device].seq if last_seq is None else last_seq
    given = {"lease": site.leases["B1", device], "batch": "B1", "device": device, "last_seq": seq}
    site.state("handheld.lease_returned.v1", "batch/B1", given)


def gate(site: Site, code: str) -> dict[str, Any]:
    (found,) = [one for one in review(site)["gates"] if one["code"] == code]
    return dict(found)


def refusal(site: Site, device: str, **options: Any) -> str:
    with pytest.raises(PestleError) as error:
        waive(site, device, **options)
    return error.value.code


@pytest.mark.urs("PLT-11", "WHS-02")
def test_a_waived_device_no_longer_blocks_and_is_named_to_the_reviewer_and_in_the_seal(site: Site) -> None:
    assert [one["code"] for one in refused(site, "released").details["open"]] == ["leases"]
    waive(site, "tablet-b")
    assert (gate(site, "leases")["met"], gate(site, "leases")["waived"]) == (True, ["tablet-b"])
    (notice,) = [one for one in review(site)["notable"] if one["type"] == "waiver"]
    assert (notice["state"], notice["device"]["id"], notice["decision"]["text"]) == (
        "info",
        "tablet-b",
        "fell into the reactor",
    )
    assert notice["decision"]["by"]["id"] == "P-5"
    sign(site, "released")
    sealed = review(site)["disposition"]["seal"]["devices"]
    assert [(one["device"]["id"], one["waived"]) for one in sealed] == [("tablet-a", False), ("tablet-b", True)]
    checked = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert checked["differences"] == []


@pytest.mark.urs("PLT-11")
def test_a_device_that_gave_back_and_did_not_deliver_is_waived_with_what_it_promised(site: Site) -> None:
    hand_back(site, "tablet-b", last_seq=9)
    assert gate(site, "devices")["details"] == ["tablet-b: 0 / 9"]
    (held,) = [one for one in review(site)["holdings"] if one["blocks"]]
    assert (held["known"], held["delivered"], held["blocks"]) == (9, 0, ["devices"])
    assert refusal(site, "tablet-b", known=8) == "waiver_stale"
    assert refusal(site, "tablet-b", delivered=1) == "waiver_stale"
    waive(site, "tablet-b")
    assert (gate(site, "devices")["met"], gate(site, "devices")["waived"]) == (True, ["tablet-b"])


@pytest.mark.urs("PLT-11", "PLT-16", "IDN-08")
def test_a_waiver_is_refused_where_nothing_is_owed_and_to_who_may_not(site: Site) -> None:
    assert refusal(site, "tablet-a") == "device_owes_nothing"
    assert refusal(site, "bridge-1") == "device_owes_nothing"
    for person in ("P-1", "P-3", "P-7", "P-9"):
        assert refusal(site, "tablet-b", person=person) == "not_permitted"
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "helped"}, actor="P-6")
    assert refusal(site, "tablet-b", person="P-6") == "waiver_produced"
    waive(site, "tablet-b")
    assert refusal(site, "tablet-b") == "device_owes_nothing"


@pytest.mark.urs("PLT-11")
def test_a_sealed_batch_needs_no_waiver(database_url: str, tmp_path: Path) -> None:
    site = Site(database_url, tmp_path)
    site.order("B1")
    sign(site, "rejected")
    assert refusal(site, "tablet-b") == "batch_disposed"
    site.plant.close()


@pytest.mark.urs("PLT-11", "PLT-12")
def test_a_device_that_takes_the_batch_again_is_waited_for_again(site: Site) -> None:
    waive(site, "tablet-b")
    given = {"lease": "again", "batch": "B1", "device": "tablet-b", "person": "P-1", "lease_hash": "0" * 64}
    term = {"issued_at": "2099-01-01T00:00:00.000Z", "expires_at": "2099-02-01T00:00:00.000Z"}
    site.state("handheld.lease_issued.v1", "batch/B1", given | term)
    assert gate(site, "leases")["details"] == ["tablet-b"]


@pytest.mark.urs("PLT-09", "PLT-11", "QUA-05")
def test_what_a_waived_device_brings_after_the_seal_is_kept_and_one_deviation_has_all_of_it(site: Site) -> None:
    waive(site, "tablet-b")
    sign(site, "released")
    texts = ("door open at 10:12", "door closed at 10:13")
    late = [site.put("remark_added", {"batch": "B1", "phase": None, "text": text}, device="tablet-b") for text in texts]
    assert all("post_seal" in one.flags for one in late)
    (deviation,) = [item for item in review(site)["open"] if item["type"] == "deviation"]
    assert [entry["id"] for entry in deviation["entries"]] == [one.id for one in late]
    assert deviation["device"] == {"id": "tablet-b", "name": "tablet-b"}
    assert review(site)["disposition"]["stale"] is True
    assert site.line("B1").open_items >= 1


@pytest.mark.urs("PLT-11", "PLT-09")
def test_what_waits_for_entries_that_never_come_does_not_hold_a_waived_batch(site: Site) -> None:
    writer = site.writers["tablet-b"]
    entries = [
        writer.write("production.remark_added.v1", "batch/B1", payload, actor="P-1", subject="remark")
        for payload in ({"batch": "B1", "phase": None, "text": text} for text in ("lost", "here"))
    ]
    assert isinstance(site.plant.recorder.submit(entries[1], source="test"), Held)
    assert gate(site, "held")["details"] == [entries[1].head.id]
    waive(site, "tablet-b")
    assert (gate(site, "held")["met"], gate(site, "held")["waived"]) == (True, ["tablet-b"])
    sign(site, "released")
    late = site.plant.recorder.submit(entries[0], source="test")
    assert isinstance(late, Recorded)
    assert "post_seal" in late.flags
    (deviation,) = [item for item in review(site)["open"] if item["type"] == "deviation"]
    assert [entry["id"] for entry in deviation["entries"]] == [entry.head.id for entry in entries]


@pytest.mark.urs("PLT-11")
def test_nothing_needs_a_waiver_when_all_is_there(database_url: str, tmp_path: Path) -> None:
    site = Site(database_url, tmp_path)
    site.order("B1")
    finish(site)
    assert [one["blocks"] + one["waived"] for one in review(site)["holdings"]] == [[], []]
    site.plant.close()
