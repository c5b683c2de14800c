"""The forms of tasks: what a definition may take from one, which record a task has, and what stands in it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.core import days
from server.engines.flows import values
from server.engines.flows.model import Node
from server.engines.forms import definitions
from server.engines.forms import queries as forms
from server.engines.forms.records import queries as records
from server.engines.forms.records.model import Record, Value

# The type that a field has for a flow; what is missing here a flow cannot take from a form.
_TYPES = {
    **dict.fromkeys(("number", "reading", "calculation"), "decimal"),
    **dict.fromkeys(("text", "scan", "equipment", "lot"), "text"),
    **{"yes_no": "yes_no", "date": "date", "time": "time", "person": "person"},
}


def fields_of(connection: Connection) -> dict[str, dict[str, str]]:
    """The fields of every form that is effective today, with their types, by its code."""
    found = {}
    for version in forms.fillable(connection, days.today(connection)):
        definition = definitions.definition(connection, version.sha256)
        found[version.form] = {} if definition is None else _fields(definition)
    return found


def _fields(definition: Mapping[str, Any]) -> dict[str, str]:
    """Without those of repeated sections, of which there is no one value."""
    inside = [one for section in definition["sections"] if section["repeat"] is None for one in section["fields"]]
    return {one["id"]: kind for one in inside if (kind := _type(one)) is not None}


def _type(one: Mapping[str, Any]) -> str | None:
    if one["type"] == "choice":
        return "list(text)" if one["several"] else "text"
    return _TYPES.get(one["type"])


def subject_of(instance: str, task: str) -> str:
    """What the record of a task says that it is about."""
    return f"{instance}/{task}"


def record_of(connection: Connection, instance: str, task: str, form: str) -> Record | None:
    """The record that was filled in for a task; there is one at most."""
    return records.find_about(connection, form, subject_of(instance, task))


def given(connection: Connection, record: Record, node: Node) -> list[dict[str, Any]]:
    """What a completed record says for the variables that the task sets, as an entry of the task says it."""
    last = {one.path: one for one in records.values_of(connection, record.record) if one.superseded_by is None}
    return [{"variable": one.variable, "value": _texts(last.get(one.variable))} for one in node.sets]


def _texts(said: Value | None) -> list[str]:
    value = None if said is None else said.value
    return values.written(value["value"] if isinstance(value, Mapping) and "value" in value else value)
