"""What the server writes into a document is loaded by both libraries, and is the same bytes in each process."""

import base64
import json
from pathlib import Path

import pytest
from automerge.core import Document
from crdt_support import Client, entry_id, run_node

from sync.crdt import codec, policy
from sync.crdt.genesis import genesis, open_document, server_actor, write_receipt, write_receipts, write_records
from sync.crdt.projector import project

DOCUMENT = "batch/B-2611-014"


def load_in_javascript(folder: Path, changes: list[bytes]) -> dict:
    path = folder / "changes.json"
    path.write_text(json.dumps({"changes": [base64.b64encode(raw).decode() for raw in changes]}))
    return run_node("load.mjs", path)[0]


@pytest.mark.urs("PLT-09")
def test_genesis_is_a_golden_vector():
    assert server_actor(DOCUMENT) == "34fd34f7692eb90c47096b284d48248e"
    assert codec.parse(genesis(DOCUMENT)).hash == "e99858f17e441aeca3da1c23b2a01204600555a046ebf5e35921a20f2f07e34f"


@pytest.mark.urs("PLT-09")
def test_both_libraries_load_genesis_and_receipts(tmp_path):
    state = open_document(DOCUMENT)
    changes = [genesis(DOCUMENT)]
    for receipts in ({entry_id(1): b"one"}, {entry_id(2): b"two", entry_id(3): b"three"}, {entry_id(1): b"later"}):
        changes.append(write_receipts(state, receipts))
        policy.accept_own(state, codec.parse(changes[-1]))
    expected = {entry_id(1): b"later", entry_id(2): b"two", entry_id(3): b"three"}

    loaded = load_in_javascript(tmp_path, changes)
    assert loaded["heads"] == loaded["again"] == sorted(state.heads)
    assert {key: base64.b64decode(value) for key, value in loaded["receipts"].items()} == expected
    assert loaded["entries"] == loaded["drafts"] == {}

    document = Document.load(b"".join(changes))
    assert {bytes(head).hex() for head in document.get_heads()} == state.heads
    assert [change.bytes for change in document.get_changes([])] == changes


@pytest.mark.urs("PLT-08", "PLT-09")
def test_both_libraries_load_entries_that_the_server_writes(tmp_path):
    state = open_document(DOCUMENT)
    client, changes = Client(state), [genesis(DOCUMENT)]
    changes.append(client.change(client.op("entries", entry_id(9), value=b"its own")).raw)
    policy.accept(state, codec.parse(changes[-1]), client.actor)
    entries = {entry_id(n): bytes([n]) * 1_500 for n in range(1, 8)}
    for part in (dict(list(entries.items())[:5]), dict(list(entries.items())[5:])):
        changes.append(write_records(state, part, dict.fromkeys((*part, entry_id(9)), b"received")))
        policy.accept_own(state, codec.parse(changes[-1]))

    loaded = load_in_javascript(tmp_path, changes)
    assert loaded["heads"] == loaded["again"] == sorted(state.heads)
    found = {key: base64.b64decode(value) for key, value in loaded["entries"].items()}
    assert found == entries | {entry_id(9): b"its own"}
    assert set(loaded["receipts"]) == set(found)
    document = Document.load(b"".join(changes))
    # The library deflates what is long; it is the same change.
    assert [codec.parse(bytes(change.bytes)).hash for change in document.get_changes([])] == [
        codec.parse(raw).hash for raw in changes
    ]
    assert policy.rebuild(DOCUMENT, changes[1:]) == state


@pytest.mark.urs("PLT-09")
def test_what_javascript_writes_on_our_genesis_is_accepted_and_receipted(tmp_path):
    first = base64.b64encode(genesis(DOCUMENT)).decode()
    for history in run_node("histories.mjs", "11", "5", first):
        state, stored = open_document(DOCUMENT), [genesis(DOCUMENT)]
        entries = {}
        for raw in (base64.b64decode(one["raw"]) for one in history["changes"]):
            change = codec.parse(raw)
            accepted = policy.accept(state, change, change.actor)
            stored += [] if accepted.known else [raw]
            entries |= {entry.key: entry.value for entry in accepted.entries}
        assert sorted(state.heads) == history["heads"]

        stored.append(write_receipts(state, dict.fromkeys(entries, b"received")))
        policy.accept_own(state, codec.parse(stored[-1]))
        loaded = load_in_javascript(tmp_path, stored)
        assert loaded["heads"] == loaded["again"] == sorted(state.heads)
        assert {key: base64.b64decode(value) for key, value in loaded["entries"].items()} == entries
        assert set(loaded["receipts"]) == set(entries)
        assert policy.rebuild(DOCUMENT, stored) == state


@pytest.mark.urs("PLT-09")
def test_a_snapshot_of_the_projector_loads_in_javascript_with_the_same_heads(tmp_path):
    state = open_document(DOCUMENT)
    client = Client(state)
    change = client.change(client.op("entries", entry_id(1), value=b"signed"))
    policy.accept(state, change, client.actor)
    receipt = write_receipt(state, entry_id(1), b"received")
    policy.accept_own(state, codec.parse(receipt))
    path = tmp_path / "save.json"
    save = project([genesis(DOCUMENT), change.raw, receipt])
    path.write_text(json.dumps({"save": base64.b64encode(save).decode()}))
    loaded = run_node("load.mjs", path)[0]
    assert loaded["heads"] == loaded["again"] == sorted(state.heads)
    assert base64.b64decode(loaded["entries"][entry_id(1)]) == b"signed"
