"""The hub of one process: its parts, started when the first tablet or bridge comes."""

from collections.abc import Iterator
from threading import Lock
from typing import Any

from flask import Flask, current_app

from server.core.bell import Bell
from server.core.plant import Plant
from server.equipment import queries as equipment
from server.handheld.hub.desk import Desk
from server.handheld.hub.documents import Documents
from server.handheld.hub.exchange import Exchange
from server.handheld.hub.handover import Handover
from server.handheld.hub.limits import Door
from server.handheld.hub.news import News
from server.handheld.hub.presence import Presence
from server.handheld.hub.proofs import Proofs
from server.handheld.hub.relay import Relay
from server.handheld.live import LiveBoard
from server.handheld.snapshots import Snapshots

EXTENSION = "pestle.hub"
_making = Lock()


class Hub:
    """Threads are made by `start`, not by the constructor: commands make an app too, and gunicorn forks."""

    def __init__(self, plant: Plant) -> None:
        self._engine, self._publisher = plant.engine, plant.publisher
        self.door = Door(plant.config.sockets_per_address)
        self.exchange = Exchange()
        self._relay = Relay(plant.engine)
        self.documents = Documents(plant.engine, self._relay.publish_with)
        self.snapshots = Snapshots(self.documents)
        self.desk = Desk(plant.engine, plant.log, plant.recorder)
        self.live = LiveBoard()
        self.proofs = Proofs(plant.engine, plant.log)
        self.bell = Bell()
        self.presence = Presence(self._relay.publish, self.bell.ring)
        self.news = News(plant.engine, plant.log, self.exchange, self._relay, self.bell.ring)
        self.handover = Handover(plant.engine, plant.recorder, self.documents, self.news)
        self._started = False
        self._lock = Lock()

    def start(self) -> None:
        """Begin to work, once; entries that a crash left between a document and the log are handed over first."""
        with self._lock:
            if not self._started:
                self._started = True
                self._relay.start(self._hear)
                self.handover.start()
                self._publisher.subscribe(lambda _: self.handover.wake())

    def stop(self) -> None:
        with self._lock:
            self.bell.close()
            if self._started:
                self.exchange.close()
                self._relay.stop()
                self.handover.stop()

    def connected(self) -> set[str]:
        """The devices that are connected right now, in any process of the site."""
        return self.presence.connected()

    def weights(self) -> Iterator[dict[str, Any]]:
        """What lies on each balance, for a tablet that comes: its last weight in the log, and what it shows now.

        Without it a load that was captured before a page was reloaded would have to be lifted and placed again.
        """
        with self._engine.connect() as connection:
            for balance in equipment.balances(connection):
                live = self.live.of(balance.equipment)
                captured = equipment.latest_reading(connection, balance.equipment)
                if captured is not None:
                    yield {"t": "reading", **captured.payload()}
                if live is not None:
                    yield {"t": "live", "balance": balance.equipment, **live}

    def show(self, value: dict[str, Any]) -> None:
        """A live value {balance, net, quality, at, battery}, here and in the other processes."""
        if self._take_live(value):
            self._relay.publish({"show": value})

    def _take_live(self, value: dict[str, Any]) -> bool:
        if not self.live.show(value["balance"], value["net"], value["quality"], value["at"], value.get("battery")):
            return False
        self.exchange.show({"t": "live", **{name: value[name] for name in ("balance", "net", "quality", "at")}})
        return True

    def _hear(self, notice: dict[str, Any]) -> None:
        """What another process said."""
        match notice:
            case {"grew": str(doc)}:
                self.documents.forget(doc)
                self.exchange.grew(doc)
            case {"log": int()}:
                self.handover.wake()
            case {"came": str(device)}:
                self.presence.heard_came(device)
            case {"left": str(device)}:
                self.presence.heard_left(device)
            case {"show": dict(value)}:
                self._take_live(value)
            case {"missed": True}:
                self.documents.forget()
                self.exchange.catch_up()
                self.handover.wake()


def start(app: Flask) -> Hub:
    """The hub of an app, made and at work from the first call on; whoever serves calls it at once."""
    with _making:
        found: Hub | None = app.extensions.get(EXTENSION)
        hub = found or Hub(app.extensions["pestle"])
        if found is None:
            app.extensions[EXTENSION] = hub
            app.extensions["pestle"].closing.append(hub.stop)
    hub.start()
    return hub


def current_hub() -> Hub:
    """The hub of the app that answers this request."""
    return start(current_app._get_current_object())  # type: ignore[attr-defined]  # werkzeug's proxy hides it


def stop(app: Flask) -> None:
    """End the hub's threads and sockets, if it ever began: before the plant is closed.

    It stays the app's hub: a tablet that comes now must not begin another one, which nobody would end.
    """
    hub: Hub | None = app.extensions.get(EXTENSION)
    if hub is not None:
        hub.stop()
