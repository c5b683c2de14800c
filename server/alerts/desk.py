"""What a process does about alerts: it watches, delivers, and rings when an inbox has changed."""

from threading import Lock

from flask import Flask, current_app

from server.alerts.courier import Courier
from server.alerts.watch import Watch
from server.core.bell import Bell
from server.core.plant import Plant

EXTENSION = "pestle.alerts"
_making = Lock()


class Desk:
    """Nothing is watched or sent before `start`: commands make an app too, and gunicorn forks."""

    def __init__(self, plant: Plant) -> None:
        self.bell = Bell()
        self.courier = Courier(plant)
        self.watch = Watch(plant, self._changed)

    def start(self) -> None:
        self.watch.start()
        self.courier.start()

    def stop(self) -> None:
        self.bell.close()
        self.watch.stop()
        self.courier.stop()

    def _changed(self) -> None:
        self.courier.wake()
        self.bell.ring()


def desk_of(app: Flask) -> Desk:
    with _making:
        found: Desk = app.extensions.get(EXTENSION) or Desk(app.extensions["pestle"])
        app.extensions[EXTENSION] = found
    return found


def current_desk() -> Desk:
    """That of the app which answers this request."""
    return desk_of(current_app._get_current_object())  # type: ignore[attr-defined]  # werkzeug's proxy hides it
