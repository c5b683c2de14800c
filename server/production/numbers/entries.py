"""The kinds of batch numbers: the rule of the plant or of a product, and each number that was given."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validate, validates_schema
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Ruling
from server.production.model import NUMBERS
from server.production.numbers import model, projection, queries, rules


class BatchRuleSet(Schema):
    """`product`: null for every one that has no rule of its own; `pattern`: null where it has none any more."""

    product = fields.code(none=True)
    pattern = fields.text(60, none=True)
    reason = fields.text(2000)


class BatchNumberGiven(Schema):
    """A number that belongs to a batch of this product from now on, and to none ever again. By the pattern of `scope`
    (a product, or empty for the site's), the `seq`-th of its `period`, which is that of `day`; or typed, with why."""

    batch = fields.code()
    product = fields.code()
    day = fields.day()
    scope = plain.String(required=True, allow_none=True, validate=validate.Length(0, 80))
    pattern = fields.text(60, none=True)
    period = plain.String(required=True, allow_none=True, validate=validate.Regexp(r"([0-9]{4}([0-9]{2})?)?\Z"))
    seq = fields.whole(1, 2**31 - 1, none=True)
    reason = fields.text(2000, none=True)

    @validates_schema
    def check_way(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        counted = [data[name] is not None for name in ("scope", "pattern", "period", "seq")]
        if any(counted) != all(counted) or all(counted) == (data["reason"] is not None):
            raise ValidationError("either counted by a pattern, or typed with a reason", "pattern")


def decide_rule(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    code = rules.rule_refused(given)
    return Ruling() if code is None else Ruling(refusal="batch_pattern_wrong", details={"why": code})


def decide_number(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    rule = queries.rule_of(connection, given["product"])
    last = 0 if given["period"] is None else queries.last_counted(connection, rule.scope, given["period"])
    code = rules.refused(given, rule, last, queries.is_taken(connection, given["batch"]))
    return Ruling() if code is None else Ruling(refusal=code, details={"batch": given["batch"]})


KINDS = (
    Kind(model.RULE_SET, BatchRuleSet, "decision", decide_rule, projection.set_rule, by=("server", NUMBERS[0])),
    Kind(model.GIVEN, BatchNumberGiven, "decision", decide_number, projection.keep, by=("server", *NUMBERS)),
)
