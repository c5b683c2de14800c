"""The kinds of the site: what was done with its whole log, stated by the server; and the erasure, which is decided."""

from marshmallow import Schema
from sqlalchemy import Connection, select

from server.core import days, fields, zones
from server.core.kinds import Entry, Kind, Room, Ruling
from server.core.outcomes import SERVER
from server.site import keys, model, retention, witnesses
from sync.entry import Receipt
from sync.log import erasure
from sync.log.tables import log_entry
from sync.verify.rules import ERASED


class CheckpointShape(Schema):
    """Size, and root in hex."""

    size = fields.whole()
    root = fields.sha256()


class BackupMade(Schema):
    """`recipients` are SHA-256 of the recipients' public keys as text; `removed` the older backups that had to go."""

    file = fields.text()
    bytes = fields.whole(1)
    sha256 = fields.sha256()
    checkpoint = fields.nested(CheckpointShape)
    recipients = fields.words(1, 50)
    removed = fields.words()


class BackupFailed(Schema):
    """`code` of the catalogue, and where it was to go."""

    to = fields.text(500)
    code = fields.code()
    detail = fields.text(500, none=True)


class _Backup(CheckpointShape):
    sha256 = fields.sha256()


class Restored(Schema):
    """`backup` is the file's SHA-256 and the checkpoint in it; from `checkpoint`, with what a mirror had, the log goes
    on. `lost` is a later checkpoint that is known to have been signed and could not be brought back.
    """

    backup = fields.nested(_Backup)
    checkpoint = fields.nested(CheckpointShape)
    mirror = fields.text(500, none=True)
    lost = fields.nested(CheckpointShape, none=True)


class _Named(Schema):
    id = fields.entry_id()
    index = fields.whole()


class PayloadsErased(Schema):
    """`basis` is the law, rule or request by which it is done."""

    entries = fields.many(_Named, 1, model.MOST_ERASED)
    reason = fields.text(2000)
    basis = fields.text(500)


class Archived(Schema):
    """`manifest` is the SHA-256 of the list of all files with theirs, `batches` the number of dossiers."""

    folder = fields.text()
    files = fields.whole(1)
    bytes = fields.whole(1)
    manifest = fields.sha256()
    checkpoint = fields.nested(CheckpointShape)
    batches = fields.whole()


class _Version(Schema):
    software = fields.code()
    migration = fields.code()


class _Ruled(_Version):
    """`rules` is the edition of the rules, 0 of a version that named none."""

    rules = fields.whole()


class _Checked(Schema):
    """`how`: every entry by the rules of a verifier, or the end and a sample under the signed root."""

    how = fields.choice("all", "sample")
    entries = fields.whole()
    checkpoint = fields.nested(CheckpointShape)


class UpgradedV1(Schema):
    """`before` is null when the log has never said with what it was written."""

    before = fields.nested(_Version, none=True)
    now = fields.nested(_Version)
    checked = fields.nested(_Checked)


class Upgraded(UpgradedV1):
    """With the rules by which is judged from here on."""

    before = fields.nested(_Ruled, none=True)
    now = fields.nested(_Ruled)


class ZoneSet(Schema):
    """`zone`: IANA. From when this was decided on, a day is one of this zone."""

    zone = fields.text(60)
    reason = fields.text(2000)


def decide_zone(connection: Connection, entry: Entry) -> Ruling:
    """One that there is, and not the one that holds."""
    zone = entry.payload["zone"]
    code = zones.refused(zone, days.zones(connection).latest)
    return Ruling() if code is None else Ruling(refusal=code, details={"zone": zone})


def decide_erasure(connection: Connection, entry: Entry) -> Ruling:
    """Only what is past its retention, is still there, and is not needed to check the log."""
    named = {one["index"]: one["id"] for one in entry.payload["entries"]}
    query = select(log_entry.c.idx, log_entry.c.id, log_entry.c.kind, log_entry.c.receipt)
    found = {row.idx: row for row in connection.execute(query.where(log_entry.c.idx.in_(list(named))))}
    held, end = erasure.held(connection, list(named)), retention.end()
    for index, name in sorted(named.items()):
        row = found.get(index)
        if row is None or row.id != name or index not in held:
            return Ruling(refusal="erasure_unknown", details={"index": index, "entry": name})
        if row.kind in erasure.NEVER:
            return Ruling(refusal="erasure_forbidden", details={"index": index, "kind": row.kind})
        recorded_at = Receipt.parse(row.receipt).recorded_at
        if recorded_at >= end:
            return Ruling(refusal="retention_running", details={"index": index, "recorded_at": recorded_at, "end": end})
    return Ruling()


KINDS = (
    Kind(model.BACKUP_MADE, BackupMade, "observation", by_server=True),
    Kind(model.BACKUP_FAILED, BackupFailed, "observation", by_server=True),
    Kind(model.RESTORED, Restored, "observation", by_server=True),
    Kind(ERASED, PayloadsErased, "decision", decide_erasure, by=(model.ERASE,)),
    Kind(model.ARCHIVED, Archived, "observation", by_server=True),
    Kind(model.UPGRADED_V1, UpgradedV1, "observation", by_server=True),
    Kind(model.UPGRADED, Upgraded, "observation", by_server=True),
    Kind(model.ZONE_SET, ZoneSet, "decision", decide_zone, days.state_zone, by=("people.manage", SERVER)),
    *witnesses.KINDS,
    *keys.KINDS,
)
ROOM = Room("site", KINDS)
