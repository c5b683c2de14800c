"""What the printed record says of work typed in from paper: from which copy, who did it when, who typed it in and who
compared; and what became of each copy (CN GMP 2010, 173)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from server.identity import queries as identity
from server.production import queries as batches
from server.production.descent import queries as births
from server.production.paper import queries as typed_in
from server.production.paper.model import FROM_PAPER, Copying
from server.production.paper.rules import happened
from server.release.dossier.rows import View, moment, person
from server.release.dossier.words import Lang, labels, word
from server.release.paper import queries as accounting


def bound(connection: Connection, number: str, views: Sequence[View], lang: Lang) -> Sequence[View]:
    """The views with `paper`, in words, where they begin to type in something or were typed in; these with `sheet` as
    well: {by, at} of the work on paper, which is what the record is of."""
    found = typed_in.of_batch(connection, number)
    if not found:
        return views
    people = identity.people(connection, {one for each in found for one in (each.done_by, each.checked_by)})
    of = {one.id: one.paper for one in batches.entries_of(connection, number) if one.paper is not None}
    copies = {one.entry: one for one in found}
    told: dict[str, str] = {one: f"{word(FROM_PAPER, lang)} #{copies[paper].copy}" for one, paper in of.items()}
    offsets = {view["id"]: view["offset"] for view in views}
    told |= {one.entry: _said(one, people, offsets.get(one.entry, 0), lang) for one in found}

    def sheet(view: View) -> dict[str, Any]:
        copying = copies[of[view["id"]]]
        return {"by": people[copying.done_by], "at": happened(view["kind"], view["captured_at"], copying)}

    return [
        {
            **view,
            **({"paper": told[view["id"]]} if view["id"] in told else {}),
            **({"sheet": sheet(view)} if view["id"] in of else {}),
        }
        for view in views
    ]


def _said(one: Copying, people: Mapping[str, Any], offset: int, lang: Lang) -> str:
    words = labels(lang)
    span = f"{moment(one.done_from, offset)} – {moment(one.done_to, offset)}"
    parts = [f"#{one.copy}", span, f"{words['paper_done_by']} {person(people[one.done_by], lang)}"]
    if one.checked_by is not None:
        parts.append(f"{words['paper_checked_by']} {person(people[one.checked_by], lang)}")
    else:
        parts.append(words["paper_compared_by_nobody"])
    return " · ".join([*parts, *([one.comment] if one.comment else [])])


def copies(connection: Connection, number: str, lang: Lang) -> list[list[str]]:
    """Of each copy of the empty record of a batch, and of what it came of: its number, who issued it when and why, and
    for which phases something was typed in from it, or what became of it by whose word."""
    words, above = labels(lang), births.family(connection, number)
    issued = [copy for one in above for copy in accounting.copies(connection, one)]
    typed = {one: births.typed_from(connection, one) for one in {copy.batch for copy in issued}}
    known = {one: accounting.accounts(connection, one) for one in typed}
    prints = {one: accounting.prints(connection, one) for one in typed}
    again = [one for each in prints.values() for of_copy in each.values() for one in of_copy[1:]]
    named = {*(one.by for one in issued), *(one.by for one in again)}
    named |= {one.by for each in known.values() for one in each.values()}
    people = identity.people(connection, named)
    rows = []
    for copy in issued:
        found = typed[copy.batch].get(copy.copy, {})
        phases = [phase if batch == number else f"{batch}: {phase}" for batch, phase in found]
        parts = [f"{words['paper_typed_in']} {', '.join(phases)}"] if phases else []
        for at, one in enumerate(prints[copy.batch].get(copy.copy, [])[1:], 2):
            why = f"{words['blank_print']} {at}: {one.reason}"
            parts.append(f"{why} · {person(people[one.by], lang)} {moment(one.at, 0)}")
        account = known[copy.batch].get(copy.copy)
        if account is not None:
            said = f"{word(account.outcome, lang)}: {account.reason}"
            parts.append(f"{said} · {person(people[account.by], lang)} {moment(account.at, 0)}")
        issue = f"{person(people[copy.by], lang)} {moment(copy.at, 0)}"
        name = f"#{copy.copy}" if copy.batch == number else f"{copy.batch} #{copy.copy}"
        rows.append([name, issue, copy.reason or "", " · ".join(parts) or words["paper_unknown"]])
    return rows
