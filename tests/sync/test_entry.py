"""Entries: what is signed, what is refused, and the envelope that is kept for ever."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from log_support import Plant
from support import ROOT

from sync import canonical, entry, merkle, signing
from sync.entry import Envelope, Header, Receipt
from sync.errors import SyncError
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter, now_text

pytestmark = pytest.mark.urs("PLT-02")

VECTOR = json.loads((ROOT / "tests" / "vectors" / "entry-v1.json").read_text("utf-8"))


class Es256Signer:
    """What WebCrypto does on a tablet whose browser lacks Ed25519."""

    alg = signing.ES256

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def weighing(signer: signing.Signer | None = None) -> tuple[DeviceWriter, Envelope]:
    plant = Plant.fresh()
    device = DeviceWriter("tablet-1", signer or Ed25519Signer.generate(), clock=plant.clock)
    return device, plant.weigh(device)


@pytest.mark.parametrize("signer", [Ed25519Signer.generate(), Es256Signer()], ids=lambda signer: signer.alg)
def test_round_trip_and_signature(signer: signing.Signer) -> None:
    device, envelope = weighing(signer)
    again = Envelope.decode(envelope.encode())
    assert again == envelope
    assert again.head.encode() == envelope.header
    again.check_signature(signer.alg, signer.public_key)
    assert device.prev == envelope.digest.hex()


@pytest.mark.parametrize("signer", [Ed25519Signer.generate(), Es256Signer()], ids=lambda signer: signer.alg)
def test_every_changed_field_of_the_header_breaks_the_signature(signer: signing.Signer) -> None:
    _, envelope = weighing(signer)
    fields = json.loads(envelope.header)
    for name, value in fields.items():
        changed = {**fields, name: _other(value)}
        header = canonical.encode(changed)
        with pytest.raises(SyncError, match="signature_wrong"):
            entry.check_device_signature(header, envelope.signatures, signer.alg, signer.public_key)


def _other(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "x"
    return ("0" if value[0] != "0" else "1") + value[1:]


@given(st.data())
def test_every_changed_byte_of_the_wire_form_is_refused(data: st.DataObject) -> None:
    device, envelope = ENVELOPE
    wire = bytearray(envelope.encode())
    wire[data.draw(st.integers(0, len(wire) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SyncError):
        Envelope.decode(bytes(wire)).check_signature(device.signer.alg, device.signer.public_key)


ENVELOPE = weighing()


@pytest.mark.urs("PLT-14")
@given(st.binary(max_size=300) | st.lists(st.binary(max_size=60), min_size=4, max_size=4).map(b"\n".join))
def test_garbage_is_refused_with_a_code_and_nothing_else(data: bytes) -> None:
    with pytest.raises(SyncError):
        Envelope.decode(data)


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("v", 2),
        ("v", True),
        ("id", "019eb2f0-0000-4000-8000-000000000000"),
        ("id", "019EB2F0-0000-7000-8000-000000000000"),
        ("kind", "production.weighed"),
        ("kind", "production.weighed.v0"),
        ("stream", ""),
        ("stream", "x" * 201),
        ("actor", None),
        ("device", 1),
        ("seq", 0),
        ("seq", True),
        ("prev", "0" * 63),
        ("prev", "A" * 64),
        ("captured_at", "2026-13-01T00:00:00.000Z"),
        ("captured_at", "2026-02-30T00:00:00.000Z"),
        ("captured_at", "٢٠٢٦-11-22T09:30:00.000Z"),
        ("captured_at", "2026-11-22T09:30:00Z"),
        ("offset", 841),
        ("mono", -1),
        ("seen", {"size": 1}),
        ("seen", {"size": -1, "root": "0" * 64}),
        ("lease", ""),
        ("reason", "x" * 2001),
        ("more", 1),
    ],
)
def test_a_header_outside_the_format_is_refused(name: str, value: object) -> None:
    fields = json.loads(ENVELOPE[1].header)
    with pytest.raises(SyncError, match=r"entry_malformed|not_canonical"):
        Header.parse(canonical.encode({**fields, name: value}))


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("name", ["stream", "subject", "actor", "device", "boot", "lease", "corrects", "reason"])
@pytest.mark.parametrize("control", ["\0", "\x1b", "\x7f", "\x85", "\v"])
def test_a_header_holds_no_control_characters(name: str, control: str) -> None:
    fields = json.loads(ENVELOPE[1].header)
    with pytest.raises(SyncError, match=f"entry_malformed: {name}"):
        Header.parse(canonical.encode({**fields, name: f"a{control}b"}))


@pytest.mark.urs("PLT-07", "PLT-14")
def test_only_a_reason_has_lines_and_tabs() -> None:
    fields = json.loads(ENVELOPE[1].header)
    assert Header.parse(canonical.encode({**fields, "reason": "one\r\n\ttwo"})).reason == "one\r\n\ttwo"
    with pytest.raises(SyncError, match="entry_malformed: subject"):
        Header.parse(canonical.encode({**fields, "subject": "one\ntwo"}))


@pytest.mark.urs("PLT-07")
def test_a_correction_names_the_corrected_entry_and_a_reason() -> None:
    plant = Plant.fresh()
    first = plant.weigh(plant.tablet)
    second = plant.weigh(plant.tablet, corrects=first.head.id, reason="wrong container / 容器错误")
    assert second.head.corrects == first.head.id
    assert Header.parse(second.header).reason == "wrong container / 容器错误"


def test_a_signature_for_one_purpose_is_none_for_another() -> None:
    device, envelope = weighing()
    raw = device.signer.sign(envelope.header)
    line = canonical.encode([{"alg": "ed25519", "by": "device", "sig": base64.b64encode(raw).decode()}])
    with pytest.raises(SyncError, match="signature_wrong"):
        entry.check_device_signature(envelope.header, line, "ed25519", device.signer.public_key)


@pytest.mark.parametrize(
    "line",
    [b"[]", b"{}", b'[{"alg":"ed25519","by":"person:P-1","sig":""}]', b'[{"alg":"ed25519","by":"device"}]', b"[1]"],
)
def test_signature_lines_outside_the_format_are_refused(line: bytes) -> None:
    with pytest.raises(SyncError, match="entry_malformed"):
        entry.parse_signatures(line)


def test_a_receipt_says_what_its_flags_say() -> None:
    receipt = Receipt(0, 1, "0" * 64, "2026-11-22T09:30:00.000Z", ("late_entry",))
    assert Receipt.parse(receipt.encode()) == receipt
    for wrong in (b"accepted", b"refused"):
        with pytest.raises(SyncError, match="entry_malformed"):
            Receipt.parse(receipt.encode().replace(b"flagged", wrong))


@pytest.mark.urs("PLT-15")
@pytest.mark.parametrize("point", sorted(signing._LOW_ORDER))
def test_keys_of_small_order_are_refused(point: bytes) -> None:
    with pytest.raises(SyncError, match="key_malformed"):
        signing.check_public_key("ed25519", point)


@pytest.mark.urs("PLT-15")
def test_other_keys_are_refused_or_accepted() -> None:
    signing.check_public_key("ed25519", Ed25519Signer.generate().public_key)
    point = Es256Signer().public_key
    signing.check_public_key("es256", point)
    compressed = bytes([2 + (point[-1] & 1)]) + point[1:33]
    for alg, key in (("es256", compressed), ("es256", point[:-1] + b"\0"), ("ed25519", b"x" * 31), ("es256", b"")):
        with pytest.raises(SyncError, match="key_malformed"):
            signing.check_public_key(alg, key)
    with pytest.raises(SyncError, match="key_algorithm_unknown"):
        signing.check_public_key("rsa", point)


def test_a_key_file_is_made_once_and_kept_private(tmp_path: Any) -> None:
    path = tmp_path / "keys" / "server.key"
    first, second = Ed25519Signer.load_or_create(path), Ed25519Signer.load_or_create(path)
    assert first.public_key == second.public_key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["server.key"]
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="PEM"):
        Ed25519Signer.load_or_create(path)


@given(st.integers(0, 2**48 - 1))
def test_ids_are_uuids_of_version_7_in_the_order_of_time(unix_ms: int) -> None:
    made = entry.new_id(unix_ms)
    assert int(made.replace("-", "")[:12], 16) == unix_ms
    assert made[14] == "7"
    assert made[19] in "89ab"


def test_a_writer_chains_its_entries() -> None:
    plant = Plant.fresh()
    entries = [plant.weigh(plant.tablet) for _ in range(3)]
    assert [envelope.head.seq for envelope in entries] == [1, 2, 3]
    assert entries[0].head.prev == entry.FIRST_PREV
    assert entries[2].head.prev == entries[1].digest.hex()
    again = DeviceWriter("tablet-1", plant.tablet.signer, seq=plant.tablet.seq, prev=plant.tablet.prev)
    assert plant.weigh(again).head.prev == entries[2].digest.hex()
    assert now_text(1_795_339_800_007) == "2026-11-22T09:30:00.007Z"


def test_golden_vector() -> None:
    """`tests/vectors/entry-v1.json` never changes: entries of this format are in logs for ever."""
    signer = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTOR["private_key_hex"])))
    public_key = base64.b64decode(VECTOR["public_key"])
    header, signatures = VECTOR["header"].encode(), VECTOR["signatures"].encode()
    envelope = Envelope(header, signatures, base64.b64decode(VECTOR["salt"]), VECTOR["payload"].encode())
    envelope.check_shape()
    envelope.check_signature(VECTOR["alg"], public_key)
    assert Envelope.decode(VECTOR["wire"].encode()) == envelope
    assert entry.sign(signer, envelope.head, envelope.salt, envelope.payload) == envelope
    assert envelope.digest.hex() == VECTOR["digest"]
    leaf = VECTOR["leaf"].encode()
    assert entry.split_leaf(leaf)[:2] == (header, signatures)
    receipt = Receipt.parse(entry.split_leaf(leaf)[2])
    assert receipt.stream_hash == entry.next_stream_hash(entry.FIRST_PREV, header)
    assert merkle.leaf_hash(leaf).hex() == VECTOR["leaf_hash"]
