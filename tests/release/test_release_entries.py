"""QA's decisions through the door, on both databases: conflicts, exceptions, the signature and what makes it stale."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, cleared, marked, parameter, weighed
from release_support import assess, close, finish, refused, review, sign
from sqlalchemy import event
from support import YEAR

from server.core import rebuild
from server.core.errors import PestleError
from server.production import queries as batches
from server.release import pages
from server.release.model import MEANINGS


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    yield site
    site.plant.close()


def refusals(site: Site) -> list[list[str]]:
    with site.plant.engine.connect() as connection:
        entries = pages.batch_entries(connection, "B1")
    return [view["payload"]["open"] for view in entries if view["kind"] == "release.release_refused.v1"]


def conflict(site: Site) -> tuple[str, str, str]:
    """(conflict, first entry, second entry) of two clearances that two tablets recorded."""
    first = site.put("line_cleared", cleared("B1"))
    second = site.put("line_cleared", cleared("B1"), device="tablet-b")
    return site.item("B1", "conflict").id, first.id, second.id


def resolve(site: Site, item: str, chosen: str, person: str = "P-5", batch: str = "B1") -> None:
    payload = {"batch": batch, "conflict": item, "chosen": chosen, "reason": "read from the display"}
    site.state("release.conflict_resolved.v1", f"batch/{batch}", payload, person)


@pytest.mark.urs("PRD-13", "WHS-02")
def test_a_clean_batch_has_nothing_open_and_all_gates_met(site: Site) -> None:
    finish(site)
    page = review(site)
    assert (page["open"], page["notable"]) == ([], [])
    assert page["clean"] == page["entries"] == 14
    assert [gate["code"] for gate in page["gates"] if not gate["met"]] == []
    codes = {gate["code"] for gate in page["gates"]}
    assert codes == {
        "phases",
        "conflicts",
        "exceptions",
        "deviations",
        "results",
        "yields",
        "production_reviewed",
        "leases",
        "devices",
        "held",
        "quarantine",
    }


@pytest.mark.urs("IDN-04", "WHS-02")
def test_a_release_shows_name_time_zone_and_meaning_and_makes_the_batch_released(site: Site) -> None:
    finish(site)
    sign(site, "released")
    assert site.line("B1").status == "released"
    shown = review(site)["disposition"]
    assert (shown["decision"], shown["stale"], shown["offset"]) == ("released", False, 480)
    assert shown["signer"] == {"id": "P-5", "name": "赵琳", "name_en": "Zhao Lin"}
    assert shown["meaning"] == {"code": "reviewed_and_released", **MEANINGS["reviewed_and_released"]}


@pytest.mark.urs("PLT-16", "WHS-02")
def test_an_open_gate_blocks_the_release_and_the_refusal_is_an_entry(site: Site) -> None:
    site.put("line_cleared", cleared("B1"))
    error = refused(site, "released")
    assert error.code == "release_blocked"
    unmet = [gate["code"] for gate in error.details["open"]]
    assert unmet == ["phases", "production_reviewed", "leases"]
    assert refusals(site) == [unmet]
    assert site.line("B1").status == "in_progress"


@pytest.mark.urs("PLT-11", "WHS-02")
def test_a_tablet_that_has_not_handed_back_blocks_the_release(site: Site) -> None:
    site.work("B1")
    assert [gate["code"] for gate in refused(site, "released").details["open"]] == ["leases"]


@pytest.mark.urs("QUA-03", "WHS-02")
def test_a_failed_test_blocks_the_release_and_a_retest_does_not_cover_it(site: Site) -> None:
    finish(site)
    for value in ("74.0", "85.0"):
        line: dict[str, Any] = {"test": "dissolution", "name": None, "value": {"value": value, "unit": "%"}}
        judged = {"low": "80.0", "high": None, "verdict": "fail" if value == "74.0" else "pass"}
        given = {"stage": "release", "results": [line | judged], "source": None}
        site.state("quality.results_recorded.v1", "batch/B1", given, "P-7")
    gate, checked = refused(site, "released").details["open"]
    assert (gate["code"], gate["details"]) == ("results", ["release/dissolution"])
    assert checked["code"] == "results_checked"


@pytest.mark.urs("IDN-04")
def test_what_was_not_shown_cannot_be_signed(site: Site) -> None:
    finish(site)
    shown = review(site)["digest"]
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "filter changed"})
    error = refused(site, "released", digest=shown)
    assert (error.code, refusals(site)) == ("digest_stale", [["digest_stale"]])


@pytest.mark.urs("IDN-08")
def test_who_worked_on_the_batch_does_not_release_it(site: Site) -> None:
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "helped out"}, actor="P-6")
    finish(site)
    assert refused(site, "released", person="P-6").code == "releaser_produced"
    assert refusals(site) == [["releaser_produced"]]


@pytest.mark.urs("IDN-06", "IDN-08")
def test_who_verified_a_weight_does_not_release_the_batch(site: Site) -> None:
    site.put("line_cleared", cleared("B1"))
    site.put("phase_completed", marked("B1", "10"))
    site.put("material_weighed", weighed("B1", verified_by="P-5"), cosigner="P-5")
    assert refused(site, "released").code == "releaser_produced"


@pytest.mark.urs("IDN-01", "IDN-08")
@pytest.mark.parametrize("person", ["P-1", "P-3", "P-7", "P-9", "P-404"])
def test_nobody_but_qa_releases(site: Site, person: str) -> None:
    finish(site)
    assert refused(site, "released", person=person).code == "not_permitted"


@pytest.mark.urs("WHS-02")
def test_a_batch_may_be_rejected_while_gates_are_open_and_then_is_final(site: Site) -> None:
    site.put("line_cleared", cleared("B1"))
    sign(site, "rejected")
    assert site.line("B1").status == "rejected"
    assert refused(site, "rejected").code == "batch_disposed"
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "late"})
    assert review(site)["disposition"]["stale"] is True
    assert refused(site, "released").code == "batch_disposed"


@pytest.mark.urs("PLT-12", "IDN-04", "PRD-13", "QUA-05")
def test_an_entry_after_the_seal_is_kept_marked_opens_a_deviation_and_makes_the_signature_stale(site: Site) -> None:
    finish(site)
    sign(site, "released")
    late = site.put("remark_added", {"batch": "B1", "phase": None, "text": "found in a pocket"})
    assert "post_seal" in late.flags
    page = review(site)
    assert page["disposition"]["stale"] is True
    deviation = next(item for item in page["open"] if item["type"] == "deviation")
    assert (deviation["id"], deviation["code"]) == (f"DEV-{YEAR}-0001", "post_seal")
    assert [entry["id"] for entry in deviation["entries"]] == [late.id]
    assert site.line("B1").status == "released"


@pytest.mark.urs("IDN-04", "QUA-05")
def test_after_the_deviation_is_closed_the_release_is_signed_anew(site: Site) -> None:
    finish(site)
    sign(site, "released")
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "found in a pocket"})
    for item in review(site)["open"]:
        if item["type"] == "exception":
            assess(site, item["code"])
    site.hand_back("B1")
    (gate,) = refused(site, "released").details["open"]
    assert (gate["code"], gate["details"]) == ("deviations", [f"DEV-{YEAR}-0001"])
    close(site, f"DEV-{YEAR}-0001", 1)
    sign(site, "released")
    assert review(site)["disposition"]["stale"] is False


@pytest.mark.urs("IDN-04")
def test_a_refused_signature_and_a_tablet_handed_back_do_not_make_a_signature_stale(site: Site) -> None:
    finish(site)
    sign(site, "released")
    refused(site, "released")
    site.hand_back("B1")
    assert review(site)["disposition"]["stale"] is False


@pytest.mark.urs("PLT-10")
def test_qa_resolves_a_conflict_and_the_other_value_stays_shown_as_superseded(site: Site) -> None:
    item, first, second = conflict(site)
    resolve(site, item, second)
    with site.plant.engine.connect() as connection:
        assert [entry.id for entry in batches.current_in(connection, "B1", "10/clearance")] == [second]
        loser = batches.find_entry(connection, first)
    assert loser is not None
    assert loser.superseded_by is not None
    (shown,) = [notice for notice in review(site)["notable"] if notice["id"] == item]
    assert (shown["state"], shown["decision"]["chosen"]) == ("resolved", second)
    assert shown["decision"]["by"]["id"] == "P-5"
    assert {entry["id"] for entry in shown["entries"]} == {first, second}


@pytest.mark.urs("PLT-10")
def test_a_claim_after_the_decision_is_a_new_conflict(site: Site) -> None:
    item, _, second = conflict(site)
    resolve(site, item, second)
    third = site.put("line_cleared", cleared("B1"))
    assert third.flags == ("conflict",)
    (open_,) = review(site)["open"]
    assert [entry["id"] for entry in open_["entries"]] == [second, third.id]


@pytest.mark.urs("PLT-10", "PLT-16")
def test_a_conflict_is_not_resolved_by_others_nor_twice_nor_by_a_stranger_entry(site: Site) -> None:
    item, first, second = conflict(site)
    for person, chosen, batch, code in (
        ("P-3", first, "B1", "not_permitted"),
        ("P-5", "0" * 36, "B1", "chosen_unknown"),
        ("P-5", first, "B2", "not_found"),
    ):
        with pytest.raises(PestleError) as error:
            resolve(site, item, chosen, person, batch)
        assert error.value.code == code
    resolve(site, item, second)
    with pytest.raises(PestleError) as error:
        resolve(site, item, first)
    assert error.value.code == "item_closed"


@pytest.mark.urs("PRD-13")
def test_an_exception_is_assessed_once_with_a_reason_and_is_then_notable(site: Site) -> None:
    site.put("line_cleared", cleared("B1", items=[{"id": "labels", "ok": False}]))
    assert site.line("B1").open_items == 1
    assess(site, "out_of_limits")
    assert site.line("B1").open_items == 0
    (notice,) = review(site)["notable"]
    assert (notice["state"], notice["decision"]["text"]) == ("assessed", "no effect on quality")
    with pytest.raises(PestleError) as error:
        assess(site, "out_of_limits")
    assert error.value.code == "item_closed"


@pytest.mark.urs("PLT-05")
def test_every_table_is_the_same_after_a_rebuild(site: Site) -> None:
    item, _, second = conflict(site)
    resolve(site, item, second)
    site.put("phase_started", marked("B1", "30"))
    assess(site, "phase_order")
    finish_after_conflict(site)
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "found in a pocket"})
    before = site.tables()
    assert all(before[name] for name in ("production_batch", "production_item", "release_disposition"))
    checked = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert (checked["ok"], checked["differences"]) == (True, [])


def finish_after_conflict(site: Site) -> None:
    """The rest of the batch, with a wrong value that was corrected, up to the signature."""
    site.put("phase_completed", marked("B1", "10"))
    site.put("material_weighed", weighed("B1", source="device", reading=site.read_weight()))
    site.put("phase_completed", marked("B1", "20"))
    wrong = site.put("parameter_recorded", parameter("B1", "speed", "120", "rpm"))
    site.put("parameter_recorded", parameter("B1", "speed", "12", "rpm"), corrects=wrong.id, reason="typing error")
    assess(site, "out_of_limits")
    sign(site, "rejected")


@pytest.mark.urs("IDN-04")
def test_lists_say_for_each_batch_whether_its_signature_still_covers_everything(site: Site) -> None:
    finish(site)
    sign(site, "released")
    site.order("B2")
    assert stale(site) == {"B1": False, "B2": False}
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "found later"})
    assert stale(site) == {"B1": True, "B2": False}
    assert review(site)["batch"]["stale"] is True


@pytest.mark.urs("IDN-04")
def test_a_page_of_batches_is_asked_about_once(site: Site) -> None:
    finish(site)
    sign(site, "released")
    for number in range(2, 12):
        site.order(f"B{number}")
    asked: list[str] = []
    event.listen(site.plant.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    stale(site)
    assert len([one for one in asked if "release_disposition" in one]) == 1


@pytest.mark.urs("IDN-04", "IDN-05")
def test_a_mistyped_pin_leaves_a_signature_as_good_as_it_was(site: Site) -> None:
    finish(site)
    sign(site, "released")
    tried = {"batch": "B1", "person": "P-1", "right": False, "wrong": 1, "by": "pin"}
    site.submit(site.writers["tablet-a"].write("handheld.pin_tried.v1", "batch/B1", tried, actor="P-1"))
    page = review(site)
    assert page["disposition"]["stale"] is False
    assert page["batch"]["stale"] is False


def stale(site: Site) -> dict[str, bool]:
    with site.plant.engine.connect() as connection:
        found, _ = batches.batch_lines(connection)
        return {line["number"]: line["stale"] for line in pages.lines(connection, found)}


def mistype(site: Site, wrong: int) -> None:
    tried = {"batch": "B1", "person": "P-1", "right": False, "wrong": wrong, "by": "pin"}
    pen, lease = site.writers["tablet-a"], site.leases["B1", "tablet-a"]
    site.submit(pen.write("handheld.pin_tried.v1", "batch/B1", tried, actor="P-1", lease=lease))


@pytest.mark.urs("IDN-04", "IDN-05")
def test_a_mistyped_pin_leaves_an_open_review_signable_and_stands_beside_the_seal(site: Site) -> None:
    site.work("B1")
    shown = review(site)
    mistype(site, 1)
    later = review(site)
    assert (later["seal"]["head"], later["seal"]["entries"]) == (shown["seal"]["head"], shown["seal"]["entries"])
    assert [one["kind"] for one in later["seal"]["beside"]] == ["handheld.pin_tried.v1"]
    sign(site, "rejected", digest=shown["digest"], devices=heads(shown))
    mistype(site, 2)
    signed = review(site)["disposition"]
    assert signed["stale"] is False
    assert [one["kind"] for one in signed["seal"]["beside"]] == ["handheld.pin_tried.v1"] * 2
    assert {one["index"] for one in signed["seal"]["beside"]} <= {one["index"] for one in pages_entries(site)}


@pytest.mark.urs("IDN-04")
def test_what_says_something_of_the_batch_makes_an_open_review_stale_also_behind_a_mistyped_pin(site: Site) -> None:
    site.work("B1")
    shown = review(site)
    mistype(site, 1)
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "found later"})
    mistype(site, 2)
    assert refused(site, "rejected", digest=shown["digest"], devices=heads(shown)).code == "digest_stale"
    sign(site, "rejected")
    assert review(site)["disposition"]["stale"] is False


@pytest.mark.urs("IDN-04")
def test_a_seal_with_heads_from_before_what_it_covers_is_refused(site: Site) -> None:
    site.work("B1")
    before = heads(review(site))
    mistype(site, 1)
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "found later"})
    assert refused(site, "rejected", devices=before).code == "digest_stale"


def heads(shown: dict[str, Any]) -> list[dict[str, Any]]:
    devices = shown["seal"]["devices"]
    return [{"device": one["device"]["id"], "seq": one["seq"], "hash": one["hash"]} for one in devices]


def pages_entries(site: Site) -> list[dict[str, Any]]:
    with site.plant.engine.connect() as connection:
        return pages.batch_entries(connection, "B1")
