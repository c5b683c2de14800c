"""One opened site in a process: its database, its log, its door. Views, commands and rooms reach everything by it."""

from dataclasses import dataclass
from typing import cast

from flask import current_app
from sqlalchemy import Engine

from server.core.config import Config
from server.core.kinds import Registry
from server.core.record import Recorder
from sync.log import Log
from sync.signing import Ed25519Signer


@dataclass(frozen=True, slots=True)
class Plant:
    """`signer` holds the key of the server: of its entries, its checkpoints, its leases."""

    config: Config
    engine: Engine
    log: Log
    signer: Ed25519Signer
    recorder: Recorder
    registry: Registry

    def close(self) -> None:
        """End the committer, then let go of the database."""
        self.recorder.close()
        self.engine.dispose()


def current() -> Plant:
    """The plant of the request that is being answered."""
    return cast(Plant, current_app.extensions["pestle"])
