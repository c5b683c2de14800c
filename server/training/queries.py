"""Reads of training: documents, who holds them until when, what somebody still has to read, what ends soon."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from server.identity import queries as identity
from server.identity.model import Person
from server.training import rules
from server.training.model import (
    AHEAD,
    ALWAYS,
    NEVER,
    REVOKED,
    Proof,
    Standing,
    Version,
    day_start,
    moment,
    text_of,
    until_text,
)
from server.training.projection import proof, requirement, version, version_of
from sync.log import transaction
from sync.log.prepared import Prepared

# Asked of every entry of a batch: most plants have few requirements, and most steps none.
_needed = Prepared(
    select(requirement.c.step, requirement.c.document).order_by(requirement.c.idx, requirement.c.document)
)
_versions = Prepared(
    select(version.c.document, version.c.version).where(version.c.document == bindparam("document")).limit(1)
)


@dataclass(frozen=True, slots=True)
class Holding:
    """How one person stands with one document."""

    document: str
    title: Mapping[str, str]
    version: int
    standing: Standing
    needed: bool

    def payload(self, at: datetime) -> dict[str, Any]:
        """{document, title, version, held, until, wants, needed}: `until` UTC text, null without an end or where it is
        not held; `wants` reading, training or null; `needed`: some work of this person asks for it."""
        held = self.standing.holds(at)
        return {
            "document": self.document,
            "title": dict(self.title),
            "version": self.version,
            "held": held,
            "until": until_text(self.standing.until) if held else None,
            "wants": self.standing.wants,
            "needed": self.needed,
        }


def requirements(connection: Connection) -> dict[str, list[str]]:
    """Step to the codes that it needs."""
    found: dict[str, list[str]] = {}
    for step, document in transaction.rows(connection, _needed, {}):
        found.setdefault(step, []).append(document)
    return found


def missing(connection: Connection, person: str, needs: Sequence[str], at: datetime) -> list[str]:
    """What `server.core.qualifications` asks of this room."""
    needed = requirements(connection)
    codes = dict.fromkeys(code for step in needs for code in needed.get(step, ()))
    return [code for code in codes if not standing(connection, person, code, at).holds(at)]


def standing(connection: Connection, person: str, document: str, at: datetime) -> Standing:
    return rules.standing(versions_of(connection, document), proofs_of(connection, person, document), at)


def versions_of(connection: Connection, document: str) -> list[Version]:
    """The first version first; none of a document that is not known."""
    query = select(version).where(version.c.document == document).order_by(version.c.version)
    return [version_of(row) for row in connection.execute(query)]


def documents(connection: Connection) -> dict[str, list[Version]]:
    """All documents by their codes, each with its versions."""
    found: dict[str, list[Version]] = {}
    for row in connection.execute(select(version).order_by(version.c.document, version.c.version)):
        found.setdefault(row.document, []).append(version_of(row))
    return found


def is_document(connection: Connection, code: str) -> bool:
    return transaction.first(connection, _versions, {"document": code}) is not None


def proofs_of(connection: Connection, person: str, document: str) -> list[Proof]:
    return _proofs(connection, (proof.c.person == person) & (proof.c.document == document))


def proofs_for(connection: Connection, document: str) -> list[Proof]:
    """Of everybody, the newest last."""
    return _proofs(connection, proof.c.document == document)


def _proofs(connection: Connection, where: Any) -> list[Proof]:
    return [_proof(row) for row in connection.execute(select(proof).where(where).order_by(proof.c.idx))]


def current(versions: Sequence[Version], at: datetime) -> Version:
    """The version in force; the first one where none is yet."""
    return next((one for one in reversed(versions) if day_start(one.effective_from) <= at), versions[0])


def holdings(connection: Connection, people: Iterable[Person], at: datetime) -> dict[str, list[Holding]]:
    """By person: how they stand with every document that some work of theirs needs, or that they have held."""
    known, needed = documents(connection), requirements(connection)
    proofs: dict[tuple[str, str], list[Proof]] = {}
    for row in connection.execute(select(proof).order_by(proof.c.idx)):
        proofs.setdefault((row.person, row.document), []).append(_proof(row))
    found: dict[str, list[Holding]] = {}
    for person in people:
        wanted = {code for step in rules.reached(needed, person.permissions) for code in needed[step]}
        codes = [code for code in known if code in wanted or (person.id, code) in proofs]
        found[person.id] = [
            _holding(known[code], proofs.get((person.id, code), []), at, code in wanted) for code in codes
        ]
    return found


def holdings_of(connection: Connection, person: Person, at: datetime) -> list[Holding]:
    return holdings(connection, [person], at)[person.id]


def stand(connection: Connection, person: Person, code: str, at: datetime) -> Holding:
    """How somebody stands with one document, also where it is none of theirs; it must be known."""
    needed = requirements(connection)
    wanted = any(code in needed[step] for step in rules.reached(needed, person.permissions))
    return _holding(versions_of(connection, code), proofs_of(connection, person.id, code), at, wanted)


def file_of(connection: Connection, digest: str) -> tuple[str, str | None] | None:
    """Whose a file is: (name, person); the person is None where it is a document's own, else whose evidence it is."""
    own = select(version.c.file_name).where(version.c.file == digest).limit(1)
    name = connection.execute(own).scalar()
    if name is not None:
        return name, None
    row = connection.execute(select(proof.c.file_name, proof.c.person).where(proof.c.file == digest).limit(1)).first()
    return None if row is None else (row.file_name, row.person)


def expiring(connection: Connection, at: datetime) -> list[tuple[Person, Holding]]:
    """Who is about to lose within 30 days what their work needs; the first to end first. What they do not hold at all
    is no part of it: see `holdings`."""
    people = [person for person in identity.all_people(connection) if person.roles]
    found = holdings(connection, people, at)
    ending = [
        (person, one) for person in people for one in found[person.id] if one.needed and ends_soon(one.standing, at)
    ]
    return sorted(ending, key=lambda line: line[1].standing.until)


def ends_soon(standing: Standing, at: datetime) -> bool:
    return standing.holds(at) and standing.until != NEVER and standing.until < at + AHEAD


def lent(connection: Connection, people: Sequence[Person], at: datetime) -> dict[str, list[dict[str, str | None]]]:
    """For a lease: by person what they hold of all that some step needs, [{code, until}]; until null has no end."""
    return {
        person: [
            {"code": one.document, "until": until_text(one.standing.until)} for one in found if one.standing.holds(at)
        ]
        for person, found in holdings(connection, people, at).items()
    }


def titles(connection: Connection, codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """The newest title of each document."""
    query = select(version.c.document, version.c.title_zh, version.c.title_en).where(version.c.document.in_(set(codes)))
    rows = connection.execute(query.order_by(version.c.version))
    return {row.document: {"zh": row.title_zh, "en": row.title_en} for row in rows}


def proof_payload(one: Proof, names: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """As screens get it: `what` is reading, training or withdrawn."""
    same = ("entry", "document", "version", "what", "evidence", "file", "file_name")
    return {
        **{name: getattr(one, name) for name in same},
        "person": names[one.person],
        "by": names[one.made_by],
        "made_at": text_of(one.made_at),
        "ends_at": None if one.what == REVOKED else until_text(one.ends),
    }


def _holding(versions: Sequence[Version], proofs: Sequence[Proof], at: datetime, needed: bool) -> Holding:
    newest = versions[-1]
    return Holding(newest.document, newest.title, newest.number, rules.standing(versions, proofs, at), needed)


def _proof(row: Any) -> Proof:
    same = ("entry", "person", "document", "version", "what", "evidence", "file", "file_name", "made_by")
    ends = ALWAYS if row.ends_at is None else moment(row.ends_at)
    return Proof(index=row.idx, ends=ends, made_at=moment(row.made_at), **{name: getattr(row, name) for name in same})
