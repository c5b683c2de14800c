"""Bytes that nobody's library wrote: each is refused with a code, fast, and without much memory."""

import base64
import random
import time
import tracemalloc
import zlib

import pytest
from crdt_support import chunk, mutated, run_node
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.crdt import codec, columns, leb128
from sync.crdt import ops as o
from sync.crdt.genesis import genesis
from sync.errors import SyncError

CODES = {"change_malformed", "change_too_large", "change_refused"}
GENESIS = codec.split_chunks(genesis("batch/B-1"))[0].body


def head(actor: str = "c1" * 16) -> bytes:
    return b"\0" + leb128.prefixed(bytes.fromhex(actor)) + b"\1\4\0\0\0"


def body(table: dict[int, bytes]) -> bytes:
    """A change with these columns, whatever they are."""
    names = b"".join(leb128.unsigned(n) + leb128.unsigned(len(data)) for n, data in table.items())
    return head() + leb128.unsigned(len(table)) + names + b"".join(table.values())


def run(count: int, value: bytes) -> bytes:
    return leb128.signed(count) + value


def operations(count: int = 1, **replaced: bytes) -> dict[int, bytes]:
    """Well-formed columns of `count` deletions of key "k" at the root, some replaced."""
    table = {
        o.KEY_TEXT: columns.encode_runs(["k"] * count, columns.write_text),
        o.INSERT: leb128.unsigned(count),
        o.ACTION: columns.encode_runs([3] * count, leb128.unsigned),
        o.VALUE_META: columns.encode_runs([0] * count, leb128.unsigned),
        o.PRED_COUNT: columns.encode_runs([0] * count, leb128.unsigned),
    }
    table |= {getattr(o, name): data for name, data in replaced.items()}
    return {n: table[n] for n in sorted(table) if table[n]}


def reading(raw: bytes) -> tuple[str, str]:
    """The code and detail with which these bytes are refused, within three seconds and ten megabytes."""
    tracemalloc.start()
    begun = time.thread_time()
    try:
        with pytest.raises(SyncError) as caught:
            _ = codec.parse(raw).ops
        assert time.thread_time() - begun < 3
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()
    assert caught.value.code in CODES
    return caught.value.code, caught.value.detail


@pytest.mark.urs("PLT-14")
def test_the_columns_of_these_tests_are_right_unless_broken():
    assert len(codec.parse(chunk(body(operations(7)))).ops) == 7


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("count", [5_001, 1_000_000, 2**62])
def test_run_length_bomb(count):
    table = operations(ACTION=run(count, b"\1"), KEY_TEXT=run(count, b"\1k"), INSERT=leb128.unsigned(count))
    assert len(body(table)) < 100
    assert reading(chunk(body(table)))[0] == "change_too_large"


@pytest.mark.urs("PLT-14")
def test_bombs_in_the_other_columns():
    for name in ("OBJ_COUNTER", "KEY_TEXT", "INSERT", "VALUE_META", "PRED_COUNT", "PRED_COUNTER"):
        bomb = leb128.unsigned(2**40) if name == "INSERT" else run(2**40, b"\1k" if name == "KEY_TEXT" else b"\1")
        assert reading(chunk(body(operations(**{name: bomb}))))[0] == "change_too_large"


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("count", [5_001, 2**31, 2**63])
def test_predecessor_bomb(count):
    table = operations(PRED_COUNT=run(1, leb128.unsigned(count)), PRED_COUNTER=run(2**40, b"\0"))
    assert reading(chunk(body(table)))[0] == "change_too_large"


@pytest.mark.urs("PLT-14")
def test_deflate_bomb():
    bomb = zlib.compressobj(9, wbits=-15)
    sent = bomb.compress(bytes(64 << 20)) + bomb.flush()
    assert len(sent) < 1 << 20
    assert reading(chunk(b"", 2, sent=sent))[0] == "change_too_large"


@pytest.mark.urs("PLT-09")
def test_a_deflated_change_is_the_same_change():
    machine = zlib.compressobj(9, wbits=-15)
    sent = machine.compress(GENESIS) + machine.flush()
    change = codec.parse(chunk(GENESIS, 2, sent=sent))
    assert change.hash == codec.parse(genesis("batch/B-1")).hash
    for wrong in (sent[:-1], sent + b"\0", b"\xff" * 20, b""):
        assert reading(chunk(GENESIS, 2, sent=wrong))[0] == "change_malformed"


@pytest.mark.urs("PLT-14")
def test_limits_of_size():
    assert reading(bytes(5 << 20))[0] == "change_too_large"
    assert reading(codec.MAGIC + b"\0\0\0\0\1" + leb128.unsigned(2 << 20))[0] == "change_too_large"
    many = leb128.unsigned(2**50)
    assert reading(chunk(many))[0] == "change_too_large"  # dependencies
    assert reading(chunk(head()[:-1] + many))[0] == "change_too_large"  # actors
    assert reading(chunk(head()[:-2] + many))[0] == "change_too_large"  # message
    assert reading(chunk(head() + many))[0] == "change_malformed"  # columns


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("code", [8, 9, 200, 2**60])
def test_unknown_action(code):
    assert reading(chunk(body(operations(ACTION=run(-1, leb128.unsigned(code))))))[1] == "unknown action"


@pytest.mark.urs("PLT-14")
def test_an_increment_by_a_text():
    table = operations(ACTION=run(-1, b"\5"), VALUE_META=run(-1, b"\x16"), VALUE_RAW=b"x")
    assert "whole number" in reading(chunk(body(table)))[1]


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("kind", [0, 3, 4, 255])
def test_documents_bundles_and_other_chunks_are_no_changes(kind):
    assert reading(chunk(GENESIS, kind))[0] == "change_refused"


@pytest.mark.urs("PLT-14")
def test_every_truncation_and_every_wrong_bit_is_noticed():
    raw = genesis("batch/B-1")
    for size in range(len(raw)):
        assert reading(raw[:size])[0] == "change_malformed"
    for at in range(len(raw) * 8):
        broken = bytearray(raw)
        broken[at // 8] ^= 1 << at % 8
        assert reading(bytes(broken))[0] in CODES


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize(
    "replaced",
    [
        {"ACTION": run(1, b"\3")},  # a run of one, which the library writes as a literal
        {"INSERT": b"\1\0"},
        {"KEY_TEXT": run(-1, b"\1k") + b"\0\0"},
        {"VALUE_META": run(-1, b"\x80\0")},  # a number in more bytes than it needs
        {"VALUE_META": b"\0\1"},
        {"PRED_COUNT": b"\0\1"},
        {"OBJ_ACTOR": run(-1, b"\0")},  # an actor without counter
        {"KEY_COUNTER": run(-1, b"\0")},  # a key and an element
        {"KEY_TEXT": b""},  # neither
        {"KEY_TEXT": run(-1, b"\1\xff")},  # no UTF-8
        {"VALUE_META": run(-1, b"\x0b")},  # unknown type of value
        {"VALUE_RAW": b"more"},
        {"OBJ_ACTOR": run(-1, b"\7"), "OBJ_COUNTER": run(-1, b"\1")},  # no such actor
    ],
)
def test_what_the_library_would_write_otherwise_or_not_at_all(replaced):
    assert reading(chunk(body(operations(**replaced))))[0] == "change_malformed"


@pytest.mark.urs("PLT-14")
def test_numbers_that_javascript_cannot_hold():
    big = leb128.signed(2**53)
    table = operations(ACTION=run(-1, b"\1"), VALUE_META=run(-1, leb128.unsigned(len(big) << 4 | 4)), VALUE_RAW=big)
    assert reading(chunk(body(table)))[0] == "change_refused"


@pytest.mark.urs("PLT-14")
@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_as_a_body(data):
    _only_refused(chunk(data))
    _only_refused(chunk(head() + data))
    _only_refused(data)


@pytest.fixture(scope="module")
def written() -> list[bytes]:
    """Bodies of changes that the real library wrote."""
    histories = run_node("histories.mjs", "21", "8")
    raws = [base64.b64decode(one["raw"]) for history in histories for one in history["changes"]]
    return [codec.split_chunks(raw)[0].body for raw in raws]


@pytest.mark.urs("PLT-14")
def test_mutations_with_a_repaired_checksum(written):
    _mutate(written, 5_000, seed=1)


@pytest.mark.slow
@pytest.mark.urs("PLT-14")
def test_many_mutations_with_a_repaired_checksum(written):
    _mutate(written, 150_000, seed=2)


def _mutate(written: list[bytes], count: int, seed: int) -> None:
    dice = random.Random(seed)
    refused = sum(_only_refused(chunk(mutated(dice, dice.choice(written), written))) for _ in range(count))
    assert refused > count / 3


def _only_refused(raw: bytes) -> bool:
    """Whether the bytes were refused; anything but a `SyncError` ends the test."""
    begun = time.thread_time()
    code = None
    try:
        _ = codec.parse(raw).ops
    except SyncError as error:
        code = error.code
    # Of this thread alone, with room for a collection of all that other tests have left.
    assert time.thread_time() - begun < 3
    assert code is None or code in CODES
    return code is not None
