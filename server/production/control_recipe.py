"""The control recipe of a batch (ISA-88): what its order freezes of the approved master recipe.

Pure; door and witness ask the same.
"""

from collections.abc import Mapping
from typing import Any

from server.production.model import MASTER_ORDER, ORDER
from server.recipes import scaling
from server.recipes.model import is_master

Content = Mapping[str, Any]


def kind_of(content: Content) -> str:
    """The kind of the order by a recipe of this form."""
    return MASTER_ORDER if is_master(content) else ORDER


def frozen(content: Content, size: Mapping[str, str]) -> dict[str, Any]:
    """What the order for a batch of this size says of the recipe; ValueError for a size of another kind."""
    product = {"product": content["product"]}
    if not is_master(content):
        return product | {"phases": content["phases"]}
    times = scaling.factor(content, size)
    if times is None:
        raise ValueError("an order's size is of the kind of its recipe's")
    return product | {"procedure": content["procedure"], **scaling.scale(content, times)}


def differs(kind: str, order: Mapping[str, Any], content: Content) -> bool:
    """Whether an order says something else than its recipe for its size. Of an order by a recipe of before the third
    form nothing was ever compared, so that old logs are not accused of what nobody asked of them."""
    if kind != kind_of(content):
        return True
    if kind == ORDER:
        return False
    if scaling.factor(content, order["size"]) is None:
        return True
    return any(order[name] != said for name, said in frozen(content, order["size"]).items())
