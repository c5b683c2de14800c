"""What a witness keeps: its keys, whom it watches, the last checkpoint it cosigned, its mirror, and its evidence."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from server.core.errors import PestleError
from server.witness.mirror import write_durably
from sync import cosignature, keyfiles, note
from sync.log.anchor import Anchor
from sync.signing import Ed25519Signer, MLDSA44Signer
from sync.trust import Policy

_SETTINGS, _POLICY, _STATUS = "witness.json", "policy", "status.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """`name` stands in the signature lines; `url` is the site, `login` somebody there who may read the log."""

    name: str
    url: str
    login: str | None = None
    password_file: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """`at` is when the last cosignature was given, `shown` when its checkpoint was asked for (Unix seconds); `broken`
    is what was found against the log: {code, reason, index, size, at, evidence}."""

    size: int = 0
    root: str = ""
    at: int | None = None
    shown: int | None = None
    broken: dict[str, Any] | None = None
    # Findings that a person has looked at and lets pass: index and code.
    accepted: list[list[Any]] = field(default_factory=list)


class Folder:
    """Of one witness. PestleError `witness_folder_wrong` when it is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.settings = Settings(**json.loads((path / _SETTINGS).read_text("utf-8")))
            self.policy = Policy.parse((path / _POLICY).read_bytes())
        except (OSError, ValueError, TypeError) as error:
            raise PestleError("witness_folder_wrong", {"folder": str(path), "found": str(error)}) from error
        secret = keyfiles.secret()
        self.signers: tuple[MLDSA44Signer | Ed25519Signer, ...] = (
            MLDSA44Signer.load_or_create(path / "mldsa44.key", secret),
            Ed25519Signer.load_or_create(path / "ed25519.key", secret),
        )
        self.anchor = Anchor(path / "state", self.policy.origin)
        self._taken = os.open(path / _SETTINGS, os.O_RDONLY | os.O_CLOEXEC)

    @classmethod
    def make(cls, path: Path, policy: bytes, settings: Settings) -> "Folder":
        """A new one; PestleError `witness_folder_wrong` where one is already."""
        Policy.parse(policy)
        if (path / _SETTINGS).exists():
            raise PestleError("witness_folder_wrong", {"folder": str(path), "found": "a witness is there already"})
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(path / _POLICY, policy)
        # Last: a folder without it is none.
        write_durably(path / _SETTINGS, json.dumps(asdict(settings), ensure_ascii=False, indent=1).encode())
        return cls(path)

    def take(self) -> None:
        """Work on it alone: two that cosign side by side could cosign two logs. PestleError `witness_runs`."""
        try:
            fcntl.flock(self._taken, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PestleError("witness_runs", {"folder": str(self.path)}) from error

    @property
    def mirror(self) -> Path:
        return self.path / "mirror"

    @property
    def keys(self) -> tuple[note.Key, ...]:
        """ML-DSA-44 first, which is the one to give to the site; Ed25519 for readers that know no other."""
        types = (cosignature.MLDSA44_TYPE, cosignature.ED25519_TYPE)
        pairs = zip(self.signers, types, strict=True)
        return tuple(note.Key(self.settings.name, signer.public_key, type_) for signer, type_ in pairs)

    def change_policy(self, policy: Policy) -> None:
        """Keys that the site's root has named since."""
        self.policy = policy
        write_durably(self.path / _POLICY, policy.encode())

    @property
    def status(self) -> Status:
        try:
            return Status(**json.loads((self.path / _STATUS).read_text("utf-8")))
        except FileNotFoundError:
            return Status()

    def write_status(self, status: Status) -> None:
        write_durably(self.path / _STATUS, json.dumps(asdict(status), ensure_ascii=False, indent=1).encode())

    def keep_evidence(self, name: str, files: dict[str, bytes]) -> Path:
        """What shows that the log broke a rule, in a folder of its own; never written over."""
        place = self.path / "evidence" / name
        for path, data in files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            if not (place / path).exists():
                write_durably(place / path, data)
        return place

    def close(self) -> None:
        self.anchor.close()
        os.close(self._taken)


def read_password(file: Path) -> str:
    """The first line of a file that nobody but its owner can read; PestleError `password_file_open`."""
    try:
        mode = os.stat(file).st_mode
        if mode & 0o077:
            raise PestleError("password_file_open", {"file": str(file)})
        return file.read_text("utf-8").split("\n", 1)[0]
    except OSError as error:
        raise PestleError("file_unreadable", {"file": str(file), "found": str(error)}) from error
