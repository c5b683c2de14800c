"""In what state equipment is: what was said of it, its use log, its hold times; at the door, over HTTP and rebuilt."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from course_support import Branches
from hypothesis import given
from hypothesis import strategies as st
from plant import PlantUnderTest

from server.core import clock, rebuild
from server.core.errors import PestleError
from server.core.record import Recorded
from server.equipment import queries as register
from server.equipment.status import model, queries
from server.equipment.status.model import Event, Holds, Use, condition, dirty_too_long, judge
from server.handheld import leases

pytestmark = pytest.mark.urs("EQP-01", "EQP-03")
HOLDS = Holds(24, 72)
STRONGER = {"code": "TAB-10", "name": {"zh": "片", "en": "Tablets"}, "strength": "10 mg"}
# B1 and B2 are a campaign of one product; nobody knows what B9 is.
PRODUCTS = {"B1": "TAB-5 5 mg", "B2": "TAB-5 5 mg", "C1": "TAB-10 10 mg", "C2": "TAB-10 10 mg"}


def at(hour: int, minute: int = 0) -> str:
    return clock.text(datetime(2026, 11, 22, tzinfo=UTC) + timedelta(hours=hour, minutes=minute))


def used(begin: int, end: int | None, batch: str = "B1") -> list[Event]:
    return Use(begin, at(begin), batch, "20", None if end is None else at(end)).events()


def cleaned(hour: int, kind: str = "minor") -> Event:
    return model.cleaned_event(at(hour), hour, at(hour), kind)


def said(status: str, hour: int) -> Event:
    return Event(at(hour), hour, status, None, "because")


def doubts(events: list[Event], hour: int, batch: str = "B2", holds: Holds | None = HOLDS) -> list[str]:
    return [str(details.get("problem", code)) for code, details in judge(events, holds, at(hour), batch, PRODUCTS.get)]


def test_use_makes_dirty_and_cleaning_clean() -> None:
    events = [cleaned(1), *used(2, 5)]
    assert [condition(events, at(hour)).status for hour in (0, 1, 2, 5)] == [None, "clean", "in_use", "to_be_cleaned"]
    assert condition([*events, cleaned(6)], at(6)).status == "clean"


def test_what_another_batch_has_used_or_uses_is_not_clean_and_the_same_batch_goes_on() -> None:
    events = [cleaned(1), *used(2, 5)]
    assert (doubts(events, 4), doubts(events, 6)) == (["in_use"], ["to_be_cleaned"])
    assert (doubts(events, 4, "B1"), doubts(events, 6, "B1")) == ([], [])
    assert doubts([*events, cleaned(7)], 8) == []


def test_a_campaign_is_content_with_minor_cleanings_and_a_change_of_product_is_not() -> None:
    events = [cleaned(0, "major"), *used(1, 2), cleaned(3)]
    assert (doubts(events, 4), doubts(events, 4, "C1"), doubts(events, 4, "B9")) == ([], ["minor_only"], [])
    told = judge(events, HOLDS, at(4), "C1", PRODUCTS.get)
    assert told == [("equipment_not_clean", {"problem": "minor_only", "since": at(3), "batch": "B1"})]
    assert doubts([*events, cleaned(4, "major")], 5, "C1") == []
    assert doubts([*events, said("clean", 4)], 5, "C1") == []
    # However many of the other product's own cleanings follow, what was there before is there.
    after = [*events, *used(4, 5, "C1"), cleaned(6)]
    assert doubts(after, 7, "C2") == ["minor_only"]
    assert doubts([*after, cleaned(8, "major"), *used(9, 10, "C1"), cleaned(11)], 12, "C2") == []


def test_a_major_cleaning_counts_once_it_is_checked_and_what_is_used_unclean_is_what_it_was() -> None:
    unchecked = model.cleaned_event(at(3), 3, None, "major")
    assert doubts([*used(1, 2), unchecked, cleaned(4)], 5, "C1") == ["minor_only"]
    assert doubts([*used(1, 2), replace(unchecked, checked=at(3)), cleaned(4)], 5, "C1") == []
    assert doubts([*used(1, 2), cleaned(3, "major"), *used(4, 5)], 6, "C1") == ["to_be_cleaned"]


def test_a_piece_stays_clean_as_long_as_was_said_and_not_longer() -> None:
    assert doubts([cleaned(1)], 73) == []
    over = judge([cleaned(1)], HOLDS, at(73, 1), "B2", PRODUCTS.get)
    assert over == [("equipment_not_clean", {"problem": "expired", "since": at(1), "until": at(73)})]
    assert doubts([cleaned(1)], 900, holds=None) == []


@pytest.mark.parametrize("status", model.BARRING)
def test_neither_cleaning_nor_use_brings_a_barred_piece_back(status: str) -> None:
    events = [said(status, 1), cleaned(2), *used(3, 4)]
    assert doubts(events, 5) == ["equipment_barred"]
    assert doubts([*events, said("clean", 6)], 7) == []


def test_of_a_piece_of_which_nobody_keeps_account_nothing_is_asked() -> None:
    assert doubts(used(2, 5), 6, holds=None) == []
    assert doubts([], 6) == ["no_record"]
    assert doubts([said("to_be_cleaned", 1)], 6, holds=None) == ["to_be_cleaned"]


def test_a_piece_is_dirty_too_long_after_its_hold_time() -> None:
    events = used(2, 5)
    assert [dirty_too_long(events, HOLDS, at(29)), dirty_too_long(events, HOLDS, at(29, 1))] == [False, True]
    assert not dirty_too_long(events, Holds(None, None), at(900))


_EVENTS = st.lists(
    st.one_of(
        st.builds(cleaned, st.integers(0, 47)).map(lambda one: [one]),
        st.builds(said, st.sampled_from(model.STATUSES), st.integers(0, 47)).map(lambda one: [one]),
        st.builds(used, st.integers(0, 20), st.integers(0, 47), st.sampled_from(("B1", "B2"))),
    ),
    max_size=8,
).map(lambda many: [replace(one, index=index) for index, one in enumerate(one for some in many for one in some)])


@given(_EVENTS, st.integers(0, 47))
def test_whatever_happened_a_barred_piece_is_used_for_nothing_and_a_cleaned_one_counts_as_clean(
    events: list[Event], hour: int
) -> None:
    sets = [one for one in events if one.what in model.STATUSES and one.at <= at(hour)]
    last = max(sets, key=lambda one: (one.at, one.index)).what if sets else None
    now = condition(events, at(hour))
    assert (now.status in model.BARRING) == (last in model.BARRING)
    last_of_all = Event(at(47, 59), 99, "cleaned")
    after = condition([*events, last_of_all], at(47, 59))
    barred = condition(events, at(47, 59)).status in model.BARRING
    assert (after.status == "clean") != barred


@pytest.fixture
def made(database_url: str, tmp_path: Path) -> Iterator[Branches]:
    site = Site(database_url, tmp_path)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    made = Branches(site)
    made.register("PR-1", "press", None)
    yield made
    clock.use_system()
    site.plant.close()


def state(made: Branches, code: str = "PR-1") -> dict[str, Any]:
    with made.site.plant.engine.connect() as connection:
        piece = register.find_equipment(connection, code)
        assert piece is not None
        return queries.state(connection, piece, clock.now_text())


def clean(made: Branches, code: str = "PR-1", checked: bool = True) -> Recorded:
    given = {"equipment": code, "procedure": "CL-1", "kind": "major", "batch": None, "comment": None}
    made.site.now_ms += 60_000
    recorded = made.site.state(model.CLEANED, f"equipment/{code}", given, "P-1")
    if checked:
        assert check(made, recorded.id, code).flags == ()
    return recorded


def check(made: Branches, cleaning: str, code: str = "PR-1", by: str = "P-2") -> Recorded:
    """Within the minute in which it was cleaned."""
    given = {"equipment": code, "cleaning": cleaning, "comment": None}
    return made.site.state(model.CLEANING_CHECKED, f"equipment/{code}", given, by)


def put(made: Branches, status: str, reason: str | None = "because", code: str = "PR-1") -> Recorded:
    given = {"equipment": code, "status": status, "reason": reason}
    made.site.now_ms += 60_000
    return made.site.state(model.STATUS_SET, f"equipment/{code}", given)


def hold(
    made: Branches, dirty: int | None = 24, fresh: int | None = 72, of: dict[str, str | None] | None = None
) -> Recorded:
    scope: dict[str, str | None] = {"equipment": None, "class": "press"} | (of or {})
    given = {**scope, "dirty_hours": dirty, "clean_hours": fresh, "reason": "CV-031"}
    made.site.now_ms += 60_000
    return made.site.state(model.CLEANING_SET, model.stream(model.scope(given)), given)


@pytest.mark.parametrize("code", ["TAB-10", "TAB-5"])
def test_after_another_product_or_strength_a_piece_that_had_a_minor_cleaning_is_not_clean(
    made: Branches, code: str
) -> None:
    hold(made)
    clean(made)
    made.do("10")
    made.identify("20", "PR-1")
    made.do("20")
    same, other = Branches(made.site, "B2"), Branches(made.site, "C1", product=STRONGER | {"code": code})
    minor(made)
    assert lent(made)["products"] == ["TAB-5 5 mg"]
    made.wait(6)
    assert other.identify("20", "PR-1").flags == ("equipment_not_clean",)
    details = made.site.item("C1", "equipment_not_clean").details
    assert (details["problem"], details["batch"], details["severity"]) == ("minor_only", "B1", "major")
    other.abort("20")
    minor(made)
    made.wait(6)
    # What was used unclean is mixed from then on, for the product of before as well.
    assert same.identify("20", "PR-1").flags == ("equipment_not_clean",)
    same.abort("20")
    clean(made)
    assert lent(made)["products"] == []
    made.wait(6)
    assert Branches(made.site, "C2", product=STRONGER).identify("20", "PR-1").flags == ()
    plant = made.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


def test_a_campaign_of_one_product_goes_on_after_minor_cleanings(made: Branches) -> None:
    hold(made)
    clean(made)
    for batch in ("B1", "B2", "B3"):
        one = made if batch == "B1" else Branches(made.site, batch)
        one.do("10")
        assert one.identify("20", "PR-1").flags == ()
        one.do("20")
        minor(made)
        made.wait(6)


def minor(made: Branches) -> None:
    given = {"equipment": "PR-1", "procedure": "CL-2", "kind": "minor", "batch": None, "comment": None}
    made.site.now_ms += 60_000
    cleaning = made.site.state(model.CLEANED, "equipment/PR-1", given, "P-1").id
    assert check(made, cleaning).flags == ()


def lent(made: Branches) -> dict[str, Any]:
    with made.site.plant.engine.connect() as connection:
        told = leases._of_site(made.site.plant, connection, ("batch.work",))["equipment"]
    state_: dict[str, Any] = next(one["state"] for one in told if one["equipment"] == "PR-1")
    return state_


def test_what_was_cleaned_is_not_clean_for_a_batch_until_somebody_else_has_checked_it(made: Branches) -> None:
    cleaning = clean(made, checked=False).id
    assert (state(made)["status"], state(made)["checked"]) == ("clean", False)
    assert made.identify("20", "PR-1").flags == ("equipment_not_clean",)
    details = made.site.item("B1", "equipment_not_clean").details
    assert (details["problem"], details["severity"]) == ("unchecked", "major")
    other = clean(made, checked=False).id
    assert check(made, other, by="P-1").flags == ("verifier_is_performer",)
    assert check(made, "0" * 8 + "-0000-7000-8000-" + "0" * 12).flags == ("cleaning_unknown",)
    assert state(made)["checked"] is False
    # Who may neither clean nor review looks at nothing for anybody (the wall of a line, and nobody at all).
    for stranger in ("P-4", "P-404"):
        assert check(made, other, by=stranger).flags == ("person_not_permitted",)
        assert state(made)["checked"] is False
    assert check(made, other).flags == ()
    assert state(made)["checked"] is True
    made.wait(6)
    assert made.identify("20", "PR-1").flags == ()
    # Of the one before it comes too late, and changes nothing.
    assert check(made, cleaning).flags == ()
    with made.site.plant.engine.connect() as connection:
        lines = queries.history(connection, "PR-1", 10)
    assert {one["id"]: one["checked_by"] for one in lines if one["what"] == "cleaned"} == {
        cleaning: "P-2",
        other: "P-2",
    }


def test_a_cleaning_on_a_tablet_stands_in_the_record_of_the_batch_and_with_the_piece(made: Branches) -> None:
    cleaned = made.clean("20", "PR-1")
    assert cleaned.flags == ()
    assert (state(made)["status"], state(made)["checked"]) == ("clean", False)
    assert made.check("20", "PR-1", cleaned.id).flags == ("verifier_is_performer",)
    assert made.site.item("B1", "verifier_is_performer").details["severity"] == "minor"
    assert state(made)["checked"] is False
    assert made.check("20", "PR-1", cleaned.id, actor="P-5", device="tablet-b").flags == ()
    assert state(made)["checked"] is True
    assert made.identify("20", "PR-1").flags == ()
    # At the desk somebody checks what was cleaned on a tablet, and of a piece that is not registered it is told.
    again = made.clean("20", "PR-1", device="tablet-b")
    assert check(made, again.id).flags == ()
    assert made.clean("20", "PR-9").flags == ("equipment_unknown",)
    assert made.check("20", "PR-9", again.id).flags == ("cleaning_unknown",)


def test_a_corrected_cleaning_waits_for_its_own_check(made: Branches) -> None:
    cleaned = made.clean("20", "PR-1")
    made.check("20", "PR-1", cleaned.id, actor="P-2")
    assert made.clean("20", "PR-1", corrects=cleaned.id, reason="other procedure").flags == ()
    assert state(made)["checked"] is False


def test_what_was_dirty_too_long_is_told_on_a_tablet_too_and_rebuilt_alike(made: Branches) -> None:
    hold(made)
    put(made, "to_be_cleaned", None)
    made.wait(24 * 60 + 1)
    cleaned = made.clean("20", "PR-1")
    assert cleaned.flags == ("dirty_hold_exceeded",)
    made.check("20", "PR-1", cleaned.id, actor="P-2")
    plant = made.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


def test_a_cleaning_from_before_anybody_was_to_check_it_counts_as_it_is(made: Branches) -> None:
    given = {"equipment": "PR-1", "procedure": None, "kind": "minor", "batch": None, "comment": None}
    made.site.state(model.CLEANED_V1, "equipment/PR-1", given, "P-1")
    assert state(made)["checked"] is True
    assert made.identify("20", "PR-1").flags == ()


def test_a_check_counts_from_when_it_was_made() -> None:
    late = model.cleaned_event(at(1), 1, at(3), "minor")
    assert (doubts([late], 2), doubts([late], 3)) == (["unchecked"], [])
    assert not condition([said("clean", 1)], at(2)).unchecked(at(2))


def test_the_use_log_follows_from_the_batch(made: Branches) -> None:
    hold(made)
    clean(made)
    made.do("10")
    made.identify("20", "PR-1")
    assert (state(made)["status"], state(made)["batch"]) == ("in_use", "B1")
    made.do("20")
    assert state(made)["status"] == "to_be_cleaned"
    clean(made)
    assert state(made)["status"] == "clean"
    with made.site.plant.engine.connect() as connection:
        lines = queries.history(connection, "PR-1", 10)
    assert [one["what"] for one in lines] == ["cleaned", "used", "cleaned"]
    use = lines[1]
    assert (use["batch"], use["phase"], use["by"]) == ("B1", "20", "P-1")
    assert use["left"] is not None


def test_a_piece_that_is_told_of_after_its_phase_has_ended_is_to_be_cleaned_from_then_on(made: Branches) -> None:
    clean(made)
    made.do("10")
    made.start("20")
    assert made.end("20").flags == ("equipment_not_identified",)
    made.identify("20", "PR-1")
    assert state(made)["status"] == "to_be_cleaned"


def test_a_piece_of_its_own_hold_times_goes_by_those(made: Branches) -> None:
    hold(made)
    hold(made, 8, 12, {"equipment": "PR-1", "class": None})
    assert state(made)["holds"] == {"dirty_hours": 8, "clean_hours": 12}


def test_what_was_dirty_for_too_long_is_said_at_its_cleaning_and_waits_at_home_before(made: Branches) -> None:
    hold(made)
    put(made, "to_be_cleaned", None)
    made.wait(24 * 60 + 1)
    with made.site.plant.engine.connect() as connection:
        assert [piece.equipment for piece, _ in queries.overdue(connection, clock.now_text())] == ["PR-1"]
    assert clean(made).flags == ("dirty_hold_exceeded",)
    assert clean(made).flags == ()
    assert clean(made, "PR-9").flags == ("equipment_unknown",)


@pytest.mark.parametrize("status", model.REASONED)
def test_a_status_that_replaces_a_cleaning_or_takes_away_needs_a_reason(made: Branches, status: str) -> None:
    with pytest.raises(PestleError, match="equipment_reason_missing"):
        put(made, status, None)
    put(made, status)
    assert (state(made)["status"], state(made)["reason"]) == (status, "because")


def test_what_is_not_registered_or_not_named_clearly_is_refused(made: Branches) -> None:
    with pytest.raises(PestleError, match="equipment_unregistered"):
        put(made, "clean", code="PR-9")
    with pytest.raises(PestleError, match="equipment_unregistered"):
        hold(made, of={"equipment": "PR-9", "class": None})
    with pytest.raises(PestleError, match="cleaning_scope_wrong"):
        hold(made, of={"equipment": "PR-1"})


def test_equipment_that_is_not_clean_or_barred_is_an_exception_of_the_batch(made: Branches) -> None:
    made.register("PR-2", "press", None)
    hold(made, None, None)
    assert made.identify("20", "PR-1").flags == ("equipment_not_clean",)
    other = Branches(made.site, "B2")
    assert other.identify("20", "PR-1").flags == ("equipment_not_clean",)
    details = made.site.item("B2", "equipment_not_clean").details
    assert (details["problem"], details["batch"], details["severity"]) == ("in_use", "B1", "major")
    clean(made)
    assert other.identify("20", "PR-1").flags == ()
    put(made, "maintenance", "seal leaks")
    assert other.identify("20", "PR-1").flags == ("equipment_barred",)
    assert made.site.item("B2", "equipment_barred").details["reason"] == "seal leaks"


def test_a_tablet_is_lent_how_each_piece_stands_of_which_account_is_kept(made: Branches) -> None:
    def lent() -> dict[str, Any]:
        with made.site.plant.engine.connect() as connection:
            told = leases._of_site(made.site.plant, connection, ("batch.work",))["equipment"]
        return {one["equipment"]: one.get("state") for one in told}

    assert lent()["PR-1"] is None
    hold(made)
    clean(made)
    told = lent()["PR-1"]
    assert (told["kept"], told["status"], told["over"]) == (True, "clean", False)
    assert told["holds"] == {"dirty_hours": 24, "clean_hours": 72}


def test_a_rebuild_says_the_same(made: Branches) -> None:
    hold(made)
    clean(made)
    made.do("10")
    made.identify("20", "PR-1")
    made.do("20")
    made.skip("30")
    put(made, "maintenance")
    plant = made.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


def test_state_history_and_cleaning_over_http(database_url: str, tmp_path: Path) -> None:
    plant = PlantUnderTest(database_url, tmp_path)
    try:
        known: dict[str, Any] = {
            "equipment": "GR-1",
            "class": "granulator",
            "name": {"zh": "制粒机", "en": "granulator"},
        }
        known |= dict.fromkeys(("serial", "model", "location", "calibration_due"))
        plant.state("equipment.equipment_registered.v1", "equipment/GR-1", known)
        engineer, worker = plant.client("zhou"), plant.client("wang")
        of_class = {"equipment": None, "class": "granulator", "dirty_hours": 24, "clean_hours": 72, "reason": "CV-031"}
        assert worker.post("/api/equipment/holds", json=of_class).status_code == 403
        assert engineer.post("/api/equipment/holds", json=of_class).status_code == 201
        wrong = engineer.post("/api/equipment/holds", json=of_class | {"equipment": "GR-1"})
        assert (wrong.status_code, wrong.json["code"]) == (422, "cleaning_scope_wrong")
        body = {"procedure": None, "kind": "minor", "batch": None, "comment": "rinsed"}
        answer = worker.post("/api/equipment/GR-1/cleanings", json=body)
        assert (answer.status_code, answer.json["state"]["status"]) == (201, "clean"), answer.text
        there = f"/api/equipment/GR-1/cleanings/{answer.json['history'][0]['id']}/check"
        own = worker.post(there, json={"comment": None})
        assert (own.status_code, own.json["code"]) == (409, "cleaning_own")
        assert worker.post(there.replace("GR-1/c", "GR-2/c"), json={"comment": None}).status_code == 404
        looked = engineer.post(there, json={"comment": "no residue"})
        assert (looked.status_code, looked.json["state"]["checked"]) == (201, True), looked.text
        assert looked.json["history"][0]["checked_by"]["id"] != looked.json["history"][0]["by"]["id"]
        assert worker.post("/api/equipment/GR-1/status", json={"status": "clean", "reason": "x"}).status_code == 403
        missing = engineer.post("/api/equipment/GR-1/status", json={"status": "maintenance", "reason": None})
        assert missing.json["code"] == "equipment_reason_missing"
        barred = engineer.post("/api/equipment/GR-1/status", json={"status": "maintenance", "reason": "seal"})
        assert barred.json["state"]["status"] == "maintenance"
        page = worker.get("/api/equipment/GR-1").json
        told = [(one["what"], one["cleaning"]) for one in page["history"]]
        assert told == [("maintenance", None), ("cleaned", "minor")]
        assert page["history"][1]["by"] is not None
        (listed,) = worker.get("/api/equipment").json["items"]
        assert (listed["equipment"], listed["state"]["status"]) == ("GR-1", "maintenance")
        assert worker.post("/api/equipment/GR-9/cleanings", json=body).json["code"] == "equipment_unregistered"
    finally:
        plant.close()
