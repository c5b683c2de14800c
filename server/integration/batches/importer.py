"""Takes batch history into the log, row by row through the door: each row whole or not at all, and never twice."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.integration.batches.model import Finding, Lot, Mapping, Plan, Result
from server.integration.batches.reading import read
from server.integration.batches.rules import Judge, refused_lines
from server.materials import queries as materials
from server.production import queries as production
from server.quality import queries as quality
from sync.log import reading

IMPORTED = "production.batch_imported.v1"


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was handed over: its name, for the record, and its bytes."""

    name: str
    data: bytes


@dataclass(slots=True)
class Report:
    """What an import did, or with a dry run would do. `rows` counts the lines behind the header."""

    rows: int = 0
    imported: int = 0
    unchanged: int = 0
    refused: int = 0
    findings: list[Finding] = field(default_factory=list)

    def payload(self) -> dict[str, Any]:
        """{rows, imported, unchanged, refused, findings [{line, column, value, code, message, file, refuses}]}."""
        findings = sorted(self.findings, key=lambda finding: (finding.file, finding.line, finding.column))
        counts = {name: getattr(self, name) for name in ("rows", "imported", "unchanged", "refused")}
        return {**counts, "findings": [asdict(finding) for finding in findings]}


def import_batches(
    plant: Plant | None, mapping: Mapping, laboratory: File, process: File | None, today: date, dry_run: bool
) -> Report:
    """Judge every row and, unless `dry_run`, record those that can be taken; PestleError for unreadable files.

    A dry run can do without a plant (None): where none was made yet, none is made for it.
    """
    rows, findings = read(laboratory.data, "laboratory", mapping.separator, mapping.columns)
    press = None
    if process is not None:
        press, more = read(process.data, "process", mapping.separator, mapping.process_columns)
        # A line of the process file that cannot be read refuses no batch; its row then lacks the press's figures.
        findings += [replace(finding, refuses=False) for finding in more]
    judge = Judge(mapping, today)
    plans = judge.plans(rows, press)
    cut = sum(finding.code == "row_length" and finding.file == "laboratory" for finding in findings)
    report = Report(rows=len(rows) + cut, findings=findings + judge.findings)
    importer = _Importer(plant, mapping, laboratory.name, dry_run)
    for plan in plans:
        importer.take(plan, report)
    report.refused = len(refused_lines(report.findings))
    return report


class _Importer:
    def __init__(self, plant: Plant | None, mapping: Mapping, file: str, dry_run: bool) -> None:
        self._plant, self._map, self._file, self._dry_run = plant, mapping, file, dry_run
        self._digests: dict[str, str] = {}
        if plant is not None:
            with plant.engine.connect() as connection:
                bodies = [entry.envelope.body for entry in reading.of_kind(connection, IMPORTED)]
            self._digests = {body["batch"]: body["source"]["sha256"] for body in bodies}

    def take(self, plan: Plan, report: Report) -> None:
        known = self._is_known(plan.batch)
        if known and self._digests.get(plan.batch) == plan.digest:
            report.unchanged += 1
        elif known:
            self._refuse(plan, report, "batch_differs", "A batch of this number is recorded with other content.")
        elif self._dry_run or self._plant is None:
            report.imported += 1
        else:
            self._record(self._plant, plan, report)

    def _is_known(self, batch: str) -> bool:
        if self._plant is None:
            return False
        with self._plant.engine.connect() as connection:
            return production.batch_line(connection, batch) is not None

    def _record(self, plant: Plant, plan: Plan, report: Report) -> None:
        with plant.engine.connect() as connection:
            facts = list(self._facts(connection, plan))
        try:
            # One call, one savepoint: a crash or refusal in the middle leaves nothing of the row.
            plant.recorder.state(*facts)
        except PestleError as error:
            self._refuse(plan, report, error.code, error.problem.what[0])
        else:
            report.imported += 1

    def _refuse(self, plan: Plan, report: Report, code: str, message: str) -> None:
        report.findings.append(Finding(plan.line, self._map.batch, plan.batch, code, message, refuses=True))

    def _facts(self, connection: Connection, plan: Plan) -> Iterator[Fact]:
        names = materials.material_names(connection, {lot.material for lot in plan.lots})
        for lot in plan.lots:
            if lot.material not in names:
                definition = {"material": lot.material, "name": dict(lot.title), "type": "raw", "unit": "kg"}
                yield Fact("materials.material_defined.v1", f"material/{lot.material}", definition)
            yield from self._lot_facts(connection, plan, lot)
        stream = f"batch/{plan.batch}"
        yield Fact(IMPORTED, stream, self._batch(plan))
        for stage, results in plan.results.items():
            yield self._results(stream, plan, stage, results)

    def _lot_facts(self, connection: Connection, plan: Plan, lot: Lot) -> Iterator[Fact]:
        stream = f"lot/{lot.material}/{lot.number}"
        if materials.find_lot(connection, lot.material, lot.number) is None:
            receipt = {"material": lot.material, "lot": lot.number, "status": "historical"}
            unknown = dict.fromkeys(("quantity", "supplier", "supplier_lot", "expiry", "containers"))
            yield Fact("materials.lot_received.v1", stream, {**receipt, **unknown})
        known = {(item.test, item.value) for item in quality.results_of_lot(connection, lot.material, lot.number)}
        # Another certificate of a known lot is recorded beside the first: a retest never overwrites.
        if lot.results and not {(item.test, item.value) for item in lot.results} <= known:
            yield self._results(stream, plan, "incoming", lot.results)

    def _batch(self, plan: Plan) -> dict[str, Any]:
        size = None if plan.size is None else {"value": f"{plan.size:f}", "unit": plan.size_unit}
        yields = [{"stage": stage, **_limits(item)} for stage, item in plan.yields]
        return {
            "batch": plan.batch,
            "product": {"code": plan.product, "name": dict(plan.title), "strength": plan.strength or "—"},
            "size": size,
            "started": plan.started,
            "lots": [{"material": lot.material, "lot": lot.number} for lot in plan.lots],
            "yields": yields,
            "source": {**self._source(plan), "sha256": plan.digest},
        }

    def _results(self, stream: str, plan: Plan, stage: str, results: tuple[Result, ...]) -> Fact:
        lines = [{"test": item.test, "name": _name(item), **_limits(item)} for item in results]
        payload = {"stage": stage, "results": lines, "source": self._source(plan)}
        return Fact("quality.results_recorded.v1", stream, payload)

    def _source(self, plan: Plan) -> dict[str, Any]:
        return {"file": self._file, "line": plan.line, "mapping": self._map.name}


def _name(item: Result) -> dict[str, str] | None:
    return None if item.zh is None else {"zh": item.zh, "en": item.test}


def _limits(item: Result) -> dict[str, Any]:
    bounds = {name: None if bound is None else f"{bound:f}" for name, bound in (("low", item.low), ("high", item.high))}
    return {"value": {"value": item.value, "unit": item.unit}, **bounds, "verdict": item.verdict}
