"""Reads of batch numbers: the rule of a product, what was counted, and what is taken."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, exists, func, or_, select

from server.core import fields
from server.core.errors import PestleError
from server.production.numbers import model, rules
from server.production.numbers.model import Number, Rule
from server.production.numbers.projection import number, rule
from server.production.orders import order
from server.production.projection import batch


def all_rules(connection: Connection) -> Sequence[Row[Any]]:
    """Those that were set, the site's first."""
    return connection.execute(select(rule).order_by(rule.c.scope)).all()


def rule_of(connection: Connection, product: str) -> Rule:
    """The product's own, else the site's."""
    query = select(rule.c.scope, rule.c.pattern).where(rule.c.scope.in_((product, model.SITE)))
    found = {row.scope: Rule(row.scope, row.pattern) for row in connection.execute(query)}
    return found.get(product) or found.get(model.SITE) or Rule(model.SITE, model.DEFAULT)


def last_counted(connection: Connection, scope: str, period: str) -> int:
    query = select(func.max(number.c.seq)).where(number.c.scope == scope, number.c.period == period)
    return connection.execute(query).scalar() or 0


def is_taken(connection: Connection, name: str) -> bool:
    """Whether some batch or order has this number, or had it once."""
    places = (number.c.batch, batch.c.number, order.c.batch)
    found = or_(*(exists().where(column == name) for column in places))
    return bool(connection.execute(select(found)).scalar_one())


def find_number(connection: Connection, name: str) -> Number | None:
    row = connection.execute(select(number).where(number.c.batch == name)).first()
    if row is None:
        return None
    return Number(row.batch, row.product, row.pattern, row.period, row.seq, row.reason)


def begun(connection: Connection) -> bool:
    """Whether this site gives numbers: it does from its first one on."""
    return bool(connection.execute(select(exists().select_from(number))).scalar_one())


def next_free(connection: Connection, product: str, day: str, count: int) -> list[dict[str, Any]]:
    """The next so many, each as `batch_number_given` says it: what others have by other ways is passed over.
    PestleError `batch_number_long` where what the rule spells with the code of the product is no code any more."""
    found = rule_of(connection, product)
    period = rules.period(found.pattern, day)
    seq, given = last_counted(connection, found.scope, period), list[dict[str, Any]]()
    while len(given) < count:
        seq += 1
        name = rules.spelled(found.pattern, product, period, seq)
        if not fields.is_code(name):
            raise PestleError("batch_number_long", {"pattern": found.pattern, "product": product})
        if not is_taken(connection, name):
            counted = {"scope": found.scope, "pattern": found.pattern, "period": period, "seq": seq}
            given.append({"batch": name, "product": product, "day": day, **counted, "reason": None})
    return given
