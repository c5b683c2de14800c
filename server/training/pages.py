"""What the screens of training show: documents, one document with its people, one person, the matrix of both."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from server.core.errors import PestleError
from server.identity import queries as identity
from server.identity.model import Person
from server.training import queries
from server.training.model import Version
from server.training.queries import Holding

Answer = dict[str, Any]


def documents(connection: Connection, person: Person, at: datetime) -> list[Answer]:
    """Every document with the version in force, and how this person stands with it: null where it is none of theirs."""
    needed = queries.requirements(connection)
    mine = {one.document: one.payload(at) for one in queries.holdings_of(connection, person, at)}
    return [
        {
            **_line(versions, at),
            "steps": [step for step, codes in needed.items() if code in codes],
            "mine": mine.get(code),
        }
        for code, versions in queries.documents(connection).items()
    ]


def document(connection: Connection, code: str, person: Person, at: datetime, people: bool) -> Answer:
    """Its versions, the newest first, and what this person has signed or was granted; with `people` everybody's."""
    versions = queries.versions_of(connection, code)
    if not versions:
        raise PestleError("procedure_unknown", {"document": code})
    needed = queries.requirements(connection)
    proofs = queries.proofs_for(connection, code)
    shown = [one for one in proofs if people or one.person == person.id]
    names = identity.people(connection, [name for one in shown for name in (one.person, one.made_by)])
    return {
        **_line(versions, at),
        "steps": [step for step, codes in needed.items() if code in codes],
        "versions": [one.payload() for one in reversed(versions)],
        "mine": queries.stand(connection, person, code, at).payload(at),
        "proofs": [queries.proof_payload(one, names) for one in reversed(shown)],
        "people": _people(connection, code, at) if people else None,
    }


def person(connection: Connection, found: Person, at: datetime) -> Answer:
    """{person, items}: how somebody stands with all that their work needs or that they have held."""
    return {
        "person": found.payload(),
        "items": [one.payload(at) for one in queries.holdings_of(connection, found, at)],
    }


def matrix(connection: Connection, at: datetime) -> Answer:
    """{documents, people}: everybody who is here, with their standing by the code of each document."""
    people = [one for one in identity.all_people(connection) if one.roles]
    found = queries.holdings(connection, people, at)
    return {
        "documents": [_line(versions, at) for versions in queries.documents(connection).values()],
        "people": [
            {"person": one.payload(), "standings": {held.document: held.payload(at) for held in found[one.id]}}
            for one in people
        ],
    }


def requirements(connection: Connection) -> list[Answer]:
    found = queries.requirements(connection)
    parts = {step: step.partition(":") for step in found}
    return [{"on": parts[step][0], "name": parts[step][2], "documents": codes} for step, codes in sorted(found.items())]


def _line(versions: Sequence[Version], at: datetime) -> Answer:
    now, newest = queries.current(versions, at), versions[-1]
    coming = None if newest.number == now.number else {"version": newest.number, "from": newest.effective_from}
    return {
        "document": newest.document,
        "type": newest.type,
        "title": dict(newest.title),
        "version": now.number,
        "effective_from": now.effective_from,
        "coming": coming,
    }


def _people(connection: Connection, code: str, at: datetime) -> list[Answer]:
    people = [one for one in identity.all_people(connection) if one.roles]
    found = queries.holdings(connection, people, at)
    lines: list[tuple[Person, Holding]] = [
        (one, held) for one in people for held in found[one.id] if held.document == code
    ]
    return [{"person": one.payload(), **held.payload(at)} for one, held in lines]
