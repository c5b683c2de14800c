"""Checks a dossier: each record, its place in the log, and that nothing of the batch's stream is left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sync import canonical, dossier, merkle
from sync.checkpoint import Checkpoint
from sync.entry import FIRST_PREV, Header, Receipt, check_device_signature, leaf_data, next_stream_hash
from sync.errors import SyncError
from sync.trust import Policy
from sync.verify.keys import REVOKED_FLAG, SERVER, Keyring
from sync.verify.log import CERTIFICATE, open_checkpoint
from sync.verify.result import Result, Wrong
from sync.verify.rules import check_payload

# A disposition signs how far the stream went that was reviewed.
SEALS = (
    "release.batch_released.v1",
    "release.batch_rejected.v1",
    "release.batch_released.v2",
    "release.batch_rejected.v2",
)


def verify_bundle(files: Mapping[str, bytes], trusted: Policy | None = None) -> Result:
    """Check the four files of a dossier. `trusted` is the policy the caller has from elsewhere; without it that of
    the bundle is used, which only shows that the dossier agrees with itself."""
    start = Result(ok=False, policy_given=trusted is not None)
    try:
        missing = [name for name in dossier.FILES if name not in files]
        if missing:
            raise SyncError("bundle_malformed", f"{', '.join(missing)} is missing")
        policy = trusted or Policy.parse(files[dossier.POLICY])
        policy, opened = open_checkpoint(files[dossier.CHECKPOINT], policy, files.get(CERTIFICATE))
        checkpoint = opened.checkpoint
        start = replace(start, size=checkpoint.size, root=checkpoint.root.hex(), witnessed=opened.witnessed)
        proof = dossier.Proof.parse(files[dossier.PROOF])
        check = _Check(proof, Keyring(policy))
        check.records(dossier.record_lines(files[dossier.RECORDS]))
        _check_root(proof, checkpoint)
        if not dossier.is_spelled(files[dossier.RECORDS]):
            raise SyncError("bundle_malformed", "the records are whole, but the file was written anew")
    except SyncError as error:
        index = error.index if isinstance(error, Wrong) else None
        reason = str(error) if index is None else f"entry {index}: {error}"
        return replace(start, first_wrong=index, code=error.code, reason=reason)
    return replace(
        start,
        ok=True,
        withheld=check.withheld,
        stream=proof.stream,
        entries=len(check.stream_hashes) - 1,
        sealed_at=check.sealed_at,
    )


def verify_pdf(path: Path, trusted: Policy | None = None) -> Result:
    """Check a dossier as a PDF: its attachments, and the server's signature over all of it, pages included.

    SyncError `pdf_unreadable` when there is no such file.
    """
    from sync.verify.pdf_signature import attachments, check_pdf_signature

    try:
        data = path.read_bytes()
    except OSError as error:
        raise SyncError("pdf_unreadable", str(error)) from error
    try:
        files = attachments(data, dossier.FILES)
    except SyncError as error:
        return Result(ok=False, policy_given=trusted is not None, code=error.code, reason=str(error))
    result = verify_bundle(files, trusted)
    if not result.ok:
        return result
    try:
        check_pdf_signature(data, trusted or Policy.parse(files[dossier.POLICY]))
    except SyncError as error:
        return replace(result, ok=False, code=error.code, reason=str(error))
    return result


def _check_root(proof: dossier.Proof, checkpoint: Checkpoint) -> None:
    if proof.size != checkpoint.size:
        raise SyncError("proof_wrong", "the proof is for a log of another size than the checkpoint's")
    if merkle.root_from_multiproof(dict(proof.leaves), proof.size, proof.nodes) != checkpoint.root:
        raise SyncError("root_wrong", "the records lead to another root than was signed")


@dataclass
class _Check:
    """`stream_hashes` is the running hash of the stream after each of its entries, from none on."""

    proof: dossier.Proof
    keys: Keyring
    stream_hashes: list[str] = field(default_factory=lambda: [FIRST_PREV])
    sealed_at: int | None = None
    withheld: int = 0

    def records(self, lines: list[bytes]) -> None:
        """Wrong with the lowest index of a record that is changed, missing or too many."""
        for position, (index, leaf_hash) in enumerate(self.proof.leaves):
            try:
                if position >= len(lines):
                    raise SyncError("entry_missing", "the record is left out")
                self._record(index, leaf_hash, lines[position])
            except SyncError as error:
                raise Wrong(error.code, error.detail, index) from error
        if len(lines) > len(self.proof.leaves):
            raise SyncError("bundle_malformed", "there are more records than the proof is for")
        if len(self.stream_hashes) == 1:
            raise SyncError("bundle_malformed", "the stream has no record")

    def _record(self, index: int, leaf_hash: bytes, line: bytes) -> None:
        record = dossier.Record.parse(line)
        if record.index != index:
            raise SyncError("entry_missing", f"the record of entry {record.index} stands in its place")
        head, stamp = Header.parse(record.header), Receipt.parse(record.receipt)
        if stamp.index != index:
            raise SyncError("index_wrong", f"the receipt is for {stamp.index}")
        key = self.keys.key_for(head, record.payload)
        check_device_signature(record.header, record.signatures, key.alg, key.public_key)
        if record.salt is not None and record.payload is not None:
            check_payload(head.payload_hash, (record.salt, record.payload))
        if merkle.leaf_hash(leaf_data(record.header, record.signatures, record.receipt)) != leaf_hash:
            raise SyncError("leaf_changed", "the record is not the one whose hash the proof holds")
        if self.keys.revoked(head) and REVOKED_FLAG not in stamp.flags:
            raise SyncError("revocation_ignored", f"{head.device} was revoked before, and the receipt does not say so")
        self.withheld += record.payload is None
        if head.stream == self.proof.stream:
            self._stream(head, stamp, record)
        self.keys.learn(head, record.payload)

    def _stream(self, head: Header, stamp: Receipt, record: dossier.Record) -> None:
        place, running = len(self.stream_hashes), next_stream_hash(self.stream_hashes[-1], record.header)
        if (stamp.stream_seq, stamp.stream_hash) != (place, running):
            raise SyncError("stream_chain_wrong", f"not the {place}. entry of {head.stream} after the one before")
        if head.kind in SEALS and head.device == SERVER and record.payload is not None:
            self._seal(record.payload)
        self.stream_hashes.append(running)

    def _seal(self, payload: bytes) -> None:
        value = canonical.parse(payload)
        count, running = value.get("stream_seq"), value.get("stream_hash")
        if type(count) is not int or not 0 <= count < len(self.stream_hashes) or self.stream_hashes[count] != running:
            raise SyncError("seal_wrong", "the disposition was signed over another stream than this one")
        self.sealed_at = count
