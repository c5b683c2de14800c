"""Deliveries that handhelds bring: under numbers of their own, judged at the door as at a desk, told with their lot."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from handheld_support import Site, Tablet
from receiving_support import received
from witness_support import Rig, Story

from server.core import clock, rebuild
from server.core.kinds import Fact
from server.materials import queries as materials
from server.materials.receiving import model, numbering, queries
from sync.log import reading

pytestmark = pytest.mark.urs("MAT-04", "MAT-10", "PLT-08")


@pytest.fixture
def unit(site: Site) -> str:
    """Today in the area of raw materials; a keeper is signed in."""
    state = site.plant.recorder.state
    keeper = {"person": "P-8", "login": "huang", "name": "黄", "name_en": "Huang", "roles": ["keeper"]}
    state(Fact("identity.person_added.v1", "person/P-8", keeper))
    area = {"area": "raw", "name": {"zh": "原料库", "en": "Raw materials"}, "places": ["R-01"], "reason": "store"}
    state(Fact("identity.area_set.v1", "area/raw", area))
    for code in ("LAC", "MGS"):
        defined = {"material": code, "name": {"zh": code, "en": code}, "type": "raw", "unit": "kg"}
        state(Fact("materials.material_defined.v1", f"material/{code}", defined))
    site.cookie = site.sign_in("huang")
    return f"warehouse/raw/{clock.now_text()[:10]}"


def hand(site: Site, name: str, unit: str) -> Tablet:
    tablet: Tablet = site.tablet(name, unit).connect()
    tablet.wait_for_document(unit)
    return tablet


def numbers(site: Site, tablet: Tablet, unit: str) -> list[str]:
    """The lot numbers of LAC that its lease brings."""
    lease = json.loads(site.lease(tablet, unit)["lease"])
    tablet.leases[unit] = lease["lease"]
    [block] = lease["receiving"]["blocks"]
    places = range(block["first"], block["last"] + 1)
    return [numbering.number(block["pattern"], "LAC", block["period"], seq) for seq in places]


def bring(tablet: Tablet, unit: str, lot: str, material: str = "LAC", actor: str = "P-8", **given: Any) -> None:
    """A lot and its one container."""
    amount = {"quantity": {"value": "25.000", "unit": "kg"}}
    said = received(lot, material, **(amount | {"containers": 1} | given))
    one = {"container": f"{lot}-001", **amount, "location": None, "damage": None}
    labels = {"material": material, "lot": lot, "containers": [one]}
    about = {"actor": actor, "lease": tablet.leases[unit], "subject": f"lot/{material}/{lot}"}
    kinds = ((model.LOT_RECEIVED, said), (model.CONTAINERS_RECEIVED, labels))
    told = [tablet.write(unit, kind, payload, **about) for kind, payload in kinds]
    tablet.deliver(unit, *told)
    tablet.receipt(unit, told[-1])


def flags(site: Site) -> list[tuple[str, ...]]:
    """Of the lots received, the first first."""
    with site.plant.engine.connect() as connection:
        return [tuple(one.stamp.flags) for one in reading.of_kind(connection, model.LOT_RECEIVED)]


def test_two_handhelds_never_have_one_number_and_what_both_bring_is_in_quarantine(site: Site, unit: str) -> None:
    tablets = [hand(site, "T-1", unit), hand(site, "T-2", unit)]
    given = [numbers(site, one, unit) for one in tablets]
    assert len({*given[0], *given[1]}) == 2 * model.BLOCK
    for tablet, own in zip(tablets, given, strict=True):
        bring(tablet, unit, own[0])
        bring(tablet, unit, own[-1])
    assert flags(site) == [()] * 4
    with site.plant.engine.connect() as connection:
        lots = [materials.find_lot(connection, "LAC", one) for own in given for one in (own[0], own[-1])]
    assert [None if one is None else one.status for one in lots] == ["quarantine"] * 4
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_number_that_is_another_devices_or_no_number_of_ours_is_flagged_and_kept(site: Site, unit: str) -> None:
    first, second = hand(site, "T-1", unit), hand(site, "T-2", unit)
    own, others = numbers(site, first, unit), numbers(site, second, unit)
    bring(second, unit, own[3])
    bring(second, unit, "SOMETHING")
    bring(second, unit, others[3])
    assert flags(site) == [(model.NUMBER_FOREIGN,), (model.NUMBER_FOREIGN,), ()]


def test_the_door_judges_as_the_handheld_should_have_and_holds_the_lot(site: Site, unit: str) -> None:
    tablet = hand(site, "T-1", unit)
    own = numbers(site, tablet, unit)
    yesterday = (clock.now() - timedelta(days=1)).date().isoformat()
    bring(tablet, unit, own[0], expiry=yesterday)
    bring(tablet, unit, own[1], order="PO-2026-0001", line=1)
    bring(tablet, unit, own[2], actor="zhang")
    assert flags(site)[:2] == [(model.EXPIRED,), (model.ORDER_UNKNOWN,)]
    assert "person_not_permitted" in flags(site)[2]
    with site.plant.engine.connect() as connection:
        waiting = [one.lot for one in queries.suppliers.undecided(connection, clock.now_text()[:10], 10)]
        assert sorted(waiting) == sorted(own[:3])
        assert [one.container for one in materials.containers_of(connection, "LAC", own[2])] == []


def test_what_a_handheld_said_of_a_lot_is_told_with_the_lot(site: Site, unit: str) -> None:
    tablet = hand(site, "T-1", unit)
    [own, *_] = numbers(site, tablet, unit)
    bring(tablet, unit, own)
    with site.plant.engine.connect() as connection:
        found = reading.at(connection, queries.told_elsewhere(connection, "LAC", own))
        assert [one.head.kind for one in found] == [model.LOT_RECEIVED, model.CONTAINERS_RECEIVED]
        assert queries.told_elsewhere(connection, "MGS", own) == []


@pytest.mark.urs("PLT-18")
def test_a_witness_finds_nothing_wrong_with_what_handhelds_brought(site: Site, unit: str, tmp_path: Path) -> None:
    tablet = hand(site, "T-1", unit)
    own = numbers(site, tablet, unit)
    bring(tablet, unit, own[0], expiry="2020-01-31")
    bring(tablet, unit, "SOMETHING")
    bring(tablet, unit, own[1], actor="zhang")
    rig = Rig(tmp_path / "witness", Story.of(site.plant))
    assert rig.show(Story.of(site.plant)) == 200, rig.why
    rig.folder.close()
