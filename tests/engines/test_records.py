"""Filled forms: what people record is kept whatever is wrong with it, and the server says what is (ENG-01)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from record_support import RECORD, RecordSite, calculated, kg, value

from server.core import rebuild
from server.core.errors import PestleError
from server.identity import queries as identity
from server.web import tasks

pytestmark = pytest.mark.urs("ENG-01")
HEAD = (value("batch", "B-1"), kg("batch_size", "10.000"))
ROW = (value("weighings/1/lot", "A-5"), kg("weighings/1/gross", "10.300"), kg("weighings/1/tare", "0.400"))
ALL = (
    calculated("weighings/1/net", "9.900"),
    calculated("weighings/1/share", "100.0", "%"),
    calculated("total", "9.900"),
    calculated("yield_", "99.00", "%"),
)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[RecordSite]:
    made = RecordSite(database_url, tmp_path)
    made.open()
    yield made
    made.plant.close()


def test_two_tablets_fill_in_one_record_and_two_people_sign_it(site: RecordSite) -> None:
    assert site.fill(*HEAD).flags == ()
    assert site.fill(*ROW, *ALL, device="tablet-b", actor="P-2").flags == ()
    assert site.sign("done", "P-1").flags == ()
    assert site.sign("checked", "P-2", actor="P-1").flags == ()
    assert site.say("record_completed", {"record": RECORD}).flags == ()
    assert site.codes() == []
    record = site.record()
    assert (record.status, record.completed_by, record.open_items) == ("complete", "P-1", 0)
    assert site.stands()["total"] == {"value": "9.900", "unit": "kg"}
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


def test_a_value_outside_of_its_limits_is_an_exception_with_its_comment(site: RecordSite) -> None:
    site.fill(*HEAD)
    light = (value("weighings/1/lot", "A-5"), kg("weighings/1/gross", "0.900"), kg("weighings/1/tare", "0.400"))
    bare = site.fill(*light, calculated("weighings/1/net", "0.500"))
    assert bare.flags == ("out_of_limits",)
    [one] = site.found()
    assert (one.code, one.path, one.comment) == ("out_of_limits", "weighings/1/net", None)
    assert one.details == {"value": {"value": "0.500", "unit": "kg"}, "level": "action", "comment_missing": True}
    said = calculated("weighings/1/net", "0.500", comment="the last of the drum")
    assert site.fill(said).flags == ("out_of_limits",)
    assert site.found()[1].comment == "the last of the drum"
    assert site.found()[1].details["comment_missing"] is False


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (calculated("total", "11.000"), "calculation_differs"),
        (kg("weighings/1/tare", "four"), "value_wrong"),
        (value("weighings/1/gross", {"value": "1.0", "unit": "g"}), "value_wrong"),
        (value("room", "R-999"), "value_wrong"),
        (value("nowhere", "x"), "field_unknown"),
        (value("weighings/99/lot", "x"), "field_unknown"),
        (value("weighings/01/lot", "x"), None),
        (value("done", "P-1"), "field_unknown"),
        (kg("total", "9.900"), "source_wrong"),
        (calculated("batch_size", "10.000"), "source_wrong"),
    ],
)
def test_what_the_form_does_not_allow_is_kept_and_told(site: RecordSite, given: Any, code: str | None) -> None:
    site.fill(*ROW)
    recorded = site.fill(given, device="tablet-b")
    # A path that is none at all is no payload of this kind: it stands in the log and in no table.
    wanted = "payload_malformed" if code is None else code
    assert wanted in recorded.flags
    assert code is None or (code, given["path"]) in site.codes()
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


def test_a_row_is_struck_out_with_a_reason_and_stays_to_be_seen(site: RecordSite) -> None:
    site.fill(*HEAD)
    site.fill(*ROW, *ALL)
    second = (kg("weighings/2/gross", "8.000"), kg("weighings/2/tare", "1.000"))
    site.fill(*second, calculated("total", "16.900"), calculated("weighings/2/net", "7.000"))
    assert site.strike("weighings/2").flags == ()
    # What follows is calculated without it; the row and what stood in it are still told.
    assert site.fill(calculated("total", "9.900")).flags == ()
    stands = site.stands()
    assert (stands["weighings/2"], stands["weighings/2/gross"]["value"]) == (True, "8.000")
    assert site.fill(kg("weighings/2/gross", "8.100"), device="tablet-b").flags == ("row_struck", "conflict")
    assert site.strike("weighings/2", False, device="tablet-b").flags == ()
    assert site.stands()["weighings/2"] is False
    assert site.fill(calculated("total", "9.900")).flags == ("calculation_differs",)
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


@pytest.mark.parametrize("row", ["weighings/21", "head/1", "batch/1", "weighings/1/batch/1"])
def test_what_is_no_row_is_told_and_strikes_out_nothing(site: RecordSite, row: str) -> None:
    site.fill(*ROW, *ALL)
    assert site.strike(row).flags == ("row_unknown",)
    assert site.fill(calculated("total", "9.900")).flags == ()


def test_a_struck_row_makes_room_for_one_more(site: RecordSite) -> None:
    assert site.fill(kg("weighings/21/gross", "8.000")).flags == ("field_unknown",)
    site.strike("weighings/1")
    assert site.fill(kg("weighings/21/tare", "1.000")).flags == ()


@pytest.mark.urs("PLT-12")
def test_striking_out_is_work_like_any_other(site: RecordSite) -> None:
    site.fill(*HEAD)
    assert site.strike("weighings/1", leased=False).flags == ("lease_unknown",)
    assert "person_not_permitted" in site.strike("weighings/1", actor="P-9").flags
    site.sign("done", "P-1")
    site.say("record_completed", {"record": RECORD})
    assert "record_complete" in site.strike("weighings/1").flags


def test_two_devices_that_fill_in_one_field_are_a_conflict_that_somebody_decides(site: RecordSite) -> None:
    mine = site.fill(kg("batch_size", "10.000"))
    theirs = site.fill(kg("batch_size", "12.000"), device="tablet-b", actor="P-2")
    assert theirs.flags == ("conflict",)
    third = site.fill(kg("batch_size", "13.000"), device="tablet-b", actor="P-2")
    assert third.flags == ("conflict",)
    joined, conflict = site.found()
    assert (joined.state, conflict.state) == ("joined", "open")
    assert set(conflict.entries) == {mine.id, theirs.id, third.id}
    # Until then everybody shows the one that was written last.
    assert site.stands()["batch_size"]["value"] == "13.000"
    for wrong in (None, "0199f1a0-0000-7000-8000-000000000001"):
        with pytest.raises(PestleError, match="chosen_wrong"):
            site.settle(conflict, wrong)
    with pytest.raises(PestleError, match="not_permitted"):
        site.settle(conflict, mine.id, actor="P-1")
    site.settle(conflict, mine.id)
    assert site.stands()["batch_size"]["value"] == "10.000"
    assert (site.found()[1].state, site.found()[1].chosen, site.record().open_items) == ("settled", mine.id, 0)
    with pytest.raises(PestleError, match="item_not_open"):
        site.settle(conflict, mine.id)


def test_a_correction_names_what_it_corrects_and_why(site: RecordSite) -> None:
    first = site.fill(*ROW, *ALL[:1])
    again = (kg("weighings/1/tare", "0.300"), calculated("weighings/1/net", "10.000"))
    right = site.fill(*again, corrects=first.id, reason="read wrongly")
    assert right.flags == ()
    assert site.stands()["weighings/1/tare"]["value"] == "0.300"
    # What else that entry said still stands.
    assert site.stands()["weighings/1/gross"]["value"] == "10.300"
    bare = site.fill(kg("weighings/1/tare", "0.200"), corrects=right.id)
    assert "correction_unknown" in bare.flags
    other = site.fill(value("batch", "B-2"), corrects=right.id, reason="another field")
    assert "correction_unknown" in other.flags
    nothing = site.fill(value("room", "R-101"), corrects="0199f1a0-0000-7000-8000-000000000009", reason="of nothing")
    assert "correction_unknown" in nothing.flags
    cleared = site.fill(value("weighings/1/gross", None), corrects=first.id, reason="another row's")
    assert cleared.flags == ()
    assert "weighings/1/gross" not in site.stands()


def test_a_signature_that_is_not_one_is_told(site: RecordSite) -> None:
    site.fill(*HEAD, *ROW, *ALL)
    assert "signature_missing" in site.sign("done", "P-1", cosigner="P-2").flags
    site.settle(site.found()[0], None)
    assert "first_signature_missing" not in site.sign("checked", "P-1").flags
    assert ("verifier_is_performer", "checked") in site.codes()
    given = {"record": RECORD, "path": "batch", "meaning": {"zh": "称", "en": "x"}, "digest": "0" * 64}
    assert "field_unknown" in site.say("record_signed", given | {"signed_by": "P-1", "signature": None}).flags


def test_a_signature_is_under_what_stands(site: RecordSite) -> None:
    site.fill(*HEAD, *ROW, *ALL)
    assert "first_signature_missing" in site.sign("checked", "P-2").flags
    assert "signed_other_values" in site.sign("done", "P-1", digest="0" * 64).flags
    assert "meaning_differs" in site.sign("done", "P-1", meaning={"zh": "别的", "en": "other"}).flags


def test_what_is_missing_is_told_when_somebody_calls_it_complete(site: RecordSite) -> None:
    site.fill(*HEAD)
    assert site.say("record_completed", {"record": RECORD}).flags == ("record_incomplete",)
    [one] = site.found()
    assert "weighings/1/lot" in one.details["fields"]
    late = site.fill(*ROW)
    assert "record_complete" in late.flags
    assert "record_complete" in site.fill(value("room", "R-101")).flags
    assert [code for code, _ in site.codes()].count("record_complete") == 1


def test_who_may_not_and_what_is_no_record_are_told(site: RecordSite) -> None:
    assert "person_not_permitted" in site.fill(*HEAD, actor="P-9").flags
    assert "record_mismatch" in site.fill(value("room", "R-101"), stream="record/R-2").flags
    assert "record_unknown" in site.fill(value("batch", "x"), record="R-9").flags


@pytest.mark.urs("PLT-12")
def test_work_without_a_lease_of_this_record_is_an_exception_of_it(site: RecordSite) -> None:
    assert site.fill(*HEAD, leased=False).flags == ("lease_unknown",)
    site.leases[RECORD, "tablet-b"] = site.leases[RECORD, "tablet-a"]
    assert site.fill(*ROW, device="tablet-b").flags == ("lease_unknown",)
    assert site.codes() == [("lease_unknown", None)]


def test_a_record_is_opened_of_what_is_in_force_and_once(site: RecordSite) -> None:
    given = {"form": "weighing-record", "version": 1, "sha256": site.sha256, "subject": None}
    for changes, code in (
        ({"record": RECORD}, "record_known"),
        ({"record": "R-2", "version": 2}, "form_not_effective"),
        ({"record": "R-2", "sha256": "0" * 64}, "form_not_effective"),
    ):
        wanted = given | changes
        with pytest.raises(PestleError, match=code):
            site.state("forms.record_opened.v1", f"record/{wanted['record']}", wanted, "P-1")
    with pytest.raises(PestleError, match="not_permitted"):
        site.state("forms.record_opened.v1", "record/R-3", given | {"record": "R-3"}, "P-9")


@pytest.mark.urs("HMI-04")
def test_a_record_waits_at_the_homes_of_who_fills_it_in_and_of_who_reviews_it(site: RecordSite) -> None:
    site.fill(kg("batch_size", "10.000"))
    site.fill(kg("batch_size", "12.000"), device="tablet-b", actor="P-2")

    def waiting(person: str) -> list[tuple[str, str, int | None]]:
        with site.plant.engine.connect() as connection:
            found = identity.find_person(connection, person)
            assert found is not None
            at = datetime.now(UTC)
            return [
                (one.code, one.to, one.count) for one in tasks.of_person(connection, found, at) if "record" in one.code
            ]

    assert waiting("P-1") == waiting("P-2") == [("record_open", f"/records/{RECORD}", None)]
    assert waiting("P-5") == [("record_items", f"/records/{RECORD}", 1)]
    assert waiting("P-9") == []


def test_what_two_tablets_wrote_reads_the_same_whichever_came_first(site: RecordSite) -> None:
    """Entry ids begin with the time of writing: the later one stands, in whatever order the log has them."""
    late = site.writers["tablet-a"].write(
        "forms.values_recorded.v1",
        f"record/{RECORD}",
        {"record": RECORD, "values": [kg("batch_size", "10.000")]},
        actor="P-1",
        lease=site.leases[RECORD, "tablet-a"],
    )
    site.fill(kg("batch_size", "12.000"), device="tablet-b", actor="P-2")
    site.submit(late)
    assert site.stands()["batch_size"]["value"] == "12.000"
