"""The other ends of alerts: a push service that decrypts and checks who sends, a browser's keys, a mail server."""

import base64
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from plant import PlantUnderTest

from server.alerts.courier import Courier
from server.alerts.watch import Watch

LOCKED = "identity.login_locked.v1"


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


class Browser:
    """What a browser holds of a subscription."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint, self.auth = endpoint, os.urandom(16)
        self._key = ec.generate_private_key(ec.SECP256R1())

    def subscription(self, label: str = "Firefox") -> dict[str, Any]:
        keys = {"p256dh": unpadded(point(self._key.public_key())), "auth": unpadded(self.auth)}
        return {"endpoint": self.endpoint, "keys": keys, "label": label}

    def open(self, body: bytes) -> bytes:
        opened: bytes = http_ece.decrypt(body, private_key=self._key, auth_secret=self.auth, version="aes128gcm")
        return opened


def check_vapid(authorization: str, origin: str) -> tuple[bytes, dict[str, Any]]:
    """The sender's public key and claims, of a header of RFC 8292 whose signature is right for this service.

    AssertionError or InvalidSignature where it is not; by hand, so that no library of the sender's is believed.
    """
    scheme, _, rest = authorization.partition(" ")
    assert scheme.lower() == "vapid", authorization
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    key, (header, claims, signature) = from_unpadded(parts["k"]), parts["t"].split(".")
    assert json.loads(from_unpadded(header)) == {"typ": "JWT", "alg": "ES256"}, header
    raw = from_unpadded(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    public.verify(der, f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    said: dict[str, Any] = json.loads(from_unpadded(claims))
    assert said["aud"] == origin, said
    assert time.time() < said["exp"] <= time.time() + 24 * 3600, said
    return key, said


@dataclass
class Pushed:
    path: str
    headers: Message
    body: bytes
    key: bytes
    claims: dict[str, Any]
    at: float


@dataclass
class PushService:
    """Takes what has a right VAPID header (401 otherwise), or answers with `status` and `retry_after`."""

    origin: str = ""
    status: int = 201
    retry_after: str | None = None
    location: str | None = None
    # Who hands on what was taken, as a push service does to its browsers.
    forward: Callable[["Pushed"], None] = lambda pushed: None
    got: list[Pushed] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def answer(self, path: str, headers: Message, body: bytes) -> int:
        try:
            key, claims = check_vapid(headers.get("Authorization", ""), self.origin)
        except (AssertionError, InvalidSignature, KeyError, ValueError) as error:
            self.refused.append(repr(error))
            return 401
        pushed = Pushed(path, headers, body, key, claims, time.monotonic())
        self.got.append(pushed)
        self.forward(pushed)
        return self.status


@contextmanager
def push_service() -> Iterator[PushService]:
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(service.answer(self.path, self.headers, body))
            if service.retry_after is not None:
                self.send_header("Retry-After", service.retry_after)
            if service.location is not None:
                self.send_header("Location", service.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.origin = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


def lock_login(site: PlantUnderTest, person: str = "P-0001", **more: Any) -> Any:
    """What the log says when a login is locked: something that administrators are alerted of at once."""
    payload = {
        "person": person,
        "address": "10.0.0.9",
        "everywhere": False,
        "attempts": 5,
        "until": "2026-11-25T10:00:00.000Z",
    }
    return site.state(LOCKED, f"person/{person}", payload | more)


def listen(site: PlantUnderTest) -> None:
    """Raise all that the log holds."""
    Watch(site.plant, lambda: None).listen()


def deliver(site: PlantUnderTest) -> int:
    courier = Courier(site.plant)
    try:
        return courier.deliver()
    finally:
        courier.stop()


def inbox(client: Any, every: bool = False) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get("/api/alerts" + ("?all=1" if every else "")).json["items"]
    return items
