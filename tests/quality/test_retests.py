"""Released lots that are to be tested again: on the analyst's home and in the list, ahead and past, until they are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inspection_support import Sampling
from specification_support import CODE, approve, definition, numeric
from usage_support import check, decide

from server.identity import queries as people
from server.quality.usage import queries, retests
from server.web import tasks

pytestmark = pytest.mark.urs("MAT-07", "QUA-02", "HMI-04")
RETEST = "2031-03-01"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Sampling]:
    """A lot that was released until a retest day."""
    made = Sampling(database_url, tmp_path)
    approve(made, definition(numeric()))
    made.receive("A-5/2", 1)
    made.label("A-5/2", "A-01")
    sample_and_test(made)
    decide(made.plant, "api-1", "A-5/2", "released", "P-0004", retest=RETEST)
    yield made
    made.close()


def sample_and_test(site: Sampling) -> None:
    check(site.plant, "lot/api-1/A-5/2", found(site), "qian")


def found(site: Sampling) -> str:
    """Of a new sample that the laboratory has."""
    sample = site.take("A-01").json["sample"]
    site.hand(sample, "handed", to="qian")
    site.hand(sample, "received", by="qian")
    answer = {"test": "assay", "value": "99.6", "text": None, "conforms": None}
    body = {"about": "lot/api-1/A-5/2", "stage": "incoming", "specification": CODE, "version": 1, "results": [answer]}
    return str(site.client("zhao").post("/api/results", json={**body, "sample": sample}).json["entry"])


def waits(site: Sampling, month: int, who: str = "qian") -> list[tuple[str, str]]:
    with site.reading() as connection:
        person = people.find_person(connection, who)
        assert person is not None
        shown = tasks.of_person(connection, person, datetime(2031, month, 10, 12, tzinfo=UTC))
    return [(one.state, one.to) for one in shown if one.code == "lot_retest"]


def test_a_lot_to_be_tested_again_waits_for_the_laboratory_until_it_was(site: Sampling) -> None:
    assert waits(site, 1) == []
    assert waits(site, 2) == [("due", "/inspections")]
    assert waits(site, 3) == [("blocked", "/inspections")]
    assert waits(site, 3, "P-0004") == []
    body = {"material": "api-1", "lot": "A-5/2", "reason": "Retest is due"}
    opened = site.client("qian").post("/api/inspections", json=body)
    assert opened.status_code == 201, opened.text
    assert waits(site, 3) == [("blocked", f"/inspections/{opened.json['inspection']}")]
    sample_and_test(site)
    assert waits(site, 3) == []
    decide(site.plant, "api-1", "A-5/2", "released", "P-0004", retest="2032-03-01")
    assert waits(site, 3) == []


def test_the_list_of_inspections_has_what_is_to_be_tested_again(site: Sampling) -> None:
    with site.reading() as connection:
        assert retests.due(connection, "2031-01-01", "2031-02-28", 10) == []
        [one] = retests.due(connection, "2031-03-02", "2031-05-01", 10)
    assert (one.lot.lot, one.inspection, one.past, one.owed) == ("A-5/2", None, True, True)
    assert site.client("qian").get("/api/retests").json == {"items": []}


@pytest.mark.urs("QUA-03")
def test_results_of_a_retest_wait_for_a_second_person_as_well(site: Sampling) -> None:
    def unchecked(person: str) -> list[str]:
        with site.reading() as connection:
            return [lot.lot for lot, _ in queries.unchecked(connection, person, 10)]

    body = {"material": "api-1", "lot": "A-5/2", "reason": "Retest is due"}
    assert site.client("qian").post("/api/inspections", json=body).status_code == 201
    assert unchecked("qian") == []
    found(site)
    assert (unchecked("qian"), unchecked("P-0005")) == (["A-5/2"], [])


def test_of_a_lot_that_was_released_without_sampling_here_a_retest_opens_all_the_same(
    database_url: str, tmp_path: Path
) -> None:
    site = Sampling(database_url, tmp_path)
    site.receive("B-1", 1)
    said = {"material": "api-1", "lot": "B-1", "status": "released", "reason": "as told by the ERP"}
    body = {"material": "api-1", "lot": "B-1", "reason": "Retest is due"}
    assert site.client("qian").post("/api/inspections", json=body).json["code"] == "inspection_open"
    site.state("materials.lot_status_changed.v1", "lot/api-1/B-1", said)
    assert site.client("qian").post("/api/inspections", json=body).status_code == 201
    site.close()
