"""Somebody at a desk, who works with the site while the tablets come: how long each of his requests takes."""

import time
from threading import Event, Thread

from server.core.errors import PestleError
from server.simulate.site import Site

PAUSE_SECONDS = 0.1


class Bystander:
    """Asks one page's data after the other, with a short pause between. `took` in seconds; `failed`: no answer."""

    def __init__(self, site: Site, batch: str) -> None:
        self._site, self._stop = site, Event()
        self._paths = ("/api/home", "/api/batches", f"/api/batches/{batch}", "/api/session", "/api/devices")
        self.took: list[float] = []
        self.failed = 0
        self._thread = Thread(target=self._run, name="bystander", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        while not self._stop.wait(PAUSE_SECONDS):
            path = self._paths[number % len(self._paths)]
            number += 1
            begin = time.monotonic()
            try:
                self._site.ask("GET", path)
                self.took.append(time.monotonic() - begin)
            except PestleError:
                self.failed += 1
