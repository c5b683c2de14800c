"""Two processes of one site on PostgreSQL: what arrives at one reaches the tablets of the other."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from handheld_support import Site, Tablet, b64
from sqlalchemy import text
from support import PostgresCluster

from server.core.kinds import Fact
from sync import canonical
from sync.entry import Envelope
from sync.trust import Policy

BATCH = "B-1"


@pytest.fixture
def sites(postgres: PostgresCluster, tmp_path: Path) -> Iterator[tuple[Site, Site]]:
    url = postgres.create()
    one = Site(tmp_path / "data", url)
    two = Site(tmp_path / "data", url, twin=True)
    yield one, two
    two.close()
    one.close()


def remark(tablet: Tablet, words: str) -> Envelope:
    payload = {"phase": None, "text": words}
    lease = tablet.leases[BATCH]
    return tablet.write(BATCH, "production.remark_added.v1", payload, actor="P-1", lease=lease, subject="batch/remark")


@pytest.mark.urs("PLT-17")
def test_a_change_reaches_the_tablets_of_another_process_within_a_second(sites: tuple[Site, Site]) -> None:
    here, there = sites[0].tablet("T-1", BATCH).connect(), sites[1].tablet("T-2", BATCH).connect()
    here.wait_for_document(BATCH)
    there.wait_for_document(BATCH)
    entry = here.delivered(BATCH, remark(here, "from the other process"))
    began = time.monotonic()
    while entry.head.id not in there.docs[f"batch/{BATCH}"].entries:
        there.next()
    assert time.monotonic() - began < 1.0
    assert there.receipt(BATCH, entry)["verdict"] == "accepted"
    # Told once the log has grown, which may be before the receipt stands in the document.
    while {"t": "batch", "batch": BATCH} not in there.heard:
        there.next()
    answer = there.delivered(BATCH, remark(there, "and back"))
    assert here.receipt(BATCH, answer)["verdict"] == "accepted"


@pytest.mark.urs("PLT-09", "PLT-17")
def test_two_processes_that_write_one_document_at_once_leave_no_gap(sites: tuple[Site, Site]) -> None:
    tablets = [site.tablet(f"T-{n}", BATCH).connect() for n, site in enumerate(sites)]
    for tablet in tablets:
        tablet.wait_for_document(BATCH)

    def work(tablet: Tablet) -> None:
        for number in range(25):
            tablet.deliver(BATCH, remark(tablet, f"{tablet.device} {number}"))

    threads = [threading.Thread(target=work, args=(tablet,)) for tablet in tablets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = [entry for tablet in tablets for entry in tablet.written]
    for tablet in tablets:
        for entry in written:
            assert tablet.receipt(BATCH, entry)["verdict"] == "accepted"
    with sites[0].plant.engine.connect() as connection:
        numbers = list(connection.execute(text("SELECT n FROM sync_change ORDER BY n")).scalars())
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.urs("PLT-17")
def test_live_values_and_revocations_cross_processes(sites: tuple[Site, Site]) -> None:
    one, two = sites
    payload = {"equipment": "BAL-07", "class": "balance", "name": {"zh": "天平", "en": "balance"}, "serial": None}
    more = {"model": None, "location": None, "calibration_due": None}
    one.plant.recorder.state(Fact("equipment.equipment_registered.v1", "equipment/BAL-07", payload | more))
    signer = one.enrol("bridge-1", "bridge")
    tablet = two.tablet("T-1", BATCH).connect()
    rest = {"device": "bridge-1", "balance": "BAL-07", "net": None, "quality": "lost", "at": "2026-11-22T09:30:00.000Z"}
    proof = b64(signer.sign(b"pestle/live/v1\n" + canonical.encode(rest)))
    assert one.request("POST", "/api/bridge/live", {**rest, "proof": proof}, cookie="")[0] == 204
    assert tablet.expect("live")["quality"] == "lost"
    one.revoke(tablet)
    assert tablet.error() == "device_revoked"


@pytest.mark.urs("PLT-17")
def test_what_was_said_while_the_listener_was_away_is_caught_up(sites: tuple[Site, Site]) -> None:
    here, there = sites[0].tablet("T-1", BATCH).connect(), sites[1].tablet("T-2", BATCH).connect()
    here.wait_for_document(BATCH)
    there.wait_for_document(BATCH)
    with sites[0].plant.engine.begin() as connection:
        listening = "query ILIKE 'LISTEN%' AND datname = current_database()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {listening}"))
    entry = here.delivered(BATCH, remark(here, "said into the void"))
    assert there.receipt(BATCH, entry)["verdict"] == "accepted"


@pytest.mark.urs("PLT-17", "PLT-18")
def test_a_checkpoint_that_another_process_has_published_is_told_here_too(sites: tuple[Site, Site]) -> None:
    one, two = sites
    two.plant.publisher.close()
    here, there = one.tablet("T-1", BATCH).connect(), two.tablet("T-2", BATCH).connect()
    here.wait_for_document(BATCH)
    entry = here.delivered(BATCH, remark(here, "published there"))
    index = here.receipt(BATCH, entry)["index"]
    policy = Policy.parse(there.welcome["policy"].encode())
    note = None
    while note is None or policy.open(note.encode()).checkpoint.size <= index:
        note = there.expect("checkpoint")["note"]
    there.send({"t": "prove", "id": 1, "entries": [entry.head.id]})
    assert [leaf["index"] for leaf in there.expect("proven", id=1)["leaves"]] == [index]


@pytest.mark.urs("PLT-11", "PLT-17")
def test_a_device_that_is_connected_to_one_process_is_shown_so_by_the_other(sites: tuple[Site, Site]) -> None:
    one, two = sites
    tablet = one.tablet("T-1", BATCH)
    two.tablet("T-2", BATCH).connect()
    tablet.connect()

    def state() -> str:
        items = two.request("GET", "/api/fleet", cookie=two.sign_in("supervisor"))[1]["items"]
        return str(next(item["state"] for item in items if item["id"] == "T-1"))

    two.wait(lambda: state() == "connected")
    tablet.drop()
    two.wait(lambda: state() == "away")
