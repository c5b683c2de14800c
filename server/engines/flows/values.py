"""Values of variables as entries write them, and as the engine calculates with them."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.engines.flows.model import Variable


def plain(variables: Mapping[str, Variable], given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """By variable, in the engine's form: text, a list of texts, true or false; None where nothing was said.

    A variable that is not declared is kept as text: the engine refuses it with its own code.
    """
    return {one["variable"]: _value(variables.get(one["variable"]), one["value"]) for one in given}


def _value(variable: Variable | None, texts: Sequence[str]) -> Any:
    kind = "text" if variable is None else variable.type
    if kind.startswith("list("):
        return list(texts)
    if not texts:
        return None
    if kind == "yes_no":
        return {"true": True, "false": False}.get(texts[0], texts[0])
    return texts[0]


def written(value: Any) -> list[str]:
    """A value of a state as texts, the other way round."""
    if value is None:
        return []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
