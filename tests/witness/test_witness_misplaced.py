"""What a tablet said of a batch in the stream of another one, and what was erased of that: nobody is accused of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, cleared, marked, t
from control_support import release
from descent_support import split
from paper_support import begun, ended, issue, opened
from recipe_support import step
from release_support import sign
from witness_support import Story, upgrade, witnessed

from server.production import model, queries
from server.quality.requests.model import REQUESTED
from server.release.model import ASSESSED_KIND
from server.site.model import UPGRADED

pytestmark = pytest.mark.urs("PLT-18")
AMOUNT = {"value": "20", "unit": "tablets"}
SAMPLED = [step("10", "instruction", sampling=[{"id": "S1", "name": t("cores"), "amount": AMOUNT}])]
CORES: dict[str, Any] = {"phase": "10", "sample": "S1", "what": "20 cores", "amount": AMOUNT, "reason": None}
CORES |= {"comment": None}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    for site in opened(f"sqlite:///{tmp_path}/pestle.db", tmp_path):
        site.state(UPGRADED, "site", upgrade(UPGRADED))
        yield site


def without(site: Site, folder: Path, kind: str) -> tuple[int, tuple[str, int | None] | None]:
    """What a witness finds in the log as it is, and where the last entry of this kind was erased."""
    story = Story.of(site.plant)
    assert witnessed(folder / "honest", story) == (200, None)
    return witnessed(folder / "erased", story.erased(story.indices(kind)[-1]))


def test_of_a_split_after_an_end_that_another_stream_had(site: Site, tmp_path: Path) -> None:
    site.order("X1")
    for kind, given in (("phase_started", marked("B1", "10")), ("line_cleared", cleared("B1"))):
        site.put(kind, given)
    assert "subject_mismatch" in site.put("phase_completed", marked("B1", "10"), stream="batch/X1").flags
    site.hand_back("B1")
    split(site, "B1", ("B2", "60.000"), ("B3", "40.000"))
    assert without(site, tmp_path, model.COMPLETED) == (200, None)


def test_of_a_release_after_typing_in_that_another_stream_had(site: Site, tmp_path: Path) -> None:
    issue(site)
    site.order("X1")
    site.put("paper_begun", begun("10"))
    assert "subject_mismatch" in site.put("phase_started", marked("B1", "10"), stream="batch/X1").flags
    site.put("paper_ended", ended("10"), cosigner="P-2")
    site.work("B1")
    with site.plant.engine.connect() as connection:
        waiting = [one.id for one in queries.items_of(connection, "B1") if one.state == "open"]
    for one in waiting:
        site.state(ASSESSED_KIND, "batch/B1", {"batch": "B1", "exception": one, "assessment": "no harm"}, "P-5")
    site.hand_back("B1")
    sign(site, "released")
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story) == (200, None)
    began = story.indices("production.phase_started.v1")[0]
    assert witnessed(tmp_path / "erased", story.erased(began)) == (200, None)


def test_of_a_missing_sample_that_another_stream_tells(site: Site, tmp_path: Path) -> None:
    for batch in ("C1", "C2"):
        release(site, batch, SAMPLED)
    site.put("sample_requested", {**CORES, "batch": "C1", "sample": None, "reason": "odd"})
    assert "sample_missing" in site.put("phase_completed", marked("C1", "10"), stream="batch/C2").flags
    assert without(site, tmp_path, REQUESTED) == (200, None)


def test_of_a_request_that_says_to_correct_one_of_another_batch(site: Site, tmp_path: Path) -> None:
    """It is none that was made when that was."""
    for batch in ("C1", "C2"):
        release(site, batch, SAMPLED)
    other = site.put("sample_requested", {**CORES, "batch": "C2"}).id
    assert "sample_missing" in site.put("phase_completed", marked("C1", "10")).flags
    told = site.put("sample_requested", {**CORES, "batch": "C1"}, corrects=other, reason="the other batch")
    assert "correction_unknown" in told.flags
    assert "sample_missing" in site.put("phase_completed", marked("C1", "10")).flags
    assert witnessed(tmp_path / "honest", Story.of(site.plant)) == (200, None)
