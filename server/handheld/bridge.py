"""What the bridge sends: signed entries, in order and each once in the log; and live values, which are no records."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from server.core.errors import PestleError, from_sync
from server.core.inbox import Stray
from server.core.plant import Plant
from server.core.record import Duplicate, Held, Recorded, Refused
from server.equipment import queries as equipment
from server.handheld.hub.desk import check_device
from server.handheld.hub.hub import Hub
from server.handheld.model import LIVE_DOMAIN
from server.identity import queries as identity
from server.identity.model import BRIDGE
from sync import canonical
from sync.entry import Envelope
from sync.errors import SyncError

MOST = 100
SOURCE = "bridge"


def head(plant: Plant, device: str) -> dict[str, Any]:
    """{seq, hash}: how far the log has the bridge's chain; PestleError `device_unknown`."""
    with plant.engine.connect() as connection:
        _enrolled(plant, device)
        seq, digest = plant.log.device_head(connection, device)
    return {"seq": seq, "hash": digest}


def take(plant: Plant, device: str, texts: Sequence[str]) -> dict[str, Any]:
    """Record entries in base64: {new, duplicates, head}. The same again changes nothing.

    Also of a revoked bridge: what it captured before is owed, and the door flags what it may no longer say.

    PestleError `sequence_gap` (with `expected`; nothing was taken), `sequence_fork`, `signature_wrong` or what else
    is wrong with an entry: that one is in quarantine, those before it are in the log.
    """
    _enrolled(plant, device)
    envelopes = [_decode(plant, device, text) for text in texts]
    _check_gap(head(plant, device)["seq"] + 1, envelopes)
    outcomes = plant.recorder.submit_many(envelopes, source=SOURCE)
    for envelope, outcome in zip(envelopes, outcomes, strict=True):
        match outcome:
            case Refused(code):
                raise PestleError(code, {"seq": envelope.head.seq, "quarantine": outcome.quarantine})
            case Held(expected):
                raise PestleError("sequence_gap", {"expected": expected})
    new = sum(isinstance(outcome, Recorded) for outcome in outcomes)
    duplicates = sum(isinstance(outcome, Duplicate) for outcome in outcomes)
    return {"new": new, "duplicates": duplicates, "head": head(plant, device)}


def _enrolled(plant: Plant, device: str) -> None:
    with plant.engine.connect() as connection:
        found = identity.find_device(connection, device)
    if found is None or found.role != BRIDGE:
        raise PestleError("device_unknown", {"device": device})


def _decode(plant: Plant, device: str, text: str) -> Envelope:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise _kept(plant, device, "entry_malformed", text.encode()) from error
    try:
        envelope = Envelope.decode(data)
    except SyncError as error:
        raise _kept(plant, device, error.code, data, error.detail) from error
    if envelope.head.device != device:
        raise _kept(plant, device, "device_mismatch", data, f"an entry of {envelope.head.device}")
    return envelope


def _kept(plant: Plant, device: str, code: str, data: bytes, detail: str = "") -> PestleError:
    plant.recorder.quarantine(Stray(data, SOURCE, code, detail, device))
    return PestleError(code)


def _check_gap(expected: int, envelopes: Sequence[Envelope]) -> None:
    """Before anything is taken: the bridge sends again from where the log is, so nothing needs to be held for it."""
    for envelope in envelopes:
        if envelope.head.seq > expected:
            raise PestleError("sequence_gap", {"expected": expected})
        expected = max(expected, envelope.head.seq + 1)


def show(plant: Plant, hub: Hub, message: Mapping[str, Any]) -> None:
    """Pass a live value on: {device, balance, net?, quality, at, battery?, proof}; `proof` signs the rest. Nothing is
    stored.

    PestleError `signature_wrong`, `device_…`, or `balance_unknown` for one that is not in the register.
    """
    rest = {name: value for name, value in message.items() if name != "proof"}
    with plant.engine.connect() as connection:
        device = identity.find_device(connection, rest["device"])
        known = equipment.find_equipment(connection, rest["balance"])
    try:
        proof = canonical.decode_base64(message["proof"])
        check_device(device, BRIDGE, LIVE_DOMAIN + canonical.encode(rest), proof)
    except SyncError as error:
        raise from_sync(error) from error
    except ValueError as error:
        raise PestleError("signature_wrong") from error
    if known is None or known.class_ != "balance":
        raise PestleError("balance_unknown", {"balance": rest["balance"]})
    hub.show({name: rest.get(name) for name in ("balance", "net", "quality", "at", "battery")})
