"""Reviews of the audit trail through the door, on both databases: what is signed, by whom, and what is no review."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from audit_support import refused, reviewed, sign
from batch_support import PHASES, Site, cleared, parameter, weighed
from passkey_support import Authenticator, text
from release_support import finish
from release_support import sign as dispose
from support import YEAR

from server.core import clock, rebuild
from server.plant import ROOMS
from server.release.audit import pages, queries, rules
from server.release.audit.model import FOUND_NOTHING, FOUND_SOMETHING, MEANINGS, REVIEWED_KIND, Scope, said
from server.release.queries import log_size
from server.site import erase
from sync import passkeys
from sync.log import reading

pytestmark = pytest.mark.urs("IDN-10")
BATCH = Scope(batch="B1")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    yield site
    clock.use_system()
    site.plant.close()


def last(site: Site, batch: str = "B1") -> dict[str, Any]:
    with site.plant.engine.connect() as connection:
        return pages.of_batch(connection, batch)


def until_now(site: Site, **more: Any) -> Scope:
    with site.plant.engine.connect() as connection:
        size = log_size(connection)
        stamp = reading.one(connection, size - 1)
    assert stamp is not None
    return Scope(until=stamp.stamp.recorded_at, **more)


def test_a_review_says_who_looked_at_how_many_entries_and_what_came_since(site: Site) -> None:
    finish(site)
    assert (last(site)["review"], last(site)["since"]) == (None, 20)
    sign(site, reviewed(site, BATCH, comment="all read"))
    now = last(site)
    assert (now["since"], now["review"]["count"], now["review"]["comment"]) == (0, 20, "all read")
    assert now["review"]["signer"] == {"id": "P-5", "name": "赵琳", "name_en": "Zhao Lin"}
    assert now["review"]["meaning"] == {"code": FOUND_NOTHING, **MEANINGS[FOUND_NOTHING]}
    dispose(site, "released", person="P-6")
    assert last(site)["since"] == 0
    # No disposition, whatever a tablet calls it.
    site.submit(site.writers["tablet-a"].write("release.batch_released.v3", "batch/B1", {"x": 1}, actor="P-1"))
    assert last(site)["since"] == 1
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "found in a pocket"})
    assert last(site)["since"] > 1


@pytest.mark.urs("IDN-10", "PRD-14")
def test_who_did_it_on_paper_does_not_review_it_whoever_typed_it_in(site: Site) -> None:
    """On an issued copy quality did what an operator types in; of what was not theirs they may review."""
    site.state("release.blank_issued.v1", "batch/B1", {"batch": "B1", "copy": 1, "reason": None}, "P-5")
    at = "2026-11-22T09:40:00.000Z"
    begun = {"batch": "B1", "phase": "10", "copy": 1, "done_from": at, "done_to": at, "done_by": "P-6"}
    site.put("paper_begun", begun | {"comment": None, "photo": None})
    site.put("line_cleared", cleared("B1"))
    site.put("paper_ended", {"batch": "B1", "phase": "10", "verified_by": None})
    for scope in (BATCH, Scope(batch="B1", kind="production.line_cleared.v1"), until_now(site)):
        assert refused(site, reviewed(site, scope, person="P-6"), "P-6") == "reviewer_produced"
    other = Scope(batch="B1", kind="production.paper_ended.v1")
    sign(site, reviewed(site, other, person="P-6"), "P-6")
    sign(site, reviewed(site, BATCH))


def test_a_review_of_a_part_is_kept_and_is_none_of_the_whole(site: Site) -> None:
    finish(site)
    sign(site, reviewed(site, Scope(batch="B1", kind="production.line_cleared.v1")))
    assert last(site)["review"] is None
    with site.plant.engine.connect() as connection:
        assert pages.listing(connection, "B1", 0, 10)["total"] == 1


def test_what_is_over_is_asked_after_by_how_far_it_reaches(site: Site) -> None:
    site.work("B1")
    sign(site, reviewed(site, until_now(site)))
    with site.plant.engine.connect() as connection:
        review, since = queries.since_last(connection)
        size = log_size(connection)
    assert review is not None
    # What was recorded in the very millisecond in which it ended, and the review itself.
    assert since == size - review.count > 0


def test_a_review_of_the_last_hour_does_not_hide_what_was_before_it(site: Site) -> None:
    site.work("B1")
    with site.plant.engine.connect() as connection:
        stored = list(reading.between(connection, 0, log_size(connection)))
    middle = stored[len(stored) // 2].stamp.recorded_at
    late = Scope(since=middle, until=clock.now_text())
    sign(site, reviewed(site, late))
    with site.plant.engine.connect() as connection:
        assert queries.since_last(connection) == (None, log_size(connection))
    sign(site, reviewed(site, Scope(until=middle)))
    with site.plant.engine.connect() as connection:
        last, since = queries.since_last(connection)
    # Both together leave no gap.
    assert last is not None
    assert last.scope == late
    assert 2 <= since < len(stored)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"digest": "0" * 64}, "audit_scope_changed"),
        ({"count": 18}, "audit_scope_changed"),
        ({"log_size": 1}, "audit_scope_changed"),
        ({"log_size": 2**31 - 1}, "audit_scope_changed"),
        ({"scope": Scope(batch="B2").payload()}, "audit_scope_changed"),
        ({"scope": Scope(batch="B1", kind="production").payload()}, "audit_scope_changed"),
        ({"scope": Scope(batch="B404").payload()}, "not_found"),
        ({"scope": Scope(batch="B1", stream="site").payload()}, "not_found"),
        ({"scope": Scope(batch="B1", until="2999-01-01T00:00:00.000Z").payload()}, "audit_scope_future"),
        ({"meaning": {"code": FOUND_SOMETHING, **MEANINGS[FOUND_SOMETHING]}}, "meaning_unknown"),
        ({"signer": {"id": "P-6", "name": "x", "name_en": None}}, "signer_other"),
        ({"count": 100_001}, "audit_scope_large"),
    ],
)
def test_what_is_signed_is_what_stands_in_the_log(site: Site, changes: dict[str, Any], code: str) -> None:
    site.order("B2")
    finish(site)
    assert refused(site, reviewed(site, BATCH) | changes) == code
    assert last(site)["review"] is None


def test_what_came_in_between_makes_it_another_selection(site: Site) -> None:
    finish(site)
    shown = reviewed(site, BATCH)
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "one more"})
    assert refused(site, shown) == "audit_scope_changed"
    sign(site, reviewed(site, BATCH))


def test_what_comes_elsewhere_changes_nothing(site: Site) -> None:
    finish(site)
    shown, period = reviewed(site, BATCH), reviewed(site, until_now(site))
    site.order("B2")
    sign(site, shown)
    sign(site, period)


@pytest.mark.urs("IDN-08")
def test_who_worked_or_confirmed_does_not_review_it(site: Site) -> None:
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "helped out"}, actor="P-6")
    site.put("material_weighed", weighed("B1", verified_by="P-5"), cosigner="P-5")
    for person in ("P-5", "P-6"):
        assert refused(site, reviewed(site, BATCH, person=person), person) == "reviewer_produced"
        assert refused(site, reviewed(site, until_now(site), person=person), person) == "reviewer_produced"
    part = Scope(batch="B1", kind="handheld")
    sign(site, reviewed(site, part))


@pytest.mark.urs("IDN-01", "IDN-08")
@pytest.mark.parametrize("person", ["P-1", "P-3", "P-7", "P-9", "P-404"])
def test_nobody_but_qa_reviews(site: Site, person: str) -> None:
    finish(site)
    assert refused(site, reviewed(site, BATCH, person=person), person) == "not_permitted"


def test_remarks_are_about_entries_of_the_selection(site: Site) -> None:
    done = site.work("B1")
    other = site.order("B2")
    first, note = done["10/clearance"], {"text": "who was there?", "deviation": None}
    marked = [{"entry": first, **note}]
    assert refused(site, reviewed(site, BATCH, remarks=[{"entry": other.id, **note}])) == "not_found"
    assert refused(site, reviewed(site, BATCH, remarks=marked * 2)) == "not_found"
    assert refused(site, reviewed(site, BATCH, remarks=[{**marked[0], "deviation": "DEV-404"}])) == "not_found"
    site.state("quality.deviation_opened.v1", "batch/B1", opened(first), "P-5")
    sign(site, reviewed(site, BATCH, remarks=[{**marked[0], "deviation": f"DEV-{YEAR}-0001"}]))
    [remark] = last(site)["review"]["remarks"]
    assert (remark["text"], remark["deviation"], remark["index"] > 0) == ("who was there?", f"DEV-{YEAR}-0001", True)


def opened(entry: str) -> dict[str, Any]:
    given = {"deviation": f"DEV-{YEAR}-0001", "batch": "B1", "code": "reported", "device": None}
    return {**given, "summary": "nobody signed", "entry": entry}


def test_a_passkey_that_signed_one_selection_signs_no_other(site: Site) -> None:
    finish(site)
    key = Authenticator()
    made = {"person": "P-5", "label": "key", "rp_id": key.rp_id, "credential": key.credential}
    site.state(passkeys.ADDED, "person/P-5", made | {"public_key": text(key.cose)}, "P-5")
    shown = reviewed(site, BATCH, method="passkey")
    digest = passkeys.shown(REVIEWED_KIND, said(shown))
    challenge = text(passkeys.online_challenge("nonce", digest))
    signed = shown | {"passkey": key.use({"nonce": "nonce", "challenge": challenge})}
    part = reviewed(site, Scope(batch="B1", kind="production"), method="passkey")
    for other in (
        part | {"passkey": signed["passkey"]},
        signed | {"comment": "and all is well"},
        signed | {"remarks": [{"entry": "0" * 36, "text": "x", "deviation": None}]},
        signed | {"meaning": {"code": FOUND_SOMETHING, **MEANINGS[FOUND_SOMETHING]}},
    ):
        assert refused(site, other) == "passkey_wrong"
    sign(site, signed)


def test_erased_content_changes_no_digest_and_a_rebuild_makes_the_same_tables(site: Site) -> None:
    finish(site)
    sign(site, reviewed(site, BATCH))
    with site.plant.engine.connect() as connection:
        size = log_size(connection)
        before = queries.measure(connection, BATCH, size)
        rows = erase.of_stream(connection, "batch/B1")
    later = clock.now().replace(year=clock.now().year + 12)
    clock.use(lambda: later)
    erase.erase(site.plant, "P-5", rows, "kept long enough", "GMP 2010, article 162")
    with site.plant.engine.connect() as connection:
        assert queries.measure(connection, BATCH, size) == before
        page = pages.entries(connection, BATCH, size, None, None, 5)
    assert [entry["payload"] for entry in page["items"]] == [None] * 5
    # There is no such batch any more, and its entries can be reviewed all the same.
    assert refused(site, reviewed(site, BATCH)) == "not_found"
    sign(site, reviewed(site, Scope(stream="batch/B1")))
    checked = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert checked["differences"] == []


def test_what_deserves_a_look_is_counted_and_found(site: Site) -> None:
    first = site.put("parameter_recorded", parameter("B1", "speed", "12", "rpm"))
    site.put("parameter_recorded", parameter("B1", "speed", "13", "rpm"), corrects=first.id, reason="misread")
    site.put("line_cleared", cleared("B1", items=[{"id": "labels", "ok": False}]))
    with site.plant.engine.connect() as connection:
        size = log_size(connection)
        shown = pages.selection(connection, BATCH, "P-5")
        counts = {one["code"]: one["count"] for one in shown["looks"]}
        found = {why: queries.places(connection, BATCH, size, why, None, 100) for why in queries.LOOKS}
        whole = queries.places(connection, BATCH, size, None, None, 100)
    assert counts["corrections"] == 1
    assert min(counts["flagged"], counts["decided"]) > 0
    assert {why: len(places) for why, places in found.items() if places} == counts
    assert sum(one["count"] for one in shown["kinds"]) == shown["count"] == len(whole)
    assert (shown["refused"], shown["log_size"]) == (None, size)


def test_what_is_wrong_in_any_room_deserves_a_look_first() -> None:
    """A room that is added later raises its exceptions under a name of its own: the reviewer is led to them too."""
    wrong = re.compile(r"_(raised|found|refused|withdrawn|revoked|settled|disputed|cancelled|locked|failed)\.v")
    asked = [kind.name for room in ROOMS for kind in room.kinds if wrong.search(kind.name)]
    assert len(asked) > 10
    # Ordinary work: somebody asks for materials, or gives up the plan of an order before anything is made by it.
    asked = [name for name in asked if name not in ("materials.requisition_raised.v1", "production.order_withdrawn.v1")]
    starts = tuple(start for some in queries.LOOKS_BY_KIND.values() for start in some)
    assert [name for name in asked if not name.startswith(starts)] == []


@pytest.mark.urs("PLT-18")
def test_the_witness_finds_the_same_entries_as_the_database(site: Site) -> None:
    site.order("b1")
    site.put("material_weighed", weighed("B1", verified_by="P-5"), cosigner="P-5")
    finish(site)
    with site.plant.engine.connect() as connection:
        size = log_size(connection)
        stored = list(reading.between(connection, 0, size))
        middle = stored[size // 2].stamp.recorded_at
        for scope in (
            BATCH,
            Scope(stream="batch"),
            Scope(stream="Batch"),
            Scope(kind="production"),
            Scope(kind="PRODUCTION"),
            Scope(kind="production.line_cleared.v1"),
            Scope(person="P-5"),
            Scope(person="P-1", device="tablet-a"),
            Scope(device="server", since=middle),
            Scope(until=middle),
            Scope(since=middle, until=stored[-1].stamp.recorded_at, kind="handheld"),
        ):
            here = [
                one.index
                for one in stored
                if rules.matches(scope, one.head, [line["by"] for line in one.envelope.signed], one.stamp.recorded_at)
            ]
            assert queries.places(connection, scope, size, None, None, size) == here, scope


@pytest.mark.urs("IDN-01")
def test_who_answers_for_another_area_does_not_review_a_batch_of_this_one(site: Site) -> None:
    site.order("B2", phases=[{**phase, "room": "2-114"} for phase in PHASES])
    for area, room in (("here", "2-114"), ("there", "2-118")):
        given = {"area": area, "name": {"zh": area, "en": area}, "places": [room], "reason": "plan of the plant"}
        site.state("identity.area_set.v1", "site", given)
        grants = [{"role": "qa", "areas": [area]}]
        site.state("identity.roles_changed.v2", "person/P-6", {"person": "P-6", "grants": grants, "reason": "moved"})
        shown = reviewed(site, Scope(batch="B2"), person="P-6")
        if area == "there":
            assert refused(site, shown, "P-6") == "area_not_permitted"
        else:
            sign(site, shown, "P-6")
