"""What the log shows of when an entry was made: the checkpoint its device had seen, and when it came (PLT-13)."""

import time
from typing import Any

import pytest
from handheld_support import Site, Tablet

from server.handheld.rules import doubt_capture
from server.production.entry_view import entry_views
from sync.entry import Envelope, Seen
from sync.log import reading
from sync.merkle import Edge

BATCH = "B-1"
HOUR = 3_600_000
EARLY, LATE = "2026-11-25T08:00:00.000Z", "2026-11-25T16:00:00.000Z"


def remark(tablet: Tablet, text: str) -> Envelope:
    payload = {"batch": BATCH, "phase": None, "text": text}
    lease = tablet.leases[BATCH]
    return tablet.write(BATCH, "production.remark_added.v1", payload, actor="P-1", lease=lease, subject="batch/remark")


def head(site: Site) -> Seen:
    with site.plant.engine.connect() as connection:
        found = site.plant.log.head(connection)
    return Seen(found.size, found.root.hex())


def receipt(site: Site, tablet: Tablet, text: str) -> dict[str, Any]:
    return tablet.receipt(BATCH, tablet.delivered(BATCH, remark(tablet, text)))


def code(captured: str, *, after: str | None = EARLY, skew: int = 0) -> str | None:
    doubt = doubt_capture("T-1", captured, after, LATE, skew)
    return None if doubt is None else doubt.code


@pytest.mark.urs("PLT-13")
def test_a_capture_time_lies_between_what_was_seen_and_the_receipt() -> None:
    assert code("2026-11-25T08:00:00.000Z") is None
    assert code("2026-11-25T07:55:00.000Z") is None
    assert code("2026-11-25T07:54:59.999Z") == "captured_outside"
    assert code("2026-11-25T16:05:00.000Z") is None
    assert code("2026-11-25T16:05:00.001Z") == "captured_outside"
    assert code("2020-01-01T00:00:00.000Z", after=None) is None


@pytest.mark.urs("PLT-13")
def test_a_skew_that_was_measured_explains_a_time_outside_as_far_as_it_goes() -> None:
    assert code("2026-11-25T17:00:00.000Z", skew=HOUR) is None
    assert code("2026-11-25T17:05:00.001Z", skew=HOUR) == "captured_outside"
    assert code("2026-11-25T07:00:00.000Z", skew=-HOUR) is None
    # The clock was set right before it came back, or wrong only then: neither makes a good time doubtful.
    assert code("2026-11-25T09:00:00.000Z", skew=-20 * HOUR) is None
    assert code("2026-11-25T06:00:00.000Z", skew=HOUR) == "captured_outside"


@pytest.mark.urs("PLT-13")
def test_a_capture_time_before_what_the_device_had_seen_is_an_exception(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    tablet.writer.seen = head(site)
    assert receipt(site, tablet, "in time")["flags"] == []
    tablet.writer.clock = lambda: time.time_ns() // 1_000_000 - 8 * HOUR
    assert receipt(site, tablet, "this morning, it says")["flags"] == ["captured_outside"]
    assert receipt(site, tablet, "and again")["flags"] == ["captured_outside"]
    assert site.exceptions(BATCH) == ["captured_outside"]


@pytest.mark.urs("PLT-13")
def test_an_entry_is_shown_with_the_times_between_which_it_must_have_been_made(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    first = receipt(site, tablet, "nothing seen")
    tablet.writer.seen = seen = head(site)
    second = receipt(site, tablet, "much seen")
    with site.plant.engine.connect() as connection:
        before, after = entry_views(connection, [first["index"], second["index"]])
        last = reading.one(connection, seen.size - 1)
    assert last is not None
    assert before["made"] == {"after": None, "before": before["recorded_at"]}
    assert after["made"] == {"after": last.stamp.recorded_at, "before": after["recorded_at"]}


@pytest.mark.urs("PLT-13", "PLT-18")
def test_a_checkpoint_that_the_log_never_had_is_flagged(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    seen = head(site)
    for wrong in (Seen(seen.size, "00" * 32), Seen(seen.size + 1000, seen.root), Seen(seen.size - 1, seen.root)):
        tablet.writer.seen = wrong
        assert receipt(site, tablet, f"saw {wrong.size}")["flags"] == ["seen_wrong"]
    assert site.exceptions(BATCH) == ["seen_wrong"]
    with site.plant.engine.connect() as connection:
        size = site.plant.log.head(connection).size
        views = [view for view in entry_views(connection, range(size)) if "seen_wrong" in view["flags"]]
    assert [view["made"]["after"] for view in views] == [None] * 3
    tablet.writer.seen = seen
    assert receipt(site, tablet, "this log again")["flags"] == []


@pytest.mark.urs("PLT-13")
def test_any_size_that_the_tree_has_had_is_known_also_between_checkpoints(site: Site) -> None:
    with site.plant.engine.connect() as connection:
        size = site.plant.log.head(connection).size
        signed = [reading.root_at(connection, n) for n in range(size + 1)]
        leaves = reading.leaf_hashes(connection, 0)
    edge, roots = Edge(), [Edge().root()]
    for leaf in leaves:
        edge.append(leaf)
        roots.append(edge.root())
    assert signed == roots
