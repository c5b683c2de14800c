"""Batches are split, merged and reworked whole; what comes of them has what was left to do (PRD-14)."""

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from batch_support import LOT, Site
from control_support import WEIGHING, approved, explained, items, master_of
from control_support import release as taken
from course_support import PHASES
from descent_support import REWORK, defined, kilograms, merge, number, ordered, out_of_limits, rework, split
from hypothesis import given, settings
from hypothesis import strategies as st
from recipe_support import step

from server.core import rebuild
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.production import queries
from server.production.descent import model, rules
from server.production.descent import queries as births
from server.production.descent.model import Origin
from server.production.model import FORMED, batch_stream
from server.quality.model import RESULTS_RECORDED
from server.recipes import scaling
from server.recipes.model import recipe_hash
from server.release import queries as release
from server.release import rules as of_release
from server.release.dossier import answers

pytestmark = pytest.mark.urs("PRD-14")
Json = dict[str, Any]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(database_url, tmp_path)
    yield made
    made.plant.close()


def statuses(site: Site, *numbers: str) -> list[str]:
    return [site.line(one).status for one in numbers]


def phases(site: Site, batch: str) -> list[str]:
    with site.plant.engine.connect() as connection:
        found = queries.find_batch(connection, batch)
    assert found is not None
    return [one["id"] for one in found.phases]


def gate(site: Site, batch: str) -> list[str]:
    with site.plant.engine.connect() as connection:
        [found] = [one for one in release.gates(connection, batch) if one.code == "parents"]
    return list(found.details)


def test_a_batch_is_split_and_each_part_has_what_was_left(site: Site) -> None:
    ordered(site)
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    assert statuses(site, "B1", "B2", "B3") == ["split", "in_progress", "in_progress"]
    assert [site.line(one).size for one in ("B2", "B3")] == [kilograms("40.000"), kilograms("60.000")]
    assert phases(site, "B2") == ["20", "30", "40"]
    with site.plant.engine.connect() as connection:
        assert (births.ancestors(connection, "B3"), births.descendants(connection, "B1")) == (["B1"], ["B2", "B3"])
        back = queries.trace_lot(connection, "TAB-5", "B2", "backward")
        onward = queries.trace_lot(connection, LOT["material"], LOT["lot"], "forward")
    assert (back["batches"], "TAB-5/B1" in back["lots"]) == (["B1", "B2"], True)
    assert onward["batches"] == ["B1", "B2", "B3"]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_what_is_left_waits_for_what_is_left_also_across_a_phase_that_was_skipped(site: Site) -> None:
    """10 > 20 > 30 of which 20 was skipped: 30 still comes after 10."""
    taken(site, "B1", [step("10", "instruction"), step("20", "instruction", "10"), step("30", "instruction", "20")])
    site.put("phase_skipped", {"batch": "B1", "phase": "20", "reason": "none there"})
    site.hand_back("B1")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    merge(site, "B4", "100.000", "B2", "B3")
    with site.plant.engine.connect() as connection:
        for batch in ("B2", "B4"):
            found = queries.find_batch(connection, batch)
            assert found is not None
            assert [(one["id"], one["after"]) for one in found.phases] == [("10", []), ("30", ["10"])]


def test_parts_are_merged_again_and_then_reworked_as_a_whole(site: Site) -> None:
    ordered(site)
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    merge(site, "B4", "100.000", "B2", "B3")
    assert statuses(site, "B2", "B3", "B4") == ["merged", "merged", "in_progress"]
    rework(site, "B4", "B5", stage="20")
    assert (statuses(site, "B4", "B5"), phases(site, "B5")) == (["reworked", "ordered"], ["R1", "R2"])
    with site.plant.engine.connect() as connection:
        assert births.ancestors(connection, "B5") == ["B4", "B2", "B3", "B1"]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_an_exception_of_a_parent_holds_its_children_until_it_is_assessed(site: Site) -> None:
    ordered(site)
    said = {
        "batch": "B1",
        "code": "spill",
        "phase": "10",
        "slot": None,
        "entries": [],
        "details": {},
        "comment": "dust",
    }
    site.put("exception_raised", said, subject="10/exception")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    rework(site, "B2", "B5", stage="20")
    assert (gate(site, "B2"), gate(site, "B5")) == (["B1: exceptions"], ["B1: exceptions"])
    for one in items(site, "B1"):
        assessed = {"batch": "B1", "exception": one.id, "assessment": "Cleaned"}
        site.state("release.exception_assessed.v1", "batch/B1", assessed, actor="P-5")
    assert (gate(site, "B2"), gate(site, "B5")) == ([], [])


def test_what_has_failed_of_a_parent_holds_what_it_was_split_and_merged_into_until_it_is_reworked(site: Site) -> None:
    ordered(site)
    line: Json = {"test": "assay", "name": None, "value": {"value": "80.0", "unit": "%"}, "verdict": "fail"}
    line |= {"low": "95.0", "high": "105.0"}
    said = {"stage": "release", "results": [line], "source": None}
    site.state(RESULTS_RECORDED, batch_stream("B1"), said, "P-7")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    assert "B1: results" in gate(site, "B2")
    merge(site, "B4", "100.000", "B2", "B3")
    assert "B1: results" in gate(site, "B4")
    rework(site, "B4", "B5", stage="20")
    split(site, "B5", ("B6", "40.000"), ("B7", "60.000"))
    assert "B1: results" not in [*gate(site, "B5"), *gate(site, "B6")]


def test_a_batch_whose_yield_nobody_has_explained_is_neither_split_nor_merged(site: Site) -> None:
    entry = out_of_limits(site, "B1")
    assert refused(lambda: split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))) == "yield_unexplained"
    out_of_limits(site, "C1")
    assert refused(lambda: merge(site, "B4", "200.000", "B1", "C1")) == "yield_unexplained"
    site.put("yield_explained", explained("B1", entry), cosigner="P-3")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    assert statuses(site, "B2") == ["in_progress"]


def refused(make: Any) -> str:
    with pytest.raises(PestleError) as found:
        make()
    return found.value.code


def test_a_part_of_a_finished_batch_is_reworked_from_a_phase_of_what_it_came_of(site: Site) -> None:
    ordered(site)
    for phase in ("20", "30", "40"):
        site.put("phase_skipped", {"batch": "B1", "phase": phase, "reason": "none there"})
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    assert refused(lambda: rework(site, "B2", "B4", stage="99")) == "rework_stage_unknown"
    rework(site, "B2", "B4", stage="20")
    assert (statuses(site, "B2", "B4"), phases(site, "B4")) == (["reworked", "ordered"], ["R1", "R2"])


@pytest.mark.parametrize(
    ("type_", "may"), [(None, False), ("finished", False), ("bulk", True), ("intermediate", True), ("raw", True)]
)
def test_a_finished_preparation_is_made_again_by_the_same_process_only(
    database_url: str, tmp_path: Path, type_: str | None, may: bool
) -> None:
    """CN GMP 2010, 134. What nobody has defined as something else leaves the plant as it is made."""
    site = Site(database_url, tmp_path)
    if type_ is not None:
        defined(site, type_)
    ordered(site)
    if may:
        rework(site, "B1", "B2", way="other")
    else:
        assert refused(lambda: rework(site, "B1", "B2", way="other")) == "rework_way_forbidden"
        rework(site, "B1", "B2", way="same")
    assert statuses(site, "B1", "B2") == ["reworked", "ordered"]
    site.plant.close()


def test_what_cannot_be_is_refused(site: Site) -> None:
    ordered(site)
    for parts in ([("B2", "40.000"), ("B3", "60.001")], [("B2", "100.000"), ("B3", "0")]):
        assert refused(lambda parts=parts: split(site, "B1", *parts)) == "batch_quantities_differ"
    assert refused(lambda: split(site, "B1", ("B2", "40.000"), ("B2", "60.000"))) == "batch_known"
    assert refused(lambda: split(site, "B9", ("B2", "40.000"), ("B3", "60.000"))) == "batch_unknown"
    unnumbered = {"batch": "B1", "parts": [], "reason": "x"}
    unnumbered["parts"] = [{"batch": one, "quantity": kilograms("50.000")} for one in ("B2", "B3")]
    fact = Fact(model.SPLIT_KIND, batch_stream("B1"), unnumbered, actor="P-3")
    assert refused(lambda: site.plant.recorder.state(number("B2"), fact)) == "batch_number_missing"
    site.put("phase_started", {"batch": "B1", "phase": "20"})
    assert refused(lambda: split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))) == "batch_under_way"
    site.put("phase_completed", {"batch": "B1", "phase": "20"})
    # From the end of 20 runs the time within which 40 begins.
    assert refused(lambda: split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))) == "batch_split_draws"
    for phase in ("30", "40"):
        for kind in ("phase_started", "phase_completed"):
            site.put(kind, {"batch": "B1", "phase": phase})
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    assert (statuses(site, "B2"), phases(site, "B2")) == (["awaiting_review"], [])
    assert refused(lambda: split(site, "B1", ("B6", "40.000"), ("B7", "60.000"))) == "batch_closed"
    ordered(site, "B8")
    assert refused(lambda: merge(site, "B9", "140.000", "B8", "B2")) == "batches_differ"
    assert refused(lambda: merge(site, "B9", "99.000", "B2", "B3")) == "batch_quantities_differ"
    own = {"recipe": "MR-TAB", "version": 1}
    assert refused(lambda: rework(site, "B8", "B9", **own)) in {"recipe_not_effective", "rework_recipe_unfit"}
    assert refused(lambda: rework(site, "B8", "B9", stage="99")) == "rework_stage_unknown"
    signer = {"id": "P-3", "name": "陈", "name_en": "Chen"}
    assert refused(lambda: rework(site, "B8", "B9", signer=signer)) == "not_permitted"


def test_a_batch_that_a_device_may_still_work_on_is_not_split(site: Site) -> None:
    taken(site, "B1", PHASES)
    assert refused(lambda: split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))) == "batch_on_devices"
    site.hand_back("B1")
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    assert statuses(site, "B2") == ["ordered"]


def test_a_batch_that_is_gone_is_given_nothing_and_not_released(site: Site) -> None:
    ordered(site)
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    lease = {"lease": "again", "batch": "B1", "device": "tablet-a", "person": "P-1", "lease_hash": "0" * 64}
    lease |= {"issued_at": "2026-11-22T09:00:00.000Z", "expires_at": "2099-12-22T09:00:00.000Z"}
    assert refused(lambda: site.state("handheld.lease_issued.v1", "batch/B1", lease)) == "batch_closed"
    assert of_release.refusal("released", "reviewed_and_released", "split", None, False, False) == "batch_gone"


AMOUNTS = {"target": "1.000", "low": "0.990", "high": "1.010"}
ORDER: Json = REWORK | {"recipe_hash": "0" * 64, "lots": []}
VALUES = st.integers(1, 10**9).map(lambda one: f"{Decimal(one).scaleb(-3):f}")


def origin(batch: str, value: str) -> Origin:
    order = rules.third_form(ORDER | {"size": kilograms(value)})
    return Origin(batch, "in_progress", order, frozenset({"R1"}), frozenset({"R1"}))


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, min_size=2, max_size=6), st.integers(-1, 1))
def test_what_is_split_and_merged_again_is_what_it_was(values: list[str], off: int) -> None:
    whole = rules.total([kilograms(one) for one in values])
    parts = [{"batch": f"C{at}", "quantity": kilograms(one)} for at, one in enumerate(values)]
    wrong = f"{Decimal(whole['value']) + off * Decimal('0.001'):f}"
    asked = {"batch": "P", "parts": parts}
    found = rules.split_refused(asked, origin("P", wrong)) if Decimal(wrong) > 0 else None
    assert (found is None) == (off == 0) or Decimal(wrong) <= 0
    made = rules.formed(model.SPLIT_KIND, asked, [origin("P", whole["value"])])
    assert rules.total([one["size"] for one in made]) == whole
    assert [one["parents"] for one in made] == [["P"]] * len(values)
    children = [Origin(one["batch"], "in_progress", one, frozenset(), frozenset()) for one in made]
    again = {"batch": "Q", "parents": [one.batch for one in children], "quantity": whole}
    assert rules.merge_refused(again, children, None) is None
    [merged] = rules.formed(model.MERGED_KIND, again, children)
    assert (merged["size"], [one["id"] for one in merged["phases"]]) == (whole, ["R2"])
    assert FORMED not in merged


def test_what_is_merged_has_the_amounts_and_limits_of_its_recipe_again(site: Site) -> None:
    """A third of 1.000 kg (0.990-1.010) is 0.333 kg: three of them are 1.000 kg (0.990-1.010), and not 0.999."""
    taken(site, "B1", [step("20", "weighing", **WEIGHING | AMOUNTS), step("30", "instruction", "20")])
    site.hand_back("B1")
    split(site, "B1", ("B2", "33.333"), ("B3", "33.333"), ("B4", "33.334"))
    merge(site, "B5", "100.000", "B2", "B3", "B4")
    with site.plant.engine.connect() as connection:
        third, whole, again = (queries.find_batch(connection, one) for one in ("B2", "B1", "B5"))
    assert third is not None
    assert whole is not None
    assert again is not None
    assert third.phases[0]["target"] == "0.333"
    assert again.phases == whole.phases
    # A part of a part has what is left by the recipe as well.
    for kind in ("phase_started", "phase_completed"):
        site.put(kind, {"batch": "B5", "phase": "20"})
    split(site, "B5", ("B6", "50.000"), ("B7", "50.000"))
    merge(site, "B8", "100.000", "B6", "B7")
    assert phases(site, "B8") == ["30"]


def test_a_part_of_a_part_is_so_much_of_the_recipe_and_not_of_what_was_rounded(site: Site) -> None:
    """2.002 kg: of 30 % it is 0.601 kg, of which half would be 0.301 kg; 15 % of it is 0.300 kg."""
    amounts = {"target": "2.002", "low": "1.980", "high": "2.020"}
    taken(site, "B1", [step("20", "weighing", **WEIGHING | amounts), step("30", "instruction", "20")])
    site.hand_back("B1")
    split(site, "B1", ("B2", "30.000"), ("B3", "70.000"))
    split(site, "B2", ("B4", "15.000"), ("B5", "15.000"))
    with site.plant.engine.connect() as connection:
        part, half = (queries.find_batch(connection, one) for one in ("B2", "B4"))
    assert part is not None
    assert half is not None
    assert [one.phases[0][name] for one in (part, half) for name in ("low", "target", "high")] == [
        *("0.594", "0.601", "0.606"),
        *("0.297", "0.300", "0.303"),
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(2, 7), min_size=1, max_size=4), st.booleans())
def test_a_part_of_a_part_is_scaled_once_however_often_it_was_split(times: list[int], by_recipe: bool) -> None:
    """From the recipe; or, of a form whose amounts no order has scaled, from the order that was frozen first."""
    line = step("R2", "weighing", "R1", **WEIGHING | AMOUNTS | {"target": "997.000", "low": "900.000", "high": "999.9"})
    content = rules.third_form(ORDER | {"phases": [step("R1", "instruction"), line]})
    size = Decimal(math.prod(times))
    whole = content | {"size": kilograms(f"{size}")}
    ended = frozenset({"R1"})
    parent = Origin("P", "in_progress", whole, ended, ended)
    for at, one in enumerate(times):
        size /= one
        part, rest = f"{size:f}", f"{size * (one - 1):f}"
        asked = {"batch": parent.batch, "parts": [{"batch": f"C{at}", "quantity": kilograms(part)}]}
        asked["parts"].append({"batch": f"D{at}", "quantity": kilograms(rest)})
        assert rules.split_refused(asked, parent, whole if by_recipe else None) is None
        made, _ = rules.formed(model.SPLIT_KIND, asked, [parent], whole if by_recipe else None)
        parent = Origin(f"C{at}", "in_progress", made, frozenset(), frozenset(), first=None if by_recipe else whole)
    exact = scaling.scale(whole, Fraction(1, math.prod(times)))["phases"][1]
    assert [parent.order["phases"][0][one] for one in AMOUNTS] == [exact[one] for one in AMOUNTS]


def test_the_dossier_names_what_a_batch_came_of_and_what_came_of_it(site: Site) -> None:
    ordered(site)
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    with site.plant.engine.connect() as connection:
        child, parent = (answers.genealogy(connection, one, "en") for one in ("B2", "B1"))
    assert [row[:3] for row in child if row[1] == "TAB-5"] == [["Made as batch", "TAB-5", "B1"]]
    assert [row[2] for row in parent if row[1] == "TAB-5"] == ["B2", "B3"]


def test_a_value_that_is_missing_of_a_parent_holds_its_children_and_a_phase_that_they_do_does_not() -> None:
    gates = [of_release.gate("phases", ["40", "20/net"]), of_release.gate("results", ["release/assay"])]
    [found] = of_release.parents_gates({"B1": gates, "B0": [of_release.gate("phases", ["40"])]}, ())
    assert (found.met, found.details) == (False, ("B1: 20/net",))
    assert of_release.parents_gates({}, ()) == []


@pytest.mark.parametrize("batch", ["B1", "B2"])
def test_who_has_made_a_batch_does_not_decide_on_its_rework(site: Site, batch: str) -> None:
    """Of quality as they are: whoever took part in it, or in what it came of."""
    ordered(site)
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "wet"}, actor="P-5")
    if batch == "B2":
        split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    before = statuses(site, batch)
    assert refused(lambda: rework(site, batch, "B9")) == "rework_own"
    assert statuses(site, batch) == before
    rework(site, batch, "B9", signer={"id": "P-6", "name": "钱", "name_en": "Qian"})
    assert statuses(site, batch, "B9") == ["reworked", "ordered"]


def test_the_same_process_again_has_the_phases_by_which_the_batch_or_what_it_came_of_was_made(site: Site) -> None:
    ordered(site)
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    other = master_of([step("R1", "instruction"), step("R2", "instruction", "R1", name={"zh": "磨", "en": "Mill"})])
    approved(site.plant, other)
    by = {name: other[name] for name in ("recipe", "version")} | {"recipe_hash": recipe_hash(other)}
    assert refused(lambda: rework(site, "B2", "B9", **by)) == "rework_process_other"
    assert statuses(site, "B2") == ["in_progress"]
    # 10 has ended in B1: it is a phase of what B2 came of. What is rather looked at more is no other process.
    with site.plant.engine.connect() as connection:
        parent = births.find_origin(connection, "B2")
    assert parent is not None
    looks = [step("R3", kind, name={"zh": "查", "en": "Look"}) for kind in ("line_clearance", "in_process", "yield")]
    assert rules.process_refused({"way": "same"}, parent, {"phases": looks}) is None
    assert rules.process_refused({"way": "same"}, parent, {"phases": [*looks, other["phases"][1]]}) is not None
    rework(site, "B2", "B9")
    # Milled it was by now.
    defined(site, "bulk")
    rework(site, "B9", "B8", stage="R1", way="other", **by)
    again = {"stage": "R1", **by}
    rework(site, "B8", "B7", **again)
    assert statuses(site, "B9", "B8", "B7") == ["reworked", "reworked", "ordered"]
