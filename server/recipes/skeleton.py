"""The least that a draft of a recipe must be to be worked on: lists where lists stand, ids where others name them.

What else is wrong, or not said yet, is for the check: a draft may be as unfinished as its author is. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from server.core import fields
from server.recipes.findings import Finding

# Of a canonical content; what is larger is no recipe of a plant.
MOST_BYTES = 2 * 1024 * 1024
# What a phase lists, of whatever type it is: where it stands it is a list of things that say at least this.
_LISTED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("items", "lines", "parameters", "checks", "inputs", "printed"), ("id",)),
    "times": ("since", "from", "to"),
}
# What a phase lists by name alone.
_NAMES = ("after", "candidates", "needs")
# What is words in both languages wherever it stands.
_WORDS = ("name", "instruction")


def look(content: Mapping[str, Any]) -> list[Finding]:
    """Findings `missing`, `malformed` and `id_twice`; none: it can be opened."""
    return [*_recipe(content), *_product(content), *_lists(content), *_twice(content)]


def _recipe(content: Mapping[str, Any]) -> Iterator[Finding]:
    if not isinstance(content.get("recipe"), str) or not fields.is_code(content["recipe"]):
        yield Finding("malformed", "recipe")


def _product(content: Mapping[str, Any]) -> Iterator[Finding]:
    for name in ("product", "size"):
        if not isinstance(content.get(name), Mapping):
            yield Finding("missing", name)
        else:
            yield from _words(content[name], name)


def _lists(content: Mapping[str, Any]) -> Iterator[Finding]:
    for at, phase in _each(content, "phases"):
        yield from _named(phase, f"phases/{at}", ("id", "type"))
        yield from _names(phase, f"phases/{at}")
        yield from _drawn(phase, f"phases/{at}")
        for name, needed in _LISTED.items():
            if isinstance(phase, Mapping) and name in phase:
                yield from (f for n, one in _each(phase, name) for f in _named(one, f"phases/{at}/{name}/{n}", needed))
                yield from _is_list(phase, name, f"phases/{at}/{name}")
    for at, line in _each(content, "materials"):
        yield from _named(line, f"materials/{at}", ("material",))
    for name in ("phases", "materials"):
        yield from _is_list(content, name, name)
    if "procedure" in content:
        yield from _procedure(content)


def _names(phase: Any, path: str) -> Iterator[Finding]:
    for name in _NAMES:
        if isinstance(phase, Mapping) and name in phase and not _are_texts(phase[name]):
            yield Finding("malformed", f"{path}/{name}")


def _drawn(phase: Any, path: str) -> Iterator[Finding]:
    """Places from which a calculation draws a value; null: it is typed."""
    for number, one in _each(phase, "inputs"):
        slots = one.get("from") if isinstance(one, Mapping) else None
        if slots is not None and not _are_texts(slots):
            yield Finding("malformed", f"{path}/inputs/{number}/from")


def _are_texts(one: Any) -> bool:
    return isinstance(one, list) and all(isinstance(each, str) for each in one)


def _twice(content: Mapping[str, Any]) -> Iterator[Finding]:
    """Of two phases by one number nobody could say which another one comes after."""
    seen = set[str]()
    for at, phase in _each(content, "phases"):
        number = phase.get("id") if isinstance(phase, Mapping) else None
        if isinstance(number, str):
            if number in seen:
                yield Finding("id_twice", f"phases/{at}/id")
            seen.add(number)


def _procedure(content: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _is_list(content, "procedure", "procedure")
    for at, unit in _each(content, "procedure"):
        yield from _named(unit, f"procedure/{at}", ("id",))
        yield from _is_list(unit, "operations", f"procedure/{at}/operations")
        for number, one in _each(unit, "operations"):
            path = f"procedure/{at}/operations/{number}"
            yield from _named(one, path, ("id",))
            yield from _is_list(one, "phases", f"{path}/phases")
            if not all(isinstance(phase, str) for _, phase in _each(one, "phases")):
                yield Finding("malformed", f"{path}/phases")


def _each(one: Any, name: str) -> Iterator[tuple[int, Any]]:
    inner = one.get(name) if isinstance(one, Mapping) else None
    return enumerate(inner) if isinstance(inner, list) else iter(())


def _is_list(one: Any, name: str, path: str) -> Iterator[Finding]:
    if not isinstance(one, Mapping) or not isinstance(one.get(name), list):
        yield Finding("malformed", path)


def _named(one: Any, path: str, names: tuple[str, ...]) -> Iterator[Finding]:
    if not isinstance(one, Mapping):
        yield Finding("malformed", path)
    else:
        for name in names:
            if not isinstance(one.get(name), str):
                yield Finding("malformed", f"{path}/{name}")
        yield from _words(one, path)


def _words(one: Mapping[str, Any], path: str) -> Iterator[Finding]:
    for name in _WORDS:
        if name in one and not isinstance(one[name], Mapping):
            yield Finding("malformed", f"{path}/{name}")
