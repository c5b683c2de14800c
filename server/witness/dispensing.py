"""Whether the server has judged what was dispensed as it should: quantities by content, sums, turns, labels (MAT-12).

The same questions as its own rules ask (`server.production.dispensing.rules`), answered from the log alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from server.core.units import Link
from server.handheld.entries import OF_BATCHES
from server.production import model
from server.production.dispensing import rules
from server.production.dispensing.sums import Portion
from server.production.rules import slot_of
from server.quality.specifications.model import SUBMISSIONS
from server.recipes.model import find_line, find_phase
from server.release.model import RESOLVED_KIND
from server.witness.links import MaterialLinks
from server.witness.lot_results import LotResults
from server.witness.sampling import SamplingRules
from server.witness.seen import Seen, misflagged, unflagged
from server.witness.since import SinceRules
from sync.verify.rules import ERASED

Body = Mapping[str, Any]
_OF_PORTION = tuple(one for one in rules.FLAGS if one != rules.LABEL_REUSED)
_ALSO = ("out_of_limits", "unit_mismatch")


class DispensingRules:
    """Orders, portions and results after the entries learnt so far. Before `since` a portion was worth what it said of
    itself, what its material says of its units was not asked, and nobody asked what it was taken out of."""

    def __init__(self, sampling: SamplingRules, since: SinceRules) -> None:
        self._since = since
        self._phases: dict[str, Sequence[Body]] = {}
        # Each with its material, and what it said that was asked for.
        self._portions: dict[tuple[str, str], list[tuple[Portion, str, str]]] = {}
        self._links = MaterialLinks()
        self._labels: dict[str, list[tuple[str, str, str]]] = {}
        # Phases that are said to be complete.
        self._ended: set[tuple[str, str]] = set()
        self._superseded: set[str] = set()
        self._conflicts: dict[str, list[str]] = {}
        self._results = LotResults(sampling, since)
        # Streams of which not every entry can be read any more, by the entries that are needed of each.
        self._about: dict[int, str] = {}
        self._blind: set[str] = set()
        self._count = 0

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of a portion, or of the end of a phase."""
        body, head, flags = seen.body, seen.head, seen.stamp.flags
        if seen.by_server or body is None or "batch_unknown" in flags:
            return
        stream = model.batch_stream(body.get("batch", ""))
        if head.kind in model.WEIGHINGS and self._since.asked:
            self._judge_source(seen, body)
        if head.kind not in (model.DISPENSED, model.COMPLETED) or stream in self._blind:
            return
        phase = find_phase(self._phases.get(stream, ()), body["phase"])
        if head.kind == model.DISPENSED:
            lot = body["material"], body["lot"]
            known = self._links.of(body["material"]) is not None and not self._results.is_doubtful(lot)
            known = known and self._is_worth_alike(stream, body)
            if "/".join(("lot", *lot)) not in self._blind and known:
                owed = {one.code for one in self._judged(body, phase)}
                self._compare(seen, owed, (*_OF_PORTION, *_ALSO))
            self._judge_label(seen, body)
        elif phase is not None:
            dispensing = phase["type"] == "dispensing"
            found = rules.judge_complete(phase, self._standing(body)) if dispensing else []
            self._compare(seen, {one.code for one in found}, (rules.INCOMPLETE,))

    def _judged(self, body: Body, phase: Body | None) -> list[model.Judgement]:
        line, slot = find_line(phase, body["line"]), slot_of(model.DISPENSED, body)
        if phase is None or line is None:
            return rules.judge_weights(body)
        others = [one for one in self._standing(body) if one.slot != slot]
        results = self._results.of((body["material"], body["lot"]), body["potency"] or {})
        ended = (body["batch"], body["phase"]) in self._ended
        return rules.judge(body, slot, phase, line, others, results, ended, self._links_of(body["material"]))

    def _links_of(self, material: str) -> Sequence[Link]:
        return (self._links.of(material) or ()) if self._since.asked else ()

    def _is_worth_alike(self, stream: str, body: Body) -> bool:
        """Whether a portion is worth the same by its recipe and, as it once was, by its own word."""
        return self._since.asked or Decimal(self._asked(stream, body)) == Decimal(body["limits"]["target"])

    def _judge_label(self, seen: Seen, body: Body) -> None:
        """That two portions have one label; what labels the stock has is not remembered here."""
        place = body["batch"], slot_of(model.DISPENSED, body)
        others = [
            one
            for one, batch, slot in self._labels.get(body["into"], ())
            if one not in self._superseded and (batch, slot) != place
        ]
        if others and rules.LABEL_REUSED not in seen.stamp.flags:
            raise unflagged(rules.LABEL_REUSED, f"{body['into']} was the label of {others[0]}")

    def _judge_source(self, seen: Seen, body: Body) -> None:
        """That something was taken out of what was dispensed for another batch, or a portion out of one of this."""
        labelled = self._labels.get(body["container"] or "", ())
        place = body["batch"], slot_of(model.DISPENSED, body) if seen.head.kind == model.DISPENSED else None
        others = [
            one
            for one, batch, slot in labelled
            if one not in self._superseded and (batch != place[0] or place[1] not in (None, slot))
        ]
        if others and rules.LABEL_REUSED not in seen.stamp.flags:
            raise unflagged(rules.LABEL_REUSED, f"{body['container']} was the label of {others[0]}")

    @staticmethod
    def _compare(seen: Seen, owed: set[str], among: Sequence[str]) -> None:
        told = set(seen.stamp.flags)
        for flag in among:
            if flag in owed and flag not in told:
                raise unflagged(flag, f"{seen.head.kind} in {seen.head.stream} deserves it")
            if flag in told and flag not in owed:
                raise misflagged(flag, f"nothing of the kind is wrong in {seen.head.stream}")

    def _standing(self, body: Body) -> list[Portion]:
        found = self._portions.get((body["batch"], body["phase"]), ())
        return [
            replace(one, links=self._links_of(material), quantity=one.quantity if self._since.asked else said)
            for one, material, said in found
            if one.entry not in self._superseded
        ]

    def _asked(self, stream: str, body: Body) -> str:
        """How much the frozen recipe asks for of the lot."""
        phase = find_phase(self._phases.get(stream, ()), body["phase"])
        line, slot = find_line(phase, body["line"]), slot_of(model.DISPENSED, body)
        if phase is None or line is None:
            return str(body["limits"]["target"])
        return rules.asked(body, phase, line, [one for one in self._standing(body) if one.slot != slot])

    def learn(self, seen: Seen) -> None:
        index, head, body = self._count, seen.head, seen.body
        self._count += 1
        self._links.learn(seen)
        if seen.by_server and head.kind == ERASED and body is not None:
            self._blind |= {self._about[one["index"]] for one in body["entries"] if one["index"] in self._about}
        if seen.is_strange:
            return
        own = head.kind in (*model.RELEASES, model.DISPENSED, model.COMPLETED, model.CONFLICT, RESOLVED_KIND)
        if body is None:
            if head.kind in SUBMISSIONS:
                self._results.lose()
            self._blind |= {head.stream} if own or head.stream.startswith("lot/") else set()
            return
        known = "correction_unknown" not in seen.stamp.flags
        if head.corrects is not None and known and head.kind in OF_BATCHES and not seen.by_server:
            self._superseded.add(head.corrects)
        if own or self._results.learn(seen, body) is not None:
            self._about[index] = head.stream
        self._take(seen, body)

    def _take(self, seen: Seen, body: Body) -> None:
        match seen.head.kind:
            case kind if kind in model.RELEASES:
                self._phases.setdefault(seen.head.stream, body["phases"])
            case model.DISPENSED:
                slot = slot_of(model.DISPENSED, body)
                portion = Portion(seen.head.id, slot, body["line"], body["net"], self._asked(seen.head.stream, body))
                self._portions.setdefault((body["batch"], body["phase"]), []).append(
                    (portion, body["material"], body["limits"]["target"])
                )
                self._labels.setdefault(body["into"], []).append((seen.head.id, body["batch"], slot))
            case model.COMPLETED:
                self._ended.add((body["batch"], body["phase"]))
            case model.CONFLICT:
                self._conflicts[seen.head.id] = body["entries"]
            case kind if kind == RESOLVED_KIND:
                claims = self._conflicts.get(body["conflict"], ())
                self._superseded |= {one for one in claims if one != body["chosen"]}
