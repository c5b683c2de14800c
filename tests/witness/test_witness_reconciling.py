"""A witness finds batches released that do not account for their materials, and explanations of another amount."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_support import marked
from release_support import sign
from stock_support import LABELS, Store
from witness_support import Rig, Story, density, since

from server.release.model import DIFFERENCE_MEANING, EXPLAINED_KIND, RELEASED_KIND
from server.site.model import UPGRADED, UPGRADED_V1
from server.witness.issuing import IssuingRules
from server.witness.lineage import Lineage
from server.witness.reconciling import ReconcilingRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.stock import StockRules
from sync.errors import SyncError

pytestmark = pytest.mark.urs("MAT-09", "PLT-18")
FIRST = LABELS[0]
ISSUED, RETURNED = "production.container_issued.v1", "production.container_returned.v1"
WEIGHED, FREED = "production.material_weighed.v1", "production.allocation_released.v1"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """B1 was issued 25.00 kg, weighed 12.640 kg, gave back 11.860 kg after a kilogram was filled over and came back;
    half a kilogram is explained."""
    folder = tmp_path_factory.mktemp("plant")
    made = Store(f"sqlite:///{folder}/pestle.db", folder)
    # What is done in so many minutes from now on has happened by now.
    made.now_ms -= 3_600_000
    made.order("B1")
    made.allocate("B1", FIRST)
    brought = {"batch": "B1", "container": FIRST, "material": "api-1", "lot": "A-5/2", "held": made.stands(FIRST).held}
    made.state(ISSUED, "batch/B1", brought | {"to": None}, "P-8")
    for phase, entries in made._plan("B1", made.read_weight()).items():
        made.put("phase_started", marked("B1", phase))
        for kind, payload in entries:
            made.put(kind, {**payload, **({"container": FIRST} if kind == "material_weighed" else {})})
        made.put("phase_completed", marked("B1", phase))
    made.hand_back("B1")
    made.split(FIRST, ("S-1", "1"))
    for label, value in (("S-1", "1"), (FIRST, "10.860")):
        back = {"batch": "B1", "container": label, "quantity": {"value": value, "unit": "kg"}, "to": None}
        made.state(RETURNED, "batch/B1", back | {"reason": None}, "P-8")
    made.state(EXPLAINED_KIND, "batch/B1", explanation("0.500"), "P-5")
    sign(made, "released")
    yield made
    made.plant.close()


def explanation(value: str, unit: str = "kg") -> dict[str, Any]:
    return {
        "batch": "B1",
        "material": "api-1",
        "difference": {"value": value, "unit": unit},
        "meaning": dict(DIFFERENCE_MEANING),
        "signer": {"id": "P-5", "name": "赵琳", "name_en": "Zhao Lin"},
        "signed_at": "2026-11-22T09:30:00.000Z",
        "offset": 480,
        "method": "password",
        "components": 2,
        "passkey": None,
        "reason": "dust on the filter",
    }


@pytest.fixture(scope="module")
def story(site: Store) -> list[Seen]:
    entries = Story.of(site.plant).entries
    return [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in entries]


def judged(
    story: list[Seen], kind: str, *, without: bool = False, versions: tuple[str, ...] = (), **more: Any
) -> str | None:
    """What a witness finds where the first entry of a kind says something else, or is left out."""
    place = next(at for at, seen in enumerate(story) if seen.head.kind == kind)
    stock = StockRules(SinceRules())
    issuing = IssuingRules(stock, since(story, *versions))
    rules = ReconcilingRules(stock, issuing, Lineage(), since(story, *versions), lambda *_: [])
    for at, seen in enumerate(story):
        if at == place and without:
            continue
        told = replace(seen, body={**(seen.body or {}), **more}) if at == place else seen
        try:
            rules.judge(told)
        except SyncError as error:
            return error.code
        stock.learn(told)
        issuing.learn(told)
        rules.learn(told)
    return None


def test_an_honest_server_is_not_accused(site: Store, tmp_path: Path) -> None:
    rig = Rig(tmp_path / "witness", Story.of(site.plant))
    assert rig.show(Story.of(site.plant)) == 200, rig.why
    rig.folder.close()


def test_a_batch_that_was_released_and_did_not_account_for_its_material(story: list[Seen]) -> None:
    assert judged(story, RELEASED_KIND) is None
    assert judged(story, EXPLAINED_KIND, without=True) == "release_blocked"
    assert judged(story, EXPLAINED_KIND, material="api-2") == "release_blocked"
    assert judged(story, RETURNED, without=True) == "difference_stale"


def test_an_explanation_of_another_amount_or_of_none(story: list[Seen]) -> None:
    assert judged(story, EXPLAINED_KIND, difference={"value": "0.4", "unit": "kg"}) == "difference_stale"
    assert judged(story, EXPLAINED_KIND, difference={"value": "500", "unit": "g"}) is None
    back = {"value": "1.5", "unit": "kg"}
    assert judged(story, RETURNED, quantity=back) == "difference_none"


def test_what_was_erased_accuses_nobody(story: list[Seen]) -> None:
    for kind in (ISSUED, RETURNED, EXPLAINED_KIND, "materials.containers_received.v1"):
        place = next(at for at, seen in enumerate(story) if seen.head.kind == kind)
        erased = [replace(seen, body=None) if at == place else seen for at, seen in enumerate(story)]
        assert judged(erased, RELEASED_KIND) is None


@pytest.mark.urs("CMP-05", "MAT-09", "PLT-18")
def test_a_version_that_asked_no_batch_to_account_is_not_accused(story: list[Seen]) -> None:
    assert judged(story, EXPLAINED_KIND, without=True, versions=(UPGRADED_V1,)) is None
    assert judged(story, EXPLAINED_KIND, without=True, versions=(UPGRADED_V1, UPGRADED)) == "release_blocked"


@pytest.mark.urs("MAT-02", "MAT-09", "PLT-18")
def test_a_part_in_litres_is_accounted_for_by_the_density_of_its_material(story: list[Seen]) -> None:
    """What was filled over was said in litres, and came back in kilograms."""
    links = density(story[0], "api-1", {"value": "1.25", "unit": "L"}, {"value": "1", "unit": "kg"})
    place = next(at for at, seen in enumerate(story) if seen.head.kind == "materials.container_split.v1")
    litres = [{"container": "S-1", "quantity": {"value": "1.25", "unit": "L"}}]
    told = [*links, *story]
    told[place + 2] = replace(story[place], body={"container": FIRST, "into": litres, "reason": None})
    assert judged(told, RELEASED_KIND) is None
    assert judged(told, EXPLAINED_KIND, without=True) == "release_blocked"
    assert judged(told, EXPLAINED_KIND, difference={"value": "0.625", "unit": "L"}) is None
    assert judged(told, EXPLAINED_KIND, difference={"value": "0.5", "unit": "L"}) == "difference_stale"


def unissued(story: list[Seen]) -> list[Seen]:
    """As if nobody had issued the drum, and so neither taken it back nor what was filled over."""
    return [seen for seen in story if seen.head.kind not in (ISSUED, RETURNED, FREED)]


@pytest.mark.urs("MAT-08", "MAT-09", "PLT-18")
def test_what_was_weighed_out_of_a_container_that_nobody_issued_is_accounted_for_too(story: list[Seen]) -> None:
    """25 kg less 12.64, with the part that was filled over."""
    whole, kg = unissued(story), {"value": "12.36", "unit": "kg"}
    assert judged(whole, EXPLAINED_KIND) == "difference_stale"
    assert judged(whole, EXPLAINED_KIND, without=True) == "release_blocked"
    assert judged(whole, EXPLAINED_KIND, difference=kg) is None
    assert judged(whole, EXPLAINED_KIND, without=True, versions=(UPGRADED_V1,)) is None
    given_back = [replace(story[-1], head=replace(story[-1].head, kind=FREED))]
    given_back[0] = replace(given_back[0], body={"batch": "B1", "containers": ["S-1"], "reason": "not needed"})
    place = next(at for at, seen in enumerate(whole) if seen.head.kind == EXPLAINED_KIND)
    # What is the stock's again is with the batch no more.
    less = [*whole[:place], *given_back, *whole[place:]]
    assert judged(less, EXPLAINED_KIND, difference=kg) == "difference_stale"
    assert judged(less, EXPLAINED_KIND, difference={"value": "11.36", "unit": "kg"}) is None


@pytest.mark.urs("MAT-08", "PLT-18")
def test_what_was_weighed_out_of_another_s_container_is_told_otherwise(story: list[Seen]) -> None:
    whole = unissued(story)
    place = next(at for at, seen in enumerate(whole) if seen.head.kind == WEIGHED)
    whole[place] = replace(whole[place], stamp=replace(whole[place].stamp, flags=("container_not_allocated",)))
    assert judged(whole, EXPLAINED_KIND, without=True) is None
