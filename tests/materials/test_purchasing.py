"""Purchase orders: from approved requisitions or at once, to approved suppliers, signed, approved by others, closed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from plant import PlantUnderTest
from purchasing_support import SUPPLIER, Buying, line
from receiving_support import received

from server.core import rebuild
from server.core.errors import PestleError
from server.identity import queries as identity
from server.materials.purchasing import model, queries
from server.web import tasks

pytestmark = pytest.mark.urs("MAT-03")
Json = dict[str, Any]


@pytest.fixture
def buying(database_url: str, tmp_path: Path) -> Iterator[Buying]:
    made = PlantUnderTest(database_url, tmp_path)
    yield Buying(made)
    made.close()


def open_orders(buying: Buying) -> list[Json]:
    with buying.site.reading() as connection:
        return queries.open_orders(connection)


def test_what_a_requisition_asks_for_is_ordered_signed_and_approved(buying: Buying) -> None:
    asked = buying.requisition(("api-1", "23.5"), ("lac-1", "400"))
    waiting = buying.clients["sun"].get("/api/purchasing/wanted").json
    assert [(one["material"], one["open"]["value"]) for one in waiting["items"]] == [
        ("api-1", "23.5"),
        ("lac-1", "400"),
    ]
    assert [one["code"] for one in waiting["suppliers"][0]["materials"]] == ["api-1", "lac-1"]
    placed = buying.place(line(requisition=asked))
    assert placed.status_code == 201, placed.text
    assert (placed.json["state"], open_orders(buying)) == ("waiting", [])
    [entry] = buying.site.payloads(model.PLACED)
    assert (entry["signer"]["id"], entry["meaning"]["en"]) == ("P-0021", "Prepared")
    number = placed.json["order"]
    assert buying.decide("chen", "approve", number).status_code == 200
    expected = {"line": 1, "material": "api-1", "quantity": "25.000", "received": "0", "open": "25.000", "unit": "kg"}
    expected |= {"wanted_by": "2027-01-31", "state": "open"}
    assert open_orders(buying) == [{"order": number, "supplier": SUPPLIER, "lines": [expected]}]
    shown = buying.shown(number)
    assert (shown["state"], shown["decided_by"]["id"], shown["supplier_name"]["en"]) == ("open", "P-0003", "Huayuan")
    waiting = buying.clients["sun"].get("/api/purchasing/wanted").json
    assert [one["material"] for one in waiting["items"]] == ["lac-1"]
    asked_for = buying.clients["qian"].get(f"/api/requisitions/{asked}").json
    assert (asked_for["orders"], asked_for["wanted"]) == ([number], True)
    assert rebuild.check(buying.site.plant.engine, buying.site.plant.log, buying.site.plant.registry)["ok"]


def test_what_is_rejected_is_not_open_and_can_be_ordered_again(buying: Buying) -> None:
    asked = buying.requisition(("api-1", "25"))
    number = buying.place(line(requisition=asked)).json["order"]
    assert buying.place(line(requisition=asked)).json["code"] == "purchase_not_wanted"
    assert buying.decide("chen", "reject", number, "Wrong quarter").status_code == 200
    assert (buying.shown(number)["state"], buying.shown(number)["decided_reason"]) == ("rejected", "Wrong quarter")
    assert open_orders(buying) == []
    assert buying.place(line(requisition=asked)).status_code == 201


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([line("none")], "material_not_known"),
        ([line("nag-1")], "purchase_supplier_not_approved"),
        ([line(value="0.000")], "purchase_quantity_wrong"),
        ([line(quantity={"value": "25", "unit": "g"})], "purchase_quantity_wrong"),
        ([line(), line("lac-1")], "purchase_stale"),
        ([line(requisition="REQ-2026-0001")], "purchase_not_wanted"),
    ],
)
def test_what_cannot_be_ordered_is_refused_before_anybody_signs(buying: Buying, lines: list[Json], code: str) -> None:
    buying.requisition(("api-1", "25"), approved=False)
    assert buying.place(*lines).json["code"] == code
    assert buying.site.entries(model.PLACED) == []


def test_the_door_asks_the_same_of_what_was_never_looked_at(buying: Buying) -> None:
    changed = buying.place(lines=[line("nag-1")])
    assert changed.json["code"] == "purchase_stale"
    assert buying.place(order="PO-2026-0007").json["code"] == "purchase_stale"
    assert buying.place(password="wrong horse battery").json["code"] == "password_wrong"
    assert buying.site.entries(model.PLACED) == []


def test_a_supplier_whose_qualification_has_ended_gets_no_order(buying: Buying) -> None:
    suspend: Json = {"status": "suspended", "valid_until": None, "evidence": [], "reason": "Audit failed"}
    signed = suspend | {"login": "li", "password": "correct horse battery"}
    assert buying.clients["li"].post(f"/api/suppliers/{SUPPLIER}/decisions", json=signed).status_code == 201
    assert buying.place().json["code"] == "purchase_supplier_not_approved"


def test_who_placed_it_does_not_approve_it_and_who_may_not_places_none(buying: Buying) -> None:
    number = buying.place().json["order"]
    for login in ("sun", "zhang"):
        assert buying.decide(login, "approve", number).status_code == 403
    assert buying.place(login="qian").status_code == 403
    found = buying.shown(number)
    decided = {"order": number, "sha256": "0" * 64, "reason": None, "instance": "i"}
    with pytest.raises(PestleError) as caught:
        buying.site.state(model.APPROVED_KIND, model.stream(number), decided, actor="P-0003")
    assert (caught.value.code, found["state"]) == ("purchase_decided", "waiting")


def test_a_line_that_is_closed_short_gives_the_rest_back_to_its_requisition(buying: Buying) -> None:
    asked = buying.requisition(("api-1", "25"))
    number = buying.ordered(line(requisition=asked), line("lac-1", "100", line=2))
    close = buying.clients["sun"].post
    address = f"/api/purchasing/{number}/lines/1/close"
    assert buying.clients["zhang"].post(address, json={"reason": "x"}).status_code == 403
    closed = close(address, json={"reason": "Supplier has no more"})
    assert closed.status_code == 201, closed.text
    first = closed.json["lines"][0]
    assert (first["state"], first["closed_reason"], closed.json["state"]) == (
        "closed",
        "Supplier has no more",
        "open",
    )
    assert close(address, json={"reason": "again"}).json["code"] == "purchase_line_not_open"
    assert (
        close(f"/api/purchasing/{number}/lines/9/close", json={"reason": "x"}).json["code"] == "purchase_line_not_open"
    )
    assert [one["line"] for one in open_orders(buying)[0]["lines"]] == [2]
    assert buying.place(line(requisition=asked)).status_code == 201


def test_numbers_have_no_gap_and_the_list_is_searched(buying: Buying) -> None:
    first, second = (buying.place(line("lac-1")).json["order"], buying.place().json["order"])
    assert int(second[-4:]) == int(first[-4:]) + 1
    buying.decide("chen", "reject", second)
    listed = buying.clients["qian"].get
    assert [one["order"] for one in listed("/api/purchasing").json["items"]] == [first, second]
    assert [one["order"] for one in listed("/api/purchasing?q=LAC").json["items"]] == [first]
    assert listed("/api/purchasing/PO-2000-0001").json["code"] == "purchase_unknown"


def receive(buying: Buying, lot: str, quantity: Json | None, actor: str = "server", **change: Any) -> None:
    given = received(lot, **({"line": 1, "supplier": SUPPLIER, "quantity": quantity} | change))
    buying.site.state("materials.lot_received.v2", f"lot/{given['material']}/{lot}", given, actor=actor)


@pytest.mark.urs("MAT-04")
def test_what_comes_in_closes_a_line_little_by_little(buying: Buying) -> None:
    """In whatever unit, to the last digit; what cannot be counted or is something else closes nothing."""
    number = buying.ordered(line(value="25.000"), line("lac-1", "100", line=2))
    receive(buying, "L-1", {"value": "9999.5", "unit": "g"}, order=number)
    receive(buying, "L-2", None, order=number)
    receive(buying, "L-3", {"value": "25", "unit": "kg"}, order=number, material="lac-1")
    receive(buying, "L-4", {"value": "25", "unit": "kg"}, order=None, line=None)
    shown = buying.shown(number)
    first, second = shown["lines"]
    assert (first["state"], first["received"]["value"], first["open"]["value"]) == ("partial", "9.9995", "15.0005")
    assert ([one["lot"] for one in first["receipts"]], second["state"]) == (["L-1", "L-2"], "open")
    assert shown["state"] == "partial"
    receive(buying, "L-5", {"value": "15.0005", "unit": "kg"}, order=number)
    assert buying.shown(number)["lines"][0]["state"] == "closed"
    assert [one["line"] for one in open_orders(buying)[0]["lines"]] == [2]
    receive(buying, "L-6", {"value": "120", "unit": "kg"}, order=number, material="lac-1", line=2)
    shown = buying.shown(number)
    assert (shown["state"], shown["lines"][1]["open"]["value"], open_orders(buying)) == ("closed", "0", [])
    assert rebuild.check(buying.site.plant.engine, buying.site.plant.log, buying.site.plant.registry)["ok"]


@pytest.mark.urs("MAT-04", "IDN-01")
def test_what_somebody_says_who_may_not_receive_is_no_receipt_of_an_order(buying: Buying) -> None:
    number = buying.ordered(line(value="25"))
    receive(buying, "L-1", {"value": "25", "unit": "kg"}, order=number, actor="P-0001")
    assert (buying.shown(number)["state"], buying.shown(number)["lines"][0]["receipts"]) == ("open", [])


@pytest.mark.urs("HMI-04")
def test_who_buys_is_told_what_is_to_be_ordered_and_what_has_not_come(buying: Buying) -> None:
    asked = buying.requisition(("api-1", "25"))
    number = buying.ordered(line("lac-1", wanted_by="2027-01-31"), line("lac-1", wanted_by=None, line=2))
    at = datetime(2027, 1, 31, 12, tzinfo=UTC)

    def told(login: str, at: datetime) -> list[tuple[str, str, str | None, str]]:
        with buying.site.reading() as connection:
            person = identity.find_login(connection, login)
            assert person is not None
            found = tasks.of_person(connection, person, at)
        return [
            (one.code, one.about, one.at, one.to) for one in found if one.code in ("purchase_wanted", "delivery_late")
        ]

    wanted = ("purchase_wanted", asked, "2027-01-31", f"/requisitions/{asked}")
    assert told("sun", at) == [wanted]
    late = ("delivery_late", number, "2027-01-31", f"/purchasing/{number}")
    assert told("sun", at + timedelta(days=1)) == [wanted, late]
    assert told("qian", at + timedelta(days=1)) == []
