"""What was dispensed, in the printed record of its batch and in what its release waits for (MAT-12)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site, marked
from dispensing_support import API, SALT, Dispensing
from dossier_support import printed
from release_support import sign

from server.production.model import DISPENSED
from server.quality import queries as quality
from server.release import queries as release
from server.release.dossier.content import WITHHOLDABLE

pytestmark = pytest.mark.urs("MAT-12")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Dispensing]:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    yield Dispensing(site)
    site.plant.close()


@pytest.mark.urs("PRD-10")
def test_portions_are_printed_with_weights_results_labels_and_what_lines_came_to(at: Dispensing) -> None:
    read = at.site.read_weight
    shown = {"tare": {"value": "0.412", "unit": "kg"}, "gross": {"value": "5.540", "unit": "kg"}}
    at.put(API, "5.128", **shown, tare_reading=read(net="0.412"), reading=read(net="5.540"))
    at.filler("19.872", "5.128", "19.872")
    words, _ = printed(at.site)
    for told in (
        "5.128kg",
        "gross5.540kg−tare0.412kg",
        "assay98.0%",
        "water0.50%",
        "5.103–5.153kg",
        "→B1-20-api-1",
        "tare:SS0.412kg",
    ):
        assert told in words, told
    assert "activematerialsdispensed/nominal5.128/5.000" in words
    assert "api-1API:countsas5.000kg(4.975–5.025kg)" in words
    assert "exc-2Salt:countsas0.000kg(0.495–0.505kg)" in words


@pytest.mark.urs("PRD-10", "MAT-06")
def test_what_was_left_in_a_container_is_printed_with_its_readings_and_what_it_differs_by(at: Dispensing) -> None:
    received = {"material": "exc-2", "lot": "S-1", "containers": [at.container("C-1", "0.700")]}
    at.site.state("materials.containers_received.v1", "lot/exc-2/S-1", received, "P-3")
    given = {"batch": "B1", "containers": [{"container": "C-1", "reason": None}]}
    at.site.state("production.containers_allocated.v2", "batch/B1", given, "P-3")
    at.put(SALT, "0.500", container="C-1", scanned={"room": "2-114", "balance": "BAL-07", "container": "C-1"})
    shown = {"tare": {"value": "0.120", "unit": "kg"}, "gross": {"value": "0.310", "unit": "kg"}}
    read = {"tare_reading": at.site.read_weight(net="0.120"), "reading": at.site.read_weight(net="0.310")}
    rest = {"batch": "B1", "phase": "20", "container": "C-1", "net": {"value": "0.190", "unit": "kg"}}
    rest |= {**shown, **read, "source": "device", "comment": "spilt"}
    assert at.site.put("rest_weighed", rest).flags == ("rest_differs",)
    words, _ = printed(at.site)
    for told in ("RestofacontainerweighedC-1", "gross0.310kg−tare0.120kg", "SS0.310kg", "tare:SS0.120kg", "spilt"):
        assert told in words, told
    assert "Restofacontainerdiffersfromwhatwasreckoned" in words


def test_a_line_of_which_nothing_was_dispensed_keeps_a_batch_from_its_release(at: Dispensing) -> None:
    at.put(API, "5.128")
    at.site.put("phase_completed", marked("B1", "20"))
    with at.site.plant.engine.connect() as connection:
        gates = {one.code: one for one in release.review(connection, "B1").gates}
    assert gates["phases"].details == ("20/filler/1", "20/salt/1")
    assert gates["exceptions"].details == ("line_incomplete",)


def test_a_typed_portion_is_shown_to_who_reviews_and_may_be_withheld(at: Dispensing) -> None:
    at.put(SALT, "0.500", source="manual", reading=None, verified_by="P-2", cosigner="P-2")
    with at.site.plant.engine.connect() as connection:
        told = [one.code for one in release.review(connection, "B1").notable]
    assert told == ["manual_weight"]
    assert DISPENSED in WITHHOLDABLE


@pytest.mark.urs("PLT-16", "PLT-11")
def test_a_portion_that_comes_after_the_release_is_kept_and_opens_a_deviation(at: Dispensing) -> None:
    at.put(API, "5.128")
    at.filler("19.872", "5.128", "19.872")
    at.put(SALT, "0.500")
    at.site.put("phase_completed", marked("B1", "20"))
    at.site.hand_back("B1")
    sign(at.site, "released")
    late = at.put(SALT, "0.001", portion=2)
    assert "post_seal" in late.flags
    with at.site.plant.engine.connect() as connection:
        [deviation] = quality.deviations_of_batch(connection, "B1")
    assert deviation.entries == (late.id,)
