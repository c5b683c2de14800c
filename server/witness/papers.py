"""What was typed in from paper: whether the server has marked it so, and what is wrong with how it was begun and ended
(PRD-14). The same questions as its own rules ask (`server.production.paper`), answered from the log alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from server.identity.model import PERSON_ADDED, PERSON_ADDED_V2, PERSON_ADDED_V3
from server.production import model
from server.production.model import Judgement
from server.production.paper import rules
from server.production.paper.model import FROM_PAPER, Blank, Copying
from server.release.model import RELEASED_KIND
from server.release.paper.model import ACCOUNTED, ISSUED
from server.release.paper.rules import missing
from server.witness.lineage import Lineage
from server.witness.production_reviews import EDITION
from server.witness.seen import Seen
from server.witness.sensing import MOST_SAMPLES
from server.witness.since import SinceRules
from server.witness.standing import MISPLACED, StandingRules
from sync.errors import SyncError
from sync.verify.rules import ERASED

_PEOPLE = (PERSON_ADDED, PERSON_ADDED_V2, PERSON_ADDED_V3)
_BEGUN = (rules.UNKNOWN, rules.USED, rules.TIME, rules.PERSON)
# The edition of the rules by which machines and areas are asked by the time on paper, and who worked on paper does not
# review what is said of that.
BY_PAPER = 4
# And that by which a rework has a record of its own.
OF_PARTS = 5
_ENDED = (rules.UNCHECKED, rules.NOT_BEGUN)
_READINGS = ("equipment.weight_read.v1", "equipment.scale_read.v1")
Place = tuple[str, str, str]


class PaperRules(StandingRules):
    """What each device types in just now, after the entries learnt so far; `signed` knows people's keys."""

    kinds = (model.PAPER_BEGUN, model.PAPER_ENDED, ISSUED, ACCOUNTED)

    def __init__(
        self,
        signed: Callable[[Seen, str], bool],
        lineage: Lineage,
        since: SinceRules,
        sampled: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        """`sampled`: when a machine's sample was taken, where that is known."""
        super().__init__()
        self._sampled = sampled
        # By reading of a balance: when it was taken.
        self._read: dict[str, str] = {}
        self._signed, self._lineage, self._since = signed, lineage, since
        self._running: dict[Place, Copying] = {}
        # Of each batch, by the entry that began it, the first first; and by their numbers its copies.
        self._all: dict[str, dict[str, Copying]] = {}
        self._blanks: dict[str, dict[int, Blank]] = {}
        self._people: set[str] = set()
        # By the entries that say so, or are a part of it: who did that on paper, in which batch.
        self._did: dict[str, tuple[str, str]] = {}
        # By the entries that began it: who has typed in something. Where one of these was erased that is not known.
        self._typists: dict[str, set[str]] = {}
        self._typed_in: dict[int, str] = {}
        self._typists_lost: set[str] = set()
        # Of some batch it cannot be told what it came of.
        self._born_lost = False
        self._formed: set[int] = set()

    @property
    def is_lineage_lost(self) -> bool:
        return self._born_lost

    def is_lost(self, batch: str) -> bool:
        """Whether it cannot be told any more what was typed in."""
        return model.batch_stream(batch) in self._blind

    def typed(self, seen: Seen) -> Copying | None:
        """What an entry is a part of. Servers of before took readings of any time for work on paper; of readings that
        nobody here knows their word counts."""
        body = seen.body
        found = None if body is None or seen.head.kind not in rules.TYPED else self._running.get(_place(seen, body))
        if body is None or found is None:
            return None
        times = self._times(body)
        if self.asked and None not in times:
            return None if rules.is_live(times, found) else found
        open_ = None in times or rules.is_live(times, found)
        return None if open_ and FROM_PAPER not in seen.stamp.flags else found

    def _times(self, body: Mapping[str, Any]) -> list[str | None]:
        return [self._read.get(one) or self._sampled(one) for one in rules.machines_named(body)]

    def typing(self, batch: str) -> frozenset[str]:
        """The phases of a batch that are typed in still, as far as that can be told, and is asked."""
        if not self.asked or self.is_lost(batch):
            return frozenset()
        return frozenset(one.phase for one in self._still_typed(batch))

    def _still_typed(self, batch: str) -> list[Copying]:
        """Where an entry that was typed in is erased, it counts as none; nor does what came late of what is whole in
        others, where nobody could end it."""
        if self._lineage.below(batch):
            return []
        accounted = self._accounted(batch)
        typists = {} if model.batch_stream(batch) in self._typists_lost else self._typists
        return rules.still_typed(self._of(batch), accounted, typists)

    def used(self, batch: str, *, certain: bool) -> set[int]:
        """The copies of a batch from which something was typed in, for it or for what came of it; of what was erased
        that is not `certain`."""
        return {
            one.copy
            for of in (batch, *self._lineage.below(batch))
            for one in self._of(of)
            if self._holds(one, certain) and self._owner(one.copy, of) == batch
        }

    def copies(self, batch: str) -> tuple[frozenset[tuple[str, int]], frozenset[tuple[str, int]]]:
        """The copies of a batch and of what it is a part of, and those of which nobody can know what became of them."""
        family = self._family(batch)
        if self._born_lost or any(self.is_lost(one) or self._is_lost_below(one) for one in family):
            return frozenset(), frozenset()
        found = self._issued(family)
        used = {(one, copy) for one in family for copy in self.used(one, certain=False)}
        return found, frozenset((of, copy) for of, copy in found - used if not self._blanks[of][copy].accounted)

    def _issued(self, family: Sequence[str]) -> frozenset[tuple[str, int]]:
        return frozenset((one, copy) for one in family for copy in self._blanks.get(one, ()))

    def _owner(self, copy: int, batch: str) -> str | None:
        """The batch for which a copy was issued that is named in this one."""
        family = self._family(batch)
        return rules.owner(copy, family, self._issued(family))

    def _accounted(self, batch: str) -> set[int]:
        return {copy for copy, one in self._blanks.get(batch, {}).items() if one.accounted}

    def _holds(self, one: Copying, certain: bool) -> bool:
        if self.is_lost(one.batch) or model.batch_stream(one.batch) in self._typists_lost:
            return not certain
        return bool(rules.used([one], self._typists, self.phases_of(one.batch)))

    def _family(self, batch: str) -> list[str]:
        """A batch and what it is a part of. Servers of before had a rework typed in from copies of what it came of."""
        alike = self._since.has_reached(OF_PARTS)
        return [batch, *(self._lineage.same_made(batch) if alike else self._lineage.above(batch))]

    def did(self, entry: str, person: str) -> bool:
        """Whether an entry is of somebody's work on paper, as far as that can be told, and is asked."""
        by, batch = self._did.get(entry, ("", ""))
        return self.asked and by == person and not self.is_lost(batch)

    def made_at(self, seen: Seen) -> str:
        """When what an entry says was done: on paper, or as it was captured."""
        return rules.happened(seen.head.kind, seen.head.captured_at, self.typed(seen))

    @property
    def asked(self) -> bool:
        """Whether machines and areas are asked by the time on paper: servers of before went by that of typing."""
        return self._since.has_reached(BY_PAPER)

    @property
    def told(self) -> bool:
        """Whether how machines stand can be told: nothing was ever typed in, or all of it is asked by its own time."""
        return not self._blind and (not self._all or self.asked)

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of what a device records of a batch."""
        head, body = seen.head, seen.body
        if seen.by_server or body is None or not self.phases_of(body.get("batch", "")):
            return
        if head.kind in rules.TYPED:
            self.compare(seen, {FROM_PAPER} if self.typed(seen) else (), (FROM_PAPER,))
            self._judge_live(seen, body)
        elif "batch_unknown" in seen.stamp.flags:
            return
        elif head.kind == model.PAPER_BEGUN:
            self._judge_begun(seen, body)
            self._judge_unchecked(seen, body, [], [])
        elif head.kind == model.PAPER_ENDED:
            checker, at = body["verified_by"], self._running.get(_place(seen, body))
            signed = checker is not None and self._signed(seen, checker)
            typists = self._typists.get(at.entry, ()) if at is not None else ()
            before = rules.judge_ended(body, head.actor, at, signed)
            self._judge_unchecked(seen, body, before, rules.judge_ended(body, head.actor, at, signed, typists))

    def _judge_begun(self, seen: Seen, body: Mapping[str, Any]) -> None:
        """Servers of before knew no copies of what a batch came of, and took a correction for the same once more."""
        known, batch, flags = body["done_by"] in self._people, body["batch"], seen.stamp.flags
        owner = self._owner(body["copy"], batch)
        blank = None if owner is None else self._blanks[owner][body["copy"]]
        corrects = seen.head.corrects if self.asked or rules.USED not in flags else None
        if not self.asked and owner != batch and rules.UNKNOWN in flags:
            blank = None
        before = [one for one in self._of(batch) if one.entry != corrects]
        found = rules.judge_begun(body, seen.head.captured_at, blank, before, known)
        lost = self._born_lost or any(self.is_lost(one) for one in self._family(batch))
        among = [flag for flag in _BEGUN if not (lost and flag in (rules.UNKNOWN, rules.USED, rules.TIME))]
        self.compare(seen, {one.code for one in found}, among)

    def _judge_live(self, seen: Seen, body: Mapping[str, Any]) -> None:
        found, times = self._running.get(_place(seen, body)), self._times(body)
        if not self.asked or None in times or "batch_unknown" in seen.stamp.flags:
            return
        self.compare(seen, {one.code for one in rules.judge_live(times, found)}, (rules.TIME,))

    def _judge_unchecked(
        self, seen: Seen, body: Mapping[str, Any], before: Sequence[Judgement], now: Sequence[Judgement]
    ) -> None:
        """What nobody compared. Servers of `before` asked less of that."""
        left = rules.judge_left(
            seen.head.kind, self._running.get(_place(seen, body)), self._of(body["batch"]), self._typists
        )
        owed = {one.code for one in (*now, *left)}
        if not self.asked:
            owed = {one.code for one in before} | owed.intersection(seen.stamp.flags)
        lost = model.batch_stream(body["batch"]) in self._typists_lost
        self.compare(seen, owed, (rules.NOT_BEGUN,) if lost else _ENDED)

    def judge_release(self, seen: Seen) -> None:
        """SyncError `release_blocked` of a release over copies of which nobody knows what became of them, or while
        something was still typed in."""
        asked = seen.by_server and seen.head.kind == RELEASED_KIND and self._since.has_reached(EDITION)
        if seen.body is None or not asked:
            return
        released = seen.body["batch"]
        for batch in (released, *self._lineage.above(released)):
            copies, accounted = self._blanks.get(batch, {}), self._accounted(batch)
            # Servers of before took a copy for used as soon as somebody had begun with it.
            typed = self.used(batch, certain=False) | (
                {one.copy for one in self._of(batch)} if not self.asked else set()
            )
            lacking = [] if self._is_lost_below(batch) else missing(copies, accounted, typed)
            if not self.is_lost(batch) and (self._still_typed(batch) or lacking):
                raise SyncError("release_blocked", f"{released} was released over what {batch} has on paper")

    def learn(self, seen: Seen) -> None:
        super().learn(seen)
        if (typed := self.typed(seen)) is not None:
            self._did[seen.head.id] = typed.done_by, typed.batch
        self._learn_typist(seen, typed)
        if seen.head.kind in _READINGS:
            self._read[seen.head.id] = seen.head.captured_at
            if len(self._read) > MOST_SAMPLES:
                del self._read[next(iter(self._read))]
        self._learn_birth(seen)
        if seen.by_server and seen.head.kind in _PEOPLE:
            # Whom an entry was about stands in its stream, also where its payload was erased.
            self._people.add(seen.head.stream.removeprefix("person/") if seen.body is None else seen.body["person"])

    def _learn_birth(self, seen: Seen) -> None:
        if seen.by_server and seen.head.kind == model.FORMED:
            self._formed.add(seen.stamp.index)
            self._born_lost |= seen.body is None
        elif seen.by_server and seen.head.kind == ERASED and seen.body is not None:
            self._born_lost |= any(one["index"] in self._formed for one in seen.body["entries"])

    def _is_lost_below(self, batch: str) -> bool:
        """Whether something that came of a batch may have used its copies, and cannot be told any more."""
        return self._born_lost or any(self.is_lost(one) for one in self._lineage.below(batch))

    def _learn_typist(self, seen: Seen, typed: Copying | None) -> None:
        head, body = seen.head, seen.body
        if seen.by_server and head.kind == ERASED and body is not None:
            self._typists_lost |= {self._typed_in.get(one["index"], "") for one in body["entries"]}
        if seen.by_server or seen.is_strange or head.kind not in rules.TYPED:
            return
        if body is None:
            self._typists_lost |= {head.stream, *(self.phases if MISPLACED in seen.stamp.flags else ())}
        elif typed is not None:
            self._typed_in[seen.stamp.index] = model.batch_stream(typed.batch)
            self._typists.setdefault(typed.entry, set()).add(head.actor)

    def take(self, seen: Seen, body: Mapping[str, Any]) -> None:
        kind = seen.head.kind
        if kind == ISSUED and seen.by_server:
            issued = Blank(body["copy"], seen.stamp.recorded_at, accounted=False)
            self._blanks.setdefault(body["batch"], {})[body["copy"]] = issued
        elif kind == ACCOUNTED and seen.by_server:
            copies = self._blanks.get(body["batch"], {})
            # Of a copy whose issue is erased nobody knows when that was; of its batch nothing is judged.
            if body["copy"] in copies:
                copies[body["copy"]] = replace(copies[body["copy"]], accounted=True)
        elif kind == model.PAPER_BEGUN:
            begun = Copying(entry=seen.head.id, device=seen.head.device, **{name: body[name] for name in body})
            self._end(_place(seen, body), seen.head.id)
            self._running[_place(seen, body)] = begun
            self._all.setdefault(begun.batch, {})[begun.entry] = begun
            self._did[begun.entry] = begun.done_by, begun.batch
        elif kind == model.PAPER_ENDED:
            self._end(_place(seen, body), seen.head.id)

    def _of(self, batch: str) -> list[Copying]:
        return list(self._all.get(batch, {}).values())

    def _end(self, place: Place, entry: str) -> None:
        at = self._running.pop(place, None)
        if at is not None:
            self._all[at.batch][at.entry] = replace(at, ended=entry)


def _place(seen: Seen, body: Mapping[str, Any]) -> Place:
    return body.get("batch", ""), str(body.get("phase")), seen.head.device
