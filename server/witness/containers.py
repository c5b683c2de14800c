"""Whether the server has said what is wrong with the container that a weighing names, and no more (PLT-12, PLT-16).

The same questions as its own rule asks (`server.production.allocating`), answered from the log alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from server.core import units
from server.handheld.entries import OF_BATCHES
from server.materials.model import NOT_PERMITTED
from server.materials.stock.model import SPLIT, VOID, Held
from server.production import model
from server.production.issuing.model import ALLOCATED as GIVEN
from server.production.rules import slot_of
from server.release.model import RESOLVED_KIND
from server.witness.seen import Seen, misflagged, unflagged
from server.witness.since import SinceRules
from server.witness.stock import StockRules
from sync.verify.rules import ERASED

RECEIVED = ("materials.containers_received.v1", "materials.containers_received.v2")
_KINDS = (*RECEIVED, SPLIT, model.ALLOCATED, GIVEN, model.DEALLOCATED, *model.WEIGHINGS, model.CONFLICT, RESOLVED_KIND)
_FLAGS = (model.MISSING, model.CONTAINER_UNKNOWN, model.NOT_ALLOCATED, model.SHARED, model.USED_UP)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What an entry says was taken out of a container: for which place of which batch."""

    entry: str
    place: tuple[str, str]
    net: Mapping[str, str]


class ContainerRules:
    """The containers of the site and what was taken out of them, after the entries learnt so far. Before `since` what
    was filled out of a batch's container was not given to it."""

    def __init__(self, stock: StockRules, since: SinceRules) -> None:
        self._stock, self._since = stock, since
        self._lots: set[tuple[str, str]] = set()
        self._owners: dict[str, str] = {}
        # Filled out of a batch's, and given to nobody by a decision.
        self._parts: set[str] = set()
        self._uses: dict[str, list[_Taken]] = {}
        self._superseded: set[str] = set()
        self._conflicts: dict[str, list[str]] = {}
        self._count = 0
        # Which labels each entry names, and those of which not every entry can be read any more; None: all of them.
        self._labels: dict[int, tuple[str, ...]] = {}
        self._blind: set[str] | None = set()

    def is_blind(self, label: str) -> bool:
        """Whether of a container not everything can be read any more."""
        return self._blind is None or label in self._blind

    def owner(self, label: str) -> str | None:
        """The batch that a container is given to."""
        return self._owners.get(label)

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of a weighing whose flags are not those that it deserves."""
        given, flags = seen.body, seen.stamp.flags
        # Of a batch that nobody ordered nothing more is judged.
        if seen.head.kind not in model.WEIGHINGS or given is None or "batch_unknown" in flags or self._is_blind(given):
            return
        owed = set(self._owed(seen.head.kind, given))
        for flag in _FLAGS:
            if (
                flag == model.USED_UP
                and given["container"] is not None
                and self._stock.base(given["container"]) is None
            ):
                continue
            if flag in owed and flag not in flags:
                raise unflagged(flag, f"{given['batch']} took {given['lot']} out of {given['container']}")
            if flag in flags and flag not in owed:
                raise misflagged(flag, f"nothing of the kind is wrong with {given['container']}")

    def _owed(self, kind: str, given: Mapping[str, Any]) -> Iterable[str]:
        name, lot = given["container"], (given["material"], given["lot"])
        held = None if name is None else self._stock.find(name)
        if held is None:
            if lot in self._lots:
                yield model.MISSING if name is None else model.CONTAINER_UNKNOWN
            return
        place = given["batch"], slot_of(kind, given)
        uses = [one for one in self._uses.get(name, ()) if one.entry not in self._superseded]
        if self._owner(name) != given["batch"]:
            yield model.NOT_ALLOCATED
        if any(one.place[0] != given["batch"] for one in uses):
            yield model.SHARED
        net, had = self._amount(given["net"], held), self._stock.base(name)
        besides = [(one.place, self._amount(one.net, held)) for one in uses if one.place != place]
        if net is not None and had is not None and _sum(besides) + net > had:
            yield model.USED_UP

    def _amount(self, net: Mapping[str, str], held: Held) -> Fraction | None:
        """In the unit of a container. Before `since` what the material says of its units was not asked, nor what is no
        decimal in another one."""
        if not self._since.asked:
            found = units.converted(net, held.unit)
            return None if found is None else Fraction(found["value"])
        return units.convert(net["value"], net["unit"], held.unit, self._stock.links_of(held.material))

    def _owner(self, name: str) -> str | None:
        return self._owners.get(name) if self._since.asked or name not in self._parts else None

    def _is_blind(self, given: Mapping[str, Any]) -> bool:
        label = given["container"]
        if self._blind is None or (label is not None and self._stock.is_blind([label])):
            return True
        return label in self._blind or f"{given['material']}/{given['lot']}" in self._blind

    def learn(self, seen: Seen) -> None:
        index, head, body = self._count, seen.head, seen.body
        self._count += 1
        if seen.by_server and head.kind == ERASED and body is not None and self._blind is not None:
            named = (self._labels.get(one["index"], ()) for one in body["entries"])
            self._blind |= {label for labels in named for label in labels}
        corrects = head.corrects if "correction_unknown" not in seen.stamp.flags else None
        # Of other kinds the header may name anything: only the record of a batch knows corrections of it.
        if corrects is not None and head.kind in OF_BATCHES and not seen.is_strange and not seen.by_server:
            self._superseded.add(corrects)
        if head.kind not in _KINDS or seen.is_strange:
            return
        if body is None:
            self._blind = None
            return
        self._labels[index] = self._take(seen, body)

    def _take(self, seen: Seen, body: Mapping[str, Any]) -> tuple[str, ...]:
        """The labels that it names, and "material/lot" of a receipt."""
        match seen.head.kind:
            case model.WEIGHED | model.DISPENSED:
                return self._use(seen, body)
            case model.ALLOCATED:
                return self._give(tuple(body["containers"]), body["batch"])
            case kind if kind == GIVEN:
                return self._give(tuple(one["container"] for one in body["containers"]), body["batch"])
            case model.DEALLOCATED:
                for label in body["containers"]:
                    self._owners.pop(label, None)
                return tuple(body["containers"])
            case kind if kind == SPLIT:
                return self._follow(seen, body)
            case model.CONFLICT:
                self._conflicts[seen.head.id] = body["entries"]
            case kind if kind == RESOLVED_KIND:
                claims = self._conflicts.get(body["conflict"], ())
                self._superseded |= {one for one in claims if one != body["chosen"]}
            case _:
                return self._register(seen, body)
        return ()

    def _give(self, labels: tuple[str, ...], batch: str) -> tuple[str, ...]:
        self._owners |= dict.fromkeys(labels, batch)
        self._parts -= {*labels}
        return labels

    def _follow(self, seen: Seen, body: Mapping[str, Any]) -> tuple[str, ...]:
        """What is filled out of a container of a batch is the batch's as well; its label is none of another's."""
        owner, labels = self._owners.get(body["container"]), tuple(one["container"] for one in body["into"])
        if owner is not None and VOID.isdisjoint(seen.stamp.flags):
            parts = [label for label in labels if self._stock.find(label) is None]
            self._owners |= dict.fromkeys(parts, owner)
            self._parts |= {*parts}
        return (body["container"], *labels)

    def _register(self, seen: Seen, body: Mapping[str, Any]) -> tuple[str, ...]:
        lot = body["material"], body["lot"]
        if NOT_PERMITTED in seen.stamp.flags:
            return ()
        if any(self._stock.find(one["container"]) is None for one in body["containers"]):
            self._lots.add(lot)
        return (*(one["container"] for one in body["containers"]), "/".join(lot))

    def _use(self, seen: Seen, body: Mapping[str, Any]) -> tuple[str, ...]:
        name, net = body["container"], body["net"]
        if name is None or self._stock.find(name) is None:
            return ()
        place = body["batch"], slot_of(seen.head.kind, body)
        self._uses.setdefault(name, []).append(_Taken(seen.head.id, place, net))
        return (name,)


def _sum(uses: Iterable[tuple[tuple[str, str], Fraction | None]]) -> Fraction:
    """Of several that claim one place of a batch, the most; of what does not convert, nothing."""
    most: dict[tuple[str, str], Fraction] = {}
    for place, amount in uses:
        most[place] = max(amount or Fraction(0), most.get(place, Fraction(0)))
    return sum(most.values(), Fraction(0))
