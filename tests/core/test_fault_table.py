"""Every step towards the disk fails once before and once after it took effect; after each, all is looked at.

In the manner of Sunlight (FiloSottile/sunlight), which writes down each step of sequencing and what a fault at it may
leave. The steps of a group's transaction stand in STEPS, and a test refuses a statement that is in none of them.
"""

import base64
import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from core_support import reader
from fault_support import AFTER, BEFORE, Death, Fault, deaths, faults, together
from plant import PlantUnderTest, VirtualTablet
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from server.core import blobs, inbox, rebuild
from server.core.inbox import Stray
from server.core.kinds import Fact
from server.core.record import Duplicate, Recorded
from server.plant import check_end
from sync.entry import Envelope
from sync.log import publication
from sync.log.anchor import Anchor
from sync.verify import verify_log

# What a step is, and the statement by which it is known.
STEPS = {
    "lock on the head": r"SELECT log_head\.size, log_head\.edge FROM log_head",
    "entries": r"INSERT INTO log_entry",
    "payloads": r"INSERT INTO log_payload",
    "tables of records": r"INSERT INTO (identity|materials)_|UPDATE (identity|materials)_",
    "held input": r"INSERT INTO held",
    "held input taken": r"DELETE FROM held",
    "quarantine": r"INSERT INTO quarantine",
    "hashes of the tree": r"INSERT INTO log_hash",
    "head": r"UPDATE log_head",
    "checkpoint": r"INSERT INTO log_checkpoint",
    "commit": "COMMIT",
}
# Only where a request of the group is refused, so that each gets a savepoint of its own.
APART = {
    "savepoint": r"SAVEPOINT request",
    "end of a savepoint": r"RELEASE SAVEPOINT request",
    "undoing a request": r"ROLLBACK TO SAVEPOINT request",
}


@dataclass(frozen=True)
class Way:
    """How it fails."""

    when: str
    lasts: bool = False
    deadly: bool = False


WAYS = {
    "before": Way(BEFORE),
    "after": Way(AFTER),
    "before, again and again": Way(BEFORE, lasts=True),
    "after, again and again": Way(AFTER, lasts=True),
    "death before": Way(BEFORE, deadly=True),
    "death after": Way(AFTER, deadly=True),
}


class Site:
    """A plant, a tablet, and all that was ever acknowledged."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.under = PlantUnderTest(database_url, folder)
        self.tablet: VirtualTablet = self.under.tablet("T-1")
        self.acknowledged: set[str] = set()
        self.quarantined: set[str] = set()
        self.delivered: list[Envelope] = []

    @property
    def plant(self) -> Any:
        return self.under.plant

    def works(self, refused: bool, fill: int) -> list[Callable[[], Any]]:
        """A group of every sort of request: facts, an overtaken entry and its predecessor, no entry, strange kind."""
        first, second, strange = (self._lot(), self._lot(), self._strange())
        self.delivered += [first, second, strange]
        recorder = self.plant.recorder
        works: list[Callable[[], Any]] = [
            partial(recorder.state, *(material() for _ in range(fill))),
            partial(recorder.submit, second, source="test"),
            partial(recorder.submit, first, source="test"),
            partial(recorder.submit, strange, source="test"),
            partial(recorder.quarantine, Stray(uuid4().bytes, "test", "entry_malformed")),
        ]
        if refused:
            taken = {"person": "P-0099", "login": "zhang", "name": "张敏", "name_en": None, "roles": ["operator"]}
            works.append(partial(recorder.state, Fact("identity.person_added.v1", "person/P-0099", taken)))
        return works

    def _lot(self) -> Envelope:
        nothing = dict.fromkeys(("supplier", "supplier_lot", "containers", "expiry"))
        quantity = {"value": "25.000", "unit": "kg"}
        lot = {"material": "api-1", "lot": str(uuid4()), "quantity": quantity, "status": "quarantine", **nothing}
        return self.tablet.write("materials.lot_received.v1", f"lot/api-1/{lot['lot']}", lot, actor="zhang")

    def _strange(self) -> Envelope:
        return self.tablet.write("materials.unheard_of.v1", "lot/api-1/L", {"n": 1}, actor="zhang")

    def took(self, futures: list["Future[Any]"]) -> None:
        """Remember what was acknowledged."""
        for future in futures:
            if future.exception(30) is not None:
                continue
            answer = future.result()
            match answer:
                case str():
                    self.quarantined.add(answer)
                case Recorded():
                    self.acknowledged.add(answer.id)
                case list():
                    self.acknowledged |= {one.id for one in answer}

    def deliver_again(self) -> None:
        """The tablet sends whatever it was not told of; in the end all of it is there, once."""
        outcomes = self.plant.recorder.submit_many(self.delivered, source="test")
        assert all(isinstance(outcome, Recorded | Duplicate) for outcome in outcomes), outcomes
        self.acknowledged |= {envelope.head.id for envelope in self.delivered}
        self.delivered = []

    def examine(self) -> None:
        """Nothing acknowledged is missing, nothing is there twice, the log verifies, the tables are its tables."""
        plant = self.plant
        check_end(plant)
        with plant.engine.connect() as connection:
            entries = list(plant.log.entries(connection, 0, 1 << 30))
            kept = set(connection.execute(select(inbox.quarantine.c.id)).scalars())
            assert connection.execute(select(inbox.held)).all() == []
        ids = [entry.head.id for entry in entries]
        assert [entry.index for entry in entries] == list(range(len(entries)))
        assert self.acknowledged <= set(ids), "an acknowledged entry is missing"
        assert len(set(ids)) == len(ids), "an entry stands there twice"
        assert self.quarantined <= kept, "quarantined input is missing"
        result = verify_log(reader(plant.engine, plant.log), full=True)
        assert (result.ok, result.size) == (True, len(entries)), result
        assert rebuild.check(plant.engine, plant.log, plant.registry)["differences"] == []


def material() -> Fact:
    name = f"m-{uuid4()}"
    payload = {"material": name, "name": {"zh": name, "en": name}, "type": "raw", "unit": "kg"}
    return Fact("materials.material_defined.v1", f"material/{name}", payload)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(database_url, tmp_path)
    yield made
    made.under.close()


def run_group(site: Site, fault: Fault | None, *, refused: bool, fill: int = 3) -> list[str]:
    """Put the fault, run the group, mend it, restart after a death; every statement that was seen."""
    recorder = site.plant.recorder
    works = site.works(refused, fill)
    with faults(site.plant.engine) as placed:
        # The fault is placed when the group is held in the queue: what holds it goes well.
        def first() -> None:
            recorder.state(material())

        def arm(work: Callable[[], Any]) -> Any:
            placed.fault = fault
            return work()

        futures = together(recorder, [partial(arm, work) for work in works], first)
        site.took(futures)
    if fault is not None and fault.deadly:
        site.under.reopen()
    return placed.seen


CASES = [(step, refused) for step in STEPS for refused in (False, True)] + [(step, True) for step in APART]


@pytest.mark.slow
@pytest.mark.urs("PLT-09", "PLT-14", "PLT-16", "PLT-05")
@pytest.mark.parametrize(
    ("step", "refused"), CASES, ids=[f"{step}, {'apart' if refused else 'together'}" for step, refused in CASES]
)
def test_a_step_that_fails_leaves_nothing_half_done_and_the_next_append_works(
    site: Site, step: str, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each group crosses the end of a tile, so that hashes of the next level are written.
    fill = 256 if step == "hashes of the tree" else 3
    with deaths(monkeypatch):
        for name, way in WAYS.items():
            fault = Fault((STEPS | APART)[step], way.when, way.lasts, way.deadly)
            run_group(site, fault, refused=refused, fill=fill)
            assert fault.hits, f"no group ever did this: {step}"
            site.deliver_again()
            assert site.plant.recorder.state(material())[0].index, name
            site.examine()


@pytest.mark.urs("PLT-09")
def test_the_table_knows_every_statement_of_a_group(site: Site) -> None:
    patterns = [*STEPS.values(), *APART.values()]
    for refused in (False, True):
        seen = run_group(site, None, refused=refused, fill=256)
        unknown = {statement for statement in seen if not any(re.match(one, statement) for one in patterns)}
        assert not unknown
    site.deliver_again()
    site.examine()


# What stands outside of the group's transaction: the anchor after it, the publication, and photos.


class Calls:
    """Makes a function of `os` fail: before it did anything, after it did all, or after it did the first part."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, when: str) -> None:
        self.hits, self._monkeypatch, self._when = 0, monkeypatch, when
        self._name, self._real = name, getattr(os, name)

    def __enter__(self) -> "Calls":
        self._monkeypatch.setattr(os, self._name, self._call)
        return self

    def __exit__(self, *_: object) -> None:
        self._monkeypatch.setattr(os, self._name, self._real)

    def _call(self, *arguments: Any, **named: Any) -> Any:
        if self.hits:
            return self._real(*arguments, **named)
        self.hits += 1
        if self._when == AFTER:
            self._real(*arguments, **named)
        elif self._when == TORN:
            descriptor, data, place = arguments
            self._real(descriptor, data[: len(data) // 20], place)
        raise OSError(28, "No space left on device")


TORN = "torn"


@pytest.mark.urs("PLT-09", "PLT-18")
@pytest.mark.parametrize("when", [BEFORE, AFTER, TORN])
def test_an_anchor_that_cannot_be_written_stops_nobody_and_is_written_with_the_next_group(
    site: Site, when: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        with Calls(monkeypatch, "pwrite", when) as calls:
            site.took([_done(site.plant.recorder.state(material()))])
            site.took([_done(site.plant.recorder.state(material()))])
        assert calls.hits == 1
        with site.plant.engine.connect() as connection:
            size = site.plant.log.head(connection).size
        held = site.plant.anchor.read()
        assert held is not None
        assert held.size == size
        site.examine()
        site.under.reopen()
        site.examine()
    assert "anchor_failed" in capsys.readouterr().err


@pytest.mark.urs("PLT-09", "PLT-18")
@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_an_anchor_that_the_disk_does_not_take_is_tried_again(
    site: Site, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.took([_done(site.plant.recorder.state(material()))])
    with Calls(monkeypatch, "fdatasync", when) as calls:
        with pytest.raises(OSError, match="No space left"):
            site.plant.anchor.flush()
        assert calls.hits
        site.plant.anchor.flush()
    site.took([_done(site.plant.recorder.state(material()))])
    site.under.reopen()
    site.examine()


@pytest.mark.urs("PLT-09", "PLT-18")
def test_a_death_between_commit_and_anchor_loses_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise Death

    with deaths(monkeypatch):
        monkeypatch.setattr(Anchor, "advance", die)
        envelope = site._lot()
        site.delivered.append(envelope)
        # Nobody answers whoever waits for it.
        waiting = partial(site.plant.recorder.submit, envelope, source="test")
        threading.Thread(target=waiting, daemon=True).start()
        site.plant.recorder._thread.join(30)
        monkeypatch.undo()
        site.under.reopen()
    assert isinstance(site.plant.recorder.submit(envelope, source="test"), Duplicate)
    site.deliver_again()
    site.examine()


def _done(answer: Any) -> "Future[Any]":
    future: Future[Any] = Future()
    future.set_result(answer)
    return future


@pytest.mark.urs("PLT-09", "PLT-18")
@pytest.mark.parametrize("step", ["INSERT INTO log_cosignature", "COMMIT"])
@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_a_publication_that_fails_is_made_again(site: Site, step: str, when: str) -> None:
    site.took([_done(site.plant.recorder.state(material()))])
    with faults(site.plant.engine) as placed:
        fault = placed.fault = Fault(step, when)
        with pytest.raises(OperationalError):
            site.plant.publisher.now()
        assert fault.hits
        signed = site.plant.publisher.now()
    with site.plant.engine.connect() as connection:
        found = publication.opened(connection, site.plant.log)
        size = site.plant.log.head(connection).size
    assert found is not None
    assert (found[0], found[1].checkpoint.size) == (signed, size)
    site.examine()


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.mark.urs("PLT-08", "PLT-09")
@pytest.mark.parametrize("call", ["fsync", "rename"])
@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_a_photo_is_there_whole_or_not_at_all(
    tmp_path: Path, call: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = hashlib.sha256(PIXEL).hexdigest()
    with Calls(monkeypatch, call, when) as calls, pytest.raises(OSError, match="No space left"):
        blobs.keep(tmp_path, name, "image/png", PIXEL)
    assert calls.hits
    assert blobs.load(tmp_path, name) in (None, (PIXEL, "image/png"))
    # The device was told nothing, so it sends it again.
    blobs.keep(tmp_path, name, "image/png", PIXEL)
    assert blobs.load(tmp_path, name) == (PIXEL, "image/png")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [name]
