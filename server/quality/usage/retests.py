"""Released lots that are to be tested again, and how far that is: what laboratories are shown (MAT-07, QUA-02)."""

from dataclasses import dataclass

from sqlalchemy import Connection

from server.materials import queries as materials
from server.materials.model import Lot
from server.quality.inspection import queries as inspections
from server.quality.inspection.model import Inspection
from server.quality.usage import queries, rules

# What the laboratory still owes; the rest is for others to check and to decide.
_OWED = ("sampling", "results_complete")


@dataclass(frozen=True, slots=True)
class Retest:
    """`inspection` was opened since the lot was released, None where none was; `past`: its day is over, and nothing
    may be used of it; `owed`: it is to be sampled or tested."""

    lot: Lot
    inspection: str | None
    past: bool
    owed: bool


def due(connection: Connection, day: str, until: str, limit: int) -> list[Retest]:
    """Those until a day (YYYY-MM-DD), the first one due first."""
    lots = materials.lots_retesting(connection, day, until, limit)
    return [_retest(connection, one, day) for one in lots]


def is_over(connection: Connection, found: Inspection) -> bool:
    """Whether its lot was released since it was opened: whatever it lacks nobody asks for any more."""
    decided = queries.decisions(connection, found.material, found.lot)
    return any(one.status == "released" and one.at >= found.opened_at for one in decided)


def _retest(connection: Connection, lot: Lot, day: str) -> Retest:
    found = inspections.of_lot(connection, lot.material, lot.lot)
    past = lot.retest is not None and day > lot.retest
    if found is None or is_over(connection, found):
        return Retest(lot, None, past, True)
    facts = queries.facts(connection, lot.material, lot.lot, day)
    unmet = set() if facts is None else {gate.code for gate in rules.gates(facts, None) if not gate.met}
    return Retest(lot, found.inspection, past, not unmet.isdisjoint(_OWED))
