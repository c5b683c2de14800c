"""A witness finds containers that were given, issued or taken back as they must not be, and no fault with others."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from stock_support import LABELS, Store
from witness_support import Rig, Story, density, since

from server.site.model import UPGRADED, UPGRADED_V1
from server.witness.containers import ContainerRules
from server.witness.issuing import IssuingRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.stock import StockRules
from sync.errors import SyncError

pytestmark = pytest.mark.urs("MAT-08", "PLT-18")
Change = Callable[[Seen], Seen]
FIRST, SECOND, THIRD = LABELS
GIVEN, ISSUED = "production.containers_allocated.v2", "production.container_issued.v1"
RETURNED, FREED = "production.container_returned.v1", "production.allocation_released.v1"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The first container goes to B1, comes to it and back; the second goes to B2, and back to the stock."""
    folder = tmp_path_factory.mktemp("plant")
    made = Store(f"sqlite:///{folder}/pestle.db", folder)
    made.bring("BAD", "R-1", status="rejected")
    assert made.refused("container_restricted", actor="P-5", container=THIRD, reason="seal") is None
    for batch in ("B1", "B2"):
        made.order(batch)
        made.hand_back(batch)
    made.allocate("B1", FIRST)
    made.allocate("B2", SECOND)
    brought = {"batch": "B1", "container": FIRST, "material": "api-1", "lot": "A-5/2", "held": made.stands(FIRST).held}
    made.state(ISSUED, "batch/B1", brought | {"to": None}, "P-8")
    back = {"batch": "B1", "container": FIRST, "quantity": {"value": "5000", "unit": "g"}, "to": None, "reason": None}
    made.state(RETURNED, "batch/B1", back, "P-8")
    made.give_back("B2", SECOND)
    yield made
    made.plant.close()


@pytest.fixture(scope="module")
def story(site: Store) -> list[Seen]:
    entries = Story.of(site.plant).entries
    return [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in entries]


def judged(
    story: list[Seen], kind: str, change: Change, last: bool = False, versions: tuple[str, ...] = ()
) -> str | None:
    """The code of what a witness finds where the first or last entry of a kind is another one, or is left out."""
    places = [at for at, seen in enumerate(story) if seen.head.kind == kind]
    stock = StockRules(SinceRules())
    rules = IssuingRules(stock, since(story, *versions))
    for at, seen in enumerate(story):
        told = change(seen) if at == places[-1 if last else 0] else seen
        try:
            rules.judge(told)
        except SyncError as error:
            return error.code
        stock.learn(told)
        rules.learn(told)
    return None


def body(**more: Any) -> Change:
    return lambda seen: replace(seen, body={**(seen.body or {}), **more})


def given(*labels: str) -> Change:
    return body(containers=[{"container": label, "reason": "x"} for label in labels])


def left_out(seen: Seen) -> Seen:
    return replace(seen, head=replace(seen.head, kind="production.remark_added.v1"))


def test_an_honest_server_is_not_accused(site: Store, story: list[Seen], tmp_path: Path) -> None:
    assert judged(story, GIVEN, lambda seen: seen) is None
    rig = Rig(tmp_path / "witness", Story.of(site.plant))
    assert rig.show(Story.of(site.plant)) == 200, rig.why
    # The site's rules ask these as well.
    forged = Story.of(site.plant).server_says(FREED, "batch/B2", {"batch": "B2", "containers": [SECOND], "reason": "x"})
    assert rig.show(forged) == 422
    assert rig.found == ("container_not_allocated", len(forged.entries) - 1)
    rig.folder.close()


@pytest.mark.parametrize(
    ("label", "code"),
    [
        (FIRST, "container_taken"),
        (THIRD, "container_not_fit"),
        ("R-1", "container_wrong_lot"),
        ("R-9", "container_unknown"),
    ],
)
def test_a_container_given_that_must_not_be(story: list[Seen], label: str, code: str) -> None:
    assert judged(story, GIVEN, given(label), last=True) == code


def test_a_container_of_a_lot_that_was_rejected(story: list[Seen]) -> None:
    bad = {"material": "api-1", "lot": "A-5/2", "status": "rejected"}
    assert judged(story, "materials.lot_status_changed.v1", lambda seen: replace(seen, body=bad)) == "container_not_fit"


def test_a_container_brought_that_was_not_given_or_is_another(story: list[Seen]) -> None:
    assert judged(story, ISSUED, body(container=SECOND)) == "container_not_allocated"
    assert judged(story, ISSUED, body(lot="A-5/3")) == "container_changed"

    def again(seen: Seen) -> Seen:
        return replace(seen, head=replace(seen.head, kind=ISSUED), body=issued(story))

    assert judged(story, RETURNED, again) == "container_issued"


def test_a_container_taken_back_that_did_not_come_or_with_more(story: list[Seen]) -> None:
    assert judged(story, ISSUED, left_out) == "container_not_issued"
    assert judged(story, RETURNED, body(quantity={"value": "25001", "unit": "g"})) == "return_too_much"
    assert judged(story, RETURNED, body(quantity={"value": "25000", "unit": "g"})) is None


def test_what_was_filled_into_another_container_came_back_with_it(story: list[Seen]) -> None:
    """As if, before the return, so much had been split off that less was left than came back."""
    at = next(at for at, seen in enumerate(story) if seen.head.kind == RETURNED)
    part = {"container": "S-1", "quantity": {"value": "20.01", "unit": "kg"}}
    said = {"container": FIRST, "into": [part], "reason": None}
    split = replace(story[at], head=replace(story[at].head, kind="materials.container_split.v1"), body=said)
    assert judged([*story[:at], split, *story[at:]], RETURNED, lambda seen: seen) == "return_too_much"


def test_a_container_given_back_that_is_with_its_batch(story: list[Seen]) -> None:
    assert judged(story, RETURNED, left_out) == "container_with_batch"


def test_what_was_erased_accuses_nobody(story: list[Seen]) -> None:
    for kind in (GIVEN, ISSUED, RETURNED, FREED, "materials.containers_received.v1"):
        assert judged(story, kind, lambda seen: replace(seen, body=None)) is None


def issued(story: list[Seen]) -> Any:
    return next(seen.body for seen in story if seen.head.kind == ISSUED)


def retold(story: list[Seen], kind: str, at: str, said: dict[str, Any], flags: tuple[str, ...] = ()) -> list[Seen]:
    """With one more entry of this kind right before the first one of another."""
    place = next(place for place, seen in enumerate(story) if seen.head.kind == at)
    head, stamp = replace(story[place].head, kind=kind, id=f"made-{place}"), replace(story[place].stamp, flags=flags)
    return [*story[:place], replace(story[place], head=head, stamp=stamp, body=said), *story[place:]]


SPLIT, MERGED = "materials.container_split.v1", "materials.containers_merged.v1"
PART = {"container": "S-1", "quantity": {"value": "1", "unit": "kg"}}


@pytest.mark.urs("MAT-06", "PLT-16")
def test_what_was_filled_out_of_a_batchs_container_was_given_to_another(story: list[Seen]) -> None:
    split = retold(story, SPLIT, ISSUED, {"container": FIRST, "into": [PART], "reason": None})
    elsewhere = body(containers=[{"container": "S-1", "reason": None}])
    later = [*split, next(seen for seen in story if seen.head.kind == GIVEN)]
    assert judged(later, GIVEN, body(batch="B1", containers=[{"container": "S-1", "reason": None}]), last=True) is None
    assert judged(later, GIVEN, lambda seen: body(batch="B2")(elsewhere(seen)), last=True) == "container_taken"
    # With the batch already, as its drum was.
    out = retold(story, SPLIT, RETURNED, {"container": FIRST, "into": [PART], "reason": None})
    again = replace(next(seen for seen in story if seen.head.kind == ISSUED), stamp=story[0].stamp)
    said = {**(again.body or {}), "container": "S-1", "held": PART["quantity"]}
    assert judged([*out, replace(again, body=said)], GIVEN, lambda seen: seen) == "container_issued"


@pytest.mark.urs("MAT-06", "PLT-16")
def test_containers_of_different_batches_that_were_filled_together_unflagged(story: list[Seen]) -> None:
    said = {"into": FIRST, "from": [SECOND], "reason": None}
    assert judged(retold(story, MERGED, ISSUED, said), GIVEN, lambda seen: seen) == "flag_missing"
    told = retold(story, MERGED, ISSUED, said, ("allocation_mixed",))
    assert judged(told, GIVEN, lambda seen: seen) is None
    # Both are nobody's in the beginning.
    made_up = retold(story, MERGED, GIVEN, said, ("allocation_mixed",))
    assert judged(made_up, GIVEN, lambda seen: seen) == "flag_wrong"


def test_what_a_server_filled_over_by_a_density_is_the_batch_s_and_nobody_is_accused(story: list[Seen]) -> None:
    """What the material said of that litre was erased: what a witness cannot follow it does not judge."""
    [brought, *_] = [seen for seen in story if seen.head.kind == ISSUED]
    litre = {"value": "1", "unit": "L"}

    def said(kind: str, **body: Any) -> Seen:
        return replace(brought, head=replace(brought.head, kind=kind), body=body)

    own = {"batch": "B1", "material": "api-1", "lot": "A-5/2"}
    later = [
        said(
            "materials.container_split.v1", container=FIRST, into=[{"container": "P-1", "quantity": litre}], reason=None
        ),
        said(ISSUED, **own, container="P-1", held=litre, to=None),
        said("production.material_weighed.v1", **own, container="P-1", net=litre, phase=1),
        said("materials.containers_merged.v1", into=FIRST, **{"from": ["P-1"]}, reason=None),
        said(RETURNED, **own, container="P-1", quantity=litre, to=None, reason=None),
        said(FREED, batch="B1", containers=["P-1"], reason="not needed"),
    ]
    stock = StockRules(SinceRules())
    issuing, containers = IssuingRules(stock, since(story)), ContainerRules(stock, since(story))
    [submitted, _] = density(story[0], "api-1", {"value": "1", "unit": "L"}, {"value": "0.8", "unit": "kg"})
    for seen in [replace(submitted, body=None), *story, *later]:
        issuing.judge(seen)
        containers.judge(seen)
        for rules in (containers, stock, issuing):
            rules.learn(seen)
    assert stock.find("P-1") is None


BEFORE = (UPGRADED_V1,)
TODAY = (UPGRADED_V1, UPGRADED)


@pytest.mark.urs("CMP-05", "MAT-06", "PLT-18")
def test_a_version_that_asked_not_whose_were_filled_together_is_not_accused(story: list[Seen]) -> None:
    said = {"into": FIRST, "from": [SECOND], "reason": None}
    honest = retold(story, MERGED, ISSUED, said)
    assert judged(honest, GIVEN, lambda seen: seen, versions=BEFORE) is None
    assert judged(honest, GIVEN, lambda seen: seen, versions=TODAY) == "flag_missing"


@pytest.mark.urs("CMP-05", "MAT-08", "PLT-18")
def test_a_version_whose_parts_were_anybodys_is_not_accused(story: list[Seen]) -> None:
    """The part of a drum that is with B1 was given to B2, brought there, and taken back."""
    split = retold(story, SPLIT, RETURNED, {"container": FIRST, "into": [PART], "reason": None})
    [brought, back] = [next(seen for seen in story if seen.head.kind == kind) for kind in (ISSUED, RETURNED)]
    give = next(seen for seen in story if seen.head.kind == GIVEN)
    part = {"batch": "B2", "container": "S-1"}
    own = {"batch": "B2", "containers": [{"container": "S-1", "reason": None}]}
    later = [
        body(**own)(give),
        body(**part, held=PART["quantity"])(brought),
        body(**part, quantity=PART["quantity"])(back),
    ]
    assert judged([*split, *later], GIVEN, lambda seen: seen, versions=BEFORE) is None
    assert judged([*split, *later], GIVEN, lambda seen: seen, versions=TODAY) == "container_taken"


@pytest.mark.urs("CMP-05", "MAT-08", "PLT-16", "PLT-18")
def test_a_weighing_out_of_a_part_that_was_not_given_to_its_batch_was_flagged_then(story: list[Seen]) -> None:
    [brought] = [seen for seen in story if seen.head.kind == ISSUED]
    net = {
        "batch": "B1",
        "material": "api-1",
        "lot": "A-5/2",
        "container": "S-1",
        "net": PART["quantity"],
        "phase": "20",
    }

    def weighed(*flags: str) -> Seen:
        head = replace(brought.head, kind="production.material_weighed.v1", device="tablet-a")
        return replace(brought, head=head, stamp=replace(brought.stamp, flags=flags), body=net)

    def found(last: Seen, *versions: str) -> str | None:
        stock = StockRules(SinceRules())
        rules = ContainerRules(stock, since(story, *versions))
        for seen in retold(story, SPLIT, RETURNED, {"container": FIRST, "into": [PART], "reason": None}):
            rules.learn(seen)
            stock.learn(seen)
        try:
            rules.judge(last)
        except SyncError as error:
            return error.code
        return None

    assert found(weighed("container_not_allocated"), *BEFORE) is None
    assert found(weighed(), *BEFORE) == "flag_missing"
    assert found(weighed("container_not_allocated"), *TODAY) == "flag_wrong"
    assert found(weighed(), *TODAY) is None


@pytest.mark.urs("MAT-02", "MAT-08", "PLT-18")
@pytest.mark.parametrize(
    ("changed", "value", "unit", "code"),
    [
        ({}, "0.8", "kg", None),
        ({}, "0.88", "kg", "return_too_much"),
        ({}, "1", "{drum}", "return_unit_wrong"),
        ({"batch": "B2"}, "1", "L", "container_not_issued"),
    ],
)
def test_a_part_in_litres_is_judged_by_the_density_of_its_material(
    story: list[Seen], changed: dict[str, Any], value: str, unit: str, code: str | None
) -> None:
    """A litre, 0.8 kg, of the drum that is with B1 comes back."""
    litre = [{"container": "S-1", "quantity": {"value": "1", "unit": "L"}}]
    split = retold(story, SPLIT, RETURNED, {"container": FIRST, "into": litre, "reason": None})
    back = next(seen for seen in split if seen.head.kind == RETURNED)
    said = {**(back.body or {}), "container": "S-1", "quantity": {"value": value, "unit": unit}} | changed
    at = split.index(back)
    told = [*split[:at], replace(back, body=said), *split[at:]]
    links = density(story[0], "api-1", {"value": "1", "unit": "L"}, {"value": "0.8", "unit": "kg"})
    assert judged([*links, *told], GIVEN, lambda seen: seen) == code
