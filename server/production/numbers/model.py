"""The nouns of batch numbers: the rule by which a plant spells them, and a number that was given."""

from dataclasses import dataclass

RULE_SET, GIVEN = "production.batch_rule_set.v1", "production.batch_number_given.v1"
STREAM = "batch-rule"
# Of a plant that has set none: year, month, and three digits that count within it.
DEFAULT = "{yy}{mm}{seq:3}"
# The rule of every product that has none of its own.
SITE = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """`scope`: the product whose own rule this is, or `SITE`: what is counted, is counted within it."""

    scope: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Number:
    """By which pattern, in which period and as the how manieth a batch was numbered; all None where somebody typed it,
    who said the `reason`."""

    batch: str
    product: str
    pattern: str | None
    period: str | None
    seq: int | None
    reason: str | None

    def payload(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("pattern", "period", "seq", "reason")}
