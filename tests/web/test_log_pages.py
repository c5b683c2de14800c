"""The log as a page reads it: in which order, of which streams, for whom."""

import base64
import hashlib
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from plant import PlantUnderTest

from sync.entry import leaf_data

pytestmark = [pytest.mark.urs("PLT-03")]


def test_entries_come_newest_first_and_go_on_before_an_index(site: PlantUnderTest) -> None:
    reader = site.client("admin")
    page = reader.get("/api/log?limit=3").json
    assert page is not None
    size = page["size"]
    assert [entry["index"] for entry in page["items"]] == [size - 1, size - 2, size - 3]
    assert page["checkpoint"].splitlines()[1] == str(size)
    older = reader.get(f"/api/log?limit=200&before={size - 3}").json
    assert older is not None
    assert [entry["index"] for entry in older["items"]] == list(range(size - 4, -1, -1))


def test_a_stream_is_found_by_name_or_by_what_it_is_of_and_never_by_a_pattern(
    site: PlantUnderTest,
) -> None:
    reader = site.client("admin")
    found = reader.get("/api/log?stream=person/P-0001&limit=200").json
    assert found is not None
    assert {entry["stream"] for entry in found["items"]} == {"person/P-0001"}
    people = reader.get("/api/log?stream=person&limit=200").json
    assert people is not None
    assert {"person/P-0001", "person/P-0002"} < {entry["stream"] for entry in people["items"]}
    for pattern in ("%", "person/P_0001", "perso%", "person/P-000"):
        nothing = reader.get("/api/log", query_string={"stream": pattern}).json
        assert nothing is not None
        assert nothing["items"] == []


def test_one_entry_by_its_place(site: PlantUnderTest) -> None:
    reader = site.client("admin")
    one = reader.get("/api/log/1").json
    assert one is not None
    assert one["index"] == 1
    assert reader.get("/api/log/100000").status_code == 404


@pytest.mark.parametrize("address", ["/api/log", "/api/log/1"])
def test_only_those_who_may_read_the_log_see_it(site: PlantUnderTest, address: str) -> None:
    assert site.client("zhang").get(address).status_code == 403
    assert site.client().get(address).status_code == 401
    assert site.client("admin").get("/api/log?limit=1000").status_code in (400, 422)


CLEARED = {"batch": "B1", "phase": "10", "items": [{"id": "a", "ok": True}], "comment": None}


def listed(reader: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    page = reader.get("/api/log", query_string={"limit": 200} | query).json
    assert page is not None
    items: list[dict[str, Any]] = page["items"]
    return items


@pytest.mark.urs("IDN-10")
def test_the_log_is_searched_by_kind_person_and_device(site: PlantUnderTest) -> None:
    tablet = site.tablet("T-1")
    mine = tablet.record("production.line_cleared.v1", "batch/B1", CLEARED, actor="zhang")
    weight = tablet.write("production.line_cleared.v1", "batch/B1", CLEARED, actor="wang", cosigner="zhang")
    tablet.submit(weight)
    reader = site.client("admin")
    assert {one["kind"] for one in listed(reader, kind="identity.person_added.v1")} == {"identity.person_added.v1"}
    assert {one["kind"].split(".")[0] for one in listed(reader, kind="identity")} == {"identity"}
    assert [one["device"]["id"] for one in listed(reader, device="T-1")] == ["T-1", "T-1"]
    assert mine.index in {one["index"] for one in listed(reader, person="P-0001")}
    signed = [one["actor"]["id"] for one in listed(reader, person="P-0001", device="T-1")]
    assert signed == ["P-0002", "P-0001"], "what somebody signed as the second person is theirs too"
    for nobody in ("P-000", '"', "%", "P_0001"):
        assert listed(reader, person=nobody) == listed(reader, device=nobody) == listed(reader, kind=nobody) == []


@pytest.mark.urs("IDN-10")
def test_the_log_is_searched_by_the_time_of_recording_also_where_the_clock_was_set_back(site: PlantUnderTest) -> None:
    tablet = site.tablet("T-1")
    times = []
    for hours in (0, 30, -5, 30):
        site.advance(hours=hours)
        recorded = tablet.record("production.line_cleared.v1", "batch/B1", CLEARED, actor="zhang")
        times.append((recorded.index, recorded.recorded_at))
    reader = site.client("admin")
    for since in (at for _, at in times):
        for until in (at for _, at in times):
            found = {one["index"] for one in listed(reader, since=since, until=until, device="T-1")}
            assert found == {index for index, at in times if since <= at < until}
    assert listed(reader, until="1999-01-01T00:00:00.000Z") == listed(reader, since="2999-01-01T00:00:00.000Z") == []
    for wrong in ("yesterday", "2026-13-01T00:00:00.000Z", "2026-11-22"):
        answer = reader.get("/api/log", query_string={"since": wrong})
        assert (answer.status_code, answer.json and answer.json["code"]) == (422, "request_malformed")


def test_pages_of_a_search_say_whether_more_matches(site: PlantUnderTest) -> None:
    reader = site.client("admin")
    first = reader.get("/api/log?kind=identity.person_added.v1&limit=5").json
    assert first is not None
    assert first["more"] is True
    rest = reader.get(f"/api/log?kind=identity.person_added.v1&limit=5&before={first['items'][-1]['index']}").json
    assert rest is not None
    assert (len(rest["items"]), rest["more"]) == (2, False)


def test_what_can_be_searched_by_is_listed(site: PlantUnderTest) -> None:
    site.tablet("T-1")
    names = site.client("admin").get("/api/log/names").json
    assert names is not None
    assert "production.line_cleared.v1" in names["kinds"]
    assert {"id": "P-0001", "name": "张敏", "name_en": "Zhang Min"} in names["people"]
    assert {one["id"] for one in names["devices"]} == {"server", "T-1"}
    assert site.client("zhang").get("/api/log/names").status_code == 403


@pytest.mark.urs("PLT-03", "PLT-07")
def test_an_entry_is_shown_to_the_last_byte_with_the_keys_that_signed_it(site: PlantUnderTest) -> None:
    tablet = site.tablet("T-1")
    envelope = tablet.write("production.line_cleared.v1", "batch/B1", CLEARED, actor="wang", cosigner="zhang")
    [outcome] = tablet.submit(envelope)
    reader = site.client("admin")
    entry = reader.get(f"/api/log/{outcome.index}").json
    assert entry is not None
    exact = {name: text.encode() for name, text in entry["exact"].items()}
    assert (exact["header"], exact["signatures"], exact["payload"]) == (
        envelope.header,
        envelope.signatures,
        envelope.payload,
    )
    leaf = leaf_data(exact["header"], exact["signatures"], exact["receipt"])
    assert entry["leaf_hash"] == hashlib.sha256(b"\0" + leaf).hexdigest()
    named = json.loads(exact["header"])["payload_hash"]
    assert hashlib.sha256(base64.b64decode(exact["salt"]) + exact["payload"]).hexdigest() == named
    device, person = entry["signers"]
    assert (device["by"], device["id"], device["fits"]) == ("device", "T-1", True)
    assert device["key"] == base64.b64encode(tablet.signer.public_key).decode()
    assert (person["by"], person["id"], person["name"], person["fits"]) == ("person", "P-0001", "张敏", True)
    own = reader.get("/api/log/0").json
    assert own is not None
    assert [(one["id"], one["fits"]) for one in own["signers"]] == [("server", True)]


@pytest.mark.urs("PLT-07")
def test_a_correction_and_what_it_corrects_name_each_other(site: PlantUnderTest) -> None:
    tablet = site.tablet("T-1")
    old = tablet.record("production.line_cleared.v1", "batch/B1", CLEARED, actor="wang")
    new = tablet.record(
        "production.line_cleared.v1", "batch/B1", CLEARED, actor="wang", corrects=old.id, reason="item b"
    )
    reader = site.client("admin")
    before, after = (reader.get(f"/api/log/{one.index}").json for one in (old, new))
    assert before is not None
    assert after is not None
    assert (before["corrects_index"], before["corrected_by_index"]) == (None, new.index)
    assert (after["corrects_index"], after["corrected_by_index"]) == (old.index, None)
