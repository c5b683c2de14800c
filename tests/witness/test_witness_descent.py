"""A witness finds what comes of batches otherwise than by the rule, or is released too early (PRD-14)."""

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import count, takewhile
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from control_support import approved, explained, items, master_of, release, reported
from descent_support import (
    defined,
    kilograms,
    made,
    merge,
    merge_of,
    ordered,
    out_of_limits,
    rework,
    rework_of,
    split,
    split_of,
)
from recipe_support import step
from release_support import sign
from support import ROOT
from witness_support import Rig, Story, upgrade, witnessed

from server.production.descent import model, rules
from server.production.descent.model import Origin
from server.production.model import FORMED, batch_stream
from server.recipes.model import recipe_hash
from server.release import queries as releases
from server.release.model import ASSESSED_KIND, RELEASED_KIND
from server.site.model import UPGRADED

KINDS = json.loads((ROOT / "tests/vectors/kinds.json").read_text())
pytestmark = pytest.mark.urs("PRD-14", "PLT-18")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """B1 was split into B2 and B3, these were merged into B4, and that was reworked as B5. C1 has done phase 10; D1 was
    split with something open; E1 with its second phase skipped."""
    folder = tmp_path_factory.mktemp("descent")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    ordered(site)
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    merge(site, "B4", "100.000", "B2", "B3")
    rework(site, "B4", "B5", stage="20")
    ordered(site, "C1")
    ordered(site, "D1")
    site.put("phase_skipped", {"batch": "D1", "phase": "20", "reason": "none there"})
    for phase in ("30", "40"):
        site.put("phase_skipped", {"batch": "D1", "phase": phase, "reason": "none there"})
    # From here on a flow reviews what is finished: the review of D1 ends, those of its parts begin.
    said = {"flow": "batch-review", "reason": "SOP-QA-012"}
    site.state("flows.flow_enabled.v1", "flow/batch-review", said, actor="P-5")
    split(site, "D1", ("D2", "40.000"), ("D3", "60.000"))
    release(site, "E1", [step("10", "instruction"), step("20", "instruction", "10"), step("30", "instruction", "20")])
    site.put("phase_skipped", {"batch": "E1", "phase": "20", "reason": "none there"})
    site.hand_back("E1")
    split(site, "E1", ("E2", "40.000"), ("E3", "60.000"))
    # Of E3 nothing is left of 20, which its parent had.
    rework(site, "E3", "E4", stage="20")
    # Three thirds of 12.640 kg (12.600-12.680), each rounded.
    release(site, "G1")
    site.hand_back("G1")
    split(site, "G1", ("G2", "33.333"), ("G3", "33.333"), ("G4", "33.334"))
    merge(site, "G5", "100.000", "G2", "G3", "G4")
    # At most 12.680 kg: 4.229 kg of 33.35 %, of which half would be 2.115 kg; of 16.675 % it is 2.114 kg.
    release(site, "H1")
    site.hand_back("H1")
    split(site, "H1", ("H2", "33.350"), ("H3", "66.650"))
    split(site, "H2", ("H4", "16.675"), ("H5", "16.675"))
    # A bulk product may be made into something else by another process; then it was none after all.
    defined(site, "bulk")
    release(site, "K1", [step("10", "instruction")])
    site.hand_back("K1")
    rework(site, "K1", "K2", way="other")
    defined(site, "finished")
    for one in items(site, "B1"):
        assessed = {"batch": "B1", "exception": one.id, "assessment": "Looked at"}
        site.state("release.exception_assessed.v1", "batch/B1", assessed, actor="P-5")
    out_of_limits(site, "Y1")
    site.put("yield_explained", explained("Z1", out_of_limits(site, "Z1")), cosigner="P-3")
    split(site, "Z1", ("Z2", "40.000"), ("Z3", "60.000"))
    yield Story.of(site.plant)
    site.plant.close()


def test_what_the_door_lets_through_is_cosigned(rig: Rig, story: Story) -> None:
    how = [one["how"] for one in story.payloads(FORMED)]
    assert how == [
        "split",
        "split",
        "merge",
        "rework",
        *["split"] * 4,
        "rework",
        *["split"] * 3,
        "merge",
        *["split"] * 4,
        "rework",
        *["split"] * 2,
    ]
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        (model.SPLIT_KIND, split_of("C1", ("C2", "40.000"), ("C3", "60.001")), "batch_quantities_differ"),
        (model.SPLIT_KIND, split_of("B1", ("C2", "40.000"), ("C3", "60.000")), "batch_closed"),
        (model.SPLIT_KIND, split_of("C1", ("C2", "40.000"), ("C1", "60.000")), "batch_known"),
        (model.MERGED_KIND, merge_of("C2", "200.000", "C1", "B5"), "batches_differ"),
        (model.REWORK_KIND, rework_of("C1", "C2", way="other"), "rework_way_forbidden"),
        (model.REWORK_KIND, rework_of("C1", "C2", stage="99"), "rework_stage_unknown"),
        (model.REWORK_KIND, rework_of("E2", "C2", stage="40"), "rework_stage_unknown"),
        (model.REWORK_KIND, rework_of("C1", "C2", recipe="MR-TAB"), "recipe_not_effective"),
    ],
)
def test_what_the_door_refuses_is_found(rig: Rig, story: Story, kind: str, given: dict[str, Any], code: str) -> None:
    actor = "P-5" if kind == model.REWORK_KIND else "P-3"
    assert rig.show(story.stated(kind, batch_stream(given["batch"]), given, actor)) == 422
    assert rig.found == (code, len(story.entries))


def test_a_split_of_what_a_device_still_holds_is_found(rig: Rig, story: Story) -> None:
    (index,) = [one for one in story.indices(model.SPLIT_KIND) if story.entries[one].head.stream == "batch/B1"]
    returned = story.indices("handheld.lease_returned.v1")[0]
    before, given = story.first(returned), story.payloads(model.SPLIT_KIND)[0]
    assert returned < index
    assert rig.show(before.stated(model.SPLIT_KIND, "batch/B1", given, "P-3")) == 422
    assert rig.found == ("batch_on_devices", returned)


def test_a_split_of_a_batch_whose_yield_nobody_has_explained_is_found(rig: Rig, story: Story) -> None:
    given = split_of("Y1", ("Y2", "40.000"), ("Y3", "60.000"))
    assert rig.show(story.stated(model.SPLIT_KIND, "batch/Y1", given, "P-3")) == 422
    assert rig.found == ("yield_unexplained", len(story.entries))


def test_a_batch_that_comes_of_nothing_is_found(rig: Rig, story: Story) -> None:
    given = story.payloads(FORMED)[0] | {"batch": "X1"}
    assert rig.show(story.server_says(FORMED, "batch/X1", given)) == 422
    assert rig.found is not None
    assert rig.found[0] in {"batch_formed_wrong", "batch_number_missing"}


@pytest.mark.parametrize("changes", [{"size": kilograms("99.000")}, {"phases": []}, {"parents": ["B1", "C1"]}])
def test_a_batch_that_is_something_else_than_was_decided_is_found(
    rig: Rig, story: Story, changes: dict[str, Any]
) -> None:
    (index, *_) = story.indices(FORMED)
    given = story.payloads(FORMED)[0] | changes
    shorter = story.first(index)
    assert rig.show(shorter.server_says(FORMED, "batch/B2", given)) == 422
    assert rig.found == ("batch_formed_wrong", index)


def test_a_part_in_which_a_phase_waits_for_nothing_is_found(rig: Rig, story: Story) -> None:
    """20 was skipped and 10 is still to do: 30 waits for 10."""
    (at,) = [one for one in story.indices(FORMED) if story.entries[one].head.stream == "batch/E2"]
    (given,) = [one for one in story.payloads(FORMED) if one["batch"] == "E2"]
    loose = given | {"phases": [one | {"after": []} for one in given["phases"]]}
    assert rig.show(story.first(at).server_says(FORMED, "batch/E2", loose)) == 422
    assert rig.found == ("batch_formed_wrong", at)


def test_a_merged_batch_with_limits_that_its_recipe_has_not_is_found(rig: Rig, story: Story) -> None:
    (at,) = [one for one in story.indices(FORMED) if story.entries[one].head.stream == "batch/G5"]
    (given,) = [one for one in story.payloads(FORMED) if one["batch"] == "G5"]
    weighing, *others = given["phases"]
    assert [weighing[name] for name in ("low", "target", "high")] == ["12.600", "12.640", "12.680"]
    wider = given | {"phases": [weighing | {"high": "12.681"}, *others]}
    assert rig.show(story.first(at).server_says(FORMED, "batch/G5", wider)) == 422
    assert rig.found == ("batch_formed_wrong", at)


def test_a_part_of_a_part_that_was_scaled_from_rounded_amounts_is_found(rig: Rig, story: Story) -> None:
    (at,) = [one for one in story.indices(FORMED) if story.entries[one].head.stream == "batch/H4"]
    (given,) = [one for one in story.payloads(FORMED) if one["batch"] == "H4"]
    weighing, *others = given["phases"]
    assert [weighing[name] for name in ("low", "target", "high")] == ["2.101", "2.108", "2.114"]
    drifted = given | {"phases": [weighing | {"high": "2.115"}, *others]}
    assert rig.show(story.first(at).server_says(FORMED, "batch/H4", drifted)) == 422
    assert rig.found == ("batch_formed_wrong", at)


def test_a_part_that_is_left_out_is_found(rig: Rig, story: Story) -> None:
    (index, *_) = story.indices(FORMED)
    shorter = story.first(index)
    given = story.payloads("handheld.lease_returned.v1")[0]
    assert rig.show(shorter.server_says("handheld.lease_returned.v1", "batch/B1", given)) == 422
    assert rig.found == ("batch_formed_wrong", index)


@pytest.mark.parametrize(("batch", "code"), [("B1", "batch_gone"), ("D2", "release_blocked")])
def test_a_release_of_what_is_gone_or_came_of_something_open_is_found(
    rig: Rig, story: Story, batch: str, code: str
) -> None:
    given = KINDS[RELEASED_KIND] | {"batch": batch, "signer": {"id": "P-5", "name": "赵", "name_en": "Zhao"}}
    assert rig.show(story.stated(RELEASED_KIND, batch_stream(batch), given, "P-5")) == 422
    assert rig.found == (code, len(story.entries))


def test_where_it_was_erased_that_an_exception_was_assessed_nobody_is_accused_of_a_release(tmp_path: Path) -> None:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    made(site, "B1")
    site.put("exception_raised", reported("B1", "spill", phase="10"), subject="10/exception")
    for one in items(site, "B1"):
        assessed = {"batch": "B1", "exception": one.id, "assessment": "Looked at"}
        site.state(ASSESSED_KIND, "batch/B1", assessed, actor="P-5")
    split(site, "B1", ("B2", "50.000"), ("B3", "50.000"))
    sign(site, "released", batch="B2")
    story = Story.of(site.plant)
    site.plant.close()
    at = story.indices(ASSESSED_KIND)[0]
    named = [{"id": story.entries[at].head.id, "index": at}]
    said = {"entries": named, "reason": "past retention", "basis": "CN 2010, 162"}
    rig = Rig(tmp_path / "rig", story)
    assert rig.show(story.without_payload(at).server_says("site.payloads_erased.v1", "site", said)) == 200, rig.why
    rig.folder.close()


def test_whatever_was_erased_of_a_descent_accuses_nobody(tmp_path: Path, story: Story) -> None:
    """Each decision alone, with and without what came of it, and everything at once: an honest log without payloads."""
    decided = [index for kind in model.DECISIONS for index in story.indices(kind)]
    formed = story.indices(FORMED)
    whole = [[index, *_behind(index, formed)] for index in decided]
    for named in (*([index] for index in decided), *whole, sorted([*decided, *formed])):
        status, found = witnessed(tmp_path / f"{named[0]}-{len(named)}", _erased(story, named))
        assert (status, found) == (200, None), [story.entries[one].head.kind for one in named]


def _behind(index: int, formed: Collection[int]) -> list[int]:
    """What stands right behind a decision as what came of it."""
    return [*takewhile(lambda one: one in formed, count(index + 1))]


def _erased(story: Story, named: Sequence[int]) -> Story:
    said = [{"id": story.entries[one].head.id, "index": one} for one in named]
    given = {"entries": said, "reason": "past retention", "basis": "CN 2010, 162"}
    story = story.server_says("site.payloads_erased.v1", "site", given)
    for one in named:
        story = story.without_payload(one)
    return story


def test_what_a_device_adds_to_a_batch_whose_part_is_released_owes_its_flag(tmp_path: Path) -> None:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    for batch, parts in (("B1", ("B2", "B3")), ("C1", ("C2", "C3"))):
        made(site, batch)
        split(site, batch, *((one, "50.000") for one in parts))
    sign(site, "released", batch="B2")
    for batch, flagged in (("C1", False), ("B1", True)):
        added = site.put("remark_added", {"batch": batch, "phase": None, "text": "the sieve was torn"})
        assert ("post_seal" in added.flags) is flagged
    story = Story.of(site.plant)
    site.plant.close()
    for name, shown, found in (
        ("told", story, None),
        ("hidden", story.without_flag("post_seal"), ("flag_missing", story.flagged("post_seal"))),
    ):
        assert witnessed(tmp_path / name, shown) == (200 if found is None else 422, found)


def _as_it_stands(parent: Origin, _: Any) -> Origin:
    """From what a version of before scaled the parts of a part."""
    return parent


@pytest.mark.parametrize(("today", "found"), [(False, None), (True, "batch_formed_wrong")])
def test_a_part_of_a_part_is_judged_by_what_its_server_scaled_it_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, today: bool, found: str | None
) -> None:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    if today:
        site.state(UPGRADED, "site", upgrade(UPGRADED))
    release(site, "H1")
    site.hand_back("H1")
    with monkeypatch.context() as patched:
        patched.setattr(rules, "_unrounded", _as_it_stands)
        split(site, "H1", ("H2", "33.350"), ("H3", "66.650"))
        split(site, "H2", ("H4", "16.675"), ("H5", "16.675"))
        merge(site, "H6", "33.350", "H4", "H5")
    story = Story.of(site.plant)
    site.plant.close()
    (at,) = [one for one in story.indices(FORMED) if story.entries[one].head.stream == "batch/H4"]
    assert witnessed(tmp_path / "witness", story) == ((200, None) if found is None else (422, (found, at)))


@pytest.mark.parametrize(("today", "found"), [(False, None), (True, "rework_way_forbidden")])
def test_a_rework_by_another_process_is_asked_of_who_knew_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, today: bool, found: str | None
) -> None:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    if today:
        site.state(UPGRADED, "site", upgrade(UPGRADED))
    ordered(site)
    with monkeypatch.context() as patched:
        patched.setattr(model, "ways", lambda _: (model.SAME, model.OTHER))
        rework(site, "B1", "B2", way="other")
    story = Story.of(site.plant)
    site.plant.close()
    (at,) = story.indices(model.REWORK_KIND)
    assert witnessed(tmp_path / "witness", story) == ((200, None) if found is None else (422, (found, at)))


@pytest.mark.parametrize(("today", "found"), [(False, None), (True, "rework_own")])
def test_a_rework_that_was_signed_by_who_made_the_batch_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, today: bool, found: str | None
) -> None:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    if today:
        site.state(UPGRADED, "site", upgrade(UPGRADED))
    ordered(site)
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "wet"}, actor="P-5")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    with monkeypatch.context() as patched:
        patched.setattr(releases, "produced", lambda *_: False)
        rework(site, "B2", "B4")
    story = Story.of(site.plant)
    site.plant.close()
    (at,) = story.indices(model.REWORK_KIND)
    assert witnessed(tmp_path / "witness", story) == ((200, None) if found is None else (422, (found, at)))


@pytest.mark.parametrize(("today", "found"), [(False, None), (True, "rework_process_other")])
def test_another_process_that_is_called_the_same_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, today: bool, found: str | None
) -> None:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    if today:
        site.state(UPGRADED, "site", upgrade(UPGRADED))
    ordered(site)
    other = master_of([step("R1", "instruction", name={"zh": "磨", "en": "Mill"})])
    approved(site.plant, other)
    by = {name: other[name] for name in ("recipe", "version")} | {"recipe_hash": recipe_hash(other)}
    with monkeypatch.context() as patched:
        patched.setattr(rules, "process_refused", lambda *_: None)
        rework(site, "B1", "B2", **by)
    story = Story.of(site.plant)
    site.plant.close()
    (at,) = story.indices(model.REWORK_KIND)
    assert witnessed(tmp_path / "witness", story) == ((200, None) if found is None else (422, (found, at)))
