"""Stock counts: ordered, counted by several, their variances approved by who did not count, the stock set right."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest, VirtualTablet
from receiving_support import received

from server.core import clock, rebuild
from server.identity import accounts
from server.identity.model import PERSON_ADDED
from server.materials.stock import queries as stock
from sync.log import reading

pytestmark = pytest.mark.urs("MAT-09")
Json = dict[str, Any]
COUNTED = "materials.container_counted.v1"
UNIT = "warehouse/raw/2026-11-26"
LABELS = [f"L-1-{n}" for n in range(1, 6)]
_KG = {"value": "25.000", "unit": "kg"}
SIGN = {"password": PASSWORD, "login": "chen"}


class Store(PlantUnderTest):
    """Five containers of 25.000 kg: four at R-01, one at R-02. Two people count, each on a handheld."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        for number, login in (("P-0020", "qian"), ("P-0021", "sun")):
            person = {"person": number, "login": login, "name": login, "name_en": None, "roles": ["keeper"]}
            self.state(PERSON_ADDED, f"person/{number}", person)
        defined = {"material": "LAC", "name": {"zh": "乳糖", "en": "Lactose"}, "type": "raw", "unit": "kg"}
        self.state("materials.material_defined.v1", "material/LAC", defined)
        area = {"area": "raw", "name": {"zh": "原料库", "en": "Raw"}, "places": [], "reason": "store"}
        self.state("identity.area_set.v1", "area/raw", area)
        for place in ("R-01", "R-02", "R-03"):
            about = {"name": {"zh": place, "en": place}, "warehouse": "raw", "kind": "storage", "storage": None}
            self.state("materials.location_defined.v1", "locations", {"location": place, **about, "active": True})
        lot = received("L-1", "LAC", expiry="2098-10-31", containers=5)
        self.state("materials.lot_received.v2", "lot/LAC/L-1", lot)
        places = dict(zip(LABELS, ["R-01"] * 4 + ["R-02"], strict=True))
        kg = {"value": "25.000", "unit": "kg"}
        rows = [{"container": one, "quantity": kg, "location": to, "damage": None} for one, to in places.items()]
        given = {"material": "LAC", "lot": "L-1", "containers": rows}
        self.state("materials.containers_received.v2", "lot/LAC/L-1", given)
        self.one, self.other = self.tablet("T-1"), self.tablet("T-2")
        self.desk, self.qa = self.client("chen"), self.client("li")

    def order(self, *places: str) -> str:
        answer = self.desk.post("/api/counts", json={"locations": list(places), "reason": None})
        assert answer.status_code == 201, answer.text
        return str(answer.json["count"])

    def count(
        self,
        number: str,
        label: str,
        place: str = "R-01",
        kg: str | None = None,
        seen: bool = True,
        by: VirtualTablet | None = None,
        actor: str = "P-0020",
    ) -> tuple[str, ...]:
        quantity = None if kg is None else {"value": kg, "unit": "kg"}
        said = {"count": number, "container": label, "location": place, "quantity": quantity, "seen": seen}
        flags = (by or self.one).record(COUNTED, UNIT, said, actor=actor, subject=f"container/{label}").flags
        return tuple(one for one in flags if one != "lease_unknown")

    def page(self, number: str) -> Json:
        found: Json = self.desk.get(f"/api/counts/{number}").json
        return found

    def results(self, number: str) -> dict[str, str]:
        return {one["container"]: one["result"] for one in self.page(number)["lines"]}

    def close(
        self, number: str, chosen: dict[str, str | None], client: Any = None, digest: str = "", **sign: Any
    ) -> Any:
        lines = [{"container": one, "entry": entry, "reason": "found so"} for one, entry in chosen.items()]
        body = {"lines": lines, "digest": digest or self.page(number)["digest"], **SIGN, **sign}
        return (client or self.desk).post(f"/api/counts/{number}/close", json=body)

    def entry(self, number: str, label: str, at: int = -1) -> str:
        line = next(one for one in self.page(number)["lines"] if one["container"] == label)
        return str(line["countings"][at]["entry"])

    def held(self, label: str) -> tuple[str, str | None, str | None]:
        with self.reading() as connection:
            found = stock.find_standing(connection, label, clock.now_text()[:10])
        assert found is not None
        return found.held["value"], found.location, found.gone


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Store]:
    made = Store(database_url, tmp_path)
    yield made
    PlantUnderTest.close(made)


def test_what_is_found_corrects_the_stock_once_somebody_else_has_signed(site: Store) -> None:
    number = site.order("R-01")
    assert number == f"SC-{clock.now_text()[:4]}-0001"
    assert set(site.results(number).values()) == {"missing"}
    assert site.count(number, "L-1-1") == ()
    assert site.count(number, "L-1-2", kg="24.500") == ()
    # Of another place, found here; and one that nobody finds.
    assert site.count(number, "L-1-5", by=site.other, actor="P-0021") == ()
    assert site.count(number, "L-1-3", by=site.other, actor="P-0021", kg="25.000") == ()
    assert site.count(number, "scribble") == ("container_unknown",)
    assert site.results(number) == {
        "L-1-1": "same",
        "L-1-2": "differs",
        "L-1-3": "same",
        "L-1-4": "missing",
        "L-1-5": "moved",
        "scribble": "strange",
    }
    before = [site.held(label) for label in LABELS]
    chosen = {"L-1-2": site.entry(number, "L-1-2"), "L-1-4": None, "L-1-5": site.entry(number, "L-1-5")}
    done = site.close(number, chosen)
    assert (done.status_code, done.json["closed_by"]["id"]) == (201, "P-0003"), done.text
    assert [before[0], before[2]] == [site.held("L-1-1"), site.held("L-1-3")]
    assert site.held("L-1-2") == ("24.500", "R-01", None)
    assert site.held("L-1-4")[2] == "empty"
    assert site.held("L-1-5") == ("25.000", "R-01", None)
    assert site.page(number)["decided"][0]["reason"] == "found so"
    found = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert found["ok"], found["differences"]


def test_two_counts_that_differ_are_both_shown_and_one_is_chosen(site: Store) -> None:
    number = site.order("R-02")
    site.count(number, "L-1-5", "R-02", kg="20.000")
    # Who counts again on the same handheld corrects themselves; both stay to be read.
    site.count(number, "L-1-5", "R-02", kg="21.000")
    assert site.results(number) == {"L-1-5": "differs"}
    site.count(number, "L-1-5", "R-02", kg="22.000", by=site.other, actor="P-0021")
    [line] = site.page(number)["lines"]
    assert line["result"] == "conflict"
    shown = [(one["quantity"]["value"], one["stands"]) for one in line["countings"]]
    assert shown == [("20.000", False), ("21.000", True), ("22.000", True)]
    for wrong in (None, line["countings"][0]["entry"]):
        assert site.close(number, {"L-1-5": wrong}).json["code"] == "count_lines_wrong"
    assert site.close(number, {"L-1-5": line["countings"][1]["entry"]}).status_code == 201
    assert site.held("L-1-5")[0] == "21.000"


def test_what_leaves_a_container_after_it_was_counted_is_no_variance(site: Store) -> None:
    number = site.order("R-02")
    site.count(number, "L-1-5", "R-02", kg="24.000")
    scrapped = {"container": "L-1-5", "quantity": {"value": "4.000", "unit": "kg"}, "reason": "wet", "witness": None}
    site.state("materials.container_scrapped.v1", "container/L-1-5", scrapped, actor="P-0020")
    [line] = site.page(number)["lines"]
    assert (line["result"], line["book"]["value"]) == ("differs", "25.000")
    assert site.close(number, {"L-1-5": site.entry(number, "L-1-5")}).status_code == 201
    # One was missing when it was counted, four left since.
    assert site.held("L-1-5")[0] == "20.000"


def test_less_than_nothing_is_found_nowhere(site: Store) -> None:
    said = {"count": "SC-2026-0001", "container": "L-1-1", "location": "R-01", "seen": True}
    found = [
        bool(site.plant.registry.problems(COUNTED, said | {"quantity": {"value": value, "unit": "kg"}}))
        for value in ("-1", "0", "0.500")
    ]
    assert found == [True, False, False]


def test_what_was_carried_on_after_it_was_counted_stands_where_it_was_put(site: Store) -> None:
    number = site.order("R-01")
    site.count(number, "L-1-5", kg="24.000")
    for label in LABELS[:4]:
        site.count(number, label)
    moved = {"container": "L-1-5", "from": "R-01", "to": "R-03", "reason": None}
    site.state("materials.container_moved.v1", "container/L-1-5", moved, actor="P-0020")
    assert site.close(number, {"L-1-5": site.entry(number, "L-1-5")}).status_code == 201
    assert site.held("L-1-5") == ("24.000", "R-03", None)


def test_a_counting_from_before_the_container_was_received_may_hold(site: Store) -> None:
    number = site.order("R-02")
    assert site.count(number, "NEW", "R-02") == ("container_unknown",)
    row = {"container": "NEW", "quantity": {"value": "5", "unit": "kg"}, "location": "R-02", "damage": None}
    site.state(
        "materials.containers_received.v2", "lot/LAC/L-1", {"material": "LAC", "lot": "L-1", "containers": [row]}
    )
    site.count(number, "NEW", "R-02", kg="4", by=site.other, actor="P-0021")
    site.count(number, "L-1-5", "R-02")
    assert site.results(number)["NEW"] == "conflict"
    assert site.close(number, {"NEW": site.entry(number, "NEW", 0)}).status_code == 201
    assert site.held("NEW") == ("5", "R-02", None)


def test_what_was_taken_after_it_was_counted_is_no_variance_however_late_the_count_comes(site: Store) -> None:
    number = site.order("R-01")
    said = {"count": number, "container": "L-1-1", "location": "R-01", "quantity": _KG, "seen": True}
    counted = site.one.write(COUNTED, UNIT, said, actor="P-0020", subject="container/L-1-1")
    site.advance(minutes=30)
    part = {"container": "L-1-1", "into": [{"container": "L-1-9", "quantity": {"value": "5.000", "unit": "kg"}}]}
    site.state("materials.container_split.v1", "lot/LAC/L-1", {**part, "reason": None}, actor="P-0020")
    site.one.submit(counted)
    assert site.held("L-1-1")[0] == "20.000"
    assert site.results(number)["L-1-1"] == "same"


def test_who_counted_does_not_approve_and_nothing_is_approved_unseen(site: Store) -> None:
    number = site.order("R-02")
    seen = site.page(number)["digest"]
    site.count(number, "L-1-5", "R-02", actor="P-0003")
    assert site.close(number, {}).json["code"] == "count_own"
    qa = {"client": site.qa, "login": "li"}
    assert site.close(number, {}, digest=seen, **qa).json["code"] == "count_stale"
    assert site.close(number, {"L-1-4": None}, **qa).json["code"] == "count_lines_wrong"
    assert site.close(number, {}, **{**qa, "password": "wrong"}).json["code"] == "password_wrong"
    assert site.client("zhang").post(f"/api/counts/{number}/close", json={}).status_code == 403
    assert site.close(number, {}, **qa).status_code == 201
    assert site.close(number, {}, **qa).json["code"] == "count_closed"
    # A handheld that was away brings its count later: kept, shown, without effect.
    assert site.count(number, "L-1-5", "R-02", kg="1.000", by=site.other, actor="P-0021") == ("count_over",)
    page = site.page(number)
    assert [one["quantity"]["value"] for one in page["late"]] == ["1.000"]
    assert site.held("L-1-5")[0] == "25.000"


def test_what_is_counted_wrongly_is_flagged_and_kept(site: Store) -> None:
    number = site.order("R-01")
    assert site.count("SC-2026-0009", "L-1-1") == ("count_unknown",)
    assert site.count(number, "L-1-1", "R-03") == ("count_place_other",)
    wrong = {"count": number, "container": "L-1-1", "location": "R-01", "quantity": {"value": "3", "unit": "m"}}
    told = site.one.record(COUNTED, UNIT, wrong | {"seen": True}, actor="P-0020")
    assert "unit_mismatch" in told.flags
    assert site.count(number, "L-1-1", actor="zhang") == ("person_not_permitted",)
    for places in (["R-99"], ["R-01", "R-01"]):
        answer = site.desk.post("/api/counts", json={"locations": places})
        assert answer.json["code"] == "count_places_wrong"
    assert site.client("zhang").post("/api/counts", json={"locations": ["R-01"]}).status_code == 403
    assert [one["count"] for one in site.desk.get("/api/counts").json["items"]] == [number]
    assert site.desk.get("/api/counts/SC-2026-0009").json["code"] == "count_unknown"


def test_homes_tell_who_counts_and_who_approves(site: Store) -> None:
    def waits(client: Any, code: str) -> list[tuple[str, str]]:
        return [(one["about"], one["to"]) for one in client.get("/api/home/tasks").json["items"] if one["code"] == code]

    number = site.order("R-01", "R-02")
    assert waits(site.desk, "count_close") == []
    keeper = site.client()
    accounts.set_password(site.plant, "P-0020", PASSWORD)
    assert keeper.post("/api/session", json={"login": "qian", "password": PASSWORD}).status_code == 200
    assert waits(keeper, "count_take") == [(number, "/warehouse")]
    site.count(number, "L-1-1")
    assert waits(site.desk, "count_close") == [(number, f"/counts/{number}")]
    site.count(number, "L-1-2", actor="P-0003")
    assert waits(site.desk, "count_close") == []
    assert waits(site.qa, "count_close") == [(number, f"/counts/{number}")]


def test_twenty_is_twenty_whatever_it_is_written_like(site: Store) -> None:
    number = site.order("R-02")
    site.count(number, "L-1-5", "R-02", kg="20.000")
    site.count(number, "L-1-5", "R-02", kg="20", by=site.other, actor="P-0021")
    assert site.results(number) == {"L-1-5": "differs"}
    site.count(number, "L-1-5", "R-02", kg="25", by=site.other, actor="P-0021")
    site.count(number, "L-1-5", "R-02", kg="25.0")
    assert site.results(number) == {"L-1-5": "same"}
    grams = {"count": number, "container": "L-1-5", "location": "R-02", "seen": True}
    grams["quantity"] = {"value": "20000", "unit": "g"}
    site.one.record(COUNTED, UNIT, grams, actor="P-0020")
    site.count(number, "L-1-5", "R-02", kg="20", by=site.other, actor="P-0021")
    assert site.results(number) == {"L-1-5": "differs"}


def test_what_says_nothing_of_a_container_closes_no_count(site: Store) -> None:
    number = site.order("R-02")
    litres = {"count": number, "container": "L-1-5", "location": "R-02", "seen": True}
    litres["quantity"] = {"value": "20", "unit": "L"}
    assert "unit_mismatch" in site.one.record(COUNTED, UNIT, litres, actor="P-0020").flags
    assert site.results(number) == {"L-1-5": "other_unit"}
    answer = site.close(number, {"L-1-5": site.entry(number, "L-1-5")})
    assert (answer.status_code, answer.json["code"]) == (422, "count_unit_wrong")
    site.count(number, "L-1-5", "R-02", kg="20")
    assert site.close(number, {"L-1-5": site.entry(number, "L-1-5")}).status_code == 201
    assert site.held("L-1-5")[0] == "20.000"


def late(site: Store, kind: str, at: float, **said: Any) -> None:
    """What a handheld did at a moment, and says now."""
    site.other.writer.clock = lambda: int(at * 1000)
    site.other.record(f"materials.{kind}.v1", UNIT, {**said, "reason": None}, actor="P-0021")
    site.other.writer.clock = lambda: int(clock.now().timestamp() * 1000)


def part(label: str, kg: str) -> list[Json]:
    return [{"container": label, "quantity": {"value": kg, "unit": "kg"}}]


def test_what_was_done_before_a_count_is_in_its_book_whenever_it_comes(site: Store) -> None:
    before = clock.now().timestamp()
    time.sleep(0.01)
    number = site.order("R-02")
    site.count(number, "L-1-5", "R-02", kg="21.000")
    seen = site.page(number)["digest"]
    late(site, "container_split", before, container="L-1-5", into=part("S-1", "4.000"))
    [line] = [one for one in site.page(number)["lines"] if one["container"] == "L-1-5"]
    assert (line["result"], line["book"]["value"]) == ("same", "21.000")
    # Who approved by what was shown before does not sign this.
    entry = site.entry(number, "L-1-5")
    assert site.close(number, {"L-1-5": entry}, digest=seen).json["code"] == "count_stale"
    late(site, "container_moved", before, container="L-1-5", to="R-03", **{"from": "R-02"})
    assert site.results(number)["L-1-5"] == "moved"
    chosen = {"L-1-5": entry} | ({"S-1": None} if "S-1" in site.results(number) else {})
    assert site.close(number, chosen).status_code == 201
    assert site.held("L-1-5")[:2] == ("21.000", "R-02")
    assert site.page(number)["upset"] == []


def test_an_approved_variance_that_a_late_entry_makes_wrong_is_told_until_it_is_counted_again(site: Store) -> None:
    before = clock.now().timestamp()
    time.sleep(0.01)
    number = site.order("R-01")
    site.count(number, "L-1-1", kg="21.000")
    site.count(number, "L-1-2", kg="25")
    for label in LABELS[2:4]:
        site.count(number, label)
    assert site.close(number, {"L-1-1": site.entry(number, "L-1-1")}).status_code == 201
    # After the counting, it says nothing of it.
    late(site, "container_split", clock.now().timestamp(), container="L-1-1", into=part("S-0", "1.000"))
    assert site.page(number)["upset"] == []
    late(site, "container_split", before, container="L-1-1", into=part("S-1", "4.000"))
    # One that was as booked, and is so no more.
    late(site, "container_split", before, container="L-1-2", into=part("S-2", "5.000"))
    told = {one["container"]: one["book"]["value"] for one in site.page(number)["upset"]}
    assert told == {"L-1-1": "21.000", "L-1-2": "20.000"}
    assert site.held("L-1-1")[0] == "16.000"
    tasks = site.desk.get("/api/home/tasks").json["items"]
    assert [(one["about"], one["count"]) for one in tasks if one["code"] == "count_upset"] == [(number, 2)]
    found = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert found["ok"], found["differences"]
    again = site.order("R-01")
    for label, kg in (("L-1-1", "20.000"), ("L-1-2", "20.000")):
        site.count(again, label, kg=kg)
    for label in ("L-1-3", "L-1-4"):
        site.count(again, label)
    lines = [one for one in site.page(again)["lines"] if one["result"] not in ("same", "strange")]
    chosen = {one["container"]: one["countings"][-1]["entry"] if one["countings"] else None for one in lines}
    assert site.close(again, chosen).status_code == 201
    assert (site.held("L-1-1")[0], site.page(number)["upset"]) == ("20.000", [])


def test_nobody_is_asked_to_count_again_what_is_gone(site: Store) -> None:
    before = clock.now().timestamp()
    time.sleep(0.01)
    number = site.order("R-01")
    for label in LABELS[:4]:
        site.count(number, label, kg="25")
    assert site.close(number, {}).status_code == 201
    late(site, "container_split", before, container="L-1-2", into=part("S-2", "5.000"))

    def asked() -> list[str]:
        tasks = site.desk.get("/api/home/tasks").json["items"]
        return [one["about"] for one in tasks if one["code"] == "count_upset"]

    assert asked() == [number]
    left = {"value": site.held("L-1-2")[0], "unit": "kg"}
    said = {"container": "L-1-2", "quantity": left, "reason": "Spilt", "witness": None}
    site.state("materials.container_scrapped.v1", "container/L-1-2", said, actor="P-0020")
    assert asked() == []
    # The count of then was wrong all the same.
    assert [one["container"] for one in site.page(number)["upset"]] == ["L-1-2"]


def test_what_is_found_where_it_must_not_stand_is_booked_there_and_told(site: Store) -> None:
    about = {"name": {"zh": "产", "en": "P"}, "warehouse": "raw", "kind": "production", "storage": None}
    site.state("materials.location_defined.v1", "locations", {"location": "P-01", **about, "active": True})
    number = site.order("P-01")
    assert site.count(number, "L-1-5", "P-01") == ("location_unfit",)
    assert site.close(number, {"L-1-5": site.entry(number, "L-1-5")}).status_code == 201
    assert site.held("L-1-5")[1] == "P-01"
    with site.reading() as connection:
        [closed] = list(reading.of_kind(connection, "materials.count_closed.v1"))
    assert closed.stamp.flags == ("location_unfit",)


def test_two_counts_of_one_shelf_book_what_both_find_missing_once(site: Store) -> None:
    first, second = site.order("R-02"), site.order("R-02")
    site.count(first, "L-1-5", "R-02", kg="24.000")
    time.sleep(0.01)
    site.count(second, "L-1-5", "R-02", kg="24.000", by=site.other, actor="P-0021")
    entry, stale = site.entry(first, "L-1-5"), site.page(second)["digest"]
    assert site.close(first, {"L-1-5": entry}).status_code == 201
    assert (site.held("L-1-5")[0], site.results(second)) == ("24.000", {"L-1-5": "same"})
    assert site.close(second, {"L-1-5": site.entry(second, "L-1-5")}, digest=stale).json["code"] == "count_stale"
    assert site.close(second, {}).status_code == 201
    assert site.held("L-1-5")[0] == "24.000"
    assert [site.page(one)["upset"] for one in (first, second)] == [[], []]


def test_what_a_later_count_has_corrected_is_counted_again_before_it_is_approved(site: Store) -> None:
    first, second = site.order("R-02"), site.order("R-02")
    site.count(first, "L-1-5", "R-02", kg="24.000")
    time.sleep(0.01)
    site.count(second, "L-1-5", "R-02", kg="24.000", by=site.other, actor="P-0021")
    assert site.close(second, {"L-1-5": site.entry(second, "L-1-5")}).status_code == 201
    refused = site.close(first, {"L-1-5": site.entry(first, "L-1-5")})
    assert (refused.status_code, refused.json["code"]) == (409, "count_overtaken")
    assert site.held("L-1-5")[0] == "24.000"
    time.sleep(0.01)
    site.count(first, "L-1-5", "R-02", kg="24.000")
    assert site.results(first) == {"L-1-5": "same"}
    assert site.close(first, {}).status_code == 201
    assert site.held("L-1-5")[0] == "24.000"
    found = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert found["ok"], found["differences"]


def test_a_variance_approved_late_is_told_of_a_closed_count_that_found_all_there(site: Store) -> None:
    first, second = site.order("R-02"), site.order("R-02")
    site.count(first, "L-1-5", "R-02", kg="24.000")
    time.sleep(0.01)
    site.count(second, "L-1-5", "R-02", kg="25.000", by=site.other, actor="P-0021")
    assert site.close(second, {}).status_code == 201
    assert site.close(first, {"L-1-5": site.entry(first, "L-1-5")}).status_code == 201
    assert [one["container"] for one in site.page(second)["upset"]] == ["L-1-5"]
    assert site.page(first)["upset"] == []


def test_a_late_entry_upsets_no_count_for_where_a_container_was_found(site: Store) -> None:
    before = clock.now().timestamp()
    time.sleep(0.01)
    number = site.order("R-01")
    for label in (*LABELS[:4], "L-1-5"):
        site.count(number, label, kg="25")
    assert site.close(number, {"L-1-5": site.entry(number, "L-1-5")}).status_code == 201
    late(site, "container_moved", before, container="L-1-5", to="R-02", **{"from": None})
    assert site.page(number)["upset"] == []
