"""Whether the server has told of equipment that was not clean, barred or dirty for too long, and taken no status or
hold time that it must refuse (EQP-03): the same questions as its own rules ask, from the log alone.
"""

from dataclasses import replace

from server.equipment.model import REGISTERED
from server.equipment.status import model
from server.equipment.status.model import Event, Holds, Use
from server.identity import grants
from server.identity.at_capture import capture_of
from server.identity.model import SERVER
from server.production.model import ENDS, IDENTIFIED, RELEASES, made_of
from server.witness.granting import GrantRules
from server.witness.papers import PaperRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import Body, StandingRules
from sync.errors import SyncError

_DECIDED = (model.STATUS_SET, model.CLEANING_SET)
_SAID = (*_DECIDED, *model.CLEANINGS_OF, model.CLEANING_CHECKED)
_ON_TABLETS = (IDENTIFIED, model.BATCH_CLEANED, model.BATCH_CHECKED)
_IMPORTED = "production.batch_imported.v1"
# What says of which product a batch is.
_NAMED = (*RELEASES, _IMPORTED)
# The edition of the rules by which a change of product needs a major cleaning.
EDITION = 5
_Key = tuple[str, str]


class MachineRules(StandingRules):
    """How every piece of equipment stands, after the entries learnt so far."""

    kinds = (REGISTERED, _IMPORTED, *_SAID, *_ON_TABLETS, *ENDS)

    def __init__(self, granted: GrantRules, papers: PaperRules, since: SinceRules) -> None:
        super().__init__()
        self._granted, self._papers, self._since = granted, papers, since
        # Of every batch its product and strength.
        self._products: dict[str, str] = {}
        self._index = 0
        self._classes: dict[str, str] = {}
        self._holds: dict[_Key, Holds] = {}
        self._facts: dict[str, list[Event]] = {}
        # By the entries that say so: (equipment, who cleaned), and when each was checked.
        self._cleanings: dict[str, tuple[str, str]] = {}
        self._checked: dict[str, str] = {}
        self._cleaned: dict[str, dict[str, Event]] = {}
        # Of each piece its uses, by the entry that said so: when, by which batch, in which phase.
        self._uses: dict[str, dict[str, Use]] = {}
        self._ended: dict[_Key, str] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with; `flag_missing` or `flag_wrong` of a cleaning or a use."""
        head, body = seen.head, seen.body
        # Of what was erased nobody can say any more what was owed.
        if body is None or self._blind:
            return
        if head.kind in _DECIDED:
            self._judge_decision(seen, body)
        elif head.kind in (*model.CLEANINGS_OF, model.CLEANING_CHECKED):
            self._judge_cleaning(seen, body)
        elif head.kind in _ON_TABLETS and not seen.by_server and self.phases_of(body["batch"]):
            if "batch_unknown" in seen.stamp.flags:
                return
            if head.kind != IDENTIFIED:
                self._judge_cleaning(seen, body)
            elif self._papers.told:
                at = self._papers.made_at(seen)
                self.compare(seen, self._doubts(body["equipment"], at, body["batch"]), model.GATES)

    def _judge_cleaning(self, seen: Seen, body: Body) -> None:
        """Of a cleaning, or of its check, wherever it stands."""
        code, head = body["equipment"], seen.head
        if "cleaning" in body:
            found = model.judge_check(code, head.actor, self._cleanings.get(body["cleaning"]))
            self.compare(seen, found, model.OF_CHECK)
            if head.kind == model.CLEANING_CHECKED:
                self._judge_permission(seen)
            return
        if not self._papers.told:
            return
        late = model.dirty_too_long(self._events(code), self._holds_of(code), head.captured_at)
        owed = {model.UNKNOWN} if code not in self._classes else {model.DIRTY_TOO_LONG} if late else set()
        self.compare(seen, owed, model.OF_CLEANING)

    def _judge_permission(self, seen: Seen) -> None:
        """Of who checks at the desk; in the record of a batch it is asked as of all work."""
        actor = seen.head.actor
        held = self._granted.held_at(actor, capture_of(seen.head)) if self._granted.since else None
        if held is None:
            return
        may = actor == SERVER or any(grants.permits(one, each, None) for one in held for each in model.CHECKS)
        self.compare(seen, () if may else {model.NOT_PERMITTED}, (model.NOT_PERMITTED,))

    def _judge_decision(self, seen: Seen, body: Body) -> None:
        known = body["equipment"] in self._classes
        rule = model.status_refused if seen.head.kind == model.STATUS_SET else model.cleaning_refused
        code = rule(body, known)
        if code is not None:
            raise SyncError(code, f"{seen.head.kind} in {seen.head.stream} by {seen.head.actor}")

    def _doubts(self, code: str, at: str, batch: str) -> set[str]:
        if code not in self._classes:
            return set()
        return {flag for flag, _ in model.judge(self._events(code), self._holds_of(code), at, batch, self._product_of)}

    def _product_of(self, batch: str) -> str | None:
        """Servers of before took a minor cleaning for a major one."""
        return self._products.get(batch) if self._since.has_reached(EDITION) else None

    def _events(self, code: str) -> list[Event]:
        uses = self._uses.get(code, {}).values()
        left = [Use(one.index, one.at, one.batch, one.phase, self._ended.get((one.batch, one.phase))) for one in uses]
        cleaned = [replace(one, checked=self._checked.get(id_)) for id_, one in self._cleaned.get(code, {}).items()]
        return [*self._facts.get(code, ()), *cleaned, *(event for one in left for event in one.events())]

    def _holds_of(self, code: str) -> Holds | None:
        of_class = self._holds.get(("class", self._classes.get(code, "")))
        return self._holds.get(("equipment", code), of_class)

    def learn(self, seen: Seen) -> None:
        self._index = seen.stamp.index
        super().learn(seen)

    def take(self, seen: Seen, body: Body) -> None:
        head, at = seen.head, seen.head.captured_at
        match head.kind:
            case kind if kind in _NAMED:
                self._products[body["batch"]] = made_of(body["product"])
            case kind if kind == REGISTERED:
                self._classes[body["equipment"]] = body["class"]
            case model.CLEANING_SET:
                self._holds[model.scope(body)] = Holds(body["dirty_hours"], body["clean_hours"])
            case model.STATUS_SET:
                self._facts.setdefault(body["equipment"], []).append(model.status_event(body, at, self._index))
            case kind if kind in (*model.CLEANINGS_OF, model.BATCH_CLEANED):
                self._forget(seen)
                self._cleanings[head.id] = body["equipment"], head.actor
                self._cleaned.setdefault(body["equipment"], {})[head.id] = model.cleaned_event(
                    at, self._index, None, body["kind"]
                )
                if kind == model.CLEANED_V1:
                    self._checked[head.id] = at
            case model.CLEANING_CHECKED | model.BATCH_CHECKED if model.WORTHLESS.isdisjoint(seen.stamp.flags):
                self._checked.setdefault(body["cleaning"], at)
            case kind if kind == IDENTIFIED:
                self._use(seen, body)
            case kind if kind in ENDS:
                key, ended = (body["batch"], body["phase"]), self._papers.made_at(seen)
                self._ended[key] = min(ended, self._ended.get(key, ended))

    def _forget(self, seen: Seen) -> None:
        """A cleaning that a correction takes the place of."""
        head = seen.head
        if head.kind == model.BATCH_CLEANED and head.corrects and "correction_unknown" not in seen.stamp.flags:
            self._cleanings.pop(head.corrects, None)
            for cleaned in self._cleaned.values():
                cleaned.pop(head.corrects, None)

    def _use(self, seen: Seen, body: Body) -> None:
        head = seen.head
        if head.corrects is not None and "correction_unknown" not in seen.stamp.flags:
            for uses in self._uses.values():
                uses.pop(head.corrects, None)
        used = Use(self._index, self._papers.made_at(seen), body["batch"], body["phase"], None)
        self._uses.setdefault(body["equipment"], {})[head.id] = used
