"""The dossier of a batch: what is printed, what is attached, and that neither can be changed unseen."""

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from server.core.blobs import keep
from server.core.config import Config
from server.core.plant import Plant
from server.demo.content import RECIPE
from server.demo.make import make
from server.demo.production import Line, Plan
from server.demo.story import Story
from server.plant import open_plant
from server.release.dossier.build import dossier
from sync.verify import verify_bundle, verify_pdf

pytestmark = pytest.mark.urs("PRD-12", "PLT-04")
NUMBER = "B-DOSSIER-1"


@pytest.fixture
def plant(database_url: str, tmp_path: Path) -> Iterator[Plant]:
    """A released batch with an out-of-limits value, a corrected one and a remark."""
    opened = open_plant(Config(tmp_path / "data", database_url))
    try:
        make(opened, True, lambda _: None)
        story = Story(opened, datetime.now(UTC))
        line = Line(story)
        plan = Plan(NUMBER, out_of_limits=True, correction=True)
        line.make(plan)
        line.review(plan)
        yield opened
    finally:
        opened.close()


def printed(plant: Plant, lang: str) -> bytes:
    with plant.engine.connect() as connection:
        pdf = dossier(connection, plant.log, plant.signer, NUMBER, lang, plant.config.blobs, datetime.now(UTC))
    assert pdf is not None
    return pdf


def attachments(pdf: bytes) -> dict[str, bytes]:
    return {name: parts[0] for name, parts in PdfReader(io.BytesIO(pdf)).attachments.items()}


def text(pdf: bytes) -> list[str]:
    """The letters of each page; where a line was broken is nobody's business."""
    return ["".join(page.extract_text().replace("\u200b", "").split()) for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize(("lang", "name"), [("zh", "阿莫替尼片5mg"), ("en", "AmotinibTablets5mg")])
def test_name_strength_and_batch_number_stand_on_every_page(plant: Plant, lang: str, name: str) -> None:
    pages = text(printed(plant, lang))
    assert len(pages) > 1
    assert all(name in page and NUMBER in page for page in pages)


@pytest.mark.urs("PLT-07", "PRD-06", "IDN-04")
def test_values_are_printed_with_limits_source_person_changes_and_signature(plant: Plant) -> None:
    whole = "".join(text(printed(plant, "en")))
    assert "12.577–12.703kg" in whole
    assert "balanceBAL-07(ICS685,1234567)" in whole
    assert "ZhangMin" in whole
    assert "was51min" in whole
    assert "▲outoflimits" in whole
    assert "Batchrecordreviewed,batchreleased" in whole
    assert "ZhaoLin" in whole
    for phase in RECIPE["phases"]:
        assert "".join(phase["name"]["en"].split()) in whole


def test_it_is_pdf_a_3_and_verifies_without_server_or_database(plant: Plant, tmp_path: Path) -> None:
    pdf = printed(plant, "zh")
    assert b"pdfaid:part>3" in pdf or b'pdfaid:part="3"' in pdf
    path = tmp_path / "dossier.pdf"
    path.write_bytes(pdf)
    result = verify_pdf(path, trusted=plant.log.policy)
    assert result.ok, result
    assert result.as_dict()["stream"] == f"batch/{NUMBER}"


def test_a_changed_byte_of_any_record_is_found_and_its_entry_named(plant: Plant) -> None:
    files = attachments(printed(plant, "zh"))
    records = json.loads(files["records.json"])
    for place, record in enumerate(records):
        for part in ("header", "signatures", "receipt", "payload"):
            changed = json.loads(files["records.json"])
            middle = len(record[part]) // 2
            letter = record[part][middle]
            changed[place][part] = record[part][:middle] + ("x" if letter != "x" else "y") + record[part][middle + 1 :]
            altered = {**files, "records.json": json.dumps(changed).encode()}
            result = verify_bundle(altered, plant.log.policy)
            assert not result.ok
            assert result.first_wrong == record["index"], (part, result)


@pytest.mark.urs("PLT-08")
def test_a_photo_is_printed_and_attached_and_one_that_is_damaged_stops_nothing(plant: Plant) -> None:
    story = Story(plant, datetime.now(UTC))
    tablet = story.device("Tablet T-08", "tablet")
    pixel = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    damaged, absent = b"\xff\xd8\xff" + b"x" * 100, b"never delivered"
    for data, type_, arrived in (
        (pixel, "image/png", True),
        (damaged, "image/jpeg", True),
        (absent, "image/png", False),
    ):
        name = hashlib.sha256(data).hexdigest()
        if arrived:
            keep(plant.config.blobs, name, type_, data)
        payload = {"batch": NUMBER, "phase": None, "blob": name, "type": type_, "bytes": len(data), "caption": "Room"}
        actor = story.person("zhangmin")
        tablet.record("production.photo_attached.v1", f"batch/{NUMBER}", payload, actor=actor, subject="photo")
    pdf = printed(plant, "en")
    assert {pixel, damaged} < set(attachments(pdf).values())
    whole = "".join(text(pdf))
    assert whole.count("Thephotohasnotarrived") == 1
    assert whole.count("Thephotocannotbeshown") == 1
    assert sum(len(page.images) for page in PdfReader(io.BytesIO(pdf)).pages) == 1


def test_a_changed_page_is_found(plant: Plant, tmp_path: Path) -> None:
    pdf = bytearray(printed(plant, "en"))
    pdf[len(pdf) // 3] ^= 1
    path = tmp_path / "dossier.pdf"
    path.write_bytes(bytes(pdf))
    assert not verify_pdf(path, trusted=plant.log.policy).ok


def test_a_batch_that_does_not_exist_has_no_dossier(plant: Plant) -> None:
    with plant.engine.connect() as connection:
        folder = plant.config.blobs
        assert dossier(connection, plant.log, plant.signer, "none", "zh", folder, datetime.now(UTC)) is None
