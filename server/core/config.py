"""The settings of a plant, all from the environment: PORT, DATA, DATABASE_URL."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from server.core.errors import PestleError


@dataclass(frozen=True, slots=True)
class Config:
    """`data` is the folder of keys, photos and, unless `database_url` names PostgreSQL, the database."""

    data: Path
    database_url: str
    port: int = 8000
    origin: str = "pestle.local/log"

    @property
    def blobs(self) -> Path:
        return self.data / "blobs"

    @property
    def key_file(self) -> Path:
        return self.data / "server.key"

    @property
    def cosigner_file(self) -> Path:
        """The log's second key, ML-DSA-44, which signs what is published."""
        return self.data / "log-mldsa44.key"

    @property
    def anchor_file(self) -> Path:
        return self.data / "anchor"


def from_environment(environment: Mapping[str, str] = os.environ) -> Config:
    """PORT (8000), DATA (./var), DATABASE_URL (SQLite under DATA), ORIGIN (the log's name to the world)."""
    data = Path(environment.get("DATA") or "./var").resolve()
    url = environment.get("DATABASE_URL") or f"sqlite:///{data / 'pestle.db'}"
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.partition("://")[2]
    try:
        port = int(environment.get("PORT") or 8000)
    except ValueError as error:
        raise PestleError("setting_wrong", {"setting": "PORT", "value": environment["PORT"]}) from error
    return Config(data, url, port, environment.get("ORIGIN") or "pestle.local/log")
