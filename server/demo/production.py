"""Makes the demonstration plant's batches: orders, leases, what operators record on tablets, review and release."""

import hashlib
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from server.core import clock
from server.demo import dispensing
from server.demo.content import PACKING, RECIPE, USED_LOTS, labels, pin_of
from server.demo.environment import Air
from server.demo.story import OFFSET, Story
from server.production import control_recipe, model
from server.production.issuing.model import ALLOCATED
from server.quality.usage import numbers
from server.recipes import queries as recipes
from server.release import queries as release
from server.release.audit import model as audit
from server.release.audit import queries as audits
from server.release.model import MEANINGS, PRODUCTION_KIND, PRODUCTION_MEANING

PHASES: list[dict[str, Any]] = RECIPE["phases"]
# Batches of the demonstration are made one after the other, each of the container that stands ready.
_CHOSEN = "备料区现有容器，同一物料批"


@dataclass(frozen=True, slots=True)
class Plan:
    """How a batch goes: `phases` done, a parameter out of limits, a weight typed by hand, a value corrected.

    `container`: of each lot the one with this number is allocated to it, and weighed from. `lots`: by their material.
    """

    number: str
    phases: int = len(PHASES)
    out_of_limits: bool = False
    manual_weight: bool = False
    correction: bool = False
    container: int | None = None
    recipe: Mapping[str, Any] = field(default_factory=lambda: RECIPE)
    lots: Mapping[str, str] = field(default_factory=lambda: USED_LOTS)

    @property
    def planned(self) -> list[dict[str, Any]]:
        phases: list[dict[str, Any]] = self.recipe["phases"]
        return phases


def _pilot(number: str, container: int) -> Plan:
    phases = len(dispensing.RECIPE["phases"])
    return Plan(number, phases, container=container, recipe=dispensing.RECIPE, lots=dispensing.LOTS)


class Line:
    """The people and devices that make batches. Values scatter around their targets, the same in every run."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._tablet = story.device("Tablet T-07", "tablet")
        self._bridge = story.device("Bridge 2-114", "bridge")
        self.air = Air(self._bridge)
        self._chance = random.Random(20261122)
        self._connection = 0

    def order(self, number: str) -> None:
        self._order(number, RECIPE, [{"material": material, "lot": lot} for material, lot in USED_LOTS.items()])

    def order_pilot(self, number: str) -> None:
        """By the recipe that is dispensed line by line, with a container of each lot."""
        self._order_planned(_pilot(number, 3))

    def make_pilot(self, number: str) -> None:
        self.make(_pilot(number, 4))

    def order_packing(self, number: str) -> None:
        self._order(number, PACKING, [])

    def _order(self, number: str, recipe: Mapping[str, Any], lots: list[dict[str, str]]) -> None:
        planner, same = self._story.person("wujing"), {name: recipe[name] for name in ("recipe", "version", "size")}
        order = {"batch": number, **same, "recipe_hash": self._recipe_hash(recipe), "lots": lots}
        planned = order | {"planned_start": clock.text(self._story.moment)[:10]}
        self._story.state(model.ORDER_PLANNED, model.order_stream(number), planned, planner)
        released = order | control_recipe.frozen(recipe, recipe["size"])
        self._story.state(control_recipe.kind_of(recipe), model.batch_stream(number), released, planner)

    def _order_planned(self, plan: Plan) -> None:
        self._order(plan.number, plan.recipe, [{"material": code, "lot": lot} for code, lot in plan.lots.items()])
        if plan.container is not None:
            self.allocate(plan.number, plan.container, plan.lots.values())

    def allocate(self, number: str, container: int, lots: Iterable[str] = USED_LOTS.values()) -> None:
        """Of each lot that the batch uses, the container with this number."""
        chosen = [labels(lot, container)[-1] for lot in lots]
        payload = {"batch": number, "containers": [{"container": one, "reason": _CHOSEN} for one in chosen]}
        self._story.state(ALLOCATED, model.batch_stream(number), payload, self._story.person("wujing"))

    def _recipe_hash(self, recipe: Mapping[str, Any]) -> str:
        with self._story.plant.engine.connect() as connection:
            found = recipes.find_recipe(connection, recipe["recipe"], recipe["version"])
        assert found is not None
        return found.hash

    def make(self, plan: Plan) -> None:
        """The batch from the order to the last phase of the plan; handed back when all phases are done."""
        self._order_planned(plan)
        lease = self._take_along(plan.number)
        for phase in plan.planned[: plan.phases]:
            self._phase(plan, phase)
        if plan.phases == len(plan.planned):
            returned = {"lease": lease, "batch": plan.number, "device": self._tablet.id, "last_seq": self._tablet.seq}
            self._state(plan, "handheld.lease_returned.v1", returned, "zhangmin")
        self._tablet.lease = None

    def _take_along(self, number: str) -> str:
        story = self._story
        lease = f"demo-{number.lower()}"
        payload = {
            "lease": lease,
            "batch": number,
            "device": self._tablet.id,
            "person": story.person("zhangmin"),
            "issued_at": clock.text(story.moment),
            "expires_at": clock.text(story.moment + timedelta(hours=72)),
            "lease_hash": hashlib.sha256(lease.encode()).hexdigest(),
        }
        stream = model.batch_stream(number)
        story.state("handheld.lease_issued.v1", stream, payload, story.person("zhangmin"))
        self._tablet.lease = lease
        return lease

    def _phase(self, plan: Plan, phase: Mapping[str, Any]) -> None:
        # Sensors read all the time; here as often as limits ask while a phase runs.
        self.air.read(phase["room"])
        self._work(plan, model.STARTED, phase, "started", {})
        self._story.wait(minutes=6)
        self.air.read(phase["room"])
        match phase["type"]:
            case "line_clearance":
                items = [{"id": item["id"], "ok": True} for item in phase["items"]]
                self._work(plan, model.CLEARED, phase, "clearance", {"items": items, "comment": None})
            case "weighing":
                self._weigh(plan, phase)
            case "dispensing":
                self._dispense(plan, phase)
            case "parameters":
                self._parameters(plan, phase)
            case "in_process":
                self._checks(plan, phase)
        self._story.wait(minutes=4)
        self._work(plan, model.COMPLETED, phase, "completed", {})
        self.air.read(phase["room"])

    def _work(
        self, plan: Plan, kind: str, phase: Mapping[str, Any], slot: str, values: Mapping[str, Any], **more: Any
    ) -> str:
        payload = {"batch": plan.number, "phase": phase["id"], **values}
        stream, subject = model.batch_stream(plan.number), f"{phase['id']}/{slot}"
        actor = self._story.person(more.pop("login", "zhangmin"))
        self._story.wait(seconds=20)
        return self._tablet.record(kind, stream, payload, actor=actor, subject=subject, **more).id

    def _weigh(self, plan: Plan, phase: Mapping[str, Any]) -> None:
        manual = plan.manual_weight and phase["id"] == "30"
        net = {"value": self._near(phase["target"], phase["low"], phase["high"], 3), "unit": phase["unit"]}
        lot = USED_LOTS[phase["material"]]
        values = {
            "material": phase["material"],
            "lot": lot,
            "container": None if plan.container is None else labels(lot, plan.container)[-1],
            "net": net,
            "source": "manual" if manual else "device",
            "reading": None if manual else self._reading(net),
            "verified_by": None,
            "limits": {name: phase[name] for name in ("low", "high", "target", "unit")},
            "comment": None,
        }
        self._work(plan, model.WEIGHED, phase, "net", values)

    def _dispense(self, plan: Plan, phase: Mapping[str, Any]) -> None:
        """Each line by itself, with a second person's own signature for what completes it."""
        with self._story.plant.engine.connect() as connection:
            results = numbers.numbers_of_lot(connection, "API-0107", plan.lots["API-0107"])
        second = self._story.second("liqiang", pin_of("liqiang"))
        for slot, values in dispensing.portions(phase, results, plan.container or 1):
            self._story.wait(minutes=1)
            read = {"tare_reading": self._reading(values["tare"]), "reading": self._reading(values["gross"])}
            into = f"{plan.number}-{phase['id']}-{slot.replace('/', '-')}"
            by = None if slot == "10/1" else second
            given = values | read | {"into": into, "verified_by": by and by[0]}
            self._work(plan, model.DISPENSED, phase, slot, given, second=by)

    def _reading(self, net: Mapping[str, str]) -> dict[str, str]:
        """The balance's stable weight, captured and signed by the bridge."""
        self._connection += 1
        raw = f"S S {net['value']:>10} {net['unit']}"
        weight = {
            "balance": "BAL-07",
            "model": "ICS685",
            "serial": "1234567",
            "transport": "ble-uart",
            "quality": "stable",
            "net": dict(net),
            "raw": raw,
            "connection": self._connection,
        }
        read = self._bridge.record("equipment.weight_read.v1", "equipment/BAL-07", weight, actor=self._bridge.id)
        names = {"id": read.id, "device": self._bridge.id, "balance": "BAL-07", "serial": "1234567"}
        return {**names, "model": "ICS685", "raw": raw}

    def _parameters(self, plan: Plan, phase: Mapping[str, Any]) -> None:
        for parameter in phase["parameters"]:
            low, high = parameter["low"], parameter["high"]
            value = self._near(parameter["target"], low, high, parameter["decimals"])
            wrong = plan.correction and parameter["id"] == "time"
            entry = self._parameter(plan, phase, parameter, "51" if wrong else value)
            if wrong:
                # A slip of the finger, seen at once: the wrong value stays visible beside the right one.
                self._story.wait(minutes=2)
                reason = "抄写错误：15 误记为 51"
                self._parameter(plan, phase, parameter, "15", corrects=entry, reason=reason)

    def _parameter(
        self, plan: Plan, phase: Mapping[str, Any], parameter: Mapping[str, Any], value: str, **more: Any
    ) -> str:
        values = {
            "parameter": parameter["id"],
            "value": {"value": value, "unit": parameter["unit"]},
            "source": "manual",
            "limits": {name: parameter[name] for name in ("low", "high", "target", "unit")},
            "comment": None,
        }
        return self._work(plan, model.PARAMETER, phase, str(parameter["id"]), values, **more)

    def _checks(self, plan: Plan, phase: Mapping[str, Any]) -> None:
        for number in range(1, phase["rounds"] + 1):
            self._story.wait(minutes=25)
            self.air.read(phase["room"])
            for check in phase["checks"]:
                out = plan.out_of_limits and number == 2 and check["id"] == "hardness"
                self._check(plan, phase, check, number, out)

    def _check(self, plan: Plan, phase: Mapping[str, Any], check: Mapping[str, Any], number: int, out: bool) -> None:
        decimals = check["decimals"]
        values = [self._near(check["target"], check["low"], check["high"], decimals) for _ in range(check["samples"])]
        if out:
            values[-1] = "45"
        mean = sum(map(Decimal, values), Decimal(0)) / len(values)
        payload = {
            "check": check["id"],
            "round": number,
            "values": values,
            "unit": check["unit"],
            "mean": str(mean.quantize(Decimal(1).scaleb(-decimals - 1))),
            "limits": {name: check[name] for name in ("low", "high", "target", "unit")},
            "comment": "更换冲头后恢复" if out else None,
        }
        self._work(plan, model.CHECKED, phase, f"{check['id']}/{number}", payload, login="wangfang")

    def _near(self, target: str, low: str, high: str, decimals: int) -> str:
        """A value that scatters around the target, well inside its limits, with the decimals of the instrument."""
        spread = min(Decimal(high) - Decimal(target), Decimal(target) - Decimal(low)) / 3
        step = Decimal(str(round(self._chance.gauss(0, 0.6), 3)))
        value = Decimal(target) + max(min(step, Decimal(2)), Decimal(-2)) * spread
        return str(value.quantize(Decimal(1).scaleb(-decimals)))

    def _state(self, plan: Plan, kind: str, payload: Mapping[str, Any], login: str) -> None:
        self._story.state(kind, model.batch_stream(plan.number), payload, self._story.person(login))

    def review_production(self, plan: Plan) -> None:
        """The supervisor reviews the record for production, before quality does."""
        signed = self._signature(plan, "chenjie", "陈杰", "Chen Jie") | {"meaning": dict(PRODUCTION_MEANING)}
        self._state(plan, PRODUCTION_KIND, signed, "chenjie")

    def review(self, plan: Plan) -> None:
        """Production reviews its record; QA assesses what is open, then releases."""
        story = self._story
        story.wait(days=1)
        self.review_production(plan)
        with story.plant.engine.connect() as connection:
            seen = release.review(connection, plan.number)
        for notice in seen.open:
            assessment = "已调查：单片硬度偏低，复测合格，不影响本批质量。"
            payload = {"batch": plan.number, "exception": notice.id, "assessment": assessment}
            self._state(plan, "release.exception_assessed.v1", payload, "zhaolin")
        meaning = {"code": "reviewed_and_released", **MEANINGS["reviewed_and_released"]}
        signature = self._signature(plan, "zhaolin", "赵琳", "Zhao Lin") | {"meaning": meaning}
        self.review_audit_trail(plan)
        self._state(plan, "release.batch_released.v3", signature, "zhaolin")

    def _signature(self, plan: Plan, login: str, name: str, latin: str) -> dict[str, Any]:
        """Under the review as it stands, but for what it means."""
        story = self._story
        with story.plant.engine.connect() as connection:
            seen = release.review(connection, plan.number)
        return {
            "batch": plan.number,
            "signer": {"id": story.person(login), "name": name, "name_en": latin},
            "signed_at": clock.text(story.moment),
            "offset": OFFSET,
            "method": "password",
            "components": 2,
            "passkey": None,
            "digest": seen.digest,
            "stream_seq": seen.stream_seq,
            "stream_hash": seen.stream_hash,
            "devices": [head.payload() for head in seen.devices],
            "reason": None,
        }

    def review_audit_trail(self, plan: Plan) -> None:
        """QA reviews every entry of the batch before the release."""
        story, scope = self._story, audit.Scope(batch=plan.number)
        with story.plant.engine.connect() as connection:
            size = release.log_size(connection)
            measured = audits.measure(connection, scope, size)
        person, meaning = story.person("zhaolin"), audit.MEANINGS[audit.FOUND_NOTHING]
        payload = {
            "scope": scope.payload(),
            "log_size": size,
            "count": measured.count,
            "digest": measured.digest,
            "meaning": {"code": audit.FOUND_NOTHING, **meaning},
            "comment": "逐条查看了更正、超限与迟到的记录。",
            "remarks": [],
            "signer": {"id": person, "name": "赵琳", "name_en": "Zhao Lin"},
            "signed_at": clock.text(story.moment),
            "offset": OFFSET,
            "method": "password",
            "components": 2,
            "passkey": None,
        }
        story.state(audit.REVIEWED_KIND, "site", payload, person)
