"""Definitions of forms as bytes beside the log, in the folder of photos, each named by the SHA-256 of its bytes.

An entry names them by that hash, so whoever has the log and the folder has the form as it was approved; backups and
archives take the folder along.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import Connection, Engine

from server.core import blobs
from sync import canonical

# The folder of each opened database: rules and queries are handed a connection, no settings.
_folders: WeakKeyDictionary[Engine, Path] = WeakKeyDictionary()


def use(engine: Engine, folder: Path) -> None:
    _folders[engine] = folder


def folder_of(connection: Connection) -> Path | None:
    """Where definitions and the pictures in them lie."""
    return _folders.get(connection.engine)


def keep(folder: Path, definition: Mapping[str, Any]) -> str:
    """Store the canonical bytes; their SHA-256. What lies there already is left alone."""
    data = canonical.encode(definition)
    name = hashlib.sha256(data).hexdigest()
    path = folder / name[:2] / name
    if not path.exists():
        blobs.write_file(path, data)
    return name


def data_of(connection: Connection, name: str) -> bytes | None:
    """The bytes as they were stored; None for what is not here."""
    folder = folder_of(connection)
    found = None if folder is None else blobs.load(folder, name)
    return None if found is None else found[0]


def definition(connection: Connection, name: str) -> Mapping[str, Any] | None:
    """A definition to read, not to change: it is kept for the next who asks."""
    data = data_of(connection, name)
    return None if data is None or hashlib.sha256(data).hexdigest() != name else _parsed(data)


@lru_cache(maxsize=64)
def _parsed(data: bytes) -> Mapping[str, Any] | None:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) and found.get("pestle_form") == 1 else None
