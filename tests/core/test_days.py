"""The plant's calendar: one zone, dated in the log, by which door and witness tell the same days: expired stock could
be used for the eight hours that Shanghai is ahead of UTC."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plant import PlantUnderTest
from receiving_support import received
from stock_support import Store
from support import ROOT
from witness_support import Rig, Story, witnessed

from server.core import clock, days, rebuild
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.zones import Zones, is_zone
from server.materials.receiving import model as receiving
from server.site.model import STREAM, ZONE_SET

pytestmark = pytest.mark.urs("MAT-07")
VECTORS = json.loads((ROOT / "tests/vectors/days.json").read_text("utf-8"))
SHANGHAI = {"zone": "Asia/Shanghai", "reason": "The plant stands in Shanghai"}
PLACES = ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    made = Store(database_url, tmp_path)
    yield made
    clock.use_system()
    made.plant.close()


@pytest.mark.parametrize("one", VECTORS, ids=[one["why"] for one in VECTORS])
def test_the_day_of_an_instant_is_that_of_the_zone_which_held_then(one: dict[str, Any]) -> None:
    zones = Zones.of((said["since"], said["zone"]) for said in one["zones"])
    assert zones.day(one["instant"]) == one["day"]


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(PLACES))
def test_whatever_a_device_writes_has_a_day_and_without_a_zone_that_of_utc(moment: datetime, zone: str) -> None:
    text = clock.text(moment)
    assert Zones().day(text) == text[:10]
    there = date.fromisoformat(Zones.of([("0001-01-01T00:00:00.000Z", zone)]).day(text))
    assert abs((there - moment.date()).days) <= 1


def test_names_of_zones_are_no_paths() -> None:
    assert [is_zone(one) for one in ("Asia/Shanghai", "UTC", "Etc/GMT-8", "America/Argentina/Salta")] == [True] * 4
    for wrong in ("", "Asia/Nowhere", "../../etc/passwd", "/etc/localtime", "Asia", "Asia/Shanghai\n", "localtime/x"):
        assert not is_zone(wrong), wrong


def test_an_administrator_states_one_that_there_is_and_a_rebuild_knows_it(site: PlantUnderTest) -> None:
    assert refusal(site, "Nowhere/City") == "zone_unknown"
    assert refusal(site, "UTC") == "zone_unchanged"
    assert refusal(site, "Asia/Shanghai", "zhang") == "not_permitted"
    assert refusal(site, "Asia/Shanghai") is None
    assert refusal(site, "Asia/Shanghai") == "zone_unchanged"
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []
    clock.use(lambda: datetime(2098, 11, 26, 23, tzinfo=UTC))
    with site.plant.engine.connect() as connection:
        assert days.today(connection) == "2098-11-27"
        assert days.of(connection, "2020-11-26T23:00:00.000Z") == "2020-11-26"


def refusal(site: PlantUnderTest, zone: str, by: str = "admin") -> str | None:
    try:
        site.state(ZONE_SET, STREAM, SHANGHAI | {"zone": zone}, actor=by)
    except PestleError as error:
        return error.code
    return None


@pytest.mark.urs("PLT-18")
def test_a_witness_asks_for_the_zone_again(tmp_path: Path) -> None:
    site = PlantUnderTest(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    story = Story.of(site.plant)
    site.close()
    wrong = {"Nowhere/City": "zone_unknown", "UTC": "zone_unchanged", "Asia/Shanghai": None}
    for number, (zone, code) in enumerate(wrong.items()):
        said = story.stated(ZONE_SET, STREAM, SHANGHAI | {"zone": zone}, "P-0001")
        expected = (200, None) if code is None else (422, (code, len(story.entries)))
        assert witnessed(tmp_path / f"witness-{number}", said) == expected


@pytest.mark.parametrize("zone", ["Asia/Shanghai", None])
def test_stock_ends_with_the_day_of_the_plant_and_not_with_that_of_greenwich(store: Store, zone: str | None) -> None:
    store.bring("X/1", "X-1", expiry="2098-11-26")
    if zone is not None:
        store.plant.recorder.state(Fact(ZONE_SET, STREAM, SHANGHAI))
    stands = {}
    for hour in (15, 16, 23):
        clock.use(partial(datetime, 2098, 11, 26, hour, tzinfo=UTC))
        with store.plant.engine.connect() as connection:
            day = days.today(connection)
        stands[hour] = store.stands("X-1", day).status, "X-1" in store.proposed(day=day)
    usable, expired = ("released", True), ("expired", False)
    assert stands == ({15: usable, 16: expired, 23: expired} if zone else dict.fromkeys((15, 16, 23), usable))


def test_who_administers_states_the_zone_at_a_desk_and_others_do_not(site: PlantUnderTest) -> None:
    admin = site.client("admin")
    assert admin.get("/api/zone").json | {"today": ""} == {"zone": "UTC", "since": None, "today": ""}
    assert site.client("zhang").post("/api/zone", json=SHANGHAI).status_code == 403
    assert admin.post("/api/zone", json=SHANGHAI | {"zone": "Nowhere/City"}).json["code"] == "zone_unknown"
    said = admin.post("/api/zone", json=SHANGHAI)
    assert said.status_code == 200, said.text
    assert said.json["zone"] == "Asia/Shanghai"
    with site.plant.engine.connect() as connection:
        known = days.zones(connection)
    assert known.stated == [(said.json["since"], "Asia/Shanghai")]


@pytest.mark.urs("PLT-18", "MAT-04")
def test_door_and_witness_ask_by_the_same_day_what_came_when_it_had_expired(tmp_path: Path) -> None:
    site = PlantUnderTest(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    site.state(ZONE_SET, STREAM, SHANGHAI)
    named = {"name": {"zh": "料", "en": "M"}, "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", "material/api-1", {"material": "api-1", **named})
    # 07:30 on the 27th in Shanghai; in Greenwich the 26th goes on for half an hour.
    moment = datetime(2098, 11, 26, 23, 30, tzinfo=UTC)
    clock.use(lambda: moment)
    came = site.state(receiving.LOT_RECEIVED, "lot/api-1/L-1", received("L-1", expiry="2098-11-26"))
    story = Story.of(site.plant)
    site.close()
    assert came.flags == (receiving.EXPIRED,)
    for name, shown, status in (("right", story, 200), ("silent", story.without_flag(receiving.EXPIRED), 422)):
        rig = Rig(tmp_path / name, story)
        rig.clock = moment.timestamp
        assert rig.show(shown) == status, rig.why
        assert rig.found == (None if status == 200 else ("flag_missing", came.index))
        rig.folder.close()
