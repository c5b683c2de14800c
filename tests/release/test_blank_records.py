"""The empty record on paper: one controlled copy, another with a reason, none of what is sealed; on both databases."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import PHASES, Site, cleared, marked, weighed
from descent_support import split
from flask import Flask
from flask.testing import FlaskClient
from paper_support import begun, ended
from pypdf import PdfReader
from release_support import sign
from werkzeug.test import TestResponse

from server.app import create_app
from server.core import rebuild
from server.identity import accounts
from server.release.dossier.content import gather
from server.release.paper import rules

pytestmark = pytest.mark.urs("PRD-12")
PASSWORD = "correct horse battery"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    yield site
    site.plant.close()


def client(site: Site, person: str) -> FlaskClient:
    app: Flask = create_app(site.plant)
    made = app.test_client()
    made.environ_base["HTTP_ORIGIN"] = "http://localhost"
    accounts.set_password(site.plant, person, PASSWORD)
    assert made.post("/api/session", json={"login": site.PEOPLE[person][0], "password": PASSWORD}).status_code == 200
    return made


def issue(qa: FlaskClient, reason: str | None = None) -> tuple[int, str | None]:
    answer = qa.post("/api/batches/B1/blanks", json={"reason": reason})
    return answer.status_code, (answer.json or {}).get("error", {}).get("code") or (answer.json or {}).get("code")


def print_out(qa: FlaskClient, copy: int, lang: str = "en", reason: str | None = None) -> TestResponse:
    return qa.post(f"/api/batches/B1/blanks/{copy}/prints", json={"lang": lang, "reason": reason})


def printed(qa: FlaskClient, copy: int, lang: str = "en", reason: str | None = None) -> list[str]:
    answer = print_out(qa, copy, lang, reason)
    assert answer.mimetype == "application/pdf"
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.data)).pages]


def refused(answer: TestResponse) -> tuple[int, str | None]:
    return answer.status_code, (answer.json or {}).get("code")


def test_a_copy_is_issued_by_name_and_another_needs_a_reason(site: Site) -> None:
    qa = client(site, "P-5")
    assert qa.get("/api/batches/B1/blanks").json == {"items": []}
    assert issue(qa)[0] == 200
    assert issue(qa) == (409, "blank_reason_missing")
    assert issue(qa, "coffee on the first")[0] == 200
    items = qa.get("/api/batches/B1/blanks").json["items"]
    assert [(one["copy"], one["by"]["id"], one["reason"]) for one in items] == [
        (1, "P-5", None),
        (2, "P-5", "coffee on the first"),
    ]
    checked = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert checked["differences"] == []


@pytest.mark.parametrize(("lang", "copy"), [("en", "Copy1"), ("zh", "副本1")])
def test_it_has_a_line_for_every_value_with_its_limits_and_its_number_on_every_page(
    site: Site, lang: str, copy: str
) -> None:
    qa = client(site, "P-5")
    issue(qa)
    pages = printed(qa, 1, lang)
    assert all(copy in page and "B1" in page and "5mg" in page for page in pages)
    whole = "".join(pages)
    for phase in PHASES:
        assert "".join(phase["name"][lang].split()) in whole
        assert "".join(phase["instruction"][lang].split()) in whole
    for limits in ("12.600–12.680kg", "10–14rpm", "≥15min", "60.0–100.0N"):
        assert limits in whole
    assert whole.count("60.0–100.0N") == 2, "one line for each round"


def test_nobody_but_qa_issues_one_and_of_what_is_sealed_there_is_none(site: Site) -> None:
    assert client(site, "P-1").post("/api/batches/B1/blanks", json={"reason": None}).status_code == 403
    site.work("B1")
    site.hand_back("B1")
    sign(site, "rejected", reason="broken")
    qa = client(site, "P-5")
    assert issue(qa) == (409, "batch_closed")
    assert qa.post("/api/batches/nowhere/blanks", json={"reason": None}).status_code == 404
    assert refused(print_out(qa, 1)) == (409, "batch_closed")


def test_copies_are_numbered_without_a_gap() -> None:
    assert rules.refusal(False, False, 1, 3, "x") == "blank_out_of_order"
    assert rules.refusal(False, False, 1, 1, "x") == "blank_out_of_order"
    assert rules.refusal(False, False, 1, 2, "x") is None


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_printed_record_says_what_was_typed_in_from_which_copy(site: Site, lang: str) -> None:
    issue(client(site, "P-5"))
    begun = {"batch": "B1", "phase": "10", "copy": 1, "done_by": "P-2", "comment": "power cut", "photo": None}
    site.put("paper_begun", begun | {"done_from": "2026-11-22T09:00:00.000Z", "done_to": "2026-11-22T09:20:00.000Z"})
    site.put("line_cleared", cleared("B1"))
    site.put("paper_ended", {"batch": "B1", "phase": "10", "verified_by": "P-2"}, cosigner="P-2")
    with site.plant.engine.connect() as connection:
        content = gather(connection, site.plant.log, "B1", "en" if lang == "en" else "zh", 1 << 30)
    assert content is not None
    (first,) = [one for one in content["phases"] if one["id"] == "10"]
    (row,) = first["rows"]
    assert row["flags"] == [{"en": "Typed in from paper #1", "zh": "抄录自纸质记录 #1"}[lang]]
    mark = next(one for one in first["marks"] if "#1" in one)
    assert "power cut" in mark
    assert "2026-11-22" in mark


def test_what_is_not_typed_in_from_is_accounted_for_by_qa(site: Site) -> None:
    qa = client(site, "P-5")
    issue(qa)
    said = {"outcome": "unused", "reason": "the power came back"}
    assert client(site, "P-1").post("/api/batches/B1/blanks/1/account", json=said).status_code == 403
    items = qa.post("/api/batches/B1/blanks/1/account", json=said).json["items"]
    assert (items[0]["account"]["outcome"], items[0]["account"]["by"]["id"], items[0]["phases"]) == (
        "unused",
        "P-5",
        [],
    )
    assert qa.post("/api/batches/B1/blanks/1/account", json=said).status_code == 409
    assert refused(print_out(qa, 1)) == (409, "item_closed")


@pytest.mark.parametrize(("lang", "again"), [("en", "Copy1·Print2"), ("zh", "副本1·打印2")])
def test_each_print_of_a_copy_is_in_the_log_and_another_needs_a_reason(site: Site, lang: str, again: str) -> None:
    """Two sheets of one number: nothing on them would tell them apart."""
    qa = client(site, "P-5")
    assert refused(print_out(qa, 1)) == (404, "not_found")
    issue(qa)
    assert print_out(client(site, "P-1"), 1).status_code == 403
    assert not any(again in page for page in printed(qa, 1, lang))
    assert refused(print_out(qa, 1, lang)) == (409, "blank_reason_missing")
    assert refused(print_out(qa, 1, "de", "x"))[0] == 422
    pages = printed(qa, 1, lang, "the printer jammed")
    assert all(again in page for page in pages)
    assert "theprinterjammed" in pages[0]
    [first] = qa.get("/api/batches/B1/blanks").json["items"]
    assert [(one["lang"], one["by"]["id"], one["reason"]) for one in first["prints"]] == [
        (lang, "P-5", None),
        (lang, "P-5", "the printer jammed"),
    ]
    with site.plant.engine.connect() as connection:
        content = gather(connection, site.plant.log, "B1", "en" if lang == "en" else "zh", 1 << 30)
    assert content is not None
    [row] = content["copies"]
    assert f"{again.partition('·')[2][:-1]} 2: the printer jammed" in row[3]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


def test_a_copy_is_said_to_be_typed_in_from_only_where_something_was_for_whichever_batch(site: Site) -> None:
    """Who had only begun would keep QA from saying what became of the sheet: the batch could never be released."""
    qa = client(site, "P-5")
    assert issue(qa) == (200, None)

    def phases() -> list[str]:
        [first] = qa.get("/api/batches/B1/blanks").json["items"]
        return list(first["phases"])

    site.put("paper_begun", begun("10"))
    assert phases() == []
    site.put("paper_ended", ended("10", None))
    site.put("phase_completed", marked("B1", "10"))
    site.hand_back("B1")
    split(site, "B1", ("B2", "60.000"), ("B3", "40.000"))
    site.leases["B2", "tablet-a"] = "lease-B2"
    site.put("paper_begun", begun("20", batch="B2"))
    site.put("material_weighed", weighed("B2", verified_by="P-1"), cosigner="P-1")
    assert phases() == ["B2: 20"]
    assert refused(qa.post("/api/batches/B1/blanks/1/account", json={"outcome": "lost", "reason": "x"})) == (
        409,
        "item_closed",
    )
