"""A witness finds what a server keeps quiet about, or makes up, about machines in alarm (EQP-05, PRD-08)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from batch_support import Site, weighed
from course_support import Branches
from witness_support import Rig, Story, spared, upgrade, witnessed

from server.core import clock, rebuild
from server.core.record import Recorded
from server.equipment.alarms import model, queries
from server.site.model import UPGRADED
from sync.entry import Envelope

pytestmark = pytest.mark.urs("PLT-18", "EQP-01", "EQP-05", "PRD-08")
ALARM = {"equipment": "PR-1", "what": "E42", "severity": "major", "source": "manual"}
# A use, work that began, an alarm on a tablet and one of a machine that came late.
KINDS = (
    "production.equipment_identified.v1",
    "production.phase_started.v1",
    "production.alarm_raised.v1",
    model.RAISED,
    "production.material_weighed.v1",
)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    made, other, third = Branches(site), Branches(site, "B2"), Branches(site, "B3")
    for code in ("PR-1", "PR-2", "PR-3"):
        made.register(code, "press", None)
    made.do("10")
    made.identify("20", "PR-1")
    raised = site.state(model.RAISED, "equipment/PR-1", ALARM, "P-1")
    made.wait(6)
    told = [made.start("20"), other.identify("20", "PR-1")]
    clear(site, raised.id)
    made.wait(6)
    other.do("10")
    assert other.start("20").flags == ()
    late = made.write_alarm("20", "PR-2")
    of_machine = ALARM | {"equipment": "PR-3", "source": "machine"}
    also = site.writers["bridge-1"].write(model.RAISED, "equipment/PR-3", of_machine, actor="bridge-1")
    made.wait(6)
    third.identify("20", "PR-2")
    third.identify("30", "PR-3")
    told += [site.submit(late), site.submit(also)]
    assert {one.flags for one in told} == {(model.IN_ALARM,)}
    site.order("B9")
    made.register("BAL-07", "balance", None)
    site.state(model.RAISED, "equipment/BAL-07", ALARM | {"equipment": "BAL-07"}, "P-1")
    made.wait(6)
    assert model.IN_ALARM in weigh(site).flags
    yield Story.of(site.plant)
    clock.use_system()
    site.plant.close()


def _without(flags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in flags if one != model.IN_ALARM)


def weigh(site: Site) -> Recorded:
    reading = site.read_weight(net="12.640")
    return site.put("material_weighed", weighed("B9", source="device", reading=reading))


def clear(site: Site, alarm: str) -> None:
    site.now_ms += 60_000
    site.state(model.CLEARED, "equipment/PR-1", {"equipment": "PR-1", "alarm": alarm, "reason": "filter changed"})


def test_an_honest_log_with_each_of_these_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("kind", KINDS)
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, kind: str) -> None:
    index = next(at for at in story.indices(kind) if model.IN_ALARM in story.entries[at].stamp.flags)
    assert rig.show(story.restamp(index, lambda stamp: replace(stamp, flags=_without(stamp.flags)))) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize("kind", [KINDS[0], KINDS[1], KINDS[3]])
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, kind: str) -> None:
    index = next(at for at in story.indices(kind) if model.IN_ALARM not in story.entries[at].stamp.flags)
    assert rig.show(story.with_flag(index, model.IN_ALARM)) == 422
    assert rig.found == ("flag_wrong", index)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"alarm": "0" * 36}, model.NO_ALARM), ({"equipment": "PR-2"}, model.NO_ALARM), ({}, model.GONE)],
)
def test_a_clearing_that_the_door_refuses_is_found(rig: Rig, story: Story, change: dict[str, Any], code: str) -> None:
    raised = story.entries[story.indices(model.RAISED)[0]].head.id
    said = {"equipment": "PR-1", "alarm": raised, "reason": "why not"} | change
    assert rig.show(story.server_says(model.CLEARED, "equipment/PR-1", said)) == 422
    assert rig.found == (code, len(story.entries))


def test_what_was_erased_nobody_is_accused_of(rig: Rig, story: Story) -> None:
    index = story.indices(model.RAISED)[0]
    named = [{"id": story.entries[index].head.id, "index": index}]
    payload = {"entries": named, "reason": "past retention", "basis": "CN 2010, 162"}
    flagged = [at for at, one in enumerate(story.entries) if model.IN_ALARM in one.stamp.flags]
    erased = story.without_payload(index)
    for at in flagged[:2]:
        erased = erased.restamp(at, lambda stamp: replace(stamp, flags=_without(stamp.flags)))
    assert rig.show(erased.server_says("site.payloads_erased.v1", "site", payload)) == 200, rig.why


def test_what_goes_on_in_an_alarm_is_asked_from_the_edition_that_tells_of_it(tmp_path: Path) -> None:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    made = Branches(site)
    made.register("PR-1", "press", None)
    made.do("10")
    made.identify("20", "PR-1")
    made.start("20")
    made.alarm("20", "PR-1")
    assert made.end("20").flags == (model.IN_ALARM,)
    story = Story.of(site.plant)
    clock.use_system()
    site.plant.close()
    assert witnessed(tmp_path / "honest", story) == (200, None)
    spared(Rig(tmp_path / "witness", story), story, model.IN_ALARM)


@pytest.mark.parametrize(
    ("flag", "said", "actor", "stream"),
    [
        (model.NOT_A_BRIDGE, {"source": "machine"}, "P-1", "PR-1"),
        (model.NOT_PERMITTED, {}, "P-9", "PR-1"),
        (model.NOT_PERMITTED, {}, "nobody", "PR-1"),
        (model.MISPLACED, {}, "P-1", "PR-2"),
    ],
)
def test_who_raises_an_alarm_is_asked_from_the_edition_that_asks(
    tmp_path: Path, flag: str, said: dict[str, str], actor: str, stream: str
) -> None:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    Branches(site).register("PR-1", "press", None)
    pen = site.writers["tablet-b"]
    told = site.submit(pen.write(model.RAISED, f"equipment/{stream}", ALARM | said, actor=actor))
    assert told.flags == (flag,)
    story = Story.of(site.plant)
    site.plant.close()
    assert witnessed(tmp_path / "honest", story) == (200, None)
    spared(Rig(tmp_path / "witness", story), story, flag)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.urs("PRD-14")
def test_whatever_comes_in_whatever_order_door_and_witness_say_the_same(tmp_path: Path, seed: int) -> None:
    """What is typed in from paper is asked from the edition on that goes by its times; before, every other seed."""
    chance, stated = Random(seed), seed % 2 == 0
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    try:
        if stated:
            site.state(UPGRADED, "site", upgrade(UPGRADED))
        batches = [Branches(site, f"C{number}") for number in range(3)]
        for one in batches:
            site.state("release.blank_issued.v1", f"batch/{one.batch}", _copy(one), "P-5")
        for code in PIECES:
            batches[0].register(code, "press", None)
        late: list[Envelope] = []
        what = STEPS + (PAPER if stated else ())
        told = [step(site, chance, chance.choice(batches), late, chance.choice(what)) for _ in range(140)]
        told += [site.submit(one).flags for one in late]
        assert any(model.IN_ALARM in flags for flags in told)
        assert any("from_paper" in flags for flags in told) is stated
        assert witnessed(tmp_path / "witness", Story.of(site.plant)) == (200, None)
        assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []
    finally:
        clock.use_system()
        site.plant.close()


PIECES = ("PR-1", "PR-2")
STEPS = ("identify", "start", "end", "hold", "resume", "tablet", "late", "desk", "clear", "come")
PAPER = ("paper", "ended")


def _copy(made: Branches) -> dict[str, Any]:
    return {"batch": made.batch, "copy": 1, "reason": None}


def _times(site: Site, chance: Random) -> dict[str, str]:
    """Of some work on paper, up to now."""
    times = sorted(site.now_ms - chance.randrange(0, 60) * 60_000 for _ in range(2))
    first, last = (clock.text(datetime.fromtimestamp(at / 1000, UTC)) for at in times)
    return {"done_from": first, "done_to": last}


def step(site: Site, chance: Random, made: Branches, late: list[Envelope], what: str) -> tuple[str, ...]:
    """Something that happens to a machine or with it; what tablet-b writes comes some time later, in its order."""
    code, phase = chance.choice(PIECES), chance.choice(["10", "20", "30", "40"])
    made.wait(chance.choice([0, 1, 4, 7]))
    place = {"batch": made.batch, "phase": phase}
    match what:
        case "identify":
            return made.identify(phase, code).flags
        case "start":
            return made.start(phase).flags
        case "end":
            return made.end(phase).flags
        case "hold":
            return made.hold(phase).flags
        case "resume":
            return made.resume(phase).flags
        case "paper":
            by = {"copy": 1, "done_by": "P-2", "comment": None, "photo": None}
            return site.put("paper_begun", place | by | _times(site, chance)).flags
        case "ended":
            return site.put("paper_ended", place | {"verified_by": "P-2"}, cosigner="P-2").flags
        case "tablet":
            return made.alarm(phase, code).flags
        case "late":
            late.append(made.write_alarm(phase, code))
        case "desk":
            return site.state(model.RAISED, f"equipment/{code}", ALARM | {"equipment": code}, "P-1").flags
        case "clear":
            with site.plant.engine.connect() as connection:
                standing = queries.standing(connection).get(code, [])
            if standing:
                said = {"equipment": code, "alarm": chance.choice(standing).id, "reason": "put right"}
                site.state(model.CLEARED, f"equipment/{code}", said)
        case _ if late:
            return site.submit(late.pop(0)).flags
    return ()
