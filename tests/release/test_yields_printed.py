"""Yields in the printed record of their batch: the result, what it was calculated from, and its limits (PRD-10)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site, marked
from control_support import counted, drawn_up, release, weighed_in
from dossier_support import printed

pytestmark = pytest.mark.urs("PRD-10", "PRD-12")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    yield made
    made.plant.close()


def test_a_yield_is_printed_with_what_it_was_calculated_from_its_limits_and_what_it_took_the_place_of(
    site: Site,
) -> None:
    release(site, "B1")
    net = site.put("material_weighed", weighed_in("B1")).id
    made = site.put("parameter_recorded", counted("B1", "12.500")).id
    site.put("phase_started", marked("B1", "50"))
    first = site.put("yield_recorded", drawn_up("B1", [net], [made], value="99.8"))
    site.put("yield_recorded", drawn_up("B1", [net], [made]), corrects=first.id, reason="rounded wrongly")
    words, _ = printed(site)
    for told in ("99.7%", "used12640g", "made12.500kg", "waste0.100kg", "97.0–101.0%", "99.8%", "roundedwrongly"):
        assert told in words, told
