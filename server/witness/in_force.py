"""Which specification is in force on a day, as the log tells it: what judges results, and says how a lot is sampled."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from server.quality import model as quality
from server.quality import projection
from server.quality.inspection import plans
from server.quality.specifications import model
from server.quality.specifications.model import Specification, Test
from server.witness.seen import Seen

KINDS = (*model.SUBMISSIONS, model.APPROVED_KIND)


class InForce:
    """Versions after the entries learnt so far; `is_blind` once one of them was erased."""

    def __init__(self) -> None:
        self._versions: dict[tuple[str, int], Specification] = {}
        self.is_blind = False

    def find(self, material: str, stage: str, day: str) -> Specification | None:
        of = (one for one in self._versions.values() if (one.material, one.stage) == (material, stage))
        return max((one for one in of if one.effective(day)), key=lambda one: one.version, default=None)

    def rows(self, seen: Seen, given: Mapping[str, Any], material: str | None) -> list[dict[str, Any]] | None:
        """The results of a material or product that an entry records, as the projection keeps them: judged by what was
        in force on the day of capture, each with its `specification`. None of one that answers none in force, and so
        corrects nothing either."""
        found = None
        if given.get("source") is None and material is not None:
            found = self.find(material, given["stage"], seen.day)
        named = None if found is None else f"{found.specification}/{found.version}"
        if seen.head.kind == quality.RESULTS_RECORDED:
            tests = {} if found is None else {one.code: one for one in found.tests}
            kept = [projection.of_stated(line, tests.get(line["test"])) for line in given["results"]]
            return [row | {"specification": named if row["reported"] else None} for row in kept]
        if found is None or (given["specification"], given["version"]) != (found.specification, found.version):
            return None
        return [row | {"specification": named} for row in projection.of_answers(found, given["results"])]

    def plan_of(self, material: str, stage: str, day: str) -> dict[str, Any]:
        """As `server.quality.inspection.queries.plan_of`."""
        found = self.find(material, stage, day)
        if found is None:
            return {"specification": None, "version": None, "plan": dict(plans.DEFAULT)}
        plan = dict(found.sampling or plans.DEFAULT)
        return {"specification": found.specification, "version": found.version, "plan": plan}

    def learn(self, seen: Seen) -> None:
        head, given = seen.head, seen.body
        if head.kind not in KINDS or not seen.by_server:
            return
        if given is None:
            self.is_blind = True
            return
        key = given["specification"], given["version"]
        if head.kind in model.SUBMISSIONS:
            self._versions[key] = _submitted(seen, given)
        elif key in self._versions:
            day = max(self._versions[key].effective_from, seen.day)
            self._versions[key] = replace(self._versions[key], state=model.APPROVED, first_day=day)


def _submitted(seen: Seen, given: Mapping[str, Any]) -> Specification:
    same = ("specification", "version", "material", "stage", "sha256", "name", "effective_from", "reason")
    return Specification(
        **{name: given[name] for name in same},
        entry=seen.head.id,
        tests=tuple(Test.of(one) for one in given["tests"]),
        state=model.SUBMITTED,
        submitted_by=seen.head.actor,
        submitted_at=seen.head.captured_at,
        first_day=None,
        sampling=given.get("sampling"),
        decided_by=None,
        decided_at=None,
        decided_reason=None,
        instance=None,
    )
