"""Signatures that tablets took on their own are marked so, and stale ones wherever they stand: screen and print."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, weighed
from pypdf import PdfReader
from release_support import finish, review, sign, waive

from server.release import pages
from server.release.dossier.build import dossier
from server.release.dossier.content import gather


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    yield site
    site.plant.close()


def content(site: Site, lang: str) -> dict[str, Any]:
    with site.plant.engine.connect() as connection:
        found = gather(connection, site.plant.log, "B1", lang, 1 << 30)
    assert found is not None
    return found


def printed(site: Site, lang: str) -> str:
    plant = site.plant
    plant.publisher.now()
    with plant.engine.connect() as connection:
        pdf = dossier(connection, plant.log, plant.signer, "B1", lang, plant.config.blobs, datetime.now(UTC))
    assert pdf is not None
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def by_hand(site: Site) -> str:
    payload = weighed("B1", source="manual", reading=None, verified_by="P-2")
    named: str = site.put("material_weighed", payload, cosigner="P-2").id
    return named


@pytest.mark.urs("IDN-05")
@pytest.mark.parametrize(("lang", "mark"), [("zh", "（离线，PIN）"), ("en", "(offline, PIN)")])
def test_a_second_persons_signature_from_a_tablet_is_marked_on_screen_and_in_print(
    site: Site, lang: str, mark: str
) -> None:
    named = by_hand(site)
    with site.plant.engine.connect() as connection:
        (view,) = [one for one in pages.batch_entries(connection, "B1") if one["id"] == named]
        others = [one for one in pages.batch_entries(connection, "B1") if one["id"] != named]
    assert [(one["id"], one["how"]) for one in view["signed"]] == [("P-2", "offline_pin")]
    assert [one["signed"] for one in others] == [[]] * len(others)
    rows = [row for phase in content(site, lang)["phases"] for row in phase["rows"]]
    assert [mark in row["verifier"] for row in rows] == [True]
    (line,) = [one for one in content(site, lang)["entries"] if mark in one["person"]]
    assert line["index"] == str(view["index"])
    assert mark in printed(site, lang).replace("(offline,PIN)", "(offline, PIN)")


@pytest.mark.urs("IDN-05")
def test_a_name_without_a_signature_has_no_mark(site: Site) -> None:
    site.put("material_weighed", weighed("B1", source="manual", reading=None, verified_by="P-2"))
    assert not any("offline" in one["person"] for one in content(site, "en")["entries"])


@pytest.mark.urs("IDN-04")
def test_earlier_signatures_stay_in_print_and_the_last_says_whether_it_still_covers_everything(site: Site) -> None:
    finish(site)
    sign(site, "released")
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "found later"}, device="tablet-b")
    assert [one["told"] for one in content(site, "en")["signatures"]] == ["stale", "stale"]
    sign(site, "rejected")
    rows = content(site, "en")["signatures"]
    production = ("Review by production", "stale")
    assert [(one["what"], one["told"]) for one in rows] == [production, ("Released", "superseded"), ("Rejected", "")]
    assert all("Entries of the batch that are sealed: " in one["seal"] for one in rows)
    for row in rows[1:]:
        assert (row["signer"], row["at"]) == ("Zhao Lin", "2026-11-22 17:30:00 UTC+08:00")
        assert all((row["meaning"], row["proof"]))
    paper = printed(site, "en")
    for said in (
        "Went stale, and was signed anew later.",
        "Batch record reviewed, batch released",
        "Batch production record reviewed by production",
    ):
        assert "".join(said.split()) in paper


@pytest.mark.urs("IDN-04", "PLT-11")
def test_a_waiver_is_printed_with_its_signature_and_is_stale_when_its_device_has_delivered_more(site: Site) -> None:
    waive(site, "tablet-b")
    (row,) = content(site, "en")["signatures"]
    assert (row["signer"], row["told"], row["reason"]) == ("Zhao Lin", "", "fell into the reactor")
    assert row["at"] == "2026-11-22 17:30:00 UTC+08:00"
    assert [one["stale"] for one in notices(site)] == [False]
    site.put("remark_added", {"batch": "B1", "phase": None, "text": "it was not broken"}, device="tablet-b")
    assert [one["stale"] for one in notices(site)] == [True]
    assert [one["told"] for one in content(site, "en")["signatures"]] == ["stale_waiver"]
    assert "送达记录：本签名不涵盖" in printed(site, "zh")


def notices(site: Site) -> list[dict[str, Any]]:
    return [one for one in review(site)["notable"] if one["type"] == "waiver"]
