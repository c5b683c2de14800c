"""Why a number of a plan is what it is: what a requirement follows from up to the demand, and what covers it. Pure."""

from collections import defaultdict
from fractions import Fraction

from server.planning import model
from server.planning.model import Peg, Plan, Proposal, Requirement, Shortage


class Explained:
    """A plan, looked up from either end."""

    def __init__(self, plan: Plan) -> None:
        self.proposals = {one.id: one for one in plan.proposals}
        self._requirements = plan.requirements
        self._covers: dict[int, list[Peg]] = defaultdict(list)
        self._serves: dict[str, list[Peg]] = defaultdict(list)
        self._short: dict[int, list[Shortage]] = defaultdict(list)
        for peg in plan.pegs:
            self._covers[peg.requirement].append(peg)
            self._serves[peg.supply].append(peg)
        for short in plan.shortages:
            self._short[short.requirement].append(short)

    def covered(self, one: Requirement) -> list[Peg]:
        """What covers a requirement; the sum is its quantity."""
        return self._covers[one.id]

    def short(self, one: Requirement) -> Fraction:
        """How much of it comes late."""
        return sum((short.quantity for short in self._short[one.id]), Fraction(0))

    def served(self, proposal: Proposal) -> list[Peg]:
        """The requirements that a proposal covers; what is left of it is safety stock and lot size."""
        return self._serves[proposal.id]

    def origins(self, one: Requirement) -> list[str]:
        """The demands and ordered batches that a requirement follows from, through every proposal between."""
        found: dict[str, None] = {}
        waits, seen = [one.id], {one.id}
        while waits:
            here = self._requirements[waits.pop()]
            if here.cause != model.FOR_PROPOSAL:
                found[here.about] = None
                continue
            for peg in self._serves[here.about]:
                if peg.requirement not in seen:
                    seen.add(peg.requirement)
                    waits.append(peg.requirement)
        return sorted(found)
