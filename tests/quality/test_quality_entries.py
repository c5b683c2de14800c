"""Results through the door: judged by their limits, never overwritten, corrected with both kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site

from server.core.kinds import Fact
from server.quality import queries


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    yield site
    site.plant.close()


def line(value: str, verdict: str, test: str = "assay") -> dict[str, Any]:
    quantity = {"value": value, "unit": "%"}
    return {"test": test, "name": None, "value": quantity, "low": "95.0", "high": "105.0", "verdict": verdict}


def record(site: Site, *lines: dict[str, Any], stream: str = "batch/B1", stage: str = "release", **head: Any) -> Any:
    payload = {"stage": stage, "results": list(lines), "source": None}
    head = {"actor": "P-7"} | head
    return site.plant.recorder.state(Fact("quality.results_recorded.v1", stream, payload, **head))[0]


def values(site: Site, batch: str = "B1") -> list[tuple[str, str]]:
    with site.plant.engine.connect() as connection:
        return [(result.value, result.verdict) for result in queries.results_of_batch(connection, batch)]


@pytest.mark.urs("QUA-03")
def test_a_retest_stands_beside_the_first_test(site: Site) -> None:
    assert record(site, line("94.9", "fail")).flags == ("out_of_limits",)
    assert record(site, line("99.3", "pass")).flags == ()
    assert values(site) == [("94.9", "fail"), ("99.3", "pass")]


@pytest.mark.urs("QUA-03", "PLT-16")
def test_a_verdict_that_the_limits_do_not_give_is_flagged_and_the_limits_count(site: Site) -> None:
    assert record(site, line("94.9", "pass")).flags == ("verdict_differs", "out_of_limits")
    assert values(site) == [("94.9", "fail")]


@pytest.mark.urs("PLT-07", "QUA-03")
def test_a_correction_supersedes_all_lines_of_the_entry_it_names(site: Site) -> None:
    first = record(site, line("9.93", "fail"), line("100.0", "pass", "uniformity"))
    record(site, line("99.3", "pass"), corrects=first.id, reason="typing error")
    assert values(site) == [("99.3", "pass")]


@pytest.mark.urs("PLT-07", "QUA-03", "IDN-01")
def test_a_failed_result_is_not_talked_away(site: Site) -> None:
    failed = record(site, line("9.93", "fail"))
    without = {"corrects": failed.id, "reason": None}
    assert record(site, line("99.3", "pass"), **without).flags == ("correction_unknown",)
    elsewhere = {"corrects": failed.id, "reason": "typing error", "stream": "batch/B2"}
    assert record(site, line("99.3", "pass"), **elsewhere).flags == ("correction_unknown",)
    # An operator's tablet may say what it likes; it is kept, beside the result.
    operator = record(site, line("99.3", "pass"), corrects=failed.id, reason="typing error", actor="P-1")
    assert operator.flags == ("person_not_permitted",)
    assert ("9.93", "fail") in values(site)


@pytest.mark.urs("QUA-03")
def test_a_correction_that_does_not_say_a_failed_test_anew_or_is_of_another_stage_takes_no_place(site: Site) -> None:
    failed = record(site, line("9.93", "fail"), line("100.0", "pass", "uniformity"))
    why = {"corrects": failed.id, "reason": "typing error"}
    assert record(site, line("99.0", "pass", "uniformity"), **why).flags == ("correction_unknown",)
    assert record(site, line("99.3", "pass"), stage="incoming", **why).flags == ("correction_unknown",)
    assert ("9.93", "fail") in values(site)


@pytest.mark.urs("QUA-03", "MAT-06")
def test_results_of_lots_are_counted_for_each_lot(site: Site) -> None:
    record(site, line("99.3", "pass"), line("99.0", "pass", "water"), stream="lot/api-1/A-5/2")
    with site.plant.engine.connect() as connection:
        assert queries.result_counts(connection, [("api-1", "A-5/2"), ("api-1", "x")]) == {("api-1", "A-5/2"): 2}
        assert len(queries.results_of_lot(connection, "api-1", "A-5/2")) == 2
        assert queries.result_counts(connection, []) == {}


@pytest.mark.urs("PLT-16")
def test_results_of_neither_batch_nor_lot_are_kept_and_flagged(site: Site) -> None:
    assert record(site, line("99.3", "pass"), stream="site").flags == ("subject_mismatch",)
