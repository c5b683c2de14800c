"""Which key signs for which device, learnt from the log itself and anchored in the key of the server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync import canonical, signing
from sync.entry import Header
from sync.errors import SyncError
from sync.trust import Policy

SERVER = "server"
ENROLLED = "identity.device_enrolled.v1"
REVOKED = "identity.device_revoked.v1"
KEY_KINDS = (ENROLLED, REVOKED)
REVOKED_FLAG = "device_revoked"


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """`public_key` is raw: 32 bytes for Ed25519, the 65-byte point for ES256."""

    alg: str
    public_key: bytes


class Keyring:
    """Keys and revocations as they stand after the entries learnt so far. Only entries by `server` teach anything."""

    def __init__(self, policy: Policy) -> None:
        self._server = DeviceKey(signing.ED25519, policy.server_key)
        self._keys = {SERVER: self._server}
        self._last_accepted: dict[str, int] = {}

    def key(self, device: str) -> DeviceKey:
        """SyncError `device_unknown` for a device that no earlier entry has enrolled."""
        if device not in self._keys:
            raise SyncError("device_unknown", f"no earlier entry enrolled {device}")
        return self._keys[device]

    def revoked(self, head: Header) -> bool:
        """Whether this entry lies beyond what its device's revocation, if it stands in the log already, accepts."""
        last = self._last_accepted.get(head.device)
        return last is not None and head.seq > last

    def replaced(self, head: Header, payload: bytes | None) -> str | None:
        """The device whose key this entry would replace by another; its last entry must be checked before."""
        if head.kind != ENROLLED or head.device != SERVER:
            return None
        device, key = _enrolment(payload)
        return device if self._keys.get(device, key) != key else None

    def learn(self, head: Header, payload: bytes | None) -> None:
        """Take in an entry whose payload was checked against its hash.

        SyncError `enrolment_wrong`, `server_key_wrong`, or `payload_withheld` when a key cannot be learnt.
        """
        if head.device != SERVER or head.kind not in KEY_KINDS:
            return
        if head.kind == ENROLLED:
            device, key = _enrolment(payload)
            if device == SERVER and key != self._server:
                raise SyncError("server_key_wrong", "the server enrolled another key than the policy names")
            self._keys[device] = key
            self._last_accepted.pop(device, None)
        else:
            device, last = _revocation(payload)
            self._last_accepted[device] = last


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


def _object(payload: bytes | None) -> Mapping[str, Any]:
    if payload is None:
        raise SyncError("payload_withheld", "the payload that carries a device's key or revocation is needed")
    value = canonical.parse(payload)
    if not isinstance(value, dict):
        raise SyncError("enrolment_wrong", "the payload is not an object")
    return value
