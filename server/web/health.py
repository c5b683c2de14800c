"""Tells a supervisor whether the plant is alive, and how much it does."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import datetime
from threading import Lock
from time import monotonic

from flask import Blueprint, Flask, Response, current_app
from sqlalchemy import select

from server.core import clock, db
from server.core.complaints import complain
from server.core.plant import Plant, current
from server.site import backup
from server.web import log_state
from sync.entry import Receipt
from sync.log import publication
from sync.log.tables import log_entry

blueprint = Blueprint("health", __name__)
_LAST = select(log_entry.c.receipt).order_by(log_entry.c.idx.desc()).limit(1)


# How old an answer may be, and how long the committer may take for one: interactive work would have given up.
_FRESH_SECONDS = 5.0
_PATIENCE_SECONDS = 5.0


class Probe:
    """Whether records can be written: asked of the committer itself, whatever the reason why it cannot."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._asked: Future[None] | None = None
        self._at, self._fault, self._since = -_FRESH_SECONDS, "", ""
        self._lock = Lock()

    def fault(self) -> str:
        """Empty while records can be written; else `<since> <what>`."""
        with self._lock:
            if monotonic() - self._at >= _FRESH_SECONDS:
                self._take(self._ask())
                self._at = monotonic()
            return f"{self._since} {self._fault}" if self._fault else ""

    def _ask(self) -> str:
        # One that stuck is waited for: a queue that does not move must not grow.
        self._asked = self._asked or self._plant.recorder.probe()
        try:
            self._asked.result(timeout=_PATIENCE_SECONDS)
            fault = ""
        except TimeoutError as error:
            if not self._asked.done():
                return "the committer does not answer"
            fault = type(error).__name__
        except Exception as error:
            fault = type(error).__name__
            if not self._fault:
                complain("writes_fail", error)
        self._asked = None
        return fault

    def _take(self, fault: str) -> None:
        if fault and not self._fault:
            self._since = clock.now_text()
        self._fault = fault


def register(app: Flask) -> None:
    """Count answers by status in this process, from now on."""
    counts: Counter[int] = Counter()
    app.extensions["pestle_answers"] = counts
    app.extensions["pestle_probe"] = Probe(app.extensions["pestle"])

    @app.after_request
    def count(response: Response) -> Response:
        counts[response.status_code] += 1
        return response


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 when records can be read and written, else 503 with the reason. A further line where something is wrong with
    the witnesses or the backups: the plant goes on, so that no supervisor may end it for that."""
    probe: Probe = current_app.extensions["pestle_probe"]
    fault = probe.fault()
    if fault:
        return _text(f"failing {fault}\n", 503)
    try:
        return _text("ok\n" + _warnings(current()))
    except Exception as error:
        complain("reads_fail", error)
        return _text(f"failing {clock.now_text()} {type(error).__name__}\n", 503)


def _warnings(plant: Plant) -> str:
    with db.snapshot(plant.engine) as connection:
        connection.execute(select(1))
        witnesses = log_state.warning(log_state.standing(connection, plant), plant.publisher.states())
        backups = backup.warning(connection, plant.config.backup)
    wrong = [one for one in (witnesses, backups) if one is not None]
    return "".join(f"warning {one['code']} {one['since']} {one['detail']}\n" for one in wrong)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus text: size of the log, time of its last checkpoint (s), answers of this process by status."""
    return _text("".join(f"{line}\n" for line in _lines()))


def _lines() -> Iterator[str]:
    plant = current()
    with plant.engine.connect() as connection:
        size = plant.log.head(connection).size
        published = publication.opened(connection, plant.log)
        backed_up = backup.last_made(connection)
        last = connection.execute(_LAST).scalar()
    yield "# TYPE pestle_log_size gauge"
    yield f"pestle_log_size {size}"
    yield "# TYPE pestle_log_published_size gauge"
    yield f"pestle_log_published_size {0 if published is None else published[1].checkpoint.size}"
    if last is not None:
        # A checkpoint is signed in the transaction of the entries it covers.
        at = datetime.fromisoformat(Receipt.parse(last).recorded_at).timestamp()
        yield "# TYPE pestle_log_checkpoint_timestamp_seconds gauge"
        yield f"pestle_log_checkpoint_timestamp_seconds {at:.3f}"
    if backed_up is not None:
        yield "# TYPE pestle_backup_timestamp_seconds gauge"
        yield f"pestle_backup_timestamp_seconds {backed_up.timestamp():.3f}"
    yield "# TYPE pestle_requests_total counter"
    for status, count in sorted(current_app.extensions["pestle_answers"].items()):
        yield f'pestle_requests_total{{status="{status}"}} {count}'


def _text(text: str, status: int = 200) -> Response:
    return Response(text, status, mimetype="text/plain", headers={"Cache-Control": "no-store"})
