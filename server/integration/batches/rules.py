"""Judges a file row by row: what each row becomes, and every cell in it that a person should look at. Pure."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from datetime import date
from decimal import Decimal

from server.integration.batches import comparison
from server.integration.batches.model import (
    Finding,
    Lot,
    LotColumn,
    Mapping,
    Plan,
    Result,
    ResultColumn,
    Row,
    placeholders,
)

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_EXPONENT = re.compile(r"[-+]?\d+(\.\d+)?[eE][-+]?\d{1,2}")
# What a payload takes: fifteen digits before the point, twelve behind it.
_RECORDED = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,12})?")
_KEY = re.compile(r"[^\s/][^/\x00-\x1f]{0,79}")
_MONTH = re.compile(r"([^\W\d_]+)\.?\s?(\d{2}|\d{4})")


class Judge:
    """One import: collects the findings; `plans` gives what is to be taken, row by row."""

    def __init__(self, mapping: Mapping, today: date) -> None:
        self._map, self._today = mapping, today
        self.findings: list[Finding] = []

    def plans(self, rows: Sequence[Row], process: Sequence[Row] | None) -> list[Plan]:
        """Rows that can be taken; those that cannot have a finding that refuses them. `process` is None without one."""
        by_batch = None if process is None else self._process_rows(rows, process)
        plans, taken = [], set[str]()
        for row in rows:
            plan = self._plan(row, by_batch)
            if plan is not None and plan.batch in taken:
                self._find(row, self._map.batch, "batch_doubled", "The batch stands in an earlier line.", refuses=True)
            elif plan is not None:
                taken.add(plan.batch)
                plans.append(plan)
        self.findings += comparison.lots(self._map, rows)
        self.findings += comparison.swapped_columns(self._map, rows)
        self.findings += comparison.outliers(self._map, rows)
        return plans

    def _process_rows(self, rows: Sequence[Row], process: Sequence[Row]) -> dict[str, Row]:
        known = {row.cells[self._map.batch].strip() for row in rows}
        by_batch: dict[str, Row] = {}
        for row in process:
            batch = row.cells[self._map.batch].strip()
            if batch not in known:
                self._find(row, self._map.batch, "process_unmatched", "No laboratory row has this batch.", "process")
            elif batch in by_batch:
                self._find(row, self._map.batch, "process_doubled", "An earlier line has this batch.", "process")
            else:
                by_batch[batch] = row
        return by_batch

    def _plan(self, row: Row, process: Table[str, Row] | None) -> Plan | None:
        batch, product = self._word(row, self._map.batch), self._word(row, self._map.product)
        if not batch or not product:
            column = self._map.product if batch else self._map.batch
            self._find(row, column, "key_missing", "Without batch and product the row has no place.", refuses=True)
            return None
        if unusable := self._unusable(row, batch, product):
            self._find(row, unusable, "key_unusable", "No number or code of ours: it holds a slash.", refuses=True)
            return None
        press = None if process is None else process.get(batch)
        if process is not None:
            self._check_process(row, press)
        lots = tuple(lot for column in self._map.lots if (lot := self._lot(row, column)) is not None)
        plan = Plan(
            line=row.line,
            batch=batch,
            product=product,
            strength=self._strength(row),
            title={lang: text.format(code=product) for lang, text in self._map.product_title.items()},
            size=self._size(row, product),
            size_unit=self._map.size_unit,
            started=self._started(row),
            lots=lots,
            results=self._results(row, press),
            yields=self._yields(row),
            digest=_digest(row, press),
        )
        self._check_order(row, "laboratory")
        if press is not None:
            self._check_order(press, "process")
        return plan

    def _unusable(self, row: Row, batch: str, product: str) -> str | None:
        """The column of a key that a record cannot carry."""
        keys = {self._map.batch: batch, self._map.product: product}
        for lot in self._map.lots:
            keys |= {name: self._word(row, name) for name in (lot.number, *placeholders(lot.material))}
        return next((name for name, key in keys.items() if key and not _KEY.fullmatch(key)), None)

    def _word(self, row: Row, column: str) -> str:
        """The cell without spaces around it, "" for a blank one."""
        text = row.cells[column].strip()
        return "" if text in self._map.blanks else text

    def _number(self, row: Row, column: str, file: str) -> str | None:
        """The cell as a decimal in its own digits; None, with a finding, for one that is none."""
        text = self._word(row, column)
        if not text:
            self._find(row, column, "cell_blank", "The cell is blank: nothing is recorded for it.", file)
            return None
        exponent = _EXPONENT.fullmatch(text) is not None
        plain = f"{Decimal(text):f}" if exponent or _NUMBER.fullmatch(text) else ""
        if not _RECORDED.fullmatch(plain):
            hint = " (a decimal comma?)" if _NUMBER.fullmatch(text.replace(",", ".", 1)) else ""
            self._find(row, column, "number_unreadable", f"Not a plain decimal{hint}: nothing is recorded.", file)
            return None
        if exponent:
            self._find(row, column, "number_exponent", f"A spreadsheet's notation: recorded as {plain}.", file)
        elif text != row.cells[column]:
            self._find(row, column, "cell_spaces", "Spaces around the value were taken off.", file)
        return plain

    def _strength(self, row: Row) -> str:
        text = self._word(row, self._map.strength)
        if not re.fullmatch(self._map.strength_form, text):
            self._find(row, self._map.strength, "strength_unclear", "Not a number with a unit: taken as it is written.")
        return text

    def _size(self, row: Row, product: str) -> Decimal | None:
        text = self._number(row, self._map.size, "laboratory")
        size, master = None if text is None else Decimal(text), self._map.master_sizes.get(product)
        if size is not None and size <= 0:
            self._find(row, self._map.size, "size_implausible", "A batch has a size above zero.")
        elif size is not None and master is not None and size != master:
            ratio = (size / master).quantize(Decimal("0.001")).normalize()
            message = f"{ratio:f} times the master batch size of {master:f}."
            self._find(row, self._map.size, "size_not_master", message)
        elif size is not None and self._map.master_sizes and master is None:
            self._find(row, self._map.product, "product_unknown", "No master batch size is known for this product.")
        return size

    def _started(self, row: Row) -> str | None:
        text = self._word(row, self._map.started)
        match = _MONTH.fullmatch(text.lower())
        if match is None or match[1] not in self._map.months:
            self._find(row, self._map.started, "date_unreadable", "Not a month and year: no start is recorded.")
            return None
        year = int(match[2]) + (2000 if len(match[2]) == 2 else 0)
        started = f"{year:04d}-{self._map.months.index(match[1]) + 1:02d}"
        if started > f"{self._today:%Y-%m}":
            self._find(row, self._map.started, "date_future", f"{started} has not come yet.")
        return started

    def _lot(self, row: Row, column: LotColumn) -> Lot | None:
        keys = {name: self._word(row, name) for name in placeholders(column.material)}
        number = self._word(row, column.number)
        blank = next((name for name, value in {**keys, column.number: number}.items() if not value), None)
        if blank is not None:
            self._find(row, blank, "lot_missing", f"The {column.name} lot of this batch is not named: not recorded.")
            return None
        tests = [test for test in self._map.tests if test.lot == column.name]
        title = {lang: text.format(**keys) for lang, text in column.title.items()}
        results = tuple(self._measured(row, tests, "laboratory"))
        return Lot(column.material.format(**keys), number, title, results)

    def _results(self, row: Row, press: Row | None) -> dict[str, tuple[Result, ...]]:
        """Results of the batch itself by stage."""
        by_stage: dict[str, list[Result]] = {}
        for test in self._map.tests:
            source = row if test.file == "laboratory" else press
            if test.lot is None and source is not None:
                by_stage.setdefault(test.stage, []).extend(self._measured(source, [test], test.file))
        return {stage: tuple(results) for stage, results in by_stage.items() if results}

    def _measured(self, row: Row, tests: Iterable[ResultColumn], file: str) -> Iterable[Result]:
        for test in tests:
            text = self._number(row, test.column, file)
            if text is None:
                continue
            value = Decimal(text)
            low, high = test.plausible_low, test.plausible_high
            if (low is not None and value < low) or (high is not None and value > high):
                bounds = f"{'' if low is None else low} to {'' if high is None else high} {test.unit}"
                self._find(row, test.column, "value_implausible", f"Outside of what can be measured: {bounds}.", file)
            yield Result(test.test, text, test.unit, test.low, test.high, test.zh)

    def _yields(self, row: Row) -> tuple[tuple[str, Result], ...]:
        found = []
        for item in self._map.yields:
            text = self._number(row, item.column, "laboratory")
            if text is None:
                continue
            result = Result(item.stage, text, item.unit, item.low, item.high)
            if result.verdict == "fail":
                bound = f"above {item.high}" if item.high is not None else f"below {item.low}"
                self._find(row, item.column, "yield_out_of_limits", f"A yield {bound} {item.unit}.")
            elif Decimal(text) <= 0:
                self._find(row, item.column, "yield_implausible", "A yield is above zero.")
            found.append((item.stage, result))
        return tuple(found)

    def _check_process(self, row: Row, press: Row | None) -> None:
        if press is None:
            self._find(row, self._map.batch, "process_missing", "The process file has no line for this batch.")
            return
        for one, other in [(self._map.product, self._map.product), *self._map.repeated]:
            here, there = self._word(row, one), self._word(press, other)
            if here != there:
                message = f"The process file (line {press.line}, {other}) says {there!r}."
                self._find(row, one, "process_differs", message)

    def _check_order(self, row: Row, file: str) -> None:
        for columns in self._map.ordered:
            if all(column in row.cells for column in columns):
                values = {column: comparison.number(row.cells[column]) for column in columns}
                self._check_sequence(row, file, {name: v for name, v in values.items() if v is not None})

    def _check_sequence(self, row: Row, file: str, values: Table[str, Decimal]) -> None:
        names = list(values)
        if len(names) < 2:
            return
        first, last = names[0], names[-1]
        if values[first] > values[last]:
            message = f"{first} {values[first]} is greater than {last} {values[last]}."
            self._find(row, first, "order_wrong", message, file)
        for name in names[1:-1]:
            if not min(values[first], values[last]) <= values[name] <= max(values[first], values[last]):
                message = f"Outside of {first} {values[first]} to {last} {values[last]}."
                self._find(row, name, "mean_outside_range", message, file)

    def _find(
        self, row: Row, column: str, code: str, message: str, file: str = "laboratory", refuses: bool = False
    ) -> None:
        self.findings.append(Finding(row.line, column, row.cells.get(column, ""), code, message, file, refuses))


def refused_lines(findings: Iterable[Finding]) -> set[int]:
    return {finding.line for finding in findings if finding.refuses and finding.file == "laboratory"}


def counts(findings: Iterable[Finding]) -> Counter[str]:
    """How many findings of each code there are."""
    return Counter(finding.code for finding in findings)


def _digest(row: Row, press: Row | None) -> str:
    """Of every cell of the row in both files: a row that was changed since is another row."""
    cells = [*sorted(row.cells.items()), *(sorted(press.cells.items()) if press else [])]
    return hashlib.sha256("\x1f".join(f"{name}={value}" for name, value in cells).encode()).hexdigest()
