"""Nobody weighs by a number that was found in a sample which stands for nothing (QUA-02, MAT-12)."""

from pathlib import Path
from typing import Any

import pytest
from batch_support import RECIPE, order
from dispensing_support import API, ASKED, DISPENSING, LOTS
from inspection_support import Sampling
from specification_support import CODE, approve, definition, numeric
from usage_support import check
from witness_support import Story, witnessed

from server.production.model import DISPENSED, ORDER
from server.quality.usage.numbers import numbers_of_lot, unchecked_of_lot
from server.recipes.model import APPROVED_V1
from server.site.model import UPGRADED_V1

pytestmark = pytest.mark.urs("MAT-12", "QUA-02", "PLT-18")
LOT = "lot/api-1/A-5/2"


class Weighed(Sampling):
    """A lot that is sampled, and a batch that dispenses it by its content."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        approve(self, definition(numeric(), numeric("loss", None, "1.00", decimals=2)))
        self.receive("A-5/2", 1)
        self.label("A-5/2", "A-01")
        self.state(APPROVED_V1, "recipe/MR-TAB", RECIPE)
        self.state(ORDER, "batch/B1", order("B1", lots=LOTS, phases=[DISPENSING | {"lines": [API]}]))
        self.device = self.tablet()

    def tested(self, sample: str) -> str:
        """The entry of results that somebody else has checked."""
        found = {"assay": "98.0", "loss": "0.50"}
        lines = [{"test": test, "value": value, "text": None, "conforms": None} for test, value in found.items()]
        body = {"about": LOT, "stage": "incoming", "specification": CODE, "version": 1, "sample": sample}
        answer = self.client("zhao").post("/api/results", json={**body, "results": lines})
        assert answer.status_code == 201, answer.text
        check(self.plant, LOT, answer.json["entry"], "qian")
        return str(answer.json["entry"])

    def dispense(self, portion: int, entry: str) -> bool:
        """Whether the portion was told that it goes by other results than those that stand."""
        potency = {"assay": {"value": "98.0", "entry": entry}, "water": {"value": "0.50", "entry": entry}}
        given = {
            **{"batch": "B1", "phase": "20", "line": "api", "portion": portion, **LOTS[0], "container": None},
            **{"into": f"D-{portion}", "tare": None, "net": {"value": "1.000", "unit": "kg"}, "gross": None},
            **{"source": "manual", "reading": None, "tare_reading": None, "limits": ASKED, "potency": potency},
            **{"basis": None, "scanned": {"room": "2-114", "balance": None, "container": None}},
            **{"verified_by": None, "comment": None},
        }
        said = self.device.record(DISPENSED, "batch/B1", given, actor="zhang", subject=f"20/api/{portion}")
        return "potency_differs" in said.flags

    def numbers(self) -> tuple[list[str], set[str]]:
        """The entries of the numbers of the lot, and the tests that wait for a check."""
        with self.reading() as connection:
            found = numbers_of_lot(connection, "api-1", "A-5/2")
            return sorted({one["entry"] for one in found.values()}), unchecked_of_lot(connection, "api-1", "A-5/2")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Any:
    made = Weighed(database_url, tmp_path)
    yield made
    made.close()


def test_a_number_found_in_a_sample_that_was_taken_back_weighs_nothing(site: Weighed, tmp_path: Path) -> None:
    sample = site.take("A-01").json["sample"]
    entry = site.tested(sample)
    assert site.numbers() == ([entry], set())
    assert not site.dispense(1, entry)
    said = {"reason": "Taken out of another drum"}
    assert site.client("zhao").post(f"/api/samples/{sample}/void", json=said).status_code == 201
    assert site.numbers() == ([], set())
    assert site.dispense(2, entry)
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story) == (200, None)
    index = story.flagged("potency_differs")
    forged = story.without_flag("potency_differs")
    assert witnessed(tmp_path / "forged", forged) == (422, ("flag_missing", index))
    # A version of before went by it.
    portion, bare = story.entries[index], forged.entries[index].stamp.flags
    before = story.first(index).upgraded(UPGRADED_V1).then(portion.envelope, flags=bare)
    assert witnessed(tmp_path / "before", before) == (200, None)
    assert site.rebuilds()


def test_the_number_before_a_sample_that_was_lost_is_weighed_by_again(site: Weighed, tmp_path: Path) -> None:
    first = site.take("A-01").json["sample"]
    good = site.tested(first)
    second = site.take("A-01").json["sample"]
    bad = site.tested(second)
    assert site.numbers() == ([bad], set())
    # The laboratory has it from nobody: its custody is broken.
    assert site.hand(second, "received", by="qian").status_code == 201
    assert site.numbers() == ([good], set())
    assert site.dispense(1, bad)
    assert not site.dispense(2, good)
    assert witnessed(tmp_path / "honest", Story.of(site.plant)) == (200, None)


def test_a_number_that_waits_for_its_check_waits_no_more_when_its_sample_is_taken_back(site: Weighed) -> None:
    sample = site.take("A-01").json["sample"]
    line = [{"test": "assay", "value": "98.0", "text": None, "conforms": None}]
    body = {"about": LOT, "stage": "incoming", "specification": CODE, "version": 1, "sample": sample}
    assert site.client("zhao").post("/api/results", json={**body, "results": line}).status_code == 201
    assert site.numbers() == ([], {"assay"})
    said = {"reason": "Taken out of another drum"}
    assert site.client("zhao").post(f"/api/samples/{sample}/void", json=said).status_code == 201
    assert site.numbers() == ([], set())
