"""Publishes checkpoints: a thread beside the committer, which never waits for it, nor for a witness."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from server.core import db
from server.core.complaints import complain
from server.core.witnessing import Asked, State
from sync import note
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log import Log, publication
from sync.trust import Policy

Listener = Callable[[bytes], None]


class Publisher:
    """Of one process. Without `start` nothing is published but on demand, by `now`."""

    SECONDS = 1.0
    # Other processes append too, without telling.
    LOOK_SECONDS = 5.0
    MOST_SECONDS = 60.0

    def __init__(self, engine: Engine, log: Log) -> None:
        self._engine, self._log = engine, log
        self._asked: dict[str, Asked] = {}
        self._listeners: list[Listener] = []
        self._wake, self._stop, self._one = threading.Event(), threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Publish from now on about once a second, when the log has grown."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
            self._thread.start()

    def grew(self, _: Any = None) -> None:
        """The log has grown; for `Recorder.subscribe`."""
        self._wake.set()

    def subscribe(self, listener: Listener) -> None:
        """Be told, in the thread that publishes, of each note that this process publishes."""
        self._listeners.append(listener)

    def now(self) -> bytes:
        """The published checkpoint, which covers all that is in the log now.

        SyncError `quorum_missing` while too few witnesses cosign: then the one before stays published.
        """
        with self._one:
            signed, fresh = self._publish()
        if fresh:
            self._tell(signed)
        return signed

    def states(self) -> list[State]:
        """How the witnesses stand that this process has asked."""
        return [asked.state for asked in self._asked.values()]

    def close(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            # A witness may let it wait; what it would still do is done again by the next process.
            self._thread.join(timeout=2)

    def _publish(self) -> tuple[bytes, bool]:
        with db.snapshot(self._engine) as connection:
            policy = publication.policy(connection, self._log)
            latest = self._log.latest_checkpoint(connection)
            before = publication.published(connection, self._log, policy)
        if before is not None and note.split(before)[0] == note.split(latest)[0]:
            return before, False
        signed = publication.signed_again(self._log, latest, int(time.time()))
        signed = note.add(signed, self._cosignatures(policy, signed))
        policy.open(signed)
        self._keep(signed)
        # A crash here: it is published, and nobody was told; who asks is told.
        with self._engine.connect() as connection:
            kept = publication.with_lines(connection, _size(signed))
        return kept or signed, True

    def _keep(self, signed: bytes) -> None:
        try:
            with db.writing_records(), db.write(self._engine) as connection:
                publication.keep(connection, signed)
        except IntegrityError:
            # Another process published the same checkpoint in this moment.
            return

    def _cosignatures(self, policy: Policy, signed: bytes) -> list[bytes]:
        """All witnesses at once: the slowest is waited for, not the sum of them."""
        known = {one.key.encode(): self._asked.get(one.key.encode()) or Asked(one) for one in policy.witnesses}
        self._asked = known
        if not known:
            return []
        size = _size(signed)
        with ThreadPoolExecutor(len(known), "witness") as pool:
            answers = pool.map(lambda asked: asked.cosign(signed, size, self._prove), known.values())
            return [line for lines in answers for line in lines]

    def _prove(self, old: int, size: int) -> list[bytes]:
        with self._engine.connect() as connection:
            return self._log.consistency_proof(connection, old, size)

    def _run(self) -> None:
        pause, failing = 0.0, ""
        while not self._stop.wait(pause):
            self._wake.clear()
            try:
                self.now()
                pause, failing = self.SECONDS, ""
            except Exception as error:
                # The log goes on without; said once, and told by `states` to whoever looks.
                code = error.code if isinstance(error, SyncError) else "publication_failed"
                if code != failing:
                    complain(code, error)
                pause, failing = min(max(2 * pause, self.SECONDS), self.MOST_SECONDS), code
                continue
            self._wake.wait(self.LOOK_SECONDS)

    def _tell(self, signed: bytes) -> None:
        for listener in self._listeners:
            try:
                listener(signed)
            except Exception as error:
                complain("listener_failed", error)


def _size(signed: bytes) -> int:
    return Checkpoint.parse(note.split(signed)[0]).size
