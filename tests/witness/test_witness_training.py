"""A witness finds a server that takes work or decisions of people who were not qualified as if they had been."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from batch_support import LOT, Site, cleared, marked, weighed
from control_support import release
from recipe_support import step
from training_support import Training, granted
from usage_support import decide
from witness_support import Rig, Story, spared

from server.core import clock

pytestmark = pytest.mark.urs("PLT-18", "IDN-07")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Story]]:
    folder = tmp_path_factory.mktemp("training")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    training = Training(site)
    training.publish()
    training.publish("SOP-2")
    training.publish("Q-1", type="qualification", demands="training")
    training.require("phase", "line_clearance", "SOP-1")
    training.require("phase", "weighing", "Q-1")
    manager = training.hire()
    training.require("action", "second_check", "SOP-2", by=manager)
    training.require("action", "lot.decide", "SOP-2", by=manager)
    training.require("action", "lot.receive", "SOP-2")
    training.read("SOP-1", "P-1")
    training.grant("Q-1", "P-1")
    site.order("B1")
    site.now_ms = int(clock.now().timestamp() * 1000)
    site.put("line_cleared", cleared("B1"))
    site.put("phase_completed", marked("B1", "10"), actor="P-2")
    site.put("material_weighed", weighed("B1", verified_by="P-2"), cosigner="P-2")
    training.require("equipment", "iso-7", "Q-1")
    release(site, "B2", [step("10", "instruction", needs=["equipment:iso-7"])])
    assert site.put("phase_started", marked("B2", "10"), actor="P-2").flags == ("not_qualified",)
    training.read("SOP-2", "P-5")
    decide(site.plant, LOT["material"], LOT["lot"], "restricted", "P-5")
    one = {"container": "X-1", "quantity": {"value": "1.000", "unit": "kg"}}
    site.state("materials.containers_received.v1", "lot/api-1/A-5/2", {**LOT, "containers": [one]}, "P-3")
    yield site, Story.of(site.plant)
    site.plant.close()


@pytest.fixture
def rig(tmp_path: Path, story: tuple[Site, Story]) -> Iterator[Rig]:
    made = Rig(tmp_path / "witness", story[1])
    yield made
    made.folder.close()


def test_what_the_server_judged_rightly_is_cosigned(rig: Rig, story: tuple[Site, Story]) -> None:
    assert rig.show(story[1]) == 200, rig.why
    assert sum("not_qualified" in entry.stamp.flags for entry in story[1].entries) == 4


def test_a_flag_that_was_left_out_is_found(rig: Rig, story: tuple[Site, Story]) -> None:
    assert rig.show(story[1].without_flag("not_qualified")) == 422
    assert rig.found == ("flag_missing", story[1].flagged("not_qualified"))


def test_a_flag_for_what_the_recipe_asks_for_besides_is_missed_when_left_out(
    rig: Rig, story: tuple[Site, Story]
) -> None:
    [index] = story[1].indices("production.phase_started.v1")
    assert rig.show(story[1].restamp(index, lambda stamp: replace(stamp, flags=()))) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.urs("CMP-05")
def test_a_version_that_did_not_ask_what_a_recipe_names_besides_is_not_accused(
    rig: Rig, story: tuple[Site, Story]
) -> None:
    [index] = story[1].indices("production.phase_started.v1")
    spared(rig, story[1].first(index + 1), "not_qualified")


def test_a_flag_for_somebody_who_was_qualified_is_found(rig: Rig, story: tuple[Site, Story]) -> None:
    [index] = story[1].indices("production.line_cleared.v1")
    forged = story[1].restamp(index, lambda stamp: replace(stamp, flags=("not_qualified",)))
    assert rig.show(forged) == 422
    assert rig.found == ("flag_wrong", index)


@pytest.mark.parametrize(
    ("kind", "actor", "payload", "code"),
    [
        ("materials.lot_status_changed.v1", "P-6", {**LOT, "status": "rejected", "reason": "x"}, "not_qualified"),
        ("training.qualification_granted.v1", "P-3", granted("Q-1", "P-3"), "qualification_own"),
    ],
)
def test_a_decision_that_should_have_been_refused_is_found(
    rig: Rig, story: tuple[Site, Story], kind: str, actor: str, payload: dict[str, object], code: str
) -> None:
    pen = story[1].pen("server", story[1].signer)
    forged = story[1].then(pen.write(kind, "lot/api-1/A-5/2", payload, actor=actor))
    assert rig.show(forged) == 422
    assert rig.found == (code, len(story[1].entries))


def test_where_a_procedure_was_erased_nobody_is_accused(rig: Rig, story: tuple[Site, Story]) -> None:
    """Without its first version nobody can say any more who held it: neither flag nor its absence is held against."""
    index = story[1].indices("training.version_published.v1")[0]
    named = [{"id": story[1].entries[index].head.id, "index": index}]
    payload = {"entries": named, "reason": "past retention", "basis": "CN 2010, 162"}
    erased = story[1].without_payload(index).without_flag("not_qualified")
    assert rig.show(erased.server_says("site.payloads_erased.v1", "site", payload)) == 200, rig.why
