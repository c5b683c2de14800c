"""What the printed record says of values typed in from paper: from which copy, who did it when, who compared."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from server.identity import queries as identity
from server.production import queries as batches
from server.production.paper import queries as typed_in
from server.production.paper.model import FROM_PAPER, Copying
from server.release.dossier.rows import View, moment, person
from server.release.dossier.words import Lang, labels, word


def bound(connection: Connection, number: str, views: Sequence[View], lang: Lang) -> Sequence[View]:
    """The views with `paper`, in words, where they begin to type in something or were typed in."""
    found = typed_in.of_batch(connection, number)
    if not found:
        return views
    people = identity.people(connection, {one for each in found for one in (each.done_by, each.checked_by)})
    of = {one.id: one.paper for one in batches.entries_of(connection, number) if one.paper is not None}
    copies = {one.entry: one for one in found}
    told: dict[str, str] = {one: f"{word(FROM_PAPER, lang)} #{copies[paper].copy}" for one, paper in of.items()}
    offsets = {view["id"]: view["offset"] for view in views}
    told |= {one.entry: _said(one, people, offsets.get(one.entry, 0), lang) for one in found}
    return [{**view, "paper": told[view["id"]]} if view["id"] in told else view for view in views]


def _said(one: Copying, people: Mapping[str, Any], offset: int, lang: Lang) -> str:
    words = labels(lang)
    span = f"{moment(one.done_from, offset)} – {moment(one.done_to, offset)}"
    parts = [f"#{one.copy}", span, f"{words['paper_done_by']} {person(people[one.done_by], lang)}"]
    if one.checked_by is not None:
        parts.append(f"{words['paper_checked_by']} {person(people[one.checked_by], lang)}")
    return " · ".join([*parts, *([one.comment] if one.comment else [])])
