"""What a batch does not account for of a material holds its release until somebody has signed why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import marked, weighed
from dossier_support import printed
from release_support import refused, review, sign
from stock_support import LABELS, Store, now_ms

from server.core.errors import PestleError
from server.core.kinds import Fact
from server.release.model import DIFFERENCE_MEANING, EXPLAINED_KIND

pytestmark = [pytest.mark.urs("MAT-09", "WHS-02")]
FIRST, SECOND, _ = LABELS


class Batch(Store):
    """B1 is made; of the drum that was issued to it 12.640 kg were weighed out."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        # What is done in so many minutes from now on has happened by now.
        self.now_ms -= 3_600_000
        self.order("B1")
        self.allocate("B1", FIRST)

    def issue(self, label: str = FIRST) -> None:
        stands = self.stands(label)
        brought = {"batch": "B1", "container": label, "material": "api-1", "lot": stands.lot, "held": stands.held}
        self.state("production.container_issued.v1", "batch/B1", brought | {"to": None}, "P-8")

    def make(self) -> str:
        """The entry of the weighing."""
        weight = ""
        for phase, entries in self._plan("B1", self.read_weight()).items():
            self.put("phase_started", marked("B1", phase))
            for kind, payload in entries:
                more = {"container": FIRST} if kind == "material_weighed" else {}
                told = self.put(kind, {**payload, **more})
                weight = told.id if more else weight
            self.put("phase_completed", marked("B1", phase))
        self.hand_back("B1")
        return weight

    def give_back_rest(self, value: str, label: str = FIRST) -> None:
        said = {"batch": "B1", "container": label, "quantity": {"value": value, "unit": "kg"}, "to": None}
        self.state("production.container_returned.v1", "batch/B1", said | {"reason": None}, "P-8")

    def explain(self, value: str | None, person: str = "P-5", **changes: Any) -> None:
        given = {
            "batch": "B1",
            "material": "api-1",
            "difference": None if value is None else {"value": value, "unit": "kg"},
            "meaning": dict(DIFFERENCE_MEANING),
            "signer": {"id": person, "name": "赵琳", "name_en": "Zhao Lin"},
            "signed_at": "2026-11-22T09:30:00.000Z",
            "offset": 480,
            "method": "password",
            "components": 2,
            "passkey": None,
            "reason": "dust on the filter of the booth, weighed with it",
        }
        self.plant.recorder.state(Fact(EXPLAINED_KIND, "batch/B1", given | changes, actor=person))

    def gate(self) -> tuple[bool, list[str]]:
        [found] = [one for one in review(self)["gates"] if one["code"] == "materials"]
        return found["met"], found["details"]


@pytest.fixture
def batch(database_url: str, tmp_path: Path) -> Iterator[Batch]:
    made = Batch(database_url, tmp_path)
    yield made
    made.plant.close()


def refusal(batch: Batch, value: str | None, **more: Any) -> str:
    with pytest.raises(PestleError) as error:
        batch.explain(value, **more)
    return error.value.code


def test_what_is_missing_holds_the_release_until_it_is_explained_by_signature(batch: Batch) -> None:
    batch.issue()
    batch.make()
    # What is with the batch still is missing as well.
    assert batch.gate() == (False, ["api-1"])
    batch.give_back_rest("11.860")
    [notice] = [one for one in review(batch)["open"] if one["type"] == "difference"]
    assert (notice["code"], notice["state"]) == ("material_difference", "open")
    assert notice["details"]["difference"] == {"value": "0.500", "unit": "kg"}
    assert notice["details"]["used"] == {"value": "12.640", "unit": "kg"}
    assert batch.items("B1") == []
    assert [one["code"] for one in refused(batch, "released").details["open"]] == ["materials"]
    batch.explain("0.500")
    assert batch.gate() == (True, [])
    [told] = [one for one in review(batch)["notable"] if one["type"] == "difference"]
    assert (told["state"], told["decision"]["by"]["id"]) == ("assessed", "P-5")
    sign(batch, "released")
    assert batch.rebuilds()


def test_what_balances_may_be_off_needs_no_word(batch: Batch) -> None:
    batch.issue()
    batch.make()
    batch.give_back_rest("12.340")
    assert batch.gate() == (True, [])
    assert [one for one in [*review(batch)["open"], *review(batch)["notable"]] if one["type"] == "difference"] == []
    assert refusal(batch, "0.020") == "difference_none"


@pytest.mark.urs("PLT-09")
def test_a_weighing_that_is_told_before_its_issue_is_no_difference(batch: Batch) -> None:
    batch.make()
    batch.issue()
    batch.give_back_rest("12.360")
    assert batch.gate() == (True, [])
    sign(batch, "released")


@pytest.mark.urs("PLT-09")
def test_what_comes_late_opens_it_again(batch: Batch) -> None:
    """The explanation was of another amount."""
    batch.issue()
    weight = batch.make()
    batch.give_back_rest("11.860")
    batch.explain("0.500")
    assert batch.gate() == (True, [])
    batch.put("material_weighed", weighed("B1", "12.140", container=FIRST), corrects=weight, reason="misread")
    assert batch.gate() == (False, ["api-1"])
    assert refusal(batch, "0.500") == "difference_stale"
    batch.explain("1.000")
    assert batch.gate() == (True, [])


@pytest.mark.urs("MAT-08", "MAT-09")
def test_what_was_weighed_out_of_a_container_that_nobody_issued_is_accounted_for_as_well(batch: Batch) -> None:
    """Of the 25 kg that the batch was given 12.64 were weighed: where the rest is nobody has said."""
    batch.make()
    assert batch.gate() == (False, ["api-1"])
    [notice] = [one for one in review(batch)["open"] if one["type"] == "difference"]
    figures = {name: notice["details"][name]["value"] for name in ("issued", "used", "returned", "open")}
    assert figures == {"issued": "25.000", "used": "12.640", "returned": "0.000", "open": "12.360"}
    assert notice["details"]["unissued"] == [FIRST]
    # What is shown is what may be signed.
    assert notice["details"]["difference"] == {"value": "12.360", "unit": "kg"}
    assert [one["code"] for one in refused(batch, "released").details["open"]] == ["materials"]
    # Given to others it is not with them by a word of this batch.
    batch.give_back("B1", FIRST)
    assert batch.gate() == (False, ["api-1"])
    batch.explain("12.360")
    assert batch.gate() == (True, [])
    sign(batch, "released")
    assert batch.rebuilds()


@pytest.mark.urs("MAT-08", "MAT-09")
def test_a_container_that_came_back_and_was_weighed_out_of_again_is_with_the_batch_again(batch: Batch) -> None:
    batch.issue()
    batch.make()
    batch.give_back_rest("12.360")
    assert batch.gate() == (True, [])
    batch.allocate("B1", FIRST)
    batch.now_ms = now_ms()
    assert (
        "container_not_allocated"
        not in batch.put("material_weighed", weighed("B1", "2.000", container=FIRST, phase="21")).flags
    )
    assert batch.gate() == (False, ["api-1"])
    [notice] = [one for one in review(batch)["open"] if one["type"] == "difference"]
    assert (notice["details"]["open"]["value"], notice["details"]["unissued"]) == ("10.360", [FIRST])
    batch.issue()
    batch.give_back_rest("10.360")
    assert batch.gate() == (True, [])
    assert batch.rebuilds()


@pytest.mark.urs("MAT-06", "MAT-08", "MAT-09")
def test_a_part_of_a_container_that_nobody_issued_is_with_the_batch_too(batch: Batch) -> None:
    batch.make()
    batch.now_ms = now_ms()
    assert batch.split(FIRST, ("S-1", "5")) == ()
    assert batch.split("S-1", ("S-2", "1")) == ()
    [notice] = [one for one in review(batch)["open"] if one["type"] == "difference"]
    assert (notice["details"]["open"]["value"], notice["details"]["unissued"]) == ("12.360", [FIRST, "S-1", "S-2"])
    scrap = {"container": "S-2", "quantity": {"value": "1", "unit": "kg"}, "reason": "spilt", "witness": None}
    batch.state("materials.container_scrapped.v1", "container/S-2", scrap, "P-8")
    # The part goes back to the stock.
    batch.give_back("B1", "S-1")
    batch.issue()
    batch.give_back_rest("7.360")
    assert batch.gate() == (True, [])
    assert batch.rebuilds()


@pytest.mark.urs("MAT-08", "PLT-16")
def test_out_of_what_it_was_not_given_a_batch_takes_nothing_that_it_must_account_for(batch: Batch) -> None:
    """That is an exception of its own, of the batch and of whoever has the container."""
    batch.put("material_weighed", weighed("B1", "12.640", container=SECOND))
    assert "materials" not in [one["code"] for one in review(batch)["gates"]]


def test_a_batch_to_which_nothing_came_has_no_such_gate(batch: Batch) -> None:
    assert "materials" not in [one["code"] for one in review(batch)["gates"]]


@pytest.mark.urs("IDN-08", "WHS-03")
def test_who_made_it_or_handed_it_out_does_not_explain(batch: Batch) -> None:
    batch.issue()
    batch.make()
    batch.give_back_rest("11.860")
    for person in ("P-1", "P-3", "P-8"):
        assert refusal(batch, "0.500", person=person) == "not_permitted"
    batch.put("remark_added", {"batch": "B1", "phase": None, "text": "helped"}, actor="P-5")
    assert refusal(batch, "0.500") == "difference_own"
    assert (
        refusal(batch, "0.500", person="P-6", signer={"id": "P-5", "name": "赵琳", "name_en": None}) == "signer_other"
    )


@pytest.mark.urs("MAT-06", "MAT-09")
def test_what_was_destroyed_and_what_was_filled_over_are_accounted_for(batch: Batch) -> None:
    batch.issue()
    batch.do("container_split", container=FIRST, into=[{"container": "S-1", "quantity": {"value": "5", "unit": "kg"}}])
    batch.make()
    scrap = {"container": "S-1", "quantity": {"value": "1", "unit": "kg"}, "reason": "spilt", "witness": None}
    batch.state("materials.container_scrapped.v1", "container/S-1", scrap, "P-8")
    batch.give_back_rest("7.360")
    assert batch.gate() == (False, ["api-1"])
    batch.give_back_rest("4", "S-1")
    assert batch.gate() == (True, [])
    assert batch.rebuilds()


@pytest.mark.urs("PRD-12", "MAT-09")
def test_the_record_tells_what_came_was_used_and_went_back_however_often(batch: Batch) -> None:
    batch.issue()
    batch.make()
    batch.give_back_rest("12.000")
    batch.allocate("B1", FIRST)
    batch.issue()
    batch.give_back_rest("12.000")
    batch.explain("0.360")
    whole, _ = printed(batch)
    held = "37.000kg12.640kg24.000kg"
    assert f"{FIRST}{held}" in whole.replace("\n", ""), "of the container"
    assert "Materialbalance" in whole
    assert f"api-1{held}" in whole, "of the material"
    assert "0.360kg" in whole
