"""The kinds of stock, and its ears for everything that moves what a container holds."""

from collections.abc import Mapping

from sqlalchemy import Connection

from server.core import days
from server.core.kinds import Decide, Entry, Kind, Project, Room, Ruling
from server.core.outcomes import SERVER
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.materials.model import NOT_PERMITTED
from server.materials.stock import judging, model, placed, placing, projection, queries, rules, shapes


def decide_location(connection: Connection, entry: Entry) -> Ruling:
    """In an area of the register; one that is given up must be empty."""
    given = entry.payload
    known = {one.area for one in identity.all_areas(connection)}
    if given["active"] and given["warehouse"] not in known:
        return Ruling(refusal="area_unknown", details={"area": given["warehouse"]})
    count = 0 if given["active"] else queries.count_in(connection, given["location"])
    return Ruling(refusal="location_occupied", details={"containers": count}) if count else Ruling()


def judge(connection: Connection, entry: Entry) -> Ruling:
    """What was done with containers is kept as it was said; by somebody who may not, it moves nothing."""
    at = placing.made_at(entry.header.captured_at, entry.recorded_at)
    flags = judging.flags(connection, entry.kind, entry.payload, at)
    if not entry.actor == entry.header.device == SERVER:
        places = judging.places_of(connection, entry.kind, entry.payload, at)
        flags += judging.of_area(connection, entry.actor, model.MOVES, places)
        flags += [] if identity.permitted(connection, entry.actor, model.MOVES) else [NOT_PERMITTED]
    counts = model.VOID.isdisjoint((*entry.flags, *flags))
    if counts and entry.kind == model.MOVED and placed.clash(connection, entry) is not None:
        flags.append(model.PLACE_CONFLICT)
    return Ruling(flags=tuple(flags))


def judge_places(connection: Connection, entry: Entry) -> Ruling:
    """Containers that come in are put where such containers may stand, in an area of whoever receives them."""
    given, found = entry.payload, []
    lot = materials.find_lot(connection, given["material"], given["lot"], days.captured(connection, entry))
    status = "quarantine" if lot is None else lot.status
    places = dict.fromkeys(one["location"] for one in given["containers"] if one["location"] is not None)
    for code in places:
        found += judging.of_place(connection, code, status, given["material"])
    if entry.actor != SERVER:
        found += judging.of_area(connection, entry.actor, model.RECEIVES, places)
    return Ruling(flags=tuple(dict.fromkeys(found)))


def areas_of_place(connection: Connection, entry: Entry) -> list[str]:
    """The area that a place is in, and the one that it comes to be in."""
    before = queries.find_location(connection, entry.payload["location"])
    return sorted({entry.payload["warehouse"], *([] if before is None else [before.warehouse])})


def areas_of_container(connection: Connection, entry: Entry) -> list[str]:
    """Where the container stands that is decided about."""
    standing = queries.find_standing(connection, entry.payload["container"], days.captured(connection, entry))
    return [] if standing is None else queries.areas_of(connection, [standing.location])


def decide_scrap(connection: Connection, entry: Entry) -> Ruling:
    """No more than there is; what was rejected, before somebody else who keeps stock or decides on lots."""
    given, label = entry.payload, entry.payload["container"]
    source = projection.find(connection, [label]).get(label)
    standing = queries.find_standing(connection, label, days.captured(connection, entry))
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
    standing = queries.find_standing(connection, label, days.captured(connection, entry))
    if standing is None:
        return Ruling(refusal="container_unknown", details={"container": label})
    barred = standing.restricted is not None
    if barred == (entry.kind == model.BARRED):
        return Ruling(refusal="stock_barred_already" if barred else "stock_not_barred", details={"container": label})
    return Ruling()


def _stands_by(connection: Connection, person: str) -> bool:
    return any(identity.permitted(connection, person, permission) for permission in model.SECONDS)


_KEEPERS, _QA = (SERVER, model.MANAGES), (model.DECIDES,)
KINDS = (
    Kind(
        model.LOCATION,
        shapes.LocationDefined,
        "decision",
        decide_location,
        projection.define,
        by=_KEEPERS,
        areas=areas_of_place,
    ),
    Kind(model.MOVED, shapes.ContainerMoved, "observation", judge, projection.move),
    Kind(model.SPLIT, shapes.ContainerSplit, "observation", judge, projection.split),
    Kind(model.MERGED, shapes.ContainersMerged, "observation", judge, projection.merge),
    Kind(
        model.SCRAPPED,
        shapes.ContainerScrapped,
        "decision",
        decide_scrap,
        projection.scrap,
        by=(model.MANAGES,),
        areas=areas_of_container,
    ),
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
    model.RESTED: projection.find_rest,
    model.ISSUED: projection.bring,
    model.RETURNED: projection.take_back,
    model.SAMPLED: projection.sample,
    model.CONFLICT: projection.find_conflict,
    model.RESOLVED: projection.resolve,
}
JUDGES: Mapping[str, Decide] = {model.LABELLED: judge_places}
ROOM = Room("materials", KINDS, LISTENERS, JUDGES)
