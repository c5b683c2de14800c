"""Whether stock was scrapped, destroyed or barred as it may be, from the log alone; and what containers have (MAT-06).

The same rules as the door's (`server.materials.stock.rules`), over a ledger in memory.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from server.core.units import Link
from server.handheld.entries import OF_BATCHES
from server.materials.counts import model as counts
from server.materials.model import NOT_PERMITTED, STATUS_CHANGES
from server.materials.stock import model, placing, rules
from server.materials.stock.book import Book
from server.materials.stock.model import Made
from server.witness.links import MaterialLinks
from server.witness.seen import Seen, misflagged, unflagged
from server.witness.since import SinceRules
from sync.errors import SyncError
from sync.verify.rules import ERASED

_OWN = (model.SPLIT, model.MERGED, model.SCRAPPED)
_KINDS: tuple[str, ...] = (*model.RECEIVED, model.RETURNED, model.SAMPLED, model.COUNT_CLOSED, *_OWN, *model.TAKES)
_KINDS += (model.CONFLICT, model.RESOLVED, model.RESTED)
# Of splits and mergers; who may move stock is for the rules of roles.
# After these what is in a container is reckoned otherwise than by versions that named no edition.
_RECKONED = (model.RETURNED, model.RESTED, model.COUNT_CLOSED)
_FLAGS = (model.UNKNOWN, model.IS_GONE, model.KNOWN, model.OTHER_LOT, model.OVERDRAWN, model.UNIT)
Body = Mapping[str, Any]


class StockRules:
    """What every container holds after the entries learnt so far, also where its material says how units convert. Of
    containers of which not everything can be read, or that of their material, nothing is judged; nor, before `since`,
    of those that were measured or counted: clocks alone said then what was before, and a variance was one of the day
    of closing."""

    def __init__(self, since: SinceRules) -> None:
        self._since, self._book, self._links = since, Book(), MaterialLinks()
        self._reckoned: set[str] = set()
        # When each counting was made.
        self._counted_at: dict[str, str] = {}
        self._status: dict[tuple[str, str], str] = {}
        self._barred: set[str] = set()
        self._conflicts: dict[str, list[str]] = {}
        self._count = 0
        # Containers that were filled from others, by label: out of which, and where in the log.
        self._splits: dict[str, tuple[str, int]] = {}
        # The same by the entry that did it.
        self._parts: dict[str, list[str]] = {}
        self._labels: dict[int, tuple[str, ...]] = {}
        # Of which not everything can be read or converted; None: all.
        self._blind: set[str] | None = set()

    def find(self, label: str) -> model.Held | None:
        return self._book.find(label)

    def found(self, labels: Iterable[str]) -> Mapping[str, model.Held]:
        """Those of the labels that are containers of ours, with what they hold."""
        return self._book.found(labels)

    def labels_of(self, material: str, lot: str) -> list[str] | None:
        """The containers of a lot; None where not every one can be read."""
        labels = [] if self._blind is None else self._book.labels_of(material, lot)
        return None if self.is_blind(labels) else labels

    def every(self, material: str, lot: str) -> dict[str, bool] | None:
        """The containers of a lot, each with whether it is gone; None where not every one can be read."""
        labels = self.labels_of(material, lot)
        if labels is None or self._is_doubtful(labels):
            return None
        return {label: held.gone is not None for label, held in self._book.found(labels).items()}

    def parents(self, labels: Iterable[str], since: int) -> dict[str, str]:
        """Which of these containers were filled from others after a place in the log, and out of which."""
        found = {label: self._splits[label] for label in labels if label in self._splits}
        return {label: source for label, (source, index) in found.items() if index > since}

    def begun_by(self, entries: Collection[str]) -> list[str]:
        """The containers that were filled out of others by these entries."""
        return [label for entry in entries for label in self._parts.get(entry, ())]

    @property
    def is_whole(self) -> bool:
        """Whether every entry about stock could be read."""
        return self._blind is not None

    def is_barred(self, label: str) -> bool:
        return label in self._barred

    def movements(self, label: str) -> list[model.Movement] | None:
        """All that moved of a container; None where not every entry about it can be read or reckoned."""
        return None if self.is_blind([label]) else self._book.movements(label)

    def base(self, label: str) -> Fraction | None:
        """What a container had for batches to take; None where that cannot be told."""
        found = None if self._is_doubtful([label]) else self._book.base(label)
        return None if found is None else Fraction(found)

    def links_of(self, material: str) -> Sequence[Link]:
        """What a material says of its own units; nothing where that cannot be read any more."""
        return self._links.of(material) or ()

    def shown_at(self, label: str, moment: str) -> Body | None:
        """What a container held at a time (UTC text), as the server shows it; None where that cannot be told."""
        return None if self.is_blind([label]) else self._book.shown_at(label, moment)

    def own(self, label: str) -> Sequence[Link]:
        """The same of what is in a container."""
        of = self._book.began(label)
        return () if of is None else self.links_of(of.material)

    def is_known(self, labels: Iterable[str]) -> bool:
        """Whether all that was ever said of the units of what is in these containers can be read."""
        began = (self._book.began(label) for label in labels)
        return all(one is None or self._links.of(one.material) is not None for one in began)

    def judge(self, seen: Seen) -> None:
        """SyncError of what the server should have refused, or said."""
        given = seen.body
        if given is None or self._is_doubtful(named(seen.head.kind, given)):
            return
        if seen.head.kind == model.SCRAPPED and seen.by_server:
            self._judge_scrap(given, seen.head.actor)
        elif seen.head.kind in (model.BARRED, model.FREED) and seen.by_server:
            if (given["container"] in self._barred) == (seen.head.kind == model.BARRED):
                raise SyncError("stock_barred_already", f"{given['container']} by {seen.head.actor}")
        elif seen.head.kind in (model.SPLIT, model.MERGED):
            self._judge_flags(seen, given)

    def _judge_scrap(self, given: Body, actor: str) -> None:
        source = self._book.find(given["container"])
        status = "" if source is None else self._status.get((source.material, source.lot), "")
        own = None if source is None else self._links.of(source.material)
        refused = rules.scrap_refused(given, source, status, actor, own or ())
        if refused is not None and not (refused == "stock_unit_wrong" and own is None):
            raise SyncError(refused, f"{given['container']} by {actor}")

    def _judge_flags(self, seen: Seen, given: Body) -> None:
        _, owed = self._moves(seen.head.kind, given)
        if not self.is_known(named(seen.head.kind, given)) and (model.UNIT in owed or model.UNIT in seen.stamp.flags):
            return
        for flag in _FLAGS:
            if flag in owed and flag not in seen.stamp.flags:
                raise unflagged(flag, f"{seen.head.kind} of {', '.join(named(seen.head.kind, given))}")
            if flag in seen.stamp.flags and flag not in owed:
                raise misflagged(flag, f"nothing of the kind is wrong with {', '.join(named(seen.head.kind, given))}")

    def learn(self, seen: Seen) -> None:
        index, head, body = self._count, seen.head, seen.body
        self._count += 1
        self._links.learn(seen)
        if seen.by_server and head.kind == ERASED and body is not None and self._blind is not None:
            self._blind |= {label for one in body["entries"] for label in self._labels.get(one["index"], ())}
        corrects = head.corrects if "correction_unknown" not in seen.stamp.flags else None
        if corrects is not None and head.kind in OF_BATCHES and not seen.is_strange and not seen.by_server:
            self._book.supersede([corrects])
        void = model.VOID if head.kind in (model.SPLIT, model.MERGED) else {NOT_PERMITTED}
        void = model.UNMEASURED if head.kind == model.RESTED else void
        if seen.is_strange or not void.isdisjoint(seen.stamp.flags):
            return
        if body is None:
            self._blind = None if head.kind in (*_KINDS, *STATUS_CHANGES) else self._blind
        elif head.kind in _KINDS:
            self._take(seen, body)
            self._labels[index] = named(head.kind, body)
            if head.kind in _RECKONED:
                self._reckoned |= {*self._labels[index]}
        elif head.kind == counts.COUNTED:
            self._counted_at[head.id] = made(seen).at
        else:
            self._learn_word(head.kind, body)

    def _learn_word(self, kind: str, body: Body) -> None:
        """What was decided about lots and containers."""
        if kind in STATUS_CHANGES:
            self._status[body["material"], body["lot"]] = body["status"]
        elif kind == model.BARRED:
            self._barred.add(body["container"])
        elif kind == model.FREED:
            self._barred.discard(body["container"])

    def _take(self, seen: Seen, body: Body) -> None:
        entry, kind = seen.head.id, seen.head.kind
        if kind in model.RECEIVED:
            if rules.is_late(self._status.get((body["material"], body["lot"])), seen.head.device):
                self._barred |= {*named(kind, body)} - self._book.found(named(kind, body)).keys()
            self._book.receive(made(seen), body["material"], body["lot"], body["containers"])
        elif kind in model.TAKES:
            if body["container"] is not None:
                self._claim(seen, body)
        elif kind == model.SAMPLED:
            self._sample(seen, body)
        elif kind == model.RETURNED:
            self._measure(seen, body["container"], body["quantity"], "returned")
        elif kind == model.RESTED:
            self._measure(seen, body["container"], body["net"], model.REST)
        elif kind == model.COUNT_CLOSED:
            self._correct(seen, body)
        elif kind == model.CONFLICT:
            self._conflicts[entry] = body["entries"]
        elif kind == model.RESOLVED:
            claims = self._conflicts.get(body["conflict"], ())
            self._book.supersede(one for one in claims if one != body["chosen"])
        else:
            self._move(seen, body)

    def _claim(self, seen: Seen, body: Body) -> None:
        label = body["container"]
        source = self._book.began(label)
        if source is not None and body["net"]["unit"] != source.unit:
            self._doubt([label])
        self._book.claim(made(seen), label, body["net"], model.place_of(seen.head.kind, body), self.own(label))

    def _sample(self, seen: Seen, body: Body) -> None:
        if not model.SAMPLED_NOT.isdisjoint(seen.stamp.flags):
            return
        found = self._book.found(named(seen.head.kind, body))
        own = {one.material: self.links_of(one.material) for one in found.values()}
        changes = rules.sampled(body, found, own)
        self._doubt({*found} - {one.container for one in changes})
        self._book.apply(made(seen), changes)

    def _measure(self, seen: Seen, label: str, said: Body, what: str) -> None:
        if not self._book.measure(made(seen), label, said, what, self.own(label)):
            self._doubt([label])

    def _correct(self, seen: Seen, body: Body) -> None:
        """What a count found instead, when it was counted."""
        for line in body["lines"]:
            source = self._book.find(line["container"])
            change = None if source is None else rules.counted(line, source.unit, self.own(line["container"]))
            if change is not None:
                at = self._counted_at.get(line["entry"], made(seen).at)
                self._book.apply(Made(seen.head.id, at, seen.stamp.index), [change])
            else:
                self._doubt([line["container"]])

    def _move(self, seen: Seen, body: Body) -> None:
        kind = seen.head.kind
        changes, flags = self._moves(kind, body)
        if model.UNIT in flags:
            self._doubt(named(kind, body))
        self._book.apply(made(seen), changes)
        # What is filled from a container that is barred is barred with it.
        if kind == model.MERGED and not self._barred.isdisjoint(one.container for one in changes):
            self._barred.add(body["into"])
        for one in changes:
            if one.born is None:
                continue
            self._splits[one.container] = (body["container"], seen.stamp.index)
            self._parts.setdefault(seen.head.id, []).append(one.container)
            if body["container"] in self._barred:
                self._barred.add(one.container)

    def _moves(self, kind: str, body: Body) -> tuple[list[model.Change], list[str]]:
        found = self._book.found(named(kind, body))
        if kind == model.MERGED:
            return rules.merge(body, found, self.own(body["into"]))
        source, own = found.get(body["container"]), self.own(body["container"])
        if kind == model.SPLIT:
            return rules.split(body, source, found, own)
        changes = [] if source is None else rules.scrapped(body, source, own)
        return changes, [] if changes else [model.UNIT]

    def _doubt(self, labels: Collection[str]) -> None:
        """Of what did not convert: where the material may have said how, the server knows more."""
        if self._blind is not None and not self.is_known(labels):
            self._blind |= {*labels}

    def is_blind(self, labels: Iterable[str]) -> bool:
        """Whether of one of these containers not everything can be read or converted: then the server may know what it
        holds, or that it was filled out of another, and nothing is said of it."""
        return self._blind is None or not self._blind.isdisjoint(labels)

    def _is_doubtful(self, labels: Collection[str]) -> bool:
        """Whether what one of these holds cannot be told, or was told otherwise by a version without an edition."""
        return self.is_blind(labels) or not (self._since.asked or self._reckoned.isdisjoint(labels))

    def is_overtaken(self, label: str, moment: str) -> bool:
        """Whether another count has corrected a container by what was found in it at this time (UTC text) or later."""
        return rules.overtaken(self.movements(label) or (), moment)


def made(seen: Seen) -> Made:
    """When something was done, as far as the log says."""
    return placing.made(seen.head, seen.stamp.recorded_at, seen.stamp.flags, seen.stamp.index)


def named(kind: str, body: Body) -> tuple[str, ...]:
    """The labels that an entry names."""
    if kind in model.RECEIVED or kind == model.SAMPLED:
        return tuple(one["container"] for one in body["containers"])
    if kind == model.COUNT_CLOSED:
        return tuple(one["container"] for one in body["lines"])
    if kind == model.MERGED:
        return (body["into"], *body["from"])
    if kind == model.SPLIT:
        return (body["container"], *(one["container"] for one in body["into"]))
    label = body.get("container")
    return () if label is None else (label,)
