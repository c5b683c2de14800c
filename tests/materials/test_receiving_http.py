"""Receiving at a desk over HTTP: against an order, told what is wrong before it is taken in, numbered by rule."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import time_ns
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest
from purchasing_support import SUPPLIER, Buying, line
from receiving_support import received
from sqlalchemy import insert

from server.core import clock, db, rebuild
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import accounts
from server.identity.model import PERSON_ADDED_V2
from server.materials import queries as materials
from server.materials.receiving import giving, model, projection, taking
from sync.entry import new_id

pytestmark = pytest.mark.urs("MAT-04")
Json = dict[str, Any]
YEAR = clock.now_text()[2:4]
LATER = f"{int(clock.now_text()[:4]) + 3}-06-30"


@pytest.fixture
def buying(database_url: str, tmp_path: Path) -> Iterator[Buying]:
    made = PlantUnderTest(database_url, tmp_path)
    yield Buying(made)
    made.close()


def request_id() -> str:
    """As a page makes one."""
    return new_id(time_ns() // 1_000_000)


def body(*kilograms: str, **given: Any) -> Json:
    names = ("order", "line", "manufacturer", "supplier_name", "made", "expiry", "delivery_note", "comment", "damage")
    said = {"material": "api-1", "supplier": SUPPLIER, "supplier_lot": "X-7", **dict.fromkeys(names)}
    lines = [{"quantity": {"value": one, "unit": "kg"}, "location": None, "damage": None} for one in kilograms]
    return {**said, "containers": lines, "despite": [], "request": request_id(), **given}


def receive(buying: Buying, *kilograms: str, login: str = "qian", **given: Any) -> Any:
    return buying.clients[login].post("/api/receiving", json=body(*kilograms, **given))


def lot(buying: Buying, number: str) -> Any:
    with buying.site.reading() as connection:
        return materials.find_lot(connection, "api-1", number)


def test_a_delivery_against_an_order_is_numbered_labelled_and_in_quarantine(buying: Buying) -> None:
    order = buying.ordered(line(value="50"))
    answer = receive(buying, "12.500", "12.5", order=order, line=1, expiry=LATER)
    assert answer.status_code == 201, answer.text
    number = f"api-1-{YEAR}0001"
    assert answer.json["lot"] == number
    assert answer.json["containers"] == [f"{number}-001", f"{number}-002"]
    found = lot(buying, number)
    assert (found.status, found.quantity) == ("quarantine", {"value": "25.000", "unit": "kg"})
    [entry] = buying.site.payloads(model.LOT_RECEIVED)
    assert (entry["order"], entry["line"], entry["supplier"], entry["containers"]) == (order, 1, SUPPLIER, 2)
    shown = buying.shown(order)
    assert (shown["state"], shown["lines"][0]["received"]["value"]) == ("partial", "25.000")
    assert receive(buying, "25", order=order, line=1, expiry=LATER).json["lot"] == f"api-1-{YEAR}0002"
    assert buying.shown(order)["state"] == "closed"
    assert rebuild.check(buying.site.plant.engine, buying.site.plant.log, buying.site.plant.registry)["ok"]


def test_more_than_ordered_is_told_with_the_way_on_and_held_when_it_is_taken_in(buying: Buying) -> None:
    order = buying.ordered(line(value="25"))
    stopped = receive(buying, "25.001", order=order, line=1)
    assert (stopped.json["code"], stopped.json["details"]["found"]) == ("receipt_stopped", [model.OVER])
    again = {"order": order, "line": 1, "despite": [model.OVER]}
    assert receive(buying, "25.001", **again).json["code"] == "receipt_unexplained"
    taken = receive(buying, "25.001", **again, comment="One bag too many, agreed by phone")
    assert taken.status_code == 201, taken.text
    shown = buying.clients["li"].get(f"/api/lots/api-1/{taken.json['lot']}/supplier").json
    assert (shown["waits"], shown["flags"]) == (True, [model.OVER])
    closed = receive(buying, "1", order=order, line=1)
    assert closed.json["details"]["found"] == [model.ORDER_CLOSED]


def test_what_comes_for_an_order_that_nobody_approved_is_stopped_and_closes_no_line(buying: Buying) -> None:
    placed = buying.place(line(value="25"))
    order = placed.json["order"]
    given = body("25", order=order, line=1, expiry=LATER, despite=[model.ORDER_UNDECIDED], comment="It is here")
    stopped = receive(buying, **given)
    assert (stopped.json["code"], stopped.json["details"]["found"]) == ("receipt_barred", [model.ORDER_UNDECIDED])
    # In the hand it is there all the same: flagged, held, and no receipt of this order.
    tablet = buying.site.tablet("T-1")
    names = ("manufacturer", "supplier_name", "made", "retest", "delivery_note", "comment", "damage")
    said = {"material": "api-1", "lot": "H-1", "order": order, "line": 1, "supplier": SUPPLIER, "supplier_lot": "X"}
    said |= {"expiry": LATER, "quantity": {"value": "25", "unit": "kg"}, "containers": 1, **dict.fromkeys(names)}
    told = tablet.record(model.LOT_RECEIVED, "lot/api-1/H-1", said, actor="P-0020")
    assert model.ORDER_UNDECIDED in told.flags
    shown = buying.shown(order)
    assert (shown["lines"][0]["state"], shown["lines"][0]["receipts"]) == ("open", [])
    waits = buying.clients["li"].get("/api/lots/api-1/H-1/supplier").json
    assert waits["waits"]
    assert model.ORDER_UNDECIDED in waits["flags"]
    # From its approval on the same goods may come.
    assert buying.decide("chen", "approve", order).status_code == 200
    assert receive(buying, **{**given, "request": request_id()}).status_code == 201
    assert buying.shown(order)["state"] == "closed"
    assert rebuild.check(buying.site.plant.engine, buying.site.plant.log, buying.site.plant.registry)["ok"]


def test_the_plant_says_how_much_more_may_come(buying: Buying) -> None:
    order = buying.ordered(line(value="100"))
    rule = {"pattern": "L{seq:5}", "remaining": 50, "over": 2, "reason": "SOP-WH-01"}
    for login, status in (("qian", 403), ("sun", 403)):
        assert buying.clients[login].post("/api/receiving/rule", json=rule).status_code == status
    buying.site.state(model.RULE_SET, giving.STREAM, rule, actor="server")
    assert receive(buying, "102.001", order=order, line=1).json["code"] == "receipt_stopped"
    taken = receive(buying, "102.000", order=order, line=1)
    assert (taken.status_code, taken.json["lot"]) == (201, "L00001")


def test_a_supplier_who_is_not_approved_and_one_who_was_not_ordered_from_are_told(buying: Buying) -> None:
    order = buying.ordered(line())
    found = receive(buying, "25", order=order, line=1, supplier="S-NO").json["details"]["found"]
    assert found == [model.NOT_APPROVED, model.OTHER_SUPPLIER]
    assert receive(buying, "25", manufacturer="S-NO").json["details"]["found"] == [model.NOT_APPROVED]
    named = {"supplier": None, "supplier_name": "Huayuan"}
    assert receive(buying, "25", **named).status_code == 201
    assert receive(buying, "25", order="PO-2026-0099", line=1).json["details"]["found"] == [model.ORDER_UNKNOWN]
    assert receive(buying, "25", order=order, line=2).json["details"]["found"] == [model.ORDER_UNKNOWN]


def test_what_is_not_known_here_nobody_can_go_on_with(buying: Buying) -> None:
    for given in ({"material": "nobody"}, {"containers": body("1")["containers"]}):
        if "containers" in given:
            given["containers"][0]["quantity"] = {"value": "1", "unit": "L"}
        answer = receive(buying, "25", despite=[model.UNKNOWN, model.UNIT], comment="x", **given)
        assert answer.json["code"] == "receipt_barred"
    assert not buying.site.payloads(model.LOT_RECEIVED)
    assert receive(buying, "0").status_code == 422
    assert receive(buying, "25", login="zhang").status_code == 403


def test_mixed_units_are_summed_in_the_unit_of_the_material(buying: Buying) -> None:
    lines = body("1.5", "0.5")["containers"]
    lines[1]["quantity"] = {"value": "250", "unit": "g"}
    number = receive(buying, containers=lines).json["lot"]
    assert lot(buying, number).quantity == {"value": "1.750", "unit": "kg"}


def test_a_lorry_is_received_in_entries_that_fit(buying: Buying) -> None:
    taken = receive(buying, *["10"] * 250)
    assert taken.status_code == 201, taken.text
    assert [len(one["containers"]) for one in buying.site.payloads(model.CONTAINERS_RECEIVED)] == [100, 100, 50]
    assert len(set(taken.json["containers"])) == 250


def test_nothing_is_put_where_there_is_no_place(buying: Buying) -> None:
    given = body("25", expiry=LATER, comment="no order")
    given["containers"][0]["location"] = "NOWHERE"
    answer = buying.clients["qian"].post("/api/receiving", json=given)
    assert (answer.status_code, answer.json["code"]) == (422, "place_unknown"), answer.text
    area = {"area": "raw", "name": {"zh": "原料库", "en": "Raw"}, "places": [], "reason": "store"}
    buying.site.state("identity.area_set.v1", "area/raw", area)
    about = {"name": {"zh": "收货区", "en": "Bay"}, "warehouse": "raw", "kind": "receiving", "storage": None}
    buying.site.state("materials.location_defined.v1", "locations", {"location": "NOWHERE", "active": True, **about})
    assert buying.clients["qian"].post("/api/receiving", json=given).status_code == 201


@pytest.mark.urs("MAT-06", "IDN-01")
def test_at_a_desk_goods_in_quarantine_are_put_where_they_belong_and_in_areas_of_ones_own(buying: Buying) -> None:
    site = buying.site
    for area, place, kind in (("raw", "P-1", "production"), ("cold", "K-1", "storage")):
        said = {"area": area, "name": {"zh": area, "en": area}, "places": [], "reason": "store"}
        site.state("identity.area_set.v1", f"area/{area}", said)
        about = {"name": {"zh": place, "en": place}, "warehouse": area, "kind": kind, "storage": None, "active": True}
        site.state("materials.location_defined.v1", "locations", {"location": place, **about})
    keeper = {"person": "P-0031", "login": "ku", "name": "ku", "name_en": None}
    grants = [{"role": "keeper", "areas": ["raw"]}]
    site.state(PERSON_ADDED_V2, "person/P-0031", {**keeper, "grants": grants})
    accounts.set_password(site.plant, "P-0031", PASSWORD)
    buying.clients["ku"] = site.client()
    signed = buying.clients["ku"].post("/api/session", json={"login": "ku", "password": PASSWORD})
    assert signed.status_code == 200, signed.text

    def put(place: str, **given: Any) -> Any:
        lines = body("25", "25")["containers"]
        lines[1]["location"] = place
        return receive(buying, login="ku", containers=lines, expiry=LATER, comment="no order", **given)

    elsewhere = put("K-1", despite=["area_not_permitted"])
    assert (elsewhere.status_code, elsewhere.json["code"]) == (403, "area_not_permitted"), elsewhere.text
    stopped = put("P-1")
    assert (stopped.status_code, stopped.json["code"]) == (409, "receipt_stopped"), stopped.text
    assert stopped.json["details"]["found"] == ["location_unfit"]
    assert not site.payloads(model.LOT_RECEIVED)
    assert put("P-1", despite=["location_unfit"]).status_code == 201


def test_a_delivery_whose_answer_was_lost_is_asked_for_again_and_taken_in_once(buying: Buying) -> None:
    order = buying.ordered(line(value="50"))
    given = body("12.5", "12.5", order=order, line=1, expiry=LATER)
    first, again = (buying.clients["qian"].post("/api/receiving", json=given) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.json == first.json
    assert len(buying.site.payloads(model.LOT_RECEIVED)) == 1
    assert buying.shown(order)["lines"][0]["received"]["value"] == "25.0"
    # What is said otherwise, or by somebody else, is no repetition: it is told what stands.
    other = buying.clients["qian"].post("/api/receiving", json={**given, "supplier_lot": "X-8"})
    assert (other.status_code, other.json["code"]) == (409, "receipt_request_other")
    assert other.json["details"]["lot"] == first.json["lot"]
    fewer = {**given, "containers": given["containers"][:1]}
    assert buying.clients["qian"].post("/api/receiving", json=fewer).json["code"] == "receipt_request_other"
    assert buying.clients["chen"].post("/api/receiving", json=given).status_code in (403, 409)
    assert len(buying.site.payloads(model.LOT_RECEIVED)) == 1


def test_a_request_is_called_as_no_other_entry_is(buying: Buying) -> None:
    taken = receive(buying, "25", expiry=LATER).json["lot"]
    containers = buying.site.entries(model.CONTAINERS_RECEIVED)[0].head.id
    other = receive(buying, "25", expiry=LATER, request=containers)
    assert (other.status_code, other.json["code"]) == (409, "receipt_request_other")
    assert receive(buying, "25", expiry=LATER, request="5f3c5c1e-6f3e-4f0e-8a53-0d5e6f8d1a11").status_code == 422
    assert [one["lot"] for one in buying.site.payloads(model.LOT_RECEIVED)] == [taken]


def test_the_same_delivery_asked_for_at_one_moment_is_taken_in_once(buying: Buying) -> None:
    given = body("12.5", expiry=LATER)
    plant, said = buying.site.plant, {**given, "request": request_id()}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: taking.take(plant, said, "P-0020"), range(4)))
    assert all(one == answers[0] for one in answers)
    assert len(buying.site.payloads(model.LOT_RECEIVED)) == 1


def test_a_request_that_was_stopped_may_go_on_under_its_name(buying: Buying) -> None:
    given = body("25", order=buying.ordered(line(value="20")), line=1, expiry=LATER)
    assert receive(buying, **given).json["code"] == "receipt_stopped"
    taken = receive(buying, **{**given, "despite": [model.OVER], "comment": "agreed"})
    assert taken.status_code == 201, taken.text


def test_a_material_whose_code_makes_too_long_a_number_is_told_so(buying: Buying) -> None:
    code = "料" * 80
    said = {"material": code, "name": {"zh": "长", "en": "Long"}, "type": "intermediate", "unit": "kg"}
    buying.site.state("materials.material_defined.v1", f"material/{code}", said)
    answer = receive(buying, "25", material=code, supplier=None, expiry=LATER)
    assert (answer.status_code, answer.json["code"]) == (409, "lot_number_long"), answer.text
    assert not buying.site.payloads(model.LOT_RECEIVED)


def test_a_number_that_a_lot_has_already_is_given_to_no_other(buying: Buying) -> None:
    """What came before there was a rule, and may be released long since, is not what comes now."""
    old = {"supplier": None, "supplier_lot": None, "expiry": None, "containers": None, "quantity": None}
    for nth in ("0001", "0002"):
        said = {"material": "api-1", "lot": f"api-1-{YEAR}{nth}", "status": "quarantine", **old}
        buying.site.state("materials.lot_received.v1", f"lot/api-1/api-1-{YEAR}{nth}", said)
    answer = receive(buying, "25", order=None, expiry=LATER, comment="no order", despite=["supplier_not_approved"])
    assert answer.status_code == 201, answer.text
    assert answer.json["lot"] == f"api-1-{YEAR}0003"
    assert receive(buying, "25", expiry=LATER).json["lot"] == f"api-1-{YEAR}0004"


def test_people_who_receive_at_once_never_get_one_number(buying: Buying) -> None:
    with ThreadPoolExecutor(4) as pool:
        plant = buying.site.plant
        taken = list(pool.map(lambda n: giving.next_lot(plant, f"m-{n % 2}", lambda lot: []), range(12)))
    assert sorted(one.rpartition("-")[2] for one in taken) == [f"{YEAR}{n:04d}" for n in range(1, 13)]


@pytest.mark.urs("MAT-10")
def test_handhelds_take_blocks_along_that_nobody_else_has(buying: Buying) -> None:
    plant = buying.site.plant
    first = giving.take_along(plant, "t-1", "warehouse/raw/2026-11-26")
    second = giving.take_along(plant, "t-2", "warehouse/raw/2026-11-26")
    assert [(one["first"], one["last"]) for one in (*first["blocks"], *second["blocks"])] == [(1, 20), (21, 40)]
    assert receive(buying, "25").json["lot"] == f"api-1-{YEAR}0041"
    # The same lease once more: the same numbers, of which the handheld knows which it has used.
    assert giving.take_along(plant, "t-1", "warehouse/raw/2026-11-26") == first
    assert first["rule"] == model.DEFAULT.payload()


@pytest.mark.urs("MAT-10")
def test_numbers_that_came_back_are_given_before_others_and_each_once(buying: Buying) -> None:
    plant, unit = buying.site.plant, "warehouse/raw/2026-11-26"
    giving.take_along(plant, "t-1", unit)
    [second] = giving.take_along(plant, "t-2", unit)["blocks"]
    tablet = buying.site.tablet("t-1")
    for nth in (1, 3):
        said = received(f"api-1-{YEAR}{nth:04d}")
        told = tablet.record(model.LOT_RECEIVED, f"lot/api-1/{said['lot']}", said, actor="P-0020")
        assert model.NUMBER_FOREIGN not in told.flags
    giving.give_back(plant, "t-1", unit)
    giving.give_back(plant, "t-1", unit)
    [back] = buying.site.payloads(model.NUMBERS_RETURNED)
    assert (back["first"], back["last"]) == (4, 20)
    # What it says later under one of them is somebody else's number.
    said = received(f"api-1-{YEAR}0009")
    told = tablet.record(model.LOT_RECEIVED, f"lot/api-1/{said['lot']}", said, actor="P-0020")
    assert model.NUMBER_FOREIGN in told.flags
    assert [receive(buying, "1").json["lot"][-4:] for _ in range(2)] == ["0004", "0005"]
    [third] = giving.take_along(plant, "t-3", unit)["blocks"]
    # Not what it said late: nor those before it, which are nobody's now.
    assert (third["first"], third["last"]) == (10, 20)
    assert giving.take_along(plant, "t-1", unit)["blocks"][-1]["first"] == second["last"] + 1
    used = {"period": back["period"], "first": 3, "last": 3, "device": "t-1"}
    with pytest.raises(PestleError, match="numbers_taken"):
        buying.site.state(model.NUMBERS_RETURNED, giving.STREAM, used)
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


def came(number: str, material: str = "api-1") -> Fact:
    """A delivery of a lot of which nothing more is known."""
    return Fact(model.LOT_RECEIVED, f"lot/{material}/{number}", received(number, material))


@pytest.mark.urs("MAT-10")
def test_a_number_that_was_used_long_ago_never_comes_back(buying: Buying) -> None:
    plant, unit = buying.site.plant, "warehouse/raw/2026-11-26"
    giving.take_along(plant, "t-1", unit)
    # The last one is of another material than those before it.
    plant.recorder.state(*(came(f"api-1-{YEAR}{nth:04d}") for nth in range(1, 20)))
    plant.recorder.state(came(f"lac-1-{YEAR}0020", "lac-1"))
    # A year or so later; the door would take a minute for so many.
    row = {"entry": "E", "material": "api-1", "flags": "[]", "received_by": "ku", "received_at": "2027-11-26T08:00:00Z"}
    with db.writing_records(), db.write(plant.engine) as connection:
        rows = [{**row, "idx": 10_000 + nth, "lot": f"L-{nth}"} for nth in range(2_001)]
        connection.execute(insert(projection.receipt), rows)
    giving.give_back(plant, "t-1", unit)
    assert buying.site.payloads(model.NUMBERS_RETURNED) == []
    said = {"period": f"20{YEAR}", "first": 1, "last": 20, "device": "t-1"}
    with pytest.raises(PestleError, match="numbers_taken"):
        buying.site.state(model.NUMBERS_RETURNED, giving.STREAM, said)
    [block] = giving.take_along(plant, "t-2", unit)["blocks"]
    assert (block["first"], block["last"]) == (21, 40)


@pytest.mark.urs("MAT-10")
def test_a_handheld_takes_no_number_along_that_a_lot_has_already(buying: Buying) -> None:
    """From before there was a rule, or from when used numbers came back."""
    plant, unit = buying.site.plant, "warehouse/raw/2026-11-26"
    giving.take_along(plant, "t-1", unit)
    giving.give_back(plant, "t-1", unit)
    plant.recorder.state(came(f"api-1-{YEAR}0002"), came(f"lac-1-{YEAR}0023", "lac-1"))
    [block] = giving.take_along(plant, "t-2", unit)["blocks"]
    assert (block["first"], block["last"]) == (3, 20)
    [block] = giving.take_along(plant, "t-3", unit)["blocks"]
    assert (block["first"], block["last"]) == (24, 43)
    assert receive(buying, "1", expiry=LATER).json["lot"] == f"api-1-{YEAR}0044"
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


def test_the_register_tells_what_a_delivery_is_judged_by(buying: Buying) -> None:
    order = buying.ordered(line())
    told = buying.clients["qian"].get("/api/receiving").json
    assert told["orders"][0]["order"] == order
    assert {"material": "api-1", "supplier": SUPPLIER, "manufacturer": SUPPLIER} in told["supplies"]
    assert told["suppliers"] == [
        {"supplier": SUPPLIER, "name": {"zh": "华原药业", "en": "Huayuan"}, "qualified_until": "2099-01-01"}
    ]
    [material] = [one for one in told["materials"] if one["code"] == "api-1"]
    assert (material["unit"], material["shelf_life"], material["conversions"]) == ("kg", None, [])
    assert told["rule"] == {"pattern": "{material}-{yy}{seq:4}", "remaining": 50, "over": 0}


def test_what_came_is_listed_with_its_damage(buying: Buying) -> None:
    lines = body("10", "10")["containers"]
    lines[1]["damage"] = {"text": "Corner torn", "photos": ["a" * 64]}
    damage = {"text": "Pallet wet", "photos": []}
    number = receive(buying, containers=lines, damage=damage).json["lot"]
    [one] = buying.clients["zhang"].get("/api/receiving/receipts").json["items"]
    assert (one["lot"], one["status"], one["damage"]["text"]) == (number, "quarantine", "Pallet wet")
    assert one["supplier_name"]["en"] == "Huayuan"
    shown = buying.clients["zhang"].get(f"/api/lots/api-1/{number}/receipts").json
    assert (len(shown["items"]), shown["damaged"]) == (1, {f"{number}-002": lines[1]["damage"]})
    assert buying.clients["zhang"].get("/api/lots/api-1/nothing/receipts").status_code == 404
