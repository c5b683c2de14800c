"""The witness at work: judges a request, mirrors and checks what is new, makes that durable, and only then cosigns."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from server.core.kinds import Registry
from server.witness.folder import Folder, Status
from server.witness.judging import judge_time
from server.witness.mirror import Mirror, write_durably
from server.witness.seen import Seen
from sync import note
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.trust import Policy
from sync.verify.readers import Reader
from sync.verify.result import Wrong
from sync.witness import Refusal, Request, judge
from sync.writer import now_text

# How far the clocks of site and witness may differ.
SKEW_SECONDS = 300
# A second request while the first is still being mirrored is told to come again rather than to wait.
WAIT_SECONDS = 5.0
# What cannot be had now says nothing against the log.
_NOT_WRONG = ("log_unreadable",)


class Watch:
    """One witness of one log. `read` gives the files of the log, `clock` Unix seconds. Safe to use from threads."""

    def __init__(
        self,
        folder: Folder,
        registry: Registry,
        read: Reader,
        clock: Callable[[], float] = time.time,
        say: Callable[[str], None] = print,
    ) -> None:
        self.folder, self._registry, self._read, self._clock, self._say = folder, registry, read, clock, say
        self._lock = threading.Lock()
        self._mirror: Mirror | None = None
        self.latest = folder.anchor.read()
        self._open()

    def add_checkpoint(self, body: bytes) -> bytes:
        """The cosignatures for a request of C2SP tlog-witness; Refusal with the status to answer otherwise."""
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            done = 0 if self._mirror is None else self._mirror.size
            raise Refusal(503, f"busy: {done} entries are mirrored so far")
        try:
            return self._add(body, self._clock())
        finally:
            self._lock.release()

    def checkpoint(self) -> bytes | None:
        """What was cosigned last, with the log's signatures and ours; None before the first."""
        try:
            return (self.folder.mirror / "checkpoint").read_bytes()
        except FileNotFoundError:
            return None

    def head_of(self, device: str, seq: int | None = None) -> tuple[int, str]:
        """As `SiteRules.head_of`, of the mirror."""
        return self._open().site.head_of(device, seq)

    def _add(self, body: bytes, shown: float) -> bytes:
        request = Request.parse(body)
        policy = self._policy_for(request.note)
        self._look_for_fork(request.note, policy)
        try:
            claimed = judge(request, [policy], self.latest)
        except Refusal as refusal:
            if refusal.status == 422:
                self._look_into(request.note, policy, shown)
            raise
        signed = _by_log(request.note, policy)
        if self.latest is None or claimed.size > self.latest.size:
            self._advance(signed, claimed, shown)
        if policy != self.folder.policy:
            self.folder.change_policy(policy)
        return self._cosign(signed, claimed, shown)

    def _advance(self, signed: bytes, claimed: Checkpoint, shown: float) -> None:
        mirror = self._open()
        try:
            mirror.extend(self._read, claimed, self._judge(mirror, shown))
        except SyncError as error:
            self._mirror = None
            if error.code in _NOT_WRONG:
                raise Refusal(503, str(error)) from error
            self._break(error, signed, claimed, dict(mirror.fetched))
            raise Refusal(422, self._reason(error)) from error
        except BaseException:
            self._mirror = None
            raise
        # A crash here: the mirror has files that nobody has cosigned; the next start does not look at them.
        self.folder.anchor.advance(_short(signed))
        self.folder.anchor.flush()
        self.latest = claimed

    def _cosign(self, signed: bytes, claimed: Checkpoint, shown: float) -> bytes:
        # A crash here: it is kept that this was cosigned, and nobody holds the cosignature; the log asks again.
        now, name = int(self._clock()), self.folder.settings.name
        text = note.split(signed)[0]
        lines = [note.cosign(text, name, signer, now) for signer in self.folder.signers]
        write_durably(self.folder.mirror / "policy", self.folder.policy.encode())
        write_durably(self.folder.mirror / "checkpoint", note.add(signed, lines))
        before = self.folder.status
        # A fork stays one, whatever the log shows later.
        broken = before.broken if before.broken and before.broken["code"] == "log_forked" else None
        status = Status(claimed.size, claimed.root.hex(), now, int(shown), broken, before.accepted)
        self.folder.write_status(status)
        mirror = self._open()
        mirror.drop_partials()
        mirror.apply_erasures()
        return b"".join(lines)

    def _judge(self, mirror: Mirror, shown: float) -> Callable[[int, Seen], None]:
        status = self.folder.status
        earliest = "" if status.shown is None else _text(status.shown - SKEW_SECONDS)
        latest = _text(shown + SKEW_SECONDS)
        accepted = {(index, code) for index, code in status.accepted}

        def check(index: int, seen: Seen) -> None:
            try:
                mirror.site.judge(seen)
                judge_time(seen.stamp, earliest, latest)
            except SyncError as error:
                if (index, error.code) not in accepted:
                    raise

        return check

    def _policy_for(self, signed: bytes) -> Policy:
        """Ours, or with the keys that the site's root has named since, when it is those that signed."""
        policy = self.folder.policy
        try:
            note.verified(signed, policy.logs)
            return policy
        except SyncError as error:
            if error.code != "note_signer_unknown":
                return policy
        # A root that was adopted since stands in the mirror, under a checkpoint that was cosigned.
        rooted = replace(policy, root=policy.root or self._open().site.root)
        if rooted.root is None:
            return policy
        try:
            return rooted.renewed(self._read("certificate"))
        except SyncError:
            return policy

    def _look_for_fork(self, signed: bytes, policy: Policy) -> None:
        """A checkpoint that the log has signed, of a size that was mirrored, and with another root: proof of two logs,
        whatever the request asks for."""
        if self.latest is None:
            return
        try:
            text = note.open(signed, policy.logs)
            claimed = Checkpoint.parse(text)
        except SyncError:
            return
        if claimed.origin != policy.origin or not 0 < claimed.size <= self.latest.size:
            return
        if self._open().root_at(claimed.size) != claimed.root:
            error = SyncError("log_forked", f"the log has signed two trees of {claimed.size} entries")
            self._break(error, signed, claimed, {})

    def _look_into(self, signed: bytes, policy: Policy, shown: float) -> None:
        """A proof that is wrong proves nothing; the entries tell whether the log shows another past than before."""
        claimed = Checkpoint.parse(note.open(signed, policy.logs))
        if self.latest is None or claimed.size <= self.latest.size:
            return
        mirror = self._open()
        try:
            mirror.extend(self._read, claimed, self._judge(mirror, shown))
        except SyncError as error:
            if error.code not in _NOT_WRONG:
                self._break(error, signed, claimed, dict(mirror.fetched))
        finally:
            self._mirror = None

    def _break(self, error: SyncError, signed: bytes, claimed: Checkpoint, files: dict[str, bytes]) -> None:
        """Keep what shows it, and say it wherever somebody may look."""
        index = error.index if isinstance(error, Wrong) else None
        found = {"code": error.code, "reason": self._reason(error), "index": index, "size": claimed.size}
        name = f"{claimed.size}-{claimed.root.hex()[:16]}-{error.code}"
        evidence = {"found.json": json.dumps(found, ensure_ascii=False, indent=1).encode(), "checkpoint": signed}
        before = self.checkpoint()
        if before is not None:
            evidence["checkpoint-before"] = before
        place = self.folder.keep_evidence(name, evidence | files)
        broken = {**found, "at": int(self._clock()), "evidence": str(place)}
        if self.folder.status.broken != broken:
            self.folder.write_status(replace(self.folder.status, broken=broken))
        self._say(f"REFUSED 拒绝见证: {found['reason']}\n  evidence 证据: {place}")

    def _reason(self, error: SyncError) -> str:
        index = error.index if isinstance(error, Wrong) else None
        return str(error) if index is None else f"entry {index}: {error}"

    def _open(self) -> Mirror:
        """The mirror up to what was cosigned last, read from the folder when there is none in memory."""
        if self._mirror is None:
            mirror = Mirror(self.folder.mirror, self.folder.policy, self._registry)
            if self.latest is not None:
                mirror.replay(self.latest)
            self._mirror = mirror
        return self._mirror


def _by_log(signed: bytes, policy: Policy) -> bytes:
    """The checkpoint with the log's own signature lines only: anybody can send it with lines of his own."""
    text, lines = note.split(signed)
    known = {(key.name, key.id) for key in policy.logs}
    named = ((line, *note.parse_line(line)) for line in lines)
    own = dict.fromkeys(line for line, name, raw in named if (name, raw[:4]) in known)
    return text + b"\n" + "".join(f"{line}\n" for line in own).encode()


def _short(signed: bytes) -> bytes:
    """The checkpoint with its first signature line only: the state needs no more."""
    text, lines = note.split(signed)
    return text + b"\n" + f"{lines[0]}\n".encode()


def _text(unix_seconds: float) -> str:
    return now_text(int(unix_seconds * 1000))
