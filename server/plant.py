"""Opens a site: settings to database, key, log, rooms and door. What `create_app` and every command begin with."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select, text

from server.alerts import entries as alerts
from server.alerts import reaching, sweeps
from server.core import clock, db, qualifications, rebuild, refusals, sealing
from server.core.config import Config
from server.core.continuity import Continuity
from server.core.errors import PestleError
from server.core.kinds import Fact, Registry, Room
from server.core.plant import Plant
from server.core.publisher import Publisher
from server.core.record import SERVER, Recorder
from server.engines.flows import entries as flows
from server.engines.forms import definitions
from server.engines.forms import entries as forms
from server.engines.forms.records import entries as records
from server.environment import entries as environment
from server.equipment import entries as equipment
from server.equipment.alarms import entries as equipment_alarms
from server.equipment.status import entries as equipment_status
from server.handheld import entries as handheld
from server.handheld import gates as handhelds
from server.identity import accounts, countersigning, model, recovery, sessions
from server.identity import entries as identity
from server.identity import queries as devices
from server.materials import entries as materials
from server.materials.counts import entries as counts
from server.materials.labels import entries as labels
from server.materials.labels import printables
from server.materials.masters import entries as masters
from server.materials.purchasing import entries as purchasing
from server.materials.receiving import entries as receiving
from server.materials.requisitions import entries as requisitions
from server.materials.stock import entries as stock
from server.materials.suppliers import entries as suppliers
from server.migrations import migrate
from server.planning import entries as planning
from server.planning.lines import entries as lines
from server.production import entries as production
from server.production import queries as batches
from server.production.dispensing import labelled as dispensed
from server.production.dispensing import queries as portions
from server.production.issuing import entries as issuing
from server.quality import entries as quality
from server.quality.inspection import entries as inspections
from server.quality.inspection import labelled
from server.quality.requests import entries as requests
from server.quality.requests import queries as requested
from server.quality.specifications import entries as specifications
from server.quality.specifications import queries as specified
from server.quality.usage import entries as usage
from server.quality.usage import labelled as decisions
from server.quality.usage import numbers
from server.recipes import entries as recipes
from server.recipes import queries as made_by
from server.release import entries as release
from server.release import gates
from server.site import backup, erase, keys, retention
from server.site import entries as site
from server.site.keys import Keys
from server.training import entries as training
from server.training import queries as trainings
from sync import note
from sync.checkpoint import Checkpoint
from sync.log import Log
from sync.log.anchor import Anchor
from sync.log.tables import log_entry
from sync.verify.keys import KEYS_CHANGED

# Every room that has kinds, lower rooms first: the order in which they hear of an entry.
ROOMS = (
    refusals.ROOM,
    identity.ROOM,
    site.ROOM,
    Room("materials", materials.KINDS),
    masters.ROOM,
    stock.ROOM,
    counts.ROOM,
    suppliers.ROOM,
    receiving.ROOM,
    requisitions.ROOM,
    purchasing.ROOM,
    labels.ROOM,
    equipment.ROOM,
    equipment_status.ROOM,
    equipment_alarms.ROOM,
    environment.ROOM,
    training.ROOM,
    Room("forms", forms.KINDS),
    Room("forms", records.KINDS),
    flows.ROOM,
    recipes.ROOM,
    production.ROOM,
    issuing.ROOM,
    quality.ROOM,
    specifications.ROOM,
    inspections.ROOM,
    requests.ROOM,
    usage.ROOM,
    planning.ROOM,
    lines.ROOM,
    release.ROOM,
    handheld.ROOM,
    alerts.ROOM,
)
# What handhelds have to say before a release: their room stands above, so it is handed down here.
gates.SOURCES[:] = handhelds.GATES.values()
gates.LEASES[:] = [handhelds.leases_of]
gates.OWING[:] = [handhelds.owing]
gates.HOLDINGS[:] = [handhelds.holdings]
# How much of a lot is dispensed follows from its results, once they are checked.
portions.RESULTS[:] = [numbers.numbers_of_lot]
portions.UNCHECKED[:] = [numbers.unchecked_of_lot]
made_by.TESTS[:] = [specified.numbers_at_receipt]
# Results of a batch are judged by what its product must be; the rooms stand beside one another.
specified.PRODUCTS[:] = [batches.product_of]
requested.PLANNED[:] = [batches.planned_sample]
# What the label of a sample or of what was dispensed says its room knows, above the labels.
printables.SOURCES["sample"] = labelled.samples
printables.SOURCES["dispensed"] = dispensed.containers
printables.DECIDED[:] = [decisions.decided]
# Whose browsers are pushed to follows who is signed in there.
sessions.ENDED[:] = [reaching.pause]
sessions.BEGUN[:] = [reaching.resume]
# Every room may ask what a step needs; who keeps it stands below some of them and beside others.
qualifications.SOURCES[:] = [trainings.missing]
# Any number that no other program is likely to lock in this database.
_OPENING = 7_264_110_553


def open_plant(config: Config, restoring: bool = False, certificate: bytes | None = None) -> Plant:
    """Open, and at first start make, the site: folder, key, tables, log, and the enrolment of the server itself.

    With a `certificate` of its root the site takes up the keys that wait. PestleError `server_key_wrong` when the key
    file is not the one that this log goes on with; `restore_unfinished` unless it is the restore that asks.
    """
    if config.restoring.exists() and not restoring:
        raise PestleError("restore_unfinished", {"file": config.restoring.name})
    config.data.mkdir(parents=True, exist_ok=True)
    engine = db.open_engine(config.database_url)
    try:
        with _alone(engine):
            return _open(config, engine, certificate)
    except BaseException:
        engine.dispose()
        raise


def _open(config: Config, engine: Engine, certificate: bytes | None) -> Plant:
    retention.use(config.retention_years)
    sealing.use(config.secret)
    definitions.use(engine, config.blobs)
    registry = Registry(ROOMS, devices.permitted_at, countersigning.flags, devices.barred)
    behind = migrate(engine)
    accounts.seal_all(engine)
    with engine.connect() as connection:
        known = devices.device_key(connection, SERVER)
        if certificate is not None:
            keys.check(connection, config, certificate)
    keys.finish_change(config, known.public_key if known else None)
    recovery.prepare(config)
    own = keys.next_keys(config) if certificate else Keys.of(config.key_file, config.cosigner_file, config.secret)
    signer, log = own.signer, Log(config.origin, own.signer, cosigner=own.cosigner)
    if behind:
        # A crash here: the steps are taken, and `pestle rebuild` says what is missing.
        rebuild.replace(engine, log, registry)
    anchor = Anchor(config.anchor_file, config.origin)
    recorder = Recorder(engine, log, signer, registry, devices.device_key, Continuity(anchor))
    publisher = Publisher(engine, log)
    recorder.subscribe(publisher.grew)
    plant = Plant(config, engine, log, signer, recorder, registry, anchor, publisher)
    try:
        if certificate is not None:
            recorder.state(Fact(KEYS_CHANGED, "site", {"certificate": certificate.decode()}))
            # A crash here: the next opening finds the new key in the log, and the files that wait.
            keys.finish_change(config, signer.public_key)
        _enrol_server(plant)
        erase.sweep(plant)
    except BaseException:
        recorder.close()
        anchor.close()
        raise
    return plant


def _overdue(connection: Connection, plant: Plant) -> str | None:
    since = None if plant.config.backup is None else backup.overdue_since(connection, plant.config.backup)
    return None if since is None else clock.text(since)


# The room of the site, beside that of alerts, knows when a backup is missing.
sweeps.OVERDUE[:] = [_overdue]


def open_log(config: Config) -> Log:
    """The log with the keys in DATA, which are made when they are missing."""
    own = Keys.of(config.key_file, config.cosigner_file, config.secret)
    return Log(config.origin, own.signer, cosigner=own.cosigner)


def _enrol_server(plant: Plant) -> None:
    if _server_key(plant) is None:
        key = base64.b64encode(plant.signer.public_key).decode()
        payload = {"device": SERVER, "name": SERVER, "role": model.SERVER, "alg": plant.signer.alg, "public_key": key}
        try:
            plant.recorder.state(Fact(model.DEVICE_ENROLLED, model.device_stream(SERVER), payload))
        except PestleError:
            # Another process, which began the same log at the same time, was first.
            if _server_key(plant) is None:
                raise
    if _server_key(plant) != plant.signer.public_key:
        raise PestleError("server_key_wrong", {"file": plant.config.key_file.name})


def _server_key(plant: Plant) -> bytes | None:
    with plant.engine.connect() as connection:
        known = devices.device_key(connection, SERVER)
    return None if known is None else known.public_key


def check_end(plant: Plant) -> None:
    """Whether the log ends where its last checkpoint says, and leads on from the anchor: what a hand took away at the
    end must not be written over.

    PestleError `entry_missing` with the first index that is wrong, `root_wrong`; SyncError of `Continuity.check`, or
    of a checkpoint that is none. No crash leaves a log so. Commands that only look at a log do not ask this.
    """
    with db.writing_records(), db.write(plant.engine) as connection:
        head = plant.log.lock(connection)
        last = connection.execute(select(func.max(log_entry.c.idx))).scalar()
        signed = Checkpoint.parse(note.open(plant.log.latest_checkpoint(connection), plant.log.policy.logs))
        sizes = {0 if last is None else last + 1, head.size, signed.size}
        if len(sizes) > 1:
            raise PestleError("entry_missing", {"index": min(sizes)})
        if signed.root != head.root:
            raise PestleError("root_wrong", {"size": head.size})
        # Still under the lock: without it another process could append, and move the anchor beyond this head.
        Continuity(plant.anchor).check(connection, plant.log, head)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Processes that start together open one after the other. SQLite takes its lock with each transaction anyway."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _OPENING})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _OPENING})
