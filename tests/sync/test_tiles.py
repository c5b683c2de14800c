"""The paths and bytes of the static files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import tiles
from sync.errors import SyncError

pytestmark = pytest.mark.urs("PLT-03")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (tiles.Name(0, 0), "tile/0/000"),
        (tiles.Name(0, 1_234_067), "tile/0/x001/x234/067"),
        (tiles.Name(1, 0, 3), "tile/1/000.p/3"),
        (tiles.Name("entries", 999, 255), "tile/entries/999.p/255"),
        (tiles.Name("payloads", 1000), "payloads/x001/000"),
    ],
)
def test_paths(name: tiles.Name, path: str) -> None:
    assert name.path == path
    assert tiles.Name.parse(path) == name


@given(st.sampled_from([*range(8), "entries", "payloads"]), st.integers(0, 10**12), st.integers(1, 256))
def test_every_name_has_one_path(kind: int | str, number: int, width: int) -> None:
    name = tiles.Name(kind, number, width)
    assert tiles.Name.parse(name.path) == name


@pytest.mark.parametrize(
    "path",
    [
        *("tile/8/000", "tile/0/0", "tile/0/x000/001", "tile/0/1000", "tile/0/000.p/256", "tile/0/000.p/300"),
        *("tile/0/000.p/0", "tile/0/000.p/01", "tile/0/000/", "/tile/0/000", "tile/0/../000", "tile/0/٠٠٠"),
        *("checkpoint", "", "tile/0/000\n"),
    ],
)
def test_other_spellings_name_nothing(path: str) -> None:
    assert tiles.Name.parse(path) is None


def test_what_a_log_consists_of() -> None:
    assert list(tiles.names(0)) == []
    paths = [name.path for name in tiles.names(513)]
    entries = ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/1"]
    payloads = ["payloads/000", "payloads/001", "payloads/002.p/1"]
    assert paths == [*entries, *payloads, "tile/0/000", "tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2"]
    assert "tile/2/000.p/1" in [name.path for name in tiles.names(65_536)]


@given(st.lists(st.binary(max_size=300), max_size=10), st.integers(0, 3000))
def test_a_cut_bundle_gives_the_leaves_that_are_whole(leaves: list[bytes], cut: int) -> None:
    data = tiles.encode_entries(leaves)
    assert tiles.decode_entries(data) == leaves
    found = tiles.decode_entries(data[:cut])
    assert found == leaves[: len(found)]


def test_payload_lines() -> None:
    lines = tiles.encode_payloads([(7, b"s" * 16, b"{}"), (8, None, None)]).split(b"\n")
    assert tiles.decode_payload(lines[0], 7) == (b"s" * 16, b"{}")
    assert tiles.decode_payload(lines[1], 8) is None
    for wrong in (b"", b"[]", b"7", b"null", lines[0] + b" ", lines[0].replace(b'"salt":"', b'"salt":" '), b"\xff"):
        with pytest.raises(SyncError, match="payload_malformed"):
            tiles.decode_payload(wrong, 7)
    with pytest.raises(SyncError, match="payload_malformed"):
        tiles.decode_payload(lines[0], 8)
    with pytest.raises(SyncError, match="payload_malformed"):
        tiles.decode_payload(b'{"index":true,"payload":null,"salt":null}', 1)


def test_hashes_of_a_tile() -> None:
    assert tiles.split_hashes(b"a" * 32 + b"b" * 32) == [b"a" * 32, b"b" * 32]
    with pytest.raises(SyncError, match="tile_malformed"):
        tiles.split_hashes(b"a" * 33)
