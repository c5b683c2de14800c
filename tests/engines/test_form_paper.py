"""Every form on paper: empty to be written on, filled as it was recorded, in both languages."""

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from form_support import choice, field, form, quantity, section, table, text, weighing_record
from form_support import words as words_
from pypdf import PdfReader

from server.engines.forms import printing
from server.engines.forms.printing import Paper

pytestmark = pytest.mark.urs("ENG-01")
NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff"
    "89993d1d0000000049454e44ae426082"
)


def pages(definition: dict[str, Any], lang: printing.Lang, folder: Path, **paper: Any) -> str:
    data = printing.pdf(definition, lang, Paper("site.example", NOW, 3, "ab" * 32, **paper), folder)
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages).split())


def filled() -> dict[str, Any]:
    values: dict[str, Any] = {"batch": "B-26-001", "batch_size": quantity("20.000"), "room": "R-102"}
    values |= {"weighings/1/lot": "L-1", "weighings/1/gross": quantity("16.60"), "weighings/1/tare": quantity("1")}
    return values | {"done": {"signed_by": "P-0001", "digest": "ab" * 32}}


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", ("称量记录", "第 3 版", "标准")), ("en", ("Weighing record", "Version 3"))]
)
def test_an_empty_form_has_its_words_its_limits_and_room_to_write(lang: Any, said: Any, tmp_path: Path) -> None:
    found = pages(weighing_record(), lang, tmp_path)
    for one in (*said, "weighing-record", "95.00 – 102.00", "☐ R-101", "total / batch_size * 100", "abababab"):
        assert one in found
    # A row to write in for each weighing that one may expect, and the field that is there only sometimes.
    assert "8" in found
    assert "why_other" in found


def test_a_filled_form_shows_what_was_recorded_by_whom_and_what_is_wrong(tmp_path: Path) -> None:
    notes = {"batch": ["张敏 2026-11-26 09:30"]}
    found = pages(weighing_record(), "en", tmp_path, values=filled(), names={"P-0001": "张敏"}, notes=notes)
    for one in ("B-26-001", "16.60", "15.600", "outside of action", "78.00", "outside of specification", "☑ R-102"):
        assert one in found
    assert "张敏 2026-11-26 09:30" in found
    assert "changed since it was signed" in found
    empty = pages(weighing_record(), "en", tmp_path, values={"room": "R-101"})
    # What its condition hides is not on the paper either.
    assert "why_other" not in empty


def test_a_repeated_section_is_printed_as_often_as_it_was_filled_in(tmp_path: Path) -> None:
    definition = form(section("pour", text("note"), repeat={"min": 1, "max": 5}))
    found = pages(definition, "en", tmp_path, values={f"pour/{n}/note": f"said {n}" for n in (1, 2, 3)})
    assert all(f"pour ({n})" in found and f"said {n}" in found for n in (1, 2, 3))


def test_whatever_stands_in_a_text_is_text_on_the_paper(tmp_path: Path) -> None:
    attack = '#read("/etc/passwd") *b* $x$ </w> <script>alert(1)</script> #set page(width: 1cm)'
    definition = form(section("s", text("t"), table("tab", text("c"))))
    definition["title"] = definition["sections"][0]["title"] = words_(attack)
    found = pages(definition, "en", tmp_path, values={"t": attack, "tab/1/c": attack}, facts=[("Subject", attack)])
    assert found.count('#read("/etc/passwd")') >= 4


def test_pictures_are_printed_and_damaged_ones_keep_nothing_from_being_printed(tmp_path: Path) -> None:
    for data, drawn in ((PICTURE, True), (PICTURE[:20], False)):
        name = hashlib.sha256(data).hexdigest()
        (tmp_path / name[:2]).mkdir(exist_ok=True)
        (tmp_path / name[:2] / name).write_bytes(data)
        shown = field("how", "instruction", text=words_("Tare first"), picture=name)
        data_ = printing.pdf(form(section("s", shown, choice("c", "a"))), "en", Paper("s", NOW), tmp_path)
        page = PdfReader(BytesIO(data_)).pages[0]
        assert "Tare first" in page.extract_text()
        assert bool(page.images) is drawn
