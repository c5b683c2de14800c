"""Devices, server, network, disks and clocks do what they like, in every order that hypothesis finds; when all is
over, every promise of the hub was kept."""

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from model_oracle import FORK, Findings, check, check_held
from model_site import BATCHES, DEVICES, Process, Template
from model_tablet import SLOTS, ModelTablet
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from support import PostgresCluster

from server.core.plant import Plant
from server.handheld.hub.tables import change, pending
from server.handheld.model import document_of
from server.simulate.site import Enrolled

HOUR = 3_600
# Far enough beyond every limit that the seconds of a run do not matter; the last is longer than a lease.
JUMPS = (2 * HOUR, -2 * HOUR, 80 * HOUR)
SETTLE_SECONDS = 60.0
# How many runs: `make test` has a few hundred; thousands when asked, as in PESTLE_MODEL=5000.
RUNS = int(os.environ.get("PESTLE_MODEL", "0"))

a_tablet = st.integers(0, len(DEVICES) - 1)
a_batch = st.sampled_from(BATCHES)


class Offline(RuleBasedStateMachine):
    """Three tablets on two batches, and one or two processes of their server."""

    def __init__(self, template: Template, processes: list[Process], met: Counter[str]) -> None:
        """`met` counts what has happened, so that a run of this test can be seen to have met it at all."""
        super().__init__()
        self.template, self.processes, self.met, self.sound = template, processes, met, True
        self.config = template.copy()
        for process in processes:
            process.start(self.config)
        self.tablets = [self._tablet(number, device) for number, device in enumerate(DEVICES)]

    def _tablet(self, number: int, device: str) -> ModelTablet:
        url = self.processes[number % len(self.processes)].url
        of = Enrolled(device, self.template.signers[device])
        made = ModelTablet(url, self.template.cookie, of, self.config.data / f"{device}.journal")
        made.leases = dict(self.template.leases[device])
        made.pushed = self._pushed
        made.step(made.come)
        return made

    def _pushed(self, entry: str) -> None:
        for tablet in self.tablets:
            if entry in tablet.entries:
                tablet.entries[entry].skews |= tablet.greetings

    def _do(self, at: int, work: Callable[[ModelTablet], Any]) -> None:
        """A step of one tablet; one whose battery is empty does nothing but return."""
        tablet = self.tablets[at]
        if not tablet.dead or work is ModelTablet.die_or_return:
            self._guarded(lambda: tablet.step(lambda: work(tablet)))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Where the step cut the power, the process is gone, and another begins with what is on the disk."""
        try:
            work()
            self._check_held()
            for process in self.processes:
                if process.power is not None and process.power.off:
                    self.met["power cut"] += 1
                    self._reboot(process)
        except BaseException:
            self.sound = False
            raise

    def _check_held(self) -> None:
        try:
            check_held(self._plant)
        except OperationalError:
            # A thread of the server may come to the commit that cuts the power only now.
            if not any(process.power is not None and process.power.off for process in self.processes):
                raise

    def _reboot(self, process: Process) -> None:
        for tablet in self.tablets:
            tablet.lose()
        process.stop()
        process.start(self.config)

    # What people do

    @rule(at=a_tablet, batches=st.lists(a_batch, min_size=1, max_size=6))
    def remark(self, at: int, batches: list[str]) -> None:
        self._do(at, lambda tablet: [tablet.remark(batch) for batch in batches])

    @rule(at=a_tablet, batch=a_batch, which=st.integers(0, len(SLOTS) - 1))
    def set_slot(self, at: int, batch: str, which: int) -> None:
        self._do(at, lambda tablet: tablet.set_slot(batch, which))

    @rule(batch=a_batch, which=st.integers(0, len(SLOTS) - 1))
    def all_set_one_slot(self, batch: str, which: int) -> None:
        for at in range(len(self.tablets)):
            self._do(at, lambda tablet: tablet.set_slot(batch, which))

    # What the network does

    @rule(at=a_tablet)
    def come_and_deliver(self, at: int) -> None:
        self._do(at, _bring_all)

    @rule()
    def all_at_once(self) -> None:
        self._guarded(lambda: _together(self.tablets))

    @rule(at=a_tablet, batch=a_batch, most=st.integers(1, 6), heard=st.booleans())
    def push(self, at: int, batch: str, most: int, heard: bool) -> None:
        self._do(at, lambda tablet: tablet.push(document_of(batch), most, heard))

    @rule(at=a_tablet, what=st.sampled_from(["come", "listen", "lose", "cut_or_mend"]))
    def network(self, at: int, what: str) -> None:
        self._do(at, lambda tablet: getattr(tablet, what)())

    # What devices do

    @rule(at=a_tablet)
    def die_or_return(self, at: int) -> None:
        self._do(at, ModelTablet.die_or_return)

    @rule(at=a_tablet, seed=st.integers(0, 9))
    def replay_in_another_order(self, at: int, seed: int) -> None:
        self._do(at, lambda tablet: tablet.replay(Random(seed).shuffle))

    @rule(at=a_tablet)
    def send_again(self, at: int) -> None:
        self._do(at, ModelTablet.send_again)

    @rule(at=a_tablet, other=a_tablet)
    def bring_what_another_signed(self, at: int, other: int) -> None:
        self._do(at, lambda tablet: tablet.carry(self.tablets[other]))

    @rule(at=a_tablet, seconds=st.sampled_from(JUMPS))
    def set_the_clock(self, at: int, seconds: int) -> None:
        self._do(at, lambda tablet: tablet.set_clock(0 if tablet.jump else seconds))

    @rule(at=a_tablet, seconds=st.sampled_from(JUMPS), batches=st.lists(a_batch, min_size=1, max_size=3))
    def work_by_a_wrong_clock(self, at: int, seconds: int, batches: list[str]) -> None:
        """And somebody sets it right before the server hears of it."""
        self._do(at, lambda tablet: tablet.set_clock(seconds))
        self.remark(at, batches)
        self._do(at, lambda tablet: tablet.set_clock(0))

    @rule(at=a_tablet, entries=st.integers(1, 5), batches=st.lists(a_batch, min_size=1, max_size=4))
    def set_back_the_disk(self, at: int, entries: int, batches: list[str]) -> None:
        """And work on, before anybody can have noticed."""
        self._do(at, lambda tablet: tablet.set_back(entries))
        self.remark(at, batches)

    # What the server's machine does

    @rule(at=a_tablet, commits=st.integers(1, 5), effect=st.booleans(), lasts=st.sampled_from([True, True, False]))
    def fail_at_a_commit(self, at: int, commits: int, effect: bool, lasts: bool) -> None:
        power = self.processes[at % len(self.processes)].power
        assert power is not None
        power.fail_at(commits, effect=effect, lasts=lasts)
        self._do(at, _bring_all)

    @rule(which=st.integers(0, 1))
    def restart(self, which: int) -> None:
        self._guarded(lambda: self._reboot(self.processes[which % len(self.processes)]))

    # The end

    def teardown(self) -> None:
        try:
            if self.sound:
                self._settle()
                found = Findings.read(self._plant, BATCHES)
                check(found, self.tablets)
                self.met += found.counted() + Counter(entries=sum(len(tablet.entries) for tablet in self.tablets))
        finally:
            for tablet in self.tablets:
                tablet.close()
            for process in self.processes:
                process.stop()
            self.template.remove(self.config)

    @property
    def _plant(self) -> Plant:
        plant = self.processes[0].plant
        assert plant is not None
        return plant

    def _settle(self) -> None:
        """The network is there, the disks work, and all come back."""
        for process in self.processes:
            assert process.power is not None
            process.power.restore()
        for tablet in self.tablets:
            tablet.be_well()
            tablet.lose()
            tablet.step(lambda tablet=tablet: _bring_all(tablet))
        stop = time.monotonic() + SETTLE_SECONDS
        while not self._quiet() and time.monotonic() < stop:
            for tablet in self.tablets:
                if not tablet.quiet:
                    tablet.lose()
                tablet.step(lambda tablet=tablet: _bring_all(tablet))

    def _quiet(self) -> bool:
        with self._plant.engine.connect() as connection:
            waits = connection.execute(select(pending.c.entry)).first()
            last = dict(connection.execute(select(change.c.doc, func.max(change.c.n)).group_by(change.c.doc)).all())
        level = all(
            tablet.documents[doc].last == n for tablet in self.tablets if tablet.quiet for doc, n in last.items()
        )
        return waits is None and level and all(tablet.quiet for tablet in self.tablets)


def _bring_all(tablet: ModelTablet) -> None:
    tablet.come()
    tablet.deliver()
    tablet.listen()


def _together(tablets: list[ModelTablet]) -> None:
    """At the same time; what one of them raises is raised here."""
    with ThreadPoolExecutor(len(tablets)) as pool:
        for done in [pool.submit(tablet.step, partial(_bring_all, tablet)) for tablet in tablets]:
            done.result()


@pytest.fixture(scope="module")
def processes() -> Iterator[list[Process]]:
    logging.disable(logging.CRITICAL)
    made = [Process(), Process()]
    yield made
    for process in made:
        process.close()
    logging.disable(logging.NOTSET)


def run(template: Template, processes: list[Process], runs: int) -> Counter[str]:
    """What was met in so many runs."""
    met: Counter[str] = Counter()
    how = settings(
        max_examples=runs,
        stateful_step_count=30,
        deadline=None,
        derandomize=not RUNS,
        # A failure comes with its steps; to make them fewer takes minutes, and is worth them at a desk only.
        phases=[Phase.generate, *([Phase.shrink] if RUNS else [])],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: Offline(template, processes, met), settings=how)
    return met


@pytest.mark.urs("PLT-08", "PLT-09", "PLT-10", "PLT-13")
def test_the_hub_keeps_its_promises_whatever_happens(tmp_path: Path, processes: list[Process]) -> None:
    assert run(Template(tmp_path / "site", None), processes[:1], 8)["entries"] > 30


@pytest.mark.slow
@pytest.mark.timeout(14_400)
@pytest.mark.urs("PLT-08", "PLT-09", "PLT-10", "PLT-13", "PLT-14")
def test_hundreds_of_histories(tmp_path: Path, processes: list[Process]) -> None:
    met = run(Template(tmp_path / "site", None), processes[:1], RUNS or 150)
    print(dict(met))
    expected = {"power cut", FORK, "conflict", "clock_skew", "captured_outside", "lease_expired"}
    assert {name for name in expected if met[name] < 5} == set()


@pytest.mark.slow
@pytest.mark.timeout(14_400)
@pytest.mark.urs("PLT-09", "PLT-17")
def test_two_processes_on_one_database(tmp_path: Path, processes: list[Process], postgres: PostgresCluster) -> None:
    met = run(Template(tmp_path / "site", postgres), processes, RUNS // 5 or 20)
    print(dict(met))
    assert met["entries"] > 100
