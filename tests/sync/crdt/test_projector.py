"""The core crashes, hangs and grows in its own process only, and the next projection works."""

import time
import zlib

import pytest
from automerge.core import Document
from crdt_support import Client, chunk, entry_id

from sync.crdt import codec, columns, leb128, policy
from sync.crdt import ops as o
from sync.crdt.genesis import genesis, open_document
from sync.crdt.projector import project
from sync.errors import SyncError

DOCUMENT = "batch/B-1"


def history(count: int) -> list[bytes]:
    client = Client(open_document(DOCUMENT))
    raws = [genesis(DOCUMENT)]
    for n in range(count):
        change = client.change(client.op("entries", entry_id(n), value=b"signed %d" % n))
        policy.accept(client.state, change, client.actor)
        client.seq, client.last = change.seq, {change.hash}
        raws.append(change.raw)
    return raws


def run_length_bomb(count: int) -> bytes:
    """A change that sets one key of the root `count` times, in about 60 bytes."""
    table = {
        o.KEY_TEXT: leb128.signed(count) + b"\1k",
        o.INSERT: leb128.unsigned(count),
        o.ACTION: leb128.signed(count) + b"\1",
        o.VALUE_META: leb128.signed(count) + b"\0",
        o.PRED_COUNT: leb128.signed(count) + b"\0",
    }
    names = b"".join(leb128.unsigned(n) + leb128.unsigned(len(data)) for n, data in table.items())
    head = b"\0" + leb128.prefixed(b"\xc1" * 16) + b"\1\1\0\0\0"
    return chunk(head + leb128.unsigned(len(table)) + names + b"".join(table.values()))


def failure(changes: list[bytes], **limits: float) -> str:
    with pytest.raises(SyncError) as caught:
        project(changes, **limits)
    assert caught.value.code == "projection_failed"
    return caught.value.detail


@pytest.mark.urs("PLT-09")
def test_the_snapshot_holds_the_same_changes():
    raws = history(50)
    save = project(raws)
    assert len(save) < sum(map(len, raws)) / 2
    assert [change.bytes for change in Document.load(save).get_changes([])] == raws


@pytest.mark.urs("PLT-14")
def test_a_change_that_hangs_the_core_is_cut_off_and_the_next_projection_works():
    begun = time.monotonic()
    assert "no result" in failure([run_length_bomb(1_000_000)], deadline_s=1)
    assert time.monotonic() - begun < 4
    assert project([genesis(DOCUMENT)])


@pytest.mark.urs("PLT-14")
def test_memory_is_limited():
    machine = zlib.compressobj(1, wbits=-15)
    bomb = chunk(b"", 2, sent=machine.compress(bytes(400 << 20)) + machine.flush())
    assert len(bomb) < 2 << 20
    assert "allocation" in failure([bomb], deadline_s=20, memory_mb=256)


@pytest.mark.urs("PLT-14")
def test_a_panic_of_the_core_is_a_failure():
    client = Client(open_document(DOCUMENT))
    change = codec.split_chunks(client.change(client.op("drafts", "k", value=1)).raw)[0].body
    unknown = change.replace(columns.encode_runs([1], leb128.unsigned) + b"\x7f\x14", b"\x7f\x63\x7f\x14", 1)
    assert unknown != change
    failure([genesis(DOCUMENT), chunk(unknown)])


@pytest.mark.urs("PLT-14")
def test_rubbish_and_missing_dependencies_are_failures():
    failure([b"rubbish"])
    raws = history(3)
    failure([raws[0], *raws[2:]])
    failure([raws[0], raws[1], raws[1]])
