"""A witness finds stock that was scrapped, barred or split as it must not be, and accuses no honest server."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_support import weighed
from stock_support import LABELS, Store
from witness_support import Rig, Story, density

from server.core import clock
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.stock import StockRules
from sync.errors import SyncError

pytestmark = pytest.mark.urs("MAT-06", "PLT-18")
Change = Callable[[Seen], Seen]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Seen]]:
    folder = tmp_path_factory.mktemp("plant")
    site = Store(f"sqlite:///{folder}/pestle.db", folder)
    site.bring("BAD", "R-1", status="rejected")
    site.split(LABELS[0], ("S-1", "5.00"))
    assert site.split(LABELS[1], ("S-2", "25.01")) == ("container_overdrawn",)
    assert site.scrap("S-1", "1.00") is None
    assert site.scrap("R-1", "25.00", "P-5") is None
    assert site.refused("container_restricted", actor="P-5", container=LABELS[2], reason="seal") is None
    entries = Story.of(site.plant).entries
    yield [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in entries]
    site.plant.close()


def judged(story: list[Seen], kind: str, change: Change, last: bool = False) -> str | None:
    """The code of what a witness finds where the first or last entry of a kind is another one."""
    places = [at for at, seen in enumerate(story) if seen.head.kind == f"materials.{kind}.v1"]
    rules = StockRules(SinceRules())
    for at, seen in enumerate(story):
        told = change(seen) if places and at == places[-1 if last else 0] else seen
        try:
            rules.judge(told)
        except SyncError as error:
            return error.code
        rules.learn(told)
    return None


def body(**more: Any) -> Change:
    return lambda seen: replace(seen, body={**(seen.body or {}), **more})


def flags(*names: str) -> Change:
    return lambda seen: replace(seen, stamp=replace(seen.stamp, flags=names))


def test_an_honest_server_is_not_accused(story: list[Seen]) -> None:
    assert judged(story, "container_split", lambda seen: seen) is None


def test_more_scrapped_than_there_was(story: list[Seen]) -> None:
    much = body(quantity={"value": "5.01", "unit": "kg"})
    assert judged(story, "container_scrapped", much) == "stock_too_much"
    assert judged(story, "container_scrapped", body(container="S-9")) == "container_unknown"


def test_rejected_stock_destroyed_alone(story: list[Seen]) -> None:
    assert judged(story, "container_scrapped", body(witness=None), last=True) == "stock_second_missing"


def test_barred_where_it_was_barred_or_free(story: list[Seen]) -> None:
    def freed(seen: Seen) -> Seen:
        return replace(seen, head=replace(seen.head, kind="materials.container_freed.v1"))

    assert judged(story, "container_restricted", freed) == "stock_barred_already"


def test_flags_of_a_split_that_are_left_out_or_made_up(story: list[Seen]) -> None:
    assert judged(story, "container_split", flags(), last=True) == "flag_missing"
    assert judged(story, "container_split", flags("container_known")) == "flag_wrong"


def test_what_was_erased_accuses_nobody(story: list[Seen]) -> None:
    def gone(seen: Seen) -> Seen:
        return replace(seen, body=None)

    assert judged(story, "containers_received", gone) is None


def test_what_is_scrapped_in_a_unit_that_its_material_does_not_know(story: list[Seen]) -> None:
    bag = body(quantity={"value": "1.00", "unit": "{bag}"})
    assert judged(story, "container_scrapped", bag) == "stock_unit_wrong"
    [submitted, approved] = density(story[0], "api-1", {"value": "1", "unit": "{bag}"}, {"value": "4", "unit": "kg"})
    assert judged([submitted, approved, *story], "container_scrapped", bag) is None
    # 5.00 kg were split off.
    two = body(quantity={"value": "2", "unit": "{bag}"})
    assert judged([submitted, approved, *story], "container_scrapped", two) == "stock_too_much"
    # Of what was erased nobody can say what it said.
    assert judged([replace(submitted, body=None), approved, *story], "container_scrapped", two) is None


def test_a_carrier_says_nothing_of_what_batches_took(tmp_path: Path) -> None:
    """A move that calls itself the correction of a weighing is none: only a batch knows corrections."""
    site = Store(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    site.place("A-01")
    site.order("B1")
    site.allocate("B1", LABELS[0])
    taken = site.put("material_weighed", weighed("B1", "20.000", container=LABELS[0]))
    given = {"container": LABELS[0], "from": None, "to": "A-01", "reason": None}
    pen, site.now_ms = site.writers["tablet-a"], site.now_ms + 60_000
    said = {"actor": "P-8", "corrects": taken.id, "reason": "typed"}
    site.submit(pen.write("materials.container_moved.v1", f"container/{LABELS[0]}", given, **said))
    assert site.held(LABELS[0]) == "5.000"
    more = site.put("material_weighed", weighed("B1", "5.001", container=LABELS[0], phase="21"))
    assert "container_used_up" in more.flags
    rig = Rig(tmp_path / "witness", Story.of(site.plant))
    assert rig.show(Story.of(site.plant)) == 200, rig.why
    rig.folder.close()
    site.plant.close()


def test_whatever_moves_a_container_the_witness_reckons_as_the_server_does(tmp_path: Path) -> None:
    """What is left after splits, returns and mergers decides whether a weighing used a container up."""
    site = Store(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    first, second, _ = LABELS
    site.order("B1")
    for batch, label in (("B1", first), ("B1", second)):
        site.allocate(batch, label)
    site.split(first, ("S-1", "5.00"))
    site.put("material_weighed", weighed("B1", "4.000", container=first))
    held = {"container": first, "material": "api-1", "lot": "A-5/2", "held": site.stands(first).held, "to": None}
    site.state("production.container_issued.v1", "batch/B1", {"batch": "B1", **held}, "P-8")
    back = {"batch": "B1", "container": first, "quantity": {"value": "15.500", "unit": "kg"}}
    site.hand_back("B1")
    site.state("production.container_returned.v1", "batch/B1", back | {"to": None, "reason": None}, "P-8")
    assert site.held(first) == "15.500"
    # The tablets' clocks stood in the past until now.
    site.now_ms = int(clock.now().timestamp() * 1000)
    told = [
        "container_used_up" in site.put("material_weighed", weighed("B1", net, container=label, phase=phase)).flags
        for net, label, phase in (
            *(("15.500", first, "21"), ("0.001", first, "22"), ("5.001", "S-1", "23")),
            *(("20.000", second, "24"), ("5.000", second, "25"), ("0.001", second, "26")),
        )
    ]
    assert told == [False, True, True, False, False, True]
    site.merge(second, "S-1", device="tablet-a")
    rig = Rig(tmp_path / "witness", Story.of(site.plant))
    assert rig.show(Story.of(site.plant)) == 200, rig.why
    rig.folder.close()
    site.plant.close()
