"""Printed materials in the printed record: what became of each, and their specimens (PRD-11, PRD-12)."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site
from dossier_support import printed
from packaging_support import PHASES, Packing, balanced, specimen
from site_support import PHOTO, PNG

from server.core import blobs, db
from server.release.dossier import clauses
from server.release.dossier.content import gather
from server.release.paper import blank

pytestmark = pytest.mark.urs("PRD-11", "PRD-12")


@pytest.fixture
def packing(tmp_path: Path) -> Iterator[Packing]:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    made = Packing(site)
    first = made.balance("99.9", returned="9")
    made.site.put("material_balanced", balanced("B1", [made.packs]), corrects=first.id, reason="one more came back")
    made.labels()
    blobs.keep(site.plant.config.blobs, PHOTO, "image/png", PNG)
    wrong = made.keep(dates="2026-10")
    made.mark("phase_completed", "30")
    right = specimen("B1", blob=PHOTO, type="image/png", bytes=len(PNG))
    made.site.put("specimen_kept", right, corrects=wrong.id, reason="of a proof")
    yield made
    site.plant.close()


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", ["BalanceofprintedmaterialsThe", "SpecimensofprintedmaterialsLi", "1960pcs", "0pcs", "99.5–100.5%"]),
        ("zh", ["印刷包装材料平衡", "印刷包装材料样张", "1960pcs", "100.0%", "B1·2026-11/2028-10"]),
    ],
)
def test_the_balance_of_each_printed_material_and_its_specimens_are_printed(
    packing: Packing, lang: str, told: list[str]
) -> None:
    words, files = printed(packing.site, lang=lang)
    for text in told:
        assert text.removesuffix("Li") in words, text
    assert hashlib.sha256(files[f"{PHOTO}.png"]).hexdigest() == PHOTO


def test_only_the_balance_that_stands_is_in_the_table_and_the_clauses_name_where(packing: Packing) -> None:
    packing.site.plant.publisher.now()
    with db.snapshot(packing.site.plant.engine) as connection:
        content = gather(connection, packing.site.plant.log, "B1", "en", 10_000)
    assert content is not None
    assert [row[:7] for row in content["printed"]] == [
        ["car-1\nCarton", "1000 pcs", "980 pcs", "8 pcs", "2 pcs", "10 pcs", "0 pcs"],
        ["lab-1\nSeal", "1980 pcs", "1960 pcs", "10 pcs", "0 pcs", "10 pcs", "0 pcs"],
    ]
    # Of a specimen that was taken again, even after the phase had ended, only the second.
    assert [one["blob"] for one in content["specimens"]] == [PHOTO]
    at = {one["clause"]: one["at"] for one in content["clauses"]}
    assert at["China GMP 180(8)"] == ["s-specimens"]
    assert at["China GMP 180(10)"] == ["s-printed"]
    assert at["21 CFR 211.188(b)(8)"] == ["s-printed", "s-specimens"]


def test_a_batch_without_packaging_answers_no_clause_of_it() -> None:
    at = {one["clause"]: one["at"] for one in clauses.answered({}, "zh")}
    assert at["中国 GMP 180(8)"] == at["中国 GMP 180(10)"] == []


def test_withheld_balances_and_specimens_tell_nothing_of_what_they_say(packing: Packing) -> None:
    hidden = ("production.material_balanced.v1", "production.specimen_kept.v1")
    packing.site.plant.publisher.now()
    with db.snapshot(packing.site.plant.engine) as connection:
        content = gather(connection, packing.site.plant.log, "B1", "en", 10_000, hidden)
    assert content is not None
    assert content["printed"] == []
    assert [one["blob"] for one in content["specimens"]] == [""]
    assert "2028-10" not in json.dumps(content, default=str)


def test_the_empty_record_has_a_line_for_each_count_and_a_place_for_the_specimen() -> None:
    rows = [row["rows"] for row in (blank._phase(one, "en") for one in PHASES)][1]
    assert ["Carton: Issued", "pcs"] in rows
    assert ["car-1 Carton", "99.5–100.5 %"] in rows
    assert [name for name, _ in rows if "Specimen of" in name] == ["Carton: Specimen of a printed material"]
