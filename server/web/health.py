"""Tells a supervisor whether the plant is alive, and how much it does."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Flask, Response, current_app
from sqlalchemy import select

from server.core import db
from server.core.plant import current
from server.site import backup
from server.web import log_state
from sync.entry import Receipt
from sync.log import publication
from sync.log.tables import log_entry

blueprint = Blueprint("health", __name__)
_LAST = select(log_entry.c.receipt).order_by(log_entry.c.idx.desc()).limit(1)


def register(app: Flask) -> None:
    """Count answers by status in this process, from now on."""
    counts: Counter[int] = Counter()
    app.extensions["pestle_answers"] = counts

    @app.after_request
    def count(response: Response) -> Response:
        counts[response.status_code] += 1
        return response


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 when the database answers; whatever it raises is a 500 as everywhere. A further line where something is wrong
    with the witnesses or the backups: the plant goes on, so that no supervisor may end it for that."""
    plant = current()
    with db.snapshot(plant.engine) as connection:
        connection.execute(select(1))
        witnesses = log_state.warning(log_state.standing(connection, plant), plant.publisher.states())
        backups = backup.warning(connection, plant.config.backup)
    wrong = [one for one in (witnesses, backups) if one is not None]
    return _text("ok\n" + "".join(f"warning {one['code']} {one['since']} {one['detail']}\n" for one in wrong))


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


def _text(text: str) -> Response:
    return Response(text, mimetype="text/plain", headers={"Cache-Control": "no-store"})
