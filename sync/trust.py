"""The policy file (C2SP tlog-policy): which keys somebody trusts who checks a log or a dossier."""

import base64
from dataclasses import dataclass

from sync import canonical, note, signing
from sync.errors import SyncError

_SERVER_KEY = "# server-key ed25519:"


@dataclass(frozen=True, slots=True)
class Policy:
    """The log's key, and the key with which the server signs its own entries.

    The server's key stands in a comment, since other tools know nothing of it.
    """

    log: note.Key
    server_key: bytes

    def encode(self) -> bytes:
        key = base64.b64encode(self.server_key).decode()
        return f"{_SERVER_KEY}{key}\nlog {self.log.encode()}\nquorum none\n".encode()

    @classmethod
    def parse(cls, data: bytes) -> "Policy":
        """SyncError `policy_malformed`, or what is wrong with one of the keys."""
        try:
            lines = data.decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise SyncError("policy_malformed", "not UTF-8") from error
        servers = [line.removeprefix(_SERVER_KEY) for line in lines if line.startswith(_SERVER_KEY)]
        statements = [line.split() for line in lines if line.strip() and not line.startswith("#")]
        logs = [words[1] for words in statements if words[0] == "log" and len(words) >= 2]
        unknown = [words[0] for words in statements if words[0] not in ("log", "quorum")]
        if len(servers) != 1 or len(logs) != 1 or unknown or ["quorum", "none"] not in statements:
            raise SyncError("policy_malformed", "one server key, one log, quorum none")
        try:
            server_key = canonical.decode_base64(servers[0])
        except ValueError as error:
            raise SyncError("policy_malformed", "the server key") from error
        signing.check_public_key(signing.ED25519, server_key)
        return cls(note.parse_vkey(logs[0]), server_key)
