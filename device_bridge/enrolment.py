"""Who this bridge is: its key, made here and never leaving here, and the id under which the server knows it."""

import base64
import json
from pathlib import Path
from typing import Any

from device_bridge.backoff import Backoff
from device_bridge.errors import BridgeStopped
from device_bridge.journal import say
from device_bridge.plant import Plant, Refused, Unreachable
from sync import keyfiles
from sync.errors import SyncError
from sync.signing import Ed25519Signer

ENROL_DOMAIN = b"pestle/enrol/v1\n"


async def identify(data: Path, plant: Plant, name: str, code: str | None) -> tuple[str, Ed25519Signer]:
    """Device id and key; enrols with the code on the first start. Waits for a server that is not up yet.

    BridgeStopped `not_enrolled` without a code, `enrolment_refused` when the server does not take it, `key_sealed` or
    `secret_unusable` where SECRETS_KEY_FILE does not open the key.
    """
    data.mkdir(parents=True, exist_ok=True)
    signer = load_key(data)
    path = data / "bridge.json"
    if not path.exists():
        if code is None:
            raise BridgeStopped("not_enrolled")
        answer = await _enrol(plant, signer, name, code)
        # A crash here: the server knows the key, we do not know the id; a fresh code enrols again.
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(answer), "utf-8")
        partial.rename(path)
        say("enrolled", device=answer["device"]["id"])
    return str(json.loads(path.read_text("utf-8"))["device"]["id"]), signer


def load_key(data: Path) -> Ed25519Signer:
    """The bridge's own, made at the first start, and sealed where SECRETS_KEY_FILE is set."""
    try:
        return Ed25519Signer.load_or_create(data / "bridge.key", keyfiles.secret())
    except SyncError as error:
        raise BridgeStopped(error.code, error.detail) from error


async def _enrol(plant: Plant, signer: Ed25519Signer, name: str, code: str) -> dict[str, Any]:
    request = _request(signer, name, code)
    backoff = Backoff()
    while True:
        try:
            return await plant.post("/api/devices/enrol", request)
        except Refused as refusal:
            raise BridgeStopped("enrolment_refused", str(refusal)) from refusal
        except Unreachable as error:
            say("server_unreachable", "warning", reason=str(error))
            await backoff.wait()


def _request(signer: Ed25519Signer, name: str, code: str) -> dict[str, str]:
    key = base64.b64encode(signer.public_key).decode()
    proof = signer.sign(ENROL_DOMAIN + f"{code}\n{key}".encode("ascii"))
    return {
        "code": code,
        "name": name,
        "role": "bridge",
        "alg": signer.alg,
        "public_key": key,
        "proof": base64.b64encode(proof).decode(),
    }
