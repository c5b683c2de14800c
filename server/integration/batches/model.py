"""What an import of batch history knows: the mapping of a file, a row as read, and what was found suspicious."""

from collections.abc import Mapping as Table
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the file that a person should look at. `line` is 1 for the header; `column` is "" for a whole row,
    `file` says whether it is the laboratory's or the process file.

    `refuses` says that the row cannot be taken; every other finding is a warning beside a row that was taken.
    """

    line: int
    column: str
    value: str
    code: str
    message: str
    file: str = "laboratory"
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: its number in the file, counted from 1 for the header, and its cells by column."""

    line: int
    cells: Table[str, str]


@dataclass(frozen=True, slots=True)
class LotColumn:
    """Which columns name a lot of which material. `material` may hold {column} for a code that is part of the key."""

    name: str
    material: str
    number: str
    title: Table[str, str]


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column that holds a result: of a lot (`lot` names a `LotColumn`) or, with None, of the batch itself.

    `test` is its name in English, `zh` in Chinese. `low` and `high` are limits of the specification;
    `plausible` is what no honest value lies outside of.
    """

    column: str
    test: str
    stage: str
    unit: str
    zh: str | None = None
    lot: str | None = None
    file: str = "laboratory"
    low: Decimal | None = None
    high: Decimal | None = None
    plausible_low: Decimal | None = None
    plausible_high: Decimal | None = None
    compare: bool = False


@dataclass(frozen=True, slots=True)
class YieldColumn:
    column: str
    stage: str
    unit: str
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file (TOML) in use; `server/integration/mappings/tablets.toml` shows every setting."""

    name: str
    separator: str
    blanks: frozenset[str]
    batch: str
    product: str
    strength: str
    strength_form: str
    product_title: Table[str, str]
    size: str
    size_unit: str
    master_sizes: Table[str, Decimal]
    started: str
    months: tuple[str, ...]
    lots: tuple[LotColumn, ...]
    tests: tuple[ResultColumn, ...]
    yields: tuple[YieldColumn, ...]
    ordered: tuple[tuple[str, ...], ...]
    repeated: tuple[tuple[str, str], ...]

    @property
    def columns(self) -> list[str]:
        """The columns without which the laboratory file cannot be read."""
        named = [self.batch, self.product, self.strength, self.size, self.started]
        for lot in self.lots:
            named += [lot.number, *placeholders(lot.material)]
        named += [test.column for test in self.tests if test.file == "laboratory"]
        return list(dict.fromkeys(named + [item.column for item in self.yields]))

    @property
    def process_columns(self) -> list[str]:
        named = [self.batch, self.product, *(test.column for test in self.tests if test.file == "process")]
        return list(dict.fromkeys(named + [column for _, column in self.repeated]))


def placeholders(pattern: str) -> list[str]:
    """The columns that a material pattern such as "api-{api_code}" names."""
    return [part.partition("}")[0] for part in pattern.split("{")[1:]]


@dataclass(frozen=True, slots=True)
class Result:
    """A result to be recorded: `value` as written in the file, so that its digits are kept."""

    test: str
    value: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    zh: str | None = None

    @property
    def verdict(self) -> str:
        if self.low is None and self.high is None:
            return "none"
        value = Decimal(self.value)
        inside = (self.low is None or value >= self.low) and (self.high is None or value <= self.high)
        return "pass" if inside else "fail"


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot that a row names, with the results that the row gives for it."""

    material: str
    number: str
    title: Table[str, str]
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What one row becomes when it is taken. `started` is YYYY-MM; `digest` the SHA-256 of the row as written."""

    line: int
    batch: str
    product: str
    strength: str
    title: Table[str, str]
    size: Decimal | None
    size_unit: str
    started: str | None
    lots: tuple[Lot, ...]
    results: Table[str, tuple[Result, ...]]
    yields: tuple[tuple[str, Result], ...]
    digest: str
