"""A witness finds flags of leases and containers that a server leaves out or makes up, and accuses no honest one."""

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, order, weighed, weight_read
from witness_support import Rig, Story

from server.core.errors import PestleError
from server.core.kinds import Fact
from server.handheld import leases
from server.production import queries
from sync.entry import Seen
from sync.log import reading

pytestmark = pytest.mark.urs("PLT-18", "PLT-12")

LABELS = [f"A-5/2-{number}" for number in range(1, 5)]
LEASE_FLAGS = ("lease_unknown", "lease_expired", "lease_revoked")
CONTAINER_FLAGS = (
    "container_missing",
    "container_unknown",
    "container_not_allocated",
    "container_shared",
    "container_used_up",
)


class Plant(Site):
    """With a lot of labelled containers, and what people do with them."""

    def register(self, *labels: str, lot: str = "A-5/2", held: str = "30.000") -> None:
        rows = [{"container": label, "quantity": {"value": held, "unit": "kg"}} for label in labels]
        payload = {"material": "api-1", "lot": lot, "containers": rows}
        self.state("materials.containers_received.v1", f"lot/api-1/{lot}", payload)

    def allocate(self, batch: str, label: str) -> None:
        payload = {"batch": batch, "containers": [{"container": label, "reason": "at hand"}]}
        self.state("production.containers_allocated.v2", f"batch/{batch}", payload, "P-3")

    def free(self, batch: str, label: str) -> None:
        payload = {"batch": batch, "containers": [label], "reason": "not needed"}
        self.state("production.allocation_released.v1", f"batch/{batch}", payload, "P-3")

    def plan(self, batch: str) -> None:
        """An order that nobody has taken along, so that its containers may still change hands."""
        fact = Fact("production.order_released.v1", f"batch/{batch}", order(batch), actor="P-3")
        self.plant.recorder.state(fact)

    def take_back(self, lease: str) -> None:
        leases.revoke(self.plant, "P-3", lease, "lost")

    def looks(self, device: str) -> None:
        """The device holds a checkpoint over all that there is, and that was received in a millisecond of its own."""
        time.sleep(0.005)
        self.receive(f"seen-{time.time_ns()}", None)
        with self.plant.engine.connect() as connection:
            head = self.plant.log.head(connection)
        self.writers[device].seen = Seen(head.size, head.root.hex())

    def remark(self, batch: str, device: str = "tablet-a") -> tuple[str, ...]:
        payload = {"batch": batch, "phase": None, "text": "x"}
        return self.put("remark_added", payload, device=device).flags


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Each flag once, and work that deserves none."""
    folder = tmp_path_factory.mktemp("plant")
    site = Plant(f"sqlite:///{folder}/pestle.db", folder)
    site.register(*LABELS)
    for batch in ("B1", "B2"):
        site.order(batch)
        site.allocate(batch, LABELS[0] if batch == "B1" else LABELS[1])
    work_with_containers(site)
    work_under_leases(site)
    yield Story.of(site.plant)
    site.plant.close()


def work_with_containers(site: Plant) -> None:
    for payload in (
        weighed("B1", container=LABELS[0]),
        weighed("B2", container=LABELS[0], phase="21"),
        weighed("B1", container=LABELS[0], phase="22"),
        weighed("B1", container=None, phase="23"),
        weighed("B1", container="scribble", phase="24"),
        weighed("B2", container=LABELS[1], phase="25"),
        weighed("B2", container="of no register", lot="A-9", phase="26"),
    ):
        site.put("material_weighed", payload)


def work_under_leases(site: Plant) -> None:
    assert site.remark("B1") == ()
    site.leases["B1", "tablet-b"] = "of nobody"
    assert site.remark("B1", "tablet-b") == ("lease_unknown",)
    site.looks("tablet-a")
    site.now_ms = time.time_ns() // 1_000_000
    assert site.remark("B2") == ()
    site.take_back("lease-B2-tablet-a")
    # It was made before, as far as anybody can tell.
    site.now_ms -= 120_000
    assert site.remark("B2") == ()
    site.looks("tablet-a")
    assert site.remark("B2") == ("lease_revoked",)
    site.hand_back("B1")
    assert site.remark("B1") == ("lease_expired",)


def plain(story: Story, kind: str) -> int:
    """The first entry of this kind, by a device, that carries none of these flags."""
    flags = {*LEASE_FLAGS, *CONTAINER_FLAGS}
    found = [entry for entry in story.entries if entry.head.kind == kind and flags.isdisjoint(entry.stamp.flags)]
    return found[0].index


def test_an_honest_log_with_each_of_these_flags_is_cosigned(rig: Rig, story: Story) -> None:
    told = {flag for entry in story.entries for flag in entry.stamp.flags}
    assert {*LEASE_FLAGS, *CONTAINER_FLAGS} <= told
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("flag", [*LEASE_FLAGS, *CONTAINER_FLAGS])
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize("flag", [*LEASE_FLAGS, *CONTAINER_FLAGS])
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, flag: str) -> None:
    weighing = flag in CONTAINER_FLAGS
    index = plain(story, "production.material_weighed.v1" if weighing else "production.remark_added.v1")
    forged = story.restamp(index, lambda stamp: replace(stamp, flags=(*stamp.flags, flag)))
    assert rig.show(forged) == 422
    assert rig.found == ("flag_wrong", index)


def test_one_flag_in_the_place_of_another_is_found(rig: Rig, story: Story) -> None:
    index = story.flagged("lease_revoked")
    forged = story.restamp(index, lambda stamp: replace(stamp, flags=("lease_unknown",)))
    assert rig.show(forged) == 422
    assert rig.found == ("flag_wrong", index)


def test_what_was_erased_nobody_is_accused_of(rig: Rig, story: Story) -> None:
    """Of an allocation and a lease that nobody can read any more, who held what is not known here."""
    gone = [story.indices("production.containers_allocated.v2")[0], story.indices("handheld.lease_revoked.v1")[0]]
    named = [{"id": story.entries[index].head.id, "index": index} for index in gone]
    payload = {"entries": named, "reason": "past retention", "basis": "CN 2010, 162"}
    erased = story
    for index in gone:
        erased = erased.without_payload(index)
    erased = erased.server_says("site.payloads_erased.v1", "site", payload)
    assert rig.show(erased) == 200, rig.why
    assert rig.show(erased.server_says("material.none.v1", "x", {})) == 422
    assert rig.found is not None
    assert rig.found[0] == "kind_unknown"


@pytest.mark.parametrize("seed", range(3))
def test_whatever_people_do_the_witness_judges_as_the_server_did(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    site = Plant(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    for batch in ("B1", "B2", "B3"):
        site.plan(batch)
    labels = iter(LABELS)
    owners: dict[str, str] = {}
    weighings: list[tuple[str, dict[str, Any]]] = []
    for _ in range(60):
        match chance.choice(("register", "allocate", "free", *["weigh"] * 5, "correct", "decide")):
            case "register":
                site.register(next(labels, LABELS[0]), held=chance.choice(("13.000", "30.000", "60.000")))
            case "allocate" if free := sorted(known(site) - set(owners)):
                label, batch = chance.choice(free), chance.choice(("B1", "B2"))
                with suppress(PestleError):  # an empty one is given to nobody
                    site.allocate(batch, label)
                    owners[label] = batch
            case "free" if owners:
                label = chance.choice(sorted(owners))
                site.free(owners.pop(label), label)
            case "weigh":
                container = chance.choice((*LABELS, None, "scribble"))
                batch, phase = chance.choice(("B1", "B2", "B3", "B9")), chance.choice(("20", "21"))
                lot = chance.choice(("A-5/2", "A-5/2", "A-9"))
                payload = weighed(batch, chance.choice(("12.640", "0.5")), container=container, phase=phase, lot=lot)
                weighings.append((site.put("material_weighed", payload).id, payload))
            case "correct" if weighings:
                corrected, payload = chance.choice(weighings)
                changed = payload | {"container": chance.choice((*LABELS, None))}
                reason = chance.choice(("misread", None))
                done = site.put("material_weighed", changed, corrects=corrected, reason=reason)
                weighings.append((done.id, changed))
            case "decide":
                decide(site, chance)
    story = Story.of(site.plant)
    rig = Rig(tmp_path / "witness", story)
    flags = [flag for entry in story.entries for flag in entry.stamp.flags if flag in CONTAINER_FLAGS]
    assert len(set(flags)) >= 4
    assert rig.show(story) == 200, rig.why
    rig.folder.close()
    site.plant.close()


def test_what_is_no_entry_of_a_batch_corrects_no_weighing_whatever_its_header_says(tmp_path: Path) -> None:
    site = Plant(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    site.register(LABELS[0])
    for batch in ("B1", "B2"):
        site.plan(batch)
    site.allocate("B2", LABELS[0])
    taken = site.put("material_weighed", weighed("B1", container=LABELS[0])).id
    pen = site.writers["tablet-a"]
    site.submit(pen.write("equipment.weight_read.v1", "equipment/BAL-07", weight_read(), actor="P-1", corrects=taken))
    assert "container_shared" in site.put("material_weighed", weighed("B2", container=LABELS[0])).flags
    story = Story.of(site.plant)
    rig = Rig(tmp_path / "witness", story)
    assert rig.show(story) == 200, rig.why
    rig.folder.close()
    site.plant.close()


def known(site: Plant) -> set[str]:
    with site.plant.engine.connect() as connection:
        told = reading.of_kind(connection, "materials.containers_received.v2")
        return {one["container"] for entry in told for one in entry.envelope.body["containers"]}


def decide(site: Plant, chance: random.Random) -> None:
    """QA chooses one of the claims of a conflict, if there is one."""
    for batch in ("B1", "B2", "B3"):
        with site.plant.engine.connect() as connection:
            found = [
                item for item in queries.items_of(connection, batch) if (item.type, item.state) == ("conflict", "open")
            ]
        if found:
            chosen = chance.choice(found[0].entries)
            payload = {"batch": batch, "conflict": found[0].id, "chosen": chosen, "reason": "the label says so"}
            site.state("release.conflict_resolved.v1", f"batch/{batch}", payload, "P-5")
            return
