"""A witness finds what a server leaves out or makes up about printed materials and their specimens (PRD-11)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from batch_support import Site
from packaging_support import Packing, packed, specimen
from witness_support import Rig, Story

from server.core import clock
from server.production.packaging.rules import DIFFERS, MISSING
from server.production.yields.rules import DIFFERS as CALCULATED
from server.production.yields.rules import OUT, STALE, UNEXPLAINED

pytestmark = pytest.mark.urs("PLT-18", "PRD-11")
EVERY = (MISSING, DIFFERS, CALCULATED, OUT, STALE, UNEXPLAINED)


def packaging(site: Site) -> None:
    """One batch that is packed without a fault, one with every fault there is."""
    good = Packing(site, "B1")
    good.balance()
    good.labels()
    kept = good.keep()
    assert good.site.put("specimen_kept", kept_again(good), corrects=kept.id, reason="blurred").flags == ()
    assert good.mark("phase_completed", "30").flags == ()
    bad = Packing(site, "B2")
    short = bad.short()
    assert bad.balance("99.9", item="label", issued="1980", destroyed="10", specimens="0").flags == (CALCULATED,)
    assert MISSING in bad.mark("phase_completed", "30").flags
    assert UNEXPLAINED in bad.mark("phase_started", "40").flags
    assert bad.explain(short.id).flags == ()
    assert UNEXPLAINED not in bad.mark("phase_completed", "40").flags
    assert DIFFERS in bad.keep(number="B1").flags
    better = bad.site.put("parameter_recorded", packed("B2", "981"), corrects=bad.packs, reason="miscounted")
    assert STALE in better.flags


def kept_again(packing: Packing) -> dict[str, object]:
    return specimen(packing.batch, blob="ab" * 32)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    packaging(site)
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


@pytest.mark.parametrize(
    ("kind", "flag"),
    [
        ("production.specimen_kept.v1", DIFFERS),
        ("production.phase_completed.v1", MISSING),
        ("production.material_balanced.v1", CALCULATED),
    ],
)
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, kind: str, flag: str) -> None:
    (index, *_) = story.indices(kind)
    made_up = story.restamp(index, lambda stamp: replace(stamp, flags=(*stamp.flags, flag)))
    assert rig.show(made_up) == 422
    assert rig.found == ("flag_wrong", index)


def test_without_a_specimen_that_was_erased_nothing_is_judged_of_its_batch(rig: Rig, story: Story) -> None:
    (index, *_) = story.indices("production.specimen_kept.v1")
    rig.show(story.without_payload(index))
    assert rig.found is None or "flag" not in rig.found[0]
