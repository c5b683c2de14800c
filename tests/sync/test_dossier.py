"""A dossier on its own: each record bound to the log, nothing of the stream left out, the pages bound to both."""

import io
import random
from pathlib import Path
from typing import Any

import pypdf
import pytest
from log_support import ORIGIN, START, Plant, open_engine, resign
from sqlalchemy import Connection

from sync import dossier, note
from sync.entry import Envelope
from sync.errors import SyncError
from sync.log.dossier import bundle
from sync.pdf_seal import sign_pdf
from sync.signing import Ed25519Signer
from sync.trust import Policy
from sync.verify import verify_bundle, verify_pdf
from sync.verify.pdf_signature import check_pdf_signature
from sync.writer import now_text

pytestmark = pytest.mark.urs("PLT-04")

STREAM = "batch/B-1"


class Site:
    """A log of 40 entries with a released batch, and the dossier of it."""

    def __init__(self, url: str) -> None:
        self.plant = Plant.fresh()
        self.log = self.plant.log()
        self.engine = open_engine(url)
        with self.engine.begin() as connection:
            self.log.create(connection)
            self.append(connection, *self.plant.history(40))
            count, running = self.log.stream_head(connection, STREAM)
            self.append(connection, self.release(count, running))
            self.log.sign_checkpoint(connection)
            self.files = bundle(connection, self.log, STREAM, [6])

    def append(self, connection: Connection, *envelopes: Envelope, flags: tuple[str, ...] = ()) -> None:
        for envelope in envelopes:
            self.log.append(connection, envelope, now_text(START + 1000 * envelope.head.seq), flags)

    def release(self, count: int, running: str) -> Envelope:
        payload = {"batch": "B-1", "stream_seq": count, "stream_hash": running}
        return self.plant.server.write("release.batch_released.v1", STREAM, payload, actor="P-0009")

    def bundle(self, *envelopes: Envelope, flags: tuple[str, ...] = ()) -> dict[str, bytes]:
        with self.engine.begin() as connection:
            self.append(connection, *envelopes, flags=flags)
            self.log.sign_checkpoint(connection)
            return bundle(connection, self.log, STREAM)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    site = Site(f"sqlite:///{tmp_path_factory.mktemp('dossier')}/pestle.db")
    yield site
    site.engine.dispose()


@pytest.fixture
def fresh(tmp_path: Path) -> Any:
    site = Site(f"sqlite:///{tmp_path}/pestle.db")
    yield site
    site.engine.dispose()


def check(site: Site, files: dict[str, bytes]) -> tuple[bool, int | None, str | None]:
    result = verify_bundle(files, site.plant.policy)
    assert (result.reason is None) == result.ok
    return result.ok, result.first_wrong, result.code


def indices(files: dict[str, bytes]) -> list[int]:
    return [index for index, _ in dossier.Proof.parse(files[dossier.PROOF]).leaves]


def rewrite(files: dict[str, bytes], records: list[dossier.Record]) -> dict[str, bytes]:
    return {**files, dossier.RECORDS: dossier.encode_records(records)}


def records_of(files: dict[str, bytes]) -> list[dossier.Record]:
    return [dossier.Record.parse(line) for line in dossier.record_lines(files[dossier.RECORDS])]


def test_a_good_dossier_on_both_databases(database_url: str) -> None:
    site = Site(database_url)
    result = verify_bundle(site.files, site.plant.policy)
    assert (result.ok, result.size, result.withheld) == (True, 41, 0)
    assert (result.stream, result.entries, result.sealed_at) == (STREAM, 13, 12)
    assert result.as_dict()["policy"] == "given"
    assert verify_bundle(site.files).as_dict()["policy"] == "beside"
    site.engine.dispose()


def test_it_holds_the_stream_the_keys_and_what_was_asked_for(site: Site) -> None:
    stream = [i for i in range(3, 40) if i % 3 == 1]
    assert indices(site.files) == sorted([0, 1, 2, 6, *stream, 40])


def test_what_a_dossier_cannot_be_of(site: Site) -> None:
    with site.engine.begin() as connection:
        with pytest.raises(SyncError, match="stream_unknown"):
            bundle(connection, site.log, "batch/none")
        with pytest.raises(SyncError, match="entry_unknown"):
            bundle(connection, site.log, STREAM, [41])


def test_entries_after_the_checkpoint_wait_for_the_next(fresh: Site) -> None:
    with fresh.engine.begin() as connection:
        fresh.append(connection, fresh.plant.weigh(fresh.plant.tablet))
        early = bundle(connection, fresh.log, STREAM)
    assert verify_bundle(early, fresh.plant.policy).entries == 13
    assert verify_bundle(fresh.bundle(), fresh.plant.policy).entries == 14


def test_any_changed_byte_of_a_record_names_the_entry(site: Site) -> None:
    chance = random.Random(4)
    lines = dossier.record_lines(site.files[dossier.RECORDS])
    for position, (index, line) in enumerate(zip(indices(site.files), lines, strict=True)):
        for place in chance.sample(range(len(line)), 25):
            changed = line[:place] + bytes([line[place] ^ 1 << chance.randrange(8)]) + line[place + 1 :]
            data = b"[\n" + b",\n".join([*lines[:position], changed, *lines[position + 1 :]]) + b"\n]\n"
            assert check(site, {**site.files, dossier.RECORDS: data})[:2] == (False, index), (place, line)


def test_any_changed_byte_of_the_other_files(site: Site) -> None:
    chance = random.Random(5)
    for name in (dossier.PROOF, dossier.CHECKPOINT):
        for place in chance.sample(range(len(site.files[name])), 150):
            changed = bytearray(site.files[name])
            changed[place] ^= 1 << chance.randrange(8)
            ok = check(site, {**site.files, name: bytes(changed)})[0]
            # The stream's name alone could be another's: then that stream is not complete.
            assert not ok, (name, place)
    for name in dossier.FILES:
        assert check(site, {key: data for key, data in site.files.items() if key != name})[2] == "bundle_malformed"


def test_left_out_repeated_and_swapped_records(site: Site) -> None:
    records, places = records_of(site.files), indices(site.files)
    for position in range(len(records)):
        without = records[:position] + records[position + 1 :]
        assert check(site, rewrite(site.files, without)) == (False, places[position], "entry_missing")
    assert check(site, rewrite(site.files, [*records, records[-1]])) == (False, None, "bundle_malformed")
    swapped = [records[1], records[0], *records[2:]]
    assert check(site, rewrite(site.files, swapped)) == (False, places[0], "entry_missing")


def test_a_hole_in_the_stream_is_found_though_the_proof_fits(site: Site) -> None:
    """Whoever can read the whole log can prove any selection of it: the stream's own chain shows the hole."""
    with site.engine.begin() as connection:
        chosen = [index for index in indices(site.files) if index != 10]
        nodes = site.log.multiproof(connection, chosen, 41)
    proof = dossier.Proof.parse(site.files[dossier.PROOF])
    fitting = dossier.Proof(STREAM, 41, nodes, [leaf for leaf in proof.leaves if leaf[0] != 10])
    files = rewrite(site.files, [record for record in records_of(site.files) if record.index != 10])
    assert check(site, {**files, dossier.PROOF: fitting.encode()}) == (False, 13, "stream_chain_wrong")
    other = dossier.Proof("batch/B-0", 41, proof.nodes, proof.leaves).encode()
    assert check(site, {**site.files, dossier.PROOF: other}) == (False, 6, "stream_chain_wrong")
    none = dossier.Proof("batch/B-9", 41, proof.nodes, proof.leaves).encode()
    assert check(site, {**site.files, dossier.PROOF: none}) == (False, None, "bundle_malformed")


def test_a_changed_receipt_with_its_hash_mended_leads_to_another_root(site: Site) -> None:
    proof = dossier.Proof.parse(site.files[dossier.PROOF])
    nodes = [b"x" * 32, *proof.nodes[1:]]
    files = {**site.files, dossier.PROOF: dossier.Proof(STREAM, 41, nodes, proof.leaves).encode()}
    assert check(site, files) == (False, None, "root_wrong")
    files = {**site.files, dossier.PROOF: dossier.Proof(STREAM, 41, proof.nodes[1:], proof.leaves).encode()}
    assert check(site, files) == (False, None, "proof_wrong")
    files = {**site.files, dossier.PROOF: dossier.Proof(STREAM, 42, proof.nodes, proof.leaves).encode()}
    assert check(site, files) == (False, None, "proof_wrong")


def test_a_withheld_payload_is_counted_not_refused(site: Site) -> None:
    records = records_of(site.files)
    bare = [
        dossier.Record(r.index, r.header, r.signatures, r.receipt, None, None) if r.index == 10 else r for r in records
    ]
    result = verify_bundle(rewrite(site.files, bare), site.plant.policy)
    assert (result.ok, result.withheld) == (True, 1)
    keyless = [dossier.Record(r.index, r.header, r.signatures, r.receipt, None, None) for r in records]
    assert check(site, rewrite(site.files, keyless)) == (False, 0, "payload_withheld")


def test_a_disposition_over_another_stream_is_found(fresh: Site) -> None:
    assert check(fresh, fresh.bundle(fresh.release(13, "0" * 64))) == (False, 41, "seal_wrong")


def test_an_entry_from_a_revoked_device(fresh: Site) -> None:
    plant = fresh.plant
    revocation = plant.revoke(plant.tablet, plant.tablet.seq)
    assert check(fresh, fresh.bundle(revocation, plant.weigh(plant.tablet), flags=("device_revoked",)))[0]
    assert check(fresh, fresh.bundle(plant.weigh(plant.tablet))) == (False, 43, "revocation_ignored")


def test_another_plants_dossier_does_not_pass_for_ours(site: Site) -> None:
    stranger = Plant.fresh()
    assert verify_bundle(site.files, stranger.policy).code == "note_signer_unknown"
    own_log = Policy((note.Key(ORIGIN, site.plant.signer.public_key),), (stranger.signer.public_key,))
    assert verify_bundle(site.files, own_log).first_wrong == 0


def test_a_forged_record_needs_the_devices_key(fresh: Site) -> None:
    stranger = Plant.fresh().tablet
    stranger.device = fresh.plant.tablet.device
    forged = resign(stranger, fresh.plant.weigh(fresh.plant.tablet))
    assert check(fresh, fresh.bundle(forged)) == (False, 41, "signature_wrong")


# --- the PDF ---


def pdf_of(files: dict[str, bytes]) -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    for name, data in files.items():
        writer.add_attachment(name, data)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.fixture(scope="module")
def sealed(site: Site) -> bytes:
    return sign_pdf(pdf_of(site.files), site.plant.signer, "Pestle 批印")


def judged(tmp_path: Path, data: bytes, trusted: Policy | None) -> tuple[bool, int | None, str | None]:
    path = tmp_path / "dossier.pdf"
    path.write_bytes(data)
    result = verify_pdf(path, trusted)
    assert (result.reason is None) == result.ok
    return result.ok, result.first_wrong, result.code


def test_a_good_pdf(site: Site, sealed: bytes, tmp_path: Path) -> None:
    assert judged(tmp_path, sealed, site.plant.policy) == (True, None, None)
    assert judged(tmp_path, sealed, None) == (True, None, None)
    assert verify_pdf(tmp_path / "dossier.pdf", site.plant.policy).entries == 13
    with pytest.raises(SyncError, match="pdf_unreadable"):
        verify_pdf(tmp_path / "missing.pdf")


def test_a_pdf_whose_records_were_changed_names_the_entry(site: Site, tmp_path: Path) -> None:
    changed = site.files[dossier.RECORDS].replace(b"12.640", b"12.641")
    data = sign_pdf(pdf_of({**site.files, dossier.RECORDS: changed}), site.plant.signer, "Pestle")
    assert judged(tmp_path, data, site.plant.policy) == (False, 4, "payload_hash_wrong")


def test_a_pdf_without_the_servers_signature(site: Site, sealed: bytes, tmp_path: Path) -> None:
    policy, plain = site.plant.policy, pdf_of(site.files)
    assert judged(tmp_path, plain, policy) == (False, None, "pdf_signature_wrong")
    assert judged(tmp_path, sign_pdf(plain, Ed25519Signer.generate(), "Pestle"), policy)[2] == "pdf_signature_wrong"
    for more in (b"\n", b"%", b"%%EOF\n"):
        assert judged(tmp_path, sealed + more, policy)[0] is False
    updated = pypdf.PdfWriter(io.BytesIO(sealed), incremental=True)
    updated.pages[0].rotate(90)
    output = io.BytesIO()
    updated.write(output)
    assert judged(tmp_path, output.getvalue(), policy)[2] == "pdf_signature_wrong"


def test_a_pdf_without_attachments(site: Site, tmp_path: Path) -> None:
    without = {name: data for name, data in site.files.items() if name != dossier.PROOF}
    for data in (sign_pdf(pdf_of(without), site.plant.signer, "Pestle"), b"", b"%PDF-1.7\n", b"x" * 1000):
        assert judged(tmp_path, data, site.plant.policy) == (False, None, "pdf_malformed")


def refused(data: bytes, policy: Policy) -> bool:
    try:
        check_pdf_signature(data, policy)
    except SyncError as error:
        return error.code == "pdf_signature_wrong"
    return False


def test_no_byte_of_a_sealed_pdf_can_be_changed(site: Site, sealed: bytes) -> None:
    chance = random.Random(6)
    gap = sealed.index(b"/Contents <") + 11
    places = [*range(gap - 2, gap + 64), *chance.sample(range(gap, gap + 4096), 150)]
    places += [*chance.sample(range(len(sealed)), 150), *range(len(sealed) - 30, len(sealed))]
    for place in places:
        changed = bytearray(sealed)
        changed[place] ^= chance.choice((1, 4, 0x20, 0x80))
        assert refused(bytes(changed), site.plant.policy), place


@pytest.mark.slow
def test_no_byte_of_the_signature_itself_can_be_changed(site: Site, sealed: bytes) -> None:
    """Where other PDF signatures leave room (unsigned attributes, certificates, padding, letter case)."""
    gap = sealed.index(b"/Contents <") + 11
    for place in range(gap, gap + 1600):
        for flip in (1, 0x20):
            changed = bytearray(sealed)
            changed[place] ^= flip
            assert refused(bytes(changed), site.plant.policy), place


def heads(fresh: Site, devices: dict[str, int]) -> list[dict[str, Any]]:
    """The heads of devices at these sequences, as the log has them."""
    with fresh.engine.connect() as connection:
        entries = list(fresh.log.entries(connection, 0, 41))
    found = {(entry.head.device, entry.head.seq): entry.envelope.digest.hex() for entry in entries}
    return [{"device": name, "seq": seq, "hash": found.get((name, seq), "0" * 64)} for name, seq in devices.items()]


def seal_again(fresh: Site, devices: Any) -> tuple[bool, int | None, str | None]:
    """After a seal of the second version over the stream up to the first disposition, and these devices."""
    with fresh.engine.connect() as connection:
        count, running = fresh.log.stream_head(connection, STREAM)
    payload = {"batch": "B-1", "stream_seq": count, "stream_hash": running, "devices": devices}
    envelope = fresh.plant.server.write("release.batch_released.v2", STREAM, payload, actor="P-0009")
    return check(fresh, fresh.bundle(envelope))


def test_a_seal_names_the_heads_of_all_devices_that_wrote(fresh: Site) -> None:
    assert seal_again(fresh, heads(fresh, {"bridge-00b2": 19, "tablet-00a1": 18})) == (True, None, None)
    result = verify_bundle(fresh.bundle(), fresh.plant.policy)
    assert (result.entries, result.sealed_at) == (14, 13)


@pytest.mark.urs("PLT-11")
@pytest.mark.parametrize(
    "how", ["one left out", "one too many", "in another order", "twice", "too early", "another hash", "none", "no list"]
)
def test_a_seal_with_other_devices_is_wrong(how: str, fresh: Site) -> None:
    good = heads(fresh, {"bridge-00b2": 19, "tablet-00a1": 18})
    wrong: dict[str, Any] = {
        "one left out": good[:1],
        "one too many": [*good, {"device": "tablet-9999", "seq": 0, "hash": "0" * 64}],
        "in another order": good[::-1],
        "twice": [good[0], good[0], good[1]],
        "too early": heads(fresh, {"bridge-00b2": 1, "tablet-00a1": 18}),
        "another hash": [{"device": "bridge-00b2", "seq": 18, "hash": "f" * 64}, good[1]],
        "none": [],
        "no list": None,
    }
    assert seal_again(fresh, wrong[how]) == (False, 41, "seal_wrong")
