"""A batch's document on a virtual tablet, in the Automerge library itself: a second opinion on the server's codec."""

import hashlib
import json
from typing import Any

from automerge import core

from sync.crdt.leb128 import unsigned


class Document:
    """The server's changes by number, our own beside them. `last`: every change up to this number is here."""

    def __init__(self, actor: bytes, first: bytes) -> None:
        self._core = core.Document.load(first)
        self._core.set_actor(actor)
        self.last = 1

    def apply(self, change: bytes) -> None:
        """The library has no other way to take a raw change than in a message of its own protocol."""
        message = core.Message.decode(b"\x43\x00\x00\x01\x00\x00\x01" + unsigned(len(change)) + change)
        self._core.receive_sync_message(core.SyncState(), message)

    def put(self, entry: str, value: bytes) -> bytes:
        """Write an entry; the raw change."""
        heads = self._core.get_heads()
        with self._core.transaction() as transaction:
            transaction.put(self._map("entries"), entry, core.ScalarType.Bytes, value)
        [change] = self._core.get_changes(heads)
        return bytes(change.bytes)

    def entries(self) -> dict[str, bytes]:
        """The entries in wire form, by id."""
        return {key: self._bytes("entries", key) or b"" for key in self._core.keys(self._map("entries"))}

    def holds(self, entry: str) -> bool:
        return self._core.get(self._map("entries"), entry) is not None

    def receipted(self) -> set[str]:
        """The entries that have a receipt."""
        return set(self._core.keys(self._map("receipts")))

    def receipt(self, entry: str) -> dict[str, Any] | None:
        found = self._bytes("receipts", entry)
        return None if found is None else json.loads(found)

    def digest(self) -> str:
        """What it holds, and the whole history of it: the heads are hashes over all changes."""
        found = hashlib.sha256(b"".join(sorted(self._core.get_heads())))
        for name in ("entries", "receipts"):
            for key in sorted(self._core.keys(self._map(name))):
                value = self._bytes(name, key) or b""
                found.update(f"{name} {key} ".encode() + hashlib.sha256(value).digest())
        return found.hexdigest()

    def _bytes(self, name: str, key: str) -> bytes | None:
        found = self._core.get(self._map(name), key)
        if found is None:
            return None
        value = found[0]
        assert isinstance(value, tuple)
        # The library gives bytes as a list of numbers, whatever its types say.
        data: Any = value[1]
        return bytes(data)

    def _map(self, name: str) -> bytes:
        found = self._core.get(core.ROOT, name)
        assert found is not None
        return bytes(found[1])
