"""A witness judges the results of a batch by the specification, whatever the server said of them (QUA-03, PLT-18)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plant import PlantUnderTest
from specification_support import CODE, Json, approve, definition, numeric
from support import ROOT
from witness_support import Story, upgrade

from server.production.model import ORDER, batch_stream
from server.quality import model
from server.quality.specifications.model import SUBMISSIONS
from server.quality.usage.model import CHECKED
from server.release.model import RELEASED_KIND
from server.site.model import UPGRADED, UPGRADED_V1
from server.witness.batch_results import BatchResultRules
from server.witness.in_force import InForce
from server.witness.lineage import Lineage
from server.witness.seen import Seen
from server.witness.since import SinceRules
from sync.errors import SyncError

KINDS = json.loads((ROOT / "tests/vectors/kinds.json").read_text())
BATCH = KINDS[ORDER]["batch"]
STREAM = batch_stream(BATCH)
pytestmark = pytest.mark.urs("QUA-03", "PLT-18")
Change = Callable[[Seen], Seen | None]


class Laboratory(PlantUnderTest):
    """Of edition 3, with a batch whose product has a specification at release: assay from 98.0 to 102.0 %."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        self.state(UPGRADED, "site", upgrade(UPGRADED), actor="server")
        recipe, order = KINDS["recipes.recipe_approved.v1"], KINDS[ORDER]
        self.state("recipes.recipe_approved.v1", f"recipe/{recipe['recipe']}", recipe)
        self.state(ORDER, STREAM, order, actor="server")
        approve(self, definition(numeric(), material=order["product"]["code"], stage="release"))

    def found(self, value: str, low: str = "98.0", **head: Any) -> str:
        """By the laboratory's own import, with limits of its own; the entry."""
        line: Json = {"test": "assay", "name": None, "value": {"value": value, "unit": "%"}}
        said = {"stage": "release", "results": [line | {"low": low, "high": "102.0", "verdict": "pass"}]}
        return self.tablet_of_laboratory.record(
            model.RESULTS_RECORDED, STREAM, said | {"source": None}, actor="zhao", **head
        ).id

    @property
    def tablet_of_laboratory(self) -> Any:
        if not hasattr(self, "_tablet"):
            self._tablet = self.tablet("T-LAB")
        return self._tablet

    def answers(self, value: str) -> str:
        """By the specification."""
        line: Json = {"test": "assay", "value": value, "text": None, "conforms": None}
        body = {"about": STREAM, "stage": "release", "specification": CODE, "version": 1, "results": [line]}
        answer = self.client("zhao").post("/api/results", json=body)
        assert answer.status_code == 201, answer.text
        entry: str = answer.json["entry"]
        return entry


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Laboratory]:
    made = Laboratory(database_url, tmp_path)
    yield made
    made.close()


def judged(site: Laboratory, change: Change = lambda seen: seen) -> str | None:
    """What a witness finds when somebody with the server's key has every result checked, and releases the batch."""
    story = Story.of(site.plant)
    for index in [one for kind in model.RESULTS for one in story.indices(kind)]:
        said = KINDS[CHECKED] | {"entry": story.entries[index].head.id}
        story = story.stated(CHECKED, STREAM, said, "P-71")
    story = story.stated(RELEASED_KIND, STREAM, KINDS[RELEASED_KIND] | {"batch": BATCH}, "P-5")
    lineage, since, known = Lineage(), SinceRules(), InForce()
    rules = BatchResultRules(lineage, since, known)
    told = [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in story.entries]
    for seen in filter(None, map(change, told)):
        if seen.head.kind == RELEASED_KIND:
            try:
                rules.judge(seen)
            except SyncError as error:
                return error.detail
        for one in (since, lineage, known, rules):
            one.learn(seen)
    return None


def unflagged(seen: Seen) -> Seen:
    """As a server takes it in that forgets what it owes."""
    if seen.head.kind not in model.RESULTS:
        return seen
    return replace(seen, stamp=replace(seen.stamp, flags=()))


def erased(*kinds: str) -> Change:
    return lambda seen: replace(unflagged(seen), body=None) if seen.head.kind in kinds else unflagged(seen)


def before(seen: Seen) -> Seen:
    seen = unflagged(seen)
    return replace(seen, head=replace(seen.head, kind=UPGRADED_V1)) if seen.head.kind == UPGRADED else seen


def test_what_fits_its_specification_is_released(site: Laboratory) -> None:
    site.answers("99.64")
    assert judged(site) is None


@pytest.mark.parametrize("by", ["answers", "found"])
def test_a_result_that_has_failed_is_found_without_the_flag(site: Laboratory, by: str) -> None:
    """By the limits of the specification, also where the entry states wider ones of its own."""
    if by == "answers":
        site.answers("97.0")
    else:
        site.found("97.0", low="95.0")
    assert "a result of" in str(judged(site))
    assert "has failed" in str(judged(site, unflagged))
    assert judged(site, before) is None
    assert judged(site, erased(*SUBMISSIONS)) is None
    assert judged(site, erased(*model.RESULTS)) is None
    assert judged(site, erased(ORDER)) is None


def test_what_fits_neither_is_judged_by_its_own_limits(site: Laboratory) -> None:
    """History that was imported was judged in its day."""
    site.found("97.0", low="95.0")

    def imported(seen: Seen) -> Seen:
        if seen.head.kind != model.RESULTS_RECORDED or seen.body is None:
            return seen
        return replace(unflagged(seen), body=dict(seen.body) | {"source": {"file": "f", "line": 1, "mapping": "m"}})

    assert judged(site, imported) is None


def test_a_failed_result_is_not_talked_away_without_the_flag(site: Laboratory) -> None:
    failed = site.answers("97.0")
    given = {"stage": "release", "source": None}
    line: Json = {"test": "water", "name": None, "value": {"value": "0.3", "unit": "%"}, "low": None, "high": None}
    given["results"] = [line | {"verdict": "none"}]
    tablet = site.tablet_of_laboratory
    why = {"corrects": failed, "reason": "typing error"}
    written = tablet.record(model.RESULTS_RECORDED, STREAM, given, actor="zhao", **why)
    assert "correction_unknown" in written.flags
    assert "has failed" in str(judged(site, unflagged))
    assert judged(site, before) is None


def test_a_typing_error_that_is_corrected_is_none(site: Laboratory) -> None:
    site.found("99.0", corrects=site.found("9.9"), reason="typing error")
    assert judged(site) is None


def test_a_release_without_a_result_of_each_test_is_found(site: Laboratory) -> None:
    assert judged(site) == f"{BATCH} was released without a result of assay"
    assert judged(site, before) is None
    assert judged(site, erased(*SUBMISSIONS)) is None
    assert judged(site, erased(ORDER)) is None
