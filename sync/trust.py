"""The policy file (C2SP tlog-policy): which keys and witnesses somebody trusts who checks a log or a dossier."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sync import canonical, cosignature, note, signing
from sync.certificate import Certificate
from sync.checkpoint import Checkpoint
from sync.errors import SyncError

# Comments, which other tools pass over: they know nothing of who signs entries.
_SERVER_KEY = "# server-key ed25519:"
_SITE_ROOT = "# site-root "
_COSIGNERS = (cosignature.ED25519_TYPE, cosignature.MLDSA44_TYPE)
_LOG_TYPES = (note.ED25519_TYPE, cosignature.MLDSA44_TYPE)
_CONTROLS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS = re.compile(r"[ \t]+")
NONE = "none"
MOST = 64


@dataclass(frozen=True, slots=True)
class Witness:
    """`name` is what quorum and groups call it, `url` its submission prefix (tlog-witness), empty if not known."""

    name: str
    key: note.Key
    url: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkpoint that the log has signed and enough witnesses have seen: their names, and when (Unix seconds)."""

    checkpoint: Checkpoint
    witnessed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """The keys of one log, all of which must sign: Ed25519, and ML-DSA-44 where it is named; the keys with which the
    server has signed its own entries, oldest first; the site's root, if there is one; and the witnesses.

    `groups` are name, how many of the members, and the members; `quorum` is a witness, a group, or "none".
    """

    logs: tuple[note.Key, ...]
    server_keys: tuple[bytes, ...]
    root: note.Key | None = None
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[tuple[str, int, tuple[str, ...]], ...] = ()
    quorum: str = NONE

    @property
    def origin(self) -> str:
        return self.logs[0].name

    def encode(self) -> bytes:
        lines = [] if self.root is None else [_SITE_ROOT + self.root.encode()]
        lines += [_SERVER_KEY + base64.b64encode(key).decode() for key in self.server_keys]
        lines += [f"log {key.encode()}" for key in self.logs]
        lines += [f"witness {one.name} {one.key.encode()} {one.url}".rstrip() for one in self.witnesses]
        lines += [f"group {name} {count} {' '.join(members)}" for name, count, members in self.groups]
        return "\n".join((*lines, f"quorum {self.quorum}", "")).encode()

    @classmethod
    def parse(cls, data: bytes) -> "Policy":
        """SyncError `policy_malformed`, or what is wrong with one of the keys."""
        try:
            lines = data.decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise SyncError("policy_malformed", "not UTF-8") from error
        if _CONTROLS.search(data):
            raise SyncError("policy_malformed", "control characters")
        roots = [line.removeprefix(_SITE_ROOT) for line in lines if line.startswith(_SITE_ROOT)]
        servers = [line.removeprefix(_SERVER_KEY) for line in lines if line.startswith(_SERVER_KEY)]
        words = [_BLANKS.split(line.strip(" \t")) for line in lines if line.strip(" \t")]
        reader = _Reader()
        for statement in (one for one in words if not one[0].startswith("#")):
            reader.take(statement)
        if len(roots) > 1 or not servers:
            raise SyncError("policy_malformed", "one server key at least, and one root at most")
        return reader.policy(tuple(map(_server_key, servers)), note.parse_vkey(roots[0]) if roots else None)

    def renewed(self, certificate: bytes | None) -> "Policy":
        """This policy with the keys that a certificate by its root names (`sync.certificate`).

        So a policy that somebody has kept outlives a change of the site's keys. Without root or certificate, or when
        the certificate names a server key that the policy knows as an older one, the policy stays as it is.
        """
        if self.root is None or certificate is None:
            return self
        named = Certificate.open(certificate, self.root)
        if named.origin != self.origin:
            raise SyncError("certificate_wrong", "the certificate is of another log")
        if named.server_key in self.server_keys:
            return self
        return replace(self, logs=named.logs, server_keys=(*self.server_keys, named.server_key))

    def open(self, signed: bytes) -> Opened:
        """What a checkpoint says, if every key of the log has signed it and the quorum has seen it.

        SyncError of note, signature or checkpoint; `quorum_missing` when too few witnesses have signed.
        """
        text, by = note.verified(signed, [*self.logs, *(witness.key for witness in self.witnesses)])
        if any(key not in by for key in self.logs):
            raise SyncError("note_signer_unknown", "the log has not signed with every key that the policy names")
        checkpoint = Checkpoint.parse(text)
        if checkpoint.origin != self.origin:
            raise SyncError("checkpoint_malformed", "the checkpoint is of another log")
        seen = {one.name: by[one.key] or 0 for one in self.witnesses if one.key in by}
        if not self.met(seen):
            raise SyncError("quorum_missing", f"the policy asks for {self.quorum}, and {len(seen)} witnesses signed")
        return Opened(checkpoint, seen)

    def met(self, names: Iterable[str]) -> bool:
        """Whether these witnesses are enough."""
        seen = set(names)
        for name, count, members in self.groups:
            if sum(member in seen for member in members) >= count:
                seen.add(name)
        return self.quorum == NONE or self.quorum in seen


@dataclass
class _Reader:
    """Takes the statements of a policy in their order, since they may only refer to what stands above them."""

    logs: list[note.Key] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    groups: list[tuple[str, int, tuple[str, ...]]] = field(default_factory=list)
    free: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=lambda: {NONE})
    quorum: str | None = None

    def take(self, words: list[str]) -> None:
        known: dict[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        if words[0] not in known or len(self.names) > MOST or len(self.logs) > MOST:
            raise SyncError("policy_malformed", f"a line that begins with {words[0][:40]}")
        known[words[0]](words[1:])

    def policy(self, server_keys: tuple[bytes, ...], root: note.Key | None) -> Policy:
        if self.quorum is None or not self.logs or len({key.name for key in self.logs}) > 1:
            raise SyncError("policy_malformed", "one log and one quorum")
        keys = [key.public_key for key in (*self.logs, *(one.key for one in self.witnesses))]
        if len(set(keys)) < len(keys):
            raise SyncError("policy_malformed", "a key stands in it twice")
        return Policy(tuple(self.logs), server_keys, root, tuple(self.witnesses), tuple(self.groups), self.quorum)

    def _log(self, words: list[str]) -> None:
        if not 1 <= len(words) <= 2:
            raise SyncError("policy_malformed", "a log has a key, and perhaps an address")
        self.logs.append(_key(words[0], _LOG_TYPES))

    def _witness(self, words: list[str]) -> None:
        if not 2 <= len(words) <= 3:
            raise SyncError("policy_malformed", "a witness has a name, a key, and perhaps an address")
        self._define(words[0])
        self.witnesses.append(Witness(words[0], _key(words[1], _COSIGNERS), words[2] if len(words) > 2 else ""))

    def _group(self, words: list[str]) -> None:
        if len(words) < 3 or len(set(words[2:])) < len(words[2:]) or not self.free.issuperset(words[2:]):
            raise SyncError("policy_malformed", "a group has members that stand above it, each in one group only")
        name, members = words[0], tuple(words[2:])
        count = {"any": 1, "all": len(members)}.get(words[1]) or _count(words[1])
        if not 1 <= count <= len(members):
            raise SyncError("policy_malformed", "a group asks for more members than it has")
        self.free.difference_update(members)
        self._define(name)
        self.groups.append((name, count, members))

    def _quorum(self, words: list[str]) -> None:
        if len(words) != 1 or self.quorum is not None or words[0] not in self.names:
            raise SyncError("policy_malformed", "one quorum, of a witness or group that stands above it")
        self.quorum = words[0]

    def _define(self, name: str) -> None:
        if name in self.names:
            raise SyncError("policy_malformed", f"two are called {name[:40]}")
        self.names.add(name)
        self.free.add(name)


def _key(vkey: str, types: tuple[int, ...]) -> note.Key:
    key = note.parse_vkey(vkey)
    if key.type not in types:
        raise SyncError("policy_malformed", "a key of a type that is not for this")
    return key


def _count(word: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]?", word):
        raise SyncError("policy_malformed", "a group asks for any, all or a number")
    return int(word)


def _server_key(text: str) -> bytes:
    try:
        key = canonical.decode_base64(text)
    except ValueError as error:
        raise SyncError("policy_malformed", "the server key") from error
    signing.check_public_key(signing.ED25519, key)
    return key
