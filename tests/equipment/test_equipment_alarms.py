"""Alarms of equipment at the door: raised at the desk, on a tablet, by a machine; cleared with a reason; rebuilt."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, weighed
from control_support import items
from course_support import Branches
from plant import PlantUnderTest
from pypdf import PdfReader
from release_support import review

from server.alerts import model as alerts
from server.alerts import sources, sweeps
from server.core import clock, rebuild
from server.core.errors import PestleError
from server.core.kinds import Entry
from server.core.record import Recorded
from server.equipment import queries as register
from server.equipment.alarms import model, queries
from server.equipment.status import queries as status
from server.handheld import leases, scan_views
from server.production.model import Item
from server.release.dossier import content
from server.release.dossier.build import dossier
from sync.log import reading
from sync.writer import DeviceWriter

pytestmark = pytest.mark.urs("EQP-01", "EQP-05", "PRD-08")
FLAG = ("equipment_in_alarm",)


@pytest.fixture
def made(database_url: str, tmp_path: Path) -> Iterator[Branches]:
    site = Site(database_url, tmp_path)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    made = Branches(site)
    made.register("PR-1", "press", None)
    yield made
    clock.use_system()
    site.plant.close()


def alarm(made: Branches, code: str = "PR-1", severity: str = "major") -> Recorded:
    given = {"equipment": code, "what": "E42 pressure", "severity": severity, "source": "manual"}
    made.site.now_ms += 60_000
    return made.site.state(model.RAISED, f"equipment/{code}", given, "P-1")


def clear(made: Branches, entry: str, code: str = "PR-1") -> Recorded:
    given = {"equipment": code, "alarm": entry, "reason": "filter changed"}
    made.site.now_ms += 60_000
    return made.site.state(model.CLEARED, f"equipment/{code}", given)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    plant = PlantUnderTest(database_url, tmp_path)
    yield plant
    plant.close()


def standing(made: Branches, code: str = "PR-1") -> list[str]:
    with made.site.plant.engine.connect() as connection:
        piece = register.find_equipment(connection, code)
        assert piece is not None
        told: list[dict[str, Any]] = status.state(connection, piece, clock.now_text())["alarms"]
    return [one["what"] for one in told]


def lent(made: Branches) -> dict[str, Any]:
    with made.site.plant.engine.connect() as connection:
        told = leases._of_site(made.site.plant, connection, ("batch.work",))["equipment"]
    return {one["equipment"]: one.get("state") for one in told}


def test_a_piece_is_in_alarm_until_it_is_cleared_with_a_reason(made: Branches) -> None:
    assert lent(made)["PR-1"] is None
    raised = alarm(made)
    assert standing(made) == ["E42 pressure"]
    assert [one["severity"] for one in lent(made)["PR-1"]["alarms"]] == ["major"]
    with made.site.plant.engine.connect() as connection:
        found = scan_views.identify(connection, "PESTLE-EQUIPMENT:1:PR-1", "", "2026-11-22")
    assert [one["what"] for one in found["equipment"]["alarms"]] == ["E42 pressure"]
    clear(made, raised.id)
    assert standing(made) == []
    with made.site.plant.engine.connect() as connection:
        [told] = queries.history(connection, "PR-1", 10)
    assert (told["reason"], told["cleared_by"]) == ("filter changed", "server")


def test_what_is_used_in_an_alarm_is_an_exception_and_no_more_once_it_is_cleared(made: Branches) -> None:
    raised = alarm(made)
    made.wait(6)
    assert made.identify("20", "PR-1").flags == FLAG
    details = made.site.item("B1", "equipment_in_alarm").details
    assert (details["alarm"], details["severity"]) == ("E42 pressure", "major")
    clear(made, raised.id)
    made.wait(6)
    other = Branches(made.site, "B2")
    assert other.identify("20", "PR-1").flags == ()


def test_a_phase_that_begins_after_the_alarm_is_an_exception(made: Branches) -> None:
    made.do("10")
    assert made.identify("20", "PR-1").flags == ()
    alarm(made)
    made.wait(6)
    assert made.start("20").flags == FLAG
    # Of a phase it is told once while QA has not looked at it.
    assert made.end("20").flags == FLAG
    assert [code for code, _, _ in made.site.items("B1")].count(FLAG[0]) == 1


def test_what_goes_on_in_the_alarm_is_an_exception_until_it_is_cleared(made: Branches) -> None:
    made.do("10")
    made.identify("20", "PR-1")
    assert made.start("20").flags == ()
    raised = alarm(made)
    made.wait(6)
    assert made.hold("20").flags == ()
    assert made.resume("20").flags == FLAG
    assert made.site.item("B1", FLAG[0]).details["alarm"] == "E42 pressure"
    clear(made, raised.id)
    made.wait(6)
    assert made.end("20").flags == ()
    assert [code for code, _, _ in made.site.items("B1")].count(FLAG[0]) == 1
    assert rebuild.check(made.site.plant.engine, made.site.plant.log, made.site.plant.registry)["differences"] == []


def test_work_goes_on_with_another_piece_that_was_taken_in_place_of_the_one_in_alarm(made: Branches) -> None:
    made.register("PR-2", "press", None)
    made.do("10")
    made.identify("20", "PR-1")
    assert made.start("20").flags == ()
    made.alarm("20", "PR-1")
    made.hold("20")
    assert FLAG[0] not in made.identify("20", "PR-2").flags
    assert (made.resume("20").flags, made.end("20").flags) == ((), ())


def test_every_alarm_is_an_exception_however_grave_another_is(made: Branches) -> None:
    """A critical one is not hidden by a minor one, nor a second machine by the first."""
    made.register("PR-2", "press", None)
    made.do("10")
    alarm(made, severity="minor")
    alarm(made, severity="critical")
    made.wait(6)
    assert made.identify("20", "PR-1").flags == FLAG
    alarm(made, "PR-2", "critical")
    made.wait(6)
    assert FLAG[0] in made.identify("20", "PR-2").flags
    told = [one.details for one in _items(made) if one.code == FLAG[0]]
    assert [(one["equipment"], one["severity"]) for one in told] == [
        ("PR-1", "minor"),
        ("PR-1", "major"),
        ("PR-2", "major"),
    ]
    assert FLAG[0] in made.start("20").flags
    assert len([one for one in _items(made) if one.code == FLAG[0]]) == 3


def test_a_graver_alarm_that_comes_late_is_told_though_a_minor_one_was_known(made: Branches) -> None:
    made.site.state(model.RAISED, "equipment/PR-1", _said("minor") | {"source": "manual"}, "P-1")
    late = made.site.writers["bridge-1"].write(model.RAISED, "equipment/PR-1", _said("critical"), actor="bridge-1")
    made.wait(6)
    assert made.identify("20", "PR-1").flags == FLAG
    assert made.site.submit(late).flags == FLAG
    assert len([one for one in _items(made) if one.code == FLAG[0]]) == 2


def test_reviewers_see_each_alarm_of_the_machines_of_a_batch_and_how_it_ended(made: Branches) -> None:
    made.do("10")
    made.identify("20", "PR-1")
    made.start("20")
    own = made.alarm("20", "PR-1")
    told = alarm(made, severity="critical")
    clear(made, told.id)
    found = [one for one in review(made.site)["notable"] if one["type"] == "alarm"]
    assert [(one["entries"][0]["id"], one["details"]["severity"]) for one in found] == [
        (own.id, "major"),
        (told.id, "critical"),
    ]
    assert [None if one["decision"] is None else one["decision"]["text"] for one in found] == [None, "filter changed"]


def _said(severity: str) -> dict[str, str]:
    return {"equipment": "PR-1", "what": f"E42 {severity}", "severity": severity, "source": "machine"}


def _items(made: Branches) -> list[Item]:
    return items(made.site, made.batch)


def test_an_alarm_on_a_tablet_stands_in_the_record_of_the_batch_and_with_the_piece(made: Branches) -> None:
    raised = made.alarm("20", "PR-1")
    assert (raised.flags, standing(made)) == ((), ["E42 pressure"])
    # The same clock is exact, also a minute later.
    assert made.identify("20", "PR-1").flags == FLAG
    clear(made, raised.id)
    assert standing(made) == []


def test_an_alarm_that_comes_late_brings_to_light_what_was_done_in_every_batch(made: Branches) -> None:
    other = Branches(made.site, "B2")
    late = made.write_alarm("20", "PR-1")
    made.wait(6)
    assert (made.identify("20", "PR-1").flags, other.identify("20", "PR-1").flags) == ((), ())
    assert made.site.submit(late).flags == FLAG
    for batch in ("B1", "B2"):
        assert made.site.item(batch, "equipment_in_alarm").details["equipment"] == "PR-1"


def test_an_alarm_that_a_machine_tells_late_is_asked_alike(made: Branches) -> None:
    said = {"equipment": "PR-1", "what": "E42", "severity": "minor", "source": "machine"}
    late = made.site.writers["bridge-1"].write(model.RAISED, "equipment/PR-1", said, actor="bridge-1")
    made.wait(6)
    assert made.identify("20", "PR-1").flags == ()
    assert made.site.submit(late).flags == FLAG
    assert made.site.item("B1", "equipment_in_alarm").details["severity"] == "minor"


def test_only_a_bridge_says_that_the_machine_told_it_and_only_who_works_raises_one(made: Branches) -> None:
    """It stands all the same: somebody who keeps equipment clears it."""
    tablet, bridge = made.site.writers["tablet-b"], made.site.writers["bridge-1"]

    def told(writer: DeviceWriter, source: str, actor: str, stream: str = "PR-1") -> tuple[str, ...]:
        said = _said("major") | {"source": source}
        made.wait(1)
        return made.site.submit(writer.write(model.RAISED, f"equipment/{stream}", said, actor=actor)).flags

    assert told(bridge, "machine", "bridge-1") == ()
    assert told(tablet, "manual", "P-1") == ()
    assert told(tablet, "machine", "P-1") == ("not_a_bridge",)
    assert told(tablet, "manual", "P-9") == told(tablet, "manual", "nobody") == ("person_not_permitted",)
    assert told(bridge, "machine", "bridge-1", "PR-2") == ("subject_mismatch",)
    assert len(standing(made)) == 6


def test_what_is_not_registered_is_told_and_what_cannot_be_cleared_refused(made: Branches) -> None:
    assert alarm(made, "PR-9").flags == ("equipment_unknown",)
    raised = alarm(made)
    made.register("PR-2", "press", None)
    with pytest.raises(PestleError, match="equipment_alarm_unknown"):
        clear(made, raised.id, "PR-2")
    clear(made, raised.id)
    with pytest.raises(PestleError, match="equipment_alarm_cleared"):
        clear(made, raised.id)


def test_a_weight_on_a_balance_in_alarm_is_an_exception_and_its_correction_is_no_other(made: Branches) -> None:
    site = made.site
    site.order("B9")
    made.register("BAL-07", "balance", None)
    raised = alarm(made, "BAL-07")
    made.wait(6)
    first = weigh(made)
    assert FLAG[0] in first.flags
    assert site.item("B9", FLAG[0]).details["equipment"] == "BAL-07"
    typed = weighed("B9", net="12.650", comment="misread")
    corrected = site.put("material_weighed", typed, corrects=first.id, reason="misread")
    assert FLAG[0] not in corrected.flags
    clear(made, raised.id, "BAL-07")
    made.wait(6)
    assert FLAG[0] not in weigh(made).flags


def weigh(made: Branches) -> Recorded:
    reading = made.site.read_weight(net="12.640")
    return made.site.put("material_weighed", weighed("B9", source="device", reading=reading))


def test_a_correction_of_an_alarm_leaves_it_standing(made: Branches) -> None:
    raised = made.alarm("20", "PR-1")
    made.alarm("20", "PR-1", corrects=raised.id, reason="another text")
    assert len(standing(made)) == 2


def test_the_printed_record_tells_of_alarms_in_the_batch_and_of_those_that_were_told_elsewhere(made: Branches) -> None:
    made.do("10")
    made.alarm("20", "PR-1")
    made.identify("20", "PR-1")
    made.register("PR-2", "press", None)
    made.alarm("20", "PR-2")
    clear(made, alarm(made).id)
    plant = made.site.plant
    with plant.engine.connect() as connection:
        size = plant.log.head(connection).size
        printed = content.gather(connection, plant.log, "B1", "en", size)
    assert printed is not None
    [phase] = [one for one in printed["phases"] if one["id"] == "20"]
    assert [mark for mark in phase["marks"] if "E42 pressure" in mark and "PR-1" in mark]
    [elsewhere] = printed["alarms"]
    assert elsewhere.startswith("PR-1 (20): E42 pressure")
    assert elsewhere.endswith("filter changed")
    plant.publisher.now()
    with plant.engine.connect() as connection:
        pdf = dossier(connection, plant.log, plant.signer, "B1", "en", plant.config.blobs, clock.now())
    assert pdf is not None
    pages = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "Alarms that were told elsewhere while it was used" in pages
    assert "PR-1 (20): E42 pressure" in pages
    # What is in alarm was not used by that.
    assert [row[0] for row in printed["equipment"]] == ["PR-1"]


def test_whoever_runs_the_line_and_keeps_equipment_is_told_while_it_stands(made: Branches) -> None:
    [kind] = [one for one in alerts.KINDS_OF_ALERT if one.code == "equipment_alarm"]
    assert set(kind.on) == {model.RAISED, model.BATCH_RAISED}
    raised = made.alarm("20", "PR-1")
    plant = made.site.plant
    with plant.engine.connect() as connection:
        [stored] = list(reading.of_kind(connection, model.BATCH_RAISED))
        head = stored.envelope.head
        entry = Entry(head, stored.envelope.body, stored.index, head.captured_at)
        [told] = sources.find(connection, entry)
        assert (told.link, told.details["what"]) == ("/equipment/PR-1", "E42 pressure")
        assert list(sweeps.LASTING["equipment_alarm"](connection)) == [told.key] == [raised.id]
    clear(made, raised.id)
    with plant.engine.connect() as connection:
        assert list(sweeps.LASTING["equipment_alarm"](connection)) == []


def test_a_rebuild_says_the_same(made: Branches) -> None:
    clear(made, made.alarm("20", "PR-1").id)
    alarm(made)
    made.identify("20", "PR-1")
    plant = made.site.plant
    assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]


def test_an_alarm_is_raised_by_who_works_and_cleared_by_who_keeps_over_http(site: PlantUnderTest) -> None:
    known: dict[str, Any] = {"equipment": "GR-1", "class": "granulator", "name": {"zh": "制粒机", "en": "granulator"}}
    known |= dict.fromkeys(("serial", "model", "location", "calibration_due"))
    site.state("equipment.equipment_registered.v1", "equipment/GR-1", known)
    engineer, worker, buyer = (site.client(login) for login in ("zhou", "wang", "admin"))
    body = {"what": "E42 pressure", "severity": "critical"}
    assert buyer.post("/api/equipment/GR-1/alarms", json=body).status_code == 403
    assert worker.post("/api/equipment/GR-9/alarms", json=body).json["code"] == "equipment_unregistered"
    assert worker.post("/api/equipment/GR-1/alarms", json=body | {"severity": "odd"}).status_code == 422
    answer = worker.post("/api/equipment/GR-1/alarms", json=body)
    assert answer.status_code == 201, answer.text
    page = worker.get("/api/equipment/GR-1").json
    assert [one["severity"] for one in page["state"]["alarms"]] == ["critical"]
    assert (page["alarms"][0]["by"]["name"], page["alarms"][0]["source"]) != (None, "machine")
    told = worker.get("/api/equipment/alarms/standing").json
    assert [one["id"] for one in told["standing"]["GR-1"]] == [answer.json["alarm"]]
    assert told["at"] > told["standing"]["GR-1"][0]["at"]
    there = f"/api/equipment/GR-1/alarms/{answer.json['alarm']}/clear"
    assert worker.post(there, json={"reason": "it went away"}).status_code == 403
    assert engineer.post(there, json={"reason": ""}).status_code == 422
    assert engineer.post(there, json={"reason": "filter changed"}).status_code == 201
    again = engineer.post(there, json={"reason": "filter changed"})
    assert (again.status_code, again.json["code"]) == (409, "equipment_alarm_cleared")
    for place in (
        f"GR-1/alarms/{'0' * 36}",
        "GR-1/alarms/abc",
        f"GR-9/alarms/{answer.json['alarm']}",
        f"{'G' * 99}/alarms/x",
    ):
        nothing = engineer.post(f"/api/equipment/{place}/clear", json={"reason": "x"})
        assert (nothing.status_code, nothing.json["code"]) == (404, "equipment_alarm_unknown"), place
    assert worker.get("/api/equipment/alarms/standing").json["standing"] == {}
    (listed,) = worker.get("/api/equipment").json["items"]
    assert listed["state"]["alarms"] == []
    page = worker.get("/api/equipment/GR-1").json
    assert (page["alarms"][0]["reason"], page["alarms"][0]["cleared_by"] is None) == ("filter changed", False)
