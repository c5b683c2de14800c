"""From which day a version of a recipe is effective, by the plant's calendar: until then the one before is (PRD-03)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from approval_support import approval_of, approve
from hypothesis import given
from hypothesis import strategies as st
from plant import PlantUnderTest
from recipe_support import CODE, REVIEWERS, content, desk, in_force, master, stock, submit

from server.core import clock, days, rebuild
from server.engines.flows import kinds as flows
from server.planning import gathering
from server.production import model as production
from server.recipes import model, queries, rules

pytestmark = pytest.mark.urs("PRD-03", "PRD-04")
# An order's size of the recipe that `recipe_support.master` is.
SIZE = {"value": "2500000", "unit": "tablets"}


def day_in(number: int) -> str:
    return (clock.now() + timedelta(days=number)).date().isoformat()


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    """Version 1 is in force, version 2 waits, to be effective in ten days. It is noon, far from midnight."""
    noon = datetime.fromisoformat("2026-12-01T12:00:00+00:00")
    clock.use(lambda: noon)
    made = PlantUnderTest(database_url, tmp_path)
    stock(made)
    in_force(made)
    answer = submit(made, master(2), effective_from=day_in(10))
    assert answer.status_code == 201, answer.text
    yield made
    made.close()
    clock.use_system()


def approve_second(site: PlantUnderTest) -> None:
    approve(site.plant, f"recipe/{CODE}/2", REVIEWERS, "P-0004")


@pytest.mark.urs("IDN-04")
def test_who_approves_is_shown_the_day_and_signs_it(site: PlantUnderTest) -> None:
    """It stands in what begins the approval, which each signature has seen."""
    begun = site.payloads(flows.STARTED)[-1]
    assert {"variable": "effective_from", "value": [day_in(10)]} in begun["values"]
    instance = approval_of(site.plant, model.APPROVAL, f"recipe/{CODE}/2")
    shown = desk(site, "li").get(f"/api/instances/{instance}").json["variables"]
    assert [(one["en"], one["value"]) for one in shown if one["name"] == "effective_from"] == [
        ("Effective from", day_in(10))
    ]


def later(number: int) -> None:
    moment = clock.now() + timedelta(days=number)
    clock.use(lambda: moment)


def states(site: PlantUnderTest) -> list[tuple[int, str, str | None, str | None]]:
    found = desk(site, "zhou").get(f"/api/recipes/{CODE}").json["versions"]
    return [(one["version"], one["state"], one["effective_from"], one["superseded_on"]) for one in found]


def plan(site: PlantUnderTest, batch: str, version: int, start: str) -> Any:
    body = {"batch": batch, "recipe": CODE, "version": version, "size": SIZE, "lots": [], "planned_start": start}
    return desk(site, "zhang").post("/api/orders", json=body | {"number_reason": "Series of before"})


def release(site: PlantUnderTest, batch: str) -> Any:
    return desk(site, "zhang").post(f"/api/orders/{batch}/release")


def test_the_version_before_stays_in_force_until_the_day_that_was_approved(site: PlantUnderTest) -> None:
    begins, today = day_in(10), day_in(0)
    assert states(site) == [(2, "submitted", begins, None), (1, "approved", today, None)]
    approve_second(site)
    assert states(site) == [(2, "coming", begins, None), (1, "approved", today, begins)]
    [listed] = desk(site, "zhang").get("/api/recipes").json["items"]
    assert (listed["version"], listed["state"]) == (1, "coming")
    assert listed["coming"] == [{"version": 2, "effective_from": begins}]
    used = desk(site, "zhang").get("/api/recipes/used/material/api-1").json["items"]
    assert [(one["version"], one["state"]) for one in used] == [(2, "coming"), (1, "approved")]
    later(10)
    assert states(site) == [(2, "approved", begins, None), (1, "superseded", today, begins)]
    [listed] = desk(site, "zhang").get("/api/recipes").json["items"]
    assert (listed["version"], listed["state"], listed["coming"]) == (2, "approved", [])
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_an_approval_after_its_day_is_effective_from_the_day_of_the_approval(site: PlantUnderTest) -> None:
    later(12)
    approve_second(site)
    assert states(site)[0] == (2, "approved", day_in(0), None)


def test_the_day_is_that_of_the_plants_calendar(site: PlantUnderTest) -> None:
    approve_second(site)
    later(9)
    with site.reading() as connection:
        assert queries.effective(connection, CODE, days.today(connection)) == 1
    site.state("site.zone_set.v1", "site/zone", {"zone": "Pacific/Auckland", "reason": "where it stands"})
    # It is the tenth day there already.
    with site.reading() as connection:
        assert days.today(connection) == day_in(1)
        assert queries.effective(connection, CODE, days.today(connection)) == 2


def test_what_is_released_is_frozen_from_the_version_effective_that_day(site: PlantUnderTest) -> None:
    approve_second(site)
    assert plan(site, "B1", 1, day_in(3)).status_code == 201
    assert plan(site, "B2", 1, day_in(20)).status_code == 201
    assert plan(site, "B3", 2, day_in(10)).status_code == 201
    early = plan(site, "B4", 2, day_in(9))
    assert (early.status_code, early.json["code"]) == (409, "recipe_not_effective")
    assert release(site, "B3").json["code"] == "recipe_not_effective"
    assert release(site, "B1").status_code == 200
    later(10)
    late = release(site, "B2")
    assert (late.status_code, late.json["code"]) == (409, "recipe_not_effective")
    assert release(site, "B3").status_code == 200
    assert plan(site, "B5", 1, day_in(0)).json["code"] == "recipe_not_effective"
    [first], [second] = site.payloads(production.ORDER), site.payloads(production.MASTER_ORDER)
    assert (first["batch"], first["version"]) == ("B1", 1)
    assert (second["batch"], second["version"], second["procedure"]) == ("B3", 2, master(2)["procedure"])


def test_planning_takes_the_bill_of_the_version_effective_today(site: PlantUnderTest) -> None:
    approve_second(site)
    product = content()["product"]["code"]
    with site.reading() as connection:
        assert gathering.gather(connection, day_in(0)).recipes[product].version == 1
        assert gathering.gather(connection, day_in(10)).recipes[product].version == 2


def test_a_day_is_said_of_the_third_form_and_of_no_other(site: PlantUnderTest) -> None:
    approve_second(site)
    for recipe, named in ((master(3), None), (content(3), day_in(0))):
        assert submit(site, recipe, effective_from=named).status_code == 422
    assert submit(site, master(3), effective_from="2026-13-01").status_code == 422
    other = submit(site, master(3), effective_from=day_in(1))
    assert other.status_code == 201, other.text
    [*_, submitted] = site.payloads(model.MASTER_SUBMITTED)
    assert submitted["effective_from"] == day_in(1)
    assert model.said(submitted)["effective_from"] == day_in(1)


_DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 9)).map(lambda one: one.isoformat())


@given(st.dictionaries(st.integers(1, 6), st.none() | _DAYS), _DAYS)
def test_the_newest_whose_day_has_come_is_effective(approved: dict[int, str | None], day: str) -> None:
    found = rules.effective(approved, day)
    come = [number for number, first in approved.items() if first is None or first <= day]
    assert found == (max(come) if come else None)
    known = [(number, first) for number, first in approved.items() if first is not None]
    for number, first in known:
        ends = rules.superseded_on(known, number)
        # From its day until that on which another takes its place, and on no other.
        inside = first <= day and (ends is None or day < ends)
        assert (rules.effective(dict(known), day) == number) == inside


@given(st.none() | _DAYS, _DAYS)
def test_no_version_is_effective_before_its_approval(named: str | None, approved: str) -> None:
    first = rules.first_day(named, approved)
    assert first is None if named is None else first is not None and first >= approved and first in (named, approved)
