"""Whether a lot was released only by who may, on what stood there, sampled, with results that let it; whether results
were checked by another, and none was set aside without a retest; from the log alone (MAT-05, QUA-03)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from server.materials import rules as lots
from server.materials.model import STATUS_CHANGED, STATUS_CHANGED_V1, STATUS_CHANGED_V2, STATUS_CHANGES
from server.quality import model as quality
from server.quality.inspection import model as inspections
from server.quality.inspection import switching
from server.quality.specifications.model import Specification
from server.quality.usage import model, rules
from server.quality.usage.model import Facts, Line
from server.witness import in_force
from server.witness.in_force import InForce
from server.witness.remembering import Remembering
from server.witness.sampling import SamplingRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.switching import SwitchingRules
from sync.entry import FIRST_PREV
from sync.errors import SyncError

Body = Mapping[str, Any]
_RECEIVED = ("materials.lot_received.v1", "materials.lot_received.v2")
_OURS = (*_RECEIVED, *STATUS_CHANGES, *quality.RESULTS, model.CHECKED, model.SET_ASIDE)


@dataclass(slots=True)
class _Lot:
    """`blind`: an entry of it was erased, so that nothing more is judged of it. `authors`: whose results were
    corrected."""

    size: int = 0
    hash: str = FIRST_PREV
    status: str = "quarantine"
    since: int = -1
    received: bool = False
    lines: list[Line] = field(default_factory=list)
    inspection: str | None = None
    authors: set[str] = field(default_factory=set)
    blind: bool = False


class UsageRules(Remembering):
    """Lots with their results, and specifications in force, after the entries learnt so far."""

    def __init__(self, sampling: SamplingRules, known: InForce, switching: SwitchingRules, since: SinceRules) -> None:
        super().__init__()
        self._sampling, self._known, self._switching, self._since = sampling, known, switching, since
        self._lots: dict[str, _Lot] = {}
        # Of entries that recorded results, by id: what whoever checks them signs.
        self._digests: dict[str, str] = {}
        # From the first signed decision on nobody decides without a signature, and from the first that is over all that
        # is said of a lot on less.
        self._signed = self._wide = False

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with."""
        head, given = seen.head, seen.body
        if given is None or not seen.by_server:
            return
        if head.kind == STATUS_CHANGED_V1 and self._signed and self._lacks_signature(head.actor, given):
            raise SyncError("lot_decision_unsigned", f"{head.stream} by {head.actor}")
        if quality.subject_of(head.stream)[0] is not None:
            return
        lot = self._lots.get(head.stream, _Lot())
        if self._blind or lot.blind:
            return
        if head.kind in (STATUS_CHANGED_V2, STATUS_CHANGED):
            self._judge_decision(seen, given, lot)
        elif head.kind == model.CHECKED:
            own = [one for one in lot.lines if one.entry == given["entry"]]
            stale = None if self._digests.get(given["entry"]) == given["digest"] else "digest_stale"
            self._found(seen, rules.check_refused(own, head.actor) or stale)
        elif head.kind == model.SET_ASIDE:
            self._found(seen, rules.aside_refused(given, self._facts(seen, lot), head.actor))

    def _lacks_signature(self, actor: str, given: Body) -> bool:
        """What the server said of lots itself was taken in by earlier versions whatever it was."""
        return lots.lacks_signature(given["status"], actor == "server", self._since.asked)

    def _judge_decision(self, seen: Seen, given: Body, lot: _Lot) -> None:
        if seen.head.stream != f"lot/{given['material']}/{given['lot']}":
            raise SyncError("stream_wrong", f"a decision about {given['lot']} stands in {seen.head.stream}")
        if seen.head.kind == STATUS_CHANGED_V2 and self._wide:
            raise SyncError("digest_stale", f"{seen.head.stream} by {seen.head.actor}, on less than stood there")
        if seen.head.kind == STATUS_CHANGED and self._sampling.is_blind:
            return
        refused = rules.refused(given, self._facts(seen, lot), seen.head.actor)
        self._found(seen, None if refused is None else refused[0])

    @staticmethod
    def _found(seen: Seen, code: str | None) -> None:
        if code is not None:
            raise SyncError(code, f"{seen.head.kind} of {seen.head.stream} by {seen.head.actor}")

    def _facts(self, seen: Seen, lot: _Lot) -> Facts:
        _, material, number = quality.subject_of(seen.head.stream)
        found = self._known.find(str(material), model.STAGE, seen.day)
        wide, inspection = seen.head.kind == STATUS_CHANGED, lot.inspection
        corrected = lot.authors if wide or self._wide else ()
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
            lines=tuple(self._lines_of(seen, lot) if wide else lot.lines),
            since=lot.since,
            inspection=inspection,
            sampled=self._is_sampled(inspection) if wide and inspection is not None else None,
            samplers=() if inspection is None else self._sampling.samplers(inspection),
            authors=tuple(corrected),
            told=self._sampling.told(str(material), str(number)) if wide else None,
            discontinued=self._discontinued(found, str(material), str(number)),
        )

    def _is_sampled(self, inspection: str) -> bool | None:
        return self._sampling.is_complete(inspection, earlier=not self._since.asked)

    def _discontinued(self, found: Specification | None, material: str, number: str) -> bool | None:
        standing = None
        if found is not None and switching.switches(found.sampling):
            standing = self._switching.of_lot(material, number)
        return None if standing is None else standing.discontinued

    def _lines_of(self, seen: Seen, lot: _Lot) -> list[Line]:
        """With what has become of the samples since: no decision of before went by it."""
        samples = [one.sample for one in lot.lines if one.sample is not None]
        unfit = self._sampling.unfit(seen.head.stream, samples)
        asked = lot.inspection is not None and self._since.asked
        return rules.of_samples(lot.lines, unfit, self._sampling.proving(seen.head.stream, samples) if asked else None)

    def learn(self, seen: Seen) -> None:
        """What devices record counts as well, unless it only stands in the log."""
        head, index = seen.head, self._count
        lot = None
        if quality.subject_of(head.stream)[2] is not None:
            lot = self._lots.setdefault(head.stream, _Lot())
            lot.size, lot.hash = seen.stamp.stream_seq, seen.stamp.stream_hash
        super().learn(seen)
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
        elif head.kind in STATUS_CHANGES:
            lot.status = given["status"]
            lot.since = index if lot.status == "released" else lot.since
            self._signed = self._signed or head.kind != STATUS_CHANGED_V1
            self._wide = self._wide or head.kind == STATUS_CHANGED
        elif head.kind == model.CHECKED:
            lot.lines = [_with(one, one.entry == given["entry"], checked_by=head.actor) for one in lot.lines]
        elif head.kind == model.SET_ASIDE:
            named = (given["entry"], given["test"])
            lot.lines = [_with(one, (one.entry, one.test) == named, set_aside=True) for one in lot.lines]
        elif given["stage"] == model.STAGE:
            self._digests[head.id] = seen.digest.hex()
            self._learn_results(seen, given, lot)

    def _learn_results(self, seen: Seen, given: Body, lot: _Lot) -> None:
        """A correction takes the place of what it corrects, but of nothing that fails and is not said anew."""
        lines, corrects = self._lines(seen, given), seen.head.corrects
        if lines is None:
            return
        if corrects is not None and quality.TAKES_NO_PLACE.isdisjoint(seen.stamp.flags):
            told = {one.test for one in lines}
            gone = [one for one in lot.lines if one.entry == corrects and (one.verdict != "fail" or one.test in told)]
            lot.lines = [one for one in lot.lines if one not in gone]
            lot.authors |= {who for one in gone for who in (one.by, one.analyst, one.checked_by) if who is not None}
        lot.lines += lines

    def _lines(self, seen: Seen, given: Body) -> list[Line] | None:
        """The results of an entry as the projection keeps them; None of one that answers no specification in force, and
        so corrects nothing either."""
        head, material = seen.head, str(quality.subject_of(seen.head.stream)[1])
        rows = self._known.rows(seen, given, material)
        if rows is None:
            return None
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
                sample=given.get("sample"),
            )
            for row in rows
        ]

    def _learn_own(self, seen: Seen, index: int) -> None:
        if seen.head.kind in in_force.KINDS:
            self._about[index] = None
            self._blind = self._blind or seen.body is None

    def _lose(self, stream: str) -> None:
        super()._lose(stream)
        if stream in self._lots:
            self._lots[stream].blind = True


def _with(one: Line, wanted: bool, **change: Any) -> Line:
    return replace(one, **change) if wanted else one
