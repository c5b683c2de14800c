"""What an operator at a press writes, for lean tablets: checks round after round, now and then a remark."""

from typing import Any

from batch_support import t
from bench.wire import Tablet, remark
from recipe_support import step

from server.handheld.model import document_of
from server.production.model import CHECKED, STARTED
from server.production.rules import mean, slot_of
from server.simulate.site import Enrolled, Site
from sync.entry import Envelope

PHASE = "10"
CHECK: dict[str, Any] = {"id": "hardness", "name": t("硬度"), "unit": "N", "decimals": 1, "samples": 3, "chart": True}
CHECK |= {"low": "60.0", "high": "100.0", "target": "80.0"}
# Four may work on one batch without taking each other's rounds: two on each check, one on every other round.
CHECKS = [CHECK, CHECK | {"id": "edge", "name": t("边缘硬度")}]
# As many as a recipe may plan.
ROUNDS = 200
# Of so many entries one is a remark.
REMARKS = 5


class Operator(Tablet):
    """`lane`: whose rounds of the batch it takes; the first begins the phase."""

    def __init__(self, site: Site, of: Enrolled, batch: str, lane: int) -> None:
        super().__init__(site, of, batch)
        self._lane = lane

    def _entry(self) -> Envelope:
        if self._seq == 0 and self._lane == 0:
            return self._written(STARTED, {"phase": PHASE})
        if self._seq % REMARKS == REMARKS - 1:
            return remark(self._writer, self.batch, self._site.person, self._lease)
        turn = self._seq * 2 + self._lane // 2 + 1
        return self._written(CHECKED, checked(PHASE, turn, CHECKS[self._lane % 2]["id"]))

    def _written(self, kind: str, payload: dict[str, Any]) -> Envelope:
        about = {"actor": self._site.person, "subject": slot_of(kind, payload), "lease": self._lease}
        return self._writer.write(kind, document_of(self.batch), {"batch": self.batch, **payload}, **about)


def checking(phase: str, rounds: int, *after: str) -> dict[str, Any]:
    """A phase of so many rounds at most, without a schedule."""
    named = {"name": t("压片检查"), "instruction": t("每轮三片"), "room": None}
    return step(phase, "in_process", *after, rounds=rounds, checks=CHECKS, schedule=None) | named


def checked(phase: str, turn: int, check: str = CHECK["id"]) -> dict[str, Any]:
    """A round of three tablets, as the app writes it."""
    values = [f"{79 + turn % 3}.0", "80.0", f"{82 - turn % 2}.0"]
    said = {"phase": phase, "check": check, "round": turn, "values": values, "unit": CHECK["unit"]}
    limits = {name: CHECK[name] for name in ("low", "high", "target", "unit")}
    return said | {"mean": mean(values, CHECK["decimals"]), "limits": limits, "comment": None}
