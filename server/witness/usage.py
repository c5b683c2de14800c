"""Whether a lot was released only by who may, on what stood there, with results that let it; whether results were
checked by another, and none was set aside without a retest; from the log alone (MAT-05, QUA-03). Whether the samples
that are due were taken it leaves to the door."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from server.materials.model import STATUS_CHANGED, STATUS_CHANGED_V1
from server.quality import model as quality
from server.quality import projection
from server.quality.inspection import model as inspections
from server.quality.specifications import model as specified
from server.quality.specifications.model import Specification, Test
from server.quality.usage import model, rules
from server.quality.usage.model import Facts, Line
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.entry import FIRST_PREV
from sync.errors import SyncError

Body = Mapping[str, Any]
_RECEIVED = ("materials.lot_received.v1", "materials.lot_received.v2")
_OURS = (*_RECEIVED, STATUS_CHANGED_V1, STATUS_CHANGED, *quality.RESULTS, model.CHECKED, model.SET_ASIDE)


@dataclass(slots=True)
class _Lot:
    """`blind`: an entry of it was erased, so that nothing more is judged of it."""

    size: int = 0
    hash: str = FIRST_PREV
    status: str = "quarantine"
    since: int = -1
    received: bool = False
    lines: list[Line] = field(default_factory=list)
    inspection: str | None = None
    blind: bool = False


class UsageRules(Remembering):
    """Lots with their results, and specifications in force, after the entries learnt so far."""

    def __init__(self) -> None:
        super().__init__()
        self._lots: dict[str, _Lot] = {}
        self._versions: dict[tuple[str, int], Specification] = {}
        # From the first signed decision on nobody decides without a signature.
        self._signed = False
        # Who took samples, by inspection.
        self._sampled: dict[str, set[str]] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server:
            return
        if head.kind == STATUS_CHANGED_V1 and self._signed and head.actor != "server":
            raise SyncError("lot_decision_unsigned", f"{head.stream} by {head.actor}")
        lot = self._lots.get(head.stream, _Lot())
        if self._blind or lot.blind:
            return
        if head.kind == STATUS_CHANGED:
            self._judge_decision(seen, given, lot)
        elif head.kind == model.CHECKED:
            own = [one for one in lot.lines if one.entry == given["entry"]]
            self._found(seen, rules.check_refused(own, head.actor))
        elif head.kind == model.SET_ASIDE:
            self._found(seen, rules.aside_refused(given, self._facts(seen, lot), head.actor))

    def _judge_decision(self, seen: Seen, given: Body, lot: _Lot) -> None:
        if seen.head.stream != f"lot/{given['material']}/{given['lot']}":
            raise SyncError("stream_wrong", f"a decision about {given['lot']} stands in {seen.head.stream}")
        refused = rules.refused(given, self._facts(seen, lot), seen.head.actor)
        self._found(seen, None if refused is None else refused[0])

    @staticmethod
    def _found(seen: Seen, code: str | None) -> None:
        if code is not None:
            raise SyncError(code, f"{seen.head.kind} of {seen.head.stream} by {seen.head.actor}")

    def _facts(self, seen: Seen, lot: _Lot) -> Facts:
        _, material, number = quality.subject_of(seen.head.stream)
        found = self._in_force(str(material), seen.head.captured_at[:10])
        return Facts(
            material=str(material),
            lot=str(number),
            status=lot.status,
            size=lot.size,
            hash=lot.hash,
            specification=None if found is None else found.specification,
            version=None if found is None else found.version,
            sha256=None if found is None else found.sha256,
            tests=() if found is None else tuple(test.code for test in found.tests),
            lines=tuple(lot.lines),
            since=lot.since,
            inspection=lot.inspection,
            samplers=tuple(self._sampled.get(lot.inspection or "", ())),
        )

    def _in_force(self, material: str, day: str) -> Specification | None:
        fit = [
            one
            for one in self._versions.values()
            if one.material == material and one.stage == model.STAGE and one.effective(day)
        ]
        return max(fit, key=lambda one: one.version, default=None)

    def learn(self, seen: Seen) -> None:
        """What devices record counts as well, unless it only stands in the log."""
        head, index = seen.head, self._count
        lot = None
        if quality.subject_of(head.stream)[2] is not None:
            lot = self._lots.setdefault(head.stream, _Lot())
            lot.size, lot.hash = seen.stamp.stream_seq, seen.stamp.stream_hash
        super().learn(seen)
        if head.kind == inspections.TAKEN and seen.body is not None and not seen.is_strange:
            self._sampled.setdefault(seen.body["inspection"], set()).add(head.actor)
        if lot is not None and head.kind == inspections.OPENED and seen.by_server:
            lot.inspection = None if seen.body is None else seen.body["inspection"]
            lot.blind = lot.blind or seen.body is None
        if lot is None or seen.is_strange or head.kind not in _OURS:
            return
        self._about[index] = head.stream
        if seen.body is None:
            lot.blind = True
        else:
            self._learn_lot(seen, seen.body, lot)

    def _learn_lot(self, seen: Seen, given: Body, lot: _Lot) -> None:
        head, index = seen.head, seen.stamp.index
        if head.kind in _RECEIVED:
            lot.status = lot.status if lot.received else given.get("status", "quarantine")
            lot.received = True
        elif head.kind in (STATUS_CHANGED, STATUS_CHANGED_V1):
            lot.status = given["status"]
            lot.since = index if lot.status == "released" else lot.since
            self._signed = self._signed or head.kind == STATUS_CHANGED
        elif head.kind == model.CHECKED:
            lot.lines = [_with(one, one.entry == given["entry"], checked_by=head.actor) for one in lot.lines]
        elif head.kind == model.SET_ASIDE:
            named = (given["entry"], given["test"])
            lot.lines = [_with(one, (one.entry, one.test) == named, set_aside=True) for one in lot.lines]
        elif given["stage"] == model.STAGE:
            self._learn_results(seen, given, lot)

    def _learn_results(self, seen: Seen, given: Body, lot: _Lot) -> None:
        """A correction takes the place of what it corrects, but of nothing that fails and is not said anew."""
        lines, corrects = self._lines(seen, given), seen.head.corrects
        if lines is None:
            return
        if corrects is not None and quality.TAKES_NO_PLACE.isdisjoint(seen.stamp.flags):
            told = {one.test for one in lines}
            lot.lines = [
                one for one in lot.lines if one.entry != corrects or (one.verdict == "fail" and one.test not in told)
            ]
        lot.lines += lines

    def _lines(self, seen: Seen, given: Body) -> list[Line] | None:
        """The results of an entry as the projection keeps them; None of one that answers no specification in force, and
        so corrects nothing either."""
        head = seen.head
        found = None
        if given.get("source") is None:
            found = self._in_force(str(quality.subject_of(head.stream)[1]), head.captured_at[:10])
        tests = {} if found is None else {one.code: one for one in found.tests}
        named = None if found is None else f"{found.specification}/{found.version}"
        if head.kind == quality.RESULTS_RECORDED:
            rows = [
                row | {"specification": named if row["reported"] else None}
                for line in given["results"]
                for row in [projection.of_stated(line, tests.get(line["test"]))]
            ]
        elif found is None or (given["specification"], given["version"]) != (found.specification, found.version):
            return None
        else:
            rows = [{**row, "specification": named} for row in projection.of_answers(found, given["results"])]
        by_server = seen.by_server and head.actor == "server"
        return [
            Line(
                entry=head.id,
                index=seen.stamp.index,
                test=row["test"],
                verdict=row["verdict"],
                specification=row["specification"],
                by=head.actor,
                analyst=given.get("analyst", head.actor),
                counts=model.STANDS_FOR_NOTHING.isdisjoint(seen.stamp.flags),
                checked_by="server" if by_server else None,
                set_aside=False,
            )
            for row in rows
        ]

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given = seen.head, seen.body
        if head.kind not in (*specified.SUBMISSIONS, specified.APPROVED_KIND):
            return
        self._about[index] = None
        if given is None:
            self._blind = True
            return
        key = given["specification"], given["version"]
        if head.kind in specified.SUBMISSIONS:
            self._versions[key] = _submitted(seen, given)
        elif key in self._versions:
            day = max(self._versions[key].effective_from, head.captured_at[:10])
            self._versions[key] = replace(self._versions[key], state=specified.APPROVED, first_day=day)

    def _lose(self, stream: str) -> None:
        super()._lose(stream)
        if stream in self._lots:
            self._lots[stream].blind = True


def _with(one: Line, wanted: bool, **change: Any) -> Line:
    return replace(one, **change) if wanted else one


def _submitted(seen: Seen, given: Body) -> Specification:
    same = ("specification", "version", "material", "stage", "sha256", "name", "effective_from", "reason")
    return Specification(
        **{name: given[name] for name in same},
        entry=seen.head.id,
        tests=tuple(Test.of(one) for one in given["tests"]),
        state=specified.SUBMITTED,
        submitted_by=seen.head.actor,
        submitted_at=seen.head.captured_at,
        first_day=None,
        sampling=given.get("sampling"),
        decided_by=None,
        decided_at=None,
        decided_reason=None,
        instance=None,
    )
