"""Tells the past of a demonstration plant: a clock that is moved, devices that sign, all of it through the door."""

import base64
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from server.core import clock
from server.core.kinds import Fact
from server.core.plant import Plant
from server.core.record import Recorded
from server.identity import queries as identity
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter

# The demonstration plant stands in China.
OFFSET = 480


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
    ) -> Recorded:
        """Sign and hand in; AssertionError unless it stands in the log at once."""
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
        outcome = self._story.plant.recorder.submit(envelope, source="demo")
        assert isinstance(outcome, Recorded), outcome
        return outcome
