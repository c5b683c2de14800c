"""What the record of a batch tells of the batches that it came of and became part of: how, why, and who signed it (21
CFR 211.115; China GMP 134)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from server.identity import queries as identity
from server.production import queries as batches
from server.production.descent import model
from server.production.descent import queries as births
from server.quality import queries as quality
from server.release.dossier import surroundings
from server.release.dossier.rows import moment, person, quantity
from server.release.dossier.words import Lang, labels, word
from sync.log.reading import StoredEntry

Given = Mapping[str, Any]
# What the record of a batch answers in which anything was done.
_OF_WORK = ("stages", "people", "equipment", "used", "balance", "execution")


def decisions(connection: Connection, number: str, size: int) -> list[StoredEntry]:
    """The splits, merges and rework through which a batch came to be or ended, however far back, that stand in the log
    before `size`."""
    return [entry for entry in births.decisions(connection, number) if entry.index < size]


def told(connection: Connection, found: list[StoredEntry], lang: Lang) -> list[list[str]]:
    """Of each: what was done, of which batches came which, why, and who decided it when."""
    people = identity.people(connection, {entry.head.actor for entry in found})
    return [
        [
            word(entry.head.kind, lang),
            *_said(entry, lang),
            f"{person(people.get(entry.head.actor), lang)} {moment(entry.head.captured_at, entry.head.offset)}",
        ]
        for entry in found
    ]


def _said(entry: StoredEntry, lang: Lang) -> list[str]:
    if entry.payload is None:
        return [labels(lang)["withheld"], ""]
    given, kind = entry.envelope.body, entry.head.kind
    if kind == model.SPLIT_KIND:
        parts = ", ".join(f"{one['batch']} ({quantity(one['quantity'])})" for one in given["parts"])
        return [f"{given['batch']} → {parts}", given["reason"]]
    if kind == model.MERGED_KIND:
        return [f"{', '.join(given['parents'])} → {given['batch']} ({quantity(given['quantity'])})", given["reason"]]
    return [f"{given['batch']} → {given['into']}", _why(given, lang)]


def _why(given: Given, lang: Lang) -> str:
    """Of rework: by which process, from which stage, why, and what was assessed."""
    words = labels(lang)
    recipe = f"{given['recipe']} {words['version']} {given['version']}"
    way = f"{words['rework_' + given['way']]}: {recipe} · {words['rework_stage']} {given['stage']}"
    return f"{way} · {given['reason']} · {words['risk']}: {given['risk']}"


def signatures(found: list[StoredEntry], lang: Lang) -> list[dict[str, Any]]:
    """What quality has signed of rework, with the meaning (21 CFR 11.50)."""
    return [
        {
            "order": given["signed_at"],
            "what": f"{word(model.REWORK_KIND, lang)}: {given['batch']} → {given['into']}",
            "signer": person(given["signer"], lang),
            "meaning": given["meaning"][lang],
            "at": moment(given["signed_at"], given["offset"]),
            "proof": labels(lang)[f"proof_{given['method']}_{given['components']}"],
            "told": "",
            "reason": _why(given, lang),
        }
        for given in (entry.envelope.body for entry in found if entry.payload and entry.head.kind == model.REWORK_KIND)
    ]


def answered(connection: Connection, above: list[str]) -> set[str]:
    """Which sections the records of these batches have, in which a part of them has its own history."""
    found = set[str]()
    for number in above:
        batch, ended = batches.find_batch(connection, number), set(batches.ended_phases(connection, number))
        types = {one["type"] for one in batch.phases if one["id"] in ended} if batch is not None else set()
        found |= {f"phase:{one}" for one in types} | set(_OF_WORK if types else ())
        found |= {"packed", "packed_people", "printed", "specimens"} if "packaging" in types else set()
        found |= {"results"} if quality.results_of_batch(connection, number) else set()
        found |= {"yields"} if batches.yields_of(connection, number) else set()
        found |= {"environment"} if surroundings.is_read(connection, number) else set()
    return found
