"""A witness judges a second person as at capture, from the log alone: key, permission and area."""

import base64
from collections.abc import Iterator
from dataclasses import replace

import pytest
from batch_support import PHASES, Site, weighed
from witness_support import Rig, Story

from server.core import clock
from sync.entry import Envelope
from sync.signing import Ed25519Signer

pytestmark = pytest.mark.urs("PLT-18", "IDN-05", "IDN-01")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A weight signed with a key that was changed before it came, one with a key that was lost, one from elsewhere."""
    folder = tmp_path_factory.mktemp("second")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    for area, rooms in (("dispensing", ["2-114"]), ("elsewhere", ["2-118"])):
        given = {"area": area, "name": {"zh": area, "en": area}, "places": rooms, "reason": "plan of the plant"}
        site.state("identity.area_set.v1", "site", given)
    about = {"person": "P-11", "login": "new", "name": "新人", "name_en": "New"}
    held = {"grants": [{"role": "operator", "areas": None}], "waiting": []}
    site.state("identity.person_added.v3", "person/P-11", about | held)
    site.order("B1", phases=[{**phase, "room": "2-114"} for phase in PHASES])
    now = site.now_ms = int(clock.now().timestamp() * 1000)
    written = [_weight(site, number) for number in range(2)]
    _pin(site, "P-2")
    site.submit(written[0])
    _pin(site, "server")
    site.submit(written[1])
    moved = {"person": "P-2", "grants": [{"role": "operator", "areas": ["elsewhere"]}], "reason": "moved"}
    site.state("identity.roles_changed.v2", "person/P-2", moved)
    site.now_ms = now + 400_000
    site.submit(_weight(site, 2))
    for number, by in ((3, None), (4, "P-1")):
        payload = weighed("B1", verified_by=by, container=f"{number}/9")
        site.put("material_weighed", payload, cosigner=by)
    yield Story.of(site.plant)
    site.plant.close()


def _weight(site: Site, number: int) -> Envelope:
    payload = weighed("B1", verified_by="P-2", container=f"{number}/9")
    lease, subject = site.leases["B1", "tablet-a"], f"20/weight/{number}"
    pen = site.writers["tablet-a"]
    entry = pen.write("production.material_weighed.v1", "batch/B1", payload, actor="P-1", subject=subject, lease=lease)
    return site.cosign(entry, "P-2")


def _pin(site: Site, actor: str) -> None:
    public = base64.b64encode(Ed25519Signer.generate().public_key).decode()
    given = {"person": "P-2", "what": "pin", "alg": "ed25519", "public_key": public}
    site.state("identity.credential_set.v1", "person/P-2", given, actor)


def test_what_the_server_judged_as_at_capture_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why
    weights = [story.entries[index] for index in story.indices("production.material_weighed.v1")]
    first, lost, elsewhere, alone, own = weights
    assert "manual_weight_unverified" in alone.stamp.flags
    assert "verifier_is_performer" in own.stamp.flags
    assert "manual_weight_unverified" not in first.stamp.flags
    assert "manual_weight_unverified" in lost.stamp.flags
    assert "second_area_not_permitted" in elsewhere.stamp.flags


@pytest.mark.parametrize("flag", ["manual_weight_unverified", "second_area_not_permitted"])
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = next(entry.index for entry in story.entries if flag in entry.stamp.flags)
    keep = tuple(one for one in story.entries[index].stamp.flags if one != flag)
    assert rig.show(story.restamp(index, lambda stamp: replace(stamp, flags=keep))) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize(("at", "flag"), [(3, "manual_weight_unverified"), (4, "verifier_is_performer")])
def test_a_typed_weight_that_nobody_else_has_verified_is_found(rig: Rig, story: Story, at: int, flag: str) -> None:
    index = story.indices("production.material_weighed.v1")[at]
    keep = tuple(one for one in story.entries[index].stamp.flags if one != flag)
    assert rig.show(story.restamp(index, lambda stamp: replace(stamp, flags=keep))) == 422
    assert rig.found == ("flag_missing", index)


def test_a_flag_for_a_second_person_whose_roles_held_there_is_found(rig: Rig, story: Story) -> None:
    index = story.indices("production.material_weighed.v1")[0]
    flags = (*story.entries[index].stamp.flags, "second_area_not_permitted")
    assert rig.show(story.restamp(index, lambda stamp: replace(stamp, flags=flags))) == 422
    assert rig.found == ("flag_wrong", index)
