"""Checks a dossier: each record, its place in the log, and that nothing of the batch's stream is left out."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sync import dossier, merkle
from sync.checkpoint import Checkpoint
from sync.entry import leaf_data
from sync.errors import SyncError
from sync.proof import LogProof
from sync.trust import Policy
from sync.verify import forms
from sync.verify.forms import Head, Stamp
from sync.verify.keys import REVOKED_FLAG, Keyring
from sync.verify.log import open_checkpoint
from sync.verify.result import Result, Wrong
from sync.verify.rules import check_payload, check_stream
from sync.verify.seal import Seals
from sync.verify.timestamp import check_timestamp
from sync.writer import now_text

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def verify_bundle(
    files: Mapping[str, bytes], trusted: Policy | None = None, tsa: Sequence["Certificate"] = ()
) -> Result:
    """Check the files of a dossier. `trusted` is the policy the caller has from elsewhere; without it that of the
    bundle is used, which only shows that the dossier agrees with itself. `tsa` are the roots of the authorities whose
    time stamps are believed."""
    start = Result(ok=False, policy_given=trusted is not None)
    try:
        missing = [name for name in dossier.FILES if name not in files]
        if missing:
            raise SyncError("bundle_malformed", f"{', '.join(missing)} is missing")
        policy = trusted or Policy.parse(files[dossier.POLICY])
        policy, opened = open_checkpoint(files[dossier.CHECKPOINT], policy, files.get(dossier.CERTIFICATE))
        checkpoint = opened.checkpoint
        start = replace(start, size=checkpoint.size, root=checkpoint.root.hex(), witnessed=opened.witnessed)
        proof = dossier.Proof.parse(files[dossier.PROOF])
        check = _Check(proof, Keyring(policy))
        check.records(dossier.record_lines(files[dossier.RECORDS]))
        _check_root(proof, checkpoint)
        if not dossier.is_spelled(files[dossier.RECORDS]):
            raise SyncError("bundle_malformed", "the records are whole, but the file was written anew")
        if dossier.SEAL in files:
            check.seal_proof(files[dossier.SEAL], policy)
        stamped = _stamped(files, tsa)
    except SyncError as error:
        index = error.index if isinstance(error, Wrong) else None
        reason = str(error) if index is None else f"entry {index}: {error}"
        return replace(start, first_wrong=index, code=error.code, reason=reason)
    return replace(
        start,
        ok=True,
        withheld=check.withheld,
        stream=proof.stream,
        entries=len(check.seals.hashes) - 1,
        sealed_at=check.seals.sealed_at,
        stamped_at=stamped,
        stamp_checked=bool(stamped and tsa),
    )


def verify_pdf(path: Path, trusted: Policy | None = None, tsa: Sequence["Certificate"] = ()) -> Result:
    """Check a dossier as a PDF: its attachments, and the server's signature over all of it, pages included.

    SyncError `pdf_unreadable` when there is no such file.
    """
    from sync.verify.pdf_signature import attachments, check_pdf_signature

    try:
        data = path.read_bytes()
    except OSError as error:
        raise SyncError("pdf_unreadable", str(error)) from error
    try:
        files = attachments(data, dossier.FILES, dossier.MORE_FILES)
    except SyncError as error:
        return Result(ok=False, policy_given=trusted is not None, code=error.code, reason=str(error))
    result = verify_bundle(files, trusted, tsa)
    if not result.ok:
        return result
    try:
        policy = trusted or Policy.parse(files[dossier.POLICY])
        check_pdf_signature(data, policy.renewed(files.get(dossier.CERTIFICATE)))
    except SyncError as error:
        return replace(result, ok=False, code=error.code, reason=str(error))
    return result


def _check_root(proof: dossier.Proof, checkpoint: Checkpoint) -> None:
    if proof.size != checkpoint.size:
        raise SyncError("proof_wrong", "the proof is for a log of another size than the checkpoint's")
    if merkle.root_from_multiproof(dict(proof.leaves), proof.size, proof.nodes) != checkpoint.root:
        raise SyncError("root_wrong", "the records lead to another root than was signed")


def _stamped(files: Mapping[str, bytes], tsa: Sequence["Certificate"]) -> str | None:
    """When an authority stamped the checkpoint, as the log writes times; None without a stamp."""
    if dossier.TIMESTAMP not in files:
        return None
    moment = check_timestamp(files[dossier.TIMESTAMP], files[dossier.CHECKPOINT], tsa)
    return now_text(int(moment.timestamp() * 1000))


@dataclass
class _Check:
    proof: dossier.Proof
    keys: Keyring
    seals: Seals = field(default_factory=Seals)
    withheld: int = 0
    _sealing_leaf: bytes = b""

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
        if len(self.seals.hashes) == 1:
            raise SyncError("bundle_malformed", "the stream has no record")

    def seal_proof(self, data: bytes, policy: Policy) -> None:
        """The proof file is that of the last disposition among the records, under a checkpoint of this log."""
        proof = LogProof.parse(data)
        if proof.index != self.seals.at:
            raise SyncError("proof_wrong", "the proof file is not that of the disposition")
        proof.verify(self._sealing_leaf, policy)

    def _record(self, index: int, leaf_hash: bytes, line: bytes) -> None:
        record = dossier.Record.parse(line)
        if record.index != index:
            raise SyncError("entry_missing", f"the record of entry {record.index} stands in its place")
        head, stamp = forms.head(record.header), forms.stamp(record.receipt)
        if stamp.place != index:
            raise SyncError("index_wrong", f"the receipt is for {stamp.place}")
        self.keys.key_for(head, record.payload).check(record.header, forms.signature(record.signatures))
        if record.salt is not None and record.payload is not None:
            check_payload(head.payload_hash, (record.salt, record.payload))
        leaf = leaf_data(record.header, record.signatures, record.receipt)
        if merkle.leaf_hash(leaf) != leaf_hash:
            raise SyncError("leaf_changed", "the record is not the one whose hash the proof holds")
        if self.keys.revoked(head) and REVOKED_FLAG not in stamp.flags:
            raise SyncError("revocation_ignored", f"{head.device} was revoked before, and the receipt does not say so")
        self.withheld += record.payload is None
        digest = hashlib.sha256(record.header)
        running = self._running(head, stamp, digest.digest()) if head.stream == self.proof.stream else None
        self.seals.take(index, head, digest.hexdigest(), running, record.payload)
        if self.seals.at == index:
            self._sealing_leaf = leaf
        self.keys.learn(head, record.payload)

    def _running(self, head: Head, stamp: Stamp, digest: bytes) -> str:
        place = len(self.seals.hashes)
        check_stream(head.stream, (place - 1, self.seals.hashes[-1]), stamp.stream_seq, stamp.stream_hash, digest)
        return stamp.stream_hash
