"""Values of variables as entries write them, and as the engine calculates with them."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.engines.flows.model import Variable


def plain(variables: Mapping[str, Variable], given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """By variable, in the engine's form: text, a list of texts, true or false; None where nothing was said.

    A variable that is not declared is kept as text, and more texts than one as a list: the engine refuses them with
    its own codes. Nothing that is signed and recorded is passed over.
    """
    texts: dict[str, list[str]] = {}
    for one in given:
        texts.setdefault(one["variable"], []).extend(one["value"])
    return {name: _value(variables.get(name), said) for name, said in texts.items()}


def _value(variable: Variable | None, texts: Sequence[str]) -> Any:
    kind = "text" if variable is None else variable.type
    if kind.startswith("list(") or len(texts) > 1:
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
