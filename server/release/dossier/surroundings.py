"""What the rooms were like in which the phases of a batch ran, as the printed record says it (21 CFR 211.188, China GMP
2010, 42 and 175; PRD-06, ENV-03)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.core import clock
from server.production.surroundings import queries
from server.release.dossier.rows import moment
from server.release.dossier.words import Lang, labels, word

Told = Mapping[str, Any]


def told(connection: Connection, number: str, lang: Lang) -> dict[str, Any]:
    """{rows, lines, read}: of each phase, quantity and sensor phase, room, from and to, quantity and sensor, readings,
    minimum, mean and maximum, limits, longest gap; a line for each excursion, those beyond action limits first, and for
    each gap that is too long, and for each change of limits meanwhile; whether anything was read at all."""
    phases = queries.of_batch(connection, number, clock.now_text())
    pairs = [(phase, one) for phase in phases for one in phase["quantities"]]
    out = [(phase, one, excursion) for phase, one in pairs for excursion in one["excursions"]]
    out.sort(key=lambda one: one[2]["level"] != "action")
    gaps = [(phase, one) for phase, one in pairs if one["gap"]["over"]]
    changes = [(phase, one) for phase in phases for one in reversed(phase["changes"])]
    return {
        "rows": [row for phase in phases for row in _rows(phase, lang)],
        "lines": [
            *(_excursion(*one, lang) for one in out),
            *(_gap(*one, lang) for one in gaps),
            *(_change(*one, lang) for one in changes),
        ],
        "read": any(one["count"] for _, one in pairs),
    }


def is_read(connection: Connection, number: str) -> bool:
    """Whether anything was read in the rooms of a batch while its phases ran."""
    phases = queries.of_batch(connection, number, clock.now_text())
    return any(one["count"] for phase in phases for one in phase["quantities"])


def _rows(phase: Told, lang: Lang) -> list[list[str]]:
    w = labels(lang)
    until = moment(phase["to"], 0) if phase["ended"] else w["still_running"]
    head = [f"{phase['phase']} {phase['name'][lang]}", phase["room"], f"{moment(phase['from'], 0)}\n{until}"]
    if not phase["quantities"]:
        nothing = w["no_sensor"] if not phase["sensors"] else w["no_readings"]
        return [[*head, "", nothing, "", "", ""]]
    return [[*head, *_figures(one, lang)] for one in phase["quantities"]]


def _figures(one: Told, lang: Lang) -> list[str]:
    w, unit = labels(lang), one["unit"]
    named = f"{word(one['quantity'], lang)} {unit}" + (f"\n{one['sensor']}" if one["sensor"] else "")
    gap = f"{one['gap']['minutes']} min" + (" △" if one["gap"]["over"] else "")
    if not one["count"]:
        return [named, w["no_readings"], "", _limits(one, lang), gap]
    return [named, str(one["count"]), f"{one['minimum']} / {one['mean']} / {one['maximum']}", _limits(one, lang), gap]


def _limits(one: Told, lang: Lang) -> str:
    """All that held, one after another: an excursion may be one of limits that no longer held at the end."""
    return "\n→ ".join(_limit(limit, lang) for limit in one["limits"]) or labels(lang)["no_limits"]


def _limit(limit: Told | None, lang: Lang) -> str:
    if limit is None:
        return labels(lang)["no_limits"]
    sides = [(name, limit[f"{name}_low"], limit[f"{name}_high"]) for name in ("alert", "action")]
    return "\n".join(f"{word(name, lang)} {_between(low, high)}" for name, low, high in sides if low or high)


def _between(low: str | None, high: str | None) -> str:
    if low is not None and high is not None:
        return f"{low}–{high}"
    return f"≥ {low}" if low is not None else f"≤ {high}"


def _excursion(phase: Told, one: Told, excursion: Told, lang: Lang) -> str:
    w = labels(lang)
    beyond = w["beyond_action"] if excursion["level"] == "action" else w["beyond_alert"]
    value = f"{one['sensor']}, {word(one['quantity'], lang)} {excursion['value']} {one['unit']}"
    return f"{beyond}: {phase['room']} ({phase['phase']}), {value}, {_span(excursion)}"


def _gap(phase: Told, one: Told, lang: Lang) -> str:
    said = labels(lang)["without_reading"]
    named = ", ".join(filter(None, (one["sensor"], word(one["quantity"], lang))))
    return f"{said}: {phase['room']} ({phase['phase']}), {named}, {one['gap']['minutes']} min, {_span(one['gap'])}"


def _change(phase: Told, one: Told, lang: Lang) -> str:
    w = labels(lang)
    limits = [f"{word(each['quantity'], lang)} {_limit(each, lang)}" for each in one["limits"]]
    said = "; ".join([*limits, f"{one['longest_gap']} min"]).replace("\n", ", ")
    head = f"{w['limits_changed']}: {phase['room']} ({phase['phase']}), {moment(one['since'], 0)}, {one['by']}"
    return f"{head}: {said} ({one['reason']})"


def _span(of: Told) -> str:
    return f"{moment(of['from'], 0)} – {moment(of['to'], 0)}"
