"""The log as it goes out of the house: the published checkpoint, its policy, a proof file, and how it stands."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from plant import PlantUnderTest

from server.core import clock
from server.core.kinds import Fact
from server.web import log_state
from sync import note
from sync.log import publication, reading
from sync.proof import LogProof
from sync.signing import MLDSA44Signer
from sync.trust import Policy

pytestmark = pytest.mark.urs("PLT-03", "PLT-18")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def add_witness(site: PlantUnderTest, signer: MLDSA44Signer, url: str = "http://127.0.0.1:9/") -> None:
    payload = {"name": "qa", "vkey": note.vkey("qa.example/w", signer.public_key, 6), "url": url}
    site.plant.recorder.state(Fact(publication.WITNESS_ADDED, "site", payload))


def cosign(site: PlantUnderTest, signer: MLDSA44Signer) -> None:
    """As the publisher does when the witness has answered."""
    now = int(clock.now().timestamp())
    with site.plant.engine.connect() as connection:
        latest = site.plant.log.latest_checkpoint(connection)
    signed = publication.signed_again(site.plant.log, latest, now)
    line = note.cosign(note.split(signed)[0], "qa.example/w", signer, now)
    site.plant.publisher._keep(note.add(signed, [line]))


def test_the_checkpoint_carries_both_signatures_of_the_log(site: PlantUnderTest) -> None:
    client = site.client("li")
    policy = Policy.parse(client.get("/log/policy").data)
    signed = client.get("/log/checkpoint").data
    assert [key.type for key in policy.logs] == [1, 6]
    size = policy.open(signed).checkpoint.size
    assert site.plant.log.policy.open(signed).checkpoint.size == size
    assert client.get("/log/certificate").status_code == 404


def test_a_proof_file_shows_that_an_entry_stands_in_the_log(site: PlantUnderTest) -> None:
    client = site.client("li")
    policy = Policy.parse(client.get("/log/policy").data)
    size = policy.open(client.get("/log/checkpoint").data).checkpoint.size
    with site.plant.engine.connect() as connection:
        entry = reading.one(connection, 2)
    assert entry is not None
    proof = LogProof.parse(client.get("/log/proof/2").data)
    assert proof.verify(entry.leaf, policy).checkpoint.size == size
    assert client.get(f"/log/proof/{size}").status_code == 404


def test_without_a_witness_nothing_is_witnessed_and_nothing_warned_of(site: PlantUnderTest) -> None:
    site.plant.publisher.now()
    state = site.client("zhang").get("/api/log/state").json
    assert state["quorum"] == "none"
    assert state["witnessed_until"] is None
    assert state["warning"] is None
    assert state["published"]["size"] > 0


def test_the_state_says_until_when_a_witness_has_seen_the_log(site: PlantUnderTest) -> None:
    signer = MLDSA44Signer.generate()
    add_witness(site, signer)
    client = site.client("zhang")
    state = client.get("/api/log/state").json
    assert (state["quorum"], state["published"], state["witnessed_until"]) == ("qa", None, None)
    cosign(site, signer)
    state = client.get("/api/log/state").json
    with site.plant.engine.connect() as connection:
        last = reading.one(connection, state["published"]["size"] - 1)
    assert last is not None
    assert state["witnessed_until"] == last.stamp.recorded_at
    assert [seen["name"] for seen in state["published"]["witnesses"]] == ["qa"]
    assert state["witnesses"][0]["size"] == state["published"]["size"]
    assert state["warning"] is None


def test_a_witness_that_is_away_for_long_is_warned_of(site: PlantUnderTest) -> None:
    signer = MLDSA44Signer.generate()
    add_witness(site, signer)
    cosign(site, signer)
    client = site.client("li")
    first = client.get("/api/log/state").json["published"]["size"]
    site.plant.recorder.state(Fact("identity.signin_failed.v1", "site", {"login": "?", "address": "127.0.0.1"}))
    assert client.get("/api/log/state").json["warning"] is None
    before = clock.now()
    clock.use(lambda: before + timedelta(minutes=log_state.LATE_MINUTES + 1))
    state = client.get("/api/log/state").json
    assert state["published"]["size"] == first
    assert state["warning"]["code"] == "witness_unreachable"
    assert b"warning witness_unreachable" in client.get("/healthz").data
    clock.use(lambda: before)


def test_nobody_is_told_who_is_not_signed_in(site: PlantUnderTest) -> None:
    from server.app import create_app

    assert create_app(site.plant).test_client().get("/api/log/state").status_code == 401
