"""Tells the past of a demonstration plant: a clock that is moved, devices that sign, all of it through the door."""

import base64
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.core import clock
from server.core.kinds import Fact
from server.core.plant import Plant
from server.core.record import Recorded
from server.identity import credentials
from server.identity import queries as identity
from sync import canonical
from sync.entry import COSIGN_DOMAIN, Envelope, parse_signatures
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter

# The demonstration plant stands in China.
OFFSET, ZONE = 480, "Asia/Shanghai"


# A person with the key that their PIN unlocks.
Second = tuple[str, Ed25519PrivateKey]


def _cosigned(envelope: Envelope, person: str, key: Ed25519PrivateKey) -> Envelope:
    mark = {"alg": "ed25519", "by": f"person:{person}"}
    signature = base64.b64encode(key.sign(COSIGN_DOMAIN + envelope.header)).decode()
    line = [*parse_signatures(envelope.signatures), {**mark, "sig": signature}]
    return replace(envelope, signatures=canonical.encode(line))


# The year in which the demonstration was written, and its days were.
_WRITTEN = 2026


def ahead(day: str) -> str:
    """A day of the demonstration (YYYY-MM-DD) as many years on as it is old: what was in date then is so today."""
    return f"{int(day[:4]) + datetime.now(UTC).year - _WRITTEN}{day[4:]}"


class Story:
    """One plant, one moving clock. `person` gives the id of a login."""

    def __init__(self, plant: Plant, start: datetime) -> None:
        self.plant, self.moment = plant, start
        self._people: dict[str, str] = {}

    @contextmanager
    def told(self) -> Iterator[None]:
        """Within the block the plant's clock is the story's."""
        clock.use(lambda: self.moment)
        try:
            yield
        finally:
            clock.use_system()

    def wait(self, *, seconds: float = 0, minutes: float = 0, days: float = 0) -> None:
        self.moment += timedelta(seconds=seconds, minutes=minutes, days=days)

    def state(self, kind: str, stream: str, payload: Mapping[str, Any], actor: str = "server") -> Recorded:
        self.wait(seconds=1)
        return self.plant.recorder.state(Fact(kind, stream, payload, actor=actor))[0]

    def person(self, login: str) -> str:
        if login not in self._people:
            with self.plant.engine.connect() as connection:
                found = identity.find_login(connection, login)
            assert found is not None, login
            self._people[login] = found.id
        return self._people[login]

    def second(self, login: str, pin: str) -> Second:
        """Somebody who stands by, with the key that their PIN unlocks on a tablet."""
        with self.plant.engine.connect() as connection:
            wrapped = identity.wrapped_key(connection, self.person(login))
        assert wrapped is not None, login
        return self.person(login), credentials.unlock(wrapped, pin)

    def device(self, name: str, role: str) -> "StoryDevice":
        """A device that is enrolled now; its key is forgotten when the story ends."""
        signer = Ed25519Signer.generate()
        device = f"{role}-{secrets.token_hex(3)}"
        key = base64.b64encode(signer.public_key).decode()
        enrolled = {"device": device, "name": name, "role": role, "alg": signer.alg, "public_key": key}
        self.state("identity.device_enrolled.v1", f"device/{device}", enrolled)
        return StoryDevice(self, device, signer)


class StoryDevice:
    """A tablet or bridge of the story: what it writes goes the way of every device's entries."""

    def __init__(self, story: Story, device: str, signer: Ed25519Signer) -> None:
        self._story, self.id = story, device
        self.lease: str | None = None
        self.writer = DeviceWriter(device, signer, offset=OFFSET, clock=self._clock)

    @property
    def seq(self) -> int:
        return self.writer.seq

    def _clock(self) -> int:
        return int(self._story.moment.timestamp() * 1000)

    def record(
        self,
        kind: str,
        stream: str,
        payload: Mapping[str, Any],
        *,
        actor: str,
        subject: str | None = None,
        corrects: str | None = None,
        reason: str | None = None,
        second: Second | None = None,
    ) -> Recorded:
        """Sign and hand in, with who stands by; AssertionError unless it stands in the log at once."""
        envelope = self.writer.write(
            kind,
            stream,
            payload,
            actor=actor,
            subject=subject,
            lease=self.lease,
            corrects=corrects,
            reason=reason,
        )
        if second is not None:
            envelope = _cosigned(envelope, *second)
        outcome = self._story.plant.recorder.submit(envelope, source="demo")
        assert isinstance(outcome, Recorded), outcome
        return outcome
