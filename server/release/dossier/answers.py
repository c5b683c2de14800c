"""What a batch record has to tell beside its phases: begin and end of each, who did and checked what, on which
equipment, how much of which container went in and came back, and where all of it came from (21 CFR 211.188(b),
China GMP 175)."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from server.core import units
from server.equipment import queries as equipment
from server.equipment.alarms import queries as alarmed
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.model import Lot
from server.production import model as production
from server.production import queries as batches
from server.production.issuing.queries import issues_of
from server.release import differences
from server.release.dossier.rows import View, happened, moment, performer, person, quantity, typed_in
from server.release.dossier.words import Lang, labels, word

Rows = list[list[str]]


def stages(phases: Sequence[Mapping[str, Any]], views: Sequence[View], lang: Lang) -> Rows:
    """Of each phase that was begun: its name, when it first began and last ended, by the clock of the tablet or as the
    paper says it, and who ended it."""
    rows = []
    for phase in phases:
        here = [view for view in views if (view["payload"] or {}).get("phase") == phase["id"]]
        began = min((view for view in here if view["kind"] in production.WORK), key=happened, default=None)
        last = max((view for view in here if view["kind"] in production.ENDS), key=happened, default=None)
        if began is not None:
            rows.append(
                [
                    phase["id"],
                    phase["name"][lang],
                    moment(happened(began), began["offset"]),
                    "" if last is None else moment(happened(last), last["offset"]),
                    "" if last is None else person(performer(last), lang) + typed_in(last, lang),
                ]
            )
    return rows


def people(connection: Connection, number: str, views: Sequence[View], lang: Lang) -> Rows:
    """Everybody who has done, checked, decided or typed in from paper something: how much of each, in which phases."""
    count: dict[str, dict[str, int]] = {}
    phases: dict[str, dict[str, None]] = {}

    def add(who: str, what: str, phase: str | None) -> None:
        mine = count.setdefault(who, {"done": 0, "checked": 0, "decided": 0, "typed": 0})
        mine[what] += 1
        if phase is not None:
            phases.setdefault(who, {})[phase] = None

    for view in views:
        phase = (view["payload"] or {}).get("phase")
        if view["kind"] == production.VERIFIED:
            add(view["actor"]["id"], "checked", phase)
        elif view["kind"] in production.WORK:
            add(performer(view)["id"], "done", phase)
            if "sheet" in view:
                add(view["actor"]["id"], "typed", phase)
            for one in {one["id"] for one in [*view["signed"], *([view["verifier"]] if view["verifier"] else [])]}:
                add(one, "checked", phase)
    for item in batches.items_of(connection, number):
        # What the server withdrew of its own nobody has decided.
        if item.decision is not None and item.state != "withdrawn":
            add(str(item.decision["by"]), "decided", item.phase)
    named = identity.people(connection, count)
    return [
        [person(named[who], lang), *(str(mine[what] or "") for what in mine), ", ".join(phases.get(who, ()))]
        for who, mine in sorted(count.items(), key=lambda pair: person(named[pair[0]], lang))
    ]


def pieces(connection: Connection, phases: Sequence[Mapping[str, Any]], views: Sequence[View], lang: Lang) -> Rows:
    """The pieces of equipment that entries name: code, name, serial number as it was read on that connection, until
    when it is calibrated by the register, and in which phases it was used."""
    used: dict[str, dict[str, None]] = {}
    serials: dict[str, dict[str, None]] = {}
    for view in views:
        given = view["payload"] or {}
        for reading in (given.get("reading"), given.get("tare_reading")):
            if reading:
                used.setdefault(reading["balance"], {})[given["phase"]] = None
                serials.setdefault(reading["balance"], {})[str(reading["serial"])] = None
        if given.get("sensed"):
            used.setdefault(given["sensed"]["equipment"], {})[given["phase"]] = None
            serials.setdefault(given["sensed"]["equipment"], {})[str(given["sensed"]["serial"])] = None
        # Of a machine in alarm nothing says that it was used.
        if isinstance(given.get("equipment"), str) and given.get("phase") and view["kind"] != production.ALARM_RAISED:
            used.setdefault(given["equipment"], {})[given["phase"]] = None
    begun = {(view["payload"] or {}).get("phase") for view in views if view["kind"] in production.WORK}
    for phase in phases:
        if phase.get("equipment") and phase["id"] in begun:
            used.setdefault(phase["equipment"], {})[phase["id"]] = None
    rows = []
    for code in sorted(used):
        known = equipment.find_equipment(connection, code)
        read = list(serials.get(code, ())) or ([known.serial] if known is not None and known.serial else [])
        rows.append(
            [
                code,
                word(code, lang) if known is None else known.name[lang],
                ", ".join(read),
                "" if known is None else known.calibration_due or "",
                ", ".join(used[code]),
            ]
        )
    return rows


def alarms(connection: Connection, number: str, size: int, lang: Lang) -> list[str]:
    """What is in the use log of the batch's machines and not in its own record: alarms that were told elsewhere while
    the batch used them, up to the log's `size`, and how each ended."""
    told = [one for one in alarmed.of_batch(connection, number) if one["idx"] < size]
    people = identity.people(connection, {one[who] for one in told for who in ("by", "cleared_by") if one[who]})
    lines = []
    for one in told:
        line = f"{one['equipment']} ({one['used_in']}): {one['what']}, {moment(one['at'], 0)}"
        by = person(people.get(one["by"]), lang)
        if one["cleared_at"] is not None:
            who = person(people.get(one["cleared_by"]), lang)
            by += f"; {labels(lang)['alarm_cleared']} {moment(one['cleared_at'], 0)}, {who}: {one['reason']}"
        lines.append(f"{line}, {by}")
    return lines


def used(connection: Connection, number: str, views: Sequence[View], away: Collection[str], lang: Lang) -> Rows:
    """Of each container: material, name, lot, container, how much was brought, was weighed out of it, and came back.

    `away` are the ids of entries that were corrected or not chosen.
    """
    taken: dict[tuple[str, str, str], list[Mapping[str, str]]] = {}
    for view in views:
        given = view["payload"] or {}
        if view["kind"] in production.WEIGHINGS and view["id"] not in away and "net" in given:
            key = (given["material"], given["lot"], given.get("container") or "")
            taken.setdefault(key, []).append(given["net"])
    # A container may come, go back and come again.
    brought: dict[tuple[str, str, str], list[Mapping[str, str]]] = {}
    back: dict[tuple[str, str, str], list[Mapping[str, str]]] = {}
    for one in issues_of(connection, number):
        key = (one.material, one.lot, one.container)
        brought.setdefault(key, []).append(one.held)
        back.setdefault(key, []).extend([one.returned] if one.returned is not None else [])
    names = materials.material_names(connection, {key[0] for key in (*taken, *brought)})
    return [
        [
            key[0],
            names.get(key[0], {}).get(lang, ""),
            key[1],
            key[2],
            total(brought.get(key, ())),
            total(taken.get(key, ())),
            total(back.get(key, ())),
        ]
        for key in sorted({*taken, *brought})
    ]


def balance(connection: Connection, number: str, lang: Lang) -> Rows:
    """Of each material that was issued: how much came, was used, went back and was scrapped, what its balance answers
    for, what nothing accounts for, and who has explained that (21 CFR 211.184(c); China GMP 175(8))."""
    found = differences.of_batch(connection, number)
    explainers = identity.people(connection, {str(one.explained["by"]) for one in found if one.explained})
    rows = []
    for one in found:
        said = ""
        if one.explained is not None:
            who = person(explainers.get(str(one.explained["by"])), lang)
            said = f"{one.explained['text']} · {who} {moment(str(one.explained['at']), 0)}"
        figures = (one.figures.get(name) for name in ("issued", "used", "returned", "scrapped", "balanced"))
        rows.append([one.material, *(quantity(figure) for figure in figures), quantity(one.value), said])
    return rows


def total(nets: Sequence[Mapping[str, str]]) -> str:
    """Their sum in the unit of the first; side by side those that do not convert to it."""
    if not nets:
        return ""
    unit, whole, apart = nets[0]["unit"], Decimal(0), []
    for net in nets:
        same = units.converted(net, unit)
        if same is None:
            apart.append(quantity(net))
        else:
            whole += Decimal(same["value"])
    return " + ".join([f"{whole:f} {unit}", *apart])


def genealogy(connection: Connection, number: str, lang: Lang) -> Rows:
    """Where each lot of the batch came from (supplier, supplier's lot, date made, expiry), or which batch made it; and
    what the batch went into."""
    keys = batches.lots_of(connection, number)
    known = {(lot.material, lot.lot): lot for lot in materials.lots_of(connection, keys)}
    made_here = {line.number: line for line in batches.lines_of(connection, (lot for _, lot in keys))}
    rows = []
    for material, lot in keys:
        line = made_here.get(lot)
        if line is not None and line.product["code"] == material:
            rows.append([labels(lang)["made_by"], material, lot, line.product["name"][lang], ""])
        else:
            rows.append([labels(lang)["came_from"], material, lot, *_supplied(known.get((material, lot)))])
    product = batches.product_of(connection, number)
    into = [] if product is None else batches.batches_using(connection, product, number)
    return rows + [[labels(lang)["went_into"], product or "", batch, "", ""] for batch in into]


def _supplied(lot: Lot | None) -> list[str]:
    if lot is None:
        return ["", ""]
    supplier = " · ".join(part for part in (lot.manufacturer, lot.supplier, lot.supplier_lot) if part)
    return [supplier, " → ".join(part for part in (lot.made, lot.expiry) if part)]
