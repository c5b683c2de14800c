"""The quarantine over HTTP: every stray byte is listed, shown without being run, and given back as it came."""

import hashlib
from typing import Any

import pytest
from flask.testing import FlaskClient
from plant import PlantUnderTest

from server.core.inbox import Stray
from server.core.record import Recorded
from server.web.quarantine_pages import preview

pytestmark = [pytest.mark.urs("PLT-14")]
PAGE = "<script>alert('已签')</script>".encode()
NOISE = bytes(range(256)) * 4


def body(client: FlaskClient, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json
    return found


def fill(site: PlantUnderTest) -> tuple[str, str]:
    """Two stray inputs: a page that somebody sent as a frame, and noise in the name of a device."""
    site.tablet("T-1")
    keep = site.plant.recorder.quarantine
    return keep(Stray(PAGE, "sync", "frame_malformed")), keep(Stray(NOISE, "batch/B1", "change_refused", "op", "T-1"))


def test_the_list_tells_when_where_which_device_why_and_how_much(site: PlantUnderTest) -> None:
    page, noise = fill(site)
    listed = body(site.client("admin"), "/api/quarantine")
    assert {one["id"] for one in listed["items"]} == {page, noise}
    one = next(one for one in listed["items"] if one["id"] == noise)
    assert (one["source"], one["device"], one["name"]) == ("batch/B1", "T-1", "T-1")
    assert (one["code"], one["size"], one["sha256"]) == ("change_refused", 1024, hashlib.sha256(NOISE).hexdigest())
    assert one["what"]["zh"] != one["what"]["en"]
    assert one["received_at"].endswith("Z")
    assert (listed["total"], listed["codes"]) == (2, ["change_refused", "frame_malformed"])
    assert listed["devices"] == [{"id": "T-1", "name": "T-1"}]


def test_it_is_filtered_by_code_and_device_and_paged(site: PlantUnderTest) -> None:
    page, noise = fill(site)
    reader = site.client("li")
    assert [one["id"] for one in body(reader, "/api/quarantine?code=frame_malformed")["items"]] == [page]
    assert [one["id"] for one in body(reader, "/api/quarantine?device=T-1")["items"]] == [noise]
    assert body(reader, "/api/quarantine?device=T-9")["items"] == []
    pages = [body(reader, f"/api/quarantine?limit=1&offset={offset}")["items"] for offset in (0, 1)]
    assert {one["id"] for items in pages for one in items} == {page, noise}


def test_the_raw_bytes_come_back_exactly_and_as_nothing_but_a_download(site: PlantUnderTest) -> None:
    for name, data in zip(fill(site), (PAGE, NOISE), strict=True):
        answer = site.client("admin").get(f"/api/quarantine/{name}/raw")
        assert answer.data == data
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="quarantine-{name}.bin"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_detail_shows_text_as_text_noise_as_a_dump_and_where_the_log_tells_of_it(site: PlantUnderTest) -> None:
    page, noise = fill(site)
    reader = site.client("admin")
    assert body(reader, f"/api/quarantine/{page}")["preview"] == {
        "form": "text",
        "text": PAGE.decode(),
        "shown": len(PAGE),
    }
    found = body(reader, f"/api/quarantine/{noise}")
    assert found["preview"]["form"] == "hex"
    assert found["preview"]["text"].splitlines()[2] == (
        "00000020  20 21 22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f   !\"#$%&'()*+,-./"
    )
    (told,) = found["told"]
    entry = body(reader, f"/api/log/{told}")
    assert (entry["kind"], entry["payload"]["quarantine"]) == ("handheld.input_quarantined.v1", noise)
    assert entry["quarantine"] == noise
    assert found["index"] is None


def test_an_entry_that_stands_in_the_log_flagged_is_linked_both_ways(site: PlantUnderTest) -> None:
    tablet = site.tablet("T-1")
    [outcome] = tablet.submit(tablet.write("production.invented.v9", "batch/B1", {"a": 1}, actor="zhang"))
    assert isinstance(outcome, Recorded)
    reader = site.client("admin")
    (one,) = body(reader, "/api/quarantine")["items"]
    assert (one["code"], one["index"]) == ("kind_unknown", outcome.index)
    entry = body(reader, f"/api/log/{outcome.index}")
    assert (entry["flags"], entry["quarantine"]) == (["kind_unknown"], one["id"])


def test_a_preview_is_text_only_where_a_reader_sees_all_that_is_there() -> None:
    assert preview("净重 12.640\u3000kg\n".encode(), 24)["form"] == "text"
    assert preview("ok\u202egnp.exe".encode(), 14)["form"] == "hex"
    assert preview(b"\x1b[2Jgone", 8)["form"] == "hex"
    assert preview(b"", 0) == {"form": "hex", "text": "", "shown": 0}
    cut = "批" * 4000
    assert preview(cut.encode()[:8192], 12_000)["text"] == "批" * 2730
    assert preview(cut.encode()[:8192], 8192)["form"] == "hex"


@pytest.mark.urs("PLT-14", "IDN-01")
def test_bad_input_gets_the_answer_of_the_catalogue(site: PlantUnderTest) -> None:
    page, _ = fill(site)
    reader = site.client("admin")
    for path in ("/api/quarantine/x", "/api/quarantine/x/raw"):
        assert body(reader, path, 404)["code"] == "not_found"
    assert body(reader, "/api/quarantine?offset=2", 404)["code"] == "page_beyond_end"
    assert body(reader, "/api/quarantine?limit=0", 422)["code"] == "request_malformed"
    for path in ("/api/quarantine", f"/api/quarantine/{page}", f"/api/quarantine/{page}/raw"):
        assert body(site.client("zhang"), path, 403)["code"] == "not_permitted"
        assert body(site.client(), path, 401)["code"] == "session_missing"
