"""The kinds of stock, and its ears for everything that moves what a container holds."""

from collections.abc import Mapping

from sqlalchemy import Connection

from server.core.kinds import Entry, Kind, Project, Room, Ruling
from server.core.outcomes import SERVER
from server.identity import queries as identity
from server.materials.masters import queries as masters
from server.materials.model import NOT_PERMITTED
from server.materials.stock import judging, model, projection, queries, rules, shapes


def decide_location(connection: Connection, entry: Entry) -> Ruling:
    """One that is given up must be empty."""
    given = entry.payload
    count = 0 if given["active"] else queries.count_in(connection, given["location"])
    return Ruling(refusal="location_occupied", details={"containers": count}) if count else Ruling()


def judge(connection: Connection, entry: Entry) -> Ruling:
    """What was done with containers is kept as it was said; by somebody who may not, it moves nothing."""
    flags = judging.flags(connection, entry.kind, entry.payload, _day(entry))
    ours = entry.actor == entry.header.device == SERVER
    if not ours and not identity.permitted(connection, entry.actor, model.MOVES):
        flags.append(NOT_PERMITTED)
    return Ruling(flags=tuple(flags))


def decide_scrap(connection: Connection, entry: Entry) -> Ruling:
    """No more than there is; what was rejected, before somebody else who keeps stock or decides on lots."""
    given, label = entry.payload, entry.payload["container"]
    source = projection.find(connection, [label]).get(label)
    standing = queries.find_standing(connection, label, _day(entry))
    own = () if source is None else masters.links(connection, source.material)
    status = "" if standing is None else standing.status
    refused = rules.scrap_refused(given, source, status, entry.actor, own)
    if refused is None and given["witness"] is not None and not _stands_by(connection, given["witness"]):
        refused = "stock_second_missing"
    if refused is None:
        return Ruling()
    held = None if standing is None else standing.held
    return Ruling(refusal=refused, details={"container": label, "held": held})


def decide_bar(connection: Connection, entry: Entry) -> Ruling:
    label = entry.payload["container"]
    standing = queries.find_standing(connection, label, _day(entry))
    if standing is None:
        return Ruling(refusal="container_unknown", details={"container": label})
    barred = standing.restricted is not None
    if barred == (entry.kind == model.BARRED):
        return Ruling(refusal="stock_barred_already" if barred else "stock_not_barred", details={"container": label})
    return Ruling()


def _stands_by(connection: Connection, person: str) -> bool:
    return any(identity.permitted(connection, person, permission) for permission in model.SECONDS)


def _day(entry: Entry) -> str:
    return entry.header.captured_at[:10]


_KEEPERS, _QA = (SERVER, model.MANAGES), (model.DECIDES,)
KINDS = (
    Kind(model.LOCATION, shapes.LocationDefined, "decision", decide_location, projection.define, by=_KEEPERS),
    Kind(model.MOVED, shapes.ContainerMoved, "observation", judge, projection.move),
    Kind(model.SPLIT, shapes.ContainerSplit, "observation", judge, projection.split),
    Kind(model.MERGED, shapes.ContainersMerged, "observation", judge, projection.merge),
    Kind(model.SCRAPPED, shapes.ContainerScrapped, "decision", decide_scrap, projection.scrap, by=(model.MANAGES,)),
    Kind(model.BARRED, shapes.ContainerBarred, "decision", decide_bar, projection.restrict, by=_QA),
    Kind(model.RULE_SET, shapes.StockRuleSet, "decision", project=projection.set_rule, by=_KEEPERS),
    Kind(model.FREED, shapes.ContainerBarred, "decision", decide_bar, projection.restrict, by=_QA),
)
LISTENERS: Mapping[str, Project] = {
    **dict.fromkeys(model.LOT_RECEIVED, projection.set_retest),
    **dict.fromkeys(model.RECEIVED, projection.receive),
    **dict.fromkeys(model.ALLOCATED, projection.allocate),
    model.DEALLOCATED: projection.allocate,
    **dict.fromkeys(model.TAKES, projection.weigh),
    model.ISSUED: projection.bring,
    model.RETURNED: projection.take_back,
    model.SAMPLED: projection.sample,
    model.COUNT_CLOSED: projection.correct,
    model.CONFLICT: projection.find_conflict,
    model.RESOLVED: projection.resolve,
}
ROOM = Room("materials", KINDS, LISTENERS)
