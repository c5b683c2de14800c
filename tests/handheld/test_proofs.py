"""What a tablet is told so that it can check the log itself: published checkpoints, inclusion, consistency."""

import base64
from typing import Any

import pytest
from handheld_support import Site, Tablet

from server.core.kinds import Fact
from sync import cosignature, merkle, note, trust
from sync.checkpoint import Checkpoint
from sync.entry import Envelope, leaf_data
from sync.log import reading
from sync.signing import Ed25519Signer

BATCH = "B-1"


def remark(tablet: Tablet, words: str) -> Envelope:
    payload = {"phase": None, "text": words}
    lease = tablet.leases[BATCH]
    return tablet.write(BATCH, "production.remark_added.v1", payload, actor="P-1", lease=lease, subject="batch/remark")


def opened(tablet: Tablet, note: str) -> Checkpoint:
    """The checkpoint of a note, checked by the policy that the tablet was told."""
    policy = trust.Policy.parse(tablet.welcome["policy"].encode())
    return policy.open(note.encode()).checkpoint


def ask(tablet: Tablet, kind: str, **fields: Any) -> dict[str, Any]:
    tablet.send({"t": kind, "id": 7, **fields})
    return tablet.expect({"prove": "proven"}.get(kind, kind), id=7)


def published(tablet: Tablet, index: int) -> Checkpoint:
    """The first published checkpoint that the tablet is told of and that reaches this place of the log."""
    while True:
        note = tablet.expect("checkpoint")["note"]
        if note is not None and opened(tablet, note).size > index:
            return opened(tablet, note)


def check(tablet: Tablet, answer: dict[str, Any], entries: list[Envelope]) -> Checkpoint:
    """As a tablet checks: from the lines that it signed itself, the receipts, and the note."""
    checkpoint = opened(tablet, answer["note"])
    by_id = {entry.head.id: entry for entry in entries}
    leaves = {}
    for leaf in answer["leaves"]:
        own = by_id[leaf["id"]]
        data = leaf_data(own.header, own.signatures, base64.b64decode(leaf["receipt"]))
        leaves[leaf["index"]] = merkle.leaf_hash(data)
    nodes = [base64.b64decode(node) for node in answer["nodes"]]
    assert merkle.root_from_multiproof(leaves, checkpoint.size, nodes) == checkpoint.root
    return checkpoint


@pytest.mark.urs("PLT-03", "PLT-18")
def test_a_tablet_is_told_the_published_checkpoint_and_can_prove_its_entries_in_it(site: Site) -> None:
    site.plant.publisher.now()
    tablet = site.tablet("T-1", BATCH).connect()
    assert opened(tablet, tablet.welcome["checkpoint"]["note"]).size > 0
    tablet.wait_for_document(BATCH)
    entries = [remark(tablet, f"{n}") for n in range(5)]
    tablet.deliver(BATCH, *entries)
    last = tablet.receipt(BATCH, entries[-1])["index"]
    answer = ask(tablet, "prove", entries=[entry.head.id for entry in entries])
    while len(answer["leaves"]) < 5:
        published(tablet, last)
        answer = ask(tablet, "prove", entries=[entry.head.id for entry in entries])
    assert check(tablet, answer, entries).size > last
    # Another tablet's entries are proven as well: documents hold them.
    second = site.tablet("T-2", BATCH).connect()
    again = ask(second, "prove", entries=[entries[0].head.id])
    check(second, again, entries)


@pytest.mark.urs("PLT-18")
def test_what_is_not_published_is_left_out_of_the_proof(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    unknown = remark(tablet, "never sent")
    answer = ask(tablet, "prove", entries=[unknown.head.id])
    assert (answer["leaves"], answer["nodes"]) == ([], [])


@pytest.mark.urs("PLT-03", "PLT-18")
def test_a_tablet_can_prove_that_the_log_only_grew(site: Site) -> None:
    site.plant.publisher.now()
    tablet = site.tablet("T-1", BATCH).connect()
    held = opened(tablet, tablet.welcome["checkpoint"]["note"])
    tablet.wait_for_document(BATCH)
    tablet.receipt(BATCH, tablet.delivered(BATCH, remark(tablet, "more")))
    told = tablet.connect().welcome["checkpoint"]
    nodes = ask(tablet, "consistent", **{"from": held.size, "to": told["size"]})["nodes"]
    proof = [base64.b64decode(node) for node in nodes]
    merkle.verify_consistency(held.size, told["size"], proof, held.root, bytes.fromhex(told["root"]))


@pytest.mark.urs("PLT-18")
@pytest.mark.parametrize(("size1", "size2"), [(1, 10_000), (0, 1), (5, 2)])
def test_a_log_that_is_not_so_long_proves_nothing(site: Site, size1: int, size2: int) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    assert ask(tablet, "consistent", **{"from": size1, "to": size2})["nodes"] is None


@pytest.mark.urs("PLT-02", "PLT-15")
def test_a_tablet_is_told_the_keys_of_the_others_also_of_one_that_comes_later(site: Site) -> None:
    first = site.tablet("T-1", BATCH).connect()
    assert [one["id"] for one in first.welcome["devices"]] == ["T-1"]
    second = site.tablet("T-2", BATCH).connect()
    # News are told in rounds: of its own enrolment a tablet may hear after it was greeted.
    while (told := first.expect("device")["device"])["id"] == "T-1":
        pass
    assert told["id"] == "T-2"
    assert (told["alg"], base64.b64decode(told["public_key"])) == ("ed25519", second.signer.public_key)
    assert told in second.welcome["devices"]


@pytest.mark.urs("PLT-09", "PLT-18")
def test_a_device_that_knows_more_of_a_document_than_there_is_is_told_to_begin_it_anew(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect(docs={f"batch/{BATCH}": 7})
    assert tablet.expect("anew")["doc"] == f"batch/{BATCH}"
    told = tablet.expect("changes")
    assert told["last"] - len(told["changes"]) + 1 == 1


ALARM = {
    "alarm": "a-1",
    "code": "log_forked",
    "at": "2026-11-22T09:30:00.000Z",
    "held": "pestle.example/log\n12\nAAAA\n\n— pestle.example/log AAAA\n",
    "told": None,
    "entries": ["019ac3f0-0000-7000-8000-000000000001"],
}


def disputes(site: Site, kind: str = "handheld.log_disputed.v1") -> list[dict[str, Any]]:
    with site.plant.engine.connect() as connection:
        return [dict(entry.envelope.body) for entry in reading.of_kind(connection, kind)]


@pytest.mark.urs("PLT-18")
def test_what_a_device_finds_wrong_with_the_log_is_recorded_once_however_often_it_is_said(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    for number in (1, 2):
        tablet.send({"t": "alarm", "id": number, **ALARM})
        tablet.expect("noted", id=number)
    assert disputes(site) == [{**ALARM, "device": "T-1"}]
    # QA has to assess it before the batch that the device holds can be released; nobody else's.
    site.order("B-2")
    assert (site.exceptions(BATCH), site.exceptions("B-2")) == (["log_disputed"], [])
    assert site.kinds_of("device/T-1")[-1] == "handheld.log_disputed.v1"


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize(
    "changed",
    [
        {"code": "sunshine"},
        {"at": "yesterday"},
        {"held": "x" * 12_289},
        {"held": ""},
        {"told": 5},
        {"told": "\ud800"},
        {"told": "\0"},
        {"entries": ["a"] * 257},
    ],
)
def test_an_alarm_that_is_off_is_kept_and_ends_the_conversation(site: Site, changed: dict[str, Any]) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.send({"t": "alarm", "id": 1, **ALARM, **changed})
    assert tablet.error() == "frame_malformed"
    assert disputes(site) == []


@pytest.mark.urs("PLT-16", "PLT-18", "IDN-01")
def test_only_qa_settles_an_alarm_and_says_why(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    body = {"device": tablet.device, "reason": "a backup was put back"}
    path = "/api/alarms/a-1/settle"
    assert site.request("POST", path, body)[0] == 403
    cookie = site.sign_in("qa")
    assert site.request("POST", path, {**body, "reason": ""}, cookie=cookie)[0] == 422
    assert site.request("POST", path, body, cookie=cookie)[0] == 204
    settled = disputes(site, "handheld.dispute_settled.v1")
    assert settled == [{"alarm": "a-1", **body}]
    with site.plant.engine.connect() as connection:
        [entry] = reading.of_kind(connection, "handheld.dispute_settled.v1")
    assert entry.head.actor == "P-3"


@pytest.mark.urs("PLT-18")
def test_a_tablet_hears_at_once_of_a_new_witness_and_of_nothing_that_it_has_not_signed(site: Site) -> None:
    site.plant.publisher.now()
    tablet = site.tablet("T-1", BATCH).connect()
    witness = Ed25519Signer.generate()
    vkey = note.vkey("w.example/w", witness.public_key, cosignature.ED25519_TYPE)
    added = {"name": "w1", "vkey": vkey, "url": "http://127.0.0.1:1/"}
    site.plant.recorder.state(Fact("site.witness_added.v1", "site", added))
    told = tablet.expect("checkpoint")
    while "policy" not in told:
        told = tablet.expect("checkpoint")
    assert [one.name for one in trust.Policy.parse(told["policy"].encode()).witnesses] == ["w1"]
    assert told["note"] is None
    assert ask(tablet, "prove", entries=["x"]) == {"t": "proven", "id": 7, "note": None, "leaves": [], "nodes": []}
    again = tablet.connect().welcome
    assert (again["policy"], again["checkpoint"]["note"]) == (told["policy"], None)
