"""Which key signs for which device, learnt from the log itself and anchored in the key of the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sync import canonical, note, passkeys, signing
from sync.certificate import Certificate
from sync.entry import SIGN_DOMAIN
from sync.errors import SyncError
from sync.trust import Policy

SERVER = "server"
ENROLLED = "identity.device_enrolled.v1"
REVOKED = "identity.device_revoked.v1"
KEYS_CHANGED = "site.keys_changed.v1"
ROOT_ADOPTED = "site.root_adopted.v1"
# Without the payloads of these, signatures could not be checked: they can be neither withheld nor erased.
KEY_KINDS = (ENROLLED, REVOKED, KEYS_CHANGED, ROOT_ADOPTED)
# The same holds for people's passkeys; but a dossier's records are their devices', and it says nothing of these.
LEARNT = (*KEY_KINDS, *passkeys.KINDS)
REVOKED_FLAG = "device_revoked"


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """`public_key` is raw: 32 bytes for Ed25519, the 65-byte point for ES256."""

    alg: str
    public_key: bytes

    def check(self, header: bytes, signature: tuple[str, bytes]) -> None:
        """SyncError `signature_wrong` unless this key, with this algorithm, signed the header of an entry."""
        if signature[0] != self.alg:
            raise SyncError("signature_wrong", "another algorithm than the device's key")
        signing.verify(self.alg, self.public_key, SIGN_DOMAIN + header, signature[1])


class Named(Protocol):
    """What is asked of a header."""

    @property
    def kind(self) -> str: ...
    @property
    def device(self) -> str: ...
    @property
    def seq(self) -> int: ...


class Keyring:
    """Keys and revocations as they stand after the entries learnt so far. Only entries by `server` teach anything."""

    def __init__(self, policy: Policy) -> None:
        self._policy, self._root, self._serial = policy, policy.root, 0
        self._keys = {SERVER: DeviceKey(signing.ED25519, policy.server_keys[0])}
        self._last_accepted: dict[str, int] = {}
        self._passkeys = passkeys.Passkeys()

    def key(self, device: str) -> DeviceKey:
        """SyncError `device_unknown` for a device that no earlier entry has enrolled."""
        if device not in self._keys:
            raise SyncError("device_unknown", f"no earlier entry enrolled {device}")
        return self._keys[device]

    def key_for(self, head: Named, payload: bytes | None) -> DeviceKey:
        """The key that this entry must be signed with: that of its device, but a change of the site's keys is signed
        with the key that it brings. SyncError as `key` and `learn`."""
        named = self._changed(head, payload)
        return self.key(head.device) if named is None else DeviceKey(signing.ED25519, named.server_key)

    def revoked(self, head: Named) -> bool:
        """Whether this entry lies beyond what its device's revocation, if it stands in the log already, accepts."""
        last = self._last_accepted.get(head.device)
        return last is not None and head.seq > last

    def check_people(self, header: bytes, signatures: Sequence[Mapping[str, str]], flags: Sequence[str]) -> None:
        """SyncError `countersignature_wrong` where a passkey's signature under an entry is not what it should be, and
        the receipt's flags do not say so."""
        missing = set(passkeys.flags(header, signatures, self._passkeys.of)) - set(flags)
        if missing:
            raise SyncError("countersignature_wrong", f"the receipt does not say {' '.join(sorted(missing))}")

    def replaced(self, head: Named, payload: bytes | None) -> str | None:
        """The device whose key this entry would replace by another; its last entry must be checked before."""
        if self._changed(head, payload) is not None:
            return SERVER
        if head.kind != ENROLLED or head.device != SERVER:
            return None
        device, key = _enrolment(payload)
        return device if self._keys.get(device, key) != key else None

    def learn(self, head: Named, payload: bytes | None) -> None:
        """Take in an entry whose payload was checked against its hash.

        SyncError `enrolment_wrong`, `key_malformed`, `server_key_wrong`, `certificate_wrong`, `root_key_wrong`, or
        `payload_withheld` when a key cannot be learnt.
        """
        if head.device != SERVER or head.kind not in LEARNT:
            return
        if head.kind in passkeys.KINDS:
            self._passkeys.learn(head.kind, _object(payload))
        elif head.kind == ENROLLED:
            device, key = _enrolment(payload)
            if device == SERVER and key != self._keys[SERVER]:
                raise SyncError("server_key_wrong", "the server enrolled another key than the policy names")
            self._keys[device] = key
            self._last_accepted.pop(device, None)
        elif head.kind == REVOKED:
            device, last = _revocation(payload)
            self._last_accepted[device] = last
        elif head.kind == ROOT_ADOPTED:
            self._adopt(_root(payload))
        elif (named := self._changed(head, payload)) is not None:
            self._keys[SERVER] = DeviceKey(signing.ED25519, named.server_key)
            self._serial = named.serial

    def _adopt(self, root: note.Key) -> None:
        """A root is adopted once; only the root itself could name another."""
        if self._root not in (None, root):
            raise SyncError("root_key_wrong", "the site adopted another root than the policy names")
        self._root = root

    def _changed(self, head: Named, payload: bytes | None) -> Certificate | None:
        """The certificate that an entry brings, None for other entries: signed by the root, or, where no root is
        known, naming a key that the policy names after the present one."""
        if head.device != SERVER or head.kind != KEYS_CHANGED:
            return None
        signed = _certificate(payload)
        if self._root is not None:
            named = Certificate.open(signed, self._root)
        else:
            named = Certificate.parse(note.split(signed)[0])
            keys = self._policy.server_keys
            if named.server_key not in keys[keys.index(self._keys[SERVER].public_key) :]:
                raise SyncError("server_key_wrong", "the server changed to a key that the policy does not name")
        if named.origin != self._policy.origin or named.serial <= self._serial:
            raise SyncError("certificate_wrong", "a certificate of another log, or one that was used before")
        return named


def _enrolment(payload: bytes | None) -> tuple[str, DeviceKey]:
    value = _object(payload)
    device, alg, text = (value.get(name) for name in ("device", "alg", "public_key"))
    if not isinstance(device, str) or not isinstance(alg, str) or not isinstance(text, str):
        raise SyncError("enrolment_wrong", "an enrolment names a device, an algorithm and a key")
    try:
        key = DeviceKey(alg, canonical.decode_base64(text))
    except ValueError as error:
        raise SyncError("enrolment_wrong", "the key is not base64") from error
    signing.check_public_key(key.alg, key.public_key)
    return device, key


def _revocation(payload: bytes | None) -> tuple[str, int]:
    value = _object(payload)
    device, last = value.get("device"), value.get("last_seq")
    if not isinstance(device, str) or not isinstance(last, int) or isinstance(last, bool):
        raise SyncError("enrolment_wrong", "a revocation names a device and its last sequence")
    return device, last


def _certificate(payload: bytes | None) -> bytes:
    text = _object(payload).get("certificate")
    if not isinstance(text, str):
        raise SyncError("certificate_wrong", "a change of keys brings a certificate")
    return text.encode()


def _root(payload: bytes | None) -> note.Key:
    text = _object(payload).get("vkey")
    if not isinstance(text, str):
        raise SyncError("enrolment_wrong", "the adoption of a root names its key")
    return note.parse_vkey(text)


def _object(payload: bytes | None) -> Mapping[str, Any]:
    if payload is None:
        raise SyncError("payload_withheld", "the payload that carries a key, or takes one back, is needed")
    value = canonical.parse(payload)
    if not isinstance(value, dict):
        raise SyncError("enrolment_wrong", "the payload is not an object")
    return value
