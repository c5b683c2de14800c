"""What a batch record tells of printed materials: what became of each, and their specimens (21 CFR 211.125(c) and
211.188(b)(8); China GMP 2010, 180(8) and 180(10))."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from server.production import model as production
from server.recipes import printed
from server.release.dossier.rows import View, limits, moment, person, quantity
from server.release.dossier.words import Lang, labels

Rows = list[list[str]]


def balances(phases: Sequence[Mapping[str, Any]], views: Sequence[View], away: Collection[str], lang: Lang) -> Rows:
    """Of each printed material: what it is, issued, used, destroyed, kept as specimens, returned, what nothing accounts
    for, what is accounted for in per cent with its limits, and who has drawn that up when. `away` are the ids of
    entries that were corrected or not chosen."""
    rows = []
    for view in views:
        given = view["payload"] or {}
        if view["kind"] != production.BALANCED or view["id"] in away or "item" not in given:
            continue
        one = printed.find(_phase(phases, given["phase"]), given["item"])
        if one is not None:
            rows.append([*_counts(one, given, lang), f"{person(view['actor'], lang)}\n{_when(view)}"])
    return rows


def specimens(
    phases: Sequence[Mapping[str, Any]], views: Sequence[View], away: Collection[str], lang: Lang
) -> list[dict[str, str]]:
    """Of each specimen who kept it when, of what it is with what is printed on it, and its picture."""
    told = []
    for view in views:
        given = view["payload"] or {}
        if view["kind"] != production.SPECIMEN or view["id"] in away:
            continue
        one = printed.find(_phase(phases, given.get("phase", "")), given.get("item", ""))
        name = given.get("item", labels(lang)["withheld"]) if one is None else one["material_name"][lang]
        said = [name, given.get("number"), given.get("dates"), given.get("comment")]
        told.append(
            {
                "who": f"{person(view['actor'], lang)}, {_when(view)}",
                "text": " · ".join(part for part in said if part),
                "blob": given.get("blob") or "",
                "index": str(view["index"]),
            }
        )
    return told


def _counts(one: Mapping[str, Any], given: Mapping[str, Any], lang: Lang) -> list[str]:
    said = {each["id"]: f"{each['value']} {each['unit']}" for each in given["inputs"]}
    found = printed.accounted(one, given["inputs"]) or {}
    reckoned = {name: f"{value} {one['unit']}" for name, value in found.items()}
    percent = [quantity(given), limits({**one, "unit": "%"})]
    return [
        f"{one['material']}\n{one['material_name'][lang]}",
        said.get(printed.ISSUED, ""),
        reckoned.get("used", ""),
        *(said.get(name, "") for name in (printed.DESTROYED, printed.SPECIMENS, printed.RETURNED)),
        reckoned.get("difference", ""),
        "\n".join(part for part in percent if part),
    ]


def _phase(phases: Sequence[Mapping[str, Any]], number: str) -> Mapping[str, Any] | None:
    return next((one for one in phases if one["id"] == number), None)


def _when(view: View) -> str:
    return moment(view["captured_at"], view["offset"])
