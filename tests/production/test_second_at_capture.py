"""A second person is judged as things stood at capture, not at sync: their key, what they may, and where."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import PHASES, Site, weighed

from server.core import clock
from server.core.outcomes import Recorded
from sync.entry import Envelope, Seen
from sync.signing import Ed25519Signer

pytestmark = pytest.mark.urs("IDN-05", "PLT-12")
MINUTE = 60_000


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    for area, rooms in (("dispensing", ["2-114"]), ("elsewhere", ["2-118"])):
        given = {"area": area, "name": {"zh": area, "en": area}, "places": rooms, "reason": "plan of the plant"}
        site.state("identity.area_set.v1", "site", given)
    site.order("B1", phases=[{**phase, "room": "2-114"} for phase in PHASES])
    yield site
    site.plant.close()


def now_ms() -> int:
    return int(clock.now().timestamp() * 1000)


def set_pin(site: Site, actor: str) -> Ed25519Signer:
    """P-2 has another key from now on: their own choice, or by the console, since the one before was lost."""
    key = Ed25519Signer.generate()
    public = base64.b64encode(key.public_key).decode()
    given = {"person": "P-2", "what": "pin", "alg": "ed25519", "public_key": public}
    site.state("identity.credential_set.v1", "person/P-2", given, actor)
    return key


def captured(site: Site, at_ms: int, key: Ed25519Signer, seen: bool = False) -> Envelope:
    """A weight that P-2 has signed on the tablet at that time by its clock; `seen`: it had seen all of the log."""
    pen = site.writers["tablet-a"]
    site.now_ms = at_ms
    if seen:
        with site.plant.engine.connect() as connection:
            head = site.plant.log.head(connection)
        pen.seen = Seen(head.size, head.root.hex())
    payload = weighed("B1", verified_by="P-2")
    lease = site.leases["B1", "tablet-a"]
    subject = "20/weight/api-1/1"
    written = pen.write(
        "production.material_weighed.v1", "batch/B1", payload, actor="P-1", subject=subject, lease=lease
    )
    return site.cosign(written, "P-2", key)


def unsigned(recorded: Recorded) -> bool:
    return "manual_weight_unverified" in recorded.flags


def test_a_pin_that_was_changed_between_capture_and_sync_leaves_the_signature_good(site: Site) -> None:
    entry = captured(site, now_ms(), site.keys["P-2"])
    set_pin(site, "P-2")
    assert not unsigned(site.submit(entry))


def test_a_key_signs_nothing_that_was_captured_after_it_was_given_up(site: Site) -> None:
    set_pin(site, "P-2")
    assert unsigned(site.submit(captured(site, now_ms() + 10 * MINUTE, site.keys["P-2"])))


def test_a_device_that_had_seen_the_new_key_cannot_date_back_what_the_old_one_signs(site: Site) -> None:
    set_pin(site, "P-2")
    assert unsigned(site.submit(captured(site, now_ms() - 10 * MINUTE, site.keys["P-2"], seen=True)))


def test_a_lost_key_signs_nothing_that_comes_after_its_end_whatever_time_it_says(site: Site) -> None:
    before = captured(site, now_ms() - 60 * MINUTE, site.keys["P-2"])
    new = set_pin(site, "server")
    assert unsigned(site.submit(before))
    assert not unsigned(site.submit(captured(site, now_ms(), new)))


def test_a_key_that_was_lost_stays_so_when_its_person_chooses_another(site: Site) -> None:
    before = captured(site, now_ms() - 60 * MINUTE, site.keys["P-2"])
    set_pin(site, "server")
    set_pin(site, "P-2")
    assert unsigned(site.submit(before))


def test_a_key_signs_nothing_from_before_it_was_theirs(site: Site) -> None:
    new = set_pin(site, "P-2")
    assert unsigned(site.submit(captured(site, now_ms() - 60 * MINUTE, new)))
    assert not unsigned(site.submit(captured(site, now_ms(), new)))


def grant(site: Site, *grants: dict[str, Any]) -> None:
    given = {"person": "P-2", "grants": list(grants), "reason": "moved"}
    site.state("identity.roles_changed.v2", "person/P-2", given)


def test_who_might_stand_by_at_capture_did_so_whatever_they_may_at_sync(site: Site) -> None:
    entry = captured(site, now_ms() - 10 * MINUTE, site.keys["P-2"])
    grant(site)
    assert "person_not_permitted" not in site.submit(entry).flags
    assert "person_not_permitted" in site.submit(captured(site, now_ms() + 6 * MINUTE, site.keys["P-2"])).flags


def test_a_second_person_from_another_area_is_kept_and_an_exception(site: Site) -> None:
    grant(site, {"role": "operator", "areas": ["elsewhere"]})
    recorded = site.submit(captured(site, now_ms() + 6 * MINUTE, site.keys["P-2"]))
    assert "second_area_not_permitted" in recorded.flags
    told = site.item("B1", "second_area_not_permitted")
    assert told.details == {"person": "P-2", "room": "2-114", "area": "dispensing"}
    assert "area_not_permitted" not in recorded.flags
