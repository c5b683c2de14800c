"""A witness finds each rule of the log that somebody breaks who holds the database and the server's key."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from batch_support import Site
from passkey_support import Authenticator, text
from witness_support import Rig, Story, later

from server.core.kinds import Fact
from server.release.model import said
from sync import passkeys
from sync.entry import FIRST_PREV, Seen
from sync.merkle import Edge, leaf_hash
from sync.signing import Ed25519Signer
from sync.verify import verify_log
from sync.writer import now_text

pytestmark = pytest.mark.urs("PLT-18")

MEANING = {
    "code": "reviewed_and_released",
    "zh": "批记录已审核，准予放行",
    "en": "Batch record reviewed, batch released",
}


def seal(story: Story, batch: str, **changes: Any) -> dict[str, Any]:
    """A disposition as the server would write it at the end of this story."""
    stream = [entry for entry in story.entries if entry.head.stream == f"batch/{batch}"]
    heads: dict[str, dict[str, Any]] = {}
    for entry in stream:
        if entry.head.kind == "handheld.lease_issued.v1":
            device = entry.envelope.body["device"]
            heads.setdefault(device, {"device": device, "seq": 0, "hash": FIRST_PREV})
    for entry in story.entries:
        if entry.head.device in heads:
            name = entry.head.device
            heads[name] = {"device": name, "seq": entry.head.seq, "hash": entry.envelope.digest.hex()}
    given = {
        "batch": batch,
        "meaning": MEANING,
        "signer": {"id": "P-5", "name": "赵悦", "name_en": "Zhao Yue"},
        "signed_at": "2026-11-25T09:30:00.000Z",
        "offset": 480,
        "method": "password",
        "components": 2,
        "passkey": None,
        "digest": "0" * 64,
        "stream_seq": len(stream),
        "stream_hash": stream[-1].stamp.stream_hash,
        "reason": None,
        "devices": [heads[name] for name in sorted(heads)],
    }
    return given | changes


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("plant")
    made = Site(f"sqlite:///{folder}/pestle.db", folder)
    yield made
    made.plant.close()


@pytest.fixture(scope="module")
def story(site: Site) -> Story:
    """A batch with work under a lease, without one, after its end, of a wrong shape, and by a revoked device."""
    site.order("B1")
    site.work("B1")
    lease = site.leases["B1", "tablet-b"]
    site.leases["B1", "tablet-b"] = "lease-of-nobody"
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "no lease"}, device="tablet-b")
    site.leases["B1", "tablet-b"] = lease
    site.hand_back("B1")
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "returned"}, device="tablet-a")
    site.put("remark_added", {"batch": "B1", "text": "of no shape"}, device="tablet-a", subject="x")
    writer = site.writers["tablet-a"]
    forbidden = {"material": "m", "lot": "1", "status": "released", "reason": "mine"}
    site.submit(writer.write("materials.lot_status_changed.v1", "lot/m/1", forbidden, actor="P-1"))
    site.submit(writer.write("toy.unknown.v1", "toy", {"n": 1}, actor="P-1"))
    revoked = {"device": "tablet-a", "last_seq": writer.seq, "reason": "lost"}
    site.plant.recorder.state(Fact("identity.device_revoked.v1", "device/tablet-a", revoked))
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "revoked"}, device="tablet-a")
    return Story.of(site.plant)


def test_a_clean_log_is_cosigned_and_mirrored_step_by_step(rig: Rig, story: Story) -> None:
    for size in (1, 7, len(story.entries)):
        part = story.first(size)
        assert rig.show(part) == 200, rig.why
        assert rig.answer.decode().count("— witness.example/qa ") == 2
        result = verify_log(rig.path / "mirror", full=True)
        assert (result.ok, result.size) == (True, size), result
    assert rig.found is None
    # The same once more: the answer was lost.
    assert rig.show(story) == 200


def test_a_clean_seal_with_what_comes_after_it_is_cosigned(rig: Rig, story: Story, site: Site) -> None:
    sealed = story.server_says("release.batch_released.v3", "batch/B1", seal(story, "B1"))
    pen = sealed.pen("tablet-b", site.writers["tablet-b"].signer)
    late = pen.write("production.remark_added.v1", "batch/B1", {"batch": "B1", "phase": None, "text": "x"}, actor="P-1")
    assert rig.show(sealed.then(late, flags=("lease_unknown", "post_seal"))) == 200, rig.why


@pytest.mark.urs("IDN-04")
def test_a_mistyped_pin_may_stand_between_what_is_sealed_and_the_seal(rig: Rig, story: Story, site: Site) -> None:
    shown = seal(story, "B1")
    pen = story.pen("tablet-b", site.writers["tablet-b"].signer)
    tried = {"batch": "B1", "person": "P-1", "right": False, "wrong": 1, "by": "pin"}
    mistyped = story.then(pen.write("handheld.pin_tried.v1", "batch/B1", tried, actor="P-1"), flags=("lease_unknown",))
    assert rig.show(mistyped.server_says("release.batch_released.v3", "batch/B1", shown)) == 200, rig.why


@pytest.mark.urs("IDN-04")
def test_a_remark_may_not_hide_behind_a_mistyped_pin(rig: Rig, story: Story, site: Site) -> None:
    shown = seal(story, "B1")
    pen = story.pen("tablet-b", site.writers["tablet-b"].signer)
    remark = {"batch": "B1", "phase": None, "text": "spilt"}
    late = pen.write("production.remark_added.v1", "batch/B1", remark, actor="P-1")
    tried = {"batch": "B1", "person": "P-1", "right": False, "wrong": 1, "by": "pin"}
    mistyped = pen.write("handheld.pin_tried.v1", "batch/B1", tried, actor="P-1")
    told = story.then(late, flags=("lease_unknown",)).then(mistyped, flags=("lease_unknown",))
    assert rig.show(told.server_says("release.batch_released.v3", "batch/B1", shown)) == 422
    assert rig.found == ("seal_wrong", len(told.entries))


def test_after_a_restart_it_goes_on_from_its_mirror(rig: Rig, story: Story) -> None:
    assert rig.show(story.first(9)) == 200
    rig.restart()
    assert rig.size == 9
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize(
    "flag", ["lease_unknown", "lease_expired", "payload_malformed", "not_permitted_from_device", "kind_unknown"]
)
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    forged = story.without_flag(flag)
    assert rig.show(forged) == 422
    assert rig.found == ("flag_missing", story.flagged(flag))
    assert rig.size == 0


def test_work_of_a_revoked_device_without_the_flag_is_found(rig: Rig, story: Story) -> None:
    assert rig.show(story.without_flag("device_revoked")) == 422
    assert rig.found == ("revocation_ignored", story.flagged("device_revoked"))


def test_work_after_the_seal_without_the_flag_is_found(rig: Rig, story: Story, site: Site) -> None:
    sealed = story.server_says("release.batch_released.v3", "batch/B1", seal(story, "B1"))
    pen = sealed.pen("tablet-b", site.writers["tablet-b"].signer)
    late = pen.write("production.remark_added.v1", "batch/B1", {"batch": "B1", "phase": None, "text": "x"}, actor="P-1")
    assert rig.show(sealed.then(late, flags=("lease_unknown",))) == 422
    assert rig.found == ("flag_missing", len(sealed.entries))


def test_a_checkpoint_that_was_never_seen_here_needs_the_flag(rig: Rig, story: Story, site: Site) -> None:
    payload = {"batch": "B1", "phase": None, "text": "x"}
    edge = Edge()
    for entry in story.entries:
        edge.append(leaf_hash(entry.leaf))
    right, end = Seen(len(story.entries), edge.root().hex()), len(story.entries)
    for seen in (Seen(end, "00" * 32), Seen(end - 1, right.root), Seen(end + 1, right.root), Seen(0, right.root)):
        pen = story.pen("tablet-b", site.writers["tablet-b"].signer)
        pen.seen = seen
        wrong = pen.write("production.remark_added.v1", "batch/B1", payload, actor="P-1")
        assert rig.show(story.then(wrong, flags=("lease_unknown",))) == 422
        assert rig.found == ("flag_missing", end)
    flagged = story.then(wrong, flags=("seen_wrong", "lease_unknown"))
    pen.seen = right
    known = pen.write("production.remark_added.v1", "batch/B1", payload, actor="P-1")
    assert rig.show(flagged.then(known, flags=("lease_unknown",))) == 200, rig.why


SEALS: dict[str, dict[str, Any]] = {
    "another stream": {"stream_hash": "ab" * 32},
    "more than there is": {"stream_seq": 10_000},
    "a device left out": {"devices": []},
    "a device too many": {"devices": [{"device": "tablet-c", "seq": 0, "hash": FIRST_PREV}]},
}


@pytest.mark.parametrize("changes", SEALS.values(), ids=SEALS)
def test_a_seal_over_something_else_is_found(rig: Rig, story: Story, changes: dict[str, Any]) -> None:
    forged = story.server_says("release.batch_released.v3", "batch/B1", seal(story, "B1", **changes))
    assert rig.show(forged) == 422
    assert rig.found == ("seal_wrong", len(story.entries))


@pytest.mark.parametrize("change", [{"hash": "cd" * 32}, {"seq": 1}])
def test_a_seal_with_a_head_that_is_none_is_found(rig: Rig, story: Story, change: dict[str, Any]) -> None:
    payload = seal(story, "B1")
    payload["devices"][0] |= change
    forged = story.server_says("release.batch_released.v3", "batch/B1", payload)
    assert rig.show(forged) == 422
    assert rig.found == ("seal_wrong", len(story.entries))


@pytest.mark.urs("IDN-03", "IDN-04")
@pytest.mark.parametrize("change", [None, {"reason": "another"}, {"digest": "1" * 64}, "reject", "of another"])
def test_a_passkey_that_has_signed_something_else_is_found(rig: Rig, story: Story, change: Any) -> None:
    """Whoever holds the server's key can state a release, and cannot make a person's passkey sign it."""
    authenticator, kind = Authenticator(), "release.batch_released.v3"
    payload = seal(story, "B1", method="passkey")
    made = {"person": "P-5" if change != "of another" else "P-6", "label": "key", "rp_id": authenticator.rp_id}
    made |= {"credential": authenticator.credential, "public_key": text(authenticator.cose)}
    known = story.server_says(passkeys.ADDED, f"person/{made['person']}", made)
    digest = passkeys.shown(kind, said(kind, payload))
    challenge = text(passkeys.online_challenge("a-nonce-of-the-server", digest))
    payload["passkey"] = authenticator.use({"nonce": "a-nonce-of-the-server", "challenge": challenge})
    if change == "reject":
        kind = "release.batch_rejected.v3"
    elif isinstance(change, dict):
        payload |= change
    forged = known.server_says(kind, "batch/B1", payload)
    answer = rig.show(forged)
    if change is None:
        assert answer == 200, rig.why
    else:
        assert (answer, rig.found) == (422, ("signature_wrong", len(known.entries)))


REMOVED: tuple[str, str, dict[str, Any]] = ("site.witness_removed.v1", "site", {"name": "x", "reason": "y"})


def test_a_time_of_receipt_in_the_future_is_found(rig: Rig, story: Story) -> None:
    forged = story.server_says(*REMOVED, recorded_at="2036-12-31T00:00:00.000Z")
    assert rig.show(forged) == 422
    assert rig.found == ("recorded_at_wrong", len(story.entries))


def test_a_time_of_receipt_before_the_last_cosignature_is_found(rig: Rig, story: Story) -> None:
    """Whoever takes an entry late, and says that he had it in time, must have shown it in time."""
    last, shown = story.entries[-1].stamp.recorded_at, time.time() + 3600
    rig.clock = lambda: shown
    assert rig.show(story) == 200
    rig.clock = lambda: shown + 60
    backdated = story.server_says(*REMOVED, recorded_at=later(last, 10))
    assert rig.show(backdated) == 422
    assert rig.found == ("recorded_at_wrong", len(story.entries))
    honest = story.server_says(*REMOVED, recorded_at=now_text(int(shown * 1000) + 30_000))
    assert rig.show(honest) == 200, rig.why
    assert rig.found is None


def test_a_payload_that_is_withheld_is_found(rig: Rig, story: Story) -> None:
    index = story.indices("production.remark_added.v1")[0]
    assert rig.show(story.without_payload(index)) == 422
    assert rig.found == ("payload_missing", index)


def test_an_erased_payload_leaves_the_mirror_too(rig: Rig, story: Story) -> None:
    index = story.indices("production.remark_added.v1")[0]
    assert rig.show(story) == 200
    named = [{"id": story.entries[index].head.id, "index": index}]
    payload = {"entries": named, "reason": "asked for", "basis": "PIPL 47"}
    erased = story.without_payload(index).server_says("site.payloads_erased.v1", "site", payload)
    assert rig.show(erased) == 200, rig.why
    result = verify_log(rig.path / "mirror", full=True)
    assert (result.ok, result.erased, result.withheld) == (True, 1, 0), result
    rig.restart()
    assert rig.show(erased) == 200, rig.why


def test_an_erasure_of_a_key_is_found(rig: Rig, story: Story) -> None:
    index = story.indices("identity.device_enrolled.v1")[1]
    named = [{"id": story.entries[index].head.id, "index": index}]
    payload = {"entries": named, "reason": "asked for", "basis": "PIPL 47"}
    forged = story.without_payload(index).server_says("site.payloads_erased.v1", "site", payload)
    assert rig.show(forged) == 422
    assert rig.found is not None


def test_an_entry_by_another_key_is_found(rig: Rig, story: Story) -> None:
    pen = story.pen("tablet-b", Ed25519Signer.generate())
    payload = {"batch": "B1", "phase": None, "text": "not me"}
    forged = story.then(
        pen.write("production.remark_added.v1", "batch/B1", payload, actor="P-1"), flags=("lease_unknown",)
    )
    assert rig.show(forged) == 422
    assert rig.found == ("signature_wrong", len(story.entries))


def test_what_it_finds_is_kept_as_evidence_and_said_once(rig: Rig, story: Story) -> None:
    assert rig.show(story.first(9)) == 200
    forged = story.without_flag("lease_unknown")
    assert rig.show(forged) == 422
    assert b"flag_missing" in rig.why.encode()
    assert any("REFUSED" in line for line in rig.said)
    [place] = (rig.path / "evidence").iterdir()
    assert (place / "checkpoint").read_bytes() == forged.files()["checkpoint"]
    assert (place / "checkpoint-before").exists()
    assert list(place.glob("tile/entries/**/*"))
    # The mirror stays what was cosigned.
    result = verify_log(rig.path / "mirror", full=True)
    assert (result.ok, result.size) == (True, 9)
    assert rig.show(forged) == 422


def test_what_a_person_has_looked_into_may_pass(rig: Rig, story: Story) -> None:
    forged = story.without_flag("lease_unknown")
    assert rig.show(forged) == 422
    status = rig.folder.status
    rig.folder.write_status(replace(status, broken=None, accepted=[[story.flagged("lease_unknown"), "flag_missing"]]))
    assert rig.show(forged) == 200, rig.why
