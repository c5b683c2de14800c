"""Whether a batch was released over phases that had not ended, places without a value, items that were open, or forms
that were not done: by the gates' own rules, of itself and of all that it came of, from the log alone (PRD-14, QUA-05).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from server.engines.forms.records import model as forms
from server.production import model
from server.production.model import Item
from server.production.rules import slot_of
from server.quality import model as quality
from server.release import rules
from server.release.model import ASSESSED_KIND, RELEASED_KIND, RESOLVED_KIND, SET_ASIDE, Gate
from server.witness.lineage import Lineage
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import MISPLACED
from sync.errors import SyncError

# The edition of the rules from which on this is asked.
EDITION = 3
Body = Mapping[str, Any]
_RAISED = (model.EXCEPTION, model.REPORTED, model.CONFLICT, quality.DEVIATION_OPENED)
_DECIDED = {
    RESOLVED_KIND: "conflict",
    ASSESSED_KIND: "exception",
    model.WITHDRAWN: "exception",
    quality.DEVIATION_CLOSED_V1: "deviation",
    quality.DEVIATION_CLOSED: "deviation",
}
_OF_BATCHES = (*model.SINGLE_VALUED, *model.ENDS, *_RAISED, *_DECIDED, SET_ASIDE)
_OF_RECORDS = (forms.OPENED, forms.COMPLETED, forms.EXCEPTION, forms.CONFLICT, forms.SETTLED)


@dataclass(slots=True)
class _Batch:
    """`filled` are the places with a value, `done` and `left` the phases that were completed, aborted or skipped."""

    filled: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    items: dict[str, Item] = field(default_factory=dict)


@dataclass(slots=True)
class _Record:
    """A filled form: about which stream, and what waits in it, by id with the path of a conflict."""

    subject: str | None = None
    complete: bool = False
    aside: bool = False
    items: dict[str, str | None] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        return self.aside or (self.complete and not self.items)


class GapRules(Remembering):
    """After the entries learnt so far. Of a batch of which one of these entries was erased nothing is judged, nor of a
    form of which one was."""

    def __init__(self, lineage: Lineage, since: SinceRules) -> None:
        super().__init__()
        self._lineage, self._since = lineage, since
        self._batches: dict[str, _Batch] = {}
        self._records: dict[str, _Record] = {}
        # By what they are said to be about.
        self._opened: dict[str, dict[str, None]] = {}
        self._lost: set[str] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError `release_blocked`."""
        asked = seen.by_server and seen.head.kind == RELEASED_KIND and self._since.has_reached(EDITION)
        if seen.body is None or not asked or self._blind:
            return
        batch = seen.body["batch"]
        above = {one: self._gates(one) for one in self._lineage.above(batch)}
        gates = [*self._gates(batch), *rules.parents_gates(above, self._lineage.same_made(batch))]
        wrong = [one for one in gates if not one.met]
        if wrong:
            what = "; ".join(f"{one.code} {', '.join(one.details[:5])}" for one in wrong)
            raise SyncError("release_blocked", f"{batch} was released, and this was open: {what}")

    def _gates(self, batch: str) -> list[Gate]:
        stream = model.batch_stream(batch)
        if stream in self._lost or stream not in self._phases:
            return []
        known = self._batches.get(stream, _Batch())
        items = list(known.items.values())
        names = [one for one in self._opened.get(stream, ()) if one not in self._lost]
        about = {name: one for name in names if (one := self._records[name]).subject == stream}
        return [
            rules.gaps_gate(self._phases[stream], known.done, known.filled, known.left, items),
            *rules.items_gates(items),
            rules.gate("records", [name for name, one in about.items() if not one.is_done]),
        ]

    def learn(self, seen: Seen) -> None:
        head = seen.head
        if not seen.is_strange and head.kind in (*_OF_BATCHES, *_OF_RECORDS):
            self._about[self._count] = _stream_of(seen)
            if seen.body is None:
                # A device may have said it in the stream of another batch: then nobody knows of which it was.
                self._lost |= {head.stream, *(self._phases if MISPLACED in seen.stamp.flags else ())}
            elif head.kind in _OF_RECORDS:
                self._take_record(seen, seen.body)
            else:
                self._take(seen, seen.body)
        super().learn(seen)

    def _take(self, seen: Seen, given: Body) -> None:
        head = seen.head
        known = self._batches.setdefault(model.batch_stream(given["batch"]), _Batch())
        if head.kind in model.SINGLE_VALUED:
            known.filled.add(slot_of(head.kind, given))
        elif head.kind in model.ENDS:
            (known.left if head.kind in model.LEFT else known.done).add(given["phase"])
        elif head.kind == SET_ASIDE:
            self._records.setdefault(forms.record_stream(given["record"]), _Record()).aside = True
        elif head.kind in _DECIDED:
            name = given[_DECIDED[head.kind]]
            if name in known.items:
                known.items[name] = replace(known.items[name], state="closed")
        else:
            item = _item(seen, given)
            if item.type == "conflict":
                # It takes over the open one of its place.
                for one in [*known.items.values()]:
                    if (one.type, one.slot, one.state) == ("conflict", item.slot, "open"):
                        del known.items[one.id]
            known.items[item.id] = item

    def _take_record(self, seen: Seen, given: Body) -> None:
        kind, stream = seen.head.kind, forms.record_stream(given["record"])
        known = self._records.setdefault(stream, _Record())
        if kind == forms.OPENED:
            known.subject = given["subject"]
            self._opened.setdefault(given["subject"], {})[stream] = None
        elif kind == forms.COMPLETED:
            # Of one that nobody had opened yet nothing is complete.
            known.complete = known.complete or known.subject is not None
        elif kind == forms.SETTLED:
            known.items.pop(given["item"], None)
        else:
            if kind == forms.CONFLICT:
                known.items = {one: path for one, path in known.items.items() if path != given["path"]}
            known.items[seen.head.id] = given["path"] if kind == forms.CONFLICT else None

    def _learn_own(self, seen: Seen, index: int) -> None:
        """All of it is learnt above, what devices record as well."""

    def _lose(self, stream: str) -> None:
        super()._lose(stream)
        self._lost.add(stream)


def _stream_of(seen: Seen) -> str:
    """Whose story an entry is part of: of a batch the one that it names, in whatever stream it was said."""
    named = seen.body is not None and seen.head.kind in _OF_BATCHES and "batch" in seen.body
    return model.batch_stream(seen.body["batch"]) if seen.body is not None and named else seen.head.stream


def _item(seen: Seen, given: Body) -> Item:
    kind = seen.head.kind
    types = {model.CONFLICT: "conflict", quality.DEVIATION_OPENED: "deviation"}
    codes = {model.CONFLICT: "conflict", model.REPORTED: "reported"}
    return Item(
        id=given["deviation"] if kind == quality.DEVIATION_OPENED else seen.head.id,
        index=seen.stamp.index,
        type=types.get(kind, "exception"),
        code=codes.get(kind) or given["code"],
        phase=given.get("phase"),
        slot=given.get("slot"),
        state="open",
        entries=(),
        details={},
        comment=None,
        decision=None,
    )
