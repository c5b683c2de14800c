"""Web Push (RFC 8030, 8291, 8292): a message that says nothing but which note the browser may ask us for."""

import json
import time
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.alerts.model import BY_CODE, CRITICAL, INFO
from server.alerts.result import Result
from server.alerts.rules import MOST_PUSH, endpoint_problem
from server.core import clock, sealing
from server.core.config import Config
from server.core.plant import Plant
from sync import keyfiles

_TIMEOUT_SECONDS = 8
_TTL_SECONDS = 24 * 3600
_VALID_SECONDS = 12 * 3600
# RFC 8030, section 5.3.
_URGENCY = {CRITICAL: "high", INFO: "low"}
_GONE = (404, 410)
_LONGEST_WAIT = timedelta(hours=6)


def private_key(config: Config) -> ec.EllipticCurvePrivateKey:
    """The site's VAPID key: made at its first use, kept and backed up with the site's other keys."""
    return _key(config.data / "vapid.key", config.secret)


def public_key(config: Config) -> bytes:
    """As browsers want it: an uncompressed point of P-256, 65 bytes."""
    return private_key(config).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def body_of(note_id: str) -> str:
    """All that leaves the site: an opaque, random name. ValueError where it would not fit (RFC 8030, section 7.2)."""
    body = json.dumps({"n": note_id})
    if len(body) > MOST_PUSH:
        raise ValueError("push message too large")
    return body


def prepare() -> None:
    """Load the libraries that send: they take a second and some memory, and most sites push to nobody."""
    import_module("pywebpush")


def send(plant: Plant, target: Any, note: Any) -> Result:
    """Hand a note over for a subscription (a row of its table)."""
    # Only now: see `prepare`.
    import requests
    from py_vapid import Vapid
    from pywebpush import WebPushException, webpush

    if endpoint_problem(target.endpoint, plant.config.push_hosts) is not None:
        # The site's settings have become narrower since.
        return Result(problem="endpoint_refused", gone=True, unwanted=True)
    keys = {"p256dh": target.p256dh, "auth": sealing.unseal(target.auth, target.person, "push")}
    urgency = _URGENCY.get(BY_CODE[note.code].severity, "normal")
    with requests.Session() as session:
        # A push service that sends us elsewhere would get round the list of those that may be called.
        session.max_redirects = 0
        try:
            webpush(
                {"endpoint": target.endpoint, "keys": keys},
                data=body_of(note.id),
                vapid_private_key=Vapid(private_key(plant.config)),
                # By the machine's clock: the service will not believe a longer time than a day.
                vapid_claims={"sub": plant.config.contact, "exp": int(time.time()) + _VALID_SECONDS},
                ttl=_TTL_SECONDS,
                # The topic replaces a note that waits at the service, so that a second try is no second message.
                headers={"Urgency": urgency, "Topic": note.id},
                timeout=_TIMEOUT_SECONDS,
                requests_session=session,
            )
        except WebPushException as error:
            return _refused(error.response)
        except requests.RequestException as error:
            return Result(problem=type(error).__name__, again=not isinstance(error, requests.TooManyRedirects))
    return Result()


def _refused(response: Any) -> Result:
    if response is None:
        # What the browser gave us as its keys is none.
        return Result(problem="subscription_malformed", gone=True, unwanted=True)
    status = int(response.status_code)
    if status in _GONE:
        return Result(problem=f"http_{status}", gone=True, unwanted=True)
    again = status == 429 or status >= 500
    return Result(
        problem=f"http_{status}", again=again, wait=_wait(response.headers.get("Retry-After")) if again else None
    )


def _wait(text: str | None) -> timedelta | None:
    """Seconds or a date (RFC 9110, section 10.2.3)."""
    if text is None:
        return None
    if text.isdecimal():
        return min(timedelta(seconds=int(text[:9])), _LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - clock.now(), timedelta()), _LONGEST_WAIT)


@lru_cache(maxsize=8)
def _key(path: Path, secret: bytes | None) -> ec.EllipticCurvePrivateKey:
    made = keyfiles.load_or_create(path, lambda: ec.generate_private_key(ec.SECP256R1()), secret)
    return cast(ec.EllipticCurvePrivateKey, made)
