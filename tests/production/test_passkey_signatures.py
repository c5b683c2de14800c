"""A second person signs a tablet's entry by passkey, without the server; the server judges it when it comes."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from batch_support import Site, weighed
from passkey_support import PRESENT, Authenticator, text
from witness_support import Rig, Story

from server.core import clock
from server.production import model
from sync import canonical, note
from sync.entry import Envelope
from sync.passkeys import ADDED, WITHDRAWN
from sync.trust import Policy
from sync.verify import verify_log

pytestmark = pytest.mark.urs("IDN-03", "IDN-06")


def give(site: Site, person: str, authenticator: Authenticator) -> Authenticator:
    payload = {"person": person, "credential": authenticator.credential, "public_key": text(authenticator.cose)}
    site.state(ADDED, f"person/{person}", {**payload, "rp_id": "localhost", "label": "test"}, actor=person)
    return authenticator


def weighing(site: Site, batch: str = "B1") -> Envelope:
    """Typed by hand, which needs a second person."""
    site.now_ms += 60_000
    return site.writers["tablet-a"].write(
        model.WEIGHED,
        f"batch/{batch}",
        weighed(batch, verified_by="P-2"),
        actor="P-1",
        subject="20/net",
        lease=site.leases[batch, "tablet-a"],
    )


@pytest.fixture
def prepared(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    site.put("phase_completed", {"batch": "B1", "phase": "10"})
    yield site
    site.plant.close()


@pytest.mark.parametrize("host", ["http://localhost", "http://localhost:8000", "https://localhost:8443"])
def test_it_counts_as_their_own_signature(prepared: Site, host: str) -> None:
    key = give(prepared, "P-2", Authenticator(origin=host))
    recorded = prepared.submit(key.countersign(weighing(prepared), "P-2"))
    assert [flag for flag in recorded.flags if flag.startswith(("passkey", "manual"))] == []


def flags_of(prepared: Site, envelope: Envelope) -> set[str]:
    return {flag for flag in prepared.submit(envelope).flags if flag.startswith(("passkey", "manual"))}


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://pestle.example"},
        {"origin": "http://localhost.pestle.example"},
        {"rp_id": "pestle.example"},
        {"flags": PRESENT},
        {"flags": 0x04},
        {"key": Authenticator().key},
    ],
)
def test_what_is_no_verified_signature_of_theirs_is_flagged(prepared: Site, lie: dict[str, object]) -> None:
    key = replace(give(prepared, "P-2", Authenticator()), **lie)
    assert flags_of(prepared, key.countersign(weighing(prepared), "P-2")) == {
        "passkey_wrong",
        "manual_weight_unverified",
    }


def test_another_persons_passkey_signs_nothing_for_them(prepared: Site) -> None:
    theirs = give(prepared, "P-3", Authenticator())
    give(prepared, "P-2", Authenticator())
    envelope = theirs.countersign(weighing(prepared), "P-2")
    assert flags_of(prepared, envelope) == {"passkey_wrong", "manual_weight_unverified"}


def test_a_signature_of_another_entry_is_not_one_of_this(prepared: Site) -> None:
    key = give(prepared, "P-2", Authenticator())
    first = key.countersign(weighing(prepared), "P-2")
    assert flags_of(prepared, first) == set()
    second = weighing(prepared)
    moved = replace(second, signatures=canonical.encode([second.signed[0], first.signed[1]]))
    assert flags_of(prepared, moved) == {"passkey_wrong", "manual_weight_unverified"}


def test_one_that_was_withdrawn_before_is_flagged_and_does_not_count(prepared: Site) -> None:
    key = give(prepared, "P-2", Authenticator())
    envelope = key.countersign(weighing(prepared), "P-2")
    gone = {"person": "P-2", "credential": key.credential, "reason": "lost"}
    prepared.state(WITHDRAWN, "person/P-2", gone, actor="P-9")
    assert flags_of(prepared, envelope) == {"passkey_withdrawn", "manual_weight_unverified"}


@pytest.mark.parametrize(
    "sig", ["", "AAAA", "not base64!", base64.b64encode(b"{}").decode(), base64.b64encode(b"[1]").decode(), "ä"]
)
def test_rubbish_in_its_place_is_kept_and_flagged(prepared: Site, sig: str) -> None:
    envelope = weighing(prepared)
    line = [*envelope.signed, {"alg": "webauthn", "by": "person:P-2", "sig": sig}]
    assert "passkey_wrong" in flags_of(prepared, replace(envelope, signatures=canonical.encode(line)))


@pytest.mark.parametrize("full", [False, True])
def test_verification_names_an_entry_whose_flag_was_left_out(prepared: Site, full: bool) -> None:
    """Who holds the server's own key can sign a log in which a forged signature passes for right."""
    key = give(prepared, "P-2", Authenticator())
    prepared.submit(key.countersign(weighing(prepared), "P-2"))
    prepared.submit(replace(key, flags=PRESENT).countersign(weighing(prepared), "P-2"))
    story = Story.of(prepared.plant)
    policy = Policy((note.Key(story.origin, story.signer.public_key),), (story.signer.public_key,))
    assert verify_log(story.files().get, trusted=policy, full=full).ok
    found = verify_log(story.without_flag("passkey_wrong").files().get, trusted=policy, full=full)
    assert (found.code, found.first_wrong) == ("countersignature_wrong", story.flagged("passkey_wrong"))


def test_a_witness_finds_it_too(prepared: Site, tmp_path: Path) -> None:
    prepared.now_ms = int(clock.now().timestamp() * 1000)
    key = give(prepared, "P-2", Authenticator())
    prepared.submit(key.countersign(weighing(prepared), "P-2"))
    prepared.submit(replace(key, flags=PRESENT).countersign(weighing(prepared), "P-2"))
    story = Story.of(prepared.plant)
    for told, status, flag in [
        (story, 200, None),
        (story.without_flag("passkey_wrong"), 422, "countersignature_wrong"),
        (story.without_flag("manual_weight_unverified"), 422, "flag_missing"),
    ]:
        rig = Rig(tmp_path / f"witness-{flag}", told)
        assert rig.show(told) == status, rig.why
        assert (rig.found or (None,))[0] == flag
        rig.folder.close()
