"""Several processes and quick looks change nothing of what a verification says: held against the long way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_support import Entered, Files, Plant, entered, forge

from sync import canonical, tiles
from sync.entry import Header, Receipt, device_signature, parse_signatures, split_leaf
from sync.errors import SyncError
from sync.verify import blocks, forms, verify_log

pytestmark = pytest.mark.urs("PLT-04")
PLANT = Plant.fresh()
HISTORY = entered(
    [*PLANT.history(700), PLANT.revoke(PLANT.bridge, 349), *(PLANT.weigh(PLANT.bridge) for _ in range(3))]
)
FLAGGED = [*HISTORY[:701], *(Entered(one.envelope, one.recorded_at, ("device_revoked",)) for one in HISTORY[701:])]
GOOD = forge(PLANT.signer, FLAGGED)


def written(files: Files, folder: Path) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def with_receipt(index: int, **receipt: Any) -> Files:
    changed = list(FLAGGED)
    changed[index] = Entered(changed[index].envelope, changed[index].recorded_at, changed[index].flags, receipt=receipt)
    return forge(PLANT.signer, changed)


WRONG: dict[str, Files] = {
    "nothing": GOOD,
    "a stream's place in the second block": with_receipt(300, stream_seq=7),
    "the first entry of the second block": with_receipt(256, stream_hash="0" * 64),
    "a time before that of the block before": with_receipt(512, recorded_at="2020-01-01T00:00:00.000Z"),
    "an ignored revocation": with_receipt(703, flags=()),
    "an entry left out": {name: data for name, data in GOOD.items() if not name.endswith("entries/001")},
    "a tile": GOOD | {"tile/0/001": GOOD["tile/0/001"][:-1] + b"x"},
    "the tile above": GOOD | {"tile/1/000.p/2": bytes(64)},
}


@pytest.mark.slow
@pytest.mark.parametrize("full", [False, True], ids=["fast", "full"])
@pytest.mark.parametrize("what", WRONG)
def test_several_processes_say_what_one_says(
    what: str, full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = verify_log(WRONG[what].get, trusted=PLANT.policy, full=full)
    monkeypatch.setattr(blocks, "BLOCK", 256)
    told: list[tuple[int, int]] = []
    together = verify_log(
        written(WRONG[what], tmp_path),
        trusted=PLANT.policy,
        full=full,
        processes=2,
        progress=lambda done, size: told.append((done, size)),
    )
    assert together == alone
    assert alone.ok == (what == "nothing")
    if alone.ok:
        assert told == [(256, 704), (512, 704), (704, 704)]


LEAVES = [split_leaf(leaf) for leaf in tiles.decode_entries(GOOD["tile/entries/001"])]
ROWS = GOOD["payloads/001"].split(b"\n")[:256]


def agree(quick: Callable[[bytes], Any], long: Callable[[bytes], Any], line: bytes) -> None:
    """Both read the same, or both refuse with the same code."""
    try:
        expected, code = long(line), None
    except SyncError as error:
        expected, code = None, error.code
    try:
        found, refused = quick(line), None
    except SyncError as error:
        found, refused = None, error.code
    assert (found, refused) == (expected, code)


def long_head(line: bytes) -> forms.Head:
    head = Header.parse(line)
    return forms.Head(*(getattr(head, name) for name in forms.Head._fields))


def long_stamp(line: bytes) -> forms.Stamp:
    stamp = Receipt.parse(line)
    return forms.Stamp(stamp.index, stamp.stream_seq, stamp.stream_hash, stamp.recorded_at, stamp.flags)


def long_signature(line: bytes) -> tuple[str, bytes]:
    return device_signature(parse_signatures(line))


def long_object(data: bytes) -> None:
    if not isinstance(canonical.parse(data), dict):
        raise SyncError("payload_malformed")


# What canonical JSON is most easily got wrong with, put in the place of some bytes.
SCRAPS = st.sampled_from(
    [
        *(b"0 00 - -0 .5 e3 1e400 9007199254740992 null true -841 840 841 24:00 :60. 0000-01-01".split()),
        *(b'" \\" \\u0041 \\u00e9 [ ] { } , : A ='.split()),
        *("é".encode(), b"\x7f", b"\xed\xa0\x80", b"\xff", b" ", b"\n", b"", b"2026-02-30T00:00:00.000Z"),
    ]
)
PAIRS = [
    (forms.head, long_head, [leaf[0] for leaf in LEAVES]),
    (forms.signature, long_signature, [leaf[1] for leaf in LEAVES]),
    (forms.stamp, long_stamp, [leaf[2] for leaf in LEAVES]),
    (forms.check_object, long_object, [FLAGGED[256 + i].envelope.payload for i in range(200)]),
    (lambda line: forms.payload(line, 300), lambda line: tiles.decode_payload(line, 300), [ROWS[44]]),
]


@given(st.data())
def test_a_quick_look_reads_and_refuses_what_the_long_way_does(data: st.DataObject) -> None:
    quick, long, lines = data.draw(st.sampled_from(PAIRS))
    line = data.draw(st.sampled_from(lines))
    agree(quick, long, line)
    start = data.draw(st.integers(0, len(line)))
    stop = min(len(line), start + data.draw(st.integers(0, 24)))
    agree(quick, long, line[:start] + data.draw(SCRAPS) + line[stop:])


HEADER_FIELDS = {
    "actor": st.text(max_size=82),
    "captured_at": st.sampled_from(
        ["2024-02-29T23:59:59.999Z", "2023-02-29T00:00:00.000Z", "0000-01-01T00:00:00.000Z"]
    ),
    "corrects": st.none() | st.text(max_size=82),
    "id": st.uuids().map(str) | st.just("01a00000-0000-7000-8000-000000000000"),
    "kind": st.from_regex(r"[a-z_.]{1,8}v[0-9]{1,5}", fullmatch=True),
    "mono": st.integers(-1, 2**53 + 1),
    "offset": st.integers(-1000, 1000),
    "reason": st.none() | st.text(),
    "seen": st.none() | st.fixed_dictionaries({"root": st.just("0" * 64), "size": st.integers(-1, 2**53)}),
    "seq": st.integers(-1, 2**53 + 1),
    "stream": st.text(max_size=202),
    "v": st.sampled_from([1, 2, True, "1"]),
}


@given(st.data())
def test_every_value_of_every_field_of_a_header_is_judged_alike(data: st.DataObject) -> None:
    value = canonical.parse(LEAVES[0][0])
    for name in data.draw(st.sets(st.sampled_from(sorted(HEADER_FIELDS)), min_size=1, max_size=2)):
        value[name] = data.draw(HEADER_FIELDS[name])
    try:
        line = canonical.encode(value)
    except SyncError:
        return
    agree(forms.head, long_head, line)


def test_the_quick_look_is_taken_at_all() -> None:
    """Or else the tests above would hold something against itself."""
    for header, signatures, receipt in LEAVES[:20]:
        assert forms._HEADER.fullmatch(header)
        assert forms._SIGNATURE.fullmatch(signatures)
        assert forms._RECEIPT.fullmatch(receipt)
