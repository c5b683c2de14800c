"""A day's work in a warehouse in the hands of several handhelds: what it brings, and how what they do is judged."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from handheld_support import Site, Tablet, b64
from sqlalchemy import event

from server.core import clock, rebuild
from server.core.kinds import Fact
from server.handheld import numbers
from server.materials.receiving import numbering
from server.materials.receiving import queries as receiving
from server.materials.stock import queries as stock
from server.quality.inspection import queries as inspections
from server.quality.inspection.model import HANDED_KIND, TAKEN
from sync.log import reading

pytestmark = pytest.mark.urs("MAT-06", "PLT-08", "PLT-12")
RECEIVED, CONTAINERS = "materials.lot_received.v2", "materials.containers_received.v2"


def day(ahead: int = 0) -> str:
    return (clock.now() + timedelta(days=ahead)).date().isoformat()


@pytest.fixture
def unit(site: Site) -> str:
    """Today in the area of raw materials, where a lot with two containers stands; a keeper is signed in."""
    state = site.plant.recorder.state
    keeper = {"person": "P-8", "login": "huang", "name": "黄", "name_en": "Huang", "roles": ["keeper"]}
    state(Fact("identity.person_added.v1", "person/P-8", keeper))
    area = {"area": "raw", "name": {"zh": "原料库", "en": "Raw materials"}, "places": ["R-01"], "reason": "store"}
    state(Fact("identity.area_set.v1", "area/raw", area))
    defined = {"material": "LAC", "name": {"zh": "乳糖", "en": "Lactose"}, "type": "raw", "unit": "kg"}
    state(Fact("materials.material_defined.v1", "material/LAC", defined))
    state(Fact(RECEIVED, "lot/LAC/L-1", lot("L-1"), actor="P-8"))
    state(Fact(CONTAINERS, "lot/LAC/L-1", containers("L-1", "L-1-01", "L-1-02"), actor="P-8"))
    site.cookie = site.sign_in("huang")
    return f"warehouse/raw/{day()}"


def lot(number: str) -> dict[str, Any]:
    names: tuple[str, ...] = (
        "order",
        "line",
        "supplier",
        "manufacturer",
        "supplier_name",
        "supplier_lot",
        "made",
        "retest",
    )
    names += ("delivery_note", "comment", "damage")
    said = {"expiry": "2098-10-31", "quantity": {"value": "50.000", "unit": "kg"}, "containers": 2}
    return {"material": "LAC", "lot": number, **dict.fromkeys(names), **said}


def containers(number: str, *labels: str) -> dict[str, Any]:
    about = {"quantity": {"value": "25.000", "unit": "kg"}, "location": None, "damage": None}
    return {"material": "LAC", "lot": number, "containers": [{"container": label, **about} for label in labels]}


def receive(tablet: Tablet, unit: str, number: str, *labels: str, **header: Any) -> list[Any]:
    about = {"actor": "P-8", "lease": tablet.leases[unit], "subject": f"lot/LAC/{number}", **header}
    told = [tablet.write(unit, RECEIVED, lot(number), **about)]
    told.append(tablet.write(unit, CONTAINERS, containers(number, *labels), **about))
    tablet.deliver(unit, *told)
    return told


def test_a_lease_brings_what_stands_there_in_columns(site: Site, unit: str) -> None:
    tablet = site.tablet("T-1")
    with site.plant.engine.connect() as connection:
        size = site.plant.log.head(connection).size
    lease = json.loads(site.lease(tablet, unit)["lease"])
    assert (lease["unit"], lease["document"], "batch" in lease) == (unit, unit, False)
    # The numbers that it takes along are one entry more.
    assert lease["warehouse"] == {"area": "raw", "day": day(), "size": size + 1}
    words, held = lease["words"], lease["containers"]
    assert held["label"] == ["L-1-01", "L-1-02"]
    assert held["held"] == held["quantity"] == ["25.000", "25.000"]
    assert [words[place] for place in held["status"]] == ["quarantine", "quarantine"]
    assert (held["location"], held["batch"], lease["lots"]["lot"]) == ([-1, -1], [-1, -1], ["L-1"])
    assert held["lot"] == [0, 0]
    assert words[lease["lots"]["material"][0]] == "LAC"
    assert words[held["use_until"][0]] == words[lease["lots"]["expiry"][0]] == "2098-10-31"
    both = ["lot.receive", "stock.move"]
    assert lease["may"] == {"P-2": both, "P-8": both}
    assert {one["id"] for one in lease["people"]} == {"P-2", "P-8"}
    [inspection] = lease["inspections"]
    assert (inspection["lot"], inspection["number"], inspection["drawn"]) == ("L-1", 2, None)
    assert inspection["missing"] == ["L-1-01", "L-1-02"]
    assert [one["code"] for one in lease["materials"] if one["code"] == "LAC"] == ["LAC"]
    assert lease["receiving"]["blocks"][0]["last"] - lease["receiving"]["blocks"][0]["first"] == 19
    [line] = site.request("GET", "/api/leases?device=T-1")[1]["items"]
    assert (line["batch"], line["record"], line["warehouse"]) == (None, None, f"raw/{day()}")


def test_two_handhelds_work_on_one_day_and_see_each_other(site: Site, unit: str) -> None:
    one, other = (site.tablet(name, unit).connect() for name in ("T-1", "T-2"))
    for tablet in (one, other):
        tablet.wait_for_document(unit)
    came = receive(one, unit, "L-2", "L-2-01", "L-2-02")
    assert [one.receipt(unit, entry)["flags"] for entry in came] == [["lot_number_foreign"], []]
    while came[1].head.id not in other.docs[unit].entries:
        other.next()
    with site.plant.engine.connect() as connection:
        stands = stock.in_warehouse(connection, "raw", day())
        assert [one.container for one in stands] == ["L-1-01", "L-1-02", "L-2-01", "L-2-02"]
    site.lease(other, unit)
    found = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert found["ok"], found["differences"]


def test_work_without_a_lease_or_after_its_end_is_kept_and_flagged(site: Site, unit: str) -> None:
    tablet = site.tablet("T-1", unit).connect()
    tablet.wait_for_document(unit)
    wrong = receive(tablet, unit, "L-3", "L-3-01", lease=None)
    assert "lease_unknown" in tablet.receipt(unit, wrong[1])["flags"]
    lease, reason = tablet.leases[unit], {"reason": "the handheld is lost"}
    assert site.request("POST", f"/api/leases/{lease}/revoke", reason)[0] == 403
    status, line, _ = site.request("POST", f"/api/leases/{lease}/revoke", reason, cookie=site.sign_in("qa"))
    assert (status, line["revoked"]["reason"]) == (200, "the handheld is lost")
    late = receive(tablet, unit, "L-4", "L-4-01")
    assert tablet.receipt(unit, late[1])["flags"] == ["lease_revoked"]
    with site.plant.engine.connect() as connection:
        assert stock.find_standing(connection, "L-4-01", day()) is not None
    other = site.tablet("T-2", unit)
    proof = b64(other.signer.sign(b"pestle/lease-return/v1\n" + f"{other.leases[unit]}\n0".encode()))
    back = site.post(f"/api/leases/{other.leases[unit]}/return", {"device": "T-2", "last_seq": 0, "proof": proof})
    assert back["returned_at"] is not None


def asked(site: Site, tablet: Tablet, unit: str) -> tuple[int, str]:
    proof = b64(tablet.signer.sign(b"pestle/lease/v1\n" + f"{site.nonces[site.cookie]}\n{unit}".encode()))
    status, answer, _ = site.request("POST", "/api/leases", {"device": tablet.device, "unit": unit, "proof": proof})
    return status, answer.get("code", "")


def test_only_who_works_there_takes_a_day_along_and_only_one_that_is_worked_on(site: Site, unit: str) -> None:
    tablet = site.tablet("T-1")
    assert asked(site, tablet, unit) == (201, "")
    assert asked(site, tablet, f"warehouse/raw/{day(-7)}") == (201, "")
    for wrong in (day(-8), day(2)):
        assert asked(site, tablet, f"warehouse/raw/{wrong}") == (409, "day_not_worked")
    assert asked(site, tablet, f"warehouse/cold/{day()}") == (409, "area_unknown")
    assert asked(site, tablet, "warehouse/raw/2026-02-30")[1] == "record_unknown"
    with site.plant.engine.connect() as connection:
        numbers = len(list(reading.of_kind(connection, "materials.numbers_reserved.v1")))
    area = {"area": "other", "name": {"zh": "成品库", "en": "Other"}, "places": ["F-01"], "reason": "store"}
    site.plant.recorder.state(Fact("identity.area_set.v1", "area/other", area))
    guest = {"person": "P-9", "login": "elsewhere", "name": "x", "name_en": None}
    grants = [{"role": "keeper", "areas": ["other"]}]
    site.plant.recorder.state(Fact("identity.person_added.v2", "person/P-9", guest | {"grants": grants}))
    site.cookie = site.sign_in("elsewhere")
    assert asked(site, tablet, unit) == (403, "area_not_permitted")
    assert asked(site, tablet, f"warehouse/other/{day()}") == (201, "")
    site.cookie = site.sign_in("operator")
    assert asked(site, tablet, unit) == (403, "area_not_permitted")
    with site.plant.engine.connect() as connection:
        # Whoever is turned away takes no numbers along.
        assert len(list(reading.of_kind(connection, "materials.numbers_reserved.v1"))) == numbers + 1


def test_lot_numbers_are_for_who_receives_and_come_back_with_the_day(site: Site, unit: str) -> None:
    tablet = site.tablet("T-1", unit).connect()
    tablet.wait_for_document(unit)

    def numbers(kind: str) -> list[dict[str, Any]]:
        with site.plant.engine.connect() as connection:
            found = [one.envelope.body for one in reading.of_kind(connection, f"materials.numbers_{kind}.v1")]
        return [dict(one) for one in found if one["device"] == "T-1"]

    [block] = numbers("reserved")
    lot = numbering.number(block["pattern"], "LAC", block["period"], block["first"])
    told = receive(tablet, unit, lot, f"{lot}-001")
    assert tablet.receipt(unit, told[1])["flags"] == []
    seq = tablet.writer.seq
    proof = b64(tablet.signer.sign(b"pestle/lease-return/v1\n" + f"{tablet.leases[unit]}\n{seq}".encode()))
    site.post(f"/api/leases/{tablet.leases[unit]}/return", {"device": "T-1", "last_seq": seq, "proof": proof})
    [back] = numbers("returned")
    assert (back["first"], back["last"]) == (block["first"] + 1, block["last"])
    # Who only moves or samples takes none along.
    grants = [{"role": "qc", "areas": None}]
    said = {"person": "P-7", "login": "sampler", "name": "x", "name_en": None, "grants": grants}
    site.plant.recorder.state(Fact("identity.person_added.v2", "person/P-7", said))
    site.cookie = site.sign_in("sampler")
    other = site.tablet("T-5")
    assert asked(site, other, unit) == (201, "")
    with site.plant.engine.connect() as connection:
        reserved = [one.envelope.body["device"] for one in reading.of_kind(connection, "materials.numbers_reserved.v1")]
    assert "T-5" not in reserved


def test_days_handed_back_long_ago_are_not_looked_through_at_each_lease(site: Site, unit: str) -> None:
    tablet = site.tablet("T-1", unit).connect()
    tablet.wait_for_document(unit)
    [(_, block)] = given(site)
    lot = numbering.number(block.pattern, "LAC", block.period, block.first)
    tablet.receipt(unit, receive(tablet, unit, lot, f"{lot}-001")[1])
    seq = tablet.writer.seq
    proof = b64(tablet.signer.sign(b"pestle/lease-return/v1\n" + f"{tablet.leases[unit]}\n{seq}".encode()))
    site.post(f"/api/leases/{tablet.leases[unit]}/return", {"device": "T-1", "last_seq": seq, "proof": proof})
    # What was used stays the device's.
    assert [(one.first, one.last) for _, one in given(site)] == [(block.first, block.first)]
    assert lots_read(site) == 1
    clock.use(lambda: datetime.now(UTC) + timedelta(days=15))
    try:
        assert lots_read(site) == 0
    finally:
        clock.use_system()


def given(site: Site) -> list[Any]:
    with site.plant.engine.connect() as connection:
        return receiving.units_of(connection, "T-1")


def lots_read(site: Site) -> int:
    """How often lots are looked through to settle what a handheld has."""
    said: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    event.listen(site.plant.engine, "before_cursor_execute", hear)
    numbers.settle(site.plant, "T-1")
    event.remove(site.plant.engine, "before_cursor_execute", hear)
    return sum("FROM materials_lot" in one for one in said)


def test_a_move_that_was_made_alone_moves_the_container_when_it_comes(site: Site, unit: str) -> None:
    for place in ("R-01", "R-02"):
        about = {"name": {"zh": place, "en": place}, "warehouse": "raw", "kind": "storage", "storage": None}
        site.plant.recorder.state(
            Fact("materials.location_defined.v1", "locations", {"location": place, **about, "active": True})
        )
    tablet = site.tablet("T-1", unit).connect()
    tablet.wait_for_document(unit)
    said = {"container": "L-1-01", "from": None, "to": "R-02", "reason": None}
    about = {"actor": "P-8", "lease": tablet.leases[unit], "subject": "container/L-1-01"}
    told = tablet.delivered(unit, tablet.write(unit, "materials.container_moved.v1", said, **about))
    assert tablet.receipt(unit, told)["flags"] == []
    lease = json.loads(site.lease(tablet, unit)["lease"])
    assert [one["location"] for one in lease["locations"]] == ["R-01", "R-02"]
    assert lease["words"][lease["containers"]["location"][0]] == "R-02"


@pytest.mark.urs("QUA-02")
def test_samples_are_taken_without_a_network_and_leave_what_they_were_taken_from(site: Site, unit: str) -> None:
    analyst = {"person": "P-17", "login": "qian", "name": "钱", "name_en": None, "roles": ["qc"]}
    site.plant.recorder.state(Fact("identity.person_added.v1", "person/P-17", analyst))
    lease = json.loads(site.lease(site.tablet("T-2"), unit)["lease"])
    tablet = site.tablet("T-1", unit).connect()
    tablet.wait_for_document(unit)
    assert lease["may"]["P-17"] == ["sample.take"]
    [inspection] = lease["inspections"]
    line = {"quantity": {"value": "0.050", "unit": "kg"}, "instead_of": None, "reason": None}
    number = inspection["inspection"].replace("INS", "SMP") + "-7K2Q"
    said = {"inspection": inspection["inspection"], "sample": number, "purpose": "test", "comment": None}
    said |= {"containers": [{"container": label, **line} for label in inspection["missing"]]}
    about = {"lease": tablet.leases[unit], "subject": inspection["inspection"]}
    first = tablet.write(unit, TAKEN, said, actor="P-17", **about)
    keeper = tablet.write(unit, TAKEN, {**said, "sample": number + "X"}, actor="P-8", **about)
    tablet.deliver(unit, first, keeper)
    flags = [tablet.receipt(unit, entry)["flags"] for entry in (first, keeper)]
    assert flags == [[], ["person_not_permitted"]]
    with site.plant.engine.connect() as connection:
        assert [one.held["value"] for one in stock.standing(connection, ["L-1-01", "L-1-02"], day())] == ["24.950"] * 2
        found = inspections.of_lot(connection, "LAC", "L-1")
        assert found is not None
        assert (found.state, found.samplers) == ("sampled", ("P-17", "P-8"))
        assert inspections.lent(connection) == []
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


@pytest.mark.urs("PLT-12", "PLT-13", "QUA-02")
def test_samples_are_handed_on_without_a_network_and_judged_when_they_arrive(site: Site, unit: str) -> None:
    for person, login in (("P-17", "qian"), ("P-18", "zhao")):
        analyst = {"person": person, "login": login, "name": login, "name_en": None, "roles": ["qc"]}
        site.plant.recorder.state(Fact("identity.person_added.v1", f"person/{person}", analyst))
    tablet = site.tablet("T-1", unit).connect()
    tablet.wait_for_document(unit)
    with site.plant.engine.connect() as connection:
        [inspection] = inspections.lent(connection)
    line = {"quantity": {"value": "0.050", "unit": "kg"}, "instead_of": None, "reason": None}
    number = inspection["inspection"].replace("INS", "SMP") + "-7K2Q"
    said = {"inspection": inspection["inspection"], "sample": number, "purpose": "test", "comment": None}
    said |= {"containers": [{"container": label, **line} for label in inspection["missing"]]}
    about: dict[str, Any] = {"lease": tablet.leases[unit], "subject": number}
    tablet.deliver(unit, tablet.write(unit, TAKEN, said, actor="P-17", **about))

    def lent() -> list[dict[str, Any]]:
        with site.plant.engine.connect() as connection:
            return inspections.lent_samples(connection)

    known = {"sample": number, "inspection": inspection["inspection"], "material": "LAC", "lot": "L-1"}
    known |= {"purpose": "test", "holder": "P-17"}
    lease = json.loads(site.lease(site.tablet("T-2"), unit)["lease"])
    assert lease["samples"] == lent() == [{**known, "to": None}]
    assert {one["id"] for one in lease["receivers"]} >= {"P-17", "P-18"}

    def hand(step: str, actor: str, **more: Any) -> list[str]:
        given = {"sample": number, "step": step, **dict.fromkeys(("place", "to", "until", "reason")), **more}
        entry = tablet.write(unit, HANDED_KIND, given, actor=actor, **about)
        tablet.deliver(unit, entry)
        flags: list[str] = tablet.receipt(unit, entry)["flags"]
        return flags

    assert hand("handed", "P-17", to="P-18") == []
    assert lent() == [{**known, "to": "P-18"}]
    assert hand("received", "P-18", place="Cabinet 2") == []
    assert lent() == []
    with site.plant.engine.connect() as connection:
        found = inspections.of_lot(connection, "LAC", "L-1")
        assert found is not None
        assert found.state == "complete"
    # What does not fit the chain, is by who may not, or under no lease, is kept and says so.
    assert hand("received", "P-18") == ["custody_broken"]
    assert "person_not_permitted" in hand("stored", "P-8", place="R-01")
    about["lease"] = None
    assert hand("stored", "P-18", place="Cabinet 3") == ["lease_unknown"]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_container_of_a_lot_that_never_came_is_told_with_its_name(site: Site, unit: str) -> None:
    site.plant.recorder.state(Fact(CONTAINERS, "lot/LAC/L-9", containers("L-9", "L-9-01"), actor="P-8"))
    lease = json.loads(site.lease(site.tablet("T-1"), unit)["lease"])
    lots, words = lease["lots"], lease["words"]
    at = lease["containers"]["lot"][lease["containers"]["label"].index("L-9-01")]
    assert (words[lots["material"][at]], lots["lot"][at], words[lots["status"][at]]) == ("LAC", "L-9", "quarantine")
    assert lots["expiry"][at] == -1
