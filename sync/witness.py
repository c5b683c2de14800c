"""The messages between a log and its witnesses (C2SP tlog-witness), and what a witness must check before it cosigns."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sync import canonical, merkle, note
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.trust import Policy

# By these entries of the server a site's witnesses come and go.
ADDED, REMOVED = "site.witness_added.v1", "site.witness_removed.v1"
MAX_PROOF = 63
MAX_REQUEST = 128 * 1024
SIZE_TYPE = "text/x.tlog.size"
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


class Refusal(Exception):
    """What a witness answers instead of a cosignature: an HTTP status, and a body where the protocol has one."""

    def __init__(self, status: int, why: str, body: bytes = b"") -> None:
        super().__init__(why)
        self.status, self.why, self.body = status, why, body


@dataclass(frozen=True, slots=True)
class Request:
    """`add-checkpoint`: the size that the witness is believed to have seen last, the consistency proof from there,
    and the new signed checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    def encode(self) -> bytes:
        lines = (f"old {self.old}", *(base64.b64encode(node).decode() for node in self.proof))
        return "\n".join((*lines, "", "")).encode() + self.note

    @classmethod
    def parse(cls, data: bytes) -> "Request":
        """Refusal 400 when it is none."""
        head, separator, signed = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
            proof = tuple(canonical.decode_base64(line) for line in lines[1:])
        except ValueError as error:
            raise Refusal(400, "the lines of the request") from error
        match = _OLD.fullmatch(lines[0])
        if len(data) > MAX_REQUEST or match is None or not separator or len(proof) > MAX_PROOF:
            raise Refusal(400, "the lines of the request")
        return cls(int(match[1]), proof, signed)


def judge(request: Request, policies: Sequence[Policy], latest: Checkpoint | None) -> Checkpoint:
    """The checkpoint that may be cosigned, as far as the protocol goes; Refusal with the status that it names.

    `latest` is what this witness cosigned last for this origin; it must not change until the new one is kept. Of the
    policies only the logs' keys count: one witness does not ask for others.
    """
    try:
        text, _ = note.split(request.note)
        claimed = Checkpoint.parse(text)
    except SyncError as error:
        raise Refusal(400, str(error)) from error
    policy = next((one for one in policies if one.origin == claimed.origin), None)
    if policy is None:
        raise Refusal(404, "a log of this origin is not known here")
    try:
        _, by = note.verified(request.note, policy.logs)
    except SyncError as error:
        raise Refusal(403, str(error)) from error
    if len(by) < len(policy.logs):
        raise Refusal(403, "the log has not signed with every key that the policy names")
    if request.old > claimed.size:
        raise Refusal(400, "the old size is above the new one")
    last = 0 if latest is None else latest.size
    if request.old != last:
        raise Refusal(409, f"the last checkpoint cosigned here has size {last}", f"{last}\n".encode())
    try:
        _check_consistent(latest, claimed, request.proof)
    except SyncError as error:
        raise Refusal(422, str(error)) from error
    return claimed


def _check_consistent(latest: Checkpoint | None, claimed: Checkpoint, proof: Sequence[bytes]) -> None:
    if claimed.size == 0 and claimed.root != merkle.EMPTY_ROOT:
        raise SyncError("root_wrong", "the empty tree has another root")
    if latest is None or latest.size == 0:
        if proof:
            raise SyncError("proof_wrong", "from nothing no proof leads anywhere")
        return
    merkle.verify_consistency(latest.size, claimed.size, proof, latest.root, claimed.root)


def cosignatures(answer: bytes, checkpoint_note: bytes, keys: Sequence[note.Key]) -> dict[note.Key, bytes]:
    """The signature lines in a witness's answer that are by these keys and right, each ended by a line feed.

    SyncError `note_malformed` when the answer holds no signature lines, `signature_wrong` when one of them is wrong.
    """
    text, _ = note.split(checkpoint_note)
    known = {(key.name, key.id): key for key in keys}
    found: dict[note.Key, bytes] = {}
    for line in note.split(text + b"\n" + answer)[1]:
        name, raw = note.parse_line(line)
        key = known.get((name, raw[:4]))
        if key is not None:
            key.verify(text, raw[4:])
            found[key] = f"{line}\n".encode()
    return found
