"""One opened site in a process: its database, its log, its door. Views, commands and rooms reach everything by it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from flask import current_app
from sqlalchemy import Engine

from server.core.config import Config
from server.core.kinds import Registry
from server.core.limits import SIGN_INS, Buckets, Rate
from server.core.publisher import Publisher
from server.core.record import Recorder
from sync.log import Log
from sync.log.anchor import Anchor
from sync.signing import Ed25519Signer

SITE_NAME = {"zh": "批印", "en": "Pestle"}


@dataclass(frozen=True, slots=True)
class Plant:
    """`signer` holds the key of the server: of its entries, its checkpoints, its leases."""

    config: Config
    engine: Engine
    log: Log
    signer: Ed25519Signer
    recorder: Recorder
    registry: Registry
    anchor: Anchor
    publisher: Publisher
    # By address.
    sign_ins: Buckets = field(default_factory=lambda: Buckets(Rate(*SIGN_INS)))
    # What began with a request and works on its own, such as the hub of the tablets: ended before all else.
    closing: list[Callable[[], None]] = field(default_factory=list)

    def site(self) -> dict[str, Any]:
        """What a device must know to trust this site: {name, server_key (base64, raw Ed25519), vkey of the log}."""
        key = base64.b64encode(self.signer.public_key).decode()
        return {"name": SITE_NAME, "server_key": key, "vkey": self.log.vkey}

    def close(self) -> None:
        """End what works on its own, then the committer; then let go of witnesses, anchor and database."""
        for end in self.closing:
            end()
        self.recorder.close()
        self.publisher.close()
        self.anchor.close()
        self.engine.dispose()


def current() -> Plant:
    """The plant of the request that is being answered."""
    return cast(Plant, current_app.extensions["pestle"])
