"""A witness finds what a server leaves out or makes up about printed materials and their specimens (PRD-11)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, marked
from packaging_stock_support import FIRST, count, foil, issue, order
from packaging_support import Packing, packed, specimen
from release_support import sign
from stock_support import Store
from witness_support import Rig, Story, since, spared, upgrade, witnessed

from server.core import clock
from server.core.kinds import Registry
from server.plant import ROOMS
from server.production import model
from server.production.issuing.model import RETURNED
from server.production.packaging.rules import COUNTED, DIFFERS, ISSUED, MISSING
from server.production.yields.rules import DIFFERS as CALCULATED
from server.production.yields.rules import OUT, STALE, UNEXPLAINED
from server.site.model import UPGRADED, UPGRADED_V1
from server.witness.granting import GrantRules
from server.witness.issuing import IssuingRules
from server.witness.lineage import Lineage
from server.witness.papers import PaperRules
from server.witness.reconciling import ReconcilingRules
from server.witness.seen import Seen
from server.witness.stock import StockRules
from server.witness.yields import YieldRules
from sync.errors import SyncError

pytestmark = pytest.mark.urs("PLT-18", "PRD-11")
EVERY = (MISSING, DIFFERS, COUNTED, CALCULATED, OUT, STALE, UNEXPLAINED)


def packaging(site: Site) -> None:
    """One batch that is packed without a fault, one with every fault there is."""
    good = Packing(site, "B1")
    good.balance()
    good.labels()
    # Since a version with an edition that asks it: nobody counts less than nothing.
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    kept = good.keep()
    assert good.site.put("specimen_kept", kept_again(good), corrects=kept.id, reason="blurred").flags == ()
    assert good.mark("phase_completed", "30").flags == ()
    uncounted = Packing(site, "B3")
    assert uncounted.balance(destroyed="518", returned="-500").flags == (COUNTED,)
    bad = Packing(site, "B2")
    short = bad.short()
    assert bad.balance("99.9", item="label", issued="1980", destroyed="10", specimens="0").flags == (CALCULATED,)
    assert MISSING in bad.mark("phase_completed", "30").flags
    assert UNEXPLAINED in bad.mark("phase_started", "40").flags
    assert bad.explain(short.id).flags == ()
    assert UNEXPLAINED not in bad.mark("phase_completed", "40").flags
    wrong = bad.keep(number="B1")
    assert DIFFERS in wrong.flags
    assert bad.site.put("specimen_kept", kept_again(bad), corrects=wrong.id, reason="of another batch").flags == ()
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


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A roll was issued and packed with; the balance answers for what did not come back, which nobody has explained."""
    folder = tmp_path_factory.mktemp("plant")
    site = Store(f"sqlite:///{folder}/pestle.db", folder)
    # What is done in so many minutes from now on has happened by now.
    site.now_ms -= 3_600_000
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    order(site, "B1")
    site.allocate("B1", FIRST)
    issue(site, "B1", FIRST)
    site.put("phase_started", marked("B1", "30"))
    site.put("material_balanced", foil("B1", "25.00", "100.0"))
    site.put("phase_completed", marked("B1", "30"))
    site.hand_back("B1")
    back = {"batch": "B1", "container": FIRST, "quantity": {"value": "5.4", "unit": "kg"}, "to": None, "reason": None}
    site.state("production.container_returned.v1", "batch/B1", back, "P-8")
    sign(site, "released")
    yield Story.of(site.plant)
    site.plant.close()


def judged(story: Story, kind: str, said: dict[str, Any] | None, version: str = UPGRADED) -> str | None:
    """What a witness finds of materials where the first entry of a kind says something else, or was erased."""
    told = [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in story.entries]
    at = next(index for index, seen in enumerate(told) if seen.head.kind == kind)
    told[at] = replace(told[at], body=said)
    stated, lineage = since(told, version), Lineage()
    stock = StockRules(stated)
    issuing, papers = IssuingRules(stock, stated), PaperRules(lambda *_: True, lineage, stated)
    yields = YieldRules(GrantRules(Registry(ROOMS)), lambda *_: True, stated, papers)
    rules = ReconcilingRules(stock, issuing, lineage, stated, yields.gone)
    for seen in told:
        try:
            rules.judge(seen)
        except SyncError as error:
            return error.code
        for each in (stock, issuing, papers, yields, rules):
            each.learn(seen)
    return None


@pytest.mark.urs("MAT-09")
def test_what_a_balance_answers_for_needs_no_explanation(tmp_path: Path, released: Story) -> None:
    assert witnessed(tmp_path / "witness", released) == (200, None)


@pytest.mark.urs("MAT-09")
def test_a_release_over_what_no_balance_answers_for_is_found(released: Story) -> None:
    """And what a balance says to go back has to come."""
    right = foil("B1", "25.00", "100.0")
    for version in (UPGRADED, UPGRADED_V1):
        assert judged(released, model.BALANCED, right, version) is None
    for wrong in (foil("B1", "25.00", "100.0", returned="6"), foil("B1", "24", "104.2")):
        assert judged(released, model.BALANCED, wrong) == "release_blocked"
    # Of what was erased nobody knows any more what it answered for.
    assert judged(released, model.BALANCED, None) is None
    # And what was asked before balances answered for anything accuses nobody who had it explained.
    back = {"batch": "B1", "container": FIRST, "quantity": {"value": "25", "unit": "kg"}, "to": None, "reason": None}
    assert judged(released, RETURNED, back) == "release_blocked"


@pytest.mark.urs("MAT-09")
def test_what_was_issued_is_asked_in_the_unit_of_the_balance_from_the_edition_that_says_so(tmp_path: Path) -> None:
    site = Store(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    count(site, "B1")
    site.put("material_balanced", foil("B1", "24.00", "104.2"))
    story = Story.of(site.plant)
    site.plant.close()
    assert witnessed(tmp_path / "honest", story) == (200, None)
    spared(Rig(tmp_path / "witness", story), story, ISSUED)


@pytest.mark.urs("MAT-09")
@pytest.mark.parametrize(("low", "found"), [("90", None), (None, "release_blocked")])
def test_what_a_balance_without_a_limit_misses_is_found(released: Story, low: str | None, found: str | None) -> None:
    """By an order with half as much foil on each pack, of which the balance leaves 9.8 kg untold."""
    [order] = [one.envelope.body for one in released.entries if one.head.kind == model.MASTER_ORDER]
    assert order is not None
    [phase] = order["phases"]
    [foil_of] = phase["printed"]
    halved = [phase | {"printed": [foil_of | {"per": "0.01", "low": low}]}]
    assert judged(released, model.MASTER_ORDER, {**order, "phases": halved}) == found
