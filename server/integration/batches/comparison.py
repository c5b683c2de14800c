"""What only shows when rows are held against each other: certificates, shared numbers, exchanged columns, outliers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import combinations
from statistics import median

from server.integration.batches.model import Finding, Mapping, Row, placeholders

_FEWEST = 10
# Scaled median absolute deviations. Ten is far out for any unimodal distribution; six would report whole lots.
_OUTLYING = Decimal(10)
_SCALE = Decimal("1.4826")

Triple = tuple[str, str, str]


def number(cell: str) -> Decimal | None:
    try:
        value = Decimal(cell.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def lots(mapping: Mapping, rows: Sequence[Row]) -> Iterator[Finding]:
    """Lots with more than one certificate, and numbers that stand under several materials of one kind."""
    for column in mapping.lots:
        tests = [test.column for test in mapping.tests if test.lot == column.name]
        first: dict[tuple[str, str], Row] = {}
        materials: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            keys = {name: row.cells[name].strip() for name in placeholders(column.material)}
            material, lot = column.material.format(**keys), row.cells[column.number].strip()
            if lot in mapping.blanks:
                continue
            known = first.setdefault((material, lot), row)
            for name in tests:
                if number(row.cells[name]) != number(known.cells[name]):
                    message = f"Lot {material}/{lot} has {known.cells[name]} in line {known.line}; both are recorded."
                    yield Finding(row.line, name, row.cells[name], "lot_certificate_differs", message)
            materials[lot].add(material)
            if len(materials[lot]) > 1 and known is row:
                shared = ", ".join(sorted(materials[lot]))
                message = f"The number stands under {shared}: these are different lots."
                yield Finding(row.line, column.number, row.cells[column.number], "lot_number_shared", message)


def swapped_columns(mapping: Mapping, rows: Sequence[Row]) -> Iterator[Finding]:
    """Two means that, in most rows, fit each other's minimum and maximum but not their own."""
    units = {test.column: test.unit for test in mapping.tests}
    triples: list[Triple] = [(c[0], c[1], c[2]) for c in mapping.ordered if len(c) == 3 and _held(c, rows)]
    for one, other in combinations(triples, 2):
        if units.get(one[1]) != units.get(other[1]):
            continue
        crossed = sum(_crossed(row, one, other) for row in rows)
        fitting = sum(_between(row, one, one[1]) and _between(row, other, other[1]) for row in rows)
        if len(rows) >= _FEWEST and 2 * crossed > len(rows) and crossed > fitting:
            message = (
                f"{one[1]} and {other[1]} look exchanged: in {crossed} of {len(rows)} rows each lies in the other's "
                "minimum to maximum. They are recorded as the header names them."
            )
            yield Finding(1, one[1], other[1], "columns_exchanged", message)


def _held(columns: Sequence[str], rows: Sequence[Row]) -> bool:
    return bool(rows) and all(column in rows[0].cells for column in columns)


def _crossed(row: Row, one: Triple, other: Triple) -> bool:
    own = _between(row, one, one[1]) and _between(row, other, other[1])
    return not own and _between(row, one, other[1]) and _between(row, other, one[1])


def _between(row: Row, bounds: Triple, mean: str) -> bool:
    low, value, high = (number(row.cells[name]) for name in (bounds[0], mean, bounds[2]))
    return low is not None and value is not None and high is not None and low <= value <= high


def outliers(mapping: Mapping, rows: Sequence[Row]) -> Iterator[Finding]:
    """Values of the `compare` columns that lie far from those of the other batches of the same product."""
    columns = [test.column for test in mapping.tests if test.compare and test.file == "laboratory"]
    products: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        products[row.cells[mapping.product].strip()].append(row)
    for group in products.values():
        for column in columns:
            yield from _outlying(group, column)


def _outlying(rows: Sequence[Row], column: str) -> Iterator[Finding]:
    values = [(row, value) for row in rows if (value := number(row.cells[column])) is not None]
    if len(values) < _FEWEST:
        return
    middle = median(value for _, value in values)
    spread = _SCALE * median(abs(value - middle) for _, value in values)
    for row, value in values:
        if spread and abs(value - middle) > _OUTLYING * spread:
            times = round(abs(value - middle) / spread)
            message = f"{times} deviations from the median {middle} of the product's {len(values)} batches."
            yield Finding(row.line, column, row.cells[column], "value_outlying", message)
