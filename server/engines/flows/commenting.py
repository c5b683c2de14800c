"""Comments in flows with files: what a rule says of them, and what their bytes are."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from server.core import blobs
from server.core.errors import PestleError
from server.core.kinds import Entry, Ruling
from server.engines.flows import queries


def decide(connection: Connection, entry: Entry) -> Ruling:
    """On a task that waits, or on the instance as a whole, whatever has become of it."""
    given = entry.payload
    if given["task"] is not None and queries.find_task(connection, given["instance"], given["task"]) is None:
        return Ruling(refusal="flow_task_not_open", details={"task": given["task"]})
    if queries.find_instance(connection, given["instance"]) is None:
        return Ruling(refusal="flow_instance_unknown", details={"instance": given["instance"]})
    return Ruling()


def described(folder: Path, files: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Files as an entry names them: {sha256, name, size, type}, the last two by their bytes. PestleError `not_found`:
    nothing names a file that is not here."""
    said = []
    for one in files:
        found = blobs.load(folder, one["sha256"])
        if found is None:
            raise PestleError("not_found", {"name": one["name"]})
        said.append({"sha256": one["sha256"], "name": one["name"], "size": len(found[0]), "type": found[1]})
    return said
