"""A whole site in a test's process: real database, key, log and door; named people, tablets that sign, HTTP clients."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Connection
from support import with_tables

from server.core import clock
from server.core.config import Config
from server.core.kinds import Fact
from server.core.record import Outcome, Recorded
from server.identity import accounts, credentials, queries
from server.identity.model import DEVICE_ENROLLED, PERSON_ADDED
from server.plant import open_plant
from sync import canonical
from sync.entry import Envelope
from sync.log import reading
from sync.signing import Ed25519Signer, Signer
from sync.writer import DeviceWriter

PASSWORD = "correct horse battery"
PIN = "246810"
ORIGIN = "http://localhost"
COSIGN = b"pestle/cosign/v1\n"

# login: number, name, Latin name, role
PEOPLE = {
    "zhang": ("P-0001", "张敏", "Zhang Min", "operator"),
    "wang": ("P-0002", "王芳", "Wang Fang", "operator"),
    "chen": ("P-0003", "陈杰", "Chen Jie", "supervisor"),
    "li": ("P-0004", "李琳", "Li Lin", "qa"),
    "zhao": ("P-0005", "赵悦", "Zhao Yue", "qc"),
    "zhou": ("P-0006", "周伟", "Zhou Wei", "engineer"),
    "admin": ("P-0007", "系统管理员", "System administrator", "admin"),
}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class VirtualTablet:
    """An enrolled device of its own chain; what it writes is delivered only by `submit`."""

    def __init__(self, site: "PlantUnderTest", device: str, signer: Signer) -> None:
        self.site, self.device, self.signer = site, device, signer
        self.writer = DeviceWriter(device, signer, offset=480, clock=lambda: int(clock.now().timestamp() * 1000))

    def write(
        self,
        kind: str,
        stream: str,
        payload: Mapping[str, Any],
        *,
        actor: str,
        cosigner: str | None = None,
        **head: Any,
    ) -> Envelope:
        """The next entry of the chain; `actor` and `cosigner` (the second person) are logins or numbers."""
        envelope = self.writer.write(kind, stream, payload, actor=number_of(actor), **head)
        return envelope if cosigner is None else self.site.cosign(envelope, cosigner)

    def submit(self, *envelopes: Envelope) -> list[Outcome]:
        return self.site.plant.recorder.submit_many(envelopes, source=f"tablet:{self.device}")

    def record(self, kind: str, stream: str, payload: Mapping[str, Any], *, actor: str, **head: Any) -> Recorded:
        """Write and deliver at once; the entry must come to stand in the log."""
        [outcome] = self.submit(self.write(kind, stream, payload, actor=actor, **head))
        assert isinstance(outcome, Recorded), outcome
        return outcome


class PlantUnderTest:
    """Secrets cost time, so a person gets the password with the first client, and the PIN with the first signature."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.config = Config(folder / "data", with_tables(database_url))
        self.plant = open_plant(self.config)
        self._armed: set[tuple[str, str]] = set()
        self._app: Any = None
        facts = [self._person(login, *about) for login, about in PEOPLE.items()]
        self.plant.recorder.state(*facts)

    @staticmethod
    def _person(login: str, number: str, name: str, name_en: str, role: str) -> Fact:
        payload = {"person": number, "login": login, "name": name, "name_en": name_en, "roles": [role]}
        return Fact(PERSON_ADDED, f"person/{number}", payload)

    def close(self) -> None:
        clock.use_system()
        self.plant.close()

    def reopen(self) -> None:
        """What a restart of the server does."""
        self.plant.close()
        self.plant = open_plant(self.config)
        self._app = None

    # Devices

    def tablet(self, name: str = "T-1", role: str = "tablet", signer: Signer | None = None) -> VirtualTablet:
        """Enrol a device whose id is its name."""
        key = signer or Ed25519Signer.generate()
        payload = {"device": name, "name": name, "role": role, "alg": key.alg, "public_key": b64(key.public_key)}
        self.state(DEVICE_ENROLLED, f"device/{name}", payload, actor="admin")
        return VirtualTablet(self, name, key)

    # People

    def cosign(self, envelope: Envelope, person: str) -> Envelope:
        """The entry with the signature of a second person, whose key the PIN has unlocked."""
        self.arm(person, "pin")
        with self.reading() as connection:
            wrapped = queries.wrapped_key(connection, number_of(person))
        assert wrapped is not None
        signature = b64(credentials.unlock(wrapped, PIN).sign(COSIGN + envelope.header))
        line = canonical.parse(envelope.signatures)
        line.append({"alg": "ed25519", "by": f"person:{number_of(person)}", "sig": signature})
        return Envelope(envelope.header, canonical.encode(line), envelope.salt, envelope.payload)

    def arm(self, person: str, what: str) -> None:
        """Give a person the password or PIN of this module, once."""
        if (person, what) not in self._armed:
            choose = {"password": accounts.set_password, "pin": accounts.set_pin}[what]
            choose(self.plant, number_of(person), PASSWORD if what == "password" else PIN)
            self._armed.add((person, what))

    # HTTP

    def client(self, login: str | None = None) -> FlaskClient:
        """A client of our own origin, signed in as this person."""
        from server.app import create_app

        if self._app is None:
            self._app = create_app(self.plant)
        client: FlaskClient = self._app.test_client()
        client.environ_base["HTTP_ORIGIN"] = ORIGIN
        if login is not None:
            self.arm(login, "password")
            answer = client.post("/api/session", json={"login": login, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
        return client

    # Log

    def state(self, kind: str, stream: str, payload: Mapping[str, Any], *, actor: str = "server", **more: Any) -> Any:
        """A fact of the server itself, in this person's name; the entry, or PestleError."""
        return self.plant.recorder.state(Fact(kind, stream, payload, actor=number_of(actor), **more))[0]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.plant.engine.connect() as connection:
            yield connection

    def entries(self, kind: str) -> list[Envelope]:
        """All entries of a kind, in the order of the log."""
        with self.reading() as connection:
            return [entry.envelope for entry in reading.of_kind(connection, kind)]

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        return [envelope.body for envelope in self.entries(kind)]

    # Time

    def advance(self, **span: float) -> None:
        """The plant's clock goes on by timedelta(**span), and stands there."""
        moment = clock.now() + timedelta(**span)
        clock.use(lambda: moment)


def number_of(person: str) -> str:
    """The number of a login of this module; anything else is one already."""
    return PEOPLE[person][0] if person in PEOPLE else person
