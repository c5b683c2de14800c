"""The printed record tells how a batch came of others and became part of others, and who explained a yield."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from control_support import checked, counted, drawn_up, explained, release, weighed_in
from descent_support import merge, ordered, rework, split
from dossier_support import printed

from server.core import db
from server.release.dossier.content import gather

pytestmark = pytest.mark.urs("PRD-14", "PRD-10")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    yield site
    site.plant.close()


def content(site: Site, batch: str, lang: str = "en", size: int = 1 << 30) -> dict[str, Any]:
    with db.snapshot(site.plant.engine) as connection:
        found = gather(connection, site.plant.log, batch, lang, size)
    assert found is not None
    return found


def answers(found: dict[str, Any], clause: str) -> list[str]:
    [at] = [one["at"] for one in found["clauses"] if one["clause"] == clause]
    return list(at)


def test_rework_is_printed_with_its_reason_its_risk_and_the_meaning_of_its_signature(site: Site) -> None:
    ordered(site)
    rework(site, "B1", "R1", risk="Impurity A stays below its limit")
    for batch in ("B1", "R1"):
        for lang, said in (("en", "Risk assessed, rework approved"), ("zh", "已评估风险，批准返工")):
            found = content(site, batch, lang)
            [signed] = [one for one in found["signatures"] if one["meaning"] == said]
            for text in ("Too hard", "Impurity A stays below its limit", "10", "MR-"):
                assert text in signed["reason"]
            assert signed["signer"] == ("Zhao" if lang == "en" else "赵")
            [[kind, of, why, who]] = found["descent"]
            assert (of, why) == ("B1 → R1", signed["reason"])
            assert kind
            assert who
    assert content(site, "B1", size=1)["descent"] == []
    assert "按原工艺返工" in content(site, "R1", "zh")["descent"][0][2]
    words, _ = printed(site, "R1")
    for text in ("ImpurityAstaysbelowitslimit", "Riskassessed,reworkapproved", "Reprocessedbythesameprocess"):
        assert text in words


def test_a_part_names_why_it_was_split_and_where_the_work_of_before_stands(site: Site) -> None:
    ordered(site)
    split(site, "B1", ("B2", "40.000"), ("B3", "60.000"))
    merge(site, "B4", "100.000", "B2", "B3")
    rows = content(site, "B4")["descent"]
    assert [row[1:3] for row in rows] == [
        ["B1 → B2 (40.000 kg), B3 (60.000 kg)", "Two coaters"],
        ["B2, B3 → B4 (100.000 kg)", "One order"],
    ]
    assert [row[1] for row in content(site, "B2")["descent"]] == [row[1] for row in rows]
    assert [row[1] for row in content(site, "B1")["descent"]] == [rows[0][1]]
    part = content(site, "B4")
    assert part["parents"] == ["B2", "B3", "B1"]
    for clause in ("21 CFR 211.188(b)(1)", "China GMP 175(4)", "China GMP 175(6)"):
        assert "s-descent" in answers(part, clause)
        assert "s-descent" not in answers(content(site, "B1"), clause)
    # Nothing was packed upstream either.
    assert answers(part, "China GMP 180(6)") == []
    words, _ = printed(site, "B4", "zh")
    assert "此前的生产、检验与收率见来源批次的批记录：B2,B3,B1" in words
    assert content(site, "B1", "zh")["status"] == "已拆分"


def test_what_explains_a_yield_is_printed_with_its_phase(site: Site) -> None:
    release(site, "B1")
    net = site.put("material_weighed", weighed_in("B1")).id
    site.put("check_recorded", checked("B1", 1))
    made = site.put("parameter_recorded", counted("B1", "12.500")).id
    given = drawn_up("B1", [net], [made])
    given["inputs"][2]["value"] = "-0.500"
    low = site.put("yield_recorded", given | {"value": "94.9", "comment": "dust"})
    said = explained("B1", low.id)
    site.put("yield_explained", said, cosigner="P-3")
    for lang in ("en", "zh"):
        found = content(site, "B1", lang)
        [phase] = [one for one in found["phases"] if one["id"] == "50"]
        [mark] = [one for one in phase["marks"] if said["explanation"] in one]
        assert f"#{low.index}" in mark
        assert ("Chen" if lang == "en" else "姓名P-3") in mark
    assert "".join(said["explanation"].split()) in printed(site)[0]
