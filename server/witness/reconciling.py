"""Whether a batch was released that does not account for its materials, and nobody had said why, from the log alone.

As the door reckons it (`server.production.issuing.rules`), over the movements that the witness keeps of each container.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from server.core import units
from server.materials.stock import model as stock
from server.production.issuing import rules
from server.production.issuing.model import ISSUED, RETURNED, Account, Issue
from server.production.model import NOT_ALLOCATED, WEIGHINGS
from server.release.model import EXPLAINED_KIND, RELEASED_KIND
from server.witness.issuing import IssuingRules
from server.witness.lineage import Lineage
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.stock import StockRules
from sync.errors import SyncError

# The edition of the rules by which balances of printed materials answer for what came of them.
EDITION = 3
Body = Mapping[str, Any]
# What came of a material to a batch and does not go back, by its balances; None where that cannot be told any more.
Gone = Callable[[str, str], Sequence[Body] | None]


class ReconcilingRules:
    """Which containers came to which batch, and what was said of differences, after the entries learnt so far. Before
    `since` nobody asked a batch to account for them."""

    def __init__(
        self, stock_rules: StockRules, issuing: IssuingRules, lineage: Lineage, since: SinceRules, gone: Gone
    ) -> None:
        self._stock, self._issuing, self._lineage, self._since = stock_rules, issuing, lineage, since
        self._gone = gone
        # By batch: the containers that it was given and took something out of, each with the entries.
        self._taken: dict[str, dict[str, list[str]]] = {}
        # By batch and container.
        self._stays: dict[tuple[str, str], list[Issue]] = {}
        self._out: dict[str, str] = {}
        self._explained: dict[tuple[str, str], Body | None] = {}
        self._blind = False

    def judge(self, seen: Seen) -> None:
        """SyncError `release_blocked`; `difference_none` and `difference_stale` of an explanation."""
        given = seen.body
        if given is None or not seen.by_server or self._blind or not self._since.asked:
            return
        if seen.head.kind == RELEASED_KIND:
            for batch in (given["batch"], *self._lineage.above(given["batch"])):
                self._judge_release(batch)
        elif seen.head.kind == EXPLAINED_KIND:
            self._judge_explanation(given)

    def _judge_release(self, batch: str) -> None:
        for material, views in self._answered(batch).items():
            if not any(rules.settled(one) or self._is_explained(batch, material, one) for one in views):
                raise SyncError("release_blocked", f"{batch} does not account for {material}")

    def _judge_explanation(self, given: Body) -> None:
        views = self._answered(given["batch"]).get(given["material"], ())
        if views and all(rules.settled(one) for one in views):
            raise SyncError("difference_none", f"{given['batch']} accounts for {given['material']}")
        if views and not any(self._says(given["difference"], given["material"], one) for one in views):
            raise SyncError("difference_stale", f"{given['batch']} lacks another amount of {given['material']}")

    def _is_explained(self, batch: str, material: str, found: Account) -> bool:
        key = batch, material
        return key in self._explained and self._says(self._explained[key], material, found)

    @property
    def is_blind(self) -> bool:
        return self._blind

    def account(self, batch: str, material: str, unit: str) -> Account | None:
        """What became of a material that came to a batch, in this unit, as movements and weighings say it; None where
        that cannot be told."""
        each = self._each(batch).get(material)
        found = rules.together(unit, each, self._stock.links_of(material)) if each else None
        return None if found is None or found.rest is None else found

    def _answered(self, batch: str) -> dict[str, list[Account]]:
        """With what the balances of printed materials answer for, without those of which that cannot be told any more.
        Before a version says that it asks so, either account is right."""
        found = self._accounts(batch)
        gone = {code: self._gone(batch, code) for code in found}
        answered = {
            code: rules.answered(found[code], told, self._stock.links_of(code))
            for code, told in gone.items()
            if told is not None
        }
        asked = self._since.has_reached(EDITION)
        return {code: [one] if asked else [one, found[code]] for code, one in answered.items()}

    def _accounts(self, batch: str) -> dict[str, Account]:
        """Of each material of which this can be told."""
        whole = {
            code: rules.together(each[0].unit, each, self._stock.links_of(code))
            for code, each in self._each(batch).items()
            if each
        }
        return {code: told for code, told in whole.items() if told.rest is not None}

    def _each(self, batch: str) -> Mapping[str, Sequence[Account] | None]:
        """By material, of each of its containers; None where that cannot be told of one."""
        found: dict[str, list[Account] | None] = {
            one.material: None
            for label in self._taken.get(batch, ())
            if self._stock.is_blind([label]) and (one := self._stock.find(label)) is not None
        }
        for label, stays in self._stays_of(batch).items():
            moved = self._stock.movements(label)
            mine = found.setdefault(stays[0].material, [])
            told = None if moved is None else rules.account(batch, stays[0].held["unit"], stays, moved)
            if told is None or told.rest is None:
                found[stays[0].material] = None
            elif mine is not None:
                mine.append(told)
        return found

    def _stays_of(self, batch: str) -> dict[str, list[Issue]]:
        """By container, each time that it was with the batch, issued or not."""
        issued = {label: stays for (number, label), stays in self._stays.items() if number == batch}
        every, found = [one for stays in issued.values() for one in stays], {**issued}
        for one in rules.unissued(batch, every, self._taken.get(batch, {}), self):
            found[one.container] = [*found.get(one.container, ()), one]
        return found

    def find(self, label: str) -> stock.Held | None:
        return self._stock.find(label)

    def movements(self, label: str) -> Sequence[stock.Movement]:
        return self._stock.movements(label) or ()

    def parts(self, entries: Sequence[str]) -> Sequence[str]:
        return self._stock.begun_by(entries)

    def owner(self, label: str) -> str | None:
        return self._issuing.owner(label)

    def learn(self, seen: Seen) -> None:
        """After the movements of the same entry."""
        kind, given = seen.head.kind, seen.body
        if kind in WEIGHINGS and not (seen.by_server or seen.is_strange):
            self._take(seen, given)
        if kind == stock.SPLIT and not seen.is_strange:
            self._follow(seen, given)
        if not seen.by_server or kind not in (ISSUED, RETURNED, EXPLAINED_KIND):
            return
        if given is None:
            self._blind = True
        elif kind == ISSUED:
            self._bring(given, seen.head.captured_at)
        elif kind == RETURNED:
            self._out.pop(given["container"], None)
        else:
            self._explained[given["batch"], given["material"]] = given["difference"]

    def _take(self, seen: Seen, given: Body | None) -> None:
        if given is None:
            # Out of which container nobody can say.
            self._blind = True
            return
        label = given["container"]
        if NOT_ALLOCATED not in seen.stamp.flags and label is not None and self._stock.find(label) is not None:
            self._taken.setdefault(given["batch"], {}).setdefault(label, []).append(seen.head.id)

    def _bring(self, given: Body, at: str) -> None:
        label, batch = given["container"], given["batch"]
        moved, before = self._stock.movements(label) or [], self._stays.setdefault((batch, label), [])
        taken = rules.taken_before(batch, before, moved)
        before.append(
            Issue(
                label,
                given["material"],
                given["lot"],
                batch,
                given["held"],
                None,
                "",
                at,
                taken=taken,
                begun=len(moved),
            )
        )
        self._out[label] = batch

    def _follow(self, seen: Seen, given: Body | None) -> None:
        """What is filled out of a container that is with a batch is with it as well."""
        batch = None if given is None else self._out.get(given["container"])
        if given is None or batch is None:
            return
        source = self._stays[batch, given["container"]][-1]
        for one in given["into"]:
            label, moved = one["container"], self._stock.movements(one["container"])
            if moved and (moved[0].entry, moved[0].what) == (seen.head.id, stock.FILLED):
                part = Issue(
                    label, source.material, source.lot, batch, one["quantity"], None, "", seen.head.captured_at, begun=1
                )
                self._stays.setdefault((batch, label), []).append(part)
                self._out[label] = batch

    def _says(self, said: Body | None, material: str, found: Account) -> bool:
        """Whether an explanation is of this difference; it may be said in another unit, of what was converted."""
        if said is None or found.rest is None:
            return False
        times = units.ratio(found.unit, said["unit"], self._stock.links_of(material))
        if times is None:
            return True
        return Decimal(rules.written(found.rest * times, 0)) == Decimal(said["value"])
