"""A witness finds a server that gives a lot number twice, or keeps still about what was wrong with a delivery."""

from collections.abc import Iterator

import pytest
from plant import PlantUnderTest
from receiving_support import received
from witness_support import Rig, Story

from server.core import clock
from server.identity.model import PERSON_ADDED
from server.materials.receiving import giving, model, numbering

pytestmark = pytest.mark.urs("PLT-18", "MAT-04")
BLOCK = {"pattern": model.DEFAULT.pattern, "device": "T-9", "unit": None}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A handheld received under its own number and under none; what came to the desk had expired."""
    folder = tmp_path_factory.mktemp("receiving")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    person = {"person": "ku", "login": "ku", "name": "库管", "name_en": "Keeper", "roles": ["keeper"]}
    site.state(PERSON_ADDED, "person/ku", person)
    said = {"material": "api-1", "name": {"zh": "料", "en": "M"}, "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", "material/api-1", said)
    tablet = site.tablet("T-1")
    [block] = giving.take_along(site.plant, "T-1", "warehouse/raw/2026-11-26")["blocks"]
    own = numbering.number(block["pattern"], "api-1", block["period"], block["first"])
    for number, flags in ((own, ()), ("MINE", (model.NUMBER_FOREIGN,))):
        told = tablet.record(model.LOT_RECEIVED, f"lot/api-1/{number}", received(number), actor="ku")
        # It has no lease.
        assert told.flags == (*flags, "lease_unknown")
    late = site.state(model.LOT_RECEIVED, "lot/api-1/OLD", received("OLD", expiry="2020-01-31"))
    assert late.flags == (model.EXPIRED,)
    # No handheld makes it younger, by the older kind either.
    older = dict.fromkeys(("quantity", "supplier", "supplier_lot", "containers")) | {"status": "quarantine"}
    older |= {"material": "api-1", "lot": "OLD", "expiry": "2099-01-31"}
    told = tablet.record("materials.lot_received.v1", "lot/api-1/OLD", older, actor="ku")
    assert told.flags == (model.DIFFERS, "lease_unknown")
    # What it says no more, is known of it.
    assert site.state(model.LOT_RECEIVED, "lot/api-1/OLD", received("OLD")).flags == (model.EXPIRED,)
    yield Story.of(site.plant)
    site.close()


def reserved(story: Story, first: int, last: int) -> Story:
    block = {**BLOCK, "period": clock.now_text()[:4], "first": first, "last": last}
    return story.server_says(model.NUMBERS_RESERVED, giving.STREAM, block)


def test_numbers_that_follow_are_cosigned_and_none_is_given_twice(rig: Rig, story: Story) -> None:
    for first, last in ((20, 30), (22, 30), (21, 20)):
        assert rig.show(reserved(story, first, last)) == 422
        assert rig.found == ("numbers_taken", len(story.entries))
    assert rig.show(reserved(story, 21, 40)) == 200, rig.why


def returned(story: Story, first: int, last: int, device: str = "T-1") -> Story:
    said = {"period": clock.now_text()[:4], "first": first, "last": last, "device": device}
    return story.server_says(model.NUMBERS_RETURNED, giving.STREAM, said)


def test_numbers_come_back_from_who_has_them_and_only_unused(rig: Rig, story: Story) -> None:
    for first, last, device in ((1, 20, "T-1"), (5, 19, "T-1"), (5, 20, "T-9")):
        assert rig.show(returned(story, first, last, device)) == 422
        assert rig.found == ("numbers_taken", len(story.entries))
    back = returned(story, 5, 20)
    for first, last in ((6, 8), (5, 21), (4, 6)):
        assert rig.show(reserved(back, first, last)) == 422
    assert rig.show(reserved(reserved(reserved(back, 5, 6), 7, 20), 21, 40)) == 200, rig.why


def test_a_rule_by_which_two_lots_could_have_one_number_is_found(rig: Rig, story: Story) -> None:
    rule = {"pattern": "{material}{seq:4}", "remaining": 50, "over": 0, "reason": "x"}
    assert rig.show(story.server_says(model.RULE_SET, giving.STREAM, rule)) == 422
    assert rig.found == ("lot_pattern_wrong", len(story.entries))
    assert rig.show(story.server_says(model.RULE_SET, giving.STREAM, {**rule, "pattern": "L{seq:4}"})) == 200, rig.why


@pytest.mark.parametrize("flag", [model.NUMBER_FOREIGN, model.EXPIRED])
def test_what_was_wrong_with_a_delivery_is_not_left_out(rig: Rig, story: Story, flag: str) -> None:
    at = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", at)
