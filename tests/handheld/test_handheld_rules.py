"""What is doubtful about work away from the server: the lease it was done under, the clock it was timed by."""

from dataclasses import replace

import pytest

from server.handheld.model import Lease
from server.handheld.rules import doubt_clock, doubt_lease

LEASE = Lease("L-1", "B-1", None, None, "T-1", "P-1", "2026-11-22T08:00:00.000Z", "2026-11-25T08:00:00.000Z")
HOUR = 3_600_000


def lease_code(
    captured_at: str,
    *,
    lease: Lease | None = LEASE,
    device: str = "T-1",
    seq: int = 5,
    skew: int = 0,
    seen: str | None = None,
) -> str | None:
    doubt = doubt_lease(lease, "L-1", "batch/B-1", device, seq, captured_at, skew, seen)
    return None if doubt is None else doubt.code


@pytest.mark.urs("PLT-12")
def test_a_lease_covers_its_batch_on_its_device_until_it_expires() -> None:
    assert lease_code("2026-11-25T08:00:00.000Z") is None
    assert lease_code("2026-11-25T08:00:00.001Z") == "lease_expired"
    assert lease_code("2026-11-23T08:00:00.000Z", device="T-2") == "lease_unknown"
    assert lease_code("2026-11-23T08:00:00.000Z", lease=None) == "lease_unknown"


@pytest.mark.urs("PLT-12", "PLT-13")
def test_a_clock_that_is_off_neither_lengthens_nor_shortens_a_lease() -> None:
    assert lease_code("2026-11-25T07:30:00.000Z", skew=-HOUR) == "lease_expired"
    assert lease_code("2026-11-25T08:30:00.000Z", skew=HOUR) is None


@pytest.mark.urs("PLT-12", "PLT-13")
def test_who_has_seen_what_came_after_the_end_wrote_after_it_whatever_its_clock_says() -> None:
    assert lease_code("2026-11-23T08:00:00.000Z", seen="2026-11-25T08:00:00.000Z") is None
    assert lease_code("2026-11-23T08:00:00.000Z", seen="2026-11-25T08:00:00.001Z") == "lease_expired"
    revoked = replace(LEASE, revoked_at="2026-11-24T08:00:00.000Z")
    assert lease_code("2026-11-23T08:00:00.000Z", lease=revoked, seen="2026-11-24T08:00:00.001Z") == "lease_revoked"
    assert lease_code("2026-11-24T08:00:00.001Z", lease=revoked) == "lease_revoked"
    assert lease_code("2026-11-24T08:00:00.000Z", lease=revoked) is None


@pytest.mark.urs("PLT-12")
def test_what_was_written_after_the_return_is_not_under_the_lease() -> None:
    returned = replace(LEASE, returned_at="x", last_seq=5)
    assert lease_code("2026-11-23T08:00:00.000Z", lease=returned, seq=5) is None
    assert lease_code("2026-11-23T08:00:00.000Z", lease=returned, seq=6) == "lease_expired"


@pytest.mark.urs("PLT-13")
@pytest.mark.parametrize(("skew", "doubtful"), [(300_000, False), (300_001, True), (-300_001, True), (0, False)])
def test_a_clock_is_doubtful_beyond_five_minutes(skew: int, doubtful: bool) -> None:
    assert (doubt_clock("T-1", skew) is not None) == doubtful
