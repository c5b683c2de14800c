"""Has a backup made when one is due, by a process of its own, so that nobody who works waits for it."""

import os
import subprocess
import sys
from datetime import timedelta
from threading import Event, Thread

from server.core import clock
from server.core.complaints import complain
from server.core.config import Backups
from server.core.plant import Plant
from server.site import backup

# After one that failed: the disk may be back.
_AGAIN = timedelta(minutes=10)
_LOOK_SECONDS = 30.0


class Schedule:
    """For a server that runs. A time that was missed while it was off is made up when it starts."""

    def __init__(self, plant: Plant) -> None:
        self._plant, self._end = plant, Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._run, name="backups", daemon=True)

    def start(self) -> None:
        """Nothing is made where no setting says where to."""
        if self._plant.config.backup is not None:
            self._thread.start()

    def stop(self) -> None:
        """A backup that is being made is given up; the next start makes it anew."""
        self._end.set()
        if self._child is not None:
            self._child.terminate()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _run(self) -> None:
        plan = self._plant.config.backup
        assert plan is not None
        while not self._end.wait(self._wait(plan)):
            if not self._make():
                self._end.wait(_AGAIN.total_seconds())

    def _wait(self, plan: Backups) -> float:
        """Seconds until the next look, 0 when a backup is due."""
        while not self._end.is_set():
            try:
                with self._plant.engine.connect() as connection:
                    at = backup.due(connection, plan)
            except Exception as error:
                complain("backup_not_scheduled", error)
                self._end.wait(_LOOK_SECONDS)
                continue
            left = 0.0 if at is None else (at - clock.now()).total_seconds()
            if left <= _LOOK_SECONDS:
                return max(0.0, left)
            self._end.wait(_LOOK_SECONDS)
        return 0.0

    def _make(self) -> bool:
        """The command of the same name, which finds all it needs in the settings, and states how it went."""
        command = [sys.executable, "-m", "server.cli", "backup", "--due"]
        settings = {"DATA": str(self._plant.config.data), "DATABASE_URL": self._plant.config.database_url}
        try:
            self._child = subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
            return self._child.wait() == 0
        except OSError as error:
            complain("backup_failed", error)
            return False
