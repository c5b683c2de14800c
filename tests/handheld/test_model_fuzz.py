"""Thousands of odd frames with right checksums at a real server: each is taken or refused by a known code, and kept;
meanwhile others work, and nothing is left over."""

import base64
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from core_support import reader
from crdt_support import run_node
from handheld_support import Site
from sqlalchemy import select
from wire_cases import Cases
from wire_fuzzing import Fuzzer, Served, Visitor, Worker

from server.core import inbox
from server.handheld.model import document_of
from sync.crdt import codec, genesis
from sync.log import reading
from sync.verify import verify_log

DEVICES = 6
# All of them when asked, as in PESTLE_FUZZ=20000; beside those that warm the server up.
COUNT = int(os.environ.get("PESTLE_FUZZ", "2000"))
WARM = 500
# What was accepted has to be kept in memory, too: the state of the documents.
GROWTH_KB = 32 * 1024
BATCHES = [f"F-{n}" for n in range(1, DEVICES + 1)]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "data", f"sqlite:///{tmp_path}/site.db")
    made.tablet("good", "B-1")
    for number, batch in enumerate(BATCHES):
        made.order(batch)
        made.tablet(f"odd-{number}", batch)
    made.stop()
    yield made
    made.close()


def fuzzers(plant: Site, seed: int) -> list[Fuzzer]:
    found = []
    for number, (batch, tablet) in enumerate(zip(BATCHES, plant.tablets[1:], strict=True)):
        first = base64.b64encode(genesis.genesis(document_of(batch))).decode()
        histories = run_node("histories.mjs", str(seed + number), "5", first)
        raws = [base64.b64decode(one["raw"]) for history in histories for one in history["changes"]]
        bodies = [codec.split_chunks(raw)[0].body for raw in raws]
        cases = Cases(seed + number, batch, tablet.device, tablet.signer, tablet.leases[batch], bodies)
        found.append(Fuzzer(Visitor(plant, tablet.device, tablet.signer, document_of(batch)), cases))
    return found


def send(odd: list[Fuzzer], count: int) -> None:
    with ThreadPoolExecutor(len(odd)) as pool:
        for done in [pool.submit(one.run, count // len(odd) + 1) for one in odd]:
            done.result()


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.urs("PLT-14", "PLT-09")
def test_odd_frames_are_refused_by_name_and_kept_while_others_work(plant: Site) -> None:
    odd = fuzzers(plant, seed=41)
    served = Served(plant)
    good = Worker(plant, "B-1")
    try:
        good.start()
        send(odd, WARM)
        memory, threads = served.status("VmRSS"), served.status("Threads")
        begin = time.monotonic()
        send(odd, COUNT)
        seconds = time.monotonic() - begin
        good.work_on()
        grown = served.status("VmRSS") - memory
        more = served.status("Threads") - threads
    finally:
        good.stop()
        served.stop()
    answers: Counter[str] = sum((one.answers for one in odd), Counter())
    print(f"{answers.total()} frames, {answers.total() / seconds:.0f}/s, {grown} kB, {more} threads, {dict(answers)}")
    assert [wrong for one in odd for wrong in one.wrong] == []
    assert answers.total() >= WARM + COUNT
    assert grown < GROWTH_KB
    # The pool of threads for requests grows and shrinks by itself; sockets had hundreds.
    assert more < DEVICES
    assert max(good.took) < 5
    _check_kept(plant, odd, good)


def _check_kept(plant: Site, odd: list[Fuzzer], good: Worker) -> None:
    """What was refused is in quarantine, what the good one wrote is in the log, and the log is right."""
    plant.start()
    with plant.plant.engine.connect() as connection:
        kept = set(connection.execute(select(inbox.quarantine.c.sha256)).scalars())
        written = [one.head.id for one in reading.of_kind(connection, "production.remark_added.v1")]
    assert {digest for one in odd for digest in one.refused} <= kept
    assert [entry for entry in written if entry in set(good.written)] == good.written
    assert verify_log(reader(plant.plant.engine, plant.plant.log), full=True).ok
