"""Batches are numbered by the plant's rule, each number once; a typed one has its reason (PRD-04)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plant import PlantUnderTest
from recipe_support import CODE, content, imported, stock, words

from server.core import rebuild
from server.core.errors import PestleError
from server.production import model as production
from server.production.numbers import model, rules
from server.recipes.model import APPROVED_V1, recipe_stream

pytestmark = pytest.mark.urs("PRD-04")
Json = dict[str, Any]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    stock(made)
    imported(made)
    yield made
    made.close()


def plan(
    site: PlantUnderTest,
    day: str = "2026-12-01",
    batch: str | None = None,
    reason: str | None = None,
    recipe: str = CODE,
) -> Any:
    body: Json = {"batch": batch, "number_reason": reason, "recipe": recipe, "version": 1, "lots": []}
    body |= {"size": {"value": "2500000", "unit": "tablets"}, "planned_start": day}
    return site.client("zhang").post("/api/orders", json=body)


def rule(site: PlantUnderTest, pattern: str | None, product: str | None = None, login: str = "zhang") -> Any:
    body = {"product": product, "pattern": pattern, "reason": "SOP-PP-07"}
    return site.client(login).post("/api/batch-rules", json=body)


def numbered(site: PlantUnderTest, *days: str) -> list[str]:
    found = []
    for day in days:
        answer = plan(site, day)
        assert answer.status_code == 201, answer.text
        found.append(answer.json["batch"])
    return found


def test_the_rule_counts_within_a_month(site: PlantUnderTest) -> None:
    assert numbered(site, "2026-12-01", "2026-12-31", "2027-01-04") == ["2612001", "2612002", "2701001"]
    shown = site.client("wang").get("/api/orders/2612002").json
    assert shown["number"] == {"pattern": model.DEFAULT, "period": "202612", "seq": 2, "reason": None}
    asked = {"product": "AMT-5", "day": "2026-12-24"}
    assert site.client("wang").get("/api/batch-rules/next", query_string=asked).json == {"batch": "2612003"}
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_product_has_a_rule_of_its_own_and_may_go_back(site: PlantUnderTest) -> None:
    assert rule(site, "B{yyyy}-{seq:3}").status_code == 201
    assert rule(site, "{product}-{yy}{seq:2}", "AMT-5").status_code == 201
    assert numbered(site, "2026-12-01", "2027-01-01") == ["AMT-5-2601", "AMT-5-2701"]
    assert rule(site, None, "AMT-5").status_code == 201
    assert numbered(site, "2026-12-01") == ["B2026-001"]
    shown = site.client("zhang").get("/api/batch-rules").json["items"]
    assert [(one["product"], one["pattern"]) for one in shown] == [(None, "B{yyyy}-{seq:3}")]
    assert rule(site, None).json["code"] == "batch_pattern_wrong"
    assert rule(site, "{mm}{seq:2}").json["code"] == "batch_pattern_wrong"
    assert rule(site, "{yy}{seq:2}", login="wang").status_code == 403


def test_a_typed_number_has_its_reason_and_is_once(site: PlantUnderTest) -> None:
    assert plan(site, batch="2612001").json["code"] == "batch_number_unexplained"
    assert plan(site, batch="2612001", reason="Trial of the old series").status_code == 201
    assert plan(site, batch="2612001", reason="Again").json["code"] == "batch_known"
    # What somebody typed is passed over.
    assert numbered(site, "2026-12-02") == ["2612002"]


def test_a_number_of_a_withdrawn_order_stays_its_own(site: PlantUnderTest) -> None:
    assert numbered(site, "2026-12-01") == ["2612001"]
    gone = site.client("zhang").post("/api/orders/2612001/withdraw", json={"reason": "Other size"})
    assert gone.status_code == 200
    assert numbered(site, "2026-12-01") == ["2612002"]
    again = plan(site, batch="2612001")
    assert (again.status_code, again.json["state"]) == (201, "planned")


def test_once_a_site_gives_numbers_no_order_is_without(site: PlantUnderTest) -> None:
    numbered(site, "2026-12-01")
    [planned] = site.payloads(production.ORDER_PLANNED)
    for batch, given_ in (("X-1", None), ("X-2", {"product": "other"})):
        if given_ is not None:
            said = {"batch": batch, "day": "2026-12-01", "reason": "other"} | given_
            said |= dict.fromkeys(("scope", "pattern", "period", "seq"))
            site.state(model.GIVEN, production.order_stream(batch), said, actor="zhang")
        with pytest.raises(PestleError) as refused:
            site.state(production.ORDER_PLANNED, f"order/{batch}", planned | {"batch": batch}, actor="zhang")
        assert refused.value.code == ("batch_number_missing" if given_ is None else "batch_number_wrong")


def test_a_number_that_the_rule_does_not_give_is_refused(site: PlantUnderTest) -> None:
    numbered(site, "2026-12-01")
    [right] = site.payloads(model.GIVEN)
    more = right | {"batch": "2612002", "seq": 2}
    for changes, code in (
        ({}, "batch_number_taken"),
        (more | {"batch": "2612009"}, "batch_number_wrong"),
        (more | {"period": "202611", "batch": "2611002"}, "batch_number_wrong"),
        (more | {"pattern": "{yy}{mm}{seq:2}", "batch": "261202"}, "batch_number_wrong"),
        (more | {"scope": "AMT-5"}, "batch_number_wrong"),
    ):
        with pytest.raises(PestleError) as refused:
            site.state(model.GIVEN, "order/x", right | changes, actor="zhang")
        assert refused.value.code == code


def test_a_number_longer_than_a_code_is_refused_with_what_to_do(site: PlantUnderTest) -> None:
    product = {"code": "P" * 78, "name": words("Long"), "strength": "5 mg"}
    signatures = [{"person": "P-0004", "meaning": "approved", "at": "2026-11-20T08:00:00.000Z"}]
    said = content() | {"recipe": "MR-LONG", "product": product, "signatures": signatures}
    site.state(APPROVED_V1, recipe_stream("MR-LONG"), said)
    assert rule(site, "{product}-{yy}{seq:2}").status_code == 201
    asked = {"product": product["code"], "day": "2026-12-01"}
    preview = site.client("wang").get("/api/batch-rules/next", query_string=asked)
    refused = plan(site, recipe="MR-LONG")
    for answer in (preview, refused):
        assert (answer.status_code, answer.json["code"]) == (422, "batch_number_long"), answer.text
    assert not site.payloads(model.GIVEN)
    assert plan(site, recipe="MR-LONG", batch="L-1", reason="Too long a code").status_code == 201


def test_the_bill_is_shown_before_the_release(site: PlantUnderTest) -> None:
    numbered(site, "2026-12-01")
    shown = site.client("wang").get("/api/orders/2612001").json
    [line] = shown["materials"]
    assert (line["material"], line["quantity"]) == ("api-1", {"value": "12.640", "unit": "kg"})


PARTS = st.sampled_from(["{yy}", "{yyyy}", "{mm}", "{seq:1}", "{seq:3}", "{product}", "A", "-", "7", ".", "B-"])
DAYS = st.dates().filter(lambda one: 2000 <= one.year < 2100).map(str)


@given(
    st.lists(PARTS, max_size=7).map("".join), st.lists(st.tuples(DAYS, st.integers(1, 1200)), min_size=2, max_size=2)
)
def test_by_a_pattern_no_two_batches_are_alike(pattern: str, places: list[tuple[str, int]]) -> None:
    if rules.pattern_refused(pattern) is not None:
        return
    counted = [(rules.period(pattern, day), seq) for day, seq in places]
    first, second = (rules.spelled(pattern, "AMT-5", *one) for one in counted)
    assert (first == second) == (counted[0] == counted[1])
