"""What goes out of the house: a checkpoint that every key of the log has signed and the site's witnesses have seen."""

from collections.abc import Iterator
from typing import Any

import pytest
from log_support import ORIGIN, Plant, database
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from sync import cosignature, note
from sync.checkpoint import Checkpoint
from sync.log import Log, publication
from sync.signing import Ed25519Signer, MLDSA44Signer
from sync.trust import Policy

pytestmark = pytest.mark.urs("PLT-03", "PLT-18")

NOW = 1_795_340_000
COSIGNER = MLDSA44Signer.generate()


class Site:
    """A log in a database, and the witnesses that an entry has named."""

    def __init__(self, connection: Connection, cosigner: MLDSA44Signer | None = COSIGNER) -> None:
        self.plant, self.connection = Plant.fresh(), connection
        self.log = Log(ORIGIN, self.plant.signer, cosigner=cosigner)
        self.log.create(connection)
        self.append(self.plant.enrol(self.plant.server, "server"))

    def append(self, envelope: Any) -> bytes:
        self.log.lock(self.connection)
        self.log.append(self.connection, envelope, "2026-11-25T09:30:00.000Z")
        return self.log.sign_checkpoint(self.connection)

    def grow(self) -> bytes:
        return self.append(self.plant.server.write("toy.counted.v1", "toy", {"n": 1}, actor="server"))

    def add_witness(self, name: str, signer: Ed25519Signer | MLDSA44Signer) -> None:
        type_ = cosignature.MLDSA44_TYPE if isinstance(signer, MLDSA44Signer) else cosignature.ED25519_TYPE
        vkey = note.vkey(f"{name}.example/w", signer.public_key, type_)
        payload = {"name": name, "vkey": vkey, "url": "http://127.0.0.1:9/"}
        self.append(self.plant.server.write("site.witness_added.v1", "site", payload, actor="server"))

    def remove_witness(self, name: str) -> None:
        payload = {"name": name, "reason": "sold"}
        self.append(self.plant.server.write("site.witness_removed.v1", "site", payload, actor="server"))

    def publish(self, **witnesses: Ed25519Signer | MLDSA44Signer) -> bytes:
        signed = publication.signed_again(self.log, self.log.latest_checkpoint(self.connection), NOW)
        body = note.split(signed)[0]
        lines = [note.cosign(body, f"{name}.example/w", signer, NOW) for name, signer in witnesses.items()]
        signed = note.add(signed, lines)
        publication.keep(self.connection, signed)
        return signed

    @property
    def policy(self) -> Policy:
        return publication.policy(self.connection, self.log)

    @property
    def size(self) -> int | None:
        found = publication.opened(self.connection, self.log)
        return None if found is None else found[1].checkpoint.size


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with database(database_url) as engine, engine.begin() as opened:
        yield opened


def test_a_log_of_one_key_publishes_each_checkpoint(connection: Connection) -> None:
    site = Site(connection, cosigner=None)
    signed = site.grow()
    assert publication.published(connection, site.log) == signed
    assert site.policy.encode() == site.log.policy.encode()


def test_with_the_second_key_only_what_it_has_signed_is_published(connection: Connection) -> None:
    site = Site(connection)
    assert site.size is None
    signed = site.publish()
    site.grow()
    assert site.size == 1
    assert publication.published(connection, site.log) == signed
    opened = Policy.parse(site.policy.encode()).open(signed)
    assert opened.checkpoint == Checkpoint.parse(note.split(signed)[0])
    # Who holds an older policy, which names one key, is served by the same note.
    assert site.log.policy.open(signed).checkpoint.size == 1


def test_the_policy_asks_for_every_witness_in_use(connection: Connection) -> None:
    site = Site(connection)
    first, second = MLDSA44Signer.generate(), Ed25519Signer.generate()
    site.publish()
    site.add_witness("qa", first)
    assert (site.policy.quorum, len(site.policy.witnesses)) == ("qa", 1)
    assert site.size is None
    site.publish(qa=first)
    assert site.size == 2
    site.add_witness("lab", second)
    assert site.policy.groups == (("witnesses", 2, ("qa", "lab")),)
    assert Policy.parse(site.policy.encode()) == site.policy
    site.publish(qa=first)
    assert site.size is None
    site.publish(qa=first, lab=second)
    found = publication.opened(connection, site.log)
    assert found is not None
    assert found[1].witnessed == {"qa": NOW, "lab": NOW}
    site.remove_witness("lab")
    site.remove_witness("qa")
    assert site.policy.quorum == "none"
    site.grow()
    assert site.size == 3


def test_a_device_that_names_a_witness_names_none(connection: Connection) -> None:
    site = Site(connection)
    site.append(site.plant.enrol(site.plant.tablet))
    payload = {"name": "mine", "vkey": "x", "url": ""}
    site.append(site.plant.tablet.write("site.witness_added.v1", "site", payload, actor="P-0001"))
    assert site.policy.quorum == "none"


def test_lines_are_kept_once_and_never_changed(connection: Connection) -> None:
    site = Site(connection)
    signed = site.publish()
    site.publish()
    rows = connection.execute(text("SELECT size, name FROM log_cosignature")).all()
    assert rows == [(1, ORIGIN)]
    assert publication.with_lines(connection, 1) == signed
    statements = ["UPDATE log_cosignature SET line = line", "DELETE FROM log_cosignature"]
    if connection.dialect.name == "sqlite":
        statements.append("INSERT OR REPLACE INTO log_cosignature SELECT * FROM log_cosignature")
    else:
        statements.append("TRUNCATE log_cosignature")
    for statement in statements:
        with pytest.raises(DBAPIError), connection.begin_nested():
            connection.execute(text(statement))


def test_a_forged_line_is_not_taken_for_a_witness(connection: Connection) -> None:
    site, forger = Site(connection), MLDSA44Signer.generate()
    site.add_witness("qa", MLDSA44Signer.generate())
    site.publish(qa=forger)
    assert site.size is None
