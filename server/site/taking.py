"""Takes what a backup holds into its places: files into DATA, entries and rows into an open transaction."""

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, MetaData, Table, insert, inspect

from server import migrations
from server.core import blobs, db
from server.core.config import Config
from server.core.errors import PestleError
from server.site import packing
from sync import tiles
from sync.log import loading
from sync.log.tables import log_checkpoint

_KEY_FILE = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\.key")


@dataclass
class Place:
    """DATA, with what was put there, to be taken away again when it comes to nothing."""

    config: Config
    written: list[Path] = field(default_factory=list)

    def mark(self, said: dict[str, Any]) -> None:
        blobs.write_file(self.config.restoring, orjson.dumps(said))

    def key(self, name: str, data: bytes) -> None:
        path = self.config.data / name
        # DATA holds files that say what is to be deleted and what the log was: no backup brings those.
        if not _KEY_FILE.fullmatch(name):
            raise PestleError("backup_damaged", {"detail": name[:200]})
        if path.exists():
            if path.read_bytes() != data:
                raise PestleError("restore_target_taken", {"file": name})
            return
        self.written.append(path)
        blobs.write_file(path, data)

    def blob(self, name: str, data: bytes) -> None:
        if hashlib.sha256(data).hexdigest() != name:
            raise PestleError("backup_damaged", {"detail": name[:200]})
        path = self.config.blobs / name[:2] / name
        if not path.exists():
            self.written.append(path)
            blobs.write_file(path, data)

    def clear(self) -> None:
        for path in self.written:
            path.unlink(missing_ok=True)
            with suppress(OSError):
                path.parent.rmdir()
        self.config.erasing.unlink(missing_ok=True)
        self.config.restoring.unlink(missing_ok=True)


@dataclass
class Taking:
    """The files of a backup, as they come, into an open transaction."""

    connection: Connection
    place: Place
    size: int = 0
    signed: bytes = b""
    _leaves: list[bytes] = field(default_factory=list)
    _tables: dict[str, Table] = field(default_factory=dict)

    def take(self, name: str, data: bytes) -> None:
        if name == packing.ABOUT:
            self._begin(packing.about(data))
        elif name.startswith(packing.KEYS):
            self.place.key(name.removeprefix(packing.KEYS), data)
        elif name.startswith(packing.BLOBS):
            self.place.blob(name.removeprefix(packing.BLOBS), data)
        elif name.startswith(packing.TABLES):
            self._rows(name.split("/")[1], packing.decode_rows(data))
        elif name == packing.LOG + "checkpoint":
            self.signed = data
        elif name.startswith(packing.LOG):
            self._log(tiles.Name.parse(name.removeprefix(packing.LOG)), data)

    def _begin(self, about: dict[str, Any]) -> None:
        """The tables as they were then; the steps since follow when the rows are in."""
        if about["origin"] != self.place.config.origin:
            raise PestleError("setting_wrong", {"setting": "ORIGIN", "value": about["origin"]})
        from alembic import command

        command.upgrade(migrations.configured(self.connection), about["migration"])
        loading.begin(self.connection)

    def _log(self, name: tiles.Name | None, data: bytes) -> None:
        if name is not None and name.kind == "entries":
            self._leaves = tiles.decode_entries(data)
        elif name is not None and name.kind == "payloads":
            loading.add(self.connection, self.size, self._leaves, loading.decode_payloads(data, self.size))
            self.size += len(self._leaves)

    def _rows(self, name: str, rows: list[dict[str, Any]]) -> None:
        if name not in self._tables:
            # Of an older version, a table may have gone since; but none that is made from the entries is ever brought,
            # no session, and nothing of the database's own.
            foreign = packing.DERIVED | packing.PASSING | set(db.records.tables) | {"alembic_version"}
            if name in foreign or name.startswith("sqlite_") or not inspect(self.connection).has_table(name):
                raise PestleError("backup_damaged", {"detail": name[:200]})
            self._tables[name] = Table(name, MetaData(), autoload_with=self.connection)
        if name == log_checkpoint.name:
            # The one at the end is signed again, to the same bytes, when the tree has been made.
            rows = [row for row in rows if row["size"] < self.size]
        if rows:
            self.connection.execute(insert(self._tables[name]), rows)
