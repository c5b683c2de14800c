"""A site's keys change only by its root, and payloads go only with an erasure that the log names."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from log_support import ORIGIN, Entered, Plant, entered, forge

from sync import note
from sync.certificate import Certificate
from sync.entry import Envelope
from sync.signing import Ed25519Signer
from sync.trust import Policy
from sync.verify import Result, verify_log

ROOT, NEXT, STRANGER = (Ed25519Signer.generate() for _ in range(3))
ROOT_KEY = note.Key(f"{ORIGIN}/root", ROOT.public_key)
BOTH = pytest.mark.parametrize("full", [False, True], ids=["fast", "full"])


def certificate(serial: int = 1, root: Ed25519Signer = ROOT, new: Ed25519Signer = NEXT, origin: str = ORIGIN) -> str:
    named = Certificate(origin, serial, new.public_key, (note.Key(origin, new.public_key),))
    return named.sign(ROOT_KEY.name, root).decode()


def site(plant: Plant, kind: str, payload: dict[str, Any]) -> Envelope:
    return plant.server.write(kind, "site", payload, actor="server")


def lacking(entries: list[Envelope], *missing: int) -> list[Entered]:
    """The entries as the log has them, without the payloads of some."""
    return [replace(one, withheld=i in missing) for i, one in enumerate(entered(entries))]


def change(
    plant: Plant, new: Ed25519Signer = NEXT, text: str | None = None, by: Ed25519Signer | None = None
) -> Envelope:
    """The server takes up its new key with the entry that names it."""
    plant.server.signer = by or new
    return site(plant, "site.keys_changed.v1", {"certificate": text or certificate(new=new)})


def adopt(plant: Plant, root: note.Key = ROOT_KEY) -> Envelope:
    return site(plant, "site.root_adopted.v1", {"vkey": root.encode()})


def checked(plant: Plant, entries: list[Envelope], policy: Policy, full: bool, **more: Any) -> Result:
    """By whoever holds this policy; the checkpoint is signed with the key that the server has in the end."""
    files = forge(plant.signer, entered(entries)) | {"certificate": certificate().encode()}
    return verify_log(files.get, trusted=policy, full=full, **more)


def story(plant: Plant) -> list[Envelope]:
    return plant.history(9)


@pytest.mark.urs("PLT-15", "PLT-04")
@BOTH
def test_the_root_changes_the_keys_and_policies_that_were_kept_hold(full: bool) -> None:
    plant = Plant.fresh()
    first, entries = plant.signer, story(plant)
    entries += [adopt(plant), plant.weigh(plant.tablet), change(plant), plant.revoke(plant.bridge, 3)]
    entries.append(plant.weigh(plant.tablet))
    kept = Policy((note.Key(ORIGIN, first.public_key),), (first.public_key,), root=ROOT_KEY)
    assert checked(plant, entries, kept, full).ok
    today = Policy((note.Key(ORIGIN, NEXT.public_key),), (first.public_key, NEXT.public_key))
    assert checked(plant, entries, today, full).ok
    assert checked(plant, entries, replace(today, root=ROOT_KEY), full).ok
    rootless = Policy((note.Key(ORIGIN, first.public_key),), (first.public_key,))
    assert checked(plant, entries, rootless, full).code == "note_signer_unknown"
    unheard = replace(today, server_keys=(first.public_key,))
    assert checked(plant, entries, unheard, full).ok, "the log's own root vouches"


@pytest.mark.urs("PLT-15", "PLT-04")
@BOTH
@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("not the root", "certificate_wrong"),
        ("another log", "certificate_wrong"),
        ("signed with the old key", "signature_wrong"),
        ("signed with a third key", "signature_wrong"),
        ("no certificate", "certificate_wrong"),
        ("another root", "root_key_wrong"),
        ("used before", "certificate_wrong"),
        ("withheld", "payload_withheld"),
    ],
)
def test_nothing_but_the_root_changes_the_keys(how: str, code: str, full: bool) -> None:
    plant = Plant.fresh()
    first, entries = plant.signer, story(plant)
    wrong = len(entries)
    if how == "not the root":
        entries.append(change(plant, text=certificate(root=STRANGER)))
    elif how == "another log":
        entries.append(change(plant, text=certificate(origin="elsewhere")))
    elif how == "signed with the old key":
        entries.append(change(plant, by=first))
        plant.server.signer = NEXT
    elif how == "signed with a third key":
        entries.append(change(plant, by=STRANGER))
        plant.server.signer = NEXT
    elif how == "no certificate":
        plant.server.signer = NEXT
        entries.append(site(plant, "site.keys_changed.v1", {"certificate": None}))
    elif how == "another root":
        entries.append(adopt(plant, note.Key(ROOT_KEY.name, STRANGER.public_key)))
        plant.server.signer = NEXT
    elif how == "used before":
        entries += [change(plant), change(plant, text=certificate())]
        wrong += 1
    else:
        entries.append(change(plant))
    policy = Policy((note.Key(ORIGIN, NEXT.public_key),), (first.public_key, NEXT.public_key), root=ROOT_KEY)
    given = lacking(entries, wrong) if how == "withheld" else entered(entries)
    result = verify_log(forge(plant.signer, given).get, trusted=policy, full=full, withheld=True)
    assert (result.ok, result.first_wrong, result.code) == (False, wrong, code)


@pytest.mark.urs("PLT-15", "PLT-04")
@BOTH
def test_without_a_root_only_the_keys_of_the_policy_follow_each_other(full: bool) -> None:
    plant = Plant.fresh()
    first, entries = plant.signer, story(plant)
    wrong = len(entries)
    entries.append(change(plant))
    policy = Policy((note.Key(ORIGIN, NEXT.public_key),), (first.public_key,))
    result = checked(plant, entries, policy, full)
    assert (result.ok, result.first_wrong, result.code) == (False, wrong, "server_key_wrong")


@pytest.mark.urs("PLT-15")
def test_in_fast_mode_the_last_entry_under_the_old_key_is_checked_too() -> None:
    plant = Plant.fresh()
    first, entries = plant.signer, story(plant)
    forged = plant.revoke(plant.bridge, 3)
    other = base64.b64encode(STRANGER.sign(b"x")).decode()
    line = forged.signatures.replace(forged.signed[0]["sig"].encode(), other.encode())
    entries += [replace_signature(forged, line), change(plant)]
    policy = Policy((note.Key(ORIGIN, NEXT.public_key),), (first.public_key, NEXT.public_key))
    result = checked(plant, entries, policy, False)
    assert (result.ok, result.first_wrong, result.code) == (False, len(entries) - 2, "signature_wrong")


def replace_signature(envelope: Envelope, line: bytes) -> Envelope:
    return Envelope(envelope.header, line, envelope.salt, envelope.payload)


def erasure(plant: Plant, *erased: tuple[int, str]) -> Envelope:
    named = [{"id": entry_id, "index": index} for index, entry_id in erased]
    return site(plant, "site.payloads_erased.v1", {"entries": named, "reason": "past retention", "basis": "SOP-9"})


@pytest.mark.urs("CMP-04", "PLT-04")
@BOTH
def test_erased_payloads_are_missed_only_where_the_log_says_so(full: bool) -> None:
    plant = Plant.fresh()
    entries = plant.history(12)
    ids = [one.head.id for one in entries]
    entries.append(erasure(plant, (4, ids[4]), (6, ids[6]), (7, ids[8])))

    def without(*missing: int) -> Result:
        return verify_log(forge(plant.signer, lacking(entries, *missing)).get, trusted=plant.policy, full=full)

    assert (without(4, 6).ok, without(4, 6).erased, without(4, 6).withheld) == (True, 2, 0)
    assert without(4).erased == 1
    for missing in (5, 7, 8):
        result = without(4, 6, missing)
        assert (result.ok, result.first_wrong, result.code) == (False, missing, "payload_missing")
    assert without(4, 12).code == "payload_missing", "an erasure itself stays"


@pytest.mark.urs("CMP-04", "PLT-04")
@BOTH
def test_an_erasure_cannot_be_erased(full: bool) -> None:
    """Else a later one could name the same payloads again, and hide why they went."""
    plant = Plant.fresh()
    entries = plant.history(12)
    entries.append(erasure(plant, (4, entries[4].head.id)))
    entries.append(erasure(plant, (4, entries[4].head.id), (12, entries[12].head.id)))
    files = forge(plant.signer, lacking(entries, 4, 12))
    result = verify_log(files.get, trusted=plant.policy, full=full)
    assert (result.ok, result.first_wrong, result.code) == (False, 12, "payload_missing")
    assert verify_log(files.get, trusted=plant.policy, full=full, withheld=True).withheld == 1
