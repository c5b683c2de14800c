"""A witness finds what a server leaves out or makes up about what was dispensed (MAT-12)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from batch_support import Site, marked
from dispensing_support import API, SALT, Dispensing
from witness_support import Rig, Story

from server.core import clock
from server.production.dispensing.rules import FLAGS, OVERDUE
from server.site.model import UPGRADED, UPGRADED_V1

pytestmark = pytest.mark.urs("PLT-18", "MAT-12")
BALANCE = {"equipment": "BAL-07", "class": "balance", "name": {"zh": "秤", "en": "scale"}, "serial": "1234567"}
EVERY = (*FLAGS, OVERDUE, "out_of_limits")


def clean(at: Dispensing) -> None:
    at.put(API, "3.000")
    at.put(API, "2.128", portion=2)
    at.filler("19.872", "5.128", "19.872")
    assert at.put(SALT, "0.500").flags == ()
    assert at.site.put("phase_completed", marked(at.number, "20")).flags == ()


def wrong(at: Dispensing) -> None:
    """Each flag once."""
    at.again("B2", "portion")
    early = at.filler("1.000", "0", "25.000", verified_by="P-2", cosigner="P-2").flags
    outdated = at.put(API, "5.128", verified_by="P-2", cosigner="P-2").flags
    used = at.potency()
    at.test(assay="97.0")
    at.again("B3")
    differs = at.put(API, "5.128", limits=API_AS_IS, potency=used).flags
    at.site.receive("A-6")
    at.site.order("B4", lots=[{"material": "api-1", "lot": "A-6"}], phases=at.phases())
    at.number = "B4"
    unknown = at.put(API, "1.000", lot="A-6", potency={"assay": None, "water": None}).flags
    at.again("B5", "portion")
    tare = {"tare": {"value": "0.1", "unit": "kg"}}
    alone = at.put(SALT, "0.600", into="B1-20-salt-1", scanned=dict.fromkeys(("room", "balance", "container")), **tare)
    # What was dispensed for this batch, and for another.
    at.put(SALT, "0.001", portion=3)
    assert "label_reused" in at.put(SALT, "0.001", portion=4, container="B5-20-salt-3").flags
    poured = at.put(SALT, "0.001", portion=2, container="B1-20-salt-1").flags
    assert "label_reused" in poured
    open_ = at.site.put("phase_completed", marked("B5", "20")).flags
    at.again("B7")
    lie = {name: SALT[name] for name in ("low", "high", "unit")} | {"target": "0.250"}
    assert at.put(SALT, "0.250", limits=lie).flags == ("quantity_differs",)
    assert at.put(SALT, "0.250", portion=2).flags == ()
    at.again("B6")
    at.site.put("phase_completed", marked("B6", "20"))
    late = at.put(SALT, "0.100").flags
    assert late == ("line_incomplete",)
    due = BALANCE | {"model": "ICS685", "location": "2-114", "calibration_due": "2026-11-21"}
    at.site.state("equipment.equipment_registered.v1", "equipment/BAL-07", due)
    overdue = at.put(SALT, "0.001", portion=2).flags
    assert set(EVERY) <= {*early, *outdated, *differs, *unknown, *alone.flags, *open_, *overdue}


API_AS_IS = {name: API[name] for name in ("low", "high", "target", "unit")}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    at = Dispensing(site)
    clean(at)
    wrong(at)
    yield Story.of(site.plant)
    clock.use_system()
    site.plant.close()


def test_an_honest_log_with_each_of_these_flags_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("flag", EVERY)
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize("flag", [one for one in EVERY if one != "label_reused"])
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.indices("production.material_dispensed.v1")[0]
    forged = story.restamp(index, lambda stamp: replace(stamp, flags=(*stamp.flags, flag)))
    assert rig.show(forged) == 422
    assert rig.found == ("flag_wrong", index)


def test_a_line_that_is_said_to_be_open_and_is_not_is_found(rig: Rig, story: Story) -> None:
    index = story.indices("production.phase_completed.v1")[0]
    forged = story.restamp(index, lambda stamp: replace(stamp, flags=(*stamp.flags, "line_incomplete")))
    assert rig.show(forged) == 422
    assert rig.found == ("flag_wrong", index)


@pytest.mark.parametrize("kind", ["quality.results_recorded.v1", "production.material_dispensed.v1"])
def test_what_was_erased_nobody_is_accused_of(rig: Rig, story: Story, kind: str) -> None:
    index = story.indices(kind)[0]
    named = [{"id": story.entries[index].head.id, "index": index}]
    payload = {"entries": named, "reason": "past retention", "basis": "CN 2010, 162"}
    erased = story.without_payload(index).server_says("site.payloads_erased.v1", "site", payload)
    assert rig.show(erased) == 200, rig.why


def test_a_portion_out_of_what_was_dispensed_for_another_batch_that_was_not_flagged(rig: Rig, story: Story) -> None:
    index = story.flagged("label_reused")
    assert story.entries[index].envelope.body["container"] == "B1-20-salt-1"
    assert rig.show(story.without_flag("label_reused")) == 422
    assert rig.found == ("flag_missing", index)


def test_a_portion_out_of_a_portion_of_the_same_batch_that_was_not_flagged(rig: Rig, story: Story) -> None:
    index = story.indices("production.material_dispensed.v1")
    [here] = [at for at in index if story.entries[at].envelope.body["container"] == "B5-20-salt-3"]
    forged = story.restamp(here, lambda stamp: replace(stamp, flags=tuple(set(stamp.flags) - {"label_reused"})))
    assert rig.show(forged) == 422
    assert rig.found == ("flag_missing", here)


@pytest.mark.urs("PLT-18", "MAT-12")
def test_a_portion_that_says_of_itself_what_it_is_worth_is_reckoned_by_the_recipe(rig: Rig, story: Story) -> None:
    """The honest log has one that is half of its line by its own word, and one after it that completes the line."""
    assert any(one["limits"]["target"] == "0.250" for one in story.payloads("production.material_dispensed.v1")), (
        "the story lies"
    )
    assert rig.show(story) == 200, rig.why


@pytest.mark.urs("CMP-05", "PLT-18", "MAT-12")
def test_a_version_that_asked_not_what_a_portion_was_taken_out_of_is_not_accused(rig: Rig, story: Story) -> None:
    index = story.flagged("label_reused")
    before = story.first(index).upgraded(UPGRADED_V1)
    bare = tuple(one for one in story.entries[index].stamp.flags if one != "label_reused")
    assert rig.show(before.then(story.entries[index].envelope, flags=bare)) == 200, rig.why


@pytest.mark.urs("CMP-05", "PLT-18", "MAT-12")
def test_what_a_version_did_not_ask_is_asked_of_the_next_one(rig: Rig, story: Story) -> None:
    index = story.flagged("label_reused")
    today = story.first(index).upgraded(UPGRADED_V1).upgraded()
    bare = tuple(one for one in story.entries[index].stamp.flags if one != "label_reused")
    assert rig.show(today.then(story.entries[index].envelope, flags=bare)) == 422
    assert rig.found == ("flag_missing", index + 2)


@pytest.mark.urs("CMP-05", "PLT-18", "MAT-12")
@pytest.mark.parametrize(("kind", "shown"), [(UPGRADED_V1, 200), (UPGRADED, 422)])
def test_a_portion_was_worth_what_it_said_of_itself_then(rig: Rig, story: Story, kind: str, shown: int) -> None:
    """Of B7: all of its line by its own word, so that the portion after it was too much."""
    dispensed = story.indices("production.material_dispensed.v1")
    lies = next(at for at in dispensed if story.entries[at].envelope.body["limits"]["target"] == "0.250")
    after = dispensed[dispensed.index(lies) + 1]
    begun = story.first(lies).upgraded(UPGRADED_V1)
    begun = begun.then(story.entries[lies].envelope, flags=("quantity_differs",)).upgraded(kind)
    told = begun.then(story.entries[after].envelope, flags=("out_of_limits",))
    assert rig.show(told) == shown, rig.why
